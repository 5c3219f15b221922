"""Échanges, actions, référent et parrain, relais entre structures."""

from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Mandat, Structure
from porteurs.enums import Audience, EtatAffectation, EtatRelais, RoleAffectation
from porteurs.models import Action, Affectation, Dossier, DoublonSignale, Echange, Relais
from porteurs.services.dossier import toucher, verrouiller, verrouiller_pour
from socle.models import Utilisateur
from socle.permissions import peut
from socle.refus import Refus


@transaction.atomic
def noter_echange(
    *,
    acteur,
    dossier: Dossier,
    structure,
    nature: str,
    le: date,
    texte: str,
    audience: str,
    prive: bool = False,
    pour_porteur: bool = False,
) -> Echange:
    """Ajoute un échange au fil, pour l'audience choisie.

    ``prive`` le réserve à qui lit le volet privé ; ``pour_porteur`` le montre à la personne
    accompagnée, dans son espace.
    """
    dossier = verrouiller_pour(acteur, "porteurs.echange.noter", dossier)
    if structure.pk not in acteur.structures(dossier.reseau_id):
        raise Refus("Vous n’écrivez qu’au nom d’une structure où vous exercez.", "structure")
    if prive and audience == Audience.RESEAU:
        raise Refus("Ce qui touche à la vie privée ne se dit pas à tout le réseau.", "audience")
    if prive and not peut(acteur, "porteurs.prive.lire", dossier):
        raise Refus(
            "L’accord de chaque adulte à votre structure est nécessaire pour noter ici ce qui "
            "touche à la vie privée.",
            "prive",
        )
    if le > dossier.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir : pour prévoir, ajoutez une action.", "le")
    echange = Echange.objects.create(
        dossier=dossier,
        auteur=acteur.utilisateur,
        structure=structure,
        nature=nature,
        le=le,
        texte=texte,
        audience=audience,
        prive=prive,
        pour_porteur=pour_porteur,
    )
    toucher(dossier, contact_le=le)
    return echange


@transaction.atomic
def ajouter_action(
    *, acteur, dossier: Dossier, libelle: str, responsable, echeance: date
) -> Action:
    """Quelque chose à faire avant une date, confié à quelqu'un qui suit le dossier."""
    dossier = verrouiller_pour(acteur, "porteurs.action.ajouter", dossier)
    if echeance < dossier.reseau.aujourd_hui():
        raise Refus("Cette échéance est déjà passée.", "echeance")
    if responsable.pk not in responsables_possibles(dossier):
        raise Refus(
            "Cette personne ne suit pas le dossier\u00a0: lui confier une action le lui montrerait.",
            "responsable",
        )
    action = Action.objects.create(
        dossier=dossier, libelle=libelle, responsable=responsable, echeance=echeance
    )
    toucher(dossier)
    return action


def responsables_possibles(dossier: Dossier) -> dict[int, Utilisateur]:
    """Celles et ceux qui suivent le dossier : leur confier une action ne leur ouvre rien."""
    equipe = {
        a.utilisateur_id: a.utilisateur
        for a in dossier.affectations.en_cours().select_related("utilisateur").order_by("pk")
    }
    mandats = (
        Mandat.objects.actifs(dossier.reseau.aujourd_hui())
        .filter(
            reseau=dossier.reseau_id,
            structure=dossier.structure_responsable_id,
            fonction=Fonction.TECHNICIEN,
        )
        .select_related("utilisateur")
        .order_by("utilisateur__nom", "pk")
    )
    return equipe | {m.utilisateur_id: m.utilisateur for m in mandats}


@transaction.atomic
def terminer_action(*, action: Action) -> bool:
    """Marque l'action faite ; faux si elle l'était déjà."""
    dossier = verrouiller(action.dossier)
    faite = Action.objects.filter(pk=action.pk, faite_le=None).update(
        faite_le=dossier.reseau.aujourd_hui()
    )
    if faite:
        toucher(dossier)
    return bool(faite)


def personnes_possibles(dossier: Dossier, role: str, jour: date):
    """Les mandats parmi lesquels choisir un référent (technicien) ou un parrain."""
    fonction = Fonction.TECHNICIEN if role == RoleAffectation.REFERENT else Fonction.PARRAIN
    return (
        Mandat.objects.actifs(jour)
        .filter(reseau=dossier.reseau_id, fonction=fonction, utilisateur__is_active=True)
        .select_related("utilisateur", "structure")
        .order_by("structure__cle_tri", "utilisateur__nom", "pk")
    )


