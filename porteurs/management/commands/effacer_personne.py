from django.core.management.base import BaseCommand, CommandError

from porteurs.models import Porteur
from porteurs.services.anonymisation import effacer_personne
from porteurs.services.effacement import a_effacer_avec
from socle.historique import geste


class Command(BaseCommand):
    help = (
        "Efface une personne accompagnée : base, historique, fichiers, courriels. À blanc tant "
        "qu'on ne demande pas « --pour-de-vrai »."
    )

    def add_arguments(self, parser):
        parser.add_argument("uuid", help="l'identifiant de la personne, lu sur sa page")
        parser.add_argument("--pour-de-vrai", action="store_true", help="effacer, et non compter")

    def handle(self, *args, uuid, pour_de_vrai, **options):
        porteur = Porteur.objects.select_related("reseau").filter(uuid=uuid).first()
        if porteur is None:
            raise CommandError("Personne ne porte cet identifiant.")
        if not pour_de_vrai:
            partent, restent = (len(liste) for liste in a_effacer_avec(porteur))
            self.stdout.write(
                f"{partent} dossier(s) partiraient, {restent} la perdraient (à blanc)."
            )
            return
        with geste("effacer_personne", systeme=True):
            partis, gardes = effacer_personne(porteur)
        self.stdout.write(f"Effacée : {partis} dossier(s) partis, {gardes} gardés par d'autres.")
