"""Acquérir le dossier d'une page : ce que l'acteur ne voit pas n'existe pas (404)."""

from django.shortcuts import get_object_or_404

from partenaires.models import Structure
from porteurs.models import Dossier


def dossier_de_la_page(request, slug: str, uuid) -> Dossier:
    """Le dossier visible de l'acteur, avec ce que toute page de dossier affiche."""
    return get_object_or_404(
        Dossier.objects.visible_par(request.acteur)
        .filter(reseau__slug=slug)
        .avec_volet(request.acteur)
        .pour_liste(),
        uuid=uuid,
    )


def structures_de_l_acteur(request, reseau_id: int, *fonctions: str):
    """Les structures au nom desquelles agir ; plusieurs, et le formulaire demande laquelle."""
    return Structure.objects.filter(
        pk__in=request.acteur.structures(reseau_id, *fonctions)
    ).order_by("cle_tri")
