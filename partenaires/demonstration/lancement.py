"""La démonstration : les registres de vie privée, et un parent à qui l'installation permet d'ouvrir."""

from partenaires.demonstration.contexte import Contexte
from partenaires.models import Conformite, Reseau


def construire(contexte: Contexte) -> None:
    for reseau in contexte.reseaux.values():
        coordinatrice = reseau.structure_coordinatrice
        Conformite.objects.create(
            reseau=reseau,
            informe=coordinatrice,
            repond=coordinatrice,
            notifie=coordinatrice,
            contact=f"donnees.{reseau.slug}@demo.maillon.invalid",
            dpo_nom="Camille Roche, déléguée mutualisée",
            dpo_email=f"dpo.{reseau.slug}@demo.maillon.invalid",
            aipd_par="Le comité de pilotage du réseau",
            hebergeur="Centre de gestion de la démonstration",
            pays_hebergement="France",
            clause_le=reseau.aipd_le,
        )
    parents = {r.parent_id for r in contexte.reseaux.values() if r.parent_id}
    Reseau.objects.filter(pk__in=parents).update(peut_ouvrir=True)
