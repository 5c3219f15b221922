"""Des évènements aux phrases : ce qui se dit de chacun, groupé par geste."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from partenaires.models import Mandat
from porteurs.historique.lecture import Evenement
from porteurs.historique.mots import Noms, cites, en_clair, montrable
from porteurs.historique.portee import Portee
from porteurs.historique.recits import RECITS, TOUJOURS_MUETS, Recit
from porteurs.models import Porteur
from porteurs.models.historique import AJOUT, SUPPRESSION
from socle.models import Utilisateur

PERSONNE = "La personne accompagnée"
SYSTEME = "Maillon"

Auteur = tuple[type, int]


@dataclass(frozen=True)
class Geste:
    """Une même action : quand, qui, au titre de quelle structure, et les faits qu'elle a écrits."""

    le: datetime
    qui: str
    structure: str
    faits: list[str]


def raconter(evenements: list[Evenement], portee: Portee, reseau_id: int) -> list[Geste]:
    """Les gestes que la portée laisse voir, du plus récent au plus ancien."""
    groupes: dict[str, list[Evenement]] = {}
    dernieres: dict[tuple[type, int], dict] = {}
    for evenement in evenements:
        derniere = dernieres.setdefault((evenement.modele, evenement.objet), evenement.ligne)
        if portee.voit(evenement, derniere):
            groupes.setdefault(evenement.geste, []).append(evenement)
    visibles = [e for groupe in groupes.values() for e in groupe]
    auteurs = {cle: _auteur(groupe) for cle, groupe in groupes.items()}
    connus = {auteur for auteur in auteurs.values() if auteur}
    noms = Noms(cites(visibles) | connus, portee)
    structures = structures_des({cle for m, cle in connus if m is Utilisateur}, reseau_id)
    gestes = []
    for cle, groupe in groupes.items():
        if faits := _faits(groupe, portee, noms):
            qui, structure = _qui(auteurs[cle], portee, noms, structures)
            gestes.append(Geste(groupe[0].le, qui, structure, faits))
    return gestes


def structures_des(utilisateurs: set[int], reseau_id: int) -> dict[int, str]:
    """La structure au titre de laquelle chacun agit, ou a agi en dernier, dans ce réseau."""
    mandats = Mandat.objects.filter(utilisateur__in=utilisateurs, reseau=reseau_id)
    return dict(
        mandats.order_by("periode", "pk").values_list("utilisateur_id", "structure__nom")
        if utilisateurs
        else ()
    )


# --- Qui -------------------------------------------------------------------------------------


def _auteur(groupe: list[Evenement]) -> Auteur | None:
    """Celui que dit le geste ; à défaut, celui que la ligne ajoutée porte elle-même."""
    for evenement in groupe:
        if utilisateur := evenement.contexte.get("utilisateur"):
            return (Utilisateur, utilisateur)
        if porteur := evenement.contexte.get("porteur"):
            return (Porteur, porteur)
    if any(e.contexte.get("systeme") for e in groupe):
        return None
    for evenement in groupe:
        if evenement.verbe == AJOUT:
            for champ in RECITS[evenement.modele].auteurs:
                if cle := evenement.ligne.get(f"{champ}_id"):
                    return (evenement.modele._meta.get_field(champ).related_model, cle)
    return None


def _qui(auteur: Auteur | None, portee: Portee, noms: Noms, structures) -> tuple[str, str]:
    if auteur is None:
        return SYSTEME, ""
    modele, cle = auteur
    if modele is Porteur:
        return ("Vous" if cle == portee.porteur else PERSONNE), ""
    return noms.de(modele, cle), structures.get(cle, "")


# --- Quoi ------------------------------------------------------------------------------------


def _faits(groupe: list[Evenement], portee: Portee, noms: Noms) -> list[str]:
    """Dans l'ordre où ils furent écrits, sans redire ce qu'un fait du même geste dit déjà."""
    presents = {e.modele for e in groupe}
    faits: list[str] = []
    for evenement in reversed(groupe):
        recit = RECITS[evenement.modele]
        if evenement.verbe == AJOUT and presents.intersection(recit.tu_avec):
            continue
        faits += [fait for fait in _phrases(evenement, recit, portee, noms) if fait not in faits]
    return faits


def _phrases(evenement: Evenement, recit: Recit, portee: Portee, noms: Noms) -> list[str]:
    valeurs = _Valeurs(evenement, noms, None if portee.coordonnees else recit.dits)
    if evenement.verbe == AJOUT:
        return [recit.ajout.format_map(valeurs)]
    if evenement.verbe == SUPPRESSION:
        return [recit.suppression.format_map(valeurs)]
    phrases = []
    for champ in evenement.modele._meta.local_fields:
        muet = champ.name in recit.muets or champ.name in TOUJOURS_MUETS
        if champ.attname in evenement.changes and not muet:
            phrases.append(_changement(champ, evenement, recit, portee, noms, valeurs))
    return phrases


def _changement(
    champ: models.Field, evenement: Evenement, recit: Recit, portee: Portee, noms: Noms, valeurs
) -> str:
    nouvelle = evenement.ligne[champ.attname]
    se_dit = portee.coordonnees or champ.name in recit.dits
    etats = recit.etats.get(champ.name, {})
    if (
        se_dit
        and nouvelle not in (None, "")
        and (etat := etats.get(str(nouvelle)) or etats.get("*"))
    ):
        return etat.format_map(valeurs)
    quoi = recit.articles.get(champ.name, f"«\u00a0{champ.verbose_name}\u00a0»")
    lieu = f" {recit.lieu.format_map(valeurs)}" if recit.lieu else ""
    if not se_dit or not montrable(champ):
        return f"a changé {quoi}{lieu}"
    avant = en_clair(champ, evenement.avant.get(champ.attname), noms) or "rien"
    apres = en_clair(champ, nouvelle, noms) or "rien"
    return f"a changé {quoi}{lieu}\u00a0: {avant} → {apres}"


class _Valeurs(dict):
    """Les valeurs d'une ligne, mises en clair à la demande des phrases.

    ``dits`` : celles que ce lecteur apprend ; rien, il les apprend toutes.
    """

    def __init__(self, evenement: Evenement, noms: Noms, dits: frozenset[str] | None):
        super().__init__()
        self._evenement, self._noms, self._dits = evenement, noms, dits

    def __missing__(self, nom: str) -> str:
        if self._dits is not None and nom not in self._dits:
            return "…"
        champ = self._evenement.modele._meta.get_field(nom)
        return en_clair(champ, self._evenement.ligne.get(champ.attname), self._noms) or "…"
