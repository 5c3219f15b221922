from partenaires.models.carnet import Jalon, RubriqueDiagnostic
from partenaires.models.charte import AcceptationCharte, CharteFonctionnement
from partenaires.models.competence import (
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    GrilleCompetences,
    Theme,
)
from partenaires.models.confirmation import ConfirmationAnnuelle, DepartSignale
from partenaires.models.conformite import Conformite
from partenaires.models.contour import ContourCommune
from partenaires.models.convention import (
    Avenant,
    AvenantStructure,
    Convention,
    ConventionStructure,
    DocumentConvention,
    ModeleConvention,
    Objectif,
    SuiviObjectif,
)
from partenaires.models.emport import Emport
from partenaires.models.evenement import Evaluation, Evenement, Exposant, LigneBudget
from partenaires.models.fusion import Fusion, ImportStructures
from partenaires.models.inscription import AgendaPersonnel, Inscription
from partenaires.models.mandat import AdministrationSeule, Invitation, Mandat
from partenaires.models.reseau import Reseau, ReseauCommune
from partenaires.models.ressource import QuestionRessource, Ressource, VersionRessource
from partenaires.models.resume import ResumeCompetences
from partenaires.models.structure import Structure, StructureCommune
from partenaires.models.territoire import (
    Commune,
    CommuneAncienne,
    Departement,
    Epci,
    PopulationCommune,
    Region,
)

__all__ = [
    "SuiviObjectif",
    "Objectif",
    "ModeleConvention",
    "DocumentConvention",
    "CharteFonctionnement",
    "AvenantStructure",
    "Avenant",
    "AcceptationCharte",
    "AdministrationSeule",
    "Commune",
    "Competence",
    "CompetenceCommune",
    "CompetencePersonne",
    "Conformite",
    "ConfirmationAnnuelle",
    "CommuneAncienne",
    "ContourCommune",
    "Convention",
    "ConventionStructure",
    "DepartSignale",
    "Departement",
    "Emport",
    "Epci",
    "AgendaPersonnel",
    "Evaluation",
    "Evenement",
    "Exposant",
    "Inscription",
    "LigneBudget",
    "Fusion",
    "GrilleCompetences",
    "ImportStructures",
    "Invitation",
    "Jalon",
    "Mandat",
    "PopulationCommune",
    "Region",
    "Reseau",
    "ReseauCommune",
    "QuestionRessource",
    "Ressource",
    "ResumeCompetences",
    "VersionRessource",
    "RubriqueDiagnostic",
    "Structure",
    "StructureCommune",
    "Theme",
]
