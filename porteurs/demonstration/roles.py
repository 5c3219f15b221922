"""Qui suit quoi : relais entre structures, référents, parrains, propositions sans réponse."""

from datetime import date, timedelta
from random import Random

from partenaires.demonstration.contexte import Contexte
from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.demonstration import paroles
from porteurs.demonstration.decors import Decor
from porteurs.demonstration.recit import Passage, Recit, Role
from porteurs.enums import EtatAffectation, EtatRelais, RoleAffectation

T, P = Fonction.TECHNICIEN, Fonction.PARRAIN
ACCEPTEE, PROPOSEE, DECLINEE = (
    EtatAffectation.ACCEPTEE,
    EtatAffectation.PROPOSEE,
    EtatAffectation.DECLINEE,
)


def technicien(contexte: Contexte, hasard: Random, recit: Recit, structure, jour: date) -> Mandat:
    """Quelqu'un en poste dans cette structure ce jour-là ; le référent du dossier d'abord."""
    for role in recit.roles:
        tenu = role.etat == ACCEPTEE and role.role == RoleAffectation.REFERENT
        if tenu and role.mandat.structure_id == structure.pk and _court(role, jour):
            return role.mandat
    return hasard.choice(contexte.en_poste(recit.reseau, structure.pk, jour, T))


def _court(role: Role, jour: date) -> bool:
    return role.du <= jour and (role.au is None or jour < role.au)


def passer_les_relais(decor: Decor, recits: list[Recit]) -> None:
    """Relais acceptés, refusés, repris : le réseau se passe les dossiers."""
    hasard = decor.hasard
    for recit in recits:
        duree = (recit.derniere - recit.ouvert_le).days
        if not recit.informe_le or duree < 45 or hasard.random() > 0.34:
            continue
        propose = decor.contexte.calendrier.entre(
            hasard, recit.informe_le + timedelta(days=8), recit.derniere - timedelta(days=20)
        )
        reponse = propose + timedelta(days=hasard.randint(1, 9))
        de = recit.responsable
        vers = decor.structure(recit, sauf=de)
        etat, motif = EtatRelais.ACCEPTE, ""
        sort = hasard.random()
        if sort < 0.16:
            etat, motif = EtatRelais.REFUSE, hasard.choice(paroles.REFUS_RELAIS)
        elif sort < 0.22:
            etat = EtatRelais.ANNULE
        par_lui = etat != EtatRelais.ANNULE
        recit.passages.append(
            Passage(
                de,
                vers,
                propose,
                technicien(decor.contexte, hasard, recit, de, propose),
                etat,
                reponse,
                technicien(decor.contexte, hasard, recit, vers, reponse) if par_lui else None,
                motif,
            )
        )
        if etat == EtatRelais.ACCEPTE:
            recit.responsables.append((vers, reponse))


def donner_un_referent(
    contexte: Contexte, hasard: Random, recit: Recit, du: date, au: date, prefere: str = ""
) -> bool:
    """Un référent accepté dans cette fenêtre, tant que dure la structure et son mandat."""
    if du > au:
        return False
    jour = contexte.calendrier.entre(hasard, du, au)
    jour = min(max(jour, recit.ouvert_le), recit.derniere)
    structure = recit.responsable_le(jour)
    en_poste = contexte.en_poste(recit.reseau, structure.pk, jour, T)
    mandat = next((m for m in en_poste if m.utilisateur.email == prefere), None) or hasard.choice(
        en_poste
    )
    suivantes = [depuis for _, depuis in recit.responsables if depuis > jour]
    fins = [f for f in (min(suivantes, default=None), mandat.periode.upper) if f]
    recit.roles.append(
        Role(
            RoleAffectation.REFERENT,
            mandat,
            ACCEPTEE,
            max(recit.ouvert_le, jour - timedelta(days=hasard.randint(0, 4))),
            jour,
            min(fins, default=None),
        )
    )
    return True


def nommer_les_referents(
    contexte: Contexte, hasard: Random, recits: list[Recit], accompagnes: int
) -> None:
    """Dans l'année exacte, des référents jusqu'au nombre voulu de porteurs ; ailleurs, un sur quatre."""
    premier, dernier = date(contexte.annee, 1, 1), date(contexte.annee, 12, 31)
    suivis = [r for r in recits if r.suivi_dans_l_annee]
    # Les installés d'abord : on n'arrive guère au bout sans quelqu'un.
    suivis.sort(key=lambda r: (not (r.installe_le and r.installe_le.year == contexte.annee),))
    reste = accompagnes
    for recit in suivis:
        if 0 < len(recit.prenoms) <= reste:
            du, au = max(recit.ouvert_le, premier), min(recit.derniere, dernier)
            if donner_un_referent(contexte, hasard, recit, du, au):
                reste -= len(recit.prenoms)
    for recit in recits:
        if any(r.role == RoleAffectation.REFERENT for r in recit.roles):
            _relayer_le_referent(contexte, hasard, recit)
        elif hasard.random() < 0.28:
            du = recit.ouvert_le
            if recit.suivi_dans_l_annee:
                du = max(du, dernier + timedelta(days=1))
            donner_un_referent(contexte, hasard, recit, du, recit.derniere)


def _relayer_le_referent(contexte: Contexte, hasard: Random, recit: Recit) -> None:
    """Après un relais ou un départ, la nouvelle équipe nomme souvent le sien."""
    ancien = recit.roles[-1]
    if ancien.au and not recit.clos and ancien.au < recit.derniere and hasard.random() < 0.7:
        donner_un_referent(contexte, hasard, recit, ancien.au, recit.derniere)


def nommer_les_parrains(contexte: Contexte, hasard: Random, recits: list[Recit], part: float):
    """Un parrain s'ajoute au référent ; il faut que la personne soit informée et d'accord."""
    parrains = [
        m
        for m in contexte.mandats
        if m.fonction == P and m.reseau_id == recits[0].reseau.pk and m.periode.upper is None
    ]
    for recit in recits:
        if recit.partageable and hasard.random() < part:
            jour = contexte.calendrier.entre(hasard, recit.informe_le, recit.derniere)
            mandat = hasard.choice(parrains)
            recit.roles.append(Role(RoleAffectation.PARRAIN, mandat, ACCEPTEE, jour, jour))


def refuser_des_roles(contexte: Contexte, hasard: Random, recits: list[Recit], part: float) -> None:
    for recit in recits:
        if recit.partageable and hasard.random() < part:
            jour = contexte.calendrier.entre(hasard, recit.informe_le, recit.derniere)
            mandat = technicien(contexte, hasard, recit, recit.responsable_le(jour), jour)
            motif = hasard.choice(paroles.REFUS_REFERENT)
            recit.roles.append(Role(RoleAffectation.REFERENT, mandat, DECLINEE, jour, motif=motif))


def proposer_un_referent(
    contexte: Contexte, hasard: Random, recit: Recit, mandat: Mandat, jour: date
) -> None:
    recit.roles.append(Role(RoleAffectation.REFERENT, mandat, PROPOSEE, jour))


def a_un_referent(recit: Recit) -> bool:
    return any(
        r.role == RoleAffectation.REFERENT and r.etat == ACCEPTEE and r.au is None
        for r in recit.roles
    )
