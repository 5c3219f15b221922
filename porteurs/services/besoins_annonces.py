"""Qui apprend quoi d'un besoin : tout se dépose dans la transaction du geste, et se relit au départ."""

from partenaires.enums import Fonction
from partenaires.models import Mandat, Reseau
from porteurs.models import Besoin, Dossier, Orientation
from porteurs.services.remplacements import absents
from socle.courriels import Depot, deposer
from socle.models import Utilisateur

GENRE_PROPOSE = "besoin_propose"
GENRE_PRIS = "besoin_pris"
GENRE_RETOUR = "besoin_retour"
GENRE_REPRIS = "besoin_repris"
GENRE_ROUVERT = "besoin_rouvert"
GENRE_RAPPEL = "besoin_rappel"
GENRE_COLLEGUES = "besoin_collegues"
GENRE_SANS_REPONSE = "besoin_sans_reponse"
GENRE_PORTEUR_PRIS = "besoin_porteur_pris"
GENRE_PORTEUR_ATTENTE = "besoin_porteur_attente"


def annoncer(orientation: Orientation, besoin: Besoin) -> None:
    """À la personne à qui l'on pense, ou à la structure : un besoin leur est proposé."""
    deposer(
        [
            Depot(
                GENRE_PROPOSE,
                str(orientation.pk),
                utilisateur=personne,
                contexte={"orientation": orientation.pk},
            )
            for personne in destinataires(orientation, besoin.dossier.reseau)
        ]
    )


def dire_la_prise(orientation: Orientation, besoin: Besoin) -> None:
    """À qui a proposé, et à la personne accompagnée : qui s'en charge, et comment l'appeler."""
    contexte = {"orientation": orientation.pk}
    depots = [
        Depot(GENRE_PRIS, str(orientation.pk), utilisateur=personne, contexte=contexte)
        for personne in a_prevenir(orientation.envoyee_par, besoin.dossier)
        if personne.pk != orientation.repondue_par_id
    ]
    if adresse := adresse_du_porteur(besoin.dossier):
        depots.append(
            Depot(GENRE_PORTEUR_PRIS, str(orientation.pk), adresse=adresse, contexte=contexte)
        )
    deposer(depots)


def dire_le_retour(orientation: Orientation, besoin: Besoin) -> None:
    """À qui a proposé : la structure a refusé, passé plus loin, ou quitté le réseau."""
    deposer(
        [
            Depot(
                GENRE_RETOUR,
                str(orientation.pk),
                utilisateur=personne,
                contexte={"orientation": orientation.pk},
            )
            for personne in a_prevenir(orientation.envoyee_par, besoin.dossier)
            if personne.pk != orientation.repondue_par_id
        ]
    )


def dire_la_reprise(orientation: Orientation) -> None:
    """À la structure qui avait pris le besoin : qui répond du dossier le lui retire."""
    reseau = orientation.besoin.dossier.reseau
    deposer(
        [
            Depot(
                GENRE_REPRIS,
                str(orientation.pk),
                utilisateur=personne,
                contexte={"orientation": orientation.pk},
            )
            for personne in destinataires(orientation, reseau)
            if personne.pk != orientation.repondue_par_id
        ]
    )


def dire_la_reouverture(besoin: Besoin) -> None:
    """À qui avait noté le besoin : quelqu'un, dans le réseau, sait maintenant y répondre."""
    deposer(
        [
            Depot(
                GENRE_ROUVERT,
                f"{besoin.pk}:{besoin.sans_solution_le.isoformat()}",
                utilisateur=personne,
                contexte={"besoin": besoin.pk},
            )
            for personne in a_prevenir(besoin.cree_par, besoin.dossier)
        ]
    )


# --- À qui -------------------------------------------------------------------------------------


def techniciens(reseau: Reseau, structure_id: int) -> list[Utilisateur]:
    return _en_poste(reseau, Fonction.TECHNICIEN, structure=structure_id)


def animateurs(reseau: Reseau) -> list[Utilisateur]:
    return _en_poste(reseau, Fonction.ANIMATEUR)


def destinataires(orientation: Orientation, reseau: Reseau) -> list[Utilisateur]:
    """La personne pressentie, ou qui la remplace ; à défaut la structure, à défaut l'animation."""
    equipe = techniciens(reseau, orientation.structure_id)
    en_poste = {personne.pk: personne for personne in equipe}
    if orientation.personne_id not in en_poste:
        return equipe or animateurs(reseau)
    absence = absents([orientation.personne_id], reseau.aujourd_hui(), reseau.pk).get(
        orientation.personne_id
    )
    if absence is None:
        return [en_poste[orientation.personne_id]]
    if absence.remplacant_id in en_poste:
        return [en_poste[absence.remplacant_id]]
    return [p for p in equipe if p.pk != orientation.personne_id] or equipe


def a_prevenir(personne: Utilisateur | None, dossier: Dossier) -> list[Utilisateur]:
    """Cette personne si elle est encore technicienne du réseau, sinon la structure responsable."""
    if personne is not None:
        mandats = Mandat.objects.actifs(dossier.reseau.aujourd_hui()).filter(
            reseau=dossier.reseau_id, utilisateur=personne, fonction=Fonction.TECHNICIEN
        )
        if personne.is_active and mandats.exists():
            return [personne]
    return techniciens(dossier.reseau, dossier.structure_responsable_id)


def adresse_du_porteur(dossier: Dossier) -> str:
    """L'adresse du porteur principal, s'il sait déjà que son dossier existe."""
    if dossier.informe_le is None:
        return ""
    principale = dossier.participations.select_related("porteur").order_by("rang").first()
    return principale.porteur.email if principale else ""


def _en_poste(reseau: Reseau, fonction: str, **ou) -> list[Utilisateur]:
    mandats = (
        Mandat.objects.actifs(reseau.aujourd_hui())
        .filter(reseau=reseau, fonction=fonction, utilisateur__is_active=True, **ou)
        .select_related("utilisateur")
        .order_by("pk")
    )
    return list({m.utilisateur_id: m.utilisateur for m in mandats}.values())
