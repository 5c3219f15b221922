"""Liens signés : un but, une fin, un usage ; GET présente, POST agit (EXIGENCES Sécurité 7)."""

from datetime import timedelta

from django.core import signing
from django.db import models
from django.utils import timezone

from socle.models import LienSigne


class LienInvalide(Exception):
    """Le jeton ne vaut pas ; ``raison`` dit pourquoi, en français, à la personne."""

    def __init__(self, raison: str):
        super().__init__(raison)
        self.raison = raison


def creer(
    but: str, duree: timedelta, *, utilisateur=None, contexte: dict | None = None
) -> LienSigne:
    return LienSigne.objects.create(
        but=but,
        utilisateur=utilisateur,
        contexte=contexte or {},
        expire_le=timezone.now() + duree,
    )


def jeton(lien: LienSigne) -> str:
    """Le jeton à mettre dans l'adresse ; lié au but, il ne sert à rien d'autre."""
    return signing.Signer(salt=f"lien.{lien.but}").sign(lien.uuid.hex)


def lire(jeton_recu: str, but: str) -> LienSigne:
    """Le lien vivant que désigne ce jeton. Lève ``LienInvalide`` sinon ; ne consomme rien."""
    try:
        cle = signing.Signer(salt=f"lien.{but}").unsign(jeton_recu)
        lien = LienSigne.objects.select_related("utilisateur").get(uuid=cle, but=but)
    except (signing.BadSignature, LienSigne.DoesNotExist, ValueError):
        raise LienInvalide(
            "Ce lien n’est pas reconnu. Il a peut-être été coupé en deux lignes "
            "par votre messagerie : copiez-le en entier."
        ) from None
    if lien.revoque_le:
        raise LienInvalide("Ce lien a été annulé par la personne qui l’avait envoyé.")
    if lien.utilise_le:
        raise LienInvalide("Ce lien a déjà servi : il ne vaut qu’une fois.")
    if lien.expire_le <= timezone.now():
        raise LienInvalide(
            "Ce lien a expiré. Demandez-en un nouveau à la personne qui vous l’a envoyé."
        )
    return lien


def consommer(lien: LienSigne) -> bool:
    """Marque le lien utilisé ; faux si quelqu'un d'autre vient de le faire."""
    maintenant = timezone.now()
    return bool(
        LienSigne.objects.filter(
            pk=lien.pk, utilise_le=None, revoque_le=None, expire_le__gt=maintenant
        ).update(utilise_le=maintenant)
    )


def revoquer(liens: models.QuerySet) -> int:
    return liens.filter(utilise_le=None, revoque_le=None).update(revoque_le=timezone.now())
