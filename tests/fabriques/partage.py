"""Les adultes de plus, leurs accords, les demandes d'accès : accès recalculés à chaque création."""

import factory
from factory.django import DjangoModelFactory

from porteurs.enums import ModeAccord, RoleParticipation
from porteurs.models import AccordPartage, DemandeAcces, Participation
from porteurs.services.acces import indexer, recalculer
from tests.fabriques.partenaires import aujourd_hui
from tests.fabriques.porteurs import PorteurFabrique


class ParticipationFabrique(DjangoModelFactory):
    """Un adulte de plus dans un dossier ; ``porteur__prenom=`` règle la personne créée."""

    class Meta:
        model = Participation

    porteur = factory.SubFactory(PorteurFabrique, reseau=factory.SelfAttribute("..dossier.reseau"))
    rang = 2
    role = RoleParticipation.FOYER

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        objet = super()._create(model_class, *args, **kwargs)
        recalculer([objet.dossier_id])
        indexer([objet.dossier_id])
        return objet


class AccordFabrique(DjangoModelFactory):
    class Meta:
        model = AccordPartage

    mode = ModeAccord.ORAL
    donne_le = factory.LazyFunction(lambda: aujourd_hui(-3))
    jusqua = factory.LazyFunction(lambda: aujourd_hui(700))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        objet = super()._create(model_class, *args, **kwargs)
        recalculer([objet.participation.dossier_id])
        return objet


class DemandeAccesFabrique(DjangoModelFactory):
    class Meta:
        model = DemandeAcces

    motif = "Nous accompagnons déjà son associée."
