from django.apps import AppConfig


class SocleConfig(AppConfig):
    name = "socle"
    verbose_name = "Socle technique"

    def ready(self):
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415 — applications chargées
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 — idem

        from socle.comptes import noter_le_second_facteur  # noqa: PLC0415 — idem
        from socle.reprise import attribuer  # noqa: PLC0415 — idem

        authenticator_added.connect(noter_le_second_facteur)
        user_logged_in.connect(attribuer)
