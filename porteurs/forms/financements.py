from django import forms

from partenaires.champs import ChampJour
from partenaires.forms.evenements import ChampMontant, ChampStructure
from partenaires.models import Structure
from porteurs.enums import EtatFinancement, NatureFinancement
from porteurs.forms.commun import FormulaireDeReseau, selon_la_reponse
from porteurs.forms.suivi import REGLE_DE_REDACTION
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

MOTS_D_ETAT = {
    EtatFinancement.DEMANDE: "Demandé : on attend la réponse",
    EtatFinancement.ACCORDE: "Accordé",
    EtatFinancement.VERSE: "Accordé et versé",
    EtatFinancement.REFUSE: "Refusé",
}


def champ_membre(libelle: str) -> ChampStructure:
    """Une structure membre du réseau, ou aucune ; le formulaire lui donne ses choix."""
    return ChampStructure(
        label=libelle,
        queryset=Structure.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label="Un autre, que j’écris",
    )


def membres(reseau):
    return Structure.objects.membres(reseau.pk, reseau.aujourd_hui()).order_by("cle_tri", "pk")


class FinancementForm(FormulaireUnique, FormulaireDeReseau):
    nature = forms.ChoiceField(
        label="Quoi", choices=[(n.value, n.label.capitalize()) for n in NatureFinancement]
    )
    structure_qui = champ_membre("Qui finance ?")
    financeur = selon_la_reponse(
        forms.CharField(label="Ou un autre financeur", max_length=120, validators=[une_ligne])
    )
    etat = forms.ChoiceField(
        label="Où en est-on ?", choices=[(e.value, mot) for e, mot in MOTS_D_ETAT.items()]
    )
    montant = selon_la_reponse(ChampMontant(label="Montant, en euros"))
    le = ChampJour(label="Depuis le", help_text="La date de la demande, de l’accord ou du refus.")
    motif = selon_la_reponse(
        forms.CharField(
            label="Pourquoi ce refus",
            max_length=300,
            validators=[une_ligne],
            help_text=REGLE_DE_REDACTION,
        )
    )

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, jour=reseau.aujourd_hui(), **kwargs)
        self.fields["structure_qui"].queryset = membres(reseau)
        self.fields["le"].initial = self.jour

    def clean(self):
        champs = super().clean()
        if bool(champs.get("structure_qui")) == bool(champs.get("financeur")):
            self.add_error("financeur", "Choisissez une structure du réseau, ou écrivez un nom.")
        return champs


class ReponseFinancementForm(FormulaireUnique, FormulaireDeReseau):
    """La suite d'une demande, ou le versement de ce qui est accordé."""

    reponse = forms.ChoiceField(label="Qu’en est-il ?", widget=forms.RadioSelect)
    le = ChampJour(label="Depuis le")
    montant = selon_la_reponse(ChampMontant(label="Montant accordé, en euros"))
    motif = selon_la_reponse(
        forms.CharField(
            label="Pourquoi ce refus",
            max_length=300,
            validators=[une_ligne],
            help_text=REGLE_DE_REDACTION,
        )
    )

    def __init__(self, *args, suites=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reponse"].choices = [
            (s, EtatFinancement(s).label.capitalize()) for s in suites
        ]
        self.fields["reponse"].initial = next(iter(suites), None)
        self.fields["le"].initial = self.jour
        if EtatFinancement.ACCORDE not in suites:
            # Le versement ne change ni le montant ni les raisons.
            del self.fields["montant"], self.fields["motif"]
