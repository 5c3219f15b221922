"""Ce qui attend les comptes que l'on montre : relais, propositions, dormants, doublons.

Le hasard ne suffit pas à garantir qu'un tableau vive : ces cas sont choisis.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from partenaires.models import Mandat, Structure
from porteurs.demonstration import paroles
from porteurs.demonstration.decors import Decor
from porteurs.demonstration.recit import Passage, Recit, Tache
from porteurs.demonstration.roles import a_un_referent, proposer_un_referent, technicien
from porteurs.enums import EtatRelais, RoleAffectation


@dataclass
class Vitrine:
    """Ce qui est mis en avant dans un réseau : combien, et pour qui.

    ``voisine`` : une autre structure que l'on montre, et qu'un relais attend aussi.
    """

    mandat: Mandat
    voisine: Structure
    relais_pour_elle: int
    relais_ailleurs: int
    propositions_pour_elle: int
    propositions_ailleurs: int
    dormants: int
    echeances: tuple[int, ...]
    doublons: int
    choisis: set[str] = field(default_factory=set)


def mettre_en_vitrine(decor: Decor, recits: list[Recit], vitrine: Vitrine) -> list[tuple]:
    """Complète les récits ; rend les doublons à signaler : (ancien, nouveau, traité)."""
    _confier_des_dossiers(decor, recits, vitrine)
    _endormir(decor, recits, vitrine)
    _relais_en_attente(decor, recits, vitrine)
    _propositions(decor, recits, vitrine)
    _opposition(recits, vitrine)
    _taches(decor, recits)
    _echeances(decor, recits, vitrine)
    return _doublons(recits, vitrine)


def _libres(recits: list[Recit], vitrine: Vitrine, recents_depuis: date) -> list[Recit]:
    """Dossiers ouverts, partagés et vivants qu'aucune mise en scène n'a déjà pris, récents d'abord."""
    libres = [
        r
        for r in recits
        if not r.clos
        and r.partageable
        and r.derniere >= recents_depuis
        and r.reference not in vitrine.choisis
    ]
    return sorted(libres, key=lambda r: (r.ouvert_le, r.reference), reverse=True)


def siens(recits: list[Recit], mandat: Mandat) -> list[Recit]:
    """Les dossiers ouverts dont la personne est référente aujourd'hui."""
    return [
        r
        for r in recits
        if not r.clos
        and any(
            role.mandat is mandat and role.au is None and role.du is not None for role in r.roles
        )
    ]


def _confier_des_dossiers(decor: Decor, recits: list[Recit], vitrine: Vitrine) -> None:
    """Deux dossiers sur trois de sa structure sont à elle : son tableau est plein."""
    rang = 0
    for recit in recits:
        for role in recit.roles:
            meme = role.mandat.structure_id == vitrine.mandat.structure_id
            referent = role.role == RoleAffectation.REFERENT and role.du and role.au is None
            if meme and referent and not recit.clos:
                rang += 1
                if rang % 3:
                    role.mandat = vitrine.mandat


def _endormir(decor: Decor, recits: list[Recit], vitrine: Vitrine) -> None:
    for rang, recit in enumerate(_endormables(decor, recits, vitrine)[: vitrine.dormants]):
        recit.derniere = decor.contexte.calendrier.avant(
            decor.contexte.jour - timedelta(days=33 + 6 * rang)
        )
        vitrine.choisis.add(recit.reference)


def _endormables(decor: Decor, recits: list[Recit], vitrine: Vitrine) -> list[Recit]:
    """Ceux dont tout ce qui est raconté précède de quarante jours au moins."""
    limite = decor.contexte.jour - timedelta(days=33 + 6 * vitrine.dormants)
    return [
        r
        for r in siens(recits, vitrine.mandat)
        if r.etapes[-1][1] <= limite
        and (r.informe_le or r.ouvert_le) <= limite
        and all(role.du is None or role.du <= limite for role in r.roles)
        and all((p.reponse_le or p.propose_le) <= limite for p in r.passages)
    ]


def _relais_en_attente(decor: Decor, recits: list[Recit], vitrine: Vitrine) -> None:
    contexte, hasard = decor.contexte, decor.hasard
    recents = _libres(recits, vitrine, contexte.jour - timedelta(days=45))
    a_elle = vitrine.mandat.structure
    pour_elle = [r for r in recents if r.responsable != a_elle][: vitrine.relais_pour_elle]
    ailleurs = [r for r in recents if r not in pour_elle][: vitrine.relais_ailleurs]
    vers_la_voisine = next(r for r in ailleurs if r.responsable != vitrine.voisine)
    for recit in [*pour_elle, *ailleurs]:
        le = max(contexte.fin - timedelta(days=hasard.randint(0, 8)), recit.derniere)
        le = max(contexte.calendrier.avant(le), recit.derniere)
        vers = decor.structure(recit, sauf=recit.responsable)
        if recit in pour_elle:
            vers = a_elle
        elif recit is vers_la_voisine:
            vers = vitrine.voisine
        par = technicien(contexte, hasard, recit, recit.responsable, le)
        recit.passages.append(Passage(recit.responsable, vers, le, par, EtatRelais.PROPOSE))
        recit.derniere = max(recit.derniere, le)
        vitrine.choisis.add(recit.reference)


