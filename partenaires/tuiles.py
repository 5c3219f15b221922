"""Ce que les partenaires apportent à « Mon tableau » : ce qu'il reste à régler dans un réseau."""

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from partenaires.enums import CONVENTION_EN_VIGUEUR, Fonction
from partenaires.models import (
    AcceptationCharte,
    CharteFonctionnement,
    ConfirmationAnnuelle,
    ConventionStructure,
    DepartSignale,
    Reseau,
)
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.confirmations import RAPPELS
from partenaires.services.lancement import avancements
from partenaires.services.mandats_fins import qui_finissent
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


def personnes_a_regler(acteur) -> Tuile | None:
    """Pour l'animation : départs signalés, mandats qui finissent, confirmations restées muettes."""
    animes = acteur.reseaux(Fonction.ANIMATEUR)
    if not animes:
        return None

    def nombre(lignes, reseau: str):
        groupes = lignes.filter(**{reseau: OuterRef("pk")}).order_by().values(reseau)
        return Coalesce(Subquery(groupes.annotate(n=Count("pk")).values("n")), 0)

    muettes = ConfirmationAnnuelle.objects.ouvertes().filter(envois__gt=len(RAPPELS))
    membres = ConventionStructure.objects.filter(
        convention__reseau=OuterRef("pk"),
        convention__etat__in=CONVENTION_EN_VIGUEUR,
        convention__periode__contains=acteur.jour,
        structure__in=muettes.values("structure"),
    )
    reseaux = Reseau.objects.filter(pk__in=animes).annotate(
        departs=nombre(DepartSignale.objects.filter(regle_le=None), "mandat__reseau"),
        finissent=nombre(qui_finissent(acteur.jour), "reseau"),
        muettes=Coalesce(
            Subquery(
                membres.order_by()
                .values("convention__reseau")
                .annotate(n=Count("structure", distinct=True))
                .values("n")
            ),
            0,
        ),
    )
    lignes = [r for r in reseaux.order_by("nom", "pk") if r.departs or r.finissent or r.muettes]
    if not lignes:
        return None
    return Tuile(
        gabarit="partenaires/_tuile_personnes.html",
        contexte={"reseaux": lignes},
        place="cote",
        attentes=sum(r.departs for r in lignes),
    )
