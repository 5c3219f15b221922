"""Les formulaires du carnet de route et du diagnostic."""

from django import forms

from partenaires.champs import ChampJour
from partenaires.enums import EtatJalon, Maillon
from partenaires.models import Mandat, Structure
from partenaires.permissions.adhesion import LECTEURS
from socle.models import Utilisateur
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

TEXTE = 4000
REGLE = "Des faits sur le territoire et l’organisation : personne n’y est nommé."


class ChampPersonne(forms.ModelChoiceField):
    def label_from_instance(self, personne):
        return personne.nom_complet


class ChampsDuJalon(forms.Form):
    """Quoi, pour quand, qui."""

    intitule = forms.CharField(label="Que faut-il faire ?", max_length=160, validators=[une_ligne])
    echeance = ChampJour(label="Pour quand ?")
    maillon = forms.ChoiceField(
        label="Quel maillon de la chaîne ?",
        required=False,
        choices=[("", "Toute la chaîne"), *Maillon.choices],
    )
    structure = forms.ModelChoiceField(
        label="Quelle structure s’en charge ?",
        queryset=None,
        required=False,
        to_field_name="uuid",
        empty_label="Le réseau tout entier",
    )
    responsable = ChampPersonne(
        label="Qui, en particulier ?",
        queryset=None,
        required=False,
        to_field_name="uuid",
        empty_label="Personne pour l’instant",
    )

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        jour = reseau.aujourd_hui()
        self.fields["structure"].queryset = Structure.objects.membres(reseau.pk, jour).order_by(
            "cle_tri", "pk"
        )
        # L'auditeur ne lit pas le carnet : on ne le lui confie pas.
        membres = Mandat.objects.actifs(jour).filter(reseau=reseau, fonction__in=LECTEURS)
        self.fields["responsable"].queryset = Utilisateur.objects.filter(
            pk__in=membres.values("utilisateur"), is_active=True
        ).order_by("nom", "prenom", "pk")


class JalonForm(ChampsDuJalon, FormulaireUnique):
    """Un jalon de plus."""


class AvancementForm(forms.Form):
    """Où en est un jalon ; ``revision`` dit sur quelle version on travaille."""

    etat = forms.ChoiceField(label="Où en est-on ?", choices=EtatJalon.choices)
    fait_le = ChampJour(
        label="Fait le", required=False, help_text="Sans date, nous notons aujourd’hui."
    )
    note = forms.CharField(
        label="En quelques mots",
        required=False,
        max_length=TEXTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qui est acquis, ce qui bloque. Tous les membres du réseau le lisent.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class JalonCompletForm(ChampsDuJalon, AvancementForm):
    """Pour qui anime : le jalon entier, avancement compris."""


class RubriqueForm(forms.Form):
    """Une rubrique du diagnostic."""

    atouts = forms.CharField(label="Ce qui va", required=False, max_length=TEXTE)
    manques = forms.CharField(label="Ce qui manque", required=False, max_length=TEXTE)
    pistes = forms.CharField(label="Ce qu’on pourrait faire", required=False, max_length=TEXTE)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for nom in ("atouts", "manques", "pistes"):
            self.fields[nom].widget = forms.Textarea(attrs={"rows": 5, "maxlength": TEXTE})
        self.fields["atouts"].help_text = REGLE

    def clean(self):
        donnees = super().clean()
        if not self.errors and not any(donnees[n] for n in ("atouts", "manques", "pistes")):
            raise forms.ValidationError("Écrivez au moins une ligne, dans l’une des trois cases.")
        return donnees
