import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from porteurs.models import Porteur
from porteurs.services.copie import composer
from socle.acteur import systeme
from socle.enums import Operation
from socle.journal import consigner


class Command(BaseCommand):
    help = "Écrit la copie de tout ce que l'installation garde d'une personne accompagnée."

    def add_arguments(self, parser):
        parser.add_argument("uuid", help="l'identifiant de la personne, lu sur sa page")
        parser.add_argument("vers", type=Path, help="le fichier .zip à écrire")

    def handle(self, *args, uuid, vers, **options):
        porteur = Porteur.objects.filter(uuid=uuid).first()
        if porteur is None:
            raise CommandError("Personne ne porte cet identifiant.")
        if vers.exists():
            raise CommandError(f"{vers} existe déjà : choisissez un autre nom.")
        consigner(systeme(), Operation.EXPORT, "personne", porteur.uuid, "exporter_personne")
        descripteur = os.open(vers, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(composer(porteur))
        self.stdout.write(f"Copie écrite : {vers}")