def _propositions(decor: Decor, recits: list[Recit], vitrine: Vitrine) -> None:
    contexte, hasard = decor.contexte, decor.hasard
    recents = _libres(recits, vitrine, contexte.jour - timedelta(days=60))
    orphelins = [r for r in recents if not a_un_referent(r)]
    total = vitrine.propositions_pour_elle + vitrine.propositions_ailleurs
    for rang, recit in enumerate(orphelins[:total]):
        le = max(contexte.fin - timedelta(days=hasard.randint(0, 9)), recit.derniere)
        le = max(contexte.calendrier.avant(le), recit.derniere)
        mandat = vitrine.mandat
        if rang >= vitrine.propositions_pour_elle:
            mandat = technicien(contexte, hasard, recit, recit.responsable, le)
        proposer_un_referent(contexte, hasard, recit, mandat, le)
        recit.derniere = max(recit.derniere, le)
        vitrine.choisis.add(recit.reference)


def _opposition(recits: list[Recit], vitrine: Vitrine) -> None:
    """Une personne s'est opposée au partage : sa fiche n'est plus qu'à la structure qui la suit."""
    for recit in reversed(recits):
        libre = recit.reference not in vitrine.choisis and not recit.passages
        if libre and not recit.clos and recit.partageable and not recit.roles:
            recit.opposition_le = recit.derniere
            vitrine.choisis.add(recit.reference)
            return


def _taches(decor: Decor, recits: list[Recit]) -> None:
    """Des choses à faire, à temps ou en retard, et d'autres faites."""
    contexte, hasard = decor.contexte, decor.hasard
    for recit in recits:
        for _ in range(hasard.choice((0, 0, 0, 1, 1, 2))):
            depuis = recit.responsables[-1][1]
            cree = contexte.calendrier.entre(hasard, depuis, recit.derniere)
            mandat = technicien(contexte, hasard, recit, recit.responsable, cree)
            echeance = cree + timedelta(days=hasard.randint(5, 45))
            # Ce qui traîne depuis longtemps a été fait, ou n'a plus lieu d'être.
            ancienne = recit.clos or echeance < contexte.jour - timedelta(days=6)
            if mandat.periode.upper is not None and not ancienne:
                continue
            faite = min(echeance, recit.derniere) if ancienne else None
            recit.taches.append(
                Tache(_libelle(hasard, recit), mandat, cree, echeance, faite and max(faite, cree))
            )


def _libelle(hasard, recit: Recit) -> str:
    return hasard.choice(paroles.ACTIONS).format(prenom=recit.prenoms[0][0])


def _echeances(decor: Decor, recits: list[Recit], vitrine: Vitrine) -> None:
    jour = decor.contexte.jour
    candidats = [
        r for r in siens(recits, vitrine.mandat) if r.responsable == vitrine.mandat.structure
    ]
    for recit, dans in zip(candidats[-len(vitrine.echeances) :], vitrine.echeances, strict=False):
        cree = min(recit.derniere, jour + timedelta(days=min(dans, 0)))
        recit.taches.append(
            Tache(
                _libelle(decor.hasard, recit),
                vitrine.mandat,
                max(cree, recit.ouvert_le),
                jour + timedelta(days=dans),
            )
        )


def _doublons(recits: list[Recit], vitrine: Vitrine) -> list[tuple]:
    """La même personne reçue par deux structures, dont l'une ne partage pas encore le dossier."""
    discrets = [r for r in recits if not r.clos and r.informe_le is None]
    # Pas les tout derniers : il faut que quelqu'un ait revu la personne depuis.
    discrets = discrets[:: max(1, len(discrets) // (vitrine.doublons + 1))][: vitrine.doublons]
    signales = []
    for rang, ancien in enumerate(discrets):
        for nouveau in recits:
            ailleurs = nouveau.responsables[0][0] not in {s for s, _ in ancien.responsables}
            if (
                ailleurs
                and nouveau.ouvert_le > ancien.ouvert_le
                and not nouveau.clos
                and len(nouveau.prenoms) == 1
                and nouveau.reference not in vitrine.choisis
            ):
                nouveau.prenoms = [ancien.prenoms[0]]
                vitrine.choisis |= {ancien.reference, nouveau.reference}
                signales.append((ancien, nouveau, rang % 2 == 1))
                break
    return signales
