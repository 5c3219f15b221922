"""Prendre des nouvelles d'une installation : un courriel, une relance, puis un coup de fil.

Ce qui est dû se lit dans la base : un passage manqué est rattrapé par le suivant.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from partenaires.enums import Module
from partenaires.models import Reseau
from porteurs.enums import Etape, ReponseSuivi, RoleParticipation
from porteurs.models import Installation, Participation, Porteur, SuiviInstallation
from porteurs.models.suivi_installation import MOIS_DE_SUIVI
from porteurs.services.dossier import toucher, verrouiller, verrouiller_pour
from socle import liens
from socle.courriels import Depot, deposer
from socle.enums import EtatCourriel, Frequence
from socle.historique import preciser
from socle.models import Courriel, LienSigne, PreferenceCourriel
from socle.refus import Refus

BUT = "suivi_installation"
GENRE = "suivi_installation"
FAMILLE = "suivi"
# Le temps de répondre, relance comprise.
DUREE_LIEN = timedelta(days=120)
AVANT_RELANCE = timedelta(days=14)
# Un mois avant l'échéance, on peut déjà noter ce qu'on vient d'apprendre.
AVANCE = timedelta(days=31)
# Le dernier suivi n'a pas de suivant qui le close : au-delà, on n'en parle plus.
OUBLI = timedelta(days=365)
LOT = 500

# make_interval ramène le 31 août à six mois de distance au dernier jour de février.
PREVOIR = """
INSERT INTO porteurs_suiviinstallation (installation_id, mois, echeance, reponse, mot)
SELECT i.id, m.mois, (i.le + make_interval(months => m.mois))::date, '', ''
  FROM porteurs_installation i CROSS JOIN unnest(%(mois)s::int[]) AS m(mois)
 WHERE (%(ids)s::bigint[] IS NULL OR i.id = ANY(%(ids)s::bigint[]))
   AND NOT EXISTS (SELECT 1 FROM porteurs_suiviinstallation s
                    WHERE s.installation_id = i.id AND s.mois = m.mois)
ON CONFLICT DO NOTHING
"""
REDATER = """
UPDATE porteurs_suiviinstallation s
   SET echeance = (i.le + make_interval(months => s.mois))::date
  FROM porteurs_installation i
 WHERE i.id = s.installation_id AND i.id = %s AND s.reponse = ''
"""


def prevoir(installations: Iterable[int] | None = None) -> int:
    """Les quatre échéances de ces installations, ou de toutes ; rejouer n'ajoute rien."""
    ids = None if installations is None else list(installations)
    with connection.cursor() as curseur:
        curseur.execute(PREVOIR, {"ids": ids, "mois": list(MOIS_DE_SUIVI)})
        return curseur.rowcount


def redater(installation: Installation) -> None:
    """La date a changé : ce qui n'a pas eu de réponse suit, et repart si ce n'est plus dû."""
    with connection.cursor() as curseur:
        curseur.execute(REDATER, [installation.pk])
    installation.suivis.sans_reponse().filter(
        echeance__gt=installation.dossier.reseau.aujourd_hui()
    ).update(demande_le=None, relance_le=None, a_appeler_le=None)


# --- Ce que fait la tâche de chaque jour --------------------------------------------------------


def prendre_des_nouvelles(reseau: Reseau) -> None:
    """Clôt les suivis dépassés, écrit à qui c'est le moment, relance, et confie le reste."""
    jour, maintenant = reseau.aujourd_hui(), timezone.now()
    siens = SuiviInstallation.objects.filter(installation__dossier__reseau=reseau)
    _clore_les_depasses(siens, jour, maintenant)
    _confier_les_muets(siens, maintenant)
    for suivi in _a_demander(siens, jour):
        _demander(suivi.pk, jour)
    for suivi in _a_relancer(siens, maintenant):
        _relancer(suivi.pk)


def _clore_les_depasses(siens, jour: date, maintenant: datetime) -> None:
    """Le suivi d'après est là, le projet s'est arrêté, ou trop de temps a passé."""
    suivant = SuiviInstallation.objects.filter(
        installation=OuterRef("installation"), mois__gt=OuterRef("mois")
    )
    siens.dus(jour).filter(
        Exists(suivant.filter(Q(echeance__lte=jour) | ~Q(reponse="")))
        | Q(echeance__lt=jour - OUBLI)
    ).update(clos_le=maintenant)
    arretee = SuiviInstallation.objects.filter(
        installation=OuterRef("installation"), reponse=ReponseSuivi.ARRETEE
    )
    siens.sans_reponse().filter(
        Exists(arretee) | Q(installation__dossier__etape=Etape.ABANDONNE)
    ).update(clos_le=maintenant)


