"""Toutes les routes du portail, telles que le résolveur les connaît."""

from django.urls import URLPattern, get_resolver


def routes() -> dict[str, list]:
    """Par nom complet (« porteurs:dossier »), les fonctions de vue. Sans nom : « ? motif »."""
    trouvees: dict[str, list] = {}

    def parcourir(noeud, espace: str):
        for element in noeud.url_patterns:
            if isinstance(element, URLPattern):
                nom = f"{espace}{element.name}" if element.name else f"? {element.pattern}"
                trouvees.setdefault(nom, []).append(element.callback)
            else:
                sous = f"{espace}{element.namespace}:" if element.namespace else espace
                parcourir(element, sous)

    parcourir(get_resolver(), "")
    return trouvees


def est_publique(vue) -> bool:
    """La vue se dit accessible sans connexion (``login_not_required``)."""
    return not getattr(vue, "login_required", True)
