"""L'ordre des propositions : du calcul, sans base. La même lecture donne toujours le même ordre.

Une structure sert un besoin quand elle a déclaré le thème, à cette étape, pour ce secteur et dans
cette commune, et que quelqu'un y est en poste pour répondre. Les autres structures du thème ne
viennent qu'après, et disent ce qui leur manque.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import asin, cos, radians, sin, sqrt

from porteurs.orientation import mots
from socle.dates import date_en_mots

RAYON_TERRESTRE = 6371.0
# Une distance inconnue se range avec les lointaines.
LOIN = 10_000.0


@dataclass(frozen=True)
class Lieu:
    """Une commune : sa clé, son nom, son intercommunalité, ses degrés quand on les connaît."""

    pk: int
    nom: str
    epci_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Demande:
    """Ce qu'on cherche : un thème, une étape, un lieu, un secteur (vide : peu importe)."""

    theme: str
    etape: str
    lieu: Lieu
    section: str = ""


@dataclass(frozen=True)
class Competence:
    """Ce qu'une structure a déclaré du thème, à une étape. ``ici`` : elle y sert la commune."""

    etape: str
    sections: tuple[str, ...] = ()
    ici: bool = True
    personnes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Personne:
    """Quelqu'un en poste. ``retour`` : absente, le jour où elle revient."""

    pk: int
    nom: str
    charge: int = 0
    retour: date | None = None


@dataclass(frozen=True)
class Partenaire:
    """Une structure membre ce jour-là. ``charge`` : ses suivis en cours. ``refus`` : le jour où
    elle a refusé ce besoin."""

    pk: int
    uuid: str
    nom: str
    cle_tri: str
    lieu: Lieu | None = None
    competences: tuple[Competence, ...] = ()
    personnes: tuple[Personne, ...] = ()
    charge: int = 0
    refus: date | None = None


@dataclass(frozen=True)
class Choix:
    """Une personne à qui penser ; ``nommee`` : la structure l'a désignée pour ce thème."""

    personne: Personne
    nommee: bool

    @property
    def raison(self) -> str:
        dit = "s’en charge" if self.nommee else "peut répondre"
        suivis = self.personne.charge
        dit += f", {suivis} suivi{'s' if suivis > 1 else ''} en cours" if suivis else ""
        if self.personne.retour:
            dit += f", absente jusqu’au {date_en_mots(self.personne.retour)}"
        return dit


@dataclass(frozen=True)
class Proposition:
    """Une structure à qui proposer le besoin. ``manques`` : ce qui dépasse ce qu'elle a déclaré."""

    partenaire: Partenaire
    raisons: tuple[str, ...]
    personnes: tuple[Choix, ...]
    manques: tuple[str, ...] = ()
    ordre: tuple = field(default=(), compare=False)

    @property
    def declaree(self) -> bool:
        return not self.manques

    @property
    def refusee(self) -> bool:
        return self.partenaire.refus is not None

    @property
    def phrase(self) -> str:
        return mots.phrase(self.raisons)


def classer(demande: Demande, partenaires: Iterable[Partenaire]) -> list[Proposition]:
    """Les propositions, la meilleure d'abord. Qui n'a personne en poste n'y est pas.

    Dans l'ordre : ce qu'elle a déclaré, un refus passé en dernier, quelqu'un de présent, la charge
    rapportée aux personnes, la distance, le nom.
    """
    joignables = [p for p in partenaires if p.personnes and p.competences]
    servantes = [p for p in joignables if not _manques(demande, p)]
    moindre = min((_charge_relative(p) for p in servantes), default=None)
    return sorted(
        (_proposer(demande, p, moindre, len(servantes)) for p in joignables),
        key=lambda proposition: proposition.ordre,
    )


def servent(propositions: Iterable[Proposition]) -> bool:
    """Vrai si l'une au moins sert le besoin sans l'avoir déjà refusé : ce n'est pas un trou."""
    return any(p.declaree and not p.refusee for p in propositions)


def _proposer(
    demande: Demande, partenaire: Partenaire, moindre: float | None, servantes: int
) -> Proposition:
    manques = _manques(demande, partenaire)
    choix = _personnes(demande, partenaire)
    return Proposition(
        partenaire,
        tuple(_raisons(demande, partenaire, manques, choix, moindre, servantes)),
        choix,
        tuple(manques),
        ordre=(
            bool(manques),
            partenaire.refus is not None,
            len(manques),
            all(c.personne.retour for c in choix),
            _charge_relative(partenaire),
            _distance(demande.lieu, partenaire.lieu),
            partenaire.cle_tri,
            partenaire.pk,
        ),
    )


