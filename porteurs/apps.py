from django.apps import AppConfig


class PorteursConfig(AppConfig):
    name = "porteurs"

    def ready(self):
        from porteurs import receivers  # noqa: F401, PLC0415 — branche les récepteurs, apps chargées
