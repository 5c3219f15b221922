"""Acquérir le dossier d'une page : ce que l'acteur ne voit pas n'existe pas (404)."""

from django.shortcuts import get_object_or_404

from porteurs.models import Dossier


def dossiers_de_la_page(request, slug: str):
    """Les dossiers du réseau de l'adresse que l'acteur voit, avec le volet qu'il en a."""
    return (
        Dossier.objects.visible_par(request.acteur)
        .filter(reseau__slug=slug)
        .avec_volet(request.acteur)
    )


def dossier_de_la_page(request, slug: str, uuid) -> Dossier:
    """Le dossier visible de l'acteur, pour un geste."""
    return get_object_or_404(dossiers_de_la_page(request, slug).pour_liste(), uuid=uuid)
