from datetime import date

from django.core.management.base import BaseCommand

from porteurs.services.conservation import LOT, passer
from socle.historique import geste


class Command(BaseCommand):
    help = (
        "Prévient à 23 mois sans contact, anonymise à 24. À blanc tant qu'on ne demande pas "
        "« --pour-de-vrai » ; se rejoue sans rien doubler."
    )

    def add_arguments(self, parser):
        parser.add_argument("--pour-de-vrai", action="store_true", help="écrire, et non compter")
        parser.add_argument("--lot", type=int, default=LOT, help="dossiers par transaction")
        parser.add_argument("--date", type=date.fromisoformat, help="le jour à considérer")

    def handle(self, *args, **options):
        with geste("conservation", systeme=True):
            bilan = passer(
                jour=options["date"], pour_de_vrai=options["pour_de_vrai"], lot=options["lot"]
            )
        verbe = "" if options["pour_de_vrai"] else " (à blanc, rien n'est écrit)"
        self.stdout.write(
            f"À prévenir : {bilan.avertis}. À anonymiser : {bilan.anonymises}. "
            f"Gardés en archive restreinte : {bilan.archives}.{verbe}"
        )
