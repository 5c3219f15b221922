"""Les adresses de l'espace d'une personne accompagnée, dans la langue de la page."""

from django import template

from porteurs.espace import langues

register = template.Library()


@register.simple_tag(takes_context=True)
def page_espace(context, nom: str, **arguments) -> str:
    """``{% page_espace 'suivi' uuid=dossier.uuid %}``"""
    return langues.adresse(nom, context["langue"], **arguments)


@register.simple_tag(takes_context=True)
def autre_langue(context) -> str:
    """La même page, dans l'autre langue ; rien ne l'accompagne, pas même le mot d'un geste."""
    route = context["request"].resolver_match
    autre = langues.ANGLAIS if context["langue"] == langues.FRANCAIS else langues.FRANCAIS
    arguments = {c: v for c, v in route.kwargs.items() if c != "langue"}
    return langues.adresse(
        route.url_name.removeprefix("espace").lstrip("_") or "entree", autre, **arguments
    )
