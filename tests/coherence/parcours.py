"""Un parcours par route : qui la prend, qui s'y voit refuser, et comment.

Le tableau se lit de gauche à droite : la route, la personne permise, la personne refusée et la
réponse qu'elle reçoit. ``adresse`` donne les arguments de la route, ``donnees`` ce qu'on y
envoie. Une route nouvelle qui n'y figure pas fait échouer ``test_parcours``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from partenaires.enums import Fonction, TypeStructure
from tests.coherence.scene import Scene
from tests.fabriques.partenaires import MOT_DE_PASSE, aujourd_hui

VISITEUR = "visiteur"
CONNEXION, INTERDIT, ABSENT, PERIME = 302, 403, 404, 410


@dataclass(frozen=True)
class Parcours:
    """``refuse`` vaut None pour une page vraiment publique, et là seulement."""

    route: str
    permis: str
    refuse: str | None = None
    code: int | None = None
    adresse: Callable[[Scene], dict] = lambda s: {}
    # Où mène un refus qui redirige.
    renvoi: str = "account_login"
    # L'adresse que tente la personne refusée, si ce n'est pas la même (un jeton forgé).
    adresse_refusee: Callable[[Scene], dict] | None = None
    donnees: Callable[[Scene], dict] | None = None
    # Une route de bouton : GET y répond 405.
    bouton: bool = False
    attendu: int = 200
    montre: Callable[[Scene], str] | None = None
    # Porte sur le dossier de la scène : les six regards s'y essaient.
    dossier: bool = False
    # Ce que reçoit, sur un dossier clos, la personne permise ; None : la même chose.
    clos: int | None = None
    # Ce qui doit exister avant, et que l'adresse ne nomme pas.
    prepare: Callable[[Scene], object] = lambda s: None
    # La personne vient de redonner son mot de passe.
    mot_de_passe_redonne: bool = False
    # La page interroge un vrai Redis.
    redis: bool = False
    # Faux quand le geste n'écrit que dans la session.
    ecrit: bool = True
    traits: tuple[str, ...] = ("informe",)


def _marqueur(scene: Scene) -> str:
    return scene.marqueur


def _jeton_forge(scene: Scene) -> dict:
    return {"jeton": "0" * 32 + ":forge"}


def _fiche(scene: Scene, **change) -> dict:
    return {
        "intitule": "Projet repris",
        "nature": "reprise",
        "secteur": "G",
        "commune": "Thiers",
        "prochaine_etape": "Visite du local",
        "revision": scene.dossier.revision,
    } | change


def _personne(scene: Scene) -> dict:
    return {"prenom": "Zoé", "nom": "Corrigée", "telephone": "06 39 98 11 22", "email": ""}


def _reunion(scene: Scene) -> dict:
    return {
        "nature": "technique",
        "jour": aujourd_hui(21).isoformat(),
        "heure": "09:30",
        "duree_minutes": 90,
        "lieu": "Mairie",
        "sequence": scene.reunion.sequence,
    }


def _invitee(scene: Scene) -> dict:
    return {
        "structure": str(scene.d.s1.uuid),
        "fonction": Fonction.TECHNICIEN,
        "prenom": "Nora",
        "nom": "Neuve",
        "email": "nora.neuve@essai.test",
    }


def compte_neuf(prenom="Nora", nom="Neuve", **plus) -> dict:
    return {
        "prenom": prenom,
        "nom": nom,
        "password1": MOT_DE_PASSE,
        "password2": MOT_DE_PASSE,
    } | plus


def _dossier_neuf(scene: Scene) -> dict:
    return {
        "prenom": "Léon",
        "nom": "Nouveau",
        "intitule": "Atelier de vélos",
        "nature": "creation",
        "commune": "Ambert",
        "informe": "oui",
        "informe_le": scene.jour,
        "information_mode": "oral",
    }


def _reseau_neuf(scene: Scene) -> dict:
    return {
        "nom": "Réseau neuf",
        "departements": "63",
        "epcis": ["200070761"],
        "structure_nom": "Structure neuve",
        "structure_type": TypeStructure.PAYS,
        "prenom": "Nora",
        "nom_personne": "Neuve",
        "email": "nora.neuve@essai.test",
    }


PAGES = [
    Parcours("accueil:accueil", VISITEUR, montre=lambda s: "Maillon"),
    Parcours("accueil:tableau", "auteur", VISITEUR, CONNEXION, montre=lambda s: "Agathe"),
    Parcours(
        "accueil:chiffres",
        "elue",
        "parrain",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: "Installations",
    ),
]

SANTE = [
    Parcours(
        "sante:sante", VISITEUR, montre=lambda s: '"ok"', prepare=lambda s: s.en_forme(), redis=True
    ),
    Parcours("sante:vivant", VISITEUR, montre=lambda s: "vivant"),
    Parcours("sante:pret", VISITEUR, montre=lambda s: "prêt"),
]

COURRIELS = [
    Parcours(
        "socle:courriels",
        "administratrice",
        "animatrice",
        INTERDIT,
        montre=lambda s: s.courriel.adresse,
    ),
    Parcours(
        "socle:courriel",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"uuid": s.courriel.uuid},
        montre=_marqueur,
    ),
    Parcours(
        "socle:courriel_corps",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"uuid": s.courriel.uuid},
        montre=_marqueur,
    ),
    Parcours(
        "socle:courriel_relancer",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"uuid": s.courriel.uuid},
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
]

PARTENAIRES = [
    Parcours("partenaires:communes", "auteur", VISITEUR, CONNEXION),
    Parcours(
        "partenaires:annuaire",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        montre=lambda s: s.d.s2.nom,
    ),
    Parcours(
        "partenaires:structure",
        "auteur",
        "etrangere",
        ABSENT,
        lambda s: s.de(s.d.s2),
        montre=lambda s: s.d.voisine.nom,
    ),
    Parcours(
        "partenaires:structure_nouvelle",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {
            "nom": "Coopérative neuve",
            "type": TypeStructure.UNION_COOPERATIVES,
            "commune": "Thiers",
        },
        attendu=302,
    ),
    Parcours(
        "partenaires:invitations",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: s.invitation.email,
    ),
    Parcours(
        "partenaires:inviter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_invitee,
        attendu=302,
    ),
    Parcours(
        "partenaires:invitation_revoquer",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.invitation),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:invitation_renvoyer",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.invitation),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:invitation_accepter",
        VISITEUR,
        VISITEUR,
        PERIME,
        lambda s: {"jeton": s.jeton_invitation},
        adresse_refusee=_jeton_forge,
        donnees=lambda s: compte_neuf(),
        attendu=302,
        montre=lambda s: s.d.reseau.nom,
    ),
    Parcours(
        "partenaires:mandat_terminer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.mandat_a_finir),
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "partenaires:partage",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: "Analyse d’impact",
    ),
    Parcours(
        "partenaires:reseaux",
        "administratrice",
        "animatrice",
        INTERDIT,
        montre=lambda s: s.d.reseau_b.nom,
    ),
    Parcours(
        "partenaires:reseau_nouveau",
        "administratrice",
        "animatrice",
        INTERDIT,
        donnees=_reseau_neuf,
        attendu=302,
    ),
]

DOSSIERS = [
    Parcours(
        "porteurs:dossiers",
        "auteur",
        "elue",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: s.dossier.intitule,
    ),
    Parcours(
        "porteurs:dossier_ouvrir",
        "auteur",
        "animatrice",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_dossier_neuf,
        attendu=302,
    ),
    Parcours(
        "porteurs:dossier",
        "auteur",
        "etrangere",
        ABSENT,
        lambda s: s.de(s.dossier),
        montre=_marqueur,
        dossier=True,
    ),
    Parcours(
        "porteurs:personne_modifier",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier) | {"personne": s.dossier.porteurs.get().uuid},
        donnees=_personne,
        attendu=302,
        dossier=True,
        clos=403,
    ),
    Parcours(
        "porteurs:dossier_modifier",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=_fiche,
        attendu=302,
        montre=_marqueur,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:dossier_etape",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"etape": "etude", "le": s.jour, "motif": "Elle revient"},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:dossier_information",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"le": s.jour, "mode": "courrier"},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:dossier_opposition",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"le": s.jour},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:echange_noter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {
            "texte": "Appel ce matin",
            "nature": "appel",
            "le": s.jour,
            "audience": "equipe",
        },
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:action_ajouter",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {
            "libelle": "Rappeler",
            "responsable": s.d.auteur.pk,
            "echeance": aujourd_hui(7).isoformat(),
        },
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:action_terminer",
        "auteur",
        "voisine",
        ABSENT,
        lambda s: s.de(s.action),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:affectation_proposer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier) | {"role": "referent"},
        donnees=lambda s: {"mandat": s.d.mandats["collegue"].pk},
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:affectation_repondre",
        "collegue",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.proposition),
        donnees=lambda s: {"reponse": "oui"},
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:affectation_retirer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.proposition),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:relais_proposer",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.dossier),
        donnees=lambda s: {"vers": s.d.s2.pk, "resume": "Tout est prêt pour la suite."},
        attendu=302,
        dossier=True,
        clos=INTERDIT,
    ),
    Parcours(
        "porteurs:relais_repondre",
        "voisine",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.relais),
        donnees=lambda s: {"reponse": "oui"},
        attendu=302,
    ),
    Parcours(
        "porteurs:relais_annuler",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(s.relais),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:doublon_traiter",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.doublon),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
]

REUNIONS = [
    Parcours(
        "porteurs:reunions",
        "auteur",
        "parrain",
        INTERDIT,
        lambda s: s.reseau,
        montre=lambda s: s.reunion.lieu,
    ),
    Parcours(
        "porteurs:reunion",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion),
        montre=lambda s: s.point.dossier.intitule,
    ),
    Parcours(
        "porteurs:reunion_calendrier",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion),
        montre=lambda s: "BEGIN:VCALENDAR",
    ),
    Parcours(
        "porteurs:reunion_nouvelle",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_reunion,
        attendu=302,
    ),
    Parcours(
        "porteurs:reunion_modifier",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.reunion),
        donnees=_reunion,
        attendu=302,
    ),
    Parcours(
        "porteurs:reunion_annuler",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(s.reunion),
        donnees=lambda s: {},
        attendu=302,
    ),
    Parcours(
        "porteurs:point_ajouter",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion),
        donnees=lambda s: {"reference": s.dossier.reference, "mot": "À voir"},
        attendu=302,
    ),
    Parcours(
        "porteurs:point_retirer",
        "auteur",
        "elue",
        ABSENT,
        lambda s: s.de(s.reunion) | {"dossier": s.point.dossier.uuid},
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
        dossier=True,
    ),
    Parcours(
        "porteurs:ligne",
        VISITEUR,
        VISITEUR,
        PERIME,
        lambda s: {"jeton": s.jeton_ligne},
        adresse_refusee=_jeton_forge,
        donnees=lambda s: {"texte": "Une ligne depuis un courriel"},
        montre=lambda s: s.dossier.reference,
    ),
]

PARCOURS = [*PAGES, *SANTE, *COURRIELS, *PARTENAIRES, *DOSSIERS, *REUNIONS]
