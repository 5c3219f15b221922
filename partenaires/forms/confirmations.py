"""Relire une structure, une fois l'an : tout est exact, ou quelques lignes à corriger."""

from datetime import date

from django import forms

from partenaires.champs import ChampJour
from partenaires.models import Mandat, Structure
from partenaires.services.confirmations import Corrections
from socle.coordonnees import ChampCourriel, ChampTelephone

EXACT = "exact"
LA, PARTIE = "la", "partie"
PRESENCES = [(LA, "toujours là"), (PARTIE, "plus là")]


class ConfirmationForm(forms.Form):
    """Trois champs par mandat, nommés d'après lui : présence, date du départ, téléphone.

    Sans ``coordonnees``, celles de la structure ne se changent pas : ses administrateurs les tiennent.
    """

    email = ChampCourriel("Adresse de courriel de la structure")
    telephone = ChampTelephone("Téléphone de la structure")
    competences_a_revoir = forms.BooleanField(
        label="Nos compétences ont changé : nous les reverrons une fois connectés", required=False
    )

    def __init__(
        self,
        *args,
        structure: Structure,
        mandats: list[Mandat],
        jour: date,
        coordonnees: bool = True,
        **kwargs,
    ):
        initial = {"email": structure.email, "telephone": structure.telephone}
        super().__init__(*args, initial=initial, **kwargs)
        self.mandats, self.jour, self.coordonnees = mandats, jour, coordonnees
        if not coordonnees:
            del self.fields["email"], self.fields["telephone"]
        for mandat in mandats:
            titre = f"{mandat.utilisateur.nom_complet}, {mandat.get_fonction_display()}"
            self.fields[f"presence_{mandat.uuid}"] = forms.ChoiceField(
                label=f"{titre} : présence",
                choices=PRESENCES,
                initial=PARTIE if mandat.depart else LA,
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
            )
            self.fields[f"depuis_{mandat.uuid}"] = ChampJour(
                label=f"{titre} : plus là depuis le", required=False, initial=mandat.depart
            )
            telephone = ChampTelephone(f"{titre} : téléphone")
            telephone.initial = mandat.telephone
            self.fields[f"telephone_{mandat.uuid}"] = telephone
            for champ in ("depuis", "telephone"):
                attributs = self.fields[f"{champ}_{mandat.uuid}"].widget.attrs
                attributs["class"] = "form-control form-control-sm"

    def personnes(self) -> list[dict]:
        """Par mandat, ses champs prêts à montrer."""
        return [
            {
                "mandat": m,
                "presence": self[f"presence_{m.uuid}"],
                "depuis": self[f"depuis_{m.uuid}"],
                "telephone": self[f"telephone_{m.uuid}"],
            }
            for m in self.mandats
        ]

    def clean(self):
        donnees = super().clean()
        for mandat in self.mandats:
            champ = f"depuis_{mandat.uuid}"
            if donnees.get(f"presence_{mandat.uuid}") != PARTIE or champ in self.errors:
                continue
            if donnees.get(champ) is None:
                self.add_error(champ, "Depuis quand ? Une date approchée suffit.")
            elif donnees[champ] > self.jour:
                self.add_error(
                    champ, "Cette date est à venir : la fin se prévoit une fois connecté."
                )
        return donnees

    def corrections(self) -> Corrections:
        donnees = self.cleaned_data
        return Corrections(
            telephones={m.pk: donnees[f"telephone_{m.uuid}"] for m in self.mandats},
            departs={
                m.pk: donnees[f"depuis_{m.uuid}"]
                for m in self.mandats
                if donnees[f"presence_{m.uuid}"] == PARTIE
            },
            email=donnees.get("email"),
            telephone=donnees.get("telephone"),
            competences_a_revoir=donnees["competences_a_revoir"],
        )
