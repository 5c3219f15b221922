"""Qui apprend quoi d'une demande, et quand : tout se dépose, et se relit au départ."""

from collections.abc import Iterable, Sequence

from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.enums import EtatDemande
from porteurs.models import Demande
from socle.courriels import Depot, deposer
from socle.models import Utilisateur

GENRE_PERSONNE = "demande_personne"
GENRE_RECUE = "demande_recue"
GENRE_SUITE = "demande_suite"
GENRE_ALERTE = "demandes_alerte"
GENRE_RETARD = "demandes_retard"


def annoncer(demandes: Sequence[Demande]) -> None:
    """À la personne, un courriel qui dit qui la rappelle ; à qui reçoit, qu'une demande l'attend."""
    premiere = demandes[0]
    depots = []
    # Un même instant, une même annonce : rejouer n'écrit pas deux fois.
    rang = f"{premiere.depot}:{premiere.confiee_le.isoformat()}"
    if premiere.email:
        depots.append(
            Depot(
                GENRE_PERSONNE,
                rang,
                adresse=premiere.email,
                contexte={"demandes": [d.pk for d in demandes]},
            )
        )
    for demande in demandes:
        for personne in destinataires(demande):
            depots.append(
                Depot(
                    GENRE_RECUE,
                    f"{demande.pk}:{demande.confiee_le.isoformat()}",
                    utilisateur=personne,
                    contexte={"demande": demande.pk, "structure": demande.structure_id},
                )
            )
    deposer(depots)


def dire_la_suite(demande: Demande) -> None:
    """À qui a signalé la personne : qu'on l'a prise, et qui. Une demande close ne se raconte pas."""
    if demande.etat != EtatDemande.PRISE:
        return
    depot = {"contexte": {"demande": demande.pk}}
    if demande.signalant:
        deposer([Depot(GENRE_SUITE, str(demande.pk), utilisateur=demande.signalant, **depot)])
    elif demande.signalant_email:
        deposer([Depot(GENRE_SUITE, str(demande.pk), adresse=demande.signalant_email, **depot)])


def destinataires(demande: Demande) -> list[Utilisateur]:
    """Les techniciens de la structure ; sans structure, ou sans eux, qui anime le réseau."""
    return _en_poste(demande, Fonction.TECHNICIEN, structure=demande.structure_id) or animateurs(
        demande
    )


def animateurs(demande: Demande) -> list[Utilisateur]:
    return _en_poste(demande, Fonction.ANIMATEUR)


def _en_poste(demande: Demande, fonction: str, **ou) -> list[Utilisateur]:
    if ou.get("structure", 0) is None:
        return []
    jour = demande.reseau.aujourd_hui()
    mandats = Mandat.objects.actifs(jour).filter(reseau=demande.reseau_id, fonction=fonction, **ou)
    return distinctes(
        m.utilisateur
        for m in mandats.filter(utilisateur__is_active=True)
        .select_related("utilisateur")
        .order_by("pk")
    )


def distinctes(personnes: Iterable[Utilisateur]) -> list[Utilisateur]:
    return list({p.pk: p for p in personnes}.values())
