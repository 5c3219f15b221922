"""Les comptes, par django-allauth : fermés à l'inscription libre, courriels par la boîte d'envoi."""

import uuid
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from socle.courriels import Depot, Message, deposer
from socle.debit import adresse

# Marque une vue qui tient elle-même sa porte, par une session d'une autre sorte que celle d'un compte.
AUTRE_SESSION = "tient_sa_propre_porte"


class AdaptateurCompte(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "cannot_remove_primary_email": "Vous ne pouvez pas retirer votre adresse principale.",
        "duplicate_email": "Cette adresse est déjà celle de votre compte.",
        "email_password_mismatch": "L’adresse de courriel ou le mot de passe sont incorrects.",
        "email_taken": "Un autre compte porte déjà cette adresse de courriel.",
        "enter_current_password": "Tapez votre mot de passe actuel.",
        "invalid_password_reset": "Ce lien ne vaut plus : demandez-en un autre.",
        "too_many_login_attempts": "Trop d’essais manqués : revenez dans quelques minutes.",
        "max_email_addresses": "Un compte ne porte pas plus de %d adresses de courriel.",
        "unknown_phone": "Ce numéro n’est celui d’aucun compte.",
        "unknown_email": "Aucun compte ne porte cette adresse de courriel.",
        "unverified_primary_email": "Votre adresse principale doit d’abord être confirmée.",
        "same_as_current": "La nouvelle valeur doit être différente de l’actuelle.",
        "rate_limited": "Trop de demandes à la suite : patientez quelques minutes.",
    }

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


class AdaptateurSecondFacteur(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": "Un compte protégé par un second facteur ne change pas d’adresse.",
        "cannot_delete_authenticator": "Ce second facteur ne peut pas être retiré.",
        "cannot_generate_recovery_codes": "Posez d’abord une application de codes ou une clé"
        " d’accès.",
        "unverified_email": "Confirmez d’abord votre adresse de courriel.",
    }


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
