from django import forms

from socle.unicite import FormulaireUnique


class LectureForm(FormulaireUnique):
    """Pourquoi l'animation demande à lire l'historique d'un dossier qu'elle ne suit pas."""

    motif = forms.CharField(
        label="Pourquoi demandez-vous à le lire\u00a0?",
        help_text="Sans nommer la personne. Ce motif est inscrit au journal et envoyé à la "
        "structure qui répond du dossier.",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"min_length": "Dites-le en une phrase\u00a0: dix caractères au moins."},
    )
