"""Ce que l'annuaire et l'animation gardent de quelqu'un, et ce qu'un effacement en fait."""

from django.db.models.functions import Lower
from django.utils import timezone

from partenaires.models import Inscription
from socle.effacement import Memoire

# Des professionnels nommés à ce titre : leur mandat finit, leurs droits avec lui.
METIER = "personne nommée pour son métier\u00a0: s’efface avec le compte ou la fiche"
TEXTE = "texte du réseau, qui ne parle d’aucune personne accompagnée"


def _du_dehors(adresses: list[str]):
    return Inscription.objects.alias(adresse=Lower("email")).filter(
        adresse__in=adresses, utilisateur=None
    )


def _oublier_les_inscriptions(adresses: list[str]) -> int:
    return _du_dehors(adresses).update(
        nom="", email="", structure="", purgee_le=timezone.localdate()
    )


def _montrer_les_inscriptions(adresses: list[str]) -> list[dict]:
    return list(
        _du_dehors(adresses)
        .order_by("pk")
        .values("evenement__intitule", "nom", "email", "structure", "etat", "presente", "cree_le")
    )


MEMOIRES = [
    Memoire(
        "partenaires.Inscription",
        "vidée du nom et de l’adresse\u00a0; la ligne reste pour le compte",
        _oublier_les_inscriptions,
        _montrer_les_inscriptions,
    ),
    *(
        Memoire(f"partenaires.{nom}", METIER)
        for nom in (
            "AdministrationSeule",
            "Conformite",
            "Emport",
            "Exposant",
            "Invitation",
            "Mandat",
            "ResumeCompetences",
            "Structure",
        )
    ),
    *(
        Memoire(f"partenaires.{nom}", TEXTE)
        for nom in (
            "Avenant",
            "CharteFonctionnement",
            "Convention",
            "Evaluation",
            "Evenement",
            "ImportStructures",
            "Jalon",
            "ModeleConvention",
            "Objectif",
            "QuestionRessource",
            "Ressource",
            "RubriqueDiagnostic",
            "SuiviObjectif",
            "VersionRessource",
        )
    ),
]
