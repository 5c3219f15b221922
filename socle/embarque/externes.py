"""Les services que l'environnement désigne : joignables et assez récents, ou une phrase."""

import re

import psycopg2
import redis

from socle.embarque.erreurs import Refus
from socle.embarque.redis_local import verifier_version

DELAI = 3
POSTGRES_MINIMAL = 15


def verifier_postgres(adresse: str) -> None:
    """L'adresse est écrite dans la phrase sans son mot de passe."""
    montree = sans_mot_de_passe(adresse)
    try:
        connexion = psycopg2.connect(adresse, connect_timeout=DELAI)
    except (psycopg2.Error, UnicodeError) as erreur:
        raison = (str(erreur).strip().splitlines() or ["sans explication"])[0]
        raise Refus(
            f"La base de données {montree} est injoignable : vérifiez DATABASE_URL et que le"
            f" serveur tourne, ou retirez DATABASE_URL pour employer celle de Maillon ({raison})."
        ) from erreur
    try:
        version = connexion.server_version // 10_000
    finally:
        connexion.close()
    refuser_postgres_ancien(version, montree)


def refuser_postgres_ancien(version: int, ou: str) -> None:
    if version < POSTGRES_MINIMAL:
        raise Refus(
            f"PostgreSQL est en version {version} à {ou}, il faut {POSTGRES_MINIMAL} ou plus"
            " récent : mettez-le à jour ou changez DATABASE_URL."
        )


def verifier_redis(adresse: str) -> None:
    montree = sans_mot_de_passe(adresse)
    try:
        with redis.Redis.from_url(
            adresse, socket_timeout=DELAI, socket_connect_timeout=DELAI
        ) as client:
            version = str(client.info("server")["redis_version"])
    except (redis.RedisError, OSError, ValueError, KeyError) as erreur:
        raise Refus(
            f"Redis est injoignable à {montree} : vérifiez REDIS_URL et que le serveur tourne, ou"
            " retirez REDIS_URL pour employer celui de Maillon."
        ) from erreur
    verifier_version(re.match(r"(.+)", version), montree)


def sans_mot_de_passe(adresse: str) -> str:
    return re.sub(r"(//[^:/@]*):[^@]*@", r"\1:…@", adresse)
