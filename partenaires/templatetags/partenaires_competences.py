"""L’adresse de la grille d’une structure, pour qui peut la remplir : nulle vue n’a à y penser."""

from django import template
from django.urls import reverse

from partenaires.permissions.competences import Membre
from socle.permissions import peut

register = template.Library()


@register.simple_tag(takes_context=True)
def grille_a_saisir(context, structure, reseau) -> str:
    """L'adresse, ou rien. Sans requête, sauf pour l'animation."""
    membre = Membre(reseau.pk, structure.pk)
    if not peut(context["request"].acteur, "partenaires.competences.saisir", membre):
        return ""
    return reverse("partenaires:competences", args=[reseau.slug, structure.uuid])
