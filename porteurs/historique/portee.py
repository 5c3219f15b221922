"""Ce qu'un lecteur de l'historique a le droit d'y lire : la même règle que la page du dossier."""

from dataclasses import dataclass

from partenaires.enums import Fonction
from porteurs.enums import Audience
from porteurs.historique.lecture import Evenement
from porteurs.models import (
    Acces,
    Dossier,
    Echange,
    PartAdulte,
    Participation,
    Piece,
    Porteur,
    VoletPrive,
)


@dataclass(frozen=True)
class Portee:
    """``coordonnees`` : les valeurs personnelles se disent ; ``prive`` : le volet privé aussi.

    ``structures`` : celles dont l'acteur lit les échanges réservés. ``parts`` : les adultes dont
    il lit la part. ``porteur`` : la personne accompagnée qui lit, ou rien.
    """

    coordonnees: bool = False
    prive: bool = False
    suivi: bool = False
    structures: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    porteur: int | None = None

    def voit(self, evenement: Evenement) -> bool:
        modele, ligne = evenement.modele, evenement.ligne
        if modele is VoletPrive:
            return self.prive
        if modele is PartAdulte:
            return ligne["participation_id"] in self.parts
        if modele is Porteur and self.porteur:
            return evenement.objet == self.porteur
        if modele in (Echange, Piece):
            versions = [ligne] + ([evenement.avant] if evenement.avant else [])
            return all(self._lit(version) for version in versions)
        return True

    def _lit(self, echange: dict) -> bool:
        """Les deux versions comptent : un échange resserré ne se raconte pas à ses anciens lecteurs."""
        if self.porteur:
            return echange["pour_porteur"]
        if echange["prive"] and not self.prive:
            return False
        if echange["audience"] == Audience.STRUCTURE:
            return echange["structure_id"] in self.structures
        return self.suivi or echange["audience"] == Audience.RESEAU


# L'animation, sur demande motivée : les gestes, sans coordonnées ni volet privé.
COORDINATION = Portee()


def portee_de(acteur, dossier: Dossier) -> Portee:
    """Celle d'un membre qui suit le dossier."""
    droits = list(Acces.objects.de(acteur).filter(dossier=dossier.pk).values_list("volet", "prive"))
    if not any(volet == "professionnel" for volet, _ in droits):
        return COORDINATION
    prive = Acces.objects.prives(acteur).filter(dossier=dossier.pk).exists()
    parts = PartAdulte.objects.visible_par(acteur).filter(participation__dossier=dossier.pk)
    return Portee(
        coordonnees=True,
        prive=prive,
        suivi=True,
        structures=frozenset(acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)),
        parts=frozenset(parts.values_list("participation_id", flat=True)),
    )


def portee_du_porteur(porteur: Porteur, dossier: Dossier) -> Portee:
    """Celle de la personne accompagnée : son dossier, sa part, ce qu'on lui a adressé."""
    siennes = Participation.objects.filter(dossier=dossier.pk, porteur=porteur.pk)
    return Portee(
        coordonnees=True,
        prive=True,
        suivi=True,
        parts=frozenset(siennes.values_list("pk", flat=True)),
        porteur=porteur.pk,
    )
