"""L'adresse de courriel d'une personne : elle ouvre son espace, et ne change donc pas comme un nom.

Une adresse changée n'hérite de rien : l'espace se ferme dans tous les dossiers de la personne,
l'ancienne adresse l'apprend, et la structure qui répond de chaque dossier confirme la nouvelle.
"""

from collections.abc import Callable, Collection, Iterable

from django.db.models import Q
from django.utils import timezone

from porteurs.models import Dossier, Participation, Porteur
from socle.courriels import Depot, deposer
from socle.refus import Refus

GENRE_ADRESSE = "adresse_changee"


def fermer_l_espace(parts: Iterable[Participation]) -> None:
    """Ces parts attendent qu'on confirme l'adresse ; celles qui attendaient déjà ne bougent pas."""
    Participation.objects.ouvertes().filter(pk__in=[p.pk for p in parts]).update(
        adresse_a_confirmer_depuis=timezone.now()
    )


def changer_adresse(
    porteur: Porteur,
    email: str,
    *,
    structures: Collection[int],
    fermer: Callable[[Iterable[Participation]], None] = fermer_l_espace,
) -> None:
    """Le seul chemin d'une adresse à une autre ; l'appelant enregistre ``porteur``.

    ``structures`` : celles au nom de qui l'on agit. Noter une première adresse n'ouvre l'espace
    que dans leurs dossiers ; en changer demande d'en avoir un. ``fermer`` : comment l'écrire, quand
    le geste doit pouvoir se défaire. Lève ``Refus``.
    """
    ancienne, nouvelle = porteur.email.lower(), email.lower()
    if ancienne == nouvelle:
        return
    repond = Q(dossier__structure_responsable__in=structures)
    parts = porteur.participations.select_related("dossier")
    if ancienne and parts.exists() and not parts.filter(repond).exists():
        raise Refus(
            "Cette adresse ouvre l’espace de la personne : seule la structure qui répond de son "
            "dossier la change.",
            "email",
        )
    fermer(list(parts if ancienne else parts.exclude(repond)))
    if ancienne:
        _dire_a_l_ancienne(porteur, ancienne)
    porteur.email = nouvelle


def _dire_a_l_ancienne(porteur: Porteur, ancienne: str) -> None:
    dossier = (
        Dossier.objects.filter(participations__porteur=porteur.pk)
        .order_by("clos_le", "-ouvert_le")
        .values_list("pk", flat=True)
        .first()
    )
    if dossier is not None:
        deposer(
            [
                Depot(
                    GENRE_ADRESSE,
                    f"{porteur.uuid}:{timezone.now():%Y-%m-%dT%H:%M:%S}",
                    adresse=ancienne,
                    contexte={"dossier": dossier, "porteur": porteur.pk},
                )
            ]
        )
