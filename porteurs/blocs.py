"""Les blocs de la page d'un dossier : chacun dit son gabarit, sa place, et ce qu'il lui faut.

Un bloc reçoit ``(acteur, dossier)``, le dossier lu par ``porteurs.dossier_lu``, et rend son contexte.
La liste ordonnée des blocs d'une page est dans ``porteurs.views.dossier``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from partenaires.enums import Etape, Fonction, Maillon
from porteurs.enums import EtatAffectation, EtatRelais, RoleAffectation
from porteurs.fil import chaine, fil
from porteurs.manques import manques
from porteurs.models import Dossier, PartAdulte, VoletPrive, VoletProfessionnel
from porteurs.montants import euros
from porteurs.services.volets import (
    CHAMPS_D_UN_ADULTE,
    CHAMPS_PRIVES,
    CHAMPS_PROFESSIONNELS,
)
from socle.dates import date_en_mots
from socle.permissions import peut

TETE, CORPS, COTE = "tete", "corps", "cote"


def pour_tous(acteur, dossier: Dossier) -> bool:
    return True


def pour_qui_suit(acteur, dossier: Dossier) -> bool:
    return dossier.suivi


@dataclass(frozen=True)
class Bloc:
    """``place`` : « tete » (pleine largeur), « corps » ou « cote ». ``pour`` : à qui le montrer."""

    gabarit: str
    contexte: Callable[..., dict]
    place: str = CORPS
    pour: Callable[..., bool] = pour_qui_suit


def composer(blocs: Sequence[Bloc], acteur, dossier: Dossier) -> dict:
    """Le contexte de la page : celui de chaque bloc, et les gabarits par place.

    Deux blocs qui nommeraient la même chose se masqueraient l'un l'autre : c'est une erreur.
    """
    contexte: dict = {"tete": [], "corps": [], "cote": []}
    for bloc in blocs:
        if not bloc.pour(acteur, dossier):
            continue
        apport = bloc.contexte(acteur, dossier)
        if doubles := contexte.keys() & apport.keys():
            raise ValueError(f"{bloc.gabarit} redit {sorted(doubles)}.")
        contexte |= apport
        contexte[bloc.place].append(bloc.gabarit)
    return contexte


# Les étapes sur les cinq maillons de la chaîne d'accueil ; la prospection précède le dossier.
MAILLONS = {
    Etape.IDEE: Maillon.PREMIER_ACCUEIL.label,
    Etape.ETUDE: Maillon.PREMIER_ACCUEIL.label,
    Etape.MONTAGE: Maillon.ACCOMPAGNEMENT.label,
    Etape.FINANCEMENT: Maillon.ACCOMPAGNEMENT.label,
    Etape.CREATION: Maillon.INSTALLATION.label,
    Etape.INSTALLE: Maillon.INSTALLATION.label,
    Etape.SUIVI: Maillon.INTEGRATION.label,
    Etape.DEVELOPPEMENT: Maillon.INTEGRATION.label,
}

# --- Les blocs de la page principale ----------------------------------------------------------------


def attentes(acteur, dossier: Dossier) -> dict:
    """Ce qui attend une réponse : un relais, un rôle, un accès."""
    for demande in dossier.demandes_lues:
        demande.a_repondre = peut(acteur, "porteurs.acces.repondre", demande)
        demande.a_retirer = peut(acteur, "porteurs.acces.retirer", demande)
    return {
        "relais": _relais(acteur, dossier),
        "propositions": [r for r in dossier.roles if r.etat == EtatAffectation.PROPOSEE],
        "demandes": [
            d for d in dossier.demandes_lues if dossier.suivi or d.a_repondre or d.a_retirer
        ],
        "peut_affecter": peut(acteur, "porteurs.affectation.proposer", dossier),
    }


def _relais(acteur, dossier: Dossier):
    """Le relais en attente, pour qui suit le dossier et pour la structure pressentie."""
    relais = next((r for r in dossier.relais_lus if r.etat == EtatRelais.PROPOSE), None)
    if relais is None:
        return None
    relais.a_repondre = peut(acteur, "porteurs.relais.repondre", relais)
    relais.a_annuler = peut(acteur, "porteurs.relais.annuler", relais)
    return relais if dossier.suivi or relais.a_repondre else None


def en_un_regard(acteur, dossier: Dossier) -> dict:
    """Où en est le projet, qui en répond, ce qui vient, et quand."""
    en_cours = {role.role: role for role in dossier.roles if role.en_cours}
    return {
        "chaine": chaine(dossier),
        "maillon": MAILLONS.get(dossier.etape),
        "referent": en_cours.get(RoleAffectation.REFERENT),
        "parrain": en_cours.get(RoleAffectation.PARRAIN),
        "prochaine_action": next(iter(dossier.actions_lues), None),
        "peut_modifier": peut(acteur, "porteurs.dossier.modifier", dossier),
        "peut_changer_etape": peut(acteur, "porteurs.dossier.etape", dossier),
        "peut_reunir": peut(acteur, "porteurs.fusion.choisir", dossier),
    }


def ce_qui_manque(acteur, dossier: Dossier) -> dict:
    trouves = manques(acteur, dossier)
    return {"manques": trouves[:4], "manques_suite": trouves[4:]}


def les_deux_volets(acteur, dossier: Dossier) -> dict:
    """Ce qui est rempli de chaque volet ; du volet privé, seulement ce que l'acteur en lit."""
    return {
        "professionnel": lignes_du_volet(dossier.professionnel_lu, CHAMPS_PROFESSIONNELS),
        "foyer": lignes_du_volet(dossier.prive_lu, CHAMPS_PRIVES),
        "parts": _parts(dossier),
        "parts_a_ouvrir": _a_ouvrir(acteur, dossier),
        "peut_volet": peut(acteur, "porteurs.volet.professionnel", dossier),
        "peut_prive": peut(acteur, "porteurs.volet.prive", dossier),
        "peut_accorder": peut(acteur, "porteurs.accord.noter", dossier),
    }


