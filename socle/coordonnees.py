"""Les téléphones et les courriels tels que les gens les écrivent : un champ pour chacun, partout."""

import phonenumbers
from django import forms

# Ce que gardent les colonnes de téléphone ; un numéro de poste les ferait déborder.
LONGUEUR = 20


def telephone_international(saisie: str) -> str:
    """La forme E.164 d'un numéro écrit à la française ou avec un indicatif ; vide si illisible."""
    numero = _numero(saisie)
    if numero is None:
        return ""
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)


def telephone_lisible(saisie: str) -> str:
    """Le numéro groupé comme on le lit, sans indicatif s'il est français ; illisible, tel quel."""
    numero = _numero(saisie)
    return saisie if numero is None else _lisible(numero)


def _lisible(numero) -> str:
    forme = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        numero, forme.NATIONAL if numero.country_code == 33 else forme.INTERNATIONAL
    )


def _numero(saisie: str):
    try:
        numero = phonenumbers.parse(saisie, "FR")
    except phonenumbers.NumberParseException:
        return None
    return numero if phonenumbers.is_possible_number(numero) else None


def lire_telephone(saisie: str) -> str:
    """Le numéro tel qu'il se garde. Lève ``ValueError``, avec une phrase, s'il ne se garde pas."""
    numero = _numero(saisie)
    if numero is None:
        raise ValueError(
            "Ce numéro ne se lit pas. Écrivez-le comme vous voulez\u00a0: 06 39 98 00 00, "
            "+33 6 39 98 00 00…"
        )
    telephone = _lisible(numero)
    if len(telephone) > LONGUEUR:
        raise ValueError("Ce numéro est trop long. Écrivez-le sans numéro de poste.")
    return telephone


class ChampTelephone(forms.CharField):
    """Un numéro écrit comme on veut, facultatif, rendu groupé comme on le lit."""

    def __init__(self, label: str = "Téléphone", **kwargs):
        kwargs.setdefault("required", False)
        super().__init__(
            label=label,
            # Ce qu'on tape, parenthèses et indicatif compris ; ce qu'on garde est plus court.
            max_length=30,
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value):
        saisie = super().clean(value).strip()
        try:
            return lire_telephone(saisie) if saisie else ""
        except ValueError as erreur:
            raise forms.ValidationError(str(erreur)) from None


class ChampCourriel(forms.EmailField):
    """Une adresse de courriel facultative."""

    def __init__(self, label: str = "Adresse de courriel", **kwargs):
        kwargs.setdefault("required", False)
        super().__init__(
            label=label,
            widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            error_messages={
                "invalid": "Cette adresse ne semble pas complète : il faut un @ et un point."
            },
            **kwargs,
        )
