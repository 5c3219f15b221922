from django import forms

from partenaires.champs import ChampJour
from socle.unicite import FormulaireUnique


class ArchiveForm(FormulaireUnique):
    """Garder un dossier au-delà de deux ans : la raison écrite, et jusqu'à quand."""

    motif = forms.CharField(
        label="Pourquoi ce dossier doit-il être gardé\u00a0?",
        help_text="Une obligation, une garantie en cours, un contentieux\u00a0: des faits, sans rien de "
        "personnel. La personne peut demander à lire cette raison.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    jusqua = ChampJour(label="Jusqu’au")


class EffacerForm(forms.Form):
    """Ce qui ne se défait pas se dit deux fois : pourquoi, et oui."""

    motif = forms.CharField(
        label="À la suite de quoi\u00a0?",
        help_text="Sans nommer la personne\u00a0: «\u00a0demande reçue dans son espace\u00a0». "
        "Inscrit au journal.",
        max_length=300,
    )
    certain = forms.BooleanField(label="J’ai lu ce qui sera effacé, et je l’efface.")