def _parts(dossier: Dossier) -> list[dict]:
    """Ce que chaque adulte cherche pour lui, quand sa structure le lit."""
    return [
        {
            "adulte": adulte,
            "lignes": lignes_du_volet(dossier.parts_lues[adulte.pk], CHAMPS_D_UN_ADULTE),
        }
        for adulte in dossier.personnes
        if adulte.pk in dossier.parts_lues
    ]


def _a_ouvrir(acteur, dossier: Dossier) -> list:
    """Les adultes d'accord, dont rien n'est encore noté."""
    siennes = acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    accordes = {a.participation_id for a in dossier.accords_lus if a.structure_id in siennes}
    return [p for p in dossier.personnes if p.pk in accordes and p.pk not in dossier.parts_lues]


MONTANTS = {"budget", "apport"}


def lignes_du_volet(
    volet: VoletProfessionnel | VoletPrive | PartAdulte, champs: Sequence[str]
) -> list[tuple[str, str]]:
    """``(libellé, texte)`` de ce qui est rempli."""
    lignes = []
    for nom in champs:
        valeur = getattr(volet, nom)
        if valeur in (None, ""):
            continue
        libelle = volet._meta.get_field(nom).verbose_name
        if nom in MONTANTS:
            valeur, libelle = euros(valeur), libelle.partition(",")[0]
        elif isinstance(valeur, date):
            valeur = date_en_mots(valeur)
        lignes.append((f"{libelle[:1].upper()}{libelle[1:]}", str(valeur)))
    return lignes


def le_fil(acteur, dossier: Dossier) -> dict:
    elements, reste = fil(dossier, acteur, tout=dossier.fil_entier)
    return {"elements": elements, "reste": reste}


def les_actions(acteur, dossier: Dossier) -> dict:
    return {
        "actions": dossier.actions_lues,
        "jour": dossier.reseau.aujourd_hui(),
        "peut_noter": peut(acteur, "porteurs.echange.noter", dossier),
        "peut_inscrire": bool(dossier.reunion_a_venir)
        and peut(acteur, "porteurs.reunion.point", dossier),
    }


def les_personnes(acteur, dossier: Dossier) -> dict:
    return {"peut_corriger": peut(acteur, "porteurs.personne.modifier", dossier)}


def le_partage(acteur, dossier: Dossier) -> dict:
    """Où en est le partage, en deux lignes ; le détail a sa page."""
    jour = dossier.reseau.aujourd_hui().isoformat()
    structures = [
        d
        for d in dossier.droits_lus
        if d["prive"] and (d["prive_jusqua"] is None or d["prive_jusqua"] > jour)
    ]
    siennes = acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    deja_demande = any(d.structure_id in siennes for d in dossier.demandes_lues)
    return {
        "prive_pour": len(structures),
        "peut_informer": peut(acteur, "porteurs.dossier.information", dossier),
        "peut_demander": not deja_demande and peut(acteur, "porteurs.acces.demander", dossier),
        "peut_lire_historique": dossier.suivi
        or peut(acteur, "porteurs.historique.demander", dossier),
    }
