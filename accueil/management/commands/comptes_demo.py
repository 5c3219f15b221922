from django.core.management.base import BaseCommand

from partenaires.demonstration.personnes import COMPTES, MOT_DE_PASSE


class Command(BaseCommand):
    help = "Montre les comptes de la démonstration et leur mot de passe."
    requires_system_checks = []

    def handle(self, *args, **options):
        largeur = max(len(compte.presentation) for compte in COMPTES)
        for compte in COMPTES:
            self.stdout.write(f"  {compte.presentation:<{largeur}}  {compte.email}")
        self.stdout.write(f"  Mot de passe de chacun : {MOT_DE_PASSE}")
