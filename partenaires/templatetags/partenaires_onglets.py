"""Les onglets des pages d’un réseau : une balise, pour que nulle vue n’ait à y penser."""

from django import template

from partenaires import menus

register = template.Library()


@register.simple_tag(takes_context=True)
def onglets(context, reseau) -> list[dict]:
    request = context.get("request")
    return menus.onglets(request, reseau) if request else []
