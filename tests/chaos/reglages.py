"""Les réglages des essais de chaos : les vrais, le temps en plus court."""

from datetime import timedelta

from accueil.settings import *  # noqa: F403
from accueil.settings import CELERY_BEAT_SCHEDULE

# Un serveur d'envoi qui se tait est abandonné au bout de deux secondes, au lieu de vingt.
EMAIL_TIMEOUT = 2
# Le planificateur passe chaque seconde : un essai n'attend pas un quart d'heure.
CELERY_BEAT_SCHEDULE = {
    nom: CELERY_BEAT_SCHEDULE[nom] | {"schedule": timedelta(seconds=1), "options": {"expires": 5}}
    for nom in ("balayer-courriels", "preparer-digests")
}
