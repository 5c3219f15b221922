"""Les adultes d'un projet : qui ils sont, ce dont chacun est informé, et ce à quoi il s'oppose."""

from datetime import date

from django.db import transaction
from django.db.models import Max, ProtectedError

from partenaires.enums import Fonction
from porteurs.enums import RoleParticipation
from porteurs.models import AccordPartage, Dossier, Participation, Porteur
from porteurs.permissions.dossiers import repond
from porteurs.services import doublons
from porteurs.services.acces import indexer
from porteurs.services.adresses import changer_adresse, fermer_l_espace
from porteurs.services.dossier import (
    noter_au_fil,
    toucher,
    verrouiller_part_pour,
    verrouiller_pour,
)
from socle.coordonnees import telephone_international
from socle.dates import date_en_mots
from socle.editions import valeurs_de, verifier_la_version
from socle.permissions import exiger
from socle.refus import Refus

CHAMPS = (
    "prenom",
    "nom",
    "telephone_saisi",
    "email",
    "naissance",
    "departement_origine",
    "langue",
)


@transaction.atomic
def modifier_personne(
    *, acteur, dossier: Dossier, porteur: Porteur, lu: str | None = None, **champs
) -> Porteur:
    """Corrige une personne ; tous ses dossiers se retrouvent ainsi.

    Qui suit le dossier sans en répondre note une première adresse, et n'en change pas.
    ``lu`` : l'empreinte de ce que l'acteur avait sous les yeux ; absente, rien n'est comparé.
    """
    verrouiller_pour(acteur, "porteurs.personne.modifier", dossier)
    porteur = Porteur.objects.select_for_update().get(pk=porteur.pk)
    if lu is not None:
        verifier_la_version(lu, valeurs_de(porteur, CHAMPS))
    email = champs.pop("email", porteur.email)
    _ecrire(porteur, dossier.reseau.aujourd_hui(), champs)
    structures = acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    changer_adresse(porteur, email, structures=structures)
    porteur.save(update_fields=[*champs, "email", "telephone"])
    indexer(porteur.dossiers.values_list("pk", flat=True))
    return porteur


def _ecrire(porteur: Porteur, jour: date, champs) -> None:
    naissance = champs.get("naissance")
    if naissance is not None and naissance > jour:
        raise Refus("Cette date de naissance est dans l’avenir.", "naissance")
    for nom, valeur in champs.items():
        setattr(porteur, nom, valeur)
    porteur.email = porteur.email.lower()
    porteur.telephone = telephone_international(porteur.telephone_saisi)


@transaction.atomic
def ajouter_adulte(*, acteur, dossier: Dossier, role: str, **champs) -> Participation:
    """Un autre porteur, ou un adulte du foyer. Le volet privé attend désormais son accord aussi.

    Qui suit le dossier sans en répondre n'y ajoute pas de porteur, et n'ouvre d'espace à personne.
    """
    dossier = verrouiller_pour(acteur, "porteurs.adulte.ajouter", dossier)
    en_repond = repond(acteur, dossier)
    if role == RoleParticipation.PORTEUR and not en_repond:
        raise Refus(
            "Seule la structure qui répond du dossier y ajoute quelqu’un qui porte le projet.",
            "role",
        )
    porteur = Porteur(reseau=dossier.reseau)
    _ecrire(porteur, dossier.reseau.aujourd_hui(), champs)
    if dossier.porteurs.filter(prenom__iexact=porteur.prenom, nom__iexact=porteur.nom).exists():
        raise Refus("Cette personne est déjà dans ce projet.", "nom")
    porteur.save()
    rang = dossier.participations.aggregate(dernier=Max("rang"))["dernier"] or 0
    participation = Participation.objects.create(
        dossier=dossier, porteur=porteur, role=role, rang=rang + 1
    )
    if not en_repond:
        fermer_l_espace([participation])
        participation.refresh_from_db(fields=["adresse_a_confirmer_depuis"])
    toucher(dossier)
    indexer([dossier.pk])
    if role == RoleParticipation.PORTEUR:
        doublons.signaler_les_invisibles(dossier, porteur, acteur)
    return participation


@transaction.atomic
def retirer_adulte(*, acteur, participation: Participation) -> None:
    """L'adulte quitte le projet : sa part et ses accords partent avec lui.

    Les accords des autres finissent aussi : ils valaient pour un foyer dont elle pouvait refuser
    la lecture. La personne qu'aucun autre dossier ni aucun message ne retient s'efface.
    """
    participation = verrouiller_part_pour(acteur, "porteurs.dossier.modifier", participation)
    dossier = participation.dossier
    exiger(acteur, "porteurs.adulte.retirer", participation)
    if participation.rang == 1:
        raise Refus(
            "Le porteur principal ne se retire pas : c’est à son nom que le dossier est tenu."
        )
    porteur = participation.porteur
    AccordPartage.objects.filter(participation__dossier=dossier).retirer()
    participation.delete()
    if not porteur.participations.exists():
        try:
            with transaction.atomic():
                porteur.delete()
        except ProtectedError:
            # Elle a écrit dans le fil, ou autre chose la nomme : elle reste, hors du projet.
            pass
    toucher(dossier)
    indexer([dossier.pk])


@transaction.atomic
def informer_adulte(*, acteur, participation: Participation, le: date, mode: str) -> None:
    """Un autre adulte est informé : la fiche partagée peut le nommer."""
    _pas_le_principal(participation)
    participation = verrouiller_part_pour(acteur, "porteurs.dossier.information", participation)
    dossier = participation.dossier
    if le > dossier.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir.", "le")
    if participation.opposition_le and le < participation.opposition_le:
        raise Refus(
            f"Elle s’est opposée le {date_en_mots(participation.opposition_le)} : son accord doit "
            "être plus récent.",
            "le",
        )
    revenu = participation.opposition_le is not None
    participation.informe_le, participation.information_mode = le, mode
    participation.opposition_le = None
    participation.save(update_fields=["informe_le", "information_mode", "opposition_le"])
    if revenu:
        noter_au_fil(
            dossier, acteur, le, f"{participation.porteur} accepte de figurer sur la fiche."
        )
    toucher(dossier, contact_le=le)
    indexer([dossier.pk])


@transaction.atomic
def opposer_adulte(*, acteur, participation: Participation, le: date) -> None:
    """Un autre adulte s'oppose : la fiche partagée ne le nomme plus, dès maintenant."""
    _pas_le_principal(participation)
    participation = verrouiller_part_pour(acteur, "porteurs.dossier.information", participation)
    dossier = participation.dossier
    if le > dossier.reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir.", "le")
    if participation.informe_le is None:
        raise Refus("Cette personne n’a pas encore été informée : rien ne la nomme.", "le")
    if le < participation.informe_le:
        raise Refus(
            f"Elle a été informée le {date_en_mots(participation.informe_le)} : son opposition vient "
            "après.",
            "le",
        )
    participation.opposition_le = le
    participation.save(update_fields=["opposition_le"])
    noter_au_fil(dossier, acteur, le, f"{participation.porteur} ne veut pas figurer sur la fiche.")
    toucher(dossier, contact_le=le)
    indexer([dossier.pk])


def _pas_le_principal(participation: Participation) -> None:
    if participation.rang == 1:
        raise Refus("L’information du porteur principal se note sur le dossier lui-même.", "le")
