"""Bâtir la démonstration en une transaction, et refuser de la garder si elle se contredit."""

from datetime import date

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from accueil.installation import sans_compte
from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.reseaux import TerritoiresAbsents
from partenaires.demonstration.structures import RESEAUX
from partenaires.models import Reseau
from socle.listes import contributions
from socle.refus import Refus


def verifier_invariants(reseaux: list[Reseau]) -> list[str]:
    """Toutes les vérifications déclarées, sur ces réseaux ; une phrase par invariant violé."""
    return [
        phrase for verifier in contributions("MAILLON_INVARIANTS") for phrase in verifier(reseaux)
    ]


def deja_construite() -> bool:
    """Vrai quand les réseaux de la démonstration sont dans la base."""
    return Reseau.objects.filter(slug__in=[r.slug for r in RESEAUX]).count() == len(RESEAUX)


@transaction.atomic
def construire_demonstration(jour: date) -> Contexte:
    """Construit le réseau de démonstration tel qu'il serait ce jour-là. Lève ``Refus``."""
    if not settings.MAILLON_DEMO:
        raise Refus("Cette installation n’est pas une démonstration (MAILLON_DEMO).")
    with connection.cursor() as curseur:
        # Des lots de milliers de lignes : le délai du web ne convient pas ici.
        curseur.execute("SET LOCAL statement_timeout = 0")
        curseur.execute("SELECT pg_advisory_xact_lock(hashtext('accueil.demonstration'))")
    if not sans_compte() or Reseau.objects.exists():
        raise Refus("La démonstration se charge dans une base vide ; celle-ci ne l’est pas.")
    contexte = Contexte(jour)
    try:
        for construire in contributions("MAILLON_DEMONSTRATION"):
            construire(contexte)
    except TerritoiresAbsents as absents:
        raise Refus(f"Ces communes manquent, chargez les territoires : {absents}.") from None
    _analyser()
    if phrases := verifier_invariants(list(contexte.reseaux.values())):
        raise Refus("La démonstration se contredit :\n" + "\n".join(phrases[:20]))
    return contexte


def _analyser() -> None:
    """Les statistiques des tables remplies d'un coup : sans elles, PostgreSQL choisit au hasard."""
    tables = [
        connection.ops.quote_name(modele._meta.db_table)
        for application in ("socle", "partenaires", "porteurs", "bourse")
        for modele in apps.get_app_config(application).get_models()
    ]
    with connection.cursor() as curseur:
        curseur.execute(f"ANALYZE {', '.join(tables)}")
