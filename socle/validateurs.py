"""Ce que toute saisie d'une ligne doit respecter, avant d'entrer dans un courriel ou un calendrier."""

from django.core.validators import RegexValidator

une_ligne = RegexValidator(
    r"[\x00-\x1f\x7f]",
    "Une seule ligne, sans caractère invisible.",
    code="une_ligne",
    inverse_match=True,
)
