"""Le texte d'où part une convention : celui de Maillon, ou celui que le réseau a réécrit."""

import re
from datetime import date, timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.formats import date_format

from partenaires.models import Convention, ModeleConvention, Reseau
from socle.refus import Refus

DEPASSE = (
    "Quelqu’un a enregistré un autre modèle pendant que vous écriviez. Le sien est à côté du "
    "vôtre : vérifiez, puis enregistrez de nouveau."
)

# Ce que le modèle remplace, et ce que cela veut dire ; le reste du texte n'est que du texte.
REPERES = {
    "reseau": "le nom du réseau",
    "structures": "la liste des structures, une par ligne",
    "coordinatrice": "la structure qui coordonne le réseau",
    "debut": "le premier jour",
    "fin": "le dernier jour, ou « sans limite de durée »",
}
_REPERE = re.compile(r"\{(" + "|".join(REPERES) + r")\}")

TEXTES = Path(__file__).resolve().parent.parent / "textes"
TEXTE_PAR_DEFAUT = (TEXTES / "convention.txt").read_text("utf-8")


def modele_du_reseau(reseau: Reseau) -> tuple[str, int]:
    """Le texte du modèle et sa révision ; 0 quand c'est encore celui de Maillon."""
    modele = ModeleConvention.objects.filter(reseau=reseau).first()
    return (modele.texte, modele.revision) if modele else (TEXTE_PAR_DEFAUT, 0)


def verifier_les_reperes(texte: str, ancien: str = "") -> None:
    """Refuse un repère que rien ne remplacera, sauf s'il est déjà dans ``ancien``, un texte figé.

    Sans cela il se lirait tel quel, accolades comprises, dans le texte signé.
    """
    if inconnus := sorted(_accolades(texte) - set(REPERES) - _accolades(ancien)):
        raise Refus(
            f"Nous ne savons pas remplacer « {{{inconnus[0]}}} ». Les repères connus sont : "
            + ", ".join(f"{{{nom}}}" for nom in REPERES)
            + ".",
            "texte",
        )


def _accolades(texte: str) -> set[str]:
    return set(re.findall(r"\{([^{}\n]*)\}", texte))


@transaction.atomic
def ecrire_modele(*, acteur, reseau: Reseau, texte: str, revision: int) -> None:
    """Remplace le modèle si personne ne l'a changé depuis ``revision`` ; sinon ``Refus``."""
    verifier_les_reperes(texte)
    champs = {"texte": texte, "par_id": acteur.utilisateur_id}
    if revision == 0:
        try:
            with transaction.atomic():
                ModeleConvention.objects.create(reseau=reseau, **champs)
        except IntegrityError:
            raise Refus(DEPASSE) from None
        return
    lignes = ModeleConvention.objects.filter(reseau=reseau, revision=revision)
    if not lignes.update(revision=F("revision") + 1, **champs):
        raise Refus(DEPASSE)


def en_toutes_lettres(jour: date) -> str:
    return date_format(jour, "j F Y" if jour.day > 1 else "1\\e\\r F Y")


def remplir(texte: str, convention: Convention, structures: list[str], fin: date | None) -> str:
    """Le texte, ses repères remplacés. En une passe : un nom qui imite un repère reste un nom.

    ``fin`` : le premier jour où la convention ne lie plus, ou rien.
    """
    coordinatrice = convention.reseau.structure_coordinatrice
    valeurs = {
        "reseau": convention.reseau.nom,
        "structures": "\n".join(f"- {nom}" for nom in structures),
        "coordinatrice": coordinatrice.nom if coordinatrice else "la structure coordinatrice",
        "debut": en_toutes_lettres(convention.debut),
        "fin": en_toutes_lettres(fin - timedelta(days=1)) if fin else "sans limite de durée",
    }
    texte = texte.replace("jusqu’au {fin}", "{fin}") if fin is None else texte
    return _REPERE.sub(lambda repere: valeurs[repere[1]], texte)
