"""Les formulaires des réseaux : inviter, entrer, créer un réseau, ouvrir le partage."""

import re

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from partenaires.champs import ChampCommune, ChampJour
from partenaires.enums import Fonction, TypeStructure
from partenaires.models import Departement, Epci
from partenaires.permissions import fonctions_accordables
from partenaires.services.reseaux import AUTRE, MEME
from socle.models import Utilisateur
from socle.texte import cle, sans_accent
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


class ReseauForm(FormulaireUnique):
    """Un réseau neuf. Les intercommunalités se cochent une fois leurs départements nommés."""

    nom = forms.CharField(label="Nom du réseau", max_length=120, validators=[une_ligne])
    slug = forms.SlugField(
        label="Nom dans l’adresse des pages",
        max_length=60,
        required=False,
        help_text="Laissez vide : il sera tiré du nom. Par exemple « livradois-forez ».",
        error_messages={
            "invalid": "Seulement des lettres sans accent, des chiffres et des tirets."
        },
    )
    departements = forms.CharField(
        label="Départements concernés",
        max_length=200,
        help_text="Leurs numéros ou leurs noms, séparés par des virgules : « 63, Haute-Loire ».",
    )
    epcis = forms.ModelMultipleChoiceField(
        label="Intercommunalités couvertes",
        queryset=Epci.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une intercommunalité."},
    )
    structure_nom = forms.CharField(
        label="Structure qui coordonne le réseau", max_length=160, validators=[une_ligne]
    )
    structure_type = forms.ChoiceField(
        label="De quelle nature ?", choices=[("", "Choisir…"), *TypeStructure.choices]
    )
    homonyme = forms.ChoiceField(
        label="Une structure porte déjà ce nom dans l’installation",
        choices=[
            (MEME, "C’est elle : elle coordonnera aussi ce réseau"),
            (AUTRE, "C’en est une autre, qui a le même nom"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    prenom = forms.CharField(label="Prénom", max_length=80, validators=[une_ligne])
    nom_personne = forms.CharField(label="Nom", max_length=80, validators=[une_ligne])
    email = forms.EmailField(
        label="Adresse de courriel",
        help_text="Cette personne recevra une invitation à animer le réseau.",
        error_messages=COURRIEL_INCOMPLET,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.inconnus, departements = lire_departements(self.data.get("departements", ""))
        self.fields["epcis"].queryset = Epci.objects.filter(
            communes__departement__in=departements
        ).distinct()
        champ = self.fields["epcis"]
        champ.choices = [(e.code, e.nom) for e in sorted(champ.queryset, key=lambda e: cle(e.nom))]

    @property
    def montrer_homonyme(self) -> bool:
        """La question ne se pose que si le service a trouvé une structure du même nom."""
        return bool(self["homonyme"].errors or self.data.get("homonyme"))

    def seulement_departements(self) -> None:
        """Le reste n'est pas encore rempli : seule l'erreur du champ des départements se dit."""
        self._errors = type(self.errors)(
            {nom: e for nom, e in self.errors.items() if nom == "departements"}
        )

    def clean_departements(self):
        if self.inconnus:
            raise ValidationError(
                "Nous ne reconnaissons pas ce département : %(inconnus)s.",
                params={"inconnus": ", ".join(self.inconnus)},
            )
        return self.cleaned_data["departements"]

    def clean(self):
        donnees = super().clean()
        if "slug" not in self.errors and donnees.get("nom"):
            donnees["slug"] = donnees["slug"] or slugify(donnees["nom"])[:60].strip("-")
            if not donnees["slug"]:
                self.add_error("slug", "Le nom ne contient aucune lettre : écrivez-en un ici.")
        return donnees


def lire_departements(saisie: str) -> tuple[list[str], list[Departement]]:
    """Ce qui n'a pas été reconnu, et les départements qui l'ont été, par numéro ou par nom."""
    connus = {}
    for departement in Departement.objects.all() if saisie.strip() else ():
        connus[departement.code.lower()] = connus[cle(departement.nom)] = departement
    inconnus, trouves = [], []
    for morceau in re.split(r"[,;\n]", saisie):
        texte = morceau.strip()
        if not texte:
            continue
        departement = (
            connus.get(sans_accent(texte))
            or connus.get(texte.zfill(2).lower())
            or connus.get(cle(texte))
        )
        if departement is None:
            inconnus.append(texte)
        else:
            trouves.append(departement)
    return inconnus, trouves


class PartageForm(forms.Form):
    """Les deux documents sans lesquels de vrais dossiers ne se partagent pas."""

    aipd_le = ChampJour(label="Analyse d’impact approuvée le")
    accord_conjoint_le = ChampJour(label="Accord des responsables conjoints signé le")
