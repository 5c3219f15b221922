"""Charge les territoires de l'extrait livré ; sans effet quand la base est à l'heure."""

from pathlib import Path

from django.core.management.base import BaseCommand

from partenaires.territoires import extrait
from partenaires.territoires.chargement import charger


class Command(BaseCommand):
    help = "Charge régions, départements, EPCI, communes et populations de l'extrait livré."

    def add_arguments(self, parser):
        parser.add_argument(
            "--depuis", type=Path, default=extrait.DOSSIER, help="dossier de l'extrait"
        )

    def handle(self, *args, depuis, **options):
        bilan = charger(depuis)
        if bilan.vide:
            self.stdout.write("Les territoires sont déjà à jour.")
        for nom in bilan.ajouts:
            comptes = (bilan.ajouts[nom], bilan.corrections[nom], bilan.retraits[nom])
            if any(comptes):
                ajouts, corrections, retraits = comptes
                self.stdout.write(
                    f"{nom} : {ajouts} ajout(s), {corrections} correction(s), {retraits} retrait(s)"
                )
        if bilan.gardes:
            self.stdout.write(
                "Absents de l’extrait, gardés parce qu’une donnée les désigne : "
                + ", ".join(bilan.gardes)
            )
