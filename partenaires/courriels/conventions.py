"""Ce qu'on écrit d'une convention qui finit, et d'une charte à accepter."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from partenaires.models import CharteFonctionnement, Convention
from partenaires.permissions.adhesion import LECTEURS
from partenaires.permissions.conventions import ADMINISTRE_UNE_PARTIE, anime_le_reseau
from partenaires.services import chartes, conventions_fins
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel, Utilisateur


def _acteurs(courriels: Sequence[Courriel]):
    ids = {c.destinataire_id for c in courriels}
    return acteurs_de(Utilisateur.objects.filter(pk__in=ids))


def _fins(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Par personne, celles qui finissent toujours et qu'elle peut encore lire ; sinon rien."""
    ids = {pk for c in courriels for pk in c.contexte["conventions"]}
    conventions = (
        Convention.objects.select_related("reseau").prefetch_related("parties").in_bulk(ids)
    )
    acteurs = _acteurs(courriels)
    messages = {}
    for courriel in courriels:
        acteur = acteurs.get(courriel.destinataire_id)
        siennes = [
            conventions[pk]
            for pk in courriel.contexte["conventions"]
            if acteur and pk in conventions and _la_regarde(acteur, conventions[pk])
        ]
        siennes.sort(key=lambda c: (c.periode.upper, c.pk))
        messages[courriel.pk] = _fin(siennes) if siennes else None
    return messages


def _la_regarde(acteur, convention: Convention) -> bool:
    fin = convention.periode.upper
    if not (convention.en_vigueur and fin and fin > convention.reseau.aujourd_hui()):
        return False
    return anime_le_reseau(acteur, convention) or ADMINISTRE_UNE_PARTIE.verifie(acteur, convention)


def _fin(conventions: list[Convention]) -> Message:
    reseau = conventions[0].reseau
    jour = reseau.aujourd_hui()
    lignes = [
        {
            "convention": c,
            "reste": (c.periode.upper - jour).days - 1,
            "adresse": settings.SITE_URL
            + reverse("partenaires:convention", args=[reseau.slug, c.uuid]),
        }
        for c in conventions
    ]
    if len(lignes) == 1:
        sujet = f"« {conventions[0].intitule} » finit bientôt"
    else:
        sujet = f"{len(lignes)} conventions finissent bientôt en {reseau.nom}"
    return rendre(
        "partenaires/courriels/convention_fin", sujet, {"lignes": lignes, "reseau": reseau}
    )


def _chartes(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """La version doit être celle en vigueur, et une structure de la personne encore attendue."""
    ids = {c.contexte["charte"] for c in courriels}
    publiees = {
        c.pk: c
        for c in CharteFonctionnement.objects.en_vigueur().select_related("reseau")
        if c.pk in ids
    }
    attendues = {
        pk: {s.pk: s.nom for s in chartes.restent_a_accepter(charte)}
        for pk, charte in publiees.items()
    }
    acteurs = _acteurs(courriels)
    messages = {}
    for courriel in courriels:
        pk = courriel.contexte["charte"]
        acteur = acteurs.get(courriel.destinataire_id)
        noms = [
            attendues[pk][m.structure_id]
            for m in (acteur.mandats if acteur and pk in publiees else ())
            if m.administre
            and m.fonction in LECTEURS
            and m.reseau_id == publiees[pk].reseau_id
            and m.structure_id in attendues[pk]
        ]
        noms = list(dict.fromkeys(noms))
        messages[courriel.pk] = _charte(publiees[pk], noms) if noms else None
    return messages


def _charte(charte: CharteFonctionnement, noms: list[str]) -> Message:
    adresse = reverse("partenaires:charte", args=[charte.reseau.slug])
    return rendre(
        "partenaires/courriels/charte",
        f"La charte du réseau {charte.reseau.nom} attend votre accord",
        {"charte": charte, "structures": noms, "adresse": settings.SITE_URL + adresse},
    )


GENRES = [
    Genre(
        conventions_fins.GENRE,
        "Une convention finit dans 90 ou 30 jours",
        _fins,
        famille="structure",
        peut_attendre=True,
    ),
    Genre(
        chartes.GENRE,
        "La charte de fonctionnement attend l’accord d’une structure",
        _chartes,
        famille="structure",
        peut_attendre=True,
    ),
]