def _confier_les_muets(siens, maintenant: datetime) -> None:
    """Deux semaines après la relance, ou dès qu'un courriel n'a pas pu partir, on appelle."""
    attendus = siens.sans_reponse().filter(a_appeler_le=None, demande_le__isnull=False)
    attendus.filter(relance_le__lte=maintenant - AVANT_RELANCE).update(a_appeler_le=maintenant)
    perdus = Courriel.objects.filter(
        genre=GENRE,
        etat__in=[EtatCourriel.REFUSE, EtatCourriel.ECHEC],
        cree_le__gt=maintenant - DUREE_LIEN,
    )
    attendus.filter(pk__in=[c["suivi"] for c in perdus.values_list("contexte", flat=True)]).update(
        a_appeler_le=maintenant
    )


def _a_demander(siens, jour: date):
    return (
        siens.dus(jour)
        .filter(demande_le=None, a_appeler_le=None)
        .only("pk")
        .order_by("echeance", "pk")[:LOT]
    )


def _a_relancer(siens, maintenant: datetime):
    return (
        siens.sans_reponse()
        .filter(a_appeler_le=None, relance_le=None, demande_le__lte=maintenant - AVANT_RELANCE)
        .only("pk")
        .order_by("demande_le", "pk")[:LOT]
    )


def _reserver(pk: int) -> SuiviInstallation | None:
    """Le suivi, s'il attend toujours une réponse et que personne d'autre ne s'en occupe."""
    return (
        SuiviInstallation.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("installation__dossier__reseau")
        .filter(pk=pk)
        .sans_reponse()
        .first()
    )


@transaction.atomic
def _demander(pk: int, jour: date) -> None:
    """Écrit au porteur ; sans adresse, sans information ou s'il n'en veut pas, la structure appelle."""
    suivi = _reserver(pk)
    if suivi is None or suivi.demande_le or suivi.a_appeler_le or suivi.echeance > jour:
        return
    porteur = a_qui_ecrire(suivi)
    if porteur is None:
        suivi.a_appeler_le = timezone.now()
        suivi.save(update_fields=["a_appeler_le"])
        return
    suivi.demande_le = timezone.now()
    suivi.save(update_fields=["demande_le"])
    _deposer(suivi, porteur, "demande")


@transaction.atomic
def _relancer(pk: int) -> None:
    suivi = _reserver(pk)
    if suivi is None or suivi.relance_le or suivi.a_appeler_le:
        return
    porteur = a_qui_ecrire(suivi)
    if porteur is None:
        suivi.a_appeler_le = timezone.now()
        suivi.save(update_fields=["a_appeler_le"])
        return
    suivi.relance_le = timezone.now()
    suivi.save(update_fields=["relance_le"])
    _deposer(suivi, porteur, "relance")


def _deposer(suivi: SuiviInstallation, porteur: Porteur, fois: str) -> None:
    deposer(
        [
            Depot(
                genre=GENRE,
                periode=f"{suivi.uuid}:{suivi.echeance}:{fois}",
                adresse=porteur.email,
                contexte={"suivi": suivi.pk, "porteur": porteur.pk, "relance": fois == "relance"},
            )
        ]
    )


def a_qui_ecrire(suivi: SuiviInstallation) -> Porteur | None:
    """Le premier porteur du projet qui a une adresse et veut bien qu'on y écrive.

    Personne tant que le dossier n'est pas dit à l'intéressé : un courriel serait une surprise.
    """
    dossier = suivi.installation.dossier
    if dossier.informe_le is None:
        return None
    candidats = [
        p.porteur
        for p in Participation.objects.filter(dossier=dossier, role=RoleParticipation.PORTEUR)
        # L'information du premier est au dossier ; celle des autres, à leur participation.
        .filter(Q(rang=1) | Q(informe_le__isnull=False))
        .exclude(porteur__email="")
        .select_related("porteur")
        .order_by("rang")
    ]
    refusent = set(
        PreferenceCourriel.objects.filter(
            cle_destinataire__in=[p.email.lower() for p in candidats],
            famille=FAMILLE,
            frequence=Frequence.JAMAIS,
        ).values_list("cle_destinataire", flat=True)
    )
    return next((p for p in candidats if p.email.lower() not in refusent), None)


