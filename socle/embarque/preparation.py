"""Préparer la base en un seul processus, entre les services et le portail.

``preparer`` migre, rassemble les fichiers statiques et charge ce qui manque ; ``comptes_demo``
écrit les comptes de la démonstration dans le fichier donné en argument, montré ensuite.
"""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from environs import EnvError


def main(comptes: str) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accueil.settings")
    try:
        django.setup()
        from django.conf import settings  # noqa: PLC0415 — lisible une fois Django en place

        call_command("preparer")
        if settings.MAILLON_DEMO:
            with open(comptes, "w", encoding="utf-8") as sortie:
                call_command("comptes_demo", stdout=sortie)
    except (CommandError, ImproperlyConfigured, EnvError) as erreur:
        print(erreur, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
