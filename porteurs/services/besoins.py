"""Les besoins d'un dossier : les noter, les tenir à jour, les fermer, compter ceux que nul ne sert."""

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from partenaires.enums import Cote
from partenaires.models import Competence, Reseau, Structure, Theme
from porteurs.enums import EtatBesoin, EtatOrientation
from porteurs.models import AccordPartage, Besoin, Dossier, Orientation
from porteurs.models.besoin import BESOINS_CLOS
from porteurs.orientation.classement import servent
from porteurs.orientation.lecture import proposer
from porteurs.permissions.dossiers import lit_le_prive
from porteurs.services import besoins_annonces as annonces
from porteurs.services.dossier import toucher, verrouiller, verrouiller_pour
from socle.permissions import peut
from socle.refus import Refus

CHANGE = (
    "Ce besoin a changé d’état ou de mains pendant que vous écriviez\u00a0: rien n’est enregistré. "
    "Rouvrez sa page pour voir où il en est."
)
LUS = ("dossier__reseau", "dossier__commune", "dossier__structure_responsable", "theme")


@transaction.atomic
def ajouter_besoin(
    *, acteur, dossier: Dossier, theme: Theme, etape: str, precisions: str = ""
) -> Besoin:
    """Note un besoin. Si personne dans le réseau ne sait y répondre, il est compté aussitôt."""
    dossier = verrouiller_pour(acteur, "porteurs.besoin.ajouter", dossier)
    if not Theme.objects.du_reseau(dossier.reseau).filter(pk=theme.pk).exists():
        raise Refus("Ce thème n’est pas de ceux de votre réseau.", "theme")
    if precisions and theme.cote == Cote.PRIVE and not lit_le_prive(acteur, dossier):
        raise Refus(
            "Ce thème est du côté privé, que votre structure ne lit pas encore\u00a0: notez le thème "
            "seul, ou recueillez d’abord l’accord de chaque adulte.",
            "precisions",
        )
    ouverts = dossier.besoins.en_cours().filter(theme=theme, etape=etape)
    if ouverts.exists():
        raise Refus("Ce besoin est déjà noté à cette étape, et attend sa réponse.", "theme")
    besoin = Besoin.objects.create(
        dossier=dossier,
        theme=theme,
        cote=theme.cote,
        etape=etape,
        precisions=precisions,
        cree_par=acteur.utilisateur,
    )
    mettre_au_net(besoin)
    toucher(dossier)
    return besoin


@transaction.atomic
def clore_besoin(*, acteur, besoin: Besoin, etat: str, conclusion: str = "") -> Besoin:
    """Le besoin a eu sa réponse, ou n'a plus d'objet ; qui le suivait pour lui cesse de suivre."""
    besoin = reserver(acteur, "porteurs.besoin.tenir", besoin)
    if etat not in BESOINS_CLOS:
        raise Refus("Dites s’il a eu sa réponse, ou s’il n’a plus d’objet.", "etat")
    retirer_les_envoyees(besoin)
    besoin.etat, besoin.conclusion = etat, conclusion
    besoin.clos_le = timezone.now()
    besoin.save(update_fields=["etat", "conclusion", "clos_le"])
    toucher(besoin.dossier)
    return besoin


@transaction.atomic
def compter_sans_solution(*, acteur, besoin: Besoin) -> Besoin:
    """Constate que personne, dans le réseau, ne peut répondre : c'est un trou de la chaîne."""
    besoin = reserver(acteur, "porteurs.besoin.tenir", besoin)
    mettre_au_net(besoin)
    if besoin.etat != EtatBesoin.SANS_SOLUTION:
        raise Refus(
            "Une structure du réseau sait répondre à ce besoin\u00a0: proposez-le-lui d’abord."
        )
    toucher(besoin.dossier, activite=False)
    return besoin


def reserver(acteur, action: str, besoin: Besoin) -> Besoin:
    """Réserve le dossier, relit le besoin et les droits : l'un ou l'autre a pu changer à l'instant."""
    dossier = verrouiller(besoin.dossier)
    besoin = Besoin.objects.select_related("theme").get(pk=besoin.pk)
    besoin.dossier = dossier
    if not peut(acteur, action, besoin):
        raise Refus(CHANGE)
    return besoin


