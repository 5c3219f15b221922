"""Inviter une personne, et ce qu’elle remplit pour entrer."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from partenaires.enums import Fonction
from partenaires.permissions.adhesion import fonctions_accordables
from socle.models import Utilisateur
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

COURRIEL_INCOMPLET = {"invalid": "Cette adresse ne semble pas complète : il faut un @ et un point."}


def choix_de_fonctions(valeurs) -> list[tuple[str, str]]:
    return [(f.value, f.label) for f in Fonction if f in valeurs]


class InvitationForm(FormulaireUnique):
    """Qui inviter, pour quelle structure, à quel titre. Les choix suivent les droits de l'acteur."""

    structure = forms.ModelChoiceField(
        label="Pour quelle structure ?", queryset=None, to_field_name="uuid", empty_label=None
    )
    fonction = forms.ChoiceField(label="À quel titre ?")
    prenom = forms.CharField(label="Prénom", max_length=80, validators=[une_ligne])
    nom = forms.CharField(label="Nom", max_length=80, validators=[une_ligne])
    email = forms.EmailField(
        label="Adresse de courriel professionnelle",
        error_messages=COURRIEL_INCOMPLET,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    administre = forms.BooleanField(
        label="Pourra aussi inviter ses collègues et mettre fin à leurs mandats",
        required=False,
    )

    def __init__(self, *args, acteur, reseau, structures, **kwargs):
        super().__init__(*args, **kwargs)
        self.acteur, self.reseau = acteur, reseau
        self.fields["structure"].queryset = structures
        proposees = {f for s in structures for f in fonctions_accordables(acteur, reseau, s)}
        self.fields["fonction"].choices = choix_de_fonctions(proposees)
        self.fields["fonction"].initial = (
            Fonction.TECHNICIEN if Fonction.TECHNICIEN in proposees else Fonction.PREMIER_ACCUEIL
        )

    def clean(self):
        donnees = super().clean()
        structure, fonction = donnees.get("structure"), donnees.get("fonction")
        if (
            structure
            and fonction
            and fonction not in fonctions_accordables(self.acteur, self.reseau, structure)
        ):
            self.add_error(
                "fonction",
                "Dans cette structure, cette fonction se donne par un technicien qui l’administre, "
                "ou par l’animation du réseau.",
            )
        if donnees.get("administre") and donnees.get("fonction") == Fonction.AUDITEUR:
            self.add_error(
                "administre", "Une personne chargée d’audit n’administre pas de structure."
            )
        return donnees


class MotDePasseForm(forms.Form):
    """Un nom et un mot de passe : ce qu'il faut pour ouvrir un compte."""

    prenom = forms.CharField(
        label="Prénom",
        max_length=80,
        validators=[une_ligne],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    nom = forms.CharField(
        label="Nom",
        max_length=80,
        validators=[une_ligne],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    password1 = forms.CharField(
        label="Mot de passe",
        strip=False,
        help_text="Douze caractères au moins. Une petite phrase se retient mieux qu’un mot compliqué.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Le même, encore une fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self):
        donnees = super().clean()
        premier, second = donnees.get("password1"), donnees.get("password2")
        if premier and second and premier != second:
            self.add_error("password2", "Les deux mots de passe ne sont pas les mêmes.")
        if premier:
            personne = Utilisateur(
                email=donnees.get("email") or self.email,
                prenom=donnees.get("prenom", ""),
                nom=donnees.get("nom", ""),
            )
            try:
                validate_password(premier, personne)
            except ValidationError as erreur:
                self.add_error("password1", erreur)
        return donnees
