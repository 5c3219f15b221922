"""Le courriel d'avant la fin d'un mandat."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.models import Mandat
from partenaires.services.mandats_fins import qui_finissent
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.dates import date_en_mots
from socle.models import Courriel
from socle.permissions import peut


def _fins(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Ce qui finit encore, à qui cela regarde encore : prolongé ou fini entre-temps, on se tait."""
    finissent = qui_finissent(timezone.localdate()).in_bulk(
        {pk for c in courriels for pk in c.contexte["mandats"]}
    )
    acteurs = acteurs_de({c.destinataire for c in courriels})
    messages = {}
    for courriel in courriels:
        acteur = acteurs.get(courriel.destinataire_id)
        siens = [
            finissent[pk]
            for pk in courriel.contexte["mandats"]
            if acteur and pk in finissent and _regarde(acteur, finissent[pk])
        ]
        messages[courriel.pk] = _message(acteur, siens) if siens else None
    return messages


def _regarde(acteur, mandat: Mandat) -> bool:
    return mandat.utilisateur_id == acteur.utilisateur_id or peut(
        acteur, "partenaires.mandat.tenir", mandat
    )


def _message(acteur, mandats: list[Mandat]) -> Message:
    lignes = [
        {
            "mandat": mandat,
            "le_sien": mandat.utilisateur_id == acteur.utilisateur_id,
            "adresse": settings.SITE_URL
            + reverse("partenaires:mandat", args=[mandat.reseau.slug, mandat.uuid]),
        }
        for mandat in sorted(mandats, key=lambda m: (m.periode.upper, m.pk))
    ]
    premier = lignes[0]["mandat"]
    if len(lignes) > 1:
        sujet = f"{len(lignes)} mandats prennent fin bientôt"
    elif lignes[0]["le_sien"]:
        sujet = f"Votre mandat prend fin le {date_en_mots(premier.dernier_jour)}"
    else:
        qui = premier.utilisateur.nom_complet
        sujet = f"Le mandat de {qui} prend fin le {date_en_mots(premier.dernier_jour)}"
    return rendre(
        "partenaires/courriels/mandat_fin",
        sujet,
        {"prenom": acteur.utilisateur.prenom, "lignes": lignes},
    )


GENRES = [
    Genre(
        "mandat_fin",
        "Un mandat prend bientôt fin",
        _fins,
        famille="structure",
        peut_attendre=True,
    )
]
