"""S'inscrire, se désister, passer de la liste d'attente à une place.

Toute écriture tient le verrou de l'évènement : deux personnes ne prennent pas la même place, et
celle qui se libère ne se donne qu'une fois.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from partenaires.enums import EtatEvenement, EtatInscription
from partenaires.models import Evenement, Inscription
from socle import liens
from socle.acteur import Acteur
from socle.courriels import Depot, deposer
from socle.models import LienSigne, Utilisateur
from socle.refus import Refus

BUT_CONFIRMER, BUT_DESISTER = "inscription", "desinscription"
DUREE_CONFIRMER = timedelta(days=3)
GARDE_DEHORS = timedelta(days=182)
GENRE_A_CONFIRMER = "inscription_a_confirmer"
GENRE_FAITE = "inscription_faite"
GENRE_PROMUE = "inscription_promue"
FERMEES = "Les inscriptions sont closes."


@dataclass(frozen=True)
class Dehors:
    """Ce qu'on demande à une personne sans compte, et rien de plus."""

    nom: str
    email: str
    structure: str = ""


def verrouiller(evenement: Evenement) -> Evenement:
    return (
        Evenement.objects.select_for_update(of=("self",))
        .select_related("reseau", "commune")
        .get(pk=evenement.pk)
    )


def _exiger_ouvert(evenement: Evenement) -> None:
    if not evenement.ouvert_aux_inscriptions:
        raise Refus(FERMEES)


def _etat(evenement: Evenement) -> str:
    """Une place s'il en reste et que personne n'attend ; sous le verrou de l'évènement."""
    if evenement.capacite is None:
        return EtatInscription.INSCRIT
    inscrits = evenement.inscriptions.retenues().count()
    attend = evenement.inscriptions.filter(etat=EtatInscription.ATTENTE).exists()
    libre = inscrits < evenement.capacite and not attend
    return EtatInscription.INSCRIT if libre else EtatInscription.ATTENTE


@transaction.atomic
def inscrire_membre(*, acteur: Acteur, evenement: Evenement) -> Inscription:
    """En un geste ; le refaire ne change rien.

    Une inscription du dehors à la même adresse devient la sienne.
    """
    evenement = verrouiller(evenement)
    deja = _deja(evenement, acteur.utilisateur.email)
    if deja is not None:
        if deja.utilisateur_id is None:
            _rattacher(deja, acteur.utilisateur)
        return deja
    _exiger_ouvert(evenement)
    return Inscription.objects.create(
        evenement=evenement, utilisateur=acteur.utilisateur, etat=_etat(evenement)
    )


def _deja(evenement: Evenement, email: str) -> Inscription | None:
    """L'inscription de cette adresse, d'un membre ou du dehors."""
    siennes = evenement.inscriptions.select_related("utilisateur")
    return (
        siennes.filter(utilisateur__email__iexact=email).first()
        or siennes.filter(email__iexact=email).first()
    )


def _rattacher(inscription: Inscription, utilisateur: Utilisateur) -> None:
    inscription.utilisateur = utilisateur
    inscription.nom = inscription.email = inscription.structure = ""
    inscription.save(update_fields=["utilisateur", "nom", "email", "structure"])


@transaction.atomic
def demander(*, evenement: Evenement, dehors: Dehors) -> None:
    """Envoie le lien de confirmation. Rien d'autre ne s'écrit : une adresse inconnue n'est pas gardée.

    La réponse est la même pour tous ; qui est déjà inscrit le lit dans son courriel.
    """
    _exiger_ouvert(evenement)
    lien = liens.creer(
        BUT_CONFIRMER,
        DUREE_CONFIRMER,
        contexte={
            "evenement": evenement.pk,
            "nom": dehors.nom,
            "email": dehors.email,
            "structure": dehors.structure,
        },
    )
    deposer(
        [
            Depot(
                GENRE_A_CONFIRMER,
                f"lien{lien.pk}",
                adresse=dehors.email,
                contexte={"lien": lien.pk, "evenement": evenement.pk},
            )
        ]
    )


def evenement_du_lien(lien: LienSigne) -> Evenement:
    evenement = (
        Evenement.objects.select_related("reseau", "commune")
        .filter(pk=lien.contexte["evenement"])
        .first()
    )
    if evenement is None:
        raise liens.LienInvalide("Cet évènement n’existe plus.")
    return evenement


def lire_demande(jeton: str) -> tuple[LienSigne, Evenement]:
    """La demande que ce lien confirme. Lève ``LienInvalide`` ; ne change rien."""
    lien = liens.lire(jeton, BUT_CONFIRMER)
    return lien, evenement_du_lien(lien)


