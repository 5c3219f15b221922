from django.apps import AppConfig


class PorteursConfig(AppConfig):
    name = "porteurs"
