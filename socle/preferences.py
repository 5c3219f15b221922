"""Ce que chacun veut recevoir, et à quel rythme : lu au départ, changé sur une page ou d'un geste.

Un genre de courriel appartient à une famille, que l'on accepte, remet à la semaine ou refuse ;
un genre impératif part toujours. Qui n'a pas de compte choisit pour son adresse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from socle import courriels
from socle.courriels import Genre, Message, adresse_de_choix, cle_destinataire, prevenir
from socle.enums import EtatCourriel, Frequence
from socle.listes import contributions
from socle.models import Courriel, PreferenceCourriel, Utilisateur

# La famille du courriel de la semaine lui-même : le refuser, c'est refuser ce qu'il reprend.
SEMAINE = "semaine"
_SEL = "socle.courriels.refus"
# Un courriel se relit longtemps après ; au-delà, la page « Mes courriels » reste.
DUREE_LIEN = timedelta(days=730)


@dataclass(frozen=True)
class Famille:
    """Une famille de courriels, en mots simples. ``phrase`` : ce qu'elle apporte et quand.

    ``defaut`` vaut pour qui n'a rien choisi ; ``chaque_fois`` dit ce rythme dans ses mots.
    """

    code: str
    libelle: str
    phrase: str
    defaut: str = Frequence.CHAQUE_FOIS
    chaque_fois: str = Frequence.CHAQUE_FOIS.label

    def mot(self, rythme: str) -> str:
        """« chaque fois », « une fois par semaine », « jamais », comme cette famille les dit."""
        return self.chaque_fois if rythme == Frequence.CHAQUE_FOIS else Frequence(rythme).label

    @property
    def frequences(self) -> list[str]:
        """Les rythmes proposés : « une fois par semaine » seulement si l'un d'eux peut attendre."""
        genres = courriels.genres().values()
        if any(g.famille == self.code and g.peut_attendre for g in genres):
            return [Frequence.CHAQUE_FOIS, Frequence.HEBDOMADAIRE, Frequence.JAMAIS]
        return [Frequence.CHAQUE_FOIS, Frequence.JAMAIS]


@cache
def familles() -> dict[str, Famille]:
    """Les familles, dans l'ordre de la page. Deux du même code sont une erreur."""
    toutes: dict[str, Famille] = {}
    for famille in contributions("MAILLON_FAMILLES_COURRIELS"):
        if famille.code in toutes:
            raise ValueError(f"La famille de courriels {famille.code} est déclarée deux fois.")
        toutes[famille.code] = famille
    return toutes


def famille_de(genre: Genre | None) -> Famille | None:
    """La famille que l'on peut refuser ; ``None`` pour ce qui part toujours."""
    if genre is None or genre.imperatif:
        return None
    return familles().get(genre.famille)


# --- Au départ --------------------------------------------------------------------------------


def rythmes(lignes: Sequence[Courriel]) -> dict[int, str]:
    """Ce que veut le destinataire de chaque ligne, en une seule lecture pour tout le lot."""
    connus = courriels.genres()
    par_ligne = {ligne.pk: famille_de(connus.get(ligne.genre)) for ligne in lignes}
    choix = _choix_des([ligne for ligne in lignes if par_ligne[ligne.pk]])
    return {
        ligne.pk: _rythme(ligne, connus[ligne.genre], par_ligne[ligne.pk], choix)
        if par_ligne[ligne.pk]
        else Frequence.CHAQUE_FOIS
        for ligne in lignes
    }


def _choix_des(lignes: Sequence[Courriel]) -> dict[tuple[str, str], str]:
    cles = {cle for ligne in lignes for cle in _cles(ligne)}
    if not cles:
        return {}
    lus = PreferenceCourriel.objects.filter(cle_destinataire__in=cles)
    return {
        (cle, famille): frequence
        for cle, famille, frequence in lus.values_list("cle_destinataire", "famille", "frequence")
    }


def _cles(ligne: Courriel) -> tuple[str, str]:
    """Le compte d'abord ; à défaut ce que son adresse avait choisi avant d'en avoir un."""
    return ligne.cle_destinataire, ligne.adresse.lower()


def _rythme(ligne: Courriel, genre: Genre, famille: Famille, choix) -> str:
    rythme = _choisi(ligne, famille, choix)
    if rythme != Frequence.HEBDOMADAIRE:
        return rythme
    if not genre.peut_attendre:
        return Frequence.CHAQUE_FOIS
    # Refuser le courriel de la semaine, c'est refuser ce qu'il aurait repris.
    if _choisi(ligne, familles()[SEMAINE], choix) == Frequence.JAMAIS:
        return Frequence.JAMAIS
    return Frequence.HEBDOMADAIRE


