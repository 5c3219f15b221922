"""Les courriels des évènements : confirmer, entrer de la liste d'attente, se souvenir, donner son avis.

Chacun se relit au départ : qui s'est désisté, qui n'est plus du réseau, ce qui est annulé entre-temps
ne reçoit plus rien.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import LECTEURS, EtatEvenement
from partenaires.models import Evenement, Inscription, Mandat
from partenaires.services.agendas import composer
from partenaires.services.evenements import (
    BUT_AVIS,
    DUREE_AVIS,
    GENRE_ANNULE,
    GENRE_AVIS,
    GENRE_CHANGE,
    GENRE_RAPPEL,
    entree,
)
from partenaires.services.inscriptions import (
    BUT_DESISTER,
    GENRE_A_CONFIRMER,
    GENRE_FAITE,
    GENRE_PROMUE,
)
from socle import liens
from socle.courriels import Genre, Message, rendre
from socle.dates import jour_en_mots
from socle.models import Courriel, LienSigne


def rendez_vous_joint(evenement: Evenement, *, publique: bool) -> dict:
    """La pièce jointe que l'agenda relit ; annulé, l'évènement s'en efface."""
    methode = "CANCEL" if evenement.annule else "PUBLISH"
    a_l_instant = replace(entree(evenement, publique=publique), modifiee_le=timezone.now())
    return {
        "nom": "evenement.ics",
        "type": f"text/calendar; method={methode}",
        "contenu": composer([a_l_instant], methode=methode).decode(),
    }


def _a_confirmer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Le lien qui inscrit ; sans le geste de la personne, rien n'est gardé."""
    vivants = LienSigne.objects.filter(
        utilise_le=None, revoque_le=None, expire_le__gt=timezone.now()
    ).in_bulk([c.contexte["lien"] for c in courriels])
    evenements = (
        Evenement.objects.publics()
        .select_related("reseau", "commune")
        .in_bulk([c.contexte["evenement"] for c in courriels])
    )
    messages = {}
    for courriel in courriels:
        lien = vivants.get(courriel.contexte["lien"])
        evenement = evenements.get(courriel.contexte["evenement"])
        messages[courriel.pk] = (
            rendre(
                "partenaires/courriels/inscription_a_confirmer",
                f"Confirmez votre inscription : {evenement.intitule}",
                {
                    "evenement": evenement,
                    "nom": lien.contexte["nom"],
                    "adresse": settings.SITE_URL
                    + reverse("partenaires:inscription_confirmer", args=[liens.jeton(lien)]),
                },
            )
            if lien and evenement and evenement.ouvert_aux_inscriptions
            else None
        )
    return messages


# --- À un inscrit --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forme:
    """Un courriel à un inscrit. ``sujet`` reçoit l'inscription ; ``vaut`` dit s'il a encore un sens."""

    gabarit: str
    sujet: Callable[[Inscription], str]
    vaut: Callable[[Inscription], bool]
    # Le lien qu'il porte : son but, sa durée, et ce qu'il faut savoir au retour.
    but: str = BUT_DESISTER
    route: str = "inscription_desister"
    piece: bool = True


def _a_venir(inscription: Inscription) -> bool:
    evenement = inscription.evenement
    return evenement.etat == EtatEvenement.PREVU and evenement.debut > timezone.now()


def _place(inscription: Inscription) -> bool:
    return _a_venir(inscription) and not inscription.en_attente


def _annule(inscription: Inscription) -> bool:
    return inscription.evenement.annule and inscription.evenement.debut > timezone.now()


def _passe(inscription: Inscription) -> bool:
    evenement = inscription.evenement
    return not evenement.annule and evenement.fin < timezone.now()


def _sujet_faite(inscription: Inscription) -> str:
    if inscription.en_attente:
        return f"Vous êtes sur la liste d’attente : {inscription.evenement.intitule}"
    return f"Vous êtes inscrit : {inscription.evenement.intitule}"


FORMES = {
    GENRE_FAITE: Forme("partenaires/courriels/inscription_faite", _sujet_faite, _a_venir),
    GENRE_PROMUE: Forme(
        "partenaires/courriels/inscription_promue",
        lambda i: f"Une place s’est libérée pour vous : {i.evenement.intitule}",
        _place,
    ),
    GENRE_CHANGE: Forme(
        "partenaires/courriels/evenement_change",
        lambda i: f"Du changement : {i.evenement.intitule}, {i.evenement.jour_court}",
        _a_venir,
    ),
    GENRE_ANNULE: Forme(
        "partenaires/courriels/evenement_annule",
        lambda i: f"Annulé : {i.evenement.intitule}, {i.evenement.jour_court}",
        _annule,
        but="",
    ),
    GENRE_RAPPEL: Forme(
        "partenaires/courriels/evenement_rappel",
        lambda i: f"Bientôt : {i.evenement.intitule}, {i.evenement.jour_court}",
        _place,
    ),
    GENRE_AVIS: Forme(
        "partenaires/courriels/evenement_avis",
        lambda i: f"Votre avis sur « {i.evenement.intitule} »",
        _passe,
        but=BUT_AVIS,
        route="avis",
        piece=False,
    ),
}


