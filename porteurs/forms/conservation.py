from django import forms

from partenaires.champs import ChampJour
from socle.unicite import FormulaireUnique


class ArchiveForm(FormulaireUnique):
    """Garder un dossier au-delà de deux ans : la raison écrite, et jusqu'à quand."""

    motif = forms.CharField(
        label="Pourquoi ce dossier doit-il être gardé ?",
        help_text="Une obligation, une garantie en cours, un contentieux\u00a0: des faits, sans rien de "
        "personnel. La personne peut demander à lire cette raison.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    jusqua = ChampJour(label="Jusqu’au")
