"""Les fabriques : un objet du domaine en une ligne, invariants et accès tenus."""

from tests.fabriques.partenaires import (
    ConventionFabrique,
    EvenementFabrique,
    InvitationFabrique,
    JalonFabrique,
    MandatFabrique,
    ReseauFabrique,
    RessourceFabrique,
    StructureFabrique,
    UtilisateurFabrique,
    commune,
)
from tests.fabriques.porteurs import (
    ActionFabrique,
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    FinancementFabrique,
    InstallationFabrique,
    PointReunionFabrique,
    PorteurFabrique,
    RelaisFabrique,
    ReunionFabrique,
)

__all__ = [
    "ActionFabrique",
    "AffectationFabrique",
    "ConventionFabrique",
    "DossierFabrique",
    "EchangeFabrique",
    "EvenementFabrique",
    "FinancementFabrique",
    "InstallationFabrique",
    "InvitationFabrique",
    "JalonFabrique",
    "MandatFabrique",
    "PointReunionFabrique",
    "PorteurFabrique",
    "RelaisFabrique",
    "ReseauFabrique",
    "RessourceFabrique",
    "ReunionFabrique",
    "StructureFabrique",
    "UtilisateurFabrique",
    "commune",
]
