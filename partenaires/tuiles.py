"""Ce que les partenaires apportent à « Mon tableau » : ce qu'il reste à régler dans un réseau."""

from partenaires.enums import Fonction
from partenaires.models import AcceptationCharte, CharteFonctionnement, Reseau
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.lancement import avancements
from socle.tuiles import Tuile


def lancement(acteur) -> Tuile | None:
    """Pour l'animation : le guide des réseaux qui commencent, jusqu'à ce qu'il soit fini ou rangé."""
    if not acteur.reseaux(Fonction.ANIMATEUR):
        return None
    reseaux = Reseau.objects.de_l_acteur(acteur, Fonction.ANIMATEUR).filter(lance_le=None)
    en_cours = [a for a in avancements(reseaux.order_by("nom", "pk")) if not a.fini]
    if not en_cours:
        return None
    return Tuile(
        gabarit="partenaires/_tuile_lancement.html",
        contexte={"avancements": en_cours},
        attentes=len(en_cours),
    )


def charte_a_accepter(acteur) -> Tuile | None:
    """Pour qui administre une structure : les chartes en vigueur qu'elle n'a pas acceptées."""
    siennes = {
        (m.reseau_id, m.structure_id): m
        for m in acteur.mandats
        if m.administre and m.fonction in LECTEURS
    }
    if not siennes:
        return None
    chartes = CharteFonctionnement.objects.filter(
        reseau__in={reseau for reseau, _ in siennes}
    ).en_vigueur()
    lignes = {c.reseau_id: {"numero": c.numero, "structures": [], "pk": c.pk} for c in chartes}
    acceptees = set(
        AcceptationCharte.objects.filter(
            charte__in=[ligne["pk"] for ligne in lignes.values()]
        ).values_list("charte__reseau_id", "structure_id")
    )
    for (reseau, structure), mandat in siennes.items():
        if reseau in lignes and (reseau, structure) not in acceptees:
            lignes[reseau] |= {"slug": mandat.reseau_slug, "reseau_nom": mandat.reseau_nom}
            lignes[reseau]["structures"].append(mandat.structure_nom)
    attendues = [ligne for ligne in lignes.values() if ligne["structures"]]
    if not attendues:
        return None
    return Tuile(
        gabarit="partenaires/_tuile_charte.html",
        contexte={"chartes": attendues},
        place="cote",
        attentes=len(attendues),
    )


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
