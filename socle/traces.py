"""Ce que les journaux techniques ne retiennent pas : les jetons que portent les adresses."""

import logging
import re

# Un lien signé ouvre une page sans mot de passe : qui lit les journaux ne doit pas pouvoir
# s'en servir. Le chemin reste, pour comprendre ; ce qui le suit est coupé.
ADRESSES = re.compile(
    r"(/(?:ligne|rester-suivi|invitation|confirmation|inscription|desinscription|avis|agenda-personnel|courriels/refuser|compte/confirm-email|compte/password/reset/key|mon-projet/entrer|my-project/enter)/)[^/\s'\"?#<>]+",
    re.IGNORECASE,
)


def couper(texte: str) -> str:
    return ADRESSES.sub(r"\1[coupé]", texte)


class SansJetons(logging.Filter):
    """Coupe les jetons du message, de ses arguments et de la trace d'erreur."""

    def filter(self, record: logging.LogRecord) -> bool:
        entier = record.getMessage()
        court = couper(entier)
        if court != entier:
            record.msg, record.args = court, None
        if record.exc_info and not record.exc_text:
            # La mise en forme reprend ce texte tel quel s'il est déjà là.
            record.exc_text = couper(logging.Formatter().formatException(record.exc_info))
        return True
