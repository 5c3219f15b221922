"""L'application telle que la sert gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accueil.settings")

application = get_wsgi_application()
# Les vues se chargent ici, une fois, avant que gunicorn ne se partage en plusieurs processus :
# la première visite n'attend pas.
get_resolver().url_patterns  # noqa: B018 — la lecture suffit à charger
