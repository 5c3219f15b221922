"""Un dossier raconté avant d'être écrit : ce que chaque étape du récit ajoute au même objet."""

from dataclasses import dataclass, field
from datetime import date

from partenaires.models import Commune, Mandat, Reseau, Structure
from porteurs.demonstration.sujets import Sujet
from porteurs.enums import CHAINE, Etape


@dataclass
class Passage:
    """Un relais : ``reponse_le`` vide tant qu'il attend."""

    de: Structure
    vers: Structure
    propose_le: date
    propose_par: Mandat
    etat: str
    reponse_le: date | None = None
    reponse_par: Mandat | None = None
    motif: str = ""


@dataclass
class Role:
    role: str
    mandat: Mandat
    etat: str
    propose_le: date
    du: date | None = None
    au: date | None = None
    motif: str = ""


@dataclass
class Soutien:
    nature: str
    structure: Structure
    montant: int
    le: date
    concours: str = ""


@dataclass
class Tache:
    libelle: str
    mandat: Mandat
    cree_le: date
    echeance: date
    faite_le: date | None = None


@dataclass
class Parole:
    le: date
    nature: str
    texte: str
    audience: str
    mandat: Mandat


@dataclass
class Recit:
    """``cohorte`` : « avant » l'année exacte, « ancien » (ouvert avant, suivi pendant), « exact »
    (ouvert pendant) ou « courant ». ``derniere`` : le jour du dernier geste."""

    reseau: Reseau
    cohorte: str
    ouvert_le: date
    derniere: date
    clos: bool
    installe_le: date | None = None
    sujet: Sujet | None = None
    commune: Commune | None = None
    epci: str = ""
    reference: str = ""
    prenoms: list[tuple[str, str]] = field(default_factory=list)
    # Qui répond du dossier : [(structure, depuis)], dans l'ordre.
    responsables: list[tuple[Structure, date]] = field(default_factory=list)
    etapes: list[tuple[str, date, str]] = field(default_factory=list)
    informe_le: date | None = None
    opposition_le: date | None = None
    passages: list[Passage] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    soutiens: list[Soutien] = field(default_factory=list)
    taches: list[Tache] = field(default_factory=list)
    paroles: list[Parole] = field(default_factory=list)
    decisions: list[date] = field(default_factory=list)

    @property
    def suivi_dans_l_annee(self) -> bool:
        return self.cohorte in ("ancien", "exact")

    @property
    def responsable(self) -> Structure:
        return self.responsables[-1][0]

    @property
    def partageable(self) -> bool:
        return self.informe_le is not None and self.opposition_le is None

    @property
    def etape(self) -> str:
        return self.etapes[-1][0]

    def responsable_le(self, jour: date) -> Structure:
        return [s for s, depuis in self.responsables if depuis <= jour][-1]

    def etape_le(self, jour: date) -> str:
        """L'étape de la chaîne où en était le projet ce jour-là."""
        atteintes = [e for e, le, _ in self.etapes if le <= jour and e in CHAINE]
        return atteintes[-1] if atteintes else Etape.IDEE

    def date_de(self, etape: str) -> date | None:
        return next((le for e, le, _ in self.etapes if e == etape), None)
