"""Créer un compte : par une invitation, ou au premier lancement ; jamais librement."""

from allauth.account.models import EmailAddress
from django.db import transaction

from socle.models import Utilisateur


@transaction.atomic
def creer_compte(
    *, email: str, prenom: str, nom: str, mot_de_passe: str, est_administrateur: bool = False
) -> Utilisateur:
    """Un compte dont l'adresse est tenue pour vérifiée : le lien reçu, ou la machine, la prouve."""
    utilisateur = Utilisateur.objects.create_user(
        email,
        mot_de_passe,
        prenom=prenom,
        nom=nom,
        est_administrateur=est_administrateur,
    )
    EmailAddress.objects.create(
        user=utilisateur, email=utilisateur.email, verified=True, primary=True
    )
    return utilisateur
