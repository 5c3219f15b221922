"""Un GET n'écrit rien : vérifié sur chaque lecture de chaque essai, sans le demander.

Seules s'écrivent, pendant une lecture, les traces que tient le socle : journal d'accès,
session, compteur de visites, limites de débit et cache.
"""

import re
from contextlib import contextmanager

from django.db import connection
from django.test import Client

TABLES_PERMISES = {
    "socle_accesjournal",
    "django_session",
    "usersessions_usersession",
    "bourse_frequentationjour",
    "socle_debit",
    "socle_cache",
}
# Page → table : allauth ne montre les codes de secours qu'une fois, et le note en les montrant.
EXCEPTIONS = {"/compte/2fa/recovery-codes/": {"mfa_authenticator"}}
ECRITURE = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE(?!\s+(?:OF|SET|NOWAIT|SKIP)\b)|DELETE\s+FROM|MERGE\s+INTO"
    r"|TRUNCATE(?:\s+TABLE)?|COPY)\s+(?:ONLY\s+)?\"?([a-z_][a-z0-9_]*)",
    re.IGNORECASE,
)
DEFINITION = re.compile(r"^\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE)\b", re.IGNORECASE)
TEXTES = re.compile(r"'(?:[^']|'')*'")


class EcritureEnLecture(AssertionError):
    """Une page qu'on ne fait que lire a voulu écrire."""


def ecritures(ordre: str) -> list[str]:
    """Les tables qu'un ordre SQL écrit hors de celles qui sont permises."""
    nu = TEXTES.sub("''", ordre)
    if DEFINITION.match(nu):
        return [nu.split(None, 3)[2] if len(nu.split()) > 2 else nu]
    # « FOR UPDATE » verrouille sans écrire, « DO UPDATE SET » appartient à son INSERT.
    nu = re.sub(r"FOR\s+(?:NO\s+KEY\s+)?UPDATE", "", nu, flags=re.IGNORECASE)
    return [t for t in ECRITURE.findall(nu) if t.lower() not in TABLES_PERMISES]


@contextmanager
def lecture_seule(quoi: str, exceptions: frozenset[str] | set[str] = frozenset()):
    """Fait échouer l'essai si ce bloc écrit ailleurs que dans les tables permises."""
    surprises: list[str] = []

    def garder(execute, sql, params, many, context):
        tables = [t for t in ecritures(str(sql)) if t not in exceptions]
        if tables:
            surprises.append(f"{', '.join(tables)} : {str(sql)[:200]}")
            raise EcritureEnLecture(f"{quoi} écrit dans {surprises[-1]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(garder):
        yield
    # La vue a pu rattraper l'exception : l'écriture tentée reste un défaut.
    if surprises:
        raise EcritureEnLecture(f"{quoi} écrit dans {surprises[0]}")


def installer():
    """Garde tous les GET et HEAD du client d'essai ; rend de quoi défaire."""
    originale = Client.request

    def request(self, **requete):
        if requete.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return originale(self, **requete)
        adresse = requete["PATH_INFO"]
        exceptions = {
            table
            for page, tables in EXCEPTIONS.items()
            if adresse.startswith(page)
            for table in tables
        }
        with lecture_seule(f"{requete['REQUEST_METHOD']} {adresse}", exceptions):
            return originale(self, **requete)

    Client.request = request

    def defaire():
        Client.request = originale

    return defaire
