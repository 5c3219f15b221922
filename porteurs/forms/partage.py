"""Noter un accord, demander l'accès, y répondre."""

from django import forms

from partenaires.champs import ChampJour
from porteurs.enums import ModeAccord
from porteurs.forms.commun import FormulaireDeReseau, selon_la_reponse
from porteurs.models.accord import DUREE_ACCORD
from porteurs.services.partage import DUREE_ACCES
from socle.unicite import FormulaireUnique

NOTES = [m for m in ModeAccord if m != ModeAccord.EN_LIGNE]


class AccordForm(FormulaireUnique, FormulaireDeReseau):
    """Qui donne son accord, à quelle structure, comment, jusqu'à quand.

    Chaque structure proposée dit qui y lirait : c'est lu avant d'enregistrer.
    """

    structure_lectrice = forms.TypedChoiceField(
        label="Quelle structure pourra lire le volet privé ?", coerce=int, widget=forms.RadioSelect
    )
    adultes = forms.MultipleChoiceField(
        label="Qui donne son accord ?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une personne : chacune décide pour soi."},
    )
    mode = forms.ChoiceField(
        label="Comment", choices=[(m.value, m.label.capitalize()) for m in NOTES]
    )
    donne_le = ChampJour(label="Donné le")
    jusqua = ChampJour(
        label="Jusqu’au", help_text="Deux ans au plus. La personne peut le retirer n’importe quand."
    )

    def __init__(self, *args, lectrices, adultes, lecteurs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["structure_lectrice"].choices = [
            (s.pk, _avec_lecteurs(s.nom, lecteurs[s.pk])) for s in lectrices
        ]
        self.fields["adultes"].choices = [(str(a.uuid), str(a.porteur)) for a in adultes]
        self.fields["donne_le"].initial = self.jour
        self.fields["jusqua"].initial = self.jour + DUREE_ACCORD
        if len(lectrices) == 1:
            self.fields["structure_lectrice"].initial = lectrices[0].pk
        if len(adultes) == 1:
            self.fields["adultes"].initial = [str(adultes[0].uuid)]


def _avec_lecteurs(nom: str, personnes: list[str]) -> str:
    """« Chambre de la vallée (Anne Durand, Luc Petit la liront) »."""
    if not personnes:
        return f"{nom} (personne n’y suit de dossiers aujourd’hui)"
    return f"{nom} (lu par {', '.join(personnes)})"


class DemandeAccesForm(FormulaireUnique, FormulaireDeReseau):
    motif = forms.CharField(
        label="Pourquoi suivre ce dossier ?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La structure qui en répond le lira, et la personne accompagnée peut le lire.",
        error_messages={"required": "Dites pourquoi en une ligne : c’est ce qui décidera."},
    )


class ReponseAccesForm(FormulaireUnique, FormulaireDeReseau):
    """Accepter jusqu'à une date, ou refuser en disant pourquoi."""

    decision = forms.ChoiceField(
        label="Votre réponse",
        choices=[("oui", "Accepter : la structure suit le dossier"), ("non", "Refuser")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez : accepter ou refuser."},
    )
    jusqua = selon_la_reponse(
        ChampJour(
            label="Jusqu’au",
            help_text="L’accès se referme tout seul ce jour-là. Deux ans au plus.",
        )
    )
    reponse = selon_la_reponse(
        forms.CharField(
            label="Un mot pour qui demande",
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="Nécessaire si vous refusez.",
        )
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["jusqua"].initial = self.jour + DUREE_ACCES
