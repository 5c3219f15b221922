"""Partager une ressource, en parler."""

from django import forms
from django.core.validators import URLValidator

from partenaires.enums import NatureRessource
from partenaires.forms.conventions import ChampTexte
from partenaires.services.ressources import lire_mots_cles
from socle.fichiers import TOUS, ChampFichier, FormulaireAvecFichiers
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

MOTS_MAXIMUM = 10


class RessourceForm(FormulaireAvecFichiers, FormulaireUnique):
    """Une ressource ; ``numero`` dit sur quelle version on travaille quand on la réécrit."""

    titre = forms.CharField(label="Titre", max_length=160, validators=[une_ligne])
    nature = forms.ChoiceField(
        label="De quoi s’agit-il ?", choices=[("", "Choisir…"), *NatureRessource.choices]
    )
    resume = forms.CharField(
        label="En une phrase",
        max_length=300,
        validators=[une_ligne],
        help_text="Ce qu’on y trouve, et à qui elle sert.",
    )
    mots_cles = forms.CharField(
        label="Mots-clés",
        max_length=300,
        required=False,
        help_text="Séparés par des virgules : école, commerce, médecin.",
    )
    texte = ChampTexte(label="Texte", required=False, widget=forms.Textarea(attrs={"rows": 12}))
    lien = forms.URLField(
        label="Lien",
        max_length=300,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        help_text="Une vidéo ou une page ; l’adresse commence par « https ».",
        error_messages={"invalid": "Cette adresse n’est pas complète. Elle commence par https."},
    )
    fichier = ChampFichier(label="Fichier", genres=TOUS, required=False)
    pour_les_enfants = forms.BooleanField(
        label="La partager avec les réseaux enfants", required=False
    )
    numero = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        if not reseau.enfants.exists():
            del self.fields["pour_les_enfants"]

    def clean_mots_cles(self):
        mots = lire_mots_cles(self.cleaned_data["mots_cles"])
        if len(mots) > MOTS_MAXIMUM:
            raise forms.ValidationError(f"Gardez les {MOTS_MAXIMUM} mots-clés les plus utiles.")
        if trop_long := next((m for m in mots if len(m) > 40), None):
            raise forms.ValidationError(
                f"« {trop_long[:40]}… » est trop long : séparez les mots-clés par des virgules."
            )
        return mots


class QuestionForm(FormulaireUnique):
    texte = forms.CharField(
        label="Votre question",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Tout le réseau la lit : pas de nom de porteur ni de détail personnel.",
        error_messages={"required": "Écrivez votre question."},
    )
    # La question à laquelle on répond ; vide, c'en est une nouvelle.
    question = forms.UUIDField(widget=forms.HiddenInput, required=False)
