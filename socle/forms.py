from django import forms


class MotifForm(forms.Form):
    """Le motif d'un accès exceptionnel, inscrit au journal."""

    motif = forms.CharField(
        label="Pourquoi ouvrez-vous ce courriel ?",
        help_text="Votre nom, l’heure et ce motif sont inscrits au journal d’accès.",
        min_length=10,
        max_length=300,
        error_messages={"min_length": "Dites-le en une phrase : dix caractères au moins."},
    )
