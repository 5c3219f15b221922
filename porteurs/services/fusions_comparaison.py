"""Deux dossiers côte à côte : ce que chacun dit, ce qu'on gardera, et qui sont les mêmes personnes.

Une ``Comparaison`` est un champ où les deux dossiers disent des choses différentes ; on choisit.
Là où l'un se tait, l'autre parle : rien n'est à choisir. Ce qu'on écarte n'est pas perdu, une note
au fil le garde (services.fusions_lignes).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from porteurs.enums import RoleAffectation
from porteurs.models import (
    Dossier,
    PartAdulte,
    Participation,
    Porteur,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.services.doublons import meme_personne
from socle.dates import date_en_mots

GARDE, ABSORBE = "garde", "absorbe"

CHAMPS_DOSSIER = ("intitule", "nature", "secteur", "commune", "prochaine_etape", "origine")
CHAMPS_PORTEUR = ("prenom", "nom", "email", "telephone_saisi", "naissance", "departement_origine")
# Sans quoi rien : au pire on garde celui du dossier gardé.
SANS_CHOIX = {"id", "uuid", "dossier", "participation", "vecteur"}


@dataclass(frozen=True)
class Comparaison:
    """``cle`` nomme le champ dans le formulaire et dans les choix gardés ; les valeurs se lisent."""

    cle: str
    libelle: str
    garde: str
    absorbe: str
    prive: bool = False


@dataclass(frozen=True)
class Paire:
    """La même personne dans les deux dossiers."""

    garde: Participation
    absorbe: Participation

    @property
    def cle(self) -> str:
        return str(self.absorbe.uuid)


@dataclass
class Cote:
    """Tout ce qui se compare d'un dossier, lu une fois."""

    dossier: Dossier
    participations: list[Participation] = field(default_factory=list)
    pro: VoletProfessionnel | None = None
    prive: VoletPrive | None = None
    roles: dict[str, object] = field(default_factory=dict)


def lire(dossier: Dossier) -> Cote:
    """Le dossier et ce qu'il faut pour le comparer."""
    participations = list(
        dossier.participations.select_related("porteur__departement_origine", "part").order_by(
            "rang"
        )
    )
    roles = {
        role.role: role
        for role in dossier.affectations.en_cours().select_related("utilisateur", "structure")
    }
    return Cote(
        dossier=dossier,
        participations=participations,
        pro=VoletProfessionnel.objects.filter(dossier=dossier).first(),
        prive=VoletPrive.objects.filter(dossier=dossier).first(),
        roles=roles,
    )


# --- Les personnes ---------------------------------------------------------------------------


def paires_probables(garde: Cote, absorbe: Cote) -> dict[str, str]:
    """Par participation de l'autre dossier, celle du dossier gardé qui semble la même personne."""
    libres = list(garde.participations)
    paires: dict[str, str] = {}
    for autre in absorbe.participations:
        jumelle = next((p for p in libres if _memes(p.porteur, autre.porteur)), None)
        if jumelle:
            libres.remove(jumelle)
            paires[str(autre.uuid)] = str(jumelle.uuid)
    return paires


def _memes(un: Porteur, autre: Porteur) -> bool:
    return un.pk == autre.pk or meme_personne(un, autre)


def paires_choisies(garde: Cote, absorbe: Cote, paires: dict[str, str]) -> list[Paire]:
    """Les couples nommés, ceux qui existent ; une personne gardée ne sert qu'une fois.

    Deux participations d'une même fiche de personne n'en font toujours qu'une.
    """
    libres = {str(p.uuid): p for p in garde.participations}
    memes = {p.porteur_id: str(p.uuid) for p in garde.participations}
    forcees = {
        str(autre.uuid): memes[autre.porteur_id]
        for autre in absorbe.participations
        if autre.porteur_id in memes
    }
    paires = {a: g for a, g in paires.items() if g not in forcees.values()} | forcees
    return [
        Paire(libres.pop(paires[str(autre.uuid)]), autre)
        for autre in absorbe.participations
        if paires.get(str(autre.uuid)) in libres
    ]


# --- Les champs ------------------------------------------------------------------------------


def valeur_lue(objet, champ: models.Field) -> str:
    """Ce qu'un champ dit, en mots ; vide quand il ne dit rien."""
    valeur = getattr(objet, champ.name)
    if valeur is None or valeur == "":
        return ""
    if champ.choices:
        return str(getattr(objet, f"get_{champ.name}_display")())
    if isinstance(valeur, date):
        return date_en_mots(valeur)
    return str(valeur)


