"""Ouvrir un réseau, le mettre en route, le régler, tenir son registre."""

from datetime import time, timedelta

from partenaires.enums import Fonction, TypeStructure
from partenaires.models import Reseau
from porteurs.calendrier import dates_de_serie
from tests.coherence.parcours.base import INTERDIT, Parcours
from tests.coherence.scene import Scene
from tests.fabriques import ConventionFabrique, ReseauFabrique, StructureFabrique
from tests.fabriques.partenaires import BRIOUDE, THIERS, aujourd_hui


def _regler(scene: Scene, **champs) -> None:
    Reseau.objects.filter(pk=scene.d.reseau.pk).update(**champs)


def _permettre(scene: Scene) -> None:
    _regler(scene, peut_ouvrir=True)


def _enfant(scene: Scene) -> None:
    """Un réseau neuf, enfant de A, que nul n'a encore animé."""
    if not hasattr(scene, "enfant_neuf"):
        _permettre(scene)
        structure = StructureFabrique(nom="Pays neuf")
        scene.enfant_neuf = ReseauFabrique(
            parent=scene.d.reseau, nom="Enfant neuf", structure_coordinatrice=structure
        )
        ConventionFabrique(reseau=scene.enfant_neuf, structures=[structure])


def _b(scene: Scene) -> dict:
    return scene.reseau | {"slug": scene.d.reseau_b.slug}


NOUVELLE = {"prenom": "Nora", "nom": "Neuve", "email": "nora.neuve@essai.test"}


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


def _ligne(scene: Scene) -> dict:
    ligne = NOUVELLE | {"structure": str(scene.d.s2.uuid), "fonction": Fonction.TECHNICIEN}
    return {
        "p-TOTAL_FORMS": "1",
        "p-INITIAL_FORMS": "0",
        **{f"p-0-{champ}": valeur for champ, valeur in ligne.items()},
    }


def _serie(scene: Scene) -> dict:
    premier = aujourd_hui() + timedelta(days=20)
    dates = dates_de_serie(premier, time(9, 30), 3, scene.d.reseau)
    return {
        "jour": premier.isoformat(),
        "heure": "09:30",
        "duree_minutes": "120",
        "nombre": "3",
        "prevoir": "oui",
        "garder": [d.debut.isoformat() for d in dates],
    }


def _animation(route: str, **plus) -> Parcours:
    """Une page de l'animation, interdite aux autres fonctions du réseau."""
    plus.setdefault("adresse", lambda s: s.reseau)
    return Parcours(route, "animatrice", "auteur", INTERDIT, **plus)


def _bouton(route: str, **plus) -> Parcours:
    plus.setdefault("donnees", lambda s: {})
    return _animation(route, bouton=True, attendu=302, **plus)


ADMINISTRATION = [
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
    Parcours(
        "partenaires:reseau_animateur",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: _enfant(s) or {"slug": s.enfant_neuf.slug},
        donnees=lambda s: NOUVELLE,
        attendu=302,
    ),
    Parcours(
        "partenaires:reseau_permettre",
        "administratrice",
        "animatrice",
        INTERDIT,
        lambda s: {"slug": s.d.reseau.slug},
        donnees=lambda s: {"permis": "oui"},
        bouton=True,
        attendu=302,
    ),
]

ENFANTS = [
    _animation("partenaires:reseaux_enfants", prepare=_enfant, montre=lambda s: "Enfant neuf"),
    _animation(
        "partenaires:reseau_enfant_nouveau",
        prepare=_permettre,
        donnees=_reseau_neuf,
        attendu=302,
    ),
    _animation(
        "partenaires:reseau_enfant_animateur",
        adresse=lambda s: _enfant(s) or s.reseau | {"slug": s.enfant_neuf.slug},
        donnees=lambda s: NOUVELLE,
        attendu=302,
    ),
]

LANCEMENT = [
    _animation("partenaires:lancement", montre=lambda s: "Choisir les communes"),
    _animation(
        "partenaires:lancement_identite",
        donnees=lambda s: {"nom": "Un autre nom", "fuseau": "Europe/Paris"},
        attendu=302,
    ),
    _animation("partenaires:lancement_structures", montre=lambda s: s.d.s1.nom),
    Parcours(
        "partenaires:lancement_personnes",
        "animatrice",
        "voisine",
        INTERDIT,
        lambda s: s.reseau,
        donnees=_ligne,
        attendu=302,
    ),
    _bouton("partenaires:lancement_ranger", prepare=lambda s: _regler(s, lance_le=None)),
    _animation("partenaires:territoire", montre=lambda s: "dans le réseau"),
    _bouton("partenaires:territoire_ajouter", donnees=lambda s: {"commune": [BRIOUDE]}),
    _bouton("partenaires:territoire_retirer", donnees=lambda s: {"commune": [THIERS]}),
    _animation("porteurs:reunion_serie", donnees=_serie, attendu=302),
]

REGLAGES = [
    _animation(
        "partenaires:reglages",
        donnees=lambda s: {"nom": "Un nom", "fuseau": "Europe/Paris", "seuil_masquage": "7"},
        attendu=302,
    ),
    _animation("partenaires:modules", donnees=lambda s: {}, attendu=302),
    _bouton(
        "partenaires:module_employer",
        adresse=lambda s: s.reseau | {"module": "reunions"},
        donnees=lambda s: {"actif": "non"},
    ),
    _bouton("partenaires:parent_proposer", donnees=lambda s: {"parent": s.d.reseau_b.slug}),
    _bouton(
        "partenaires:parent_repondre",
        adresse=_b,
        prepare=lambda s: _regler(s, parent_propose=s.d.reseau_b, propose_par_parent=True),
        donnees=lambda s: {"reponse": "oui"},
    ),
    _animation(
        "partenaires:parent_defaire",
        adresse=_b,
        prepare=lambda s: _regler(s, parent=s.d.reseau_b),
        donnees=lambda s: {},
        montre=lambda s: s.d.reseau_b.nom,
        attendu=302,
    ),
]

CONFORMITE = [
    _animation("partenaires:conformite", montre=lambda s: s.d.s2.nom),
    _bouton(
        "partenaires:conformite_partie",
        adresse=lambda s: s.reseau | {"partie": "roles"},
        donnees=lambda s: dict.fromkeys(("informe", "repond", "notifie"), s.d.s2.pk),
    ),
    _animation(
        "partenaires:base_legale",
        adresse=lambda s: s.de(s.d.s1),
        donnees=lambda s: {"base_legale": "interet_legitime"},
        attendu=302,
    ),
    _animation(
        "partenaires:conformite_document",
        adresse=lambda s: s.reseau | {"code": "accord"},
        montre=lambda s: s.d.s1.nom,
    ),
    _animation("partenaires:conformite_pdf", adresse=lambda s: s.reseau | {"code": "accord"}),
    _animation("partenaires:partage", montre=lambda s: "Analyse d’impact"),
]

RESEAUX = [*ADMINISTRATION, *ENFANTS, *LANCEMENT, *REGLAGES, *CONFORMITE]
