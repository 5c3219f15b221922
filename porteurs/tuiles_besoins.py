"""Les besoins sur « Mon tableau » : ce qu'on attend de sa structure, ce qu'on attend des autres."""

from django.db.models import Count, Exists, OuterRef, Q

from partenaires.enums import Fonction, Module
from porteurs.enums import EtatBesoin, EtatOrientation
from porteurs.models import Besoin, Orientation
from socle.tuiles import Tuile, quand_il_y_a

T, A = Fonction.TECHNICIEN, Fonction.ANIMATEUR
MONTREES = 6


def _lignes(acteur):
    """Les propositions sans réponse, reçues ou envoyées, et celles qu'un refus a rendues.

    ``recue`` dit lesquelles attendent ici.
    """
    acteur = acteur.pour(Module.DOSSIERS)
    if not acteur.reseaux(T, A):
        return None
    recues = Orientation.objects.attendues_de(acteur).filter(pk=OuterRef("pk"))
    envoyees = (
        Orientation.objects.proposees_par(acteur)
        .exclude(revoir_le__gt=acteur.jour)
        .filter(pk=OuterRef("pk"))
    )
    refusees = Orientation.objects.a_orienter_de_nouveau(acteur).filter(pk=OuterRef("pk"))
    return (
        Orientation.objects.pour_liste()
        .annotate(recue=Exists(recues))
        .filter(Q(recue=True) | Q(Exists(envoyees)) | Q(Exists(refusees)))
        .order_by("-recue", "envoyee_le", "pk")
    )


@quand_il_y_a(_lignes)
def besoins_en_attente(acteur) -> Tuile:
    lignes = list(_lignes(acteur)[: 3 * MONTREES])
    recues = [ligne for ligne in lignes if ligne.recue][:MONTREES]
    refusees = [ligne for ligne in lignes if ligne.etat == EtatOrientation.REFUSEE]
    envoyees = [ligne for ligne in lignes if not ligne.recue and ligne not in refusees]
    return Tuile(
        gabarit="porteurs/besoins/_tuile.html",
        contexte={
            "recues": recues,
            "refusees": refusees[:MONTREES],
            "envoyees": envoyees[:MONTREES],
            "reseaux": sorted(
                {(m.reseau_nom, m.reseau_slug) for m in acteur.mandats if m.fonction in (T, A)}
            ),
        },
        attentes=len(recues),
    )


def _trous(acteur):
    """Les besoins des réseaux animés qui n'ont trouvé personne."""
    animes = acteur.pour(Module.DOSSIERS).reseaux(A)
    if not animes:
        return None
    return Besoin.objects.filter(
        dossier__reseau__in=animes, dossier__clos_le=None, etat=EtatBesoin.SANS_SOLUTION
    )


@quand_il_y_a(_trous)
def besoins_sans_personne(acteur) -> Tuile:
    """Par réseau animé, combien de besoins n'ont trouvé personne."""
    return Tuile(
        gabarit="porteurs/besoins/_tuile_trous.html",
        contexte={
            "trous": list(
                _trous(acteur)
                .values("dossier__reseau__nom", "dossier__reseau__slug")
                .annotate(nombre=Count("pk"))
                .order_by("dossier__reseau__nom")
                .values_list("dossier__reseau__nom", "dossier__reseau__slug", "nombre")
            )
        },
        place="cote",
    )
