"""Celery : les tâches de chaque application, et l'heure de celles qui reviennent."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accueil.settings")

app = Celery("maillon", task_cls="socle.historique:TacheNommee")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