@transaction.atomic
def proposer_affectation(*, acteur, dossier: Dossier, mandat: Mandat, role: str) -> Affectation:
    """Propose le rôle à une personne ; se proposer soi-même vaut acceptation."""
    dossier = verrouiller_pour(acteur, "porteurs.affectation.proposer", dossier)
    if (
        not personnes_possibles(dossier, role, dossier.reseau.aujourd_hui())
        .filter(pk=mandat.pk)
        .exists()
    ):
        raise Refus("Cette personne n’a pas de mandat en cours pour tenir ce rôle.", "mandat")
    if dossier.affectations.proposees().filter(role=role).exists():
        raise Refus("Une proposition attend déjà une réponse.", "mandat")
    if dossier.affectations.en_cours().filter(role=role, utilisateur=mandat.utilisateur).exists():
        raise Refus("Cette personne tient déjà ce rôle.", "mandat")
    ailleurs = mandat.structure_id != dossier.structure_responsable_id
    if ailleurs:
        _exiger_ouvert(dossier, "mandat")
    affectation = Affectation.objects.create(
        dossier=dossier,
        role=role,
        utilisateur=mandat.utilisateur,
        structure=mandat.structure,
        proposee_par=acteur.utilisateur,
    )
    if mandat.utilisateur_id == acteur.utilisateur_id:
        _accepter(dossier, affectation)
    toucher(dossier)
    return affectation


def _accepter(dossier: Dossier, affectation: Affectation) -> None:
    """La personne prend le rôle ; qui le tenait le quitte le même jour."""
    jour = dossier.reseau.aujourd_hui()
    terminer_affectations(dossier, jour, role=affectation.role)
    affectation.etat = EtatAffectation.ACCEPTEE
    affectation.periode = DateRange(jour, None)
    affectation.repondue_le = timezone.now()
    affectation.save(update_fields=["etat", "periode", "repondue_le"])


def terminer_affectations(dossier: Dossier, jour: date, **filtre) -> None:
    for ancienne in dossier.affectations.en_cours().filter(**filtre):
        # Prise et quittée le même jour : la journée compte, une période vide n'existerait pas.
        fin = max(jour, ancienne.periode.lower + timedelta(days=1))
        ancienne.periode = DateRange(ancienne.periode.lower, fin)
        ancienne.save(update_fields=["periode"])


@transaction.atomic
def repondre_affectation(
    *, affectation: Affectation, accepte: bool, motif: str = ""
) -> Affectation:
    """La personne pressentie accepte ou décline."""
    dossier = verrouiller(affectation.dossier)
    affectation = Affectation.objects.select_for_update(of=("self",)).get(pk=affectation.pk)
    if affectation.etat != EtatAffectation.PROPOSEE:
        raise Refus("Cette proposition a déjà reçu une réponse.")
    if accepte:
        if affectation.structure_id != dossier.structure_responsable_id:
            _exiger_ouvert(dossier)
        _accepter(dossier, affectation)
    else:
        affectation.etat = EtatAffectation.DECLINEE
        affectation.motif = motif
        affectation.repondue_le = timezone.now()
        affectation.save(update_fields=["etat", "motif", "repondue_le"])
    toucher(dossier)
    return affectation


def _exiger_ouvert(dossier: Dossier, champ: str | None = None) -> None:
    """Refuse de confier à une autre structure un dossier qui doit rester dans la sienne."""
    if not dossier.partageable:
        raise Refus(
            "La personne doit d’abord être informée et d’accord : c’est elle qu’on confie. "
            "Notez-le dans « Ce qui est partagé ».",
            champ,
        )
    if not dossier.ouvert_aux_autres:
        raise Refus(
            "Votre réseau n’a pas encore ouvert le partage des dossiers : l’animation doit "
            "d’abord enregistrer l’analyse d’impact et l’accord entre partenaires.",
            champ,
        )


@transaction.atomic
def retirer_affectation(*, affectation: Affectation) -> bool:
    """Retire une proposition sans réponse ; faux si la réponse est venue avant."""
    dossier = verrouiller(affectation.dossier)
    retiree = (
        Affectation.objects.proposees()
        .filter(pk=affectation.pk)
        .update(etat=EtatAffectation.RETIREE, repondue_le=timezone.now())
    )
    if retiree:
        toucher(dossier)
    return bool(retiree)


