"""Entrer dans l'espace d'une personne accompagnée : le lien, le code, et leur fin.

Une adresse inconnue reçoit la même réponse qu'une adresse connue, et aucun courriel.
"""

import secrets
from datetime import timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from porteurs.espace.acteur import normaliser, personnes_de
from porteurs.models import Dossier, EntreeEspace, Participation, Porteur
from porteurs.services.dossier import (
    noter_au_fil,
    toucher,
    verrouiller_part_pour,
    verrouiller_pour,
)
from socle import liens
from socle.courriels import Depot, deposer
from socle.permissions import exiger
from socle.refus import Refus

BUT = "espace.entree"
DUREE = timedelta(minutes=15)
# Une invitation attend qu'on ouvre sa boîte ; elle ne porte pas de code.
DUREE_INVITATION = timedelta(days=3)
ESSAIS = 5
CHIFFRES = 6
GENRE_ENTREE = "espace_entree"
GENRE_INVITATION = "espace_invitation"


@transaction.atomic
def demander_l_entree(*, adresse: str, langue: str) -> None:
    """Envoie un lien et un code à cette adresse si quelqu'un la porte ; sinon, rien."""
    adresse = normaliser(adresse)
    if personnes_de(adresse).exists():
        _envoyer(GENRE_ENTREE, adresse, langue, DUREE, {})


@transaction.atomic
def inviter_porteur(*, acteur, dossier: Dossier, porteur: Porteur) -> None:
    """Une personne qui suit le dossier envoie à l'une des siennes le lien de son espace."""
    dossier = verrouiller_pour(acteur, "porteurs.espace.inviter", dossier)
    part = Participation.objects.filter(dossier=dossier, porteur=porteur).first()
    if part is None:
        raise Refus("Cette personne n’est pas dans ce dossier.")
    if not porteur.email:
        raise Refus("Notez d’abord son adresse de courriel : le lien part à cette adresse.")
    if part.adresse_a_confirmer_depuis:
        raise Refus("Son adresse attend que la structure qui répond du dossier la confirme.")
    _inviter(acteur, dossier, porteur)


def _inviter(acteur, dossier: Dossier, porteur: Porteur) -> None:
    _envoyer(
        GENRE_INVITATION,
        normaliser(porteur.email),
        porteur.langue,
        DUREE_INVITATION,
        {"dossier": dossier.pk, "par": acteur.utilisateur_id},
    )


@transaction.atomic
def confirmer_adresse(*, acteur, participation: Participation) -> None:
    """La structure qui répond du dossier sait que l'adresse est la bonne : l'espace s'y ouvre.

    Dans ce dossier seulement : une autre structure répond peut-être des autres.
    """
    part = verrouiller_part_pour(acteur, "porteurs.dossier.information", participation)
    exiger(acteur, "porteurs.adresse.confirmer", part)
    if not part.porteur.email:
        raise Refus("Notez d’abord son adresse de courriel : c’est elle que vous confirmez.")
    if part.adresse_a_confirmer_depuis is None:
        raise Refus("Cette adresse est déjà confirmée.")
    part.adresse_a_confirmer_depuis = None
    part.save(update_fields=["adresse_a_confirmer_depuis"])
    jour = part.dossier.reseau.aujourd_hui()
    noter_au_fil(part.dossier, acteur, jour, f"L’adresse de {part.porteur} est confirmée.")
    toucher(part.dossier)
    _inviter(acteur, part.dossier, part.porteur)


def _envoyer(genre: str, adresse: str, langue: str, duree: timedelta, contexte: dict) -> None:
    lien = liens.creer(BUT, duree)
    entree = EntreeEspace.objects.create(lien=lien, adresse=adresse, langue=langue)
    deposer(
        [
            Depot(
                genre,
                str(entree.pk),
                adresse=adresse,
                contexte={"entree": entree.pk, **contexte},
            )
        ]
    )


def armer(entree: EntreeEspace) -> str:
    """Tire le code quand le courriel se compose : ses quinze minutes courent de son départ."""
    code = "".join(secrets.choice("0123456789") for _ in range(CHIFFRES))
    entree.code = make_password(code)
    entree.essais = 0
    entree.save(update_fields=["code", "essais"])
    entree.lien.expire_le = timezone.now() + DUREE
    entree.lien.save(update_fields=["expire_le"])
    return code


def lire_l_entree(jeton: str) -> EntreeEspace:
    """L'entrée que ce lien ouvre. Lève ``LienInvalide`` ; ne consomme rien."""
    lien = liens.lire(jeton, BUT)
    return EntreeEspace.objects.select_related("lien").get(lien=lien)


@transaction.atomic
def entrer_par_lien(jeton: str) -> str:
    """Consomme le lien et rend l'adresse qu'il prouve. Lève ``LienInvalide``."""
    entree = lire_l_entree(jeton)
    if not liens.consommer(entree.lien):
        raise liens.LienInvalide("Ce lien a déjà servi : il ne vaut qu’une fois.")
    _eteindre_les_autres(entree.adresse)
    return entree.adresse


def entrer_par_code(*, adresse: str, code: str) -> str:
    """Consomme le dernier code envoyé à cette adresse. Lève ``Refus`` s'il ne vaut pas.

    L'essai se compte avant de comparer, hors de toute transaction qu'un refus déferait : deux
    essais simultanés n'en font pas un seul.
    """
    adresse = normaliser(adresse)
    entree = (
        EntreeEspace.objects.filter(adresse=adresse)
        .exclude(code="")
        .select_related("lien")
        .order_by("-pk")
        .first()
    )
    compte = (
        entree is not None
        and _vivant(entree.lien)
        and bool(
            EntreeEspace.objects.filter(pk=entree.pk, essais__lt=ESSAIS).update(
                essais=F("essais") + 1
            )
        )
    )
    # Une adresse inconnue paie le même calcul qu'une autre.
    empreinte = entree.code if compte else _empreinte_de_personne()
    juste = check_password(code, empreinte) and compte
    with transaction.atomic():
        if not juste or not liens.consommer(entree.lien):
            raise Refus(
                "Ce code ne vaut pas, ou plus : il sert une fois, pendant 15 minutes, et s’éteint "
                "après 5 essais. Vérifiez-le, ou demandez-en un nouveau.",
                "code",
            )
        _eteindre_les_autres(adresse)
    return adresse


def _vivant(lien) -> bool:
    return lien.utilise_le is None and lien.revoque_le is None and lien.expire_le > timezone.now()


@cache
def _empreinte_de_personne() -> str:
    """Le hachage d'un code que nul n'a reçu."""
    return make_password(secrets.token_hex(16))


def _eteindre_les_autres(adresse: str) -> None:
    """Une fois entré, plus aucun autre courriel n'ouvre : le suivant se redemande."""
    for entree in (
        EntreeEspace.objects.filter(adresse=adresse, lien__utilise_le=None)
        .exclude(lien__expire_le__lt=timezone.now())
        .select_related("lien")
    ):
        liens.consommer(entree.lien)
