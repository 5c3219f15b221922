"""Un besoin proposé que personne ne touche se rappelle : à la personne, à ses collègues, à l'animation.

Neuf, vingt et un, puis trente jours, sans compter ceux mis de côté (« à revoir le… »). Le dernier
rappel parti est noté sur l'orientation dans la transaction qui dépose les courriels : un passage
manqué se rattrape au suivant, et rejouer ne double rien.
"""

from collections import defaultdict
from datetime import date, timedelta

from django.db import transaction

from partenaires.models import Reseau
from porteurs.enums import EtatBesoin
from porteurs.models import Besoin, Orientation
from porteurs.models.besoin import PALIERS
from porteurs.services import besoins_annonces as annonces
from porteurs.services.besoins import reprendre_les_orphelins, rouvrir_ce_qui_se_peut
from socle.courriels import Depot, deposer

PERSONNE, COLLEGUES, ANIMATION = PALIERS
GENRES = {
    PERSONNE: annonces.GENRE_RAPPEL,
    COLLEGUES: annonces.GENRE_COLLEGUES,
    ANIMATION: annonces.GENRE_SANS_REPONSE,
}


def suivre_les_besoins(reseau: Reseau) -> None:
    """Ce que doit un réseau aujourd'hui : réorienter ce qui n'est plus à personne, rappeler, rouvrir."""
    reprendre_les_orphelins(reseau)
    rappeler(reseau)
    rouvrir_ce_qui_se_peut(reseau)


def echeance(orientation: Orientation, palier: int, reseau: Reseau) -> date:
    """Le jour où ce rappel est dû, dans le fuseau du réseau."""
    envoi = orientation.envoyee_le.astimezone(reseau.tz).date()
    return envoi + timedelta(days=palier + orientation.suspendu)


@transaction.atomic
def rappeler(reseau: Reseau) -> int:
    """Dépose les rappels dus et les note ; rend le nombre de courriels nouveaux.

    Une personne reçoit un seul courriel par sorte de rappel, quel que soit le nombre de besoins.
    """
    jour = reseau.aujourd_hui()
    attendent = (
        Orientation.objects.en_attente()
        .filter(besoin__dossier__reseau=reseau, palier__lt=ANIMATION)
        .exclude(revoir_le__gt=jour)
        .select_related("besoin__dossier__structure_responsable")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )
    par_personne: dict[tuple, list[int]] = defaultdict(list)
    personnes = {}
    depots = []
    for orientation in attendent:
        dus = [
            p
            for p in PALIERS
            if p > orientation.palier and echeance(orientation, p, reseau) <= jour
        ]
        if not dus:
            continue
        for palier in dus:
            for personne in _a_qui(orientation, palier, reseau):
                personnes[personne.pk] = personne
                par_personne[personne.pk, palier].append(orientation.pk)
        if ANIMATION in dus:
            depots += _a_la_personne(orientation)
        orientation.palier = dus[-1]
        orientation.save(update_fields=["palier"])
    depots += [
        Depot(
            GENRES[palier],
            # Chaque orientation ne franchit un palier qu'une fois : la première du lot le nomme.
            f"{palier}:{pks[0]}",
            utilisateur=personnes[qui],
            contexte={"orientations": pks},
        )
        for (qui, palier), pks in par_personne.items()
    ]
    return deposer(depots)


def _a_qui(orientation: Orientation, palier: int, reseau: Reseau) -> list:
    """La personne d'abord ; puis les autres de sa structure ; puis l'animation du réseau."""
    if palier == ANIMATION:
        return annonces.animateurs(reseau)
    if palier == PERSONNE:
        return annonces.destinataires(orientation, reseau)
    equipe = annonces.techniciens(reseau, orientation.structure_id)
    collegues = [p for p in equipe if p.pk != orientation.personne_id]
    return collegues or equipe


def _a_la_personne(orientation: Orientation) -> list[Depot]:
    """La personne accompagnée sait que l'on cherche encore ; une fois par besoin."""
    besoin = orientation.besoin
    adresse = annonces.adresse_du_porteur(besoin.dossier)
    if not adresse:
        return []
    return [
        Depot(
            annonces.GENRE_PORTEUR_ATTENTE,
            str(besoin.pk),
            adresse=adresse,
            contexte={"besoin": besoin.pk},
        )
    ]


def reseaux_a_suivre():
    """Ceux où un besoin attend quelqu'un, est entre des mains, ou n'a trouvé personne."""
    ouverts = Besoin.objects.en_cours().exclude(etat=EtatBesoin.OUVERT)
    return Reseau.objects.filter(pk__in=ouverts.values("dossier__reseau")).order_by("pk")
