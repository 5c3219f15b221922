"""Les structures : celle qui entre dans un réseau, sa fiche, la liste qu'on importe."""

import hashlib
import json

from django import forms

from partenaires.champs import ChampCommune
from partenaires.enums import TypeStructure
from partenaires.horaires import (
    JOURS,
    HorairesIllisibles,
    dire_plages,
    lire_plages,
    semaine_de,
)
from partenaires.models import Structure
from partenaires.siret import ChampSiret
from socle.coordonnees import ChampCourriel, ChampTelephone
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

NATURES = [("", "Choisir…"), *TypeStructure.choices]


class StructureForm(FormulaireUnique):
    """Une structure qui entre dans un réseau : son nom, sa nature, son siège."""

    nom = forms.CharField(
        label="Nom de la structure",
        max_length=160,
        validators=[une_ligne],
        help_text="En entier, tel que les partenaires le connaissent.",
    )
    type = forms.ChoiceField(label="De quelle nature\u00a0?", choices=NATURES)
    commune = ChampCommune(label="Commune de son siège")
    telephone = ChampTelephone()
    email = ChampCourriel()


class ChampJourOuvert(forms.CharField):
    """Les heures d'un jour, tapées comme on les dit ; rend ses plages."""

    def __init__(self, jour: str):
        super().__init__(label=jour.capitalize(), required=False, max_length=60)
        self.widget.attrs = {"placeholder": "fermé", "autocomplete": "off"}

    def prepare_value(self, value):
        return dire_plages(value) if isinstance(value, list) else value

    def clean(self, value):
        try:
            return lire_plages(super().clean(value))
        except HorairesIllisibles as erreur:
            raise forms.ValidationError(str(erreur)) from None


