"""La démonstration, côté partenaires : les réseaux, leurs structures, leurs gens, leurs rendez-vous."""

from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.evenements import construire_evenements
from partenaires.demonstration.reseaux import construire_personnes, construire_reseaux


def construire(contexte: Contexte) -> None:
    construire_reseaux(contexte)
    construire_personnes(contexte)
    construire_evenements(contexte)
