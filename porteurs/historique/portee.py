"""Ce qu'un lecteur de l'historique a le droit d'y lire : la même règle que la page du dossier."""

from dataclasses import dataclass, replace

from partenaires.enums import Fonction
from porteurs.enums import Audience
from porteurs.historique.lecture import Evenement
from porteurs.models import (
    AccordPartage,
    Dossier,
    Echange,
    PartAdulte,
    Participation,
    Piece,
    Porteur,
    VoletPrive,
)
from porteurs.models.historique import CHANGEMENT
from porteurs.models.regard import Regard
from porteurs.permissions.dossiers import lit_le_prive, suit


@dataclass(frozen=True)
class Portee:
    """``coordonnees`` : les valeurs personnelles se disent ; ``prive`` : le volet privé aussi.

    ``structures`` : celles dont l'acteur lit les échanges réservés. ``parts`` : les adultes dont
    il lit la part. ``porteur`` : la personne accompagnée qui lit, ou rien, et son ``regard``.
    ``aussi`` : une autre portée qui doit le voir de même.
    """

    coordonnees: bool = False
    prive: bool = False
    suivi: bool = False
    structures: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    porteur: int | None = None
    regard: Regard | None = None
    aussi: "Portee | None" = None

    def voit(self, evenement: Evenement, derniere: dict) -> bool:
        """``derniere`` : la ligne telle qu'elle est aujourd'hui, ou telle qu'elle finit."""
        if self.aussi is not None and not self.aussi.voit(evenement, derniere):
            return False
        modele, ligne = evenement.modele, evenement.ligne
        if modele is VoletPrive:
            return self.prive
        if modele is PartAdulte:
            return ligne["participation_id"] in self.parts
        if modele is Porteur and self.porteur:
            return evenement.objet == self.porteur
        if modele is AccordPartage and self.porteur:
            return ligne["participation_id"] in self.parts
        if modele is Participation and self.porteur and evenement.verbe == CHANGEMENT:
            # Ce qu'un autre adulte a su, ou refusé, n'est qu'à lui.
            return evenement.objet in self.parts
        if modele in (Echange, Piece):
            return all(self._lit(v) for v in (ligne, evenement.avant, derniere) if v)
        return True

    def _lit(self, echange: dict) -> bool:
        """Chaque version compte : un échange resserré ne se raconte plus à ses anciens lecteurs."""
        if self.regard is not None:
            return self.regard.lit_la_ligne(echange)
        if echange["prive"] and not self.prive:
            return False
        if echange["audience"] == Audience.STRUCTURE:
            return echange["structure_id"] in self.structures
        return self.suivi or echange["audience"] == Audience.RESEAU


# L'animation, sur demande motivée : les gestes, sans coordonnées ni volet privé.
COORDINATION = Portee()


def portee_de(acteur, dossier: Dossier) -> Portee:
    """Celle d'un membre du réseau ; sans suivre le dossier, celle de l'animation."""
    if not suit(acteur, dossier):
        return COORDINATION
    parts = PartAdulte.objects.visible_par(acteur).filter(participation__dossier=dossier.pk)
    return Portee(
        coordonnees=True,
        prive=lit_le_prive(acteur, dossier),
        suivi=True,
        structures=frozenset(acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)),
        parts=frozenset(parts.values_list("participation_id", flat=True)),
    )


def portee_du_porteur(porteur: Porteur, dossier: Dossier) -> Portee:
    """Celle de la personne accompagnée : son dossier, sa part, ce qu'on lui a adressé."""
    siennes = list(Participation.objects.filter(dossier=dossier.pk, porteur=porteur.pk))
    regard = Regard.de(siennes)
    return Portee(
        coordonnees=True,
        prive=regard.principale,
        suivi=True,
        parts=frozenset(part.pk for part in siennes),
        porteur=porteur.pk,
        regard=regard,
    )


def portee_d_une_copie(porteur: Porteur, dossier: Dossier, acteur) -> Portee:
    """Ce que la personne lit de son dossier, et que l'acteur qui lui remet sa copie lit aussi."""
    return replace(portee_du_porteur(porteur, dossier), aussi=portee_de(acteur, dossier))