def _sert_le_secteur(demande: Demande, competence: Competence) -> bool:
    return not demande.section or not competence.sections or demande.section in competence.sections


def _retenue(demande: Demande, partenaire: Partenaire) -> Competence | None:
    """La compétence déclarée à l'étape cherchée ; une seule par structure, thème et étape."""
    return next((c for c in partenaire.competences if c.etape == demande.etape), None)


def _manques(demande: Demande, partenaire: Partenaire) -> list[str]:
    """Ce qui dépasse ce que la structure a déclaré ; vide quand elle sert le besoin."""
    exacte = _retenue(demande, partenaire)
    manques = []
    if exacte is None:
        manques.append(f"déclare ce thème {mots.etapes([c.etape for c in partenaire.competences])}")
    regardees = [exacte] if exacte else list(partenaire.competences)
    if not any(c.ici for c in regardees):
        manques.append(f"n’a pas dit qu’elle sert la commune {mots.de(demande.lieu.nom)}")
    if not any(_sert_le_secteur(demande, c) for c in regardees):
        manques.append("ne l’a pas déclaré pour ce secteur")
    return manques


def _raisons(demande, partenaire, manques, choix, moindre, servantes) -> list[str]:
    raisons = []
    exacte = _retenue(demande, partenaire)
    if exacte and exacte.ici:
        raisons.append(mots.sert(demande.lieu.nom))
    if exacte:
        raisons.append(mots.couvre(demande.theme, demande.etape))
        if demande.section and demande.section in exacte.sections:
            raisons.append(mots.secteurs(exacte.sections))
    la_moins = not manques and servantes > 1 and _charge_relative(partenaire) == moindre
    raisons.append(mots.charge(partenaire.charge, la_moins=la_moins))
    if partenaire.lieu:
        raisons.append(
            mots.proximite(
                _kilometres(demande.lieu, partenaire.lieu),
                meme_commune=partenaire.lieu.pk == demande.lieu.pk,
                meme_epci=_meme_epci(demande.lieu, partenaire.lieu),
            )
        )
    if all(c.personne.retour for c in choix):
        retour = min(c.personne.retour for c in choix)
        raisons.append(f"absence jusqu’au {date_en_mots(retour)}")
    if partenaire.refus:
        raisons.append(f"a refusé ce besoin le {date_en_mots(partenaire.refus)}")
    return [raison for raison in raisons if raison]


def _personnes(demande: Demande, partenaire: Partenaire) -> tuple[Choix, ...]:
    """Présentes d'abord, puis celles que la structure a nommées, puis les moins chargées."""
    exacte = _retenue(demande, partenaire)
    nommees = exacte.personnes if exacte else frozenset()
    choix = [Choix(p, p.pk in nommees) for p in partenaire.personnes]
    return tuple(
        sorted(
            choix,
            key=lambda c: (
                c.personne.retour is not None,
                not c.nommee,
                c.personne.charge,
                c.personne.nom,
                c.personne.pk,
            ),
        )
    )


def _charge_relative(partenaire: Partenaire) -> float:
    return partenaire.charge / max(1, len(partenaire.personnes))


def _meme_epci(un: Lieu, autre: Lieu) -> bool:
    return un.epci_id is not None and un.epci_id == autre.epci_id


def _distance(un: Lieu, autre: Lieu | None) -> float:
    if autre is None:
        return LOIN
    kilometres = _kilometres(un, autre)
    return LOIN if kilometres is None else kilometres


def _kilometres(un: Lieu, autre: Lieu) -> float | None:
    """À vol d'oiseau ; rien quand l'une des deux mairies n'a pas de point connu."""
    degres = (un.latitude, un.longitude, autre.latitude, autre.longitude)
    if None in degres:
        return None
    lat1, lon1, lat2, lon2 = map(radians, degres)
    corde = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * RAYON_TERRESTRE * asin(min(1.0, sqrt(corde)))


def declarees(propositions: Sequence[Proposition]) -> list[Proposition]:
    return [p for p in propositions if p.declaree]


def au_dela(propositions: Sequence[Proposition]) -> list[Proposition]:
    return [p for p in propositions if not p.declaree]
