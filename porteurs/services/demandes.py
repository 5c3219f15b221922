"""Recevoir une demande, la prendre, la clore, la passer à d'autres.

Une demande a toujours quelqu'un : une structure, ou l'animation du réseau. La personne apprend par
courriel, quand on a son adresse, qui la rappelle et pour quand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from partenaires.models import Commune, Reseau, Structure
from porteurs import jours_ouvres
from porteurs.enums import EtatDemande, MotifCloture, OrigineDossier, SourceDemande
from porteurs.models import Demande, Dossier, Rapprochement, TransmissionDemande
from porteurs.services import doublons, permanences
from porteurs.services.aiguillage import autres_reseaux, structure_pour
from porteurs.services.demandes_annonces import annoncer, dire_la_suite
from porteurs.services.dossier import ouvrir_dossier, toucher
from socle.acteur import Acteur
from socle.coordonnees import telephone_international
from socle.permissions import peut
from socle.refus import Refus

ORIGINES = {
    SourceDemande.SIGNALEMENT: OrigineDossier.SIGNALEMENT,
    SourceDemande.FORMULAIRE: OrigineDossier.FORMULAIRE,
    SourceDemande.ANNONCE: OrigineDossier.ANNONCE,
    SourceDemande.EVENEMENT: OrigineDossier.EVENEMENT,
    SourceDemande.TRANSMISSION: OrigineDossier.RELAIS,
}


@dataclass(frozen=True)
class Personne:
    """La personne à rappeler, telle qu'on l'a tapée, et son accord pour l'être."""

    prenom: str
    nom: str
    commune: Commune
    projet: str
    accord_le: date
    email: str = ""
    telephone: str = ""
    message: str = ""


@dataclass(frozen=True)
class Signalant:
    """Qui signale : un membre au titre de sa structure, ou un nom et une adresse tapés."""

    structure: Structure | None = None
    nom: str = ""
    email: str = ""
    organisme: str = ""


@transaction.atomic
def recevoir(
    *,
    acteur: Acteur,
    reseaux: Sequence[Reseau],
    personne: Personne,
    source: str,
    signalant: Signalant | None = None,
) -> list[Demande]:
    """Une demande dans chacun de ces réseaux, confiée et annoncée. Au moins un réseau."""
    if not reseaux:
        raise Refus("Choisissez au moins un territoire.", "reseaux")
    depot = uuid4()
    # Toujours dans le même ordre : deux dépôts simultanés ne s'attendent pas l'un l'autre.
    demandes = [
        _creer(acteur, reseau, personne, source, signalant or Signalant(), depot)
        for reseau in sorted(reseaux, key=lambda r: r.pk)
    ]
    annoncer(demandes)
    return demandes


def _creer(acteur, reseau, personne: Personne, source, signalant: Signalant, depot) -> Demande:
    jour = reseau.aujourd_hui()
    if personne.accord_le > jour:
        raise Refus("Cette date est dans l’avenir.", "accord_le")
    maintenant = timezone.now()
    membre = signalant.structure is not None
    demande = Demande.objects.create(
        depot=depot,
        reseau=reseau,
        structure=structure_pour(reseau, personne.commune),
        commune=personne.commune,
        source=source,
        prenom=personne.prenom,
        nom=personne.nom,
        email=personne.email.lower(),
        telephone_saisi=personne.telephone,
        telephone=telephone_international(personne.telephone),
        projet=personne.projet,
        message=personne.message,
        accord_le=personne.accord_le,
        signalant=acteur.utilisateur if membre else None,
        signalant_structure=signalant.structure,
        signalant_nom="" if membre else signalant.nom,
        signalant_email="" if membre else signalant.email.lower(),
        signalant_organisme="" if membre else signalant.organisme,
        recue_le=maintenant,
        confiee_le=maintenant,
        **_termes(reseau, jour),
    )
    demande.refresh_from_db(fields=["uuid"])
    rapprocher(demande)
    return demande


def _termes(reseau: Reseau, jour: date) -> dict[str, date]:
    """La date annoncée et l'alerte, en jours ouvrés du territoire."""
    reglage = permanences.reglage_de(reseau)
    return {
        "alerte_le": jours_ouvres.apres(jour, reglage.alerte, reseau.fuseau),
        "promise_le": jours_ouvres.apres(jour, reglage.delai, reseau.fuseau),
    }


def rapprocher(demande: Demande) -> None:
    """Note ce qui semble être de la même personne. Rien ne change pour qui a tapé : ni la
    structure, ni la réponse."""
    demande.rapprochements.all().delete()
    autres = Demande.objects.de_la_meme_personne(demande).order_by("-recue_le", "-pk")[:20]
    dossiers = doublons.ressemblants(
        demande.reseau,
        prenom=demande.prenom,
        nom=demande.nom,
        email=demande.email,
        telephone=demande.telephone_saisi,
    ).order_by("-activite_le", "-pk")[:20]
    Rapprochement.objects.bulk_create(
        [
            *(Rapprochement(demande=demande, autre=autre) for autre in autres),
            *(Rapprochement(demande=demande, dossier_id=d.pk) for d in dossiers.only("pk")),
        ]
    )


# --- Répondre ----------------------------------------------------------------------------------