def libelle(champ: models.Field) -> str:
    return str(champ.verbose_name)[:1].upper() + str(champ.verbose_name)[1:]


def champs_de(modele: type[models.Model], noms: Iterable[str] | None = None) -> list[models.Field]:
    """Les champs qui se comparent : ceux qu'on nomme, ou tous ceux qu'on saisit."""
    if noms is not None:
        return [modele._meta.get_field(nom) for nom in noms]
    return [c for c in modele._meta.local_concrete_fields if c.name not in SANS_CHOIX]


def differences(prefixe: str, garde, absorbe, champs, prive=False) -> Iterator[Comparaison]:
    """Les champs où les deux objets disent des choses différentes."""
    if garde is None or absorbe is None:
        return
    for champ in champs:
        deux = valeur_lue(garde, champ), valeur_lue(absorbe, champ)
        if all(deux) and deux[0] != deux[1]:
            yield Comparaison(f"{prefixe}.{champ.name}", libelle(champ), *deux, prive=prive)


def part_de(participation: Participation) -> PartAdulte | None:
    try:
        return participation.part
    except ObjectDoesNotExist:
        return None


def comparer(
    garde: Cote, absorbe: Cote, paires: list[Paire], *, prive: bool
) -> dict[str, list[Comparaison]]:
    """Par partie du dossier, ce qu'il y a à choisir. ``prive`` : l'acteur lit les deux volets privés."""
    parties = {
        "Le projet": [
            *differences(
                "dossier", garde.dossier, absorbe.dossier, champs_de(Dossier, CHAMPS_DOSSIER)
            ),
            *_etapes(garde.dossier, absorbe.dossier),
            *differences("pro", garde.pro, absorbe.pro, champs_de(VoletProfessionnel)),
        ],
        "Qui suit": list(_roles(garde, absorbe)),
    }
    for paire in paires:
        choix = []
        if paire.garde.porteur_id != paire.absorbe.porteur_id:
            champs = champs_de(Porteur, CHAMPS_PORTEUR)
            deux = paire.garde.porteur, paire.absorbe.porteur
            choix += differences(f"personne-{paire.cle}", *deux, champs)
        if prive:
            deux = part_de(paire.garde), part_de(paire.absorbe)
            choix += differences(f"part-{paire.cle}", *deux, champs_de(PartAdulte), prive=True)
        parties[str(paire.garde.porteur)] = choix
    if prive:
        parties["Le volet privé"] = list(
            differences("prive", garde.prive, absorbe.prive, champs_de(VoletPrive), prive=True)
        )
    return {titre: choix for titre, choix in parties.items() if choix}


def _etapes(garde: Dossier, absorbe: Dossier) -> Iterator[Comparaison]:
    """L'étape se choisit entre deux dossiers ouverts ; sinon elle va de soi (``etape_gardee``)."""
    if garde.ouvert and absorbe.ouvert and garde.etape != absorbe.etape:
        deux = [
            f"{d.get_etape_display()}, depuis le {date_en_mots(d.etape_depuis)}"
            for d in (garde, absorbe)
        ]
        yield Comparaison("dossier.etape", "Étape", *deux)


def etape_gardee(garde: Dossier, absorbe: Dossier, choix: dict[str, str]) -> str:
    """De quel dossier vient l'étape : l'ouvert l'emporte, puis le dernier clos, puis le choix."""
    if garde.ouvert and absorbe.ouvert:
        return choix.get("dossier.etape", GARDE)
    if garde.ouvert or absorbe.ouvert:
        return GARDE if garde.ouvert else ABSORBE
    return GARDE if garde.clos_le >= absorbe.clos_le else ABSORBE


def _roles(garde: Cote, absorbe: Cote) -> Iterator[Comparaison]:
    for role in RoleAffectation:
        un, autre = garde.roles.get(role), absorbe.roles.get(role)
        if un and autre and un.utilisateur_id != autre.utilisateur_id:
            deux = [f"{r.utilisateur.nom_complet}, {r.structure.nom}" for r in (un, autre)]
            yield Comparaison(f"role.{role}", libelle_du_role(role), *deux)


def libelle_du_role(role: str) -> str:
    return str(RoleAffectation(role).label).capitalize()
