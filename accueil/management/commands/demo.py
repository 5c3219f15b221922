from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accueil.demonstration import construire_demonstration, deja_construite
from socle.refus import Refus


class Command(BaseCommand):
    help = "Charge le réseau de démonstration, le même chaque fois pour un même jour."

    def add_arguments(self, parser):
        parser.add_argument(
            "--date", help="le jour de la démonstration, AAAA-MM-JJ (par défaut : aujourd'hui)"
        )

    def handle(self, *args, **options):
        jour = self._jour(options["date"])
        if settings.MAILLON_DEMO and deja_construite():
            if options["verbosity"]:
                self.stdout.write("La démonstration est déjà là : rien n’est refait.")
            return
        try:
            contexte = construire_demonstration(jour)
        except Refus as refus:
            raise CommandError(refus.phrase) from None
        if options["verbosity"]:
            self.stdout.write(
                f"Démonstration chargée au {contexte.jour:%d/%m/%Y} ; "
                f"chiffres exacts de l’année {contexte.annee}."
            )

    def _jour(self, saisie: str | None) -> date:
        if saisie is None:
            return timezone.localdate()
        try:
            return date.fromisoformat(saisie)
        except ValueError:
            raise CommandError(
                f"« {saisie} » n’est pas une date : écrivez-la AAAA-MM-JJ, comme 2026-11-21."
            ) from None
