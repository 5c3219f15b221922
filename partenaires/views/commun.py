"""Acquérir le réseau d'une page : ce que l'acteur ne voit pas n'existe pas (404)."""

from django.shortcuts import get_object_or_404

from partenaires.models import Reseau
from partenaires.permissions.adhesion import LECTEURS


def reseau_de_la_page(request, slug: str) -> Reseau:
    """Le réseau de l'adresse, si l'acteur y a aujourd'hui une fonction qui en lit l'annuaire."""
    return get_object_or_404(Reseau.objects.de_l_acteur(request.acteur, *LECTEURS), slug=slug)
