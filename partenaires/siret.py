"""Le SIRET d'une structure : quatorze chiffres, une clé, et l'exception de La Poste."""

from django import forms
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.fr import siret


def lire_siret(saisie: str) -> str:
    """Les quatorze chiffres, espaces et points ôtés ; vide si rien n'est tapé.

    La clé est celle de Luhn, sauf pour les établissements de La Poste, dont la somme des chiffres
    est un multiple de cinq. Lève ``ValueError``, avec la phrase à montrer.
    """
    compact = siret.compact("".join(saisie.split()))
    if not compact:
        return ""
    try:
        return siret.validate(compact)
    except InvalidLength:
        raise ValueError(
            f"Un SIRET a quatorze chiffres\u00a0; celui-ci en a {len(compact)}."
            + (" C’est sans doute un SIREN." if len(compact) == 9 else "")
        ) from None
    except InvalidChecksum:
        raise ValueError(
            "Ce SIRET ne peut pas exister\u00a0: sa clé est fausse. Un chiffre a dû être mal recopié."
        ) from None
    except ValidationError:
        raise ValueError("Un SIRET n’a que des chiffres, quatorze en tout.") from None


class ChampSiret(forms.CharField):
    """Un SIRET facultatif, tapé avec ou sans espaces, vérifié."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "SIRET")
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return siret.format(value) if value and len(value) == 14 else value

    def clean(self, value):
        try:
            return lire_siret(super().clean(value))
        except ValueError as erreur:
            raise forms.ValidationError(str(erreur)) from None
