"""Les formulaires de l'espace d'une personne accompagnée, et la réponse à ses demandes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from porteurs.enums import EtatDroit, NatureDroit
from porteurs.espace.textes import DROITS
from porteurs.forms.commun import selon_la_reponse
from porteurs.models import Porteur
from socle.fichiers import TOUS, ChampFichier, FormulaireAvecFichiers
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne


class AdresseForm(forms.Form):
    adresse = forms.EmailField(
        label=_("Votre adresse de courriel"),
        help_text=_("Celle que vous avez donnée à la personne qui vous suit."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control"}),
        error_messages={
            "required": _("Écrivez votre adresse de courriel."),
            "invalid": _("Cette adresse ne semble pas complète : il faut un @ et un point."),
        },
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Le code à six chiffres"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "form-control espace-code",
            }
        ),
        error_messages={"required": _("Tapez les six chiffres reçus par courriel.")},
    )

    def clean_code(self) -> str:
        chiffres = "".join(c for c in self.cleaned_data["code"] if c in "0123456789")
        if len(chiffres) != 6:
            raise forms.ValidationError(_("Le code a six chiffres."))
        return chiffres


class MessageForm(FormulaireUnique):
    texte = forms.CharField(
        label=_("Votre message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control"}),
        error_messages={
            "required": _("Écrivez au moins quelques mots."),
            "max_length": _("Ce message est trop long : 5 000 caractères au plus."),
        },
    )


class DocumentForm(FormulaireAvecFichiers, forms.Form):
    fichier = ChampFichier(
        label=_("Le document"),
        genres=TOUS,
        help_text=_("PDF, document, tableau ou photo. Jamais de document de santé."),
        error_messages={"required": _("Choisissez un document.")},
    )
    intitule = selon_la_reponse(
        forms.CharField(
            label=_("Ce que c’est, en quelques mots"),
            max_length=160,
            validators=[une_ligne],
            widget=forms.TextInput(attrs={"class": "form-control"}),
        )
    )


class DroitForm(forms.Form):
    nature = forms.ChoiceField(
        label=_("Que demandez-vous ?"),
        choices=[(nature.value, DROITS[nature]) for nature in NatureDroit],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez l’une des deux demandes.")},
    )
    mot = selon_la_reponse(
        forms.CharField(
            label=_("Une précision, si vous le souhaitez"),
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        )
    )

    def __init__(self, *args, personnes: list[Porteur], **kwargs):
        super().__init__(*args, **kwargs)
        self.personnes = {str(p.uuid): p for p in personnes}
        if len(personnes) > 1:
            self.fields["personne"] = forms.ChoiceField(
                label=_("Pour qui ?"),
                choices=[(uuid, str(p)) for uuid, p in self.personnes.items()],
                widget=forms.RadioSelect,
                error_messages={"required": _("Dites pour qui est cette demande.")},
            )

    @property
    def personne(self) -> Porteur:
        """La personne choisie, ou la seule. Après validation."""
        choisie = self.cleaned_data.get("personne") or next(iter(self.personnes))
        return self.personnes[choisie]


class ReponseDroitForm(FormulaireUnique):
    """Ce que la structure répond : c'est fait, ou pourquoi cela ne peut pas l'être."""

    etat = forms.ChoiceField(
        label="Votre réponse",
        choices=[
            (EtatDroit.FAITE.value, "C’est fait"),
            (EtatDroit.REFUSEE.value, "Cela ne peut pas être fait"),
        ],
        widget=forms.RadioSelect,
    )
    reponse = selon_la_reponse(
        forms.CharField(
            label="Ce que la personne lira",
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="Nécessaire pour un refus : elle doit pouvoir comprendre et contester.",
        )
    )