@transaction.atomic
def confirmer(*, jeton: str) -> Inscription:
    """Inscrit l'adresse confirmée, sur la liste ou en attente, et le lui écrit.

    Lève ``LienInvalide`` ou ``Refus`` (closes entre-temps) ; le lien ne sert qu'une fois.
    """
    lien, evenement = lire_demande(jeton)
    evenement = verrouiller(evenement)
    demande = Dehors(
        lien.contexte["nom"], lien.contexte["email"], lien.contexte.get("structure", "")
    )
    deja = _deja(evenement, demande.email)
    if deja is None:
        _exiger_ouvert(evenement)
    if not liens.consommer(lien):
        raise liens.LienInvalide("Ce lien a déjà servi : il ne vaut qu’une fois.")
    # Ce que la personne avait écrit n'a plus à attendre la purge des liens.
    LienSigne.objects.filter(pk=lien.pk).update(contexte={"evenement": evenement.pk})
    if deja is not None:
        return deja
    inscription = Inscription.objects.create(
        evenement=evenement,
        nom=demande.nom,
        email=demande.email,
        structure=demande.structure,
        etat=_etat(evenement),
    )
    deposer([depot(GENRE_FAITE, inscription, "")])
    return inscription


def depot(genre: str, inscription: Inscription, periode: str) -> Depot:
    """Un courriel à l'inscrit ; son adresse se relit au départ s'il a un compte."""
    return Depot(
        genre,
        f"i{inscription.pk}{periode}",
        utilisateur=inscription.utilisateur,
        adresse=inscription.adresse,
        contexte={"inscription": inscription.pk},
    )


@transaction.atomic
def desister(*, inscription: Inscription) -> None:
    """Efface l'inscription ; la place va au premier qui attend, qui l'apprend par courriel."""
    evenement = verrouiller(inscription.evenement)
    Inscription.objects.filter(pk=inscription.pk).delete()
    promouvoir(evenement)


def lire_desistement(jeton: str) -> tuple[LienSigne, Inscription]:
    lien = liens.lire(jeton, BUT_DESISTER)
    inscription = (
        Inscription.objects.select_related("evenement__reseau", "evenement__commune", "utilisateur")
        .filter(pk=lien.contexte["inscription"])
        .first()
    )
    if inscription is None:
        raise liens.LienInvalide("Vous n’êtes plus inscrit : il n’y a rien à faire.")
    if inscription.evenement.debut <= timezone.now():
        raise liens.LienInvalide("Cet évènement a commencé : il n’y a plus rien à annuler.")
    return lien, inscription


@transaction.atomic
def desister_par_lien(*, jeton: str) -> Evenement:
    lien, inscription = lire_desistement(jeton)
    if not liens.consommer(lien):
        raise liens.LienInvalide("Ce lien a déjà servi : il ne vaut qu’une fois.")
    desister(inscription=inscription)
    return inscription.evenement


def promouvoir(evenement: Evenement) -> int:
    """Donne les places libres à ceux qui attendent, dans l'ordre d'arrivée ; sous le verrou.

    Jamais une fois l'évènement commencé ou annulé : nul n'y viendrait.
    """
    if evenement.etat != EtatEvenement.PREVU or evenement.debut <= timezone.now():
        return 0
    attente = (
        evenement.inscriptions.filter(etat=EtatInscription.ATTENTE)
        .select_related("utilisateur")
        .dans_l_ordre()
    )
    if evenement.capacite is not None:
        libres = evenement.capacite - evenement.inscriptions.retenues().count()
        attente = attente[: max(0, libres)]
    promues = list(attente)
    Inscription.objects.filter(pk__in=[i.pk for i in promues]).update(etat=EtatInscription.INSCRIT)
    deposer([depot(GENRE_PROMUE, inscription, "") for inscription in promues])
    return len(promues)


@transaction.atomic
def marquer_les_presences(*, evenement: Evenement, vues: set[UUID], presentes: set[UUID]) -> None:
    """Reporte la feuille signée : parmi ceux qu'on avait sous les yeux, qui était là, qui non."""
    retenues = evenement.inscriptions.retenues().filter(uuid__in=vues)
    retenues.filter(uuid__in=presentes).update(presente=True)
    retenues.exclude(uuid__in=presentes).update(presente=False)


def purger_les_inscriptions() -> int:
    """Six mois après, les coordonnées des personnes du dehors s'effacent ; les comptes restent."""
    jour = timezone.localdate()
    return Inscription.objects.filter(
        utilisateur=None,
        purgee_le=None,
        evenement__fin__lt=timezone.now() - GARDE_DEHORS,
    ).update(nom="", email="", structure="", purgee_le=jour)
