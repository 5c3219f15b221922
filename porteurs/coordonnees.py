"""Comparer des noms et des téléphones tels que les gens les écrivent."""

import phonenumbers

from socle.texte import cle


def cle_nom(prenom: str, nom: str) -> str:
    """Les mots du nom, sans accent ni ordre : « DURAND-Petit Zoé » et « Zoe Durand Petit »."""
    return " ".join(sorted(cle(f"{prenom} {nom}").split()))[:170]


def telephone_international(saisie: str) -> str:
    """La forme E.164 d'un numéro écrit à la française ou avec un indicatif ; vide si illisible."""
    try:
        numero = phonenumbers.parse(saisie, "FR")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(numero):
        return ""
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)
