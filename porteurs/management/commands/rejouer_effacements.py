from django.core.management.base import BaseCommand

from porteurs.services.anonymisation import rejouer
from porteurs.services.tombes import revenus
from socle.historique import geste


class Command(BaseCommand):
    help = (
        "Après une restauration : efface de nouveau ce qui l'avait été depuis la sauvegarde. À blanc "
        "tant qu'on ne demande pas « --pour-de-vrai »."
    )

    def add_arguments(self, parser):
        parser.add_argument("--pour-de-vrai", action="store_true", help="effacer, et non compter")

    def handle(self, *args, pour_de_vrai, **options):
        if pour_de_vrai:
            with geste("rejouer_effacements", systeme=True):
                dossiers, personnes = rejouer()
        else:
            dossiers, personnes = (len(liste) for liste in revenus())
        verbe = "effacés de nouveau" if pour_de_vrai else "revenus (à blanc, rien n'est écrit)"
        self.stdout.write(f"{dossiers} dossier(s) et {personnes} personne(s) {verbe}.")
