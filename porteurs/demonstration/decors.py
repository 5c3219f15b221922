"""À chaque dossier son projet, son lieu, ses gens, sa structure et ses étapes."""

from datetime import date, timedelta
from random import Random

from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.structures import LIVRADOIS, STRUCTURES
from partenaires.models import Commune, Reseau
from porteurs.demonstration import paroles
from porteurs.demonstration.recit import Recit
from porteurs.demonstration.sujets import COMMERCE, COOPERATION, NOMS, PETIT, PRENOMS, SUJETS, TERRE
from porteurs.enums import SORTIES, Etape, NatureProjet

# Qui accompagne quoi, par réseau : clés de structures, l'intercommunalité du lieu s'y ajoute.
METIERS = {
    LIVRADOIS: {
        COMMERCE: ["cci-63", "cci-63", "cci-43", "cci-region", "boutique", "pil-thiers", "comite"],
        TERRE: ["ca-63", "ca-63", "ca-43", "parc"],
        COOPERATION: ["union", "cae", "parc", "boutique", "pil-brioude"],
        PETIT: ["boutique", "cae", "credit", "pil-thiers", "garantie"],
    }
}
METIERS_VOISINS = {
    COMMERCE: ["cci-15", "boutique", "pil-cantal"],
    TERRE: ["ca-15", "ca-15"],
    COOPERATION: ["boutique", "pil-cantal"],
    PETIT: ["boutique", "cci-15"],
}
INSTALLABLES = [s for s in SUJETS if s.nature != NatureProjet.CESSION]
AVANT_CREATION = [Etape.ETUDE, Etape.MONTAGE, Etape.FINANCEMENT, Etape.CREATION]


class Decor:
    """Ce dont les tirages d'un réseau ont besoin, lu une fois."""

    def __init__(self, contexte: Contexte, reseau: Reseau, hasard: Random):
        self.contexte, self.reseau, self.hasard = contexte, reseau, hasard
        self.communes = list(
            Commune.objects.filter(couvertures__reseau=reseau)
            .select_related("epci")
            .order_by("code")
        )
        # Les bourgs attirent plus que leur population ne le dit, les villages comptent aussi.
        self.poids = [(c.population + 60) ** 0.7 for c in self.communes]
        self.par_epci = {s.epci: contexte.structures[s.cle] for s in STRUCTURES if s.epci}
        self.metiers = METIERS.get(reseau.slug, METIERS_VOISINS)
        self.noms: set[tuple[str, str]] = set()

    def planter(self, recit: Recit) -> None:
        hasard = self.hasard
        # Un cédant ne s'installe pas : sa transmission est une étape.
        recit.sujet = hasard.choice(INSTALLABLES if recit.installe_le else SUJETS)
        [recit.commune] = hasard.choices(self.communes, self.poids)
        recit.epci = recit.commune.epci.code
        recit.prenoms = [self.personne()]
        if recit.sujet.familial or hasard.random() < 0.2:
            recit.prenoms.append(self.personne(nom=recit.prenoms[0][1]))
        recit.responsables = [(self.structure(recit), recit.ouvert_le)]
        if hasard.random() < 0.94:
            delai = 0 if hasard.random() < 0.7 else hasard.randint(1, 12)
            recit.informe_le = min(recit.ouvert_le + timedelta(days=delai), recit.derniere)
        self.jalonner(recit)

    def personne(self, nom: str = "") -> tuple[str, str]:
        """Un nom et un prénom que personne d'autre ne porte dans ce réseau."""
        while True:
            tiree = (self.hasard.choice(PRENOMS), nom or self.hasard.choice(NOMS))
            if tiree not in self.noms:
                self.noms.add(tiree)
                return tiree

    def structure(self, recit: Recit, sauf=None):
        """Une structure qui accompagne ce métier ou ce lieu, autre que ``sauf``."""
        choix = [self.contexte.structures[cle] for cle in self.metiers[recit.sujet.metier]]
        locale = self.par_epci[recit.epci]
        choix += [locale] * (1 + len(choix) // 2 + 3 * recit.sujet.familial)
        return self.hasard.choice([s for s in choix if s != sauf])

    def jalonner(self, recit: Recit) -> None:
        """Les étapes, datées dans l'ordre, de l'ouverture à la dernière."""
        etapes = [(Etape.IDEE, recit.ouvert_le, "")]
        if recit.installe_le:
            etapes += self._vers_l_installation(recit)
        else:
            etapes += self._en_chemin(recit)
        if recit.clos:
            etapes.append(self._sortie(recit))
        recit.etapes = etapes

    def _dates(self, nombre: int, du: date, au: date) -> list[date]:
        calendrier = self.contexte.calendrier
        return sorted(calendrier.entre(self.hasard, du, au) for _ in range(nombre))

    def _vers_l_installation(self, recit: Recit) -> list[tuple[str, date, str]]:
        etapes = [Etape.ETUDE] if recit.sujet.familial else AVANT_CREATION
        dates = self._dates(len(etapes), recit.ouvert_le, recit.installe_le)
        jalons = [(e, le, "") for e, le in zip(etapes, dates, strict=True)]
        jalons.append((Etape.INSTALLE, recit.installe_le, ""))
        suivi = recit.installe_le + timedelta(days=self.hasard.randint(50, 110))
        if suivi <= recit.derniere:
            jalons.append((Etape.SUIVI, suivi, ""))
            developpe = suivi + timedelta(days=self.hasard.randint(150, 260))
            if developpe <= recit.derniere and not recit.sujet.familial:
                jalons.append((Etape.DEVELOPPEMENT, developpe, ""))
        return jalons

    def _en_chemin(self, recit: Recit) -> list[tuple[str, date, str]]:
        possibles = [Etape.ETUDE] if recit.sujet.familial else AVANT_CREATION
        age = (recit.derniere - recit.ouvert_le).days
        nombre = min(len(possibles), int(self.hasard.triangular(0, 1.5 + age / 60, age / 90)))
        dates = self._dates(nombre, recit.ouvert_le, recit.derniere)
        jalons = [(e, le, "") for e, le in zip(possibles, dates, strict=False)]
        if nombre >= 3 and self.hasard.random() < 0.12:
            retour = self.contexte.calendrier.entre(self.hasard, dates[-1], recit.derniere)
            jalons.append((possibles[nombre - 2], retour, self.hasard.choice(paroles.RETOURS)))
        return jalons

    def _sortie(self, recit: Recit) -> tuple[str, date, str]:
        if recit.installe_le:
            return Etape.SANS_SUITE, recit.derniere, self.hasard.choice(paroles.SUIVI_TERMINE)
        sortie = self.hasard.choice(SORTIES)
        return sortie, recit.derniere, self.hasard.choice(paroles.MOTIFS_SORTIE[sortie])
