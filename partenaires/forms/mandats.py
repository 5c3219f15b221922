"""Préciser un mandat, le renouveler, nommer une suppléance, y mettre fin."""

from django import forms

from partenaires.champs import ChampJour
from partenaires.models import Mandat
from socle.coordonnees import ChampTelephone
from socle.fichiers import PDF, ChampFichier, FormulaireAvecFichiers
from socle.models import Utilisateur
from socle.validateurs import une_ligne

PERIMETRE_AIDE = (
    "Ce que couvre ce mandat, en une ou deux phrases : quelles communes, quels projets, "
    "jusqu’où la personne engage sa structure."
)


def champ_motif(**kwargs) -> forms.CharField:
    return forms.CharField(
        label="Pourquoi moins de deux personnes ?",
        max_length=300,
        validators=[une_ligne],
        help_text="Par exemple : structure d’une seule personne, recrutement en cours. "
        "Cette raison se lit sur la page de la structure.",
        **kwargs,
    )


class MandatForm(forms.Form):
    """``debut`` n'est proposé que pour un mandat à venir : on ne réécrit pas ce qui a couru."""

    perimetre = forms.CharField(
        label="Périmètre",
        max_length=400,
        required=False,
        help_text=PERIMETRE_AIDE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    telephone = ChampTelephone("Téléphone dans cette fonction")
    debut = ChampJour(label="Premier jour")
    dernier_jour = ChampJour(
        label="Dernier jour", required=False, help_text="Vide : le mandat n’a pas de fin."
    )
    motif_administration = champ_motif(required=False)

    def __init__(self, *args, mandat: Mandat, a_venir: bool, **kwargs):
        kwargs["initial"] = {
            "perimetre": mandat.perimetre,
            "telephone": mandat.telephone,
            "debut": mandat.periode.lower,
            "dernier_jour": mandat.dernier_jour,
        }
        super().__init__(*args, **kwargs)
        if not a_venir:
            del self.fields["debut"]

    def montrer_motif(self) -> bool:
        """Seulement quand la fin choisie laisserait la structure sans deux administrateurs."""
        return "motif_administration" in self.errors or bool(self.data.get("motif_administration"))


class TelephoneForm(forms.Form):
    telephone = ChampTelephone("Votre téléphone dans cette fonction")


class LettreForm(FormulaireAvecFichiers, forms.Form):
    fichier = ChampFichier(label="Lettre de mission, en PDF", genres=PDF)


class RenouvellementForm(forms.Form):
    dernier_jour = ChampJour(
        label="Dernier jour de la nouvelle période",
        required=False,
        help_text="Vide : sans fin.",
    )


class PersonneChoisie(forms.ModelChoiceField):
    def label_from_instance(self, personne: Utilisateur) -> str:
        return personne.nom_complet


class SuppleanceForm(forms.Form):
    personne = PersonneChoisie(
        label="Qui supplée ?",
        queryset=None,
        to_field_name="uuid",
        empty_label="Choisir…",
        error_messages={
            "required": "Choisissez une personne.",
            "invalid_choice": "Cette personne n’agit pas pour la structure : invitez-la d’abord.",
        },
    )

    def __init__(self, *args, personnes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["personne"].queryset = personnes


class FinForm(forms.Form):
    """Quand les droits cessent ; et pourquoi, s'il ne reste plus deux personnes pour administrer."""

    jour = ChampJour(
        label="Premier jour sans droits",
        required=False,
        help_text="Vide : dès aujourd’hui.",
    )
    motif_administration = champ_motif(required=False)

    def __init__(self, *args, demander_pourquoi: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.demander_pourquoi = demander_pourquoi

    def montrer_motif(self) -> bool:
        return self.demander_pourquoi or "motif_administration" in self.errors


class AdministrationForm(forms.Form):
    motif = champ_motif()
