from getpass import getpass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partenaires.services.emport import recevoir
from socle.refus import Refus


class Command(BaseCommand):
    help = "Reçoit un réseau venu d’une autre installation ; la phrase qui ouvre le fichier est demandée."

    def add_arguments(self, parser):
        parser.add_argument("fichier", type=Path)
        parser.add_argument("--slug", default="", help="nom dans l’adresse, s’il faut le changer")
        parser.add_argument("--pour-de-bon", action="store_true", help="sans quoi, un simple essai")

    def handle(self, *args, fichier, slug, pour_de_bon, **options):
        try:
            relecture = recevoir(
                fichier=fichier,
                phrase=getpass("Phrase : "),
                slug=slug,
                essai=not pour_de_bon,
            )
        except (Refus, FileNotFoundError) as erreur:
            raise CommandError(getattr(erreur, "phrase", str(erreur))) from erreur
        for ligne in relecture.resume():
            self.stdout.write(
                f"{ligne['libelle']} : {ligne['creees']} créées, {ligne['retrouvees']} déjà ici"
            )
        self.stdout.write("C’est fait." if pour_de_bon else "Essai : rien n’est enregistré.")
