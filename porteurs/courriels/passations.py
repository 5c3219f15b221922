"""Les courriels d'une passation : à qui prend la suite, et aux personnes accompagnées."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from partenaires.models import Mandat
from porteurs.models import Dossier, Porteur
from porteurs.services.passations import GENRE_PERSONNE, GENRE_SUITE
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel
from socle.preferences import Famille

FAMILLES = [
    Famille(
        "confies",
        "Ce que l’on me confie",
        "Quand un départ, une absence ou une réunion de dossiers vous donne des dossiers à suivre.",
    )
]


def _suites(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Les dossiers confiés, ceux que la personne suit encore quand le courriel part."""
    acteurs = acteurs_de({c.destinataire for c in courriels if c.destinataire})
    mandats = Mandat.objects.select_related("utilisateur", "reseau").in_bulk(
        {c.contexte["mandat"] for c in courriels}
    )
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        acteur, mandat = (
            acteurs.get(courriel.destinataire_id),
            mandats.get(courriel.contexte["mandat"]),
        )
        messages[courriel.pk] = _suite(courriel, acteur, mandat) if acteur and mandat else None
    return messages


def _suite(courriel: Courriel, acteur, mandat: Mandat) -> Message | None:
    dossiers = list(
        Dossier.objects.suivis_par(acteur)
        .filter(pk__in=courriel.contexte["dossiers"])
        .sans_vecteurs()
        .select_related("reseau")
        .order_by("reference", "pk")
    )
    if not dossiers:
        return None
    nombre = len(dossiers)
    qui = mandat.utilisateur.nom_complet
    return rendre(
        "porteurs/courriels/passation_suite",
        f"{qui} vous confie {nombre} dossier{'s' if nombre > 1 else ''}",
        {
            "prenom": acteur.utilisateur.prenom,
            "qui": qui,
            "reseau": mandat.reseau,
            "lignes": [
                {
                    "reference": d.reference,
                    "intitule": d.intitule,
                    "adresse": settings.SITE_URL
                    + reverse("porteurs:dossier", args=[d.reseau.slug, d.uuid]),
                }
                for d in dossiers
            ],
        },
    )


def _personnes(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À la personne accompagnée : qui passe la main, qui prend la suite."""
    porteurs = Porteur.objects.in_bulk({c.contexte["porteur"] for c in courriels})
    ids = {c.contexte["mandat"] for c in courriels}
    ids |= {pk for c in courriels for pk in c.contexte["suites"].values()}
    mandats = Mandat.objects.select_related("utilisateur", "structure").in_bulk(ids)
    dossiers = Dossier.objects.sans_vecteurs().in_bulk(
        {int(pk) for c in courriels for pk in c.contexte["suites"]}
    )
    return {c.pk: _personne(c, porteurs, mandats, dossiers) for c in courriels}


def _personne(courriel: Courriel, porteurs, mandats, dossiers) -> Message | None:
    porteur = porteurs.get(courriel.contexte["porteur"])
    ancien = mandats.get(courriel.contexte["mandat"])
    lignes = [
        {
            "reference": dossiers[int(dossier)].reference,
            "intitule": dossiers[int(dossier)].intitule,
            "suite": mandats[suite],
        }
        for dossier, suite in courriel.contexte["suites"].items()
        if int(dossier) in dossiers and suite in mandats
    ]
    if not (porteur and ancien and lignes):
        return None
    contexte = {
        "prenom": porteur.prenom,
        "anglais": porteur.langue == "en",
        "ancien": ancien,
        "lignes": lignes,
    }
    sujet = (
        "A new person follows your project"
        if contexte["anglais"]
        else "Une nouvelle personne suit votre projet"
    )
    return rendre("porteurs/courriels/passation_personne", sujet, contexte)


GENRES = [
    Genre(GENRE_SUITE, "Des dossiers vous sont confiés", _suites, famille="confies"),
    Genre(GENRE_PERSONNE, "Une nouvelle personne suit votre projet", _personnes, imperatif=True),
]
