"""Le courriel qui prend des nouvelles : relu au départ, il ne part plus si la réponse est venue."""

from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import Langue, ReponseSuivi, RoleParticipation
from porteurs.models import Participation, SuiviInstallation
from porteurs.services.suivis_installation import BUT, DUREE_LIEN, FAMILLE, GENRE
from socle import liens
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel, LienSigne
from socle.preferences import Famille

DUREES_ANGLAISES = {6: "Six months", 12: "One year", 24: "Two years", 36: "Three years"}


def _nouvelles(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    suivis = (
        SuiviInstallation.objects.sans_reponse()
        .filter(a_appeler_le=None)
        .select_related(
            "installation__commune",
            "installation__dossier__reseau",
            "installation__dossier__structure_responsable",
        )
        .defer("installation__dossier__vecteur_fiche", "installation__dossier__vecteur_suivi")
        .in_bulk([c.contexte["suivi"] for c in courriels])
    )
    parts = {
        (p.dossier_id, p.porteur_id): p
        for p in Participation.objects.filter(
            dossier__in=[s.installation.dossier_id for s in suivis.values()],
            role=RoleParticipation.PORTEUR,
        ).select_related("porteur")
    }
    a_ecrire = []
    for courriel in courriels:
        suivi = suivis.get(courriel.contexte["suivi"])
        part = suivi and parts.get((suivi.installation.dossier_id, courriel.contexte["porteur"]))
        # L'adresse corrigée depuis, ou la personne sortie du projet : ce courriel n'a plus lieu.
        if part and part.porteur.email.lower() == courriel.adresse.lower():
            a_ecrire.append((courriel, suivi, part.porteur))
    adresses = _adresses(a_ecrire)
    messages: dict[int, Message | None] = {c.pk: None for c in courriels}
    for courriel, suivi, porteur in a_ecrire:
        messages[courriel.pk] = _message(courriel, suivi, porteur, adresses[courriel.pk])
    return messages


def _adresses(a_ecrire) -> dict[int, str]:
    """Un lien par courriel, à usage unique ; écrits d'un seul tenant."""
    maintenant = timezone.now()
    crees = LienSigne.objects.bulk_create(
        [
            LienSigne(
                uuid=uuid4(),
                cree_le=maintenant,
                but=BUT,
                contexte={"suivi": suivi.pk, "porteur": porteur.pk},
                expire_le=maintenant + DUREE_LIEN,
            )
            for _, suivi, porteur in a_ecrire
        ]
    )
    return {
        courriel.pk: settings.SITE_URL
        + reverse("porteurs:suivi_repondre", args=[liens.jeton(lien)])
        for (courriel, _, _), lien in zip(a_ecrire, crees, strict=True)
    }


def _message(courriel: Courriel, suivi: SuiviInstallation, porteur, adresse: str) -> Message:
    dossier = suivi.installation.dossier
    objet = "Toujours des nouvelles à prendre" if courriel.contexte["relance"] else "Des nouvelles"
    anglais = porteur.langue == Langue.ANGLAIS
    return rendre(
        "porteurs/courriels/installation_nouvelles",
        f"{objet}\u00a0: {dossier.intitule}",
        {
            "prenom": porteur.prenom,
            "suivi": suivi,
            "dossier": dossier,
            "relance": courriel.contexte["relance"],
            "active": f"{adresse}?reponse={ReponseSuivi.ACTIVE}",
            "arretee": f"{adresse}?reponse={ReponseSuivi.ARRETEE}",
            "duree_anglaise": DUREES_ANGLAISES[suivi.mois] if anglais else "",
        },
    )


FAMILLES = [
    Famille(
        FAMILLE,
        "Des nouvelles de mon installation",
        "Six mois, un an, deux ans et trois ans après votre installation, une question à laquelle "
        "un clic répond. Une relance, jamais plus.",
    )
]
GENRES = [
    # Le lien écrit au nom de la personne : le corps n'est pas gardé.
    Genre(
        GENRE,
        "Des nouvelles d’une installation",
        _nouvelles,
        secret=True,
        famille=FAMILLE,
    )
]
