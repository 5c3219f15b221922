"""Écrire les volets d'un dossier ; le second qui écrit voit d'abord ce que le premier a changé."""

from django.db import transaction

from porteurs.models import Dossier, PartAdulte, Participation, VoletPrive, VoletProfessionnel
from porteurs.services.dossier import toucher, verrouiller_part_pour, verrouiller_pour
from socle.editions import valeurs_de, verifier_la_version
from socle.permissions import exiger

CHAMPS_PROFESSIONNELS = (
    "activite",
    "statut",
    "lieu",
    "locaux",
    "surface",
    "budget",
    "apport",
    "emplois",
    "echeance",
    "calendrier",
    "experience",
)
CHAMPS_PRIVES = ("enfants", "logement", "ecole", "garde", "mobilite", "vie_locale", "arrivee")
CHAMPS_D_UN_ADULTE = ("emploi", "soins", "demarches")


def volet_professionnel(dossier: Dossier) -> VoletProfessionnel:
    """Celui du dossier, ou un volet encore vide."""
    return VoletProfessionnel.objects.defer("vecteur").filter(
        dossier=dossier.pk
    ).first() or VoletProfessionnel(dossier_id=dossier.pk)


def volet_prive(dossier: Dossier) -> VoletPrive:
    return VoletPrive.objects.defer("vecteur").filter(dossier=dossier.pk).first() or VoletPrive(
        dossier_id=dossier.pk
    )


def part_de(participation: Participation) -> PartAdulte:
    return PartAdulte.objects.defer("vecteur").filter(
        participation=participation.pk
    ).first() or PartAdulte(participation_id=participation.pk)


@transaction.atomic
def enregistrer_professionnel(*, acteur, dossier: Dossier, lu: str, **champs) -> VoletProfessionnel:
    """Le volet professionnel, si personne ne l'a changé depuis la version lue."""
    dossier = verrouiller_pour(acteur, "porteurs.volet.professionnel", dossier)
    volet = _ecrire(volet_professionnel(dossier), CHAMPS_PROFESSIONNELS, lu, champs)
    toucher(dossier)
    return volet


@transaction.atomic
def enregistrer_prive(*, acteur, dossier: Dossier, lu: str, **champs) -> VoletPrive:
    """Le volet privé du foyer : sa structure a l'accord de chaque adulte, relu ligne réservée."""
    dossier = verrouiller_pour(acteur, "porteurs.volet.prive", dossier)
    volet = _ecrire(volet_prive(dossier), CHAMPS_PRIVES, lu, champs)
    toucher(dossier)
    return volet


@transaction.atomic
def enregistrer_part(*, acteur, participation: Participation, lu: str, **champs) -> PartAdulte:
    """La part d'un adulte : son accord à lui suffit."""
    participation = verrouiller_part_pour(acteur, "porteurs.dossier.modifier", participation)
    exiger(acteur, "porteurs.part.tenir", participation)
    part = _ecrire(part_de(participation), CHAMPS_D_UN_ADULTE, lu, champs)
    toucher(participation.dossier)
    return part


def _ecrire(objet, noms, lu: str, champs):
    """Compare, la ligne du dossier réservée, puis écrit."""
    verifier_la_version(lu, valeurs_de(objet, noms))
    for nom in noms:
        setattr(objet, nom, champs[nom])
    objet.save(update_fields=noms if objet.pk else None)
    return objet
