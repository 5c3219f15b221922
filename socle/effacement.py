"""Où une installation garde quelque chose d'une personne, et ce qu'un effacement en fait.

Chaque application déclare ses tables dans MAILLON_EFFACEMENT. Un essai parcourt les modèles : une
table qui porte un nom, une adresse ou un texte libre sans être déclarée ici le fait échouer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from socle.listes import contributions
from socle.models import PreferenceCourriel


@dataclass(frozen=True)
class Memoire:
    """Une table, et ce que l'effacement d'une personne accompagnée en fait.

    ``devient`` le dit en une phrase, pour le registre. ``oublier`` et ``montrer`` reçoivent les
    adresses de courriel de la personne (en minuscules), pour ce qui ne tient à elle que par là.
    """

    modele: str
    devient: str
    oublier: Callable[[list[str]], int] | None = None
    montrer: Callable[[list[str]], list[dict]] | None = None


def oublier(adresses: list[str]) -> None:
    """Efface, dans toutes les applications, ce qui ne tient à la personne que par son adresse."""
    adresses = sorted({a.lower() for a in adresses if a})
    if not adresses:
        return
    for memoire in contributions("MAILLON_EFFACEMENT"):
        if memoire.oublier:
            memoire.oublier(adresses)


def montrer(adresses: list[str]) -> dict[str, list[dict]]:
    """Ce que chaque application garde de ces adresses, par table."""
    adresses = sorted({a.lower() for a in adresses if a})
    return {
        memoire.modele: lignes
        for memoire in contributions("MAILLON_EFFACEMENT")
        if adresses and memoire.montrer and (lignes := memoire.montrer(adresses))
    }


def _oublier_les_choix(adresses: list[str]) -> int:
    choix = PreferenceCourriel.objects.alias(cle=Lower("cle_destinataire"))
    return choix.filter(Q(cle__in=adresses), utilisateur=None).delete()[0]


_COMPTES = (
    "personne qui travaille dans le réseau\u00a0: son compte se ferme, l’histoire garde le nom"
)

MEMOIRES = [
    Memoire("socle.Utilisateur", _COMPTES),
    Memoire("socle.Courriel", "corps, sujet et adresse vidés\u00a0; la clé reste"),
    Memoire("socle.Fichier", "effacé avec ce qui le nomme, contenu compris"),
    Memoire("socle.AccesJournal", "des références, jamais un contenu\u00a0; douze mois"),
    Memoire("socle.Brouillon", "effacé avec ce dont il parle"),
    Memoire("socle.PreferenceCourriel", "effacé", _oublier_les_choix),
]
