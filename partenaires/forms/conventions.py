"""Les formulaires des conventions, de leurs avenants et de leurs objectifs."""

from datetime import timedelta

from django import forms

from partenaires.champs import ChampJour
from partenaires.enums import EtatObjectif
from partenaires.models import Avenant
from partenaires.services.conventions import structures_possibles
from socle.dates import date_en_mots
from socle.fichiers import PDF, ChampFichier, FormulaireAvecFichiers
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

TEXTE = 40_000
MARQUES = (
    "Une ligne qui commence par « # » est un titre, par « - » un élément de liste ; une ligne vide "
    "sépare deux paragraphes."
)


class ChampTexte(forms.CharField):
    """Un texte long, en balisage léger ; les retours de ligne du navigateur sont uniformisés."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", TEXTE)
        kwargs.setdefault(
            "widget", forms.Textarea(attrs={"rows": 22, "spellcheck": "true", "lang": "fr"})
        )
        kwargs.setdefault("help_text", MARQUES)
        super().__init__(**kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class ChampStructures(forms.ModelMultipleChoiceField):
    """Des structures du réseau, à cocher."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(queryset=None, to_field_name="uuid", **kwargs)
        self.error_messages["invalid_choice"] = "Cette structure n’est pas de ce réseau."

    def label_from_instance(self, structure):
        return structure.nom


def lendemain(dernier_jour):
    """Le premier jour où la convention ne lie plus ; rien si elle n'a pas de dernier jour."""
    return dernier_jour + timedelta(days=1) if dernier_jour else None


class ConventionForm(FormulaireUnique):
    """Écrire ou changer un engagement de principe ; ``revision`` dit sur quelle version."""

    intitule = forms.CharField(label="Intitulé", max_length=160, validators=[une_ligne])
    structures = ChampStructures(
        label="Structures qui s’engagent",
        error_messages={"required": "Choisissez au moins une structure."},
    )
    debut = ChampJour(label="Premier jour")
    dernier_jour = ChampJour(
        label="Dernier jour",
        required=False,
        help_text="Laissez vide pour une convention sans limite de durée.",
    )
    texte = ChampTexte(label="Texte", required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["structures"].queryset = structures_possibles(reseau)

    def clean(self):
        donnees = super().clean()
        debut, dernier = donnees.get("debut"), donnees.get("dernier_jour")
        if debut and dernier and dernier < debut:
            self.add_error(
                "dernier_jour",
                f"La convention finirait le {date_en_mots(dernier)}, avant d’avoir commencé le "
                f"{date_en_mots(debut)}. Choisissez un dernier jour plus tardif, ou aucun.",
            )
        return donnees


class SignatureForm(FormulaireAvecFichiers, forms.Form):
    signee_le = ChampJour(label="Signée le")
    fichier = ChampFichier(
        label="Document signé, en PDF (facultatif)",
        genres=PDF,
        required=False,
        help_text="Vous pourrez aussi le joindre plus tard, depuis la page de la convention.",
    )
    # Le texte qui se fige est celui qu'on vient de relire, pas un autre.
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class DenonciationForm(forms.Form):
    dernier_jour = ChampJour(
        label="Dernier jour",
        help_text="Les droits courent jusqu’à ce jour compris. Pensez au préavis du texte.",
    )
    motif = forms.CharField(
        label="Pourquoi ?",
        max_length=300,
        validators=[une_ligne],
        help_text="Tous les membres qui lisent la convention le verront.",
    )


class AvenantForm(FormulaireUnique):
    """Ce qui change, et le texte entier tel qu'il se lira."""

    objet = forms.CharField(
        label="Qu’est-ce qui change ?",
        max_length=300,
        validators=[une_ligne],
        help_text="En une phrase : « Une commune rejoint la permanence d’Olliergues ».",
    )
    effet = ChampJour(label="Prend effet le")
    change_fin = forms.BooleanField(label="La fin change", required=False)
    dernier_jour = ChampJour(
        label="Nouveau dernier jour",
        required=False,
        help_text="Si la fin change. Vide : sans limite de durée.",
    )
    entrees = ChampStructures(label="Structures qui entrent", required=False)
    sorties = ChampStructures(label="Structures qui se retirent", required=False)
    texte = ChampTexte(
        label="Le texte entier, tel qu’il se lira",
        required=False,
        help_text=f"Partez du texte en vigueur, ci-dessous, et changez ce qui change. {MARQUES}",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args, reseau, parties, **kwargs):
        super().__init__(*args, **kwargs)
        possibles = structures_possibles(reseau)
        self.fields["entrees"].queryset = possibles.exclude(pk__in=parties)
        self.fields["sorties"].queryset = possibles.filter(pk__in=parties)

    def clean(self):
        donnees = super().clean()
        if donnees.get("dernier_jour") and not donnees.get("change_fin"):
            self.add_error(
                "change_fin", "Vous donnez un nouveau dernier jour : cochez que la fin change."
            )
        return donnees


class ObjectifForm(FormulaireUnique):
    intitule = forms.CharField(
        label="Que voulons-nous atteindre ?", max_length=200, validators=[une_ligne]
    )
    mesure = forms.CharField(
        label="À quoi le verra-t-on ?",
        max_length=200,
        required=False,
        validators=[une_ligne],
        help_text="Un nombre, un fait : « vingt mairies formées au premier accueil ».",
    )
    echeance = ChampJour(label="Pour quand ?", required=False)


class SuiviForm(FormulaireUnique):
    le = ChampJour(label="Au jour du")
    etat = forms.ChoiceField(label="Où en est-on ?", choices=EtatObjectif.choices)
    avancement = forms.IntegerField(
        label="Avancement, en pour cent",
        min_value=0,
        max_value=100,
        error_messages={
            "min_value": "L’avancement va de 0 à 100.",
            "max_value": "L’avancement va de 0 à 100.",
        },
    )
    texte = forms.CharField(
        label="En quelques mots",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qui est acquis, ce qui bloque. Personne n’y est nommé.",
    )


class DocumentForm(FormulaireAvecFichiers, FormulaireUnique):
    """Le document signé, en PDF."""

    fichier = ChampFichier(label="Document signé, en PDF", genres=PDF)
    avenant = forms.ModelChoiceField(
        label="Ce document est",
        queryset=Avenant.objects.none(),
        required=False,
        empty_label="la convention elle-même",
        to_field_name="uuid",
    )

    def __init__(self, *args, convention, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["avenant"].queryset = convention.avenants.order_by("numero")


class ModeleForm(forms.Form):
    texte = ChampTexte(label="Le texte du modèle")
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class CharteForm(forms.Form):
    texte = ChampTexte(label="Le texte de la charte")
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
