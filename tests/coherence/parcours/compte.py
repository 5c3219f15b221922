"""Les routes du compte, tenues par django-allauth : chacune est quand même essayée."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from tests.coherence.parcours.base import CONNEXION, VISITEUR, Parcours
from tests.coherence.scene import Scene


def _connecte(route: str, **plus) -> Parcours:
    return Parcours(route, "auteur", VISITEUR, CONNEXION, mot_de_passe_redonne=True, **plus)


def _public(route: str, **plus) -> Parcours:
    return Parcours(route, VISITEUR, **plus)


def _totp(scene: Scene):
    if not Authenticator.objects.filter(user=scene.d.auteur, type="totp").exists():
        TOTP.activate(scene.d.auteur, generate_totp_secret())


def _codes(scene: Scene):
    _totp(scene)
    RecoveryCodes.activate(scene.d.auteur)


def _cle(scene: Scene) -> dict:
    """Une clé d'accès de l'auteur, telle qu'un navigateur l'aurait enregistrée."""
    cle, _ = Authenticator.objects.get_or_create(
        user=scene.d.auteur,
        type=Authenticator.Type.WEBAUTHN,
        defaults={"data": {"name": "Clé d’essai", "credential": _enregistrement()}},
    )
    return {"pk": cle.pk}


def _enregistrement() -> dict:
    identifiant = b"cle-d-essai-0001"
    publique = ES256({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    donnees = AuthenticatorData.create(
        sha256(b"localhost"),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT,
        0,
        AttestedCredentialData.create(b"\0" * 16, identifiant, publique),
    )
    client = CollectedClientData.create("webauthn.create", b"defi", "http://localhost")
    return {
        "id": websafe_encode(identifiant),
        "rawId": websafe_encode(identifiant),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", donnees, {})),
        },
        "clientExtensionResults": {},
    }


COMPTE = [
    _public("account_login", montre=lambda s: "password"),
    _public("account_signup"),
    _public("account_inactive"),
    _public("account_reset_password"),
    _public("account_reset_password_done"),
    _public(
        "account_reset_password_from_key", adresse=lambda s: {"uidb36": "1", "key": "forge-cle"}
    ),
    _public("account_reset_password_from_key_done"),
    # Sans connexion commencée, ces pages ramènent à la connexion.
    _public("account_confirm_login_code", attendu=302),
    _public("mfa_authenticate", attendu=302),
    _public("mfa_login_webauthn", attendu=302),
    _public("mfa_trust", attendu=302),
    _public("socle:reprise", attendu=302),
    _public("account_confirm_email", adresse=lambda s: {"key": "forge"}),
    _public("account_email_verification_sent"),
    # Un visiteur qui se déconnecte n'a rien à quitter : allauth le ramène à l'accueil.
    _connecte(
        "account_logout",
        donnees=lambda s: {},
        attendu=302,
        ecrit=False,
        renvoi="accueil:accueil",
    ),
    _connecte("account_reauthenticate"),
    _connecte("account_change_password"),
    # Un mot de passe existe déjà : la page mène à celle qui le change.
    _connecte("account_set_password", attendu=302),
    _connecte("account_email"),
    _connecte("mfa_index"),
    _connecte("mfa_reauthenticate", prepare=_totp),
    _connecte("mfa_activate_totp"),
    _connecte("mfa_deactivate_totp", prepare=_totp),
    _connecte("mfa_view_recovery_codes", prepare=_codes),
    _connecte("mfa_generate_recovery_codes", prepare=_totp),
    _connecte("mfa_download_recovery_codes", prepare=_codes),
    _connecte("mfa_list_webauthn", prepare=_cle),
    _connecte("mfa_add_webauthn"),
    _connecte("mfa_reauthenticate_webauthn", prepare=_cle),
    _connecte("mfa_remove_webauthn", adresse=_cle),
    _connecte("mfa_edit_webauthn", adresse=_cle),
    _connecte("usersessions_list"),
]
