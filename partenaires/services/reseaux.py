"""Créer un réseau, le régler, le lier à son parent, et y ouvrir le partage des dossiers."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.enums import MODULES_OUVERTS, EtatConvention, Fonction, Module, base_legale_de
from partenaires.models import (
    Commune,
    Convention,
    ConventionStructure,
    Epci,
    Invitation,
    Mandat,
    Reseau,
    ReseauCommune,
    Structure,
)
from partenaires.services.conformite import roles_manquants
from partenaires.services.invitations import inviter, revoquer
from partenaires.services.invitations_droits import a_deja_vecu
from partenaires.services.mandats import verrouiller
from partenaires.services.structures import annoncer
from partenaires.signals import partage_ouvert
from socle.refus import Refus
from socle.texte import cle

# Ce que répond la personne quand une structure du même nom existe déjà.
MEME, AUTRE = "meme", "autre"


@transaction.atomic
def creer_reseau(
    *,
    acteur,
    nom: str,
    slug: str,
    epcis: Iterable[Epci],
    structure_nom: str,
    structure_type: str,
    homonyme: str = "",
    email: str,
    prenom: str,
    nom_personne: str,
    parent: Reseau | None = None,
    peut_ouvrir: bool = False,
) -> Reseau:
    """Un réseau, sa structure coordinatrice et la personne invitée à l'animer.

    Le territoire peut attendre : qui anime le choisira. La structure s'engage par une convention
    de principe qui court dès aujourd'hui, sans laquelle aucun mandat ne donnerait de droit.
    ``homonyme`` dit si elle est celle, du même nom et de la même nature, que l'acteur connaît
    déjà : « meme » ou « autre ». Un ``parent`` qui ouvre ne fait que se proposer : qui anime
    acceptera le lien, et l'ouverture ne donne au parent aucun droit.
    """
    try:
        with transaction.atomic():
            reseau = Reseau.objects.create(
                nom=nom,
                slug=slug,
                parent_propose=parent,
                propose_par_parent=parent is not None,
                peut_ouvrir=peut_ouvrir,
            )
    except IntegrityError:
        raise Refus("Cette adresse est déjà celle d’un autre réseau.", "slug") from None
    communes = Commune.objects.filter(epci__in=[e.pk for e in epcis]).values_list("pk", flat=True)
    ReseauCommune.objects.bulk_create(
        ReseauCommune(reseau=reseau, commune_id=pk) for pk in communes
    )
    structure = _structure(acteur, structure_nom, structure_type, homonyme)
    convention = Convention.objects.create(
        reseau=reseau,
        intitule=f"Engagement de principe, {nom}"[:160],
        etat=EtatConvention.PRINCIPE,
        periode=DateRange(reseau.aujourd_hui(), None),
    )
    ConventionStructure.objects.create(convention=convention, structure=structure)
    annoncer(structure, reseau)
    reseau.structure_coordinatrice = structure
    reseau.save(update_fields=["structure_coordinatrice"])
    inviter(
        acteur=acteur,
        reseau=reseau,
        structure=structure,
        fonction=Fonction.ANIMATEUR,
        email=email,
        prenom=prenom,
        nom=nom_personne,
        administre=True,
    )
    return reseau


def _structure(acteur, nom: str, type_: str, homonyme: str) -> Structure:
    """Celle que l'acteur voit déjà sous ce nom, s'il le confirme ; une homonyme qu'il ne voit pas
    ne se révèle pas à lui."""
    connue = (
        Structure.objects.visible_par(acteur)
        .filter(cle_tri=cle(nom)[:160], type=type_)
        .order_by("pk")
        .first()
    )
    if connue and not homonyme:
        raise Refus("Est-ce la même ? Choisissez l’une des deux réponses.", "homonyme")
    if connue and homonyme == MEME:
        return connue
    return Structure.objects.create(nom=nom, type=type_, base_legale=base_legale_de(type_))


@transaction.atomic
def inviter_a_animer(*, acteur, reseau: Reseau, email: str, prenom: str, nom: str) -> Invitation:
    """Une autre personne pour animer un réseau que nul n'anime ; l'invitation précédente ne vaut plus.

    Lève ``Refus`` si quelqu'un l'anime : c'est alors son affaire. Une fois qu'il a vécu, son parent
    n'y fait plus entrer personne : il n'a aucun droit sur ses dossiers. Qui administre
    l'installation le peut encore, et tous ceux qui administrent ses structures le savent.
    """
    reseau = verrouiller(reseau.pk)
    jour = reseau.aujourd_hui()
    if Mandat.objects.actifs(jour).filter(reseau=reseau, fonction=Fonction.ANIMATEUR).exists():
        raise Refus("Quelqu’un anime déjà ce réseau : c’est à cette personne d’inviter la suite.")
    if "administrateur" not in acteur.roles_generaux and a_deja_vecu(reseau):
        raise Refus(
            "Ce réseau a déjà vécu\u00a0: son parent n’y invite plus personne. Ses structures "
            "demandent la suite à qui administre l’installation, et toutes en seront prévenues."
        )
    en_attente = Invitation.objects.filter(reseau=reseau, fonction=Fonction.ANIMATEUR)
    for invitation in en_attente.filter(acceptee_le=None, revoquee_le=None):
        revoquer(invitation=invitation)
    return inviter(
        acteur=acteur,
        reseau=reseau,
        structure=reseau.structure_coordinatrice,
        fonction=Fonction.ANIMATEUR,
        email=email,
        prenom=prenom,
        nom=nom,
        administre=True,
    )


# --- Les réglages --------------------------------------------------------------------------


@transaction.atomic
def regler(
    *, reseau: Reseau, nom: str, fuseau: str, seuil_masquage: int | None = None, lu: str = ""
) -> Reseau:
    """Le nom, le fuseau et, s'il est donné, le seuil de masquage.

    ``lu`` : l'empreinte des réglages que la personne avait sous les yeux. Lève ``Refus`` s'ils ont
    changé depuis.
    """
    reseau = verrouiller(reseau.pk)
    if lu and lu != reseau.empreinte_des_reglages():
        raise Refus(
            f"Quelqu’un a changé ces réglages pendant que vous écriviez : « {reseau.nom} », seuil "
            f"de {reseau.seuil_masquage}. Vérifiez les vôtres, puis enregistrez de nouveau."
        )
    reseau.nom, reseau.fuseau = nom, fuseau
    if seuil_masquage is not None:
        reseau.seuil_masquage = seuil_masquage
    reseau.save(update_fields=["nom", "fuseau", "seuil_masquage"])
    return reseau


@transaction.atomic
def employer(*, reseau: Reseau, module: str, actif: bool) -> Reseau:
    """Allume ou éteint un module. Rien n'est effacé : éteint, il ne se voit plus, c'est tout."""
    if module == Module.ANNUAIRE and not actif:
        raise Refus("L’annuaire reste là : tout le reste s’y appuie.")
    if module not in MODULES_OUVERTS:
        raise Refus("Ce module n’est pas encore disponible.")
    reseau = verrouiller(reseau.pk)
    employes = {*reseau.modules, module} if actif else {*reseau.modules} - {module}
    reseau.modules = [m for m in Module.values if m in employes]
    reseau.save(update_fields=["modules"])
    return reseau


@transaction.atomic
def permettre_d_ouvrir(*, reseau: Reseau, permis: bool) -> None:
    """Dit si qui anime ce réseau peut en ouvrir d'autres, ses enfants."""
    Reseau.objects.filter(pk=reseau.pk).update(peut_ouvrir=permis)