def _choisi(ligne: Courriel, famille: Famille, choix) -> str:
    for cle in _cles(ligne):
        if (cle, famille.code) in choix:
            return choix[cle, famille.code]
    return famille.defaut


def _montre(famille: Famille, rythme: str) -> str:
    """Le rythme tel que la page le propose : rien ne peut attendre, rien n'attend."""
    return rythme if rythme in famille.frequences else Frequence.CHAQUE_FOIS


def adresser(message: Message, ligne: Courriel) -> Message:
    """Met dans le pied l'adresse où ce destinataire-là choisit ses courriels."""
    commune = adresse_de_choix("_")
    genre = courriels.genres().get(ligne.genre)
    if ligne.destinataire_id or famille_de(genre) is None:
        propre = settings.SITE_URL + reverse("socle:preferences")
    else:
        propre = adresse_de_choix(jeton(ligne))
    return replace(
        message,
        texte=message.texte.replace(commune, propre),
        html=message.html.replace(commune, propre),
    )


def entetes(ligne: Courriel) -> dict[str, str]:
    """Le désabonnement d'un geste que montrent les messageries (RFC 8058)."""
    if famille_de(courriels.genres().get(ligne.genre)) is None:
        return {}
    return {
        "List-Unsubscribe": f"<{adresse_de_choix(jeton(ligne))}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


# --- Le lien d'un courriel ---------------------------------------------------------------------


def jeton(ligne: Courriel) -> str:
    """Désigne ce courriel, pour ce seul but : ni adresse ni nom dans le lien."""
    return signing.Signer(salt=_SEL).sign(ligne.uuid.hex)


def lire_jeton(recu: str) -> tuple[Courriel, Famille] | None:
    """Le courriel et sa famille ; ``None`` si le lien est forgé, trop vieux ou sans objet."""
    try:
        cle = signing.Signer(salt=_SEL).unsign(recu)
        ligne = Courriel.objects.defer("corps_texte", "corps_html", "pieces").get(
            uuid=cle, cree_le__gt=timezone.now() - DUREE_LIEN
        )
    except (signing.BadSignature, Courriel.DoesNotExist, ValueError):
        return None
    famille = famille_de(courriels.genres().get(ligne.genre))
    return (ligne, famille) if famille else None


# --- Les choix ----------------------------------------------------------------------------------


def choix_de(utilisateur: Utilisateur) -> dict[str, str]:
    """Le rythme de chaque famille pour ce compte, usages courants compris."""
    ligne = Courriel(
        cle_destinataire=cle_destinataire(utilisateur, utilisateur.email), adresse=utilisateur.email
    )
    choix = _choix_des([ligne])
    return {
        code: _montre(famille, _choisi(ligne, famille, choix))
        for code, famille in familles().items()
    }


def choix_du_lien(ligne: Courriel, famille: Famille) -> str:
    return _montre(famille, _choisi(ligne, famille, _choix_des([ligne])))


@transaction.atomic
def regler(cle: str, choix: Mapping[str, str], *, utilisateur_id: int | None = None) -> None:
    """Enregistre ces rythmes, et les applique à ce qui attendait le courriel de la semaine."""
    maintenant = timezone.now()
    PreferenceCourriel.objects.bulk_create(
        [
            PreferenceCourriel(
                utilisateur_id=utilisateur_id,
                cle_destinataire=cle,
                famille=code,
                frequence=frequence,
                choisie_le=maintenant,
            )
            for code, frequence in sorted(choix.items())
        ],
        update_conflicts=True,
        unique_fields=["cle_destinataire", "famille"],
        update_fields=["frequence", "choisie_le"],
    )
    attendent = Courriel.objects.filter(cle_destinataire=cle, etat=EtatCourriel.SEMAINE)
    # Rendues à l'attente, elles seront relues au départ avec le nouveau choix.
    rendues = list(attendent.filter(genre__in=_genres_touches(choix)).values_list("pk", flat=True))
    attendent.filter(pk__in=rendues).update(etat=EtatCourriel.ATTENTE, a_partir_de=maintenant)
    prevenir(rendues)


def _genres_touches(choix: Mapping[str, str]) -> list[str]:
    """Ce dont le rythme vient de changer ; le sort de la semaine touche tout ce qui y entre."""
    if SEMAINE in choix:
        return [genre.code for genre in courriels.genres().values() if genre.peut_attendre]
    return [genre.code for genre in courriels.genres().values() if genre.famille in choix]


FAMILLES = [
    Famille(
        SEMAINE,
        "Le courriel de la semaine",
        "Le lundi matin, un seul courriel réunit ce qui n’était pas pressé. Aucune nouvelle, aucun "
        "courriel. Si vous le refusez, ce qu’il devait reprendre n’est pas envoyé.",
        chaque_fois="chaque lundi",
    )
]
