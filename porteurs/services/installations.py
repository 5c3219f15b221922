"""L'installation d'un projet : notée d'un geste, corrigée en disant pourquoi."""

from datetime import date

from django.db import transaction

from partenaires.models import Commune, Departement, Region
from porteurs.enums import (
    CHAINE,
    Audience,
    Etape,
    FinDeLien,
    NatureEchange,
    NatureProjet,
    Origine,
)
from porteurs.models import Dossier, Echange, Installation, LienDossiers
from porteurs.services import suivis_installation
from porteurs.services.dossier import changer_etape, toucher, verrouiller_pour
from socle.dates import date_en_mots
from socle.refus import Refus

ANNEES_AVANT = 10


@transaction.atomic
def installer(
    *,
    acteur,
    dossier: Dossier,
    le: date,
    commune: Commune,
    adultes: int,
    enfants: int,
    emplois: int,
    origine: str,
    region: Region | None = None,
    departement: Departement | None = None,
) -> Installation:
    """Note l'installation, passe le projet à « installé », et prévoit les nouvelles à prendre.

    Un projet déjà plus loin dans la chaîne y reste. Un cédant ne s'installe pas : sa transmission
    est une étape, et c'est du repreneur que l'on prend des nouvelles.
    """
    dossier = verrouiller_pour(acteur, "porteurs.installation.saisir", dossier)
    if dossier.nature == NatureProjet.CESSION:
        raise Refus(
            "Une transmission se note en changeant d’étape\u00a0: c’est qui reprend qui s’installe."
        )
    if Installation.objects.filter(dossier=dossier).exists():
        raise Refus("L’installation est déjà notée\u00a0: corrigez-la plutôt.")
    _verifier_la_date(dossier, le)
    if CHAINE.index(dossier.etape) < CHAINE.index(Etape.INSTALLE):
        # L'étape, elle, ne précède ni le dossier ni l'étape d'avant.
        depuis = max(le, dossier.etape_depuis)
        changer_etape(acteur=acteur, dossier=dossier, etape=Etape.INSTALLE, le=depuis)
    else:
        toucher(dossier, contact_le=le)
    installation = Installation.objects.create(
        dossier=dossier,
        le=le,
        commune=commune,
        adultes=adultes,
        enfants=enfants,
        emplois=emplois,
        saisie_par=acteur.utilisateur,
        **_provenance(origine, region, departement),
    )
    suivis_installation.prevoir([installation.pk])
    LienDossiers.objects.filter(repreneur=dossier, fini_le=None).update(
        fini_le=le, fin=FinDeLien.INSTALLE
    )
    return installation


def _verifier_la_date(dossier: Dossier, le: date) -> None:
    if le > dossier.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir\u00a0: on note une installation faite.", "le")
    # On rencontre parfois les gens après leur installation : seule une année invraisemblable arrête.
    if le.year < dossier.ouvert_le.year - ANNEES_AVANT:
        raise Refus(
            f"C’est plus de {ANNEES_AVANT} ans avant l’ouverture du dossier\u00a0: vérifiez l’année.",
            "le",
        )
    if dossier.clos_le and le > dossier.clos_le:
        raise Refus(
            f"Le dossier est clos depuis le {date_en_mots(dossier.clos_le)} : l’installation vient "
            "avant.",
            "le",
        )


def _provenance(origine: str, region: Region | None, departement: Departement | None) -> dict:
    """D'où l'on arrive ; un département donne sa région, qui est du territoire n'en a pas."""
    if origine == Origine.LOCALE:
        region = departement = None
    if departement is not None:
        region = departement.region
    return {"origine": origine, "region_origine": region, "departement_origine": departement}


@transaction.atomic
def corriger_installation(
    *,
    acteur,
    dossier: Dossier,
    motif: str,
    le: date,
    commune: Commune,
    adultes: int,
    enfants: int,
    emplois: int,
    origine: str,
    region: Region | None = None,
    departement: Departement | None = None,
) -> Installation:
    """Corrige ce qui était faux ; le fil garde le motif, les nouvelles à prendre suivent la date."""
    dossier = verrouiller_pour(acteur, "porteurs.installation.corriger", dossier)
    _verifier_la_date(dossier, le)
    if not motif:
        raise Refus("Dites pourquoi\u00a0: les chiffres de l’année en dépendent.", "motif")
    installation = Installation.objects.select_for_update().get(dossier=dossier)
    avant = installation.le
    nouvelles = {
        "le": le,
        "commune": commune,
        "adultes": adultes,
        "enfants": enfants,
        "emplois": emplois,
    } | _provenance(origine, region, departement)
    for champ, valeur in nouvelles.items():
        setattr(installation, champ, valeur)
    installation.save(update_fields=sorted(nouvelles))
    if le != avant:
        suivis_installation.redater(installation)
    Echange.objects.create(
        dossier=dossier,
        auteur=acteur.utilisateur,
        structure=dossier.structure_responsable,
        nature=NatureEchange.NOTE,
        audience=Audience.EQUIPE,
        le=dossier.reseau.aujourd_hui(),
        texte=f"Installation du {date_en_mots(avant)} corrigée\u00a0: {motif}",
    )
    toucher(dossier, activite=False)
    return installation
