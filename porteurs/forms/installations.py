from django import forms

from partenaires.champs import ChampCommune, ChampJour
from partenaires.models import Departement, Region
from porteurs.enums import Origine, ReponseSuivi
from porteurs.forms.commun import FormulaireDeReseau, selon_la_reponse
from porteurs.forms.suivi import REGLE_DE_REDACTION
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

SATISFACTION = [
    (5, "5 · très satisfait"),
    (4, "4 · satisfait"),
    (3, "3 · moyennement"),
    (2, "2 · peu satisfait"),
    (1, "1 · pas du tout"),
]
MAXIMUM = 999


def provenances() -> list:
    """Les départements rangés par région ; chaque région offre aussi « sans plus de détail »."""
    groupes: dict[tuple[int, str], list] = {}
    for departement in Departement.objects.select_related("region").order_by("region__nom", "nom"):
        region = (departement.region_id, departement.region.nom)
        groupes.setdefault(region, []).append((f"d{departement.pk}", departement.nom))
    return [
        (nom, [*departements, (f"r{pk}", f"{nom}, sans plus de détail")])
        for (pk, nom), departements in groupes.items()
    ]


class InstallationForm(FormulaireUnique, FormulaireDeReseau):
    le = ChampJour(label="Installé le")
    commune = ChampCommune(label="À")
    adultes = forms.IntegerField(label="Adultes", min_value=0, max_value=MAXIMUM, initial=1)
    enfants = forms.IntegerField(label="Enfants", min_value=0, max_value=MAXIMUM, initial=0)
    emplois = forms.IntegerField(
        label="Emplois créés ou maintenus", min_value=0, max_value=MAXIMUM, initial=1
    )
    origine = forms.ChoiceField(
        label="Ils étaient", choices=Origine.choices, widget=forms.RadioSelect
    )
    provenance = selon_la_reponse(
        forms.ChoiceField(
            label="D’où viennent-ils ?",
            help_text="Seulement s’ils viennent d’ailleurs. Rien à choisir pour un autre pays.",
        )
    )

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, jour=reseau.aujourd_hui(), **kwargs)
        self.fields["le"].initial = self.jour
        self.fields["commune"].preferer(reseau)
        self.fields["provenance"].choices = [("", "Je ne sais pas"), *provenances()]

    def faits(self) -> dict:
        """Ce que le service attend ; la provenance lue comme région ou département."""
        champs = self.cleaned_data
        faits = {
            n: champs[n] for n in ("le", "commune", "adultes", "enfants", "emplois", "origine")
        }
        lieu = champs["provenance"]
        if lieu.startswith("d"):
            faits["departement"] = Departement.objects.select_related("region").get(pk=lieu[1:])
        elif lieu:
            faits["region"] = Region.objects.get(pk=lieu[1:])
        return faits


class CorrectionForm(InstallationForm):
    motif = forms.CharField(
        label="Pourquoi cette correction ?",
        max_length=200,
        validators=[une_ligne],
        help_text="Le fil du dossier le garde.",
        error_messages={"required": "Dites pourquoi : les chiffres de l’année en dépendent."},
    )


def _entier(valeur) -> int | None:
    return int(valeur) if valeur else None


class NouvellesForm(FormulaireUnique, FormulaireDeReseau):
    """Ce que devient une installation, dit par la personne ou noté au téléphone."""

    reponse = forms.ChoiceField(
        label="L’activité",
        choices=[(r.value, r.label.capitalize()) for r in ReponseSuivi],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez l’une des deux réponses."},
    )
    satisfaction = forms.TypedChoiceField(
        label="Satisfaction de l’accueil et de l’accompagnement",
        choices=[("", "Sans avis"), *SATISFACTION],
        coerce=_entier,
        empty_value=None,
        required=False,
    )
    emplois = forms.IntegerField(
        label="Emplois aujourd’hui, le sien compris",
        min_value=0,
        max_value=MAXIMUM,
        required=False,
    )
    mot = forms.CharField(
        label="Un mot",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par l’équipe qui suit le dossier. " + REGLE_DE_REDACTION,
    )

    def reponses(self) -> dict:
        return {n: self.cleaned_data[n] for n in ("reponse", "satisfaction", "emplois", "mot")}


class NouvellesNoteesForm(NouvellesForm):
    le = ChampJour(label="Dit le")

    field_order = ["reponse", "satisfaction", "emplois", "mot", "le"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["le"].initial = self.jour


EN_ANGLAIS = {
    "reponse": ("Your business is", [("active", "Still running"), ("arretee", "Stopped")], ""),
    "satisfaction": (
        "How satisfied are you with the welcome and support you received?",
        [
            ("", "No opinion"),
            (5, "5 · very satisfied"),
            (4, "4 · satisfied"),
            (3, "3 · somewhat"),
            (2, "2 · not very"),
            (1, "1 · not at all"),
        ],
        "",
    ),
    "emplois": ("Jobs today, yours included", None, ""),
    "mot": ("A few words", None, "Read by the people who follow your project."),
}


class ReponseDuPorteurForm(NouvellesForm):
    """La page ouverte du courriel : à la deuxième personne, ou en anglais."""

    def __init__(self, *args, anglais: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reponse"].label = "Votre activité"
        self.fields[
            "satisfaction"
        ].label = "Êtes-vous satisfait de l’accueil et de l’accompagnement ?"
        self.fields["emplois"].label = "Emplois aujourd’hui, le vôtre compris"
        self.fields["mot"].help_text = "Lu par les personnes qui suivent votre projet."
        if anglais:
            for nom, (label, choix, aide) in EN_ANGLAIS.items():
                champ = self.fields[nom]
                champ.label, champ.help_text = label, aide
                if choix:
                    champ.choices = choix


class LienForm(FormulaireUnique, FormulaireDeReseau):
    reference = forms.CharField(
        label="Référence de l’autre dossier",
        max_length=20,
        validators=[une_ligne],
        help_text="Par exemple 2026-0042 : un dossier du réseau, que vous voyez aussi.",
    )
