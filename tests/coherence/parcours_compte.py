"""Les routes du compte, tenues par django-allauth : chacune est quand même essayée."""

from tests.coherence.parcours import CONNEXION, VISITEUR, Parcours


def _connecte(route: str, **plus) -> Parcours:
    return Parcours(route, "auteur", VISITEUR, CONNEXION, vraie_connexion=True, **plus)


def _public(route: str, **plus) -> Parcours:
    return Parcours(route, VISITEUR, **plus)


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
    _public("account_confirm_login_code", attendu=302),
    _public("account_confirm_email", adresse=lambda s: {"key": "forge"}),
    _public("account_email_verification_sent"),
    _public("mfa_authenticate", attendu=302),
    _public("mfa_login_webauthn"),
    _public("mfa_trust", attendu=302),
    _public("socle:reprise", attendu=302),
    _connecte("account_logout", donnees=lambda s: {}, attendu=302, ecrit=False),
    _connecte("account_reauthenticate"),
    _connecte("account_change_password"),
    _connecte("account_set_password", attendu=302),
    _connecte("account_email"),
    _connecte("mfa_index"),
    _connecte("mfa_reauthenticate"),
    _connecte("mfa_activate_totp"),
    _connecte("mfa_deactivate_totp"),
    _connecte("mfa_view_recovery_codes"),
    _connecte("mfa_generate_recovery_codes"),
    _connecte("mfa_download_recovery_codes"),
    _connecte("mfa_list_webauthn"),
    _connecte("mfa_add_webauthn"),
    _connecte("mfa_reauthenticate_webauthn"),
    _connecte("mfa_remove_webauthn", adresse=lambda s: {"pk": 1}),
    _connecte("mfa_edit_webauthn", adresse=lambda s: {"pk": 1}),
    _connecte("usersessions_list"),
]
