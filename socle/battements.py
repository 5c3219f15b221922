"""Les battements des tâches planifiées : ce qui n'a pas tourné se voit."""

from datetime import datetime

from django.utils import timezone

from socle.models import Battement


def battre(nom: str) -> None:
    Battement.objects.update_or_create(nom=nom, defaults={"dernier": timezone.now()})


def derniers() -> dict[str, datetime]:
    """L'instant du dernier passage, par nom de tâche."""
    return dict(Battement.objects.values_list("nom", "dernier"))
