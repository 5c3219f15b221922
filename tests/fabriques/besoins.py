"""Compétences, besoins, orientations : de quoi orienter en une ligne, accès recalculés."""

import factory
from factory.django import DjangoModelFactory

from partenaires.enums import Etape
from partenaires.models import Competence, Theme
from porteurs.enums import EtatOrientation
from porteurs.models import AccordPartage, Besoin, Orientation
from porteurs.services.acces import recalculer
from tests.fabriques.partenaires import StructureFabrique, aujourd_hui
from tests.fabriques.porteurs import DossierFabrique


def theme(code: str = "financement") -> Theme:
    """Un thème commun à l'installation."""
    return Theme.objects.get(code=code, reseau=None)


class CompetenceFabrique(DjangoModelFactory):
    """``personnes=[…]`` nomme qui s'en charge ; ``communes=[…]`` la borne."""

    class Meta:
        model = Competence
        skip_postgeneration_save = True

    structure = factory.SubFactory(StructureFabrique)
    theme = factory.LazyFunction(theme)
    etape = Etape.IDEE

    @factory.post_generation
    def personnes(self, create, nommees, **champs):
        self.personnes.set(nommees or [])

    @factory.post_generation
    def communes(self, create, lieux, **champs):
        self.communes.set(lieux or [])


class BesoinFabrique(DjangoModelFactory):
    class Meta:
        model = Besoin

    dossier = factory.SubFactory(DossierFabrique, informe=True)
    theme = factory.LazyFunction(theme)
    cote = factory.SelfAttribute("theme.cote")
    etape = Etape.IDEE
    precisions = "Un prêt pour le four."


class OrientationFabrique(DjangoModelFactory):
    """Une proposition envoyée ; l'état du besoin suit."""

    class Meta:
        model = Orientation

    besoin = factory.SubFactory(BesoinFabrique)
    structure = factory.SubFactory(StructureFabrique)
    etat = EtatOrientation.ENVOYEE

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        orientation = super()._create(model_class, *args, **kwargs)
        besoin = orientation.besoin
        if orientation.etat == EtatOrientation.ENVOYEE:
            Besoin.objects.filter(pk=besoin.pk).update(etat="oriente")
            besoin.refresh_from_db()
        recalculer([besoin.dossier_id])
        orientation.refresh_from_db(fields=["uuid"])
        return orientation


def accorder(dossier, structure, **champs) -> None:
    """Chaque adulte du dossier nomme cette structure."""
    for participation in dossier.participations.all():
        AccordPartage.objects.create(
            participation=participation,
            structure=structure,
            mode="oral",
            donne_le=aujourd_hui(-1),
            **champs,
        )
    recalculer([dossier.pk])