def mettre_au_net(besoin: Besoin) -> None:
    """L'état d'un besoin encore ouvert, déduit de ses orientations et de ce que le réseau sait faire."""
    if besoin.clos:
        return
    etats = set(besoin.orientations.values_list("etat", flat=True))
    if EtatOrientation.PRISE in etats:
        etat = EtatBesoin.PRIS
    elif EtatOrientation.ENVOYEE in etats:
        etat = EtatBesoin.ORIENTE
    elif servent(proposer(besoin)):
        etat = EtatBesoin.OUVERT
    else:
        etat = EtatBesoin.SANS_SOLUTION
    if etat == EtatBesoin.SANS_SOLUTION != besoin.etat:
        besoin.sans_solution_le = besoin.dossier.reseau.aujourd_hui()
    if etat == EtatBesoin.PRIS and besoin.pris_le is None:
        besoin.pris_le = timezone.now()
    besoin.etat = etat
    besoin.save(update_fields=["etat", "sans_solution_le", "pris_le"])


def retirer_les_envoyees(besoin: Besoin, motif: str = "") -> None:
    """Ce besoin n'attend plus la réponse de personne d'autre."""
    besoin.orientations.filter(etat=EtatOrientation.ENVOYEE).update(
        etat=EtatOrientation.RETIREE, repondue_le=timezone.now(), motif=motif
    )


def structures_au_prive(dossier: Dossier) -> set[int]:
    """Celles que chaque adulte du dossier a nommées : elles peuvent recevoir un mot du côté privé."""
    adultes = dossier.participations.count()
    accords = (
        AccordPartage.objects.en_vigueur(dossier.reseau.aujourd_hui())
        .filter(participation__dossier=dossier)
        .values("structure")
        .annotate(nombre=Count("participation", distinct=True))
        .filter(nombre=adultes)
    )
    return set(accords.values_list("structure", flat=True))


# --- Ce que le temps et le réseau y changent ---------------------------------------------------


def rouvrir_ce_qui_se_peut(reseau: Reseau) -> int:
    """Une compétence est apparue : les besoins qu'elle sert redeviennent à orienter."""
    jour = reseau.aujourd_hui()
    competences = Competence.objects.filter(
        theme=OuterRef("theme"),
        etape=OuterRef("etape"),
        structure__in=Structure.objects.membres(reseau.pk, jour),
    )
    peut_etre = Besoin.objects.filter(
        Exists(competences),
        dossier__reseau=reseau,
        dossier__clos_le=None,
        etat=EtatBesoin.SANS_SOLUTION,
    )
    return sum(_rouvrir(pk) for pk in peut_etre.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _rouvrir(pk: int) -> bool:
    besoin = relire(pk)
    if besoin.etat != EtatBesoin.SANS_SOLUTION:
        return False
    mettre_au_net(besoin)
    if besoin.etat != EtatBesoin.OUVERT:
        return False
    annonces.dire_la_reouverture(besoin)
    toucher(besoin.dossier, activite=False)
    return True


def relire(pk: int) -> Besoin:
    """Le besoin et son dossier, réservés : pour ce qui agit sans acteur."""
    dossier = verrouiller(Besoin.objects.select_related("dossier").get(pk=pk).dossier)
    besoin = Besoin.objects.select_related("theme").get(pk=pk)
    besoin.dossier = dossier
    return besoin


def reprendre_les_orphelins(reseau: Reseau) -> int:
    """Une structure a quitté le réseau : ce qui lui était proposé, ou qu'elle avait pris, se réoriente."""
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui())
    orphelines = (
        Orientation.objects.filter(
            besoin__dossier__reseau=reseau,
            besoin__clos_le=None,
            etat__in=(EtatOrientation.ENVOYEE, EtatOrientation.PRISE),
        )
        .exclude(structure__in=membres)
        .order_by("pk")
    )
    return sum(_reprendre(pk) for pk in orphelines.values_list("pk", flat=True))


@transaction.atomic
def _reprendre(pk: int) -> bool:
    besoin = relire(Orientation.objects.values_list("besoin", flat=True).get(pk=pk))
    reprise = Orientation.objects.filter(
        pk=pk, etat__in=(EtatOrientation.ENVOYEE, EtatOrientation.PRISE)
    ).update(
        etat=EtatOrientation.RETIREE,
        motif="Cette structure a quitté le réseau.",
        repondue_le=timezone.now(),
    )
    if reprise:
        mettre_au_net(besoin)
        annonces.dire_le_retour(Orientation.objects.get(pk=pk), besoin)
        toucher(besoin.dossier, activite=False)
    return bool(reprise)
