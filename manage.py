#!/usr/bin/env python
"""Point d'entrée des commandes Django. Il ne démarre aucun service : il lit leurs adresses."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accueil.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
