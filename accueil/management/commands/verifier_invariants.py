from django.core.management.base import BaseCommand, CommandError

from accueil.demonstration import verifier_invariants
from partenaires.models import Reseau


class Command(BaseCommand):
    help = "Vérifie ce qui doit toujours être vrai des réseaux et de leurs dossiers."

    def handle(self, *args, **options):
        phrases = verifier_invariants(list(Reseau.objects.order_by("pk")))
        for phrase in phrases:
            self.stderr.write(phrase)
        if phrases:
            raise CommandError(f"{len(phrases)} invariant(s) violé(s).")
        self.stdout.write("Tout concorde.")
