"""Le premier lancement : créer le compte qui administre l'installation, une fois et une seule."""

import hashlib
import hmac

from django.conf import settings
from django.db import connection, transaction
from django.http.request import split_domain_port

from partenaires.services.comptes import creer_compte
from socle.models import Utilisateur
from socle.refus import Refus

LOCALES = {"127.0.0.1", "::1"}
NOMS_LOCAUX = {"localhost", "127.0.0.1", "[::1]"}
# Ce qu'un mandataire ajoute ; tout en-tête « X-Forwarded-… » en est un aussi.
TRACES_DE_MANDATAIRE = {
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-original-host",
    "true-client-ip",
    "cf-connecting-ip",
}


def sans_compte() -> bool:
    return not Utilisateur.objects.exists()


def cle_installation() -> str:
    """Dix caractères tirés de SECRET_KEY : seul qui tient la machine peut les lire."""
    return hmac.new(settings.SECRET_KEY.encode(), b"premier-lancement", hashlib.sha256).hexdigest()[
        :10
    ]


def cle_juste(saisie: str) -> bool:
    return hmac.compare_digest(saisie.strip().lower().encode(), cle_installation().encode())


def depuis_la_machine(request) -> bool:
    """Vrai si le navigateur tourne sur la machine même, sans mandataire entre les deux.

    Une installation nommée en https, ou qui déclare un mandataire, est exposée : la clé y est
    toujours demandée, car un mandataire local ressemble à un navigateur local.
    """
    if settings.TLS or settings.MANDATAIRES_DE_CONFIANCE:
        return False
    nom, _ = split_domain_port(request.get_host())
    return (
        request.META.get("REMOTE_ADDR") in LOCALES
        and nom in NOMS_LOCAUX
        and not any(_trace_un_mandataire(entete.lower()) for entete in request.headers)
    )


def _trace_un_mandataire(entete: str) -> bool:
    return entete in TRACES_DE_MANDATAIRE or entete.startswith("x-forwarded")


@transaction.atomic
def creer_administrateur(*, email: str, prenom: str, nom: str, mot_de_passe: str) -> Utilisateur:
    """Le premier compte. Le verrou met en file deux visiteurs : le second trouve la place prise."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_advisory_xact_lock(hashtext('accueil.premier_lancement'))")
    if not sans_compte():
        raise Refus("L’installation a déjà son premier compte : connectez-vous.")
    return creer_compte(
        email=email,
        prenom=prenom,
        nom=nom,
        mot_de_passe=mot_de_passe,
        est_administrateur=True,
    )
