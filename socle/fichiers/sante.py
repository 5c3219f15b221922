"""Ce que /sante/ dit des fichiers déposés."""

import os
from pathlib import Path

from django.conf import settings

from socle.enums import EtatFichier
from socle.fichiers import antivirus
from socle.models import Fichier
from socle.sante import Controle


def _antivirus() -> tuple[bool, str]:
    if not antivirus.branche():
        return True, "pas d’antivirus branché"
    attente = Fichier.objects.filter(etat=EtatFichier.QUARANTAINE).count()
    suite = f" ; {attente} fichier(s) en quarantaine" if attente else ""
    if antivirus.repond():
        return True, f"l’antivirus répond{suite}"
    return False, f"l’antivirus ne répond pas{suite}"


def _rangement() -> tuple[bool, str]:
    dossier = Path(settings.MEDIA_ROOT)
    existant = dossier if dossier.exists() else dossier.parent
    if os.access(existant, os.W_OK | os.X_OK):
        return True, "le dossier des fichiers s’écrit"
    return False, "le dossier des fichiers ne s’écrit pas : aucun dépôt n’est possible"


CONTROLES = [
    Controle("antivirus", "Antivirus", _antivirus),
    Controle("fichiers", "Fichiers déposés", _rangement),
]