# --- Le réseau parent ----------------------------------------------------------------------


@transaction.atomic
def proposer_parent(*, reseau: Reseau, parent: Reseau, par_parent: bool = False) -> Reseau:
    """L'un propose le lien, l'autre l'acceptera. Lève ``Refus`` si le lien formerait une boucle."""
    reseau = verrouiller(reseau.pk)
    if reseau.parent_id:
        raise Refus("Ce réseau a déjà un parent : il faut d’abord défaire ce lien.", "parent")
    if reseau.pk in _ascendance(parent):
        raise Refus("Ce réseau-là est déjà parmi vos enfants, ou c’est le vôtre.", "parent")
    reseau.parent_propose, reseau.propose_par_parent = parent, par_parent
    reseau.save(update_fields=["parent_propose", "propose_par_parent"])
    return reseau


def _ascendance(reseau: Reseau) -> list[int]:
    """Le réseau, son parent, le parent de son parent, jusqu'au sommet."""
    lignee = []
    while reseau is not None and reseau.pk not in lignee:
        lignee.append(reseau.pk)
        reseau = reseau.parent
    return lignee


@transaction.atomic
def repondre_parente(*, reseau: Reseau, parent: Reseau, accepte: bool) -> Reseau:
    """La réponse de l'autre côté ; refuser, ou se raviser, efface la proposition."""
    reseau = verrouiller(reseau.pk)
    if reseau.parent_propose_id != parent.pk:
        raise Refus("Cette proposition n’existe plus.")
    if accepte and reseau.pk in _ascendance(parent):
        raise Refus("Ce lien formerait une boucle : refusez-le.")
    reseau.parent_propose = None
    reseau.parent = parent if accepte else None
    reseau.save(update_fields=["parent", "parent_propose"])
    return reseau


@transaction.atomic
def defaire_parente(*, reseau: Reseau) -> Reseau:
    reseau = verrouiller(reseau.pk)
    reseau.parent = None
    reseau.save(update_fields=["parent"])
    return reseau


# --- Le partage ----------------------------------------------------------------------------


@transaction.atomic
def ouvrir_partage(*, reseau: Reseau, aipd_le: date, accord_conjoint_le: date) -> Reseau:
    """Ouvre le partage des dossiers dès aujourd'hui ; ``partage_ouvert`` l'annonce après validation.

    Lève ``Refus`` si une date est à venir, si le partage est déjà ouvert, ou si le registre ne dit
    pas encore qui informe, qui répond et qui notifie.
    """
    reseau = verrouiller(reseau.pk)
    jour = reseau.aujourd_hui()
    if reseau.partage_ouvert_le:
        raise Refus("Le partage est déjà ouvert dans ce réseau.")
    if manquants := roles_manquants(reseau):
        raise Refus(f"Le registre ne dit pas encore {' ni '.join(manquants)}.")
    for champ, le in (("aipd_le", aipd_le), ("accord_conjoint_le", accord_conjoint_le)):
        if le > jour:
            raise Refus("Cette date est dans l’avenir : revenez quand ce sera fait.", champ)
    reseau.aipd_le = aipd_le
    reseau.accord_conjoint_le = accord_conjoint_le
    reseau.partage_ouvert_le = jour
    reseau.save(update_fields=["aipd_le", "accord_conjoint_le", "partage_ouvert_le"])
    transaction.on_commit(lambda: partage_ouvert.send(sender=Reseau, reseau=reseau))
    return reseau
