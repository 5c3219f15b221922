"""Le texte d'où part une convention : celui de Maillon, ou celui que le réseau a réécrit."""

import re
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.formats import date_format

from partenaires.models import Convention, ModeleConvention, Reseau
from socle.refus import Refus

DEPASSE = (
    "Quelqu’un a enregistré un autre modèle pendant que vous écriviez. Le sien est à côté du "
    "vôtre : vérifiez, puis enregistrez de nouveau."
)

# Ce que le modèle remplace, et ce que cela veut dire ; le reste du texte n'est que du texte.
REPERES = {
    "reseau": "le nom du réseau",
    "structures": "la liste des structures, une par ligne",
    "coordinatrice": "la structure qui coordonne le réseau",
    "debut": "le premier jour",
    "fin": "le dernier jour, ou « sans limite de durée »",
}
_REPERE = re.compile(r"\{(" + "|".join(REPERES) + r")\}")

TEXTE_PAR_DEFAUT = """\
# Entre qui

La présente convention lie, au sein du réseau d’accueil {reseau} coordonné par {coordinatrice}, les structures suivantes :

{structures}

# Objet

Les parties accueillent ensemble les personnes qui veulent créer, reprendre ou développer une activité sur le territoire, ou s’y installer avec leur famille. Elles veulent qu’une personne entrée par n’importe quelle porte soit conduite à la structure compétente, sans avoir à recommencer son histoire.

# Engagements réciproques

Chaque partie s’engage à :

- désigner au moins deux personnes qui administrent son adhésion, et tenir à jour leurs coordonnées ;
- répondre aux demandes qui lui sont confiées dans le délai promis par le réseau ;
- prendre part aux réunions techniques, ou s’y faire suppléer ;
- remettre un projet à une autre structure par un relais écrit, et en rester responsable tant qu’il n’est pas accepté ;
- dire sans tarder ce qu’elle ne peut plus faire.

La structure coordinatrice s’engage à animer le réseau, à préparer les réunions, à tenir les comptes rendus et à rendre compte aux élus et aux financeurs.

# Qui fait quoi

Chaque partie dit, thème par thème et étape par étape, ce qu’elle fait et sur quelles communes. Cette répartition est tenue dans l’outil commun et relue une fois par an. Les manques et les doublons qu’elle fait paraître sont examinés en réunion.

# Partage d’information

Les parties ne partagent que ce qui sert l’accompagnement, et jamais sans que la personne en ait été informée. La fiche partagée se limite au projet, à la commune, à l’étape et à la structure qui répond. Ce qui touche à la vie privée ne se partage qu’avec l’accord exprès de la personne, structure par structure. Chacune peut s’y opposer à tout moment.

# Durée

La convention prend effet le {debut}. Elle court jusqu’au {fin}. Elle change par avenant, accepté par toutes les parties.

# Dénonciation

Chaque partie peut se retirer par écrit, avec un préavis de deux mois. Avant son départ, les projets qu’elle suit sont confiés à la structure coordinatrice, pour que personne ne reste sans interlocuteur.

# Signatures

Chaque partie signe la présente convention et en garde un exemplaire.
"""


def modele_du_reseau(reseau: Reseau) -> tuple[str, int]:
    """Le texte du modèle et sa révision ; 0 quand c'est encore celui de Maillon."""
    modele = ModeleConvention.objects.filter(reseau=reseau).first()
    return (modele.texte, modele.revision) if modele else (TEXTE_PAR_DEFAUT, 0)


@transaction.atomic
def ecrire_modele(*, acteur, reseau: Reseau, texte: str, revision: int) -> None:
    """Remplace le modèle si personne ne l'a changé depuis ``revision`` ; sinon ``Refus``."""
    if inconnus := sorted(set(re.findall(r"\{([^{}\n]*)\}", texte)) - set(REPERES)):
        raise Refus(
            f"Nous ne savons pas remplacer « {{{inconnus[0]}}} ». Les repères connus sont : "
            + ", ".join(f"{{{nom}}}" for nom in REPERES)
            + ".",
            "texte",
        )
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