# --- Répondre ------------------------------------------------------------------------------------


def suivi_du_lien(lien: LienSigne) -> tuple[SuiviInstallation, Porteur]:
    """Ce que le lien permet encore. Lève ``LienInvalide`` si ce n'est plus le moment."""
    suivi = (
        SuiviInstallation.objects.select_related(
            "installation__dossier__reseau",
            "installation__dossier__structure_responsable",
            "installation__commune",
        )
        .filter(pk=lien.contexte["suivi"])
        .first()
    )
    porteur = (
        suivi
        and Porteur.objects.filter(
            pk=lien.contexte["porteur"],
            participations__dossier=suivi.dossier,
            participations__role=RoleParticipation.PORTEUR,
        ).first()
    )
    if not porteur:
        raise liens.LienInvalide("Ce lien ne mène plus à un projet suivi.")
    if Module.DOSSIERS not in suivi.dossier.reseau.modules:
        raise liens.LienInvalide(
            "Ce réseau ne suit plus de projets ici\u00a0: il n’y a rien à répondre. Merci d’y avoir pensé."
        )
    if suivi.reponse:
        raise liens.LienInvalide("Nous avons déjà votre réponse, merci : il n’y a rien à refaire.")
    if suivi.clos_le:
        raise liens.LienInvalide("Le moment de répondre est passé. Merci d’y avoir pensé.")
    return suivi, porteur


@transaction.atomic
def repondre_du_lien(
    *,
    lien: LienSigne,
    reponse: str,
    satisfaction: int | None = None,
    emplois: int | None = None,
    mot: str = "",
) -> SuiviInstallation:
    """La réponse du porteur, depuis son courriel ; le lien ne sert qu'une fois."""
    suivi, porteur = suivi_du_lien(lien)
    dossier = verrouiller(suivi.dossier)
    if not liens.consommer(lien):
        raise liens.LienInvalide("Ce lien a déjà servi\u00a0: il ne vaut qu’une fois.")
    preciser(porteur=porteur.pk)
    return _enregistrer(
        suivi,
        dossier,
        reponse=reponse,
        repondu_le=dossier.reseau.aujourd_hui(),
        satisfaction=satisfaction,
        emplois=emplois,
        mot=mot,
    )


@transaction.atomic
def noter_le_suivi(
    *,
    acteur,
    suivi: SuiviInstallation,
    reponse: str,
    le: date,
    satisfaction: int | None = None,
    emplois: int | None = None,
    mot: str = "",
) -> SuiviInstallation:
    """Ce que la personne a dit au téléphone, noté par qui suit son dossier."""
    dossier = verrouiller_pour(acteur, "porteurs.installation.suivre", suivi.dossier)
    jour = dossier.reseau.aujourd_hui()
    if le > jour:
        raise Refus("Cette date est dans l’avenir.", "le")
    if le < suivi.installation.le:
        raise Refus("Les nouvelles viennent après l’installation.", "le")
    if suivi.echeance > jour + AVANCE:
        raise Refus("Il est trop tôt : ce suivi n’est pas encore dû.")
    return _enregistrer(
        suivi,
        dossier,
        reponse=reponse,
        repondu_le=le,
        satisfaction=satisfaction,
        emplois=emplois,
        mot=mot,
        par=acteur.utilisateur,
    )


def _enregistrer(suivi: SuiviInstallation, dossier, *, repondu_le: date, **champs):
    """Une seule réponse gagne ; elle compte comme un contact et fait repartir la conservation."""
    ecrite = SuiviInstallation.objects.filter(pk=suivi.pk, reponse="").update(
        repondu_le=repondu_le, clos_le=None, **champs
    )
    if not ecrite:
        raise Refus("La réponse est arrivée entre-temps : rechargez la page.")
    if champs["reponse"] == ReponseSuivi.ARRETEE:
        suivi.installation.suivis.sans_reponse().filter(mois__gt=suivi.mois).update(
            clos_le=timezone.now()
        )
    toucher(dossier, contact_le=repondu_le)
    suivi.refresh_from_db()
    return suivi
