"""Demander le fichier d’un réseau ; en recevoir un."""

from django import forms
from django.core.validators import validate_slug

from partenaires.models import Reseau
from socle.validateurs import une_ligne


class EmportForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi le réseau emporte-t-il ses données ?",
        help_text="Cette phrase est inscrite au journal et lue par les structures membres.",
        min_length=10,
        max_length=300,
        validators=[une_ligne],
        error_messages={"min_length": "Dites-le en une phrase : dix caractères au moins."},
    )


class ReceptionForm(forms.Form):
    """Le fichier scellé, la phrase que l’animation a gardée, et l’adresse si elle est prise."""

    fichier = forms.FileField(
        label="Le fichier du réseau",
        help_text="Il finit par « .maillon ».",
        error_messages={
            "required": "Choisissez le fichier.",
            "empty": "Ce fichier est vide.",
        },
    )
    phrase = forms.CharField(
        label="La phrase qui l’ouvre",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "L’animation du réseau a noté cette phrase en le demandant."},
    )
    slug = forms.CharField(
        label="Nom dans l’adresse, s’il faut le changer",
        max_length=60,
        required=False,
        validators=[validate_slug],
        error_messages={"invalid": "Des lettres sans accent, des chiffres et des traits d’union."},
    )

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if slug and Reseau.objects.filter(slug=slug).exists():
            raise forms.ValidationError("Cette adresse est déjà celle d’un autre réseau.")
        return slug
