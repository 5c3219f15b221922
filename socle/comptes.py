"""Les comptes, par django-allauth : fermés à l'inscription libre, courriels par la boîte d'envoi."""

import uuid
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from socle.courriels import Depot, Message, deposer
from socle.debit import adresse


class AdaptateurCompte(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """On entre par une invitation, jamais par un formulaire d'inscription."""
        return False

    def get_client_ip(self, request):
        return adresse(request)

    def get_reset_password_from_key_url(self, key):
        return _adresse_publique(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request, emailconfirmation):
        return _adresse_publique(super().get_email_confirmation_url(request, emailconfirmation))

    def send_mail(self, template_prefix, email, context):
        """Un courriel de compte passe par la boîte d'envoi ; son code ne saurait être recomposé."""
        rendu = self.render_mail(template_prefix, email, context)
        html = next((a[0] for a in getattr(rendu, "alternatives", []) if a[1] == "text/html"), "")
        texte = rendu.body
        if rendu.content_subtype == "html":
            texte, html = "", rendu.body
        utilisateur = context.get("user")
        deposer(
            [
                Depot(
                    "compte",
                    uuid.uuid4().hex,
                    utilisateur=utilisateur if getattr(utilisateur, "pk", None) else None,
                    adresse=email,
                    message=Message(rendu.subject, texte, html),
                )
            ]
        )


def _adresse_publique(url: str) -> str:
    """La même page à l'adresse publique du portail.

    Celle de la requête vient d'un en-tête que l'expéditeur choisit : un lien secret ne doit
    mener que chez nous.
    """
    return settings.SITE_URL + urlsplit(url).path


def route_de_compte(route: str) -> bool:
    """Les pages où l'on entre, sort et tient son compte : celles d'allauth, et elles seules."""
    return route.startswith(("account_", "mfa_", "usersessions_"))


def second_facteur_pose(utilisateur) -> bool:
    return is_mfa_enabled(utilisateur)


def connexion_renforcee(request) -> bool:
    """Vrai si cette session a été ouverte, ou confirmée, avec un second facteur ou une clé."""
    return any(r.get("method") == "mfa" for r in get_authentication_records(request, request.user))


def noter_le_second_facteur(sender, request, user, authenticator, **kwargs):
    """Poser un second facteur, c'est venir de s'en servir : la session est renforcée d'emblée."""
    record_authentication(request, user, method="mfa", type=authenticator.type)
