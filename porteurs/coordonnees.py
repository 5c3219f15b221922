"""Comparer des noms tels que les gens les écrivent."""

from socle.texte import cle


def cle_nom(prenom: str, nom: str) -> str:
    """Les mots du nom, sans accent ni ordre : « DURAND-Petit Zoé » et « Zoe Durand Petit »."""
    return " ".join(sorted(cle(f"{prenom} {nom}").split()))[:170]
