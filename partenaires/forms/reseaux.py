"""Créer un réseau, le régler, y ouvrir le partage."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from partenaires.champs import ChampJour
from partenaires.enums import TypeStructure
from partenaires.forms.invitations import COURRIEL_INCOMPLET
from partenaires.models import Departement, Epci, Reseau
from partenaires.models.reseau import SEUIL_MINIMAL
from partenaires.services.reseaux import AUTRE, MEME
from socle.texte import cle, sans_accent
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne


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
        required=False,
        help_text="Leurs numéros ou leurs noms, séparés par des virgules : « 63, Haute-Loire ». "
        "Vous pouvez aussi laisser ce choix à la personne qui animera.",
    )
    epcis = forms.ModelMultipleChoiceField(
        label="Intercommunalités couvertes",
        queryset=Epci.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        required=False,
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

    peut_ouvrir = forms.BooleanField(
        label="Ce réseau pourra en ouvrir d’autres, ses enfants",
        required=False,
        help_text="Pour un réseau régional ou de massif. Ouvrir un réseau n’y donne aucun droit.",
    )

    def __init__(self, *args, par_parent: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if par_parent:
            del self.fields["peut_ouvrir"]
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
        if donnees.get("departements") and not donnees.get("epcis") and "epcis" not in self.errors:
            self.add_error("epcis", "Cochez au moins une intercommunalité.")
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


# Les fuseaux du territoire français : le même jour n'y commence pas à la même heure.
FUSEAUX = [
    ("Europe/Paris", "Métropole"),
    ("America/Guadeloupe", "Guadeloupe"),
    ("America/Martinique", "Martinique"),
    ("America/Cayenne", "Guyane"),
    ("Indian/Reunion", "La Réunion"),
    ("Indian/Mayotte", "Mayotte"),
    ("America/Miquelon", "Saint-Pierre-et-Miquelon"),
    ("America/St_Barthelemy", "Saint-Barthélemy"),
    ("America/Marigot", "Saint-Martin"),
    ("Pacific/Noumea", "Nouvelle-Calédonie"),
    ("Pacific/Tahiti", "Polynésie française"),
    ("Pacific/Wallis", "Wallis-et-Futuna"),
]


class IdentiteForm(forms.Form):
    """Le nom et l'heure du réseau."""

    nom = forms.CharField(label="Nom du réseau", max_length=120, validators=[une_ligne])
    fuseau = forms.ChoiceField(
        label="À l’heure d’où ?",
        choices=FUSEAUX,
        help_text="Les réunions, les échéances et les jours fériés se comptent à cette heure.",
    )
    # Ce que la personne a lu : un changement fait entre-temps par une autre se dit.
    lu = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, reseau, **kwargs):
        kwargs.setdefault(
            "initial",
            {
                "nom": reseau.nom,
                "fuseau": reseau.fuseau,
                "seuil_masquage": reseau.seuil_masquage,
                "lu": reseau.empreinte_des_reglages(),
            },
        )
        super().__init__(*args, **kwargs)


class ReglagesForm(IdentiteForm):
    seuil_masquage = forms.IntegerField(
        label="Seuil de masquage",
        min_value=SEUIL_MINIMAL,
        max_value=50,
        help_text="Les élus et le public ne lisent pas un nombre plus petit que celui-ci. "
        "Cinq au moins : en dessous, un chiffre peut désigner quelqu’un.",
        error_messages={
            "min_value": "Cinq au moins : en dessous, un chiffre peut désigner quelqu’un.",
            "max_value": "Cinquante au plus : au-delà, plus rien ne se lirait.",
        },
    )


class ParentForm(forms.Form):
    """Proposer un réseau parent, par le nom qu'il a dans son adresse."""

    parent = forms.CharField(
        label="Nom du réseau parent dans l’adresse de ses pages",
        max_length=60,
        help_text="Demandez-le à qui l’anime. Par exemple « auvergne », pour /r/auvergne/.",
    )

    def clean_parent(self):
        saisie = self.cleaned_data["parent"].strip().strip("/").rpartition("/")[2].lower()
        parent = Reseau.objects.filter(slug=saisie).first()
        if parent is None:
            raise ValidationError("Aucun réseau ne porte ce nom dans son adresse.")
        return parent


class AnimateurForm(FormulaireUnique):
    """La personne à inviter pour animer un réseau que nul n'anime encore."""

    prenom = forms.CharField(label="Prénom", max_length=80, validators=[une_ligne])
    nom = forms.CharField(label="Nom", max_length=80, validators=[une_ligne])
    email = forms.EmailField(label="Adresse de courriel", error_messages=COURRIEL_INCOMPLET)


class PartageForm(forms.Form):
    """Les deux documents sans lesquels de vrais dossiers ne se partagent pas."""

    aipd_le = ChampJour(label="Analyse d’impact approuvée le")
    accord_conjoint_le = ChampJour(label="Accord des responsables conjoints signé le")
