"""Les deux courriels d'avant l'anonymisation : à qui suit le dossier, et à la personne."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from porteurs.models import Dossier, Porteur
from porteurs.services.conservation import (
    DELAI_DE_GRACE,
    GENRE_PERSONNE,
    GENRE_STRUCTURE,
)
from socle import liens
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.dates import date_en_mots
from socle.models import Courriel, LienSigne


def _dossiers(courriels: Sequence[Courriel]) -> dict[int, Dossier]:
    return (
        Dossier.objects.sans_vecteurs()
        .select_related("reseau", "structure_responsable")
        .in_bulk({c.contexte["dossier"] for c in courriels})
    )


def _aux_structures(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Seulement ce que la personne suit encore, et qui n'a pas repris vie depuis."""
    dossiers = _dossiers(courriels)
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        dossier = dossiers.get(courriel.contexte["dossier"])
        acteur = acteurs.get(courriel.destinataire_id)
        attend = dossier and acteur and _attend(courriel, dossier)
        suivi = attend and Dossier.objects.filter(pk=dossier.pk).suivis_par(acteur).exists()
        messages[courriel.pk] = _a_la_structure(dossier, acteur) if suivi else None
    return messages


def _attend(courriel: Courriel, dossier: Dossier) -> bool:
    """Le contact d'alors est toujours le dernier."""
    return courriel.periode.endswith(dossier.dernier_contact_le.isoformat())


def _a_la_structure(dossier: Dossier, acteur) -> Message:
    page = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    return rendre(
        "porteurs/courriels/conservation_structure",
        f"Le dossier {dossier.reference} sera bientôt anonymisé",
        {
            "prenom": acteur.utilisateur.prenom,
            "dossier": dossier,
            "jours": DELAI_DE_GRACE.days,
            "page": settings.SITE_URL + page,
        },
    )


def _aux_personnes(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    dossiers = _dossiers(courriels)
    porteurs = Porteur.objects.in_bulk({c.contexte["porteur"] for c in courriels})
    entrees = LienSigne.objects.in_bulk({c.contexte["lien"] for c in courriels})
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        dossier = dossiers.get(courriel.contexte["dossier"])
        porteur = porteurs.get(courriel.contexte["porteur"])
        lien = entrees.get(courriel.contexte["lien"])
        connu = dossier and porteur and lien and porteur.email.lower() == courriel.adresse
        messages[courriel.pk] = (
            _a_la_personne(dossier, porteur, lien) if connu and _attend(courriel, dossier) else None
        )
    return messages


def _a_la_personne(dossier: Dossier, porteur: Porteur, lien: LienSigne) -> Message:
    page = reverse("porteurs:rester_suivi", args=[liens.jeton(lien)])
    return rendre(
        "porteurs/courriels/conservation_personne",
        "Souhaitez-vous rester suivi\u00a0?",
        {
            "prenom": porteur.prenom,
            "dossier": dossier,
            "depuis": date_en_mots(dossier.dernier_contact_le),
            "jours": DELAI_DE_GRACE.days,
            "page": settings.SITE_URL + page,
        },
    )


GENRES = [
    Genre(
        GENRE_STRUCTURE,
        "Un dossier sans nouvelles sera bientôt anonymisé",
        _aux_structures,
        imperatif=True,
    ),
    Genre(
        GENRE_PERSONNE,
        "Rester suivi, avant l’anonymisation",
        _aux_personnes,
        imperatif=True,
    ),
]
