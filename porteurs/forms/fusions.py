"""Choisir ce que l'on garde de deux dossiers, et répondre à une proposition de les réunir."""

from django import forms

from porteurs.forms.commun import selon_la_reponse
from porteurs.services.fusions_comparaison import ABSORBE, GARDE, Comparaison
from porteurs.services.fusions_dossiers import Apercu
from socle.unicite import FormulaireUnique

PAIRE = "paire-"


def paires_envoyees(donnees, apercu: Apercu) -> dict[str, str]:
    """Qui est la même personne, lu dans ce qui est envoyé."""
    return {
        str(p.uuid): donnees[f"{PAIRE}{p.uuid}"]
        for p in apercu.absorbe.participations
        if donnees.get(f"{PAIRE}{p.uuid}")
    }


def empreinte(paires: dict[str, str]) -> str:
    return " ".join(sorted(f"{un}:{autre}" for un, autre in paires.items()))


class FusionForm(FormulaireUnique):
    """Un choix par différence, et pour chaque personne de l'autre dossier, qui elle est."""

    paires_vues = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, apercu: Apercu, **kwargs):
        super().__init__(*args, **kwargs)
        self.apercu = apercu
        self.paires = {p.cle: str(p.garde.uuid) for p in apercu.paires}
        self.fields["paires_vues"].initial = empreinte(self.paires)
        for participation in apercu.absorbe.participations:
            # « Quelqu'un d'autre » est une réponse : la question n'est pas facultative.
            self.fields[f"{PAIRE}{participation.uuid}"] = selon_la_reponse(
                forms.ChoiceField(
                    label=f"{participation.porteur}, dans {apercu.absorbe.dossier.reference}",
                    choices=[
                        ("", "quelqu’un d’autre"),
                        *((str(p.uuid), f"c’est {p.porteur}") for p in apercu.garde.participations),
                    ],
                    initial=self.paires.get(str(participation.uuid), ""),
                )
            )
        for comparaison in self.comparaisons():
            self.fields[comparaison.cle] = forms.ChoiceField(
                label=comparaison.libelle,
                choices=[(GARDE, comparaison.garde), (ABSORBE, comparaison.absorbe)],
                widget=forms.RadioSelect,
                initial=GARDE,
            )

    def comparaisons(self) -> list[Comparaison]:
        return [c for partie in self.apercu.comparaisons.values() for c in partie]

    @property
    def personnes(self) -> list:
        return [self[nom] for nom in self.fields if nom.startswith(PAIRE)]

    @property
    def parties(self) -> list[tuple[str, list]]:
        """Par partie du dossier, les champs à choisir."""
        return [
            (titre, [self[c.cle] for c in partie])
            for titre, partie in self.apercu.comparaisons.items()
        ]

    @property
    def choix(self) -> dict[str, str]:
        """Les seuls champs où l'on garde ce que dit l'autre dossier."""
        return {c.cle: ABSORBE for c in self.comparaisons() if self.cleaned_data[c.cle] == ABSORBE}


class ReferenceForm(forms.Form):
    reference = forms.CharField(
        label="Référence de l’autre dossier",
        max_length=20,
        help_text="Par exemple 2026-0417. Elle est en haut de sa page.",
    )

    def clean_reference(self):
        return self.cleaned_data["reference"].strip()


class ReponseFusionForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi refuser",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par la structure qui propose.",
    )
