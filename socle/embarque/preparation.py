"""Préparer la base en un seul processus, entre les services et le portail.

``preparer`` migre, rassemble les fichiers statiques et charge ce qui manque. Ce que la personne
doit lire au démarrage (les comptes de la démonstration, ou la clé du premier lancement) est écrit
dans le fichier donné en argument, montré ensuite.
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
        with open(comptes, "w", encoding="utf-8") as sortie:
            if settings.MAILLON_DEMO:
                call_command("comptes_demo", stdout=sortie)
            else:
                call_command("cle_installation", si_utile=True, stdout=sortie)
    except (CommandError, ImproperlyConfigured, EnvError) as erreur:
        print(erreur, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
