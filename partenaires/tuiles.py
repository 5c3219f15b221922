"""Ce que les partenaires apportent à « Mon tableau » : ce qu'il reste à régler dans un réseau."""

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from partenaires.enums import CONVENTION_EN_VIGUEUR, Fonction
from partenaires.models import ConventionStructure, Invitation, Mandat, Reseau
from socle.tuiles import Tuile


def premiers_pas(acteur) -> Tuile | None:
    """Pour l'animation d'un réseau qui commence : seul son premier membre, ou aucun technicien."""
    if not acteur.reseaux(Fonction.ANIMATEUR):
        return None
    reseaux = [
        reseau
        for reseau in _avancement(Reseau.objects.de_l_acteur(acteur, Fonction.ANIMATEUR), acteur)
        if reseau.nb_structures <= 1 or not reseau.a_technicien
    ]
    if not reseaux:
        return None
    return Tuile(
        gabarit="partenaires/_tuile_premiers_pas.html",
        contexte={"reseaux": reseaux},
        attentes=sum((r.nb_structures <= 1) + (not r.a_technicien) for r in reseaux),
    )


def _avancement(reseaux, acteur):
    """Combien de membres, déjà un technicien, déjà un technicien invité : en une requête."""
    membres = (
        ConventionStructure.objects.filter(
            convention__reseau=OuterRef("pk"),
            convention__etat__in=CONVENTION_EN_VIGUEUR,
            convention__periode__contains=acteur.jour,
        )
        .order_by()
        .values("convention__reseau")
        .annotate(n=Count("structure", distinct=True))
    )
    techniques = {"reseau": OuterRef("pk"), "fonction": Fonction.TECHNICIEN}
    return reseaux.annotate(
        nb_structures=Coalesce(Subquery(membres.values("n")), 0),
        a_technicien=Exists(
            Mandat.objects.actifs_maintenant().filter(utilisateur__is_active=True, **techniques)
        ),
        a_technicien_invite=Exists(
            Invitation.objects.en_attente(timezone.now()).filter(**techniques)
        ),
    ).order_by("nom", "pk")


def partage_a_ouvrir(acteur) -> Tuile | None:
    """Pour l'animation : les réseaux dont les dossiers ne se partagent pas encore."""
    reseaux = list(
        Reseau.objects.de_l_acteur(acteur, Fonction.ANIMATEUR)
        .filter(partage_ouvert_le=None)
        .order_by("nom")
    )
    if not reseaux:
        return None
    return Tuile(
        gabarit="partenaires/_tuile_partage.html",
        contexte={"reseaux": reseaux},
        place="cote",
        attentes=len(reseaux),
    )
