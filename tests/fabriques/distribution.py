"""La distribution : les mêmes personnes, nommées, dans tous les essais.

Réseau A, structures S1 et S2 ; réseau B, structure S3. Chaque personne a sa structure et sa
fonction ; ``regards`` les range du point de vue d'un dossier de S1.
"""

from dataclasses import dataclass, field

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from partenaires.enums import Fonction, TypeStructure
from partenaires.models import Mandat, Reseau, Structure
from socle.models import Utilisateur
from tests.fabriques.partenaires import (
    MOT_DE_PASSE,
    ConventionFabrique,
    MandatFabrique,
    ReseauFabrique,
    StructureFabrique,
    UtilisateurFabrique,
)


@dataclass
class Distribution:
    reseau: Reseau
    reseau_b: Reseau
    s1: Structure
    s2: Structure
    s3: Structure
    auteur: Utilisateur
    collegue: Utilisateur
    voisine: Utilisateur
    etrangere: Utilisateur
    animatrice: Utilisateur
    animatrice_b: Utilisateur
    elue: Utilisateur
    auditrice: Utilisateur
    parrain: Utilisateur
    accueil: Utilisateur
    echue: Utilisateur
    administratrice: Utilisateur
    mandats: dict[str, Mandat] = field(default_factory=dict)


# nom, réseau, structure, fonction, prénom, administre, échu
ROLES = (
    ("auteur", "reseau", "s1", Fonction.TECHNICIEN, "Agathe", True, False),
    ("collegue", "reseau", "s1", Fonction.TECHNICIEN, "Colin", False, False),
    ("voisine", "reseau", "s2", Fonction.TECHNICIEN, "Violette", False, False),
    ("etrangere", "reseau_b", "s3", Fonction.TECHNICIEN, "Esther", True, False),
    ("animatrice", "reseau", "s2", Fonction.ANIMATEUR, "Anouk", False, False),
    ("animatrice_b", "reseau_b", "s3", Fonction.ANIMATEUR, "Basile", False, False),
    ("elue", "reseau", "s1", Fonction.ELU, "Élise", False, False),
    ("auditrice", "reseau", "s2", Fonction.AUDITEUR, "Aude", False, False),
    ("parrain", "reseau", "s1", Fonction.PARRAIN, "Paulin", False, False),
    ("accueil", "reseau", "s1", Fonction.PREMIER_ACCUEIL, "Aline", False, False),
    ("echue", "reseau", "s1", Fonction.TECHNICIEN, "Edmée", False, True),
)


def distribuer() -> Distribution:
    """Crée les deux réseaux, leurs structures, et une personne par rôle."""
    s1 = StructureFabrique(nom="Chambre de la vallée", type=TypeStructure.CMA)
    s2 = StructureFabrique(nom="Pays de la vallée", type=TypeStructure.PAYS)
    s3 = StructureFabrique(nom="Chambre du plateau", type=TypeStructure.CMA)
    lieux = {
        "reseau": ReseauFabrique(
            nom="Réseau de la vallée", slug="vallee", structure_coordinatrice=s2
        ),
        "reseau_b": ReseauFabrique(
            nom="Réseau du plateau", slug="plateau", structure_coordinatrice=s3
        ),
        "s1": s1,
        "s2": s2,
        "s3": s3,
    }
    ConventionFabrique(reseau=lieux["reseau"], structures=[s1, s2])
    ConventionFabrique(reseau=lieux["reseau_b"], structures=[s3])
    personnes, mandats = {}, {}
    for nom, reseau, structure, fonction, prenom, administre, echu in ROLES:
        personnes[nom] = UtilisateurFabrique(
            email=f"{nom}@distribution.test", prenom=prenom, nom=f"Distribution-{nom.capitalize()}"
        )
        mandats[nom] = MandatFabrique(
            utilisateur=personnes[nom],
            reseau=lieux[reseau],
            structure=lieux[structure],
            fonction=fonction,
            administre=administre,
            echu=echu,
        )
    administratrice = UtilisateurFabrique(
        email="administratrice@distribution.test",
        prenom="Irène",
        nom="Installation",
        administratrice=True,
    )
    return Distribution(**lieux, **personnes, administratrice=administratrice, mandats=mandats)


def redonner_le_mot_de_passe(client: Client, personne: Utilisateur) -> None:
    """Connecte ce client comme si la personne venait de saisir de nouveau son mot de passe."""
    if not personne.has_usable_password():
        personne.set_password(MOT_DE_PASSE)
        personne.save(update_fields=["password"])
    client.force_login(personne)
    requete = HttpRequest()
    requete.session = client.session
    record_authentication(requete, personne, method="password", reauthenticated=True)
    requete.session.save()
