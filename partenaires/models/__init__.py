from partenaires.models.carnet import Jalon, RubriqueDiagnostic
from partenaires.models.competence import (
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    Theme,
)
from partenaires.models.conformite import Conformite
from partenaires.models.convention import Convention, ConventionStructure
from partenaires.models.evenement import Evenement
from partenaires.models.fusion import Fusion, ImportStructures
from partenaires.models.mandat import Invitation, Mandat
from partenaires.models.reseau import Reseau, ReseauCommune
from partenaires.models.structure import Structure, StructureCommune
from partenaires.models.territoire import (
    Commune,
    Departement,
    Epci,
    PopulationCommune,
    Region,
)

__all__ = [
    "Commune",
    "Competence",
    "CompetenceCommune",
    "CompetencePersonne",
    "Conformite",
    "Convention",
    "ConventionStructure",
    "Departement",
    "Epci",
    "Evenement",
    "Fusion",
    "ImportStructures",
    "Invitation",
    "Jalon",
    "Mandat",
    "PopulationCommune",
    "Region",
    "Reseau",
    "ReseauCommune",
    "RubriqueDiagnostic",
    "Structure",
    "StructureCommune",
    "Theme",
]
