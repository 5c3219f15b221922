"""Les besoins sur « Mon tableau » : ce qu'on attend de sa structure, ce qu'on attend des autres."""

from django.db.models import Count

from partenaires.enums import Fonction, Module
from porteurs.enums import EtatBesoin
from porteurs.models import Besoin, Orientation
from socle.tuiles import Tuile

T, A = Fonction.TECHNICIEN, Fonction.ANIMATEUR
MONTREES = 6


def besoins_en_attente(acteur) -> Tuile | None:
    """Pour le technicien, ses réponses et celles des autres ; pour qui anime, les manques du réseau."""
    acteur = acteur.pour(Module.DOSSIERS)
    if not acteur.reseaux(T, A):
        return None
    lignes = Orientation.objects.pour_liste().order_by("envoyee_le", "pk")
    recues = list(lignes.attendues_de(acteur)[:MONTREES])
    envoyees = list(lignes.proposees_par(acteur).exclude(revoir_le__gt=acteur.jour)[:MONTREES])
    return Tuile(
        gabarit="porteurs/besoins/_tuile.html",
        contexte={
            "recues": recues,
            "envoyees": envoyees,
            "trous": _trous(acteur),
            "reseaux": sorted(
                {(m.reseau_nom, m.reseau_slug) for m in acteur.mandats if m.fonction in (T, A)}
            ),
        },
        attentes=len(recues),
    )


def _trous(acteur) -> list[tuple[str, str, int]]:
    """Par réseau animé, combien de besoins n'ont trouvé personne."""
    animes = acteur.reseaux(A)
    if not animes:
        return []
    return list(
        Besoin.objects.filter(
            dossier__reseau__in=animes, dossier__clos_le=None, etat=EtatBesoin.SANS_SOLUTION
        )
        .values("dossier__reseau__nom", "dossier__reseau__slug")
        .annotate(nombre=Count("pk"))
        .order_by("dossier__reseau__nom")
        .values_list("dossier__reseau__nom", "dossier__reseau__slug", "nombre")
    )
