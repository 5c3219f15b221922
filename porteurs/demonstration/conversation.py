"""Le fil de chaque dossier : ce que les techniciens et les parrains y ont noté, et pour qui."""

from datetime import date, timedelta

from porteurs.demonstration import paroles
from porteurs.demonstration.decors import Decor
from porteurs.demonstration.recit import Parole, Recit
from porteurs.demonstration.roles import technicien
from porteurs.demonstration.sujets import a_la_commune
from porteurs.enums import Audience, RoleAffectation

EQUIPE, STRUCTURE, RESEAU = Audience.EQUIPE, Audience.STRUCTURE, Audience.RESEAU


def converser(decor: Decor, recits: list[Recit]) -> None:
    for recit in recits:
        dites: set[str] = set()
        for le in _jours(decor, recit):
            recit.paroles.append(_parole(decor, recit, le, dites))


def _jours(decor: Decor, recit: Recit) -> list[date]:
    """Du premier au dernier jour, aux étapes et entre elles ; dans l'année exacte s'il y est suivi."""
    hasard, calendrier = decor.hasard, decor.contexte.calendrier
    jours = {recit.ouvert_le}
    if not recit.clos:
        jours.add(recit.derniere)
    jours |= {le for _, le, _ in recit.etapes if hasard.random() < 0.5}
    jour = recit.ouvert_le
    while (jour := jour + timedelta(days=hasard.randint(18, 75))) < recit.derniere:
        jours.add(max(calendrier.avant(jour), recit.ouvert_le))
    if recit.cohorte == "ancien":
        premier = max(date(decor.contexte.annee, 1, 1), recit.ouvert_le)
        dernier = min(date(decor.contexte.annee, 12, 31), recit.derniere)
        jours.add(calendrier.entre(hasard, premier, dernier))
    return sorted(jours)


def _parole(decor: Decor, recit: Recit, le: date, dites: set[str]) -> Parole:
    hasard = decor.hasard
    possibles = _possibles(recit, le)
    nature, texte = hasard.choice([p for p in possibles if p[1] not in dites] or possibles)
    dites.add(texte)
    [audience] = hasard.choices([EQUIPE, STRUCTURE, RESEAU], [55, 15, 30])
    if audience == RESEAU and not (recit.informe_le and recit.informe_le <= le):
        audience = EQUIPE
    mandat = technicien(decor.contexte, hasard, recit, recit.responsable_le(le), le)
    parrains = [
        r.mandat for r in recit.roles if r.role == RoleAffectation.PARRAIN and r.du and r.du <= le
    ]
    if parrains and hasard.random() < 0.3:
        mandat, audience = parrains[0], EQUIPE
    texte = texte.format(prenom=recit.prenoms[0][0], lieu=a_la_commune(recit.commune.nom))
    return Parole(le, nature, texte, audience, mandat)


def _possibles(recit: Recit, le: date) -> list[tuple[str, str]]:
    """Ce qu'on peut avoir à noter ce jour-là : la rencontre d'abord, puis selon l'étape."""
    familial, etape = recit.sujet.familial, recit.etape_le(le)
    if le == recit.ouvert_le:
        return paroles.PREMIERS_FAMILLE if familial else paroles.PREMIERS
    if not familial:
        return paroles.ECHANGES[etape]
    return paroles.FAMILLE_INSTALLEE if etape in paroles.INSTALLES else paroles.FAMILLE[1:]
