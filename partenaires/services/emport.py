"""Un réseau s’en va avec toutes ses données, ou arrive d’une autre installation."""

import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from partenaires.enums import EtatEmport
from partenaires.models import Emport, Mandat, Reseau
from partenaires.models.emport import GARDE
from socle.courriels import Depot, deposer
from socle.emport.ecriture import ecrire
from socle.emport.lecture import Relecture, lire
from socle.emport.scellement import ouvrir, phrase_neuve, sceller
from socle.enums import Operation
from socle.journal import consigner
from socle.listes import contributions
from socle.models import Utilisateur
from socle.refus import Refus

journal = logging.getLogger(__name__)

GENRE = "emport"
# Un ouvrier mort laisse une demande en attente : passé ce délai, on peut redemander.
DELAI = timedelta(hours=2)


@transaction.atomic
def demander_emport(*, acteur, reseau: Reseau, motif: str) -> tuple[Emport, str]:
    """Inscrit la demande et rend la phrase, que personne ne relira ailleurs."""
    Emport.objects.filter(
        reseau=reseau, etat=EtatEmport.ATTENTE, demande_le__lt=timezone.now() - DELAI
    ).update(etat=EtatEmport.ECHEC, phrase="")
    phrase = phrase_neuve()
    try:
        with transaction.atomic():
            emport = Emport.objects.create(
                reseau=reseau, demande_par_id=acteur.utilisateur_id, motif=motif, phrase=phrase
            )
    except IntegrityError:
        raise Refus("Un fichier est déjà en préparation : attendez qu’il soit prêt.") from None
    emport.refresh_from_db()
    consigner(acteur, Operation.EXPORT, "reseau", reseau.slug, motif)
    _prevenir(emport)
    transaction.on_commit(_demander)
    return emport, phrase


def _prevenir(emport: Emport) -> None:
    """Qui administre une structure du réseau le sait, et qui remettra le fichier."""
    structures = Mandat.objects.actifs_maintenant().filter(reseau=emport.reseau_id, administre=True)
    concernes = Utilisateur.objects.filter(
        Q(pk__in=structures.values("utilisateur")) | Q(est_administrateur=True), is_active=True
    )
    deposer(
        [
            Depot(GENRE, f"e{emport.pk}", personne, contexte={"emport": emport.pk})
            for personne in concernes.order_by("pk")
        ]
    )


def _demander() -> None:
    """Tout de suite si l’ouvrier est joignable ; sinon le passage planifié s’en charge."""
    try:
        # Par son nom : la tâche importe ce module, l'inverse ferait un cycle.
        current_app.send_task("partenaires.tasks.preparer_les_emports")
    except OperationalError:
        journal.warning("courtier injoignable : le fichier attend le passage planifié")


def preparer_les_emports() -> None:
    """Écrit ce qui attend, efface ce qui a fait son temps."""
    for emport in Emport.objects.filter(etat=EtatEmport.ATTENTE).select_related("reseau"):
        preparer(emport)
    retirer_les_vieux()


def preparer(emport: Emport) -> None:
    """Écrit et scelle le fichier ; rejoué, il recommence sans rien doubler."""
    if emport.etat != EtatEmport.ATTENTE:
        return
    emport.chemin.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=emport.chemin.parent) as dossier:
        clair, scelle = Path(dossier) / "clair", Path(dossier) / "scelle"
        lignes = ecrire(emport.reseau, clair)
        sceller(clair, scelle, emport.phrase)
        scelle.replace(emport.chemin)
    Emport.objects.filter(pk=emport.pk, etat=EtatEmport.ATTENTE).update(
        etat=EtatEmport.PRET,
        phrase="",
        lignes=lignes,
        taille=emport.chemin.stat().st_size,
        pret_le=timezone.now(),
    )


def retirer_les_vieux() -> int:
    """Efface les fichiers de plus de deux jours, et ceux que nulle demande ne nomme plus."""
    vieux = Emport.objects.filter(etat=EtatEmport.PRET, pret_le__lt=timezone.now() - GARDE)
    nombre = 0
    for emport in vieux:
        emport.chemin.unlink(missing_ok=True)
        Emport.objects.filter(pk=emport.pk).update(etat=EtatEmport.RETIRE)
        nombre += 1
    return nombre


class _Essai(Exception):
    """Défait la relecture d’un essai à blanc."""


def recevoir(
    *, fichier: Path, phrase: str, acteur=None, slug: str = "", essai: bool = False
) -> Relecture:
    """Relit un réseau ; ``essai`` : dit ce qui arriverait et n’enregistre rien.

    Un invariant en faute défait tout. Lève ``Refus``.
    """
    relecture = None

    def ensuite(r: Relecture) -> None:
        nonlocal relecture
        relecture = r
        _terminer(r)
        r.a_relire = comptes_d_ici(r)
        if essai:
            raise _Essai
        if acteur is not None:
            consigner(acteur, Operation.MODIFICATION, "reseau", r.racine.slug)

    with tempfile.TemporaryDirectory() as dossier:
        clair = Path(dossier) / "clair"
        ouvrir(fichier, clair, phrase)
        try:
            return lire(clair, imposer={"slug": slug} if slug else None, ensuite=ensuite)
        except _Essai:
            return relecture


def _terminer(relecture: Relecture) -> None:
    reseau = relecture.racine
    nouveaux = Utilisateur.objects.filter(pk__in=relecture.crees(Utilisateur))
    EmailAddress.objects.bulk_create(
        EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in nouveaux
    )
    for suite in contributions("MAILLON_EMPORT_SUITES"):
        suite(reseau, relecture)
    for controle in contributions("MAILLON_INVARIANTS"):
        for phrase in controle([reseau]):
            raise Refus(f"Ces données ne tiennent pas ensemble : {phrase}. Rien n’est enregistré.")


def comptes_d_ici(relecture: Relecture) -> list[str]:
    """Les adresses des comptes déjà là qui recevraient une fonction : à relire avant d’accepter."""
    return list(
        Mandat.objects.filter(reseau=relecture.racine)
        .exclude(utilisateur__in=relecture.crees(Utilisateur))
        .order_by("utilisateur__email")
        .values_list("utilisateur__email", flat=True)
        .distinct()
    )