def _aux_inscrits(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Le lot se compose en un nombre constant de lectures, un lien par courriel écrit d'un coup."""
    inscriptions = (
        Inscription.objects.filter(purgee_le=None)
        .select_related("evenement__reseau", "evenement__commune", "utilisateur")
        .in_bulk([c.contexte["inscription"] for c in courriels])
    )
    lisent = _membres(courriels)
    utiles = {}
    for courriel in courriels:
        inscription = inscriptions.get(courriel.contexte["inscription"])
        if (
            inscription
            and _recoit(inscription, lisent)
            and FORMES[courriel.genre].vaut(inscription)
        ):
            utiles[courriel] = inscription
    adresses = _liens(utiles)
    return {
        c.pk: _message(c, utiles[c], adresses.get(c.pk, "")) if c in utiles else None
        for c in courriels
    }


def _membres(courriels: Sequence[Courriel]) -> set[tuple[int, int]]:
    return set(
        Mandat.objects.actifs_maintenant()
        .filter(utilisateur__in=[c.destinataire_id for c in courriels], fonction__in=LECTEURS)
        .values_list("utilisateur_id", "reseau_id")
    )


def _recoit(inscription: Inscription, lisent: set) -> bool:
    """Encore membre de ce réseau ; ce qui est public, tout le monde peut le lire."""
    evenement = inscription.evenement
    return evenement.public or (inscription.utilisateur_id, evenement.reseau_id) in lisent


def _liens(utiles: dict[Courriel, Inscription]) -> dict[int, str]:
    """L'avis ne retient que l'évènement : rien ne relie la réponse à la personne."""
    maintenant = timezone.now()
    lots, nouveaux = [], []
    for courriel, inscription in utiles.items():
        forme, evenement = FORMES[courriel.genre], inscription.evenement
        if not forme.but:
            continue
        avis = forme.but == BUT_AVIS
        lots.append((courriel.pk, forme.route))
        nouveaux.append(
            LienSigne(
                uuid=uuid4(),
                cree_le=maintenant,
                but=forme.but,
                contexte={"evenement": evenement.pk} if avis else {"inscription": inscription.pk},
                expire_le=maintenant + DUREE_AVIS if avis else evenement.debut,
            )
        )
    crees = LienSigne.objects.bulk_create(nouveaux)
    return {
        courriel: settings.SITE_URL + reverse(f"partenaires:{route}", args=[liens.jeton(lien)])
        for (courriel, route), lien in zip(lots, crees, strict=True)
    }


def _message(courriel: Courriel, inscription: Inscription, adresse: str) -> Message:
    forme, evenement = FORMES[courriel.genre], inscription.evenement
    publique = inscription.utilisateur_id is None
    route = "evenement_public" if publique else "evenement"
    return rendre(
        forme.gabarit,
        forme.sujet(inscription),
        {
            "inscription": inscription,
            "evenement": evenement,
            "page": settings.SITE_URL
            + reverse(f"partenaires:{route}", args=[evenement.reseau.slug, evenement.uuid]),
            "adresse": adresse,
            "jusqu_au": jour_en_mots(timezone.localdate() + DUREE_AVIS - timedelta(days=1)),
        },
        [rendez_vous_joint(evenement, publique=publique)]
        if forme.piece and not inscription.en_attente
        else [],
    )


def _genre(code: str, libelle: str, **plus) -> Genre:
    return Genre(code, libelle, _aux_inscrits, famille="evenements", **plus)


GENRES = [
    # La personne vient de le demander, et rien d'autre ne l'inscrit.
    Genre(
        GENRE_A_CONFIRMER,
        "Inscription à confirmer",
        _a_confirmer,
        secret=True,
        imperatif=True,
    ),
    _genre(GENRE_FAITE, "Inscription à un évènement", secret=True),
    _genre(GENRE_PROMUE, "Une place s’est libérée", secret=True),
    _genre(GENRE_CHANGE, "Évènement déplacé", secret=True),
    _genre(GENRE_ANNULE, "Évènement annulé"),
    _genre(GENRE_RAPPEL, "Rappel d’un évènement", secret=True),
    _genre(GENRE_AVIS, "Avis sur un évènement", secret=True),
]
