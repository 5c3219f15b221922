"""Les fichiers statiques servis : des paquets installés, seulement ce que les pages chargent."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class Statiques(StaticFilesConfig):
    """Rassembler et comprimer tout Bootstrap prendrait vingt secondes au premier démarrage."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "bootstrap-*",
        "bootstrap.css*",
        "bootstrap.rtl*",
        "bootstrap.bundle*",
        "bootstrap.esm*",
        "bootstrap.js*",
        "bootstrap.min.js*",
        "jquery*",
        "htmax-*",
        "htmx-4*",
        "htmx-2.js",
        "ext",
    ]
