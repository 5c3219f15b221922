"""Les réglages des mesures : les vrais, avec une route de plus, la vue nue à quoi tout se compare."""

from accueil.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# Le fichier statique n'est pas mesuré : nul besoin de rassembler ni de nommer par empreinte.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
