from django.core.management.base import BaseCommand, CommandError

from porteurs.invariants import acces
from porteurs.models import Dossier
from porteurs.services.acces import recalculer


class Command(BaseCommand):
    help = "Compare la table des accès à la règle écrite en clair ; --reparer la remet au net."

    def add_arguments(self, parser):
        parser.add_argument("--reparer", action="store_true", help="recalcule tous les accès")

    def handle(self, *args, **options):
        phrases = acces(Dossier.objects.all())
        for phrase in phrases:
            self.stderr.write(phrase)
        if phrases and options["reparer"]:
            recalculer(Dossier.objects.values_list("pk", flat=True))
            self.stdout.write(f"{len(phrases)} écart(s) réparé(s).")
        elif phrases:
            raise CommandError(f"{len(phrases)} écart(s). « --reparer » les corrige.")
        else:
            self.stdout.write("Les accès concordent avec la règle.")
