"""L'argent : prêts d'honneur des plateformes, prix des concours, aides et garanties."""

from datetime import date
from random import Random

from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.structures import LIVRADOIS
from porteurs.demonstration.cohortes import Mesure
from porteurs.demonstration.recit import Recit, Soutien
from porteurs.enums import Etape, NatureFinancement

N = NatureFinancement
CONCOURS = {
    # (mois, jour) des remises de prix, et les prix d'une année ordinaire.
    LIVRADOIS: ("Créer en Livradois-Forez", [(6, 18), (11, 20)], (6000, 5000, 4000, 3000)),
}
CONCOURS_VOISIN = ("Hautes Terres d’avenir", [(10, 15)], (3000, 2000))


def financer(
    contexte: Contexte, hasard: Random, recits: list[Recit], mesure: Mesure, slug: str
) -> None:
    _prets_d_honneur(contexte, hasard, recits, mesure, slug)
    _prix(contexte, hasard, recits, mesure, slug)
    _aides_et_garanties(contexte, hasard, recits, slug)


def _plateforme(contexte: Contexte, recit: Recit, slug: str):
    if slug != LIVRADOIS:
        return contexte.structures["pil-cantal"]
    haute_loire = recit.commune.code.startswith("43")
    return contexte.structures["pil-brioude" if haute_loire else "pil-thiers"]


def _prets_d_honneur(contexte, hasard, recits, mesure, slug) -> None:
    """Exactement ``plateformes`` dossiers dans l'année exacte ; ailleurs, un installé sur deux."""
    installes = [r for r in recits if r.installe_le and not r.sujet.familial]
    de_l_annee = [r for r in installes if r.installe_le.year == contexte.annee]
    retenus = de_l_annee[: mesure.plateformes]
    if len(retenus) < mesure.plateformes:
        raise ValueError(f"{slug} : trop peu d'installations pour {mesure.plateformes} prêts.")
    retenus += [
        r for r in installes if r.installe_le.year != contexte.annee and hasard.random() < 0.55
    ]
    for recit in retenus:
        debut_d_annee = date(recit.installe_le.year, 1, 1)
        du = max(recit.date_de(Etape.FINANCEMENT), debut_d_annee)
        recit.soutiens.append(
            Soutien(
                N.PRET_HONNEUR,
                _plateforme(contexte, recit, slug),
                hasard.randrange(3000, 20001, 500),
                contexte.calendrier.entre(hasard, du, recit.installe_le),
            )
        )


def _prix(contexte: Contexte, hasard: Random, recits: list[Recit], mesure, slug: str) -> None:
    nom, remises, ordinaires = CONCOURS.get(slug, CONCOURS_VOISIN)
    structure = contexte.structures["comite" if slug == LIVRADOIS else "cc-saint-flour"]
    laureats: set[str] = set()
    for annee in range(contexte.debut.year, contexte.jour.year + 1):
        jours = [contexte.calendrier.apres(date(annee, *jour)) for jour in remises]
        jours = [j for j in jours if contexte.debut <= j <= contexte.fin]
        prix = mesure.prix if annee == contexte.annee else ordinaires[: 2 * len(jours)]
        for rang, montant in enumerate(prix):
            le = jours[rang % len(jours)]
            candidats = [
                r
                for r in recits
                if r.ouvert_le <= le <= r.derniere
                and not r.sujet.familial
                and r.reference not in laureats
            ]
            if not candidats:
                continue
            laureat = hasard.choice(candidats)
            laureats.add(laureat.reference)
            laureat.soutiens.append(
                Soutien(N.PRIX, structure, montant, le, f"{nom}, édition {annee}")
            )


def _aides_et_garanties(contexte: Contexte, hasard: Random, recits: list[Recit], slug) -> None:
    epcis = {s.commune_id: s for cle, s in contexte.structures.items() if cle.startswith("cc-")}
    for recit in recits:
        if not recit.installe_le or recit.sujet.familial:
            continue
        du = recit.date_de(Etape.FINANCEMENT)
        if hasard.random() < 0.3:
            structure = hasard.choice(
                [s for s in epcis.values() if s in {r for r, _ in recit.responsables}]
                or [contexte.structures["cc-ambert" if slug == LIVRADOIS else "cc-saint-flour"]]
            )
            le = contexte.calendrier.entre(hasard, du, recit.installe_le)
            recit.soutiens.append(Soutien(N.AIDE, structure, hasard.randrange(1000, 9001, 500), le))
        if slug == LIVRADOIS and hasard.random() < 0.15:
            le = contexte.calendrier.entre(hasard, du, recit.installe_le)
            garantie = contexte.structures["garantie"]
            recit.soutiens.append(
                Soutien(N.GARANTIE, garantie, hasard.randrange(10000, 60001, 5000), le)
            )