def verrouiller_pour(acteur: Acteur, action: str, demande: Demande) -> Demande:
    """Réserve la demande et relit les droits : quelqu'un d'autre y a peut-être répondu."""
    Demande.objects.select_for_update().only("pk").get(pk=demande.pk)
    demande = Demande.objects.select_related("reseau", "commune", "structure").get(pk=demande.pk)
    if not peut(acteur, action, demande):
        raise Refus(
            "Cette demande a été prise, close ou passée à d’autres pendant que vous lisiez\u00a0: rien "
            "n’a changé. Rouvrez la liste pour voir où elle en est."
        )
    return demande


def _repondre(demande: Demande, acteur: Acteur, maintenant: datetime, **champs) -> None:
    champs |= {"repondue_le": maintenant, "repondue_par": acteur.utilisateur}
    for nom, valeur in champs.items():
        setattr(demande, nom, valeur)
    demande.save(update_fields=list(champs))
    dire_la_suite(demande)


@transaction.atomic
def prendre(*, acteur: Acteur, demande: Demande, dossier_connu=None, **fiche) -> Dossier:
    """La demande devient un dossier, dont la structure qui l'a reçue répond."""
    demande = verrouiller_pour(acteur, "porteurs.demande.prendre", demande)
    dossier = ouvrir_dossier(
        acteur=acteur,
        reseau=demande.reseau,
        structure=demande.structure,
        dossier_connu=dossier_connu,
        **fiche,
    )
    toucher(dossier, activite=False, origine=ORIGINES[demande.source])
    _repondre(demande, acteur, timezone.now(), etat=EtatDemande.PRISE, dossier=dossier)
    return dossier


@transaction.atomic
def rattacher(*, acteur: Acteur, demande: Demande, dossier: Dossier) -> Dossier:
    """La personne est déjà suivie : sa demande rejoint ce dossier, que l'acteur suit."""
    demande = verrouiller_pour(acteur, "porteurs.demande.prendre", demande)
    suivi = Dossier.objects.suivis_par(acteur).filter(reseau=demande.reseau, pk=dossier.pk).first()
    if suivi is None or not suivi.ouvert:
        raise Refus("Ce dossier n’est plus de ceux que vous suivez\u00a0: vérifiez la liste.")
    _repondre(demande, acteur, timezone.now(), etat=EtatDemande.PRISE, dossier=suivi)
    return suivi


@transaction.atomic
def clore(*, acteur: Acteur, demande: Demande, motif: str, precision: str = "") -> Demande:
    """Ferme la demande sans dossier, avec sa raison."""
    demande = verrouiller_pour(acteur, "porteurs.demande.clore", demande)
    if motif == MotifCloture.AUTRE and not precision:
        raise Refus("Dites en quelques mots pourquoi.", "precision")
    _repondre(
        demande,
        acteur,
        timezone.now(),
        etat=EtatDemande.CLOSE,
        motif=motif,
        precision=precision,
    )
    return demande


# --- Transmettre -------------------------------------------------------------------------------


@transaction.atomic
def transmettre(
    *, acteur: Acteur, demande: Demande, vers: Structure | Reseau, motif: str
) -> Demande:
    """Passe la demande à une autre structure du réseau, ou à un autre réseau qui la confiera.

    Le délai repart, et la personne apprend qui la rappelle désormais.
    """
    demande = verrouiller_pour(acteur, "porteurs.demande.transmettre", demande)
    if isinstance(vers, Reseau):
        if vers not in autres_reseaux(demande):
            raise Refus("Cette demande ne peut pas aller dans ce réseau.", "vers")
        structure, reseau = structure_pour(vers, demande.commune), vers
    else:
        structure, reseau = vers, demande.reseau
        if not permanences.qui_recoivent(reseau).filter(pk=vers.pk).exists():
            raise Refus("Cette structure n’a personne pour rappeler.", "vers")
    if (structure, reseau) == (demande.structure, demande.reseau):
        raise Refus("Elle y est déjà.", "vers")
    confier(demande, structure=structure, reseau=reseau, par=acteur.utilisateur, motif=motif)
    return demande


def confier(
    demande: Demande, *, structure: Structure | None, reseau: Reseau, par=None, motif: str
) -> None:
    """Change qui répond, garde la trace, fait repartir le délai et l'annonce. La ligne est réservée."""
    maintenant = timezone.now()
    change_de_reseau = reseau.pk != demande.reseau_id
    TransmissionDemande.objects.create(
        demande=demande,
        le=maintenant,
        par=par,
        de=demande.structure,
        vers=structure,
        du_reseau=demande.reseau.nom if change_de_reseau else "",
        au_reseau=reseau.nom if change_de_reseau else "",
        motif=motif,
    )
    champs = {
        "structure": structure,
        "reseau": reseau,
        "etat": EtatDemande.TRANSMISE,
        "confiee_le": maintenant,
        **_termes(reseau, reseau.aujourd_hui()),
    }
    if change_de_reseau:
        champs["source"] = SourceDemande.TRANSMISSION
    for nom, valeur in champs.items():
        setattr(demande, nom, valeur)
    demande.save(update_fields=list(champs))
    if change_de_reseau:
        rapprocher(demande)
    annoncer([demande])