class FicheForm(forms.Form):
    """La fiche d'une structure : qui elle est, où la trouver, quand, et ce que le public en voit.

    ``lue`` porte l'empreinte de la fiche à l'affichage : si quelqu'un l'a changée entre-temps, on
    montre ce qu'il a écrit au lieu de l'effacer.
    """

    lue = forms.CharField(widget=forms.HiddenInput, required=False)
    nom = forms.CharField(label="Nom de la structure", max_length=160, validators=[une_ligne])
    type = forms.ChoiceField(label="De quelle nature\u00a0?", choices=NATURES)
    siret = ChampSiret(help_text="Quatorze chiffres, avec ou sans espaces. Il évite les doublons.")
    adresse = forms.CharField(
        label="Numéro et rue", max_length=200, required=False, validators=[une_ligne]
    )
    commune = ChampCommune(label="Commune", required=False)
    site = forms.URLField(
        label="Site internet",
        max_length=200,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        error_messages={"invalid": "Cette adresse de site semble incomplète."},
    )
    description = forms.CharField(
        label="En deux ou trois phrases, ce qu’elle fait pour qui s’installe",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="400 caractères au plus. Le public la lit si la structure paraît dans l’annuaire.",
    )
    telephone = ChampTelephone("Téléphone")
    email = ChampCourriel("Adresse de courriel")
    horaires_precision = forms.CharField(
        label="Précision",
        max_length=200,
        required=False,
        validators=[une_ligne],
        help_text="Par exemple\u00a0: «\u00a0fermé la deuxième quinzaine d’août\u00a0», "
        "«\u00a0sur rendez-vous\u00a0».",
    )
    recopier = forms.BooleanField(label="Du mardi au vendredi, comme le lundi", required=False)
    annuaire_public = forms.BooleanField(
        label="Visible dans l’annuaire public",
        required=False,
        help_text="Tout le monde y lira le nom, la commune, la description, les heures et les "
        "coordonnées ci-dessous\u00a0; jamais le nom d’une personne.",
    )
    telephone_public = ChampTelephone("Téléphone pour le public")
    email_public = ChampCourriel("Adresse de courriel pour le public")

    CHAMPS = (
        "nom",
        "type",
        "siret",
        "adresse",
        "commune",
        "site",
        "description",
        "telephone",
        "email",
        "horaires_precision",
        "annuaire_public",
        "telephone_public",
        "email_public",
    )

    def __init__(self, *args, structure: Structure, **kwargs):
        self.structure = structure
        self.actuelle = {champ: getattr(structure, champ) for champ in self.CHAMPS}
        initial = self.actuelle | {"lue": _empreinte(structure)}
        for rang, plages in enumerate(structure.horaires or [[]] * len(JOURS)):
            initial[f"jour{rang}"] = plages
        super().__init__(*args, initial=initial, **kwargs)
        for rang, jour in enumerate(JOURS):
            self.fields[f"jour{rang}"] = ChampJourOuvert(jour)

    @property
    def jours(self):
        return [self[f"jour{rang}"] for rang in range(len(JOURS))]

    def clean_site(self):
        site = self.cleaned_data["site"]
        if site.startswith("http://"):
            raise forms.ValidationError(
                "Cette adresse commence par http://, sans le «\u00a0s\u00a0»\u00a0: la plupart des sites "
                "répondent aussi en https://. Essayez-le, puis recopiez son adresse."
            )
        if site and not site.startswith("https://"):
            raise forms.ValidationError("L’adresse d’un site commence par https://.")
        return site

    def clean(self):
        donnees = super().clean()
        jours = [donnees.get(f"jour{rang}") or [] for rang in range(len(JOURS))]
        if donnees.get("recopier"):
            jours[1:5] = [jours[0]] * 4
        donnees["horaires"] = semaine_de(jours)
        if donnees.get("annuaire_public") and not (
            donnees.get("telephone_public") or donnees.get("email_public") or donnees.get("site")
        ):
            self.add_error(
                "annuaire_public",
                "Pour paraître dans l’annuaire public, donnez au moins un téléphone, une adresse de "
                "courriel ou un site que tout le monde peut employer.",
            )
        self._dire_ce_qui_a_change(donnees)
        return donnees

    def _dire_ce_qui_a_change(self, donnees: dict) -> None:
        lue, maintenant = donnees.get("lue"), _empreinte(self.structure)
        if not lue or lue == maintenant:
            return
        ecarts = [
            f"{self.fields[champ].label}\u00a0: {self.fields[champ].prepare_value(valeur) or 'vide'}"
            for champ, valeur in self.actuelle.items()
            if champ in self.fields and donnees.get(champ, valeur) != valeur
        ]
        if donnees["horaires"] != self.structure.horaires:
            ecarts.append("les heures d’ouverture")
        # Renvoyer ce formulaire l'enregistrera : la personne a vu les deux.
        self.data = self.data.copy()
        self.data["lue"] = maintenant
        if ecarts:
            self.add_error(
                None,
                "Quelqu’un a modifié cette fiche pendant que vous la remplissiez. Elle dit "
                f"maintenant\u00a0— {', '.join(ecarts)}. Corrigez ce qu’il faut, puis enregistrez "
                "de nouveau\u00a0: c’est votre version qui restera.",
            )

    def fiche(self) -> dict:
        """Les champs de la structure, à enregistrer."""
        return {champ: self.cleaned_data[champ] for champ in (*self.CHAMPS, "horaires")}


def _empreinte(structure: Structure) -> str:
    valeurs = [str(getattr(structure, champ)) for champ in (*FicheForm.CHAMPS, "horaires")]
    return hashlib.sha256(json.dumps(valeurs).encode()).hexdigest()[:20]


class ImportForm(forms.Form):
    """Une liste collée, ou un tableau déposé."""

    liste = forms.CharField(
        label="Coller une liste",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false"}),
        help_text="Copiée d’un tableur avec ses titres, ou tapée\u00a0: une structure par ligne, dans "
        "l’ordre nom\u00a0; nature\u00a0; commune.",
    )
    fichier = forms.FileField(
        label="Ou déposer un tableau",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.txt,.tsv"}),
        help_text="Classeur .xlsx ou .ods, ou fichier .csv\u00a0; mille lignes au plus.",
        error_messages={"empty": "Ce fichier est vide."},
    )
    suite = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        donnees = super().clean()
        if not self.errors and not donnees.get("fichier") and not donnees.get("liste", "").strip():
            self.add_error("liste", "Collez une liste, ou déposez un tableau.")
        return donnees
