"""Ce qu'une personne accompagnée fait depuis son espace : écrire, demander ses droits."""

from calendar import monthrange
from datetime import date

from django.db import transaction
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.enums import Audience, EtatDroit, NatureEchange
from porteurs.models import Action, Affectation, DemandeDroit, Dossier, Echange, Porteur
from porteurs.services.dossier import toucher, verrouiller, verrouiller_pour
from porteurs.services.suivi import terminer_action
from socle.courriels import Depot, deposer
from socle.debit import depasse
from socle.permissions import peut
from socle.refus import Refus

GENRE_MESSAGE = "espace_message"
GENRE_DROIT = "espace_droit"
GENRE_REPONSE = "espace_reponse"
MESSAGES_PAR_HEURE = 20
RESTER = "Je souhaite rester suivi."


def personnes_du_dossier(acteur, dossier: Dossier) -> list[Porteur]:
    """Parmi les personnes de l'adresse prouvée, celles qui ont part à ce dossier, dans son ordre."""
    parts = acteur.parts.filter(dossier=dossier)
    return [part.porteur for part in parts.select_related("porteur").order_by("rang")]


@transaction.atomic
def ecrire(*, acteur, dossier: Dossier, texte: str) -> Echange:
    """Un message à l'équipe du dossier ; la personne référente, ou la structure, en est prévenue."""
    dossier = verrouiller_pour(acteur, "porteurs.espace.ecrire", dossier)
    if depasse(f"espace-message:{dossier.pk}", MESSAGES_PAR_HEURE, 3600):
        raise Refus(
            "Cela fait beaucoup de messages en une heure : reprenez un peu plus tard.", "texte"
        )
    jour = dossier.reseau.aujourd_hui()
    echange = Echange.objects.create(
        dossier=dossier,
        porteur=personnes_du_dossier(acteur, dossier)[0],
        pour_porteur=True,
        structure=dossier.structure_responsable,
        nature=NatureEchange.MESSAGE,
        audience=Audience.EQUIPE,
        le=jour,
        texte=texte,
    )
    toucher(dossier, contact_le=jour)
    _prevenir(GENRE_MESSAGE, dossier, str(echange.pk), {"dossier": dossier.pk})
    return echange


def rester_suivi(*, acteur, dossier: Dossier) -> Echange:
    """« Je souhaite rester suivi » : un contact comme un autre, qui fait repartir la conservation."""
    return ecrire(acteur=acteur, dossier=dossier, texte=RESTER)


def _prevenir(genre: str, dossier: Dossier, periode: str, contexte: dict) -> None:
    """La personne référente ; à défaut les techniciens de la structure, ou son adresse."""
    utilisateurs = _qui_prevenir(dossier)
    depots = [Depot(genre, periode, utilisateur=u, contexte=contexte) for u in utilisateurs]
    if not depots and dossier.structure_responsable.email:
        depots = [
            Depot(genre, periode, adresse=dossier.structure_responsable.email, contexte=contexte)
        ]
    deposer(depots)


def _qui_prevenir(dossier: Dossier) -> list:
    referent = (
        Affectation.objects.en_cours()
        .filter(dossier=dossier, role="referent", utilisateur__is_active=True)
        .select_related("utilisateur")
        .first()
    )
    if referent is not None:
        return [referent.utilisateur]
    mandats = (
        Mandat.objects.actifs(dossier.reseau.aujourd_hui())
        .filter(
            reseau=dossier.reseau_id,
            structure=dossier.structure_responsable_id,
            fonction=Fonction.TECHNICIEN,
            utilisateur__is_active=True,
        )
        .select_related("utilisateur")
        .order_by("pk")
    )
    return list({mandat.utilisateur_id: mandat.utilisateur for mandat in mandats}.values())


@transaction.atomic
def action_faite(*, acteur, dossier: Dossier, action: Action) -> None:
    """La personne dit qu'elle a fait ce qu'on attendait d'elle ; l'équipe le lit au fil."""
    if terminer_action(action=action):
        ecrire(acteur=acteur, dossier=dossier, texte=f"C’est fait\u00a0: {action.libelle}")


# --- Les droits ---------------------------------------------------------------------------------


def un_mois_apres(jour: date) -> date:
    """Le même quantième du mois suivant, ou son dernier jour."""
    annee, mois = (jour.year + 1, 1) if jour.month == 12 else (jour.year, jour.month + 1)
    return date(annee, mois, min(jour.day, monthrange(annee, mois)[1]))


@transaction.atomic
def demander_un_droit(
    *, acteur, dossier: Dossier, porteur: Porteur, nature: str, mot: str = ""
) -> DemandeDroit:
    """Une copie ou un effacement : la structure qui répond du dossier a un mois."""
    dossier = verrouiller_pour(acteur, "porteurs.espace.droits", dossier)
    if porteur not in personnes_du_dossier(acteur, dossier):
        raise Refus("Chacun ne demande que pour soi.")
    if DemandeDroit.objects.en_attente().filter(dossier=dossier, porteur=porteur, nature=nature):
        raise Refus(
            "Cette demande est déjà en cours : sa réponse est due à la date indiquée.", "nature"
        )
    return inscrire_un_droit(dossier=dossier, porteur=porteur, nature=nature, mot=mot)


def inscrire_un_droit(
    *, dossier: Dossier, porteur: Porteur, nature: str, mot: str = ""
) -> DemandeDroit:
    """La demande, son délai, et le courriel à qui répond du dossier."""
    demande = DemandeDroit.objects.create(
        dossier=dossier,
        porteur=porteur,
        nature=nature,
        mot=mot,
        echeance=un_mois_apres(dossier.reseau.aujourd_hui()),
    )
    _prevenir(GENRE_DROIT, dossier, str(demande.pk), {"demande": demande.pk})
    return demande


def retirer_un_droit(*, acteur, demande: DemandeDroit) -> bool:
    """La personne retire sa demande ; faux si elle a déjà sa réponse."""
    return bool(
        DemandeDroit.objects.en_attente()
        .filter(pk=demande.pk, porteur__in=acteur.personnes_ids)
        .update(etat=EtatDroit.RETIREE, repondue_le=timezone.now())
    )


@transaction.atomic
def repondre_a_un_droit(*, acteur, demande: DemandeDroit, etat: str, reponse: str) -> None:
    """La structure dit que c'est fait, ou pourquoi cela ne peut pas l'être ; la personne l'apprend."""
    if etat == EtatDroit.REFUSEE and not reponse:
        raise Refus("Dites pourquoi : la personne doit pouvoir contester.", "reponse")
    demande.dossier = verrouiller(demande.dossier)
    if not peut(acteur, "porteurs.droits.repondre", demande):
        raise Refus(
            "Ce dossier a changé de mains ou d’état pendant que vous écriviez\u00a0: rien n’est "
            "enregistré. Rouvrez sa page pour voir où il en est."
        )
    repondue = (
        DemandeDroit.objects.en_attente()
        .filter(pk=demande.pk)
        .update(
            etat=etat,
            reponse=reponse,
            repondue_le=timezone.now(),
            repondue_par=acteur.utilisateur_id,
        )
    )
    if not repondue:
        raise Refus("Cette demande n’attend plus de réponse.")
    if demande.porteur.email:
        deposer(
            [
                Depot(
                    GENRE_REPONSE,
                    str(demande.pk),
                    adresse=demande.porteur.email,
                    contexte={"demande": demande.pk},
                )
            ]
        )
