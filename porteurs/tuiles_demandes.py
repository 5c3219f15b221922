"""Les demandes sur « Mon tableau » : ce qui attend un rappel, et ce que l'on a signalé."""

from django.db.models import Q

from partenaires.enums import Fonction
from porteurs.enums import RegardDemande
from porteurs.models import Demande
from porteurs.models.demande import lues_en_entier, signalees_par
from socle.tuiles import Tuile

T, A, PA = Fonction.TECHNICIEN, Fonction.ANIMATEUR, Fonction.PREMIER_ACCUEIL
MONTREES, SIGNALEES = 6, 3


def a_rappeler(acteur) -> Tuile | None:
    """Ce qui attend sa structure, le plus pressé d'abord ; à qui anime, ce qui n'est à personne et
    ce dont la date annoncée est passée."""
    if not acteur.reseaux(T, A):
        return None
    lignes = (
        Demande.objects.en_attente()
        .visible_par(acteur)
        .avec_regard(acteur)
        .exclude(regard=RegardDemande.SIGNALEMENT)
        .filter(lues_en_entier(acteur) | Q(promise_le__lt=acteur.jour))
        .pour_liste()
        .order_by("promise_le", "pk")
    )
    demandes = list(lignes[:MONTREES])
    return Tuile(
        gabarit="porteurs/demandes/_tuile.html",
        contexte={
            "demandes": demandes,
            "nombre": len(demandes),
            "reseaux": sorted(
                {(m.reseau_nom, m.reseau_slug) for m in acteur.mandats if m.fonction in (T, A)}
            ),
        },
        attentes=len(demandes),
    )


def mes_signalements(acteur) -> Tuile | None:
    """Pour le premier accueil : signaler, et ce que sont devenues les dernières personnes."""
    if not acteur.reseaux(PA):
        return None
    demandes = Demande.objects.filter(signalees_par(acteur)).pour_liste()
    return Tuile(
        gabarit="porteurs/demandes/_tuile_signalements.html",
        contexte={"demandes": list(demandes.order_by("-recue_le", "-pk")[:SIGNALEES])},
        place="cote",
    )
