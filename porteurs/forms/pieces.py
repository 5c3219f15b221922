"""Joindre une pièce à un dossier ; tenir les modèles d'échange d'un réseau."""

from django import forms

from porteurs.enums import NATURES_NOTEES, Audience
from porteurs.forms.commun import FormulaireDeReseau
from porteurs.forms.suivi import REGLE_DE_REDACTION, avec_lecteurs
from socle.fichiers import TOUS, ChampFichier, FormulaireAvecFichiers
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne


class PieceForm(FormulaireAvecFichiers, FormulaireUnique, FormulaireDeReseau):
    fichier = ChampFichier(label="Le fichier", genres=TOUS)
    intitule = forms.CharField(
        label="Ce que c’est",
        max_length=160,
        validators=[une_ligne],
        help_text="« Plan de financement », « Photos du local ». "
        "Jamais de document de santé ni de pièce d’identité.",
    )
    audience = forms.ChoiceField(label="Qui le lira ?", widget=forms.RadioSelect)
    prive = forms.BooleanField(
        label="Touche à la vie privée du foyer : réservé à qui lit le volet privé", required=False
    )
    pour_porteur = forms.BooleanField(
        label="La personne accompagnée le trouvera aussi dans son espace",
        required=False,
        help_text="Les autres adultes du projet aussi, sauf ce qui touche à la vie privée : "
        "le porteur principal seul le lit.",
    )

    def __init__(self, *args, lecteurs, lit_le_prive: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["audience"].initial = Audience.EQUIPE
        self.fields["audience"].choices = [
            (audience.value, avec_lecteurs(audience, lecteurs[audience]))
            for audience in (Audience.EQUIPE, Audience.STRUCTURE)
            if audience in lecteurs
        ]
        if not lit_le_prive:
            del self.fields["prive"]


class ModeleEchangeForm(FormulaireUnique):
    titre = forms.CharField(
        label="Titre du modèle",
        max_length=80,
        validators=[une_ligne],
        help_text="« Premier appel », « Visite d’un local ».",
    )
    nature = forms.ChoiceField(label="C’est", choices=[(n.value, n.label) for n in NATURES_NOTEES])
    texte = forms.CharField(
        label="Le texte à compléter",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Les questions à poser, ce qu’il faut noter. " + REGLE_DE_REDACTION,
    )
