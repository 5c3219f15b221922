"""Le courriel de la confirmation annuelle : toutes les structures d'une personne, un lien chacune."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.models import ConfirmationAnnuelle, Mandat
from partenaires.models.confirmation import derniere_confirmation
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.confirmations import BUT, DUREE_LIEN
from socle import liens
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel, LienSigne


def _confirmations(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Seulement ce qui reste à confirmer et que la personne administre encore, à cet instant."""
    ouvertes = (
        ConfirmationAnnuelle.objects.ouvertes()
        .select_related("structure")
        .annotate(derniere=derniere_confirmation("structure"))
        .in_bulk({pk for c in courriels for pk in c.contexte["confirmations"]})
    )
    administrent = set(
        Mandat.objects.actifs_maintenant()
        .filter(
            utilisateur__in=[c.destinataire_id for c in courriels],
            utilisateur__is_active=True,
            administre=True,
            fonction__in=LECTEURS,
        )
        .values_list("utilisateur_id", "structure_id")
    )
    lots = {
        c: [
            ouvertes[pk]
            for pk in c.contexte["confirmations"]
            if pk in ouvertes and (c.destinataire_id, ouvertes[pk].structure_id) in administrent
        ]
        for c in courriels
    }
    adresses = _liens(lots)
    return {
        c.pk: _message(c, siennes, adresses) if siennes else None for c, siennes in lots.items()
    }


def _liens(lots: dict[Courriel, list[ConfirmationAnnuelle]]) -> dict[tuple[int, int], str]:
    """Un lien par personne et par structure, tous écrits en une fois."""
    maintenant = timezone.now()
    cles = [(c.pk, conf.pk, c.destinataire) for c, lot in lots.items() for conf in lot]
    crees = LienSigne.objects.bulk_create(
        LienSigne(
            uuid=uuid4(),
            cree_le=maintenant,
            but=BUT,
            utilisateur=personne,
            contexte={"confirmation": confirmation},
            expire_le=maintenant + DUREE_LIEN,
        )
        for _, confirmation, personne in cles
    )
    return {
        (courriel, confirmation): settings.SITE_URL
        + reverse("partenaires:confirmation", args=[liens.jeton(lien)])
        for (courriel, confirmation, _), lien in zip(cles, crees, strict=True)
    }


def _message(courriel: Courriel, confirmations, adresses) -> Message:
    lignes = [
        {
            "structure": confirmation.structure,
            "derniere": confirmation.derniere,
            "adresse": adresses[courriel.pk, confirmation.pk],
        }
        for confirmation in sorted(confirmations, key=lambda c: c.structure.cle_tri)
    ]
    rappel = all(c.envois > 1 for c in confirmations)
    quoi = lignes[0]["structure"].nom if len(lignes) == 1 else f"{len(lignes)} structures"
    debut = "Rappel : tout est-il encore exact" if rappel else "Tout est-il encore exact"
    return rendre(
        "partenaires/courriels/confirmation",
        f"{debut} pour {quoi} ?",
        {
            "prenom": courriel.destinataire.prenom,
            "lignes": lignes,
            "rappel": rappel,
            "valable_jusquau": timezone.localdate() + DUREE_LIEN - timedelta(days=1),
        },
    )


GENRES = [
    Genre(
        "confirmation",
        "Confirmation annuelle d’une structure",
        _confirmations,
        secret=True,
        famille="structure",
    )
]