def structures_a_relayer(dossier: Dossier, jour: date):
    """Celles qui peuvent répondre d'un dossier : membres du réseau, un technicien en poste."""
    en_poste = Mandat.objects.actifs(jour).filter(
        reseau=dossier.reseau_id,
        structure=OuterRef("pk"),
        fonction=Fonction.TECHNICIEN,
        utilisateur__is_active=True,
    )
    return (
        Structure.objects.membres(dossier.reseau_id, jour)
        .filter(Exists(en_poste))
        .exclude(pk=dossier.structure_responsable_id)
        .order_by("cle_tri", "pk")
    )


@transaction.atomic
def proposer_relais(*, acteur, dossier: Dossier, vers: Structure, resume: str) -> Relais:
    """Propose la suite à une autre structure du réseau ; la structure responsable répond d'ici là."""
    dossier = verrouiller_pour(acteur, "porteurs.relais.proposer", dossier)
    if vers.pk == dossier.structure_responsable_id:
        raise Refus("Votre structure répond déjà de ce dossier : choisissez-en une autre.", "vers")
    jour = dossier.reseau.aujourd_hui()
    if not structures_a_relayer(dossier, jour).filter(pk=vers.pk).exists():
        raise Refus(
            "Cette structure n’a pas de technicien en poste dans le réseau\u00a0: personne n’y "
            "pourrait répondre.",
            "vers",
        )
    _exiger_ouvert(dossier, "vers")
    if dossier.relais.filter(etat=EtatRelais.PROPOSE).exists():
        raise Refus(
            "Un relais attend déjà une réponse. Annulez-le avant d’en proposer un autre.", "vers"
        )
    relais = Relais.objects.create(
        dossier=dossier,
        de=dossier.structure_responsable,
        vers=vers,
        resume=resume,
        propose_par=acteur.utilisateur,
    )
    toucher(dossier)
    return relais


@transaction.atomic
def repondre_relais(*, acteur, relais: Relais, accepte: bool, motif: str = "") -> Relais:
    """La structure pressentie accepte, et répond désormais du dossier ; ou refuse, et dit pourquoi."""
    dossier = verrouiller(relais.dossier)
    relais = Relais.objects.select_for_update(of=("self",)).get(pk=relais.pk)
    relais.dossier = dossier
    if not peut(acteur, "porteurs.relais.repondre", relais):
        raise Refus(
            "Ce dossier a changé de mains ou d’état pendant que vous écriviez\u00a0: rien n’est "
            "enregistré. Rouvrez sa page pour voir où il en est."
        )
    if relais.etat != EtatRelais.PROPOSE:
        raise Refus("Ce relais a déjà reçu une réponse.")
    if not accepte and not motif.strip():
        raise Refus("Dites pourquoi vous refusez : l’autre structure doit savoir.", "motif")
    if accepte:
        _exiger_ouvert(dossier)
    relais.etat = EtatRelais.ACCEPTE if accepte else EtatRelais.REFUSE
    relais.motif = "" if accepte else motif
    relais.repondu_par = acteur.utilisateur
    relais.repondu_le = timezone.now()
    relais.save(update_fields=["etat", "motif", "repondu_par", "repondu_le"])
    if accepte:
        # Le référent de la structure qui passe la main la passe avec elle.
        terminer_affectations(
            dossier,
            dossier.reseau.aujourd_hui(),
            role=RoleAffectation.REFERENT,
            structure=relais.de_id,
        )
        toucher(dossier, structure_responsable_id=relais.vers_id)
    else:
        toucher(dossier)
    return relais


@transaction.atomic
def annuler_relais(*, relais: Relais) -> bool:
    """Retire un relais encore sans réponse ; faux si la réponse est venue avant."""
    dossier = verrouiller(relais.dossier)
    annule = Relais.objects.filter(pk=relais.pk, etat=EtatRelais.PROPOSE).update(
        etat=EtatRelais.ANNULE, repondu_le=timezone.now()
    )
    if annule:
        toucher(dossier)
    return bool(annule)


def classer_doublon(*, doublon: DoublonSignale) -> None:
    """L'animation a vu ce signalement et mis les structures en relation, ou l'a écarté."""
    DoublonSignale.objects.filter(pk=doublon.pk, traite_le=None).update(traite_le=timezone.now())
