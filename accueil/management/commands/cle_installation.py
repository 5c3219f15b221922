from django.core.management.base import BaseCommand

from accueil.installation import cle_installation, sans_compte


class Command(BaseCommand):
    help = "Montre la clé d'installation, demandée pour créer le premier compte à distance."

    def handle(self, *args, **options):
        if sans_compte():
            self.stdout.write(cle_installation())
        else:
            self.stdout.write("L’installation a déjà son premier compte : la clé ne sert plus.")
