"""Les structures : celle qui entre dans un réseau."""

from django import forms

from partenaires.champs import ChampCommune
from partenaires.enums import TypeStructure
from partenaires.forms.invitations import COURRIEL_INCOMPLET
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne


class StructureForm(FormulaireUnique):
    """Une structure qui entre dans un réseau : son nom, sa nature, son siège."""

    nom = forms.CharField(
        label="Nom de la structure",
        max_length=160,
        validators=[une_ligne],
        help_text="En entier, tel que les partenaires le connaissent.",
    )
    type = forms.ChoiceField(
        label="De quelle nature ?", choices=[("", "Choisir…"), *TypeStructure.choices]
    )
    commune = ChampCommune(label="Commune de son siège")
    telephone = forms.CharField(
        label="Téléphone",
        max_length=20,
        required=False,
        validators=[une_ligne],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    email = forms.EmailField(
        label="Adresse de courriel", required=False, error_messages=COURRIEL_INCOMPLET
    )
