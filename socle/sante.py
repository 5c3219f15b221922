"""Ce que /sante/ regarde. Chaque contrôle rend un état et une phrase, sans lever d'erreur."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from socle import battements
from socle.enums import EtatCourriel
from socle.listes import contributions
from socle.models import Courriel

# Une tâche planifiée muette au-delà de ce délai est signalée.
SILENCES = {
    "socle.balayer_courriels": timedelta(minutes=5),
    "porteurs.preparer_digests": timedelta(hours=1),
    "porteurs.mener_les_imports": timedelta(minutes=10),
    "porteurs.mener_les_exports": timedelta(minutes=10),
    "porteurs.reprendre_les_suivis": timedelta(hours=3),
    "porteurs.prendre_des_nouvelles": timedelta(hours=26),
    "porteurs.suivre_les_demandes": timedelta(hours=26),
    # Une fin de semaine entière sépare le vendredi du lundi.
    "porteurs.rappeler_les_actions": timedelta(hours=74),
    "porteurs.suivre_les_besoins": timedelta(hours=26),
    "porteurs.passer_la_conservation": timedelta(hours=26),
    "socle.preparer_les_semaines": timedelta(hours=3),
    "socle.soigner_fichiers": timedelta(hours=3),
    "partenaires.relancer_les_invitations": timedelta(hours=3),
    "partenaires.prevenir_les_partenaires": timedelta(hours=26),
    "partenaires.preparer_les_emports": timedelta(hours=1),
    "partenaires.suivre_les_conventions": timedelta(hours=26),
    "partenaires.suivre_les_evenements": timedelta(hours=26),
    "socle.purger": timedelta(hours=26),
}
ATTENTE_MAXIMALE = timedelta(minutes=30)


@dataclass(frozen=True)
class Controle:
    nom: str
    libelle: str
    examiner: Callable[[], tuple[bool, str]]
    # Un contrôle vital décide de /sante/pret ; les autres se lisent sur /sante/.
    vital: bool = False


def _base() -> tuple[bool, str]:
    try:
        with connection.cursor() as curseur:
            curseur.execute("SELECT 1")
    except DatabaseError:
        return False, "la base de données ne répond pas"
    return True, "la base de données répond"


def _redis() -> tuple[bool, str]:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
        ) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return False, "Redis ne répond pas : les courriels attendent"
    return True, "Redis répond"


def _taches() -> tuple[bool, str]:
    maintenant = timezone.now()
    vus = battements.derniers()
    muettes = [
        nom for nom, delai in SILENCES.items() if nom in vus and maintenant - vus[nom] > delai
    ]
    jamais = [nom for nom in SILENCES if nom not in vus]
    if muettes:
        return False, "ne tournent plus : " + ", ".join(muettes)
    if jamais:
        return True, "pas encore passées : " + ", ".join(jamais)
    return True, "les tâches planifiées passent"


def _courriels() -> tuple[bool, str]:
    maintenant = timezone.now()
    plus_ancien = (
        Courriel.objects.filter(etat=EtatCourriel.ATTENTE, a_partir_de__lte=maintenant)
        .order_by("a_partir_de")
        .values_list("a_partir_de", flat=True)
        .first()
    )
    age = maintenant - plus_ancien if plus_ancien else timedelta()
    minutes = int(age.total_seconds() // 60)
    return age < ATTENTE_MAXIMALE, f"le plus ancien courriel attend depuis {minutes} min"


CONTROLES = [
    Controle("base", "Base de données", _base, vital=True),
    Controle("redis", "Redis", _redis),
    Controle("taches", "Tâches planifiées", _taches),
    Controle("courriels", "Boîte d’envoi", _courriels),
]


def examiner(vitaux_seulement: bool = False) -> list[tuple[Controle, bool, str]]:
    """Passe les contrôles ; quand la base est tombée, les autres ne sont pas tentés."""
    resultats = []
    base_tombee = False
    for controle in contributions("MAILLON_SANTE"):
        if vitaux_seulement and not controle.vital:
            continue
        if base_tombee and controle.nom != "redis":
            resultats.append((controle, False, "inconnu tant que la base ne répond pas"))
            continue
        ok, phrase = controle.examiner()
        base_tombee = base_tombee or (controle.vital and not ok)
        resultats.append((controle, ok, phrase))
    return resultats
