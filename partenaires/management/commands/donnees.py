"""Reconstruit l'extrait des territoires livré avec le projet (``make donnees``)."""

import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partenaires.territoires import construction, extrait, sources


class Command(BaseCommand):
    help = "Reconstruit l'extrait des territoires à partir des paquets publics (npm et pip)."
    # Aucune base n'est lue ni écrite : l'extrait se reconstruit sur une machine nue.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--paquets",
            type=Path,
            help="dossier où garder les paquets, pour ne pas les redemander la fois suivante",
        )
        parser.add_argument(
            "--vers", type=Path, default=extrait.DOSSIER, help="dossier où écrire l'extrait"
        )

    def handle(self, *args, paquets, vers, **options):
        if paquets is not None and not paquets.is_dir():
            raise CommandError(f"Le dossier {paquets} n’existe pas.")
        with tempfile.TemporaryDirectory() as provisoire:
            dossier = paquets or Path(provisoire)
            self.stdout.write("Obtention des paquets…")
            sources.obtenir(dossier)
            tables = construction.construire(dossier)
        extrait.ecrire(tables, vers)
        for nom, lignes in tables.items():
            self.stdout.write(f"{nom} : {len(lignes) - 1} lignes")
