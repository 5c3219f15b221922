from django.core.management.base import BaseCommand

from accueil.installation import cle_installation, sans_compte


class Command(BaseCommand):
    help = "Montre la clé d'installation, demandée pour créer le premier compte à distance."

    def add_arguments(self, parser):
        parser.add_argument(
            "--si-utile", action="store_true", help="se tait quand un compte existe"
        )

    def handle(self, *args, si_utile, **options):
        if sans_compte():
            self.stdout.write(
                f"  Premier lancement : créez le compte d’administration. Clé : {cle_installation()}"
            )
        elif not si_utile:
            self.stdout.write("L’installation a déjà son premier compte : la clé ne sert plus.")
