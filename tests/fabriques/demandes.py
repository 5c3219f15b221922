"""Demandes et permanences."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from porteurs.enums import EtatDemande, MotifCloture, SourceDemande
from porteurs.models import Demande, PermanenceEpci, TourPermanence
from socle.coordonnees import telephone_international
from tests.fabriques.partenaires import ReseauFabrique, aujourd_hui, commune


class DemandeFabrique(DjangoModelFactory):
    """Une demande nouvelle, sans structure si l'on n'en donne pas."""

    class Meta:
        model = Demande

    class Params:
        close = factory.Trait(
            etat=EtatDemande.CLOSE,
            motif=MotifCloture.INJOIGNABLE,
            repondue_le=factory.LazyFunction(timezone.now),
        )
        en_retard = factory.Trait(
            alerte_le=factory.LazyFunction(lambda: aujourd_hui(-4)),
            promise_le=factory.LazyFunction(lambda: aujourd_hui(-1)),
            recue_le=factory.LazyFunction(lambda: timezone.now() - timedelta(days=10)),
        )

    reseau = factory.SubFactory(ReseauFabrique)
    commune = factory.LazyFunction(commune)
    source = SourceDemande.SIGNALEMENT
    prenom = "Zoé"
    nom = factory.Sequence(lambda n: f"Demandessai{n}")
    email = factory.Sequence(lambda n: f"demande{n}@personne.test")
    telephone_saisi = factory.Sequence(lambda n: f"06 39 98 {n // 100 % 100:02d} {n % 100:02d}")
    telephone = factory.LazyAttribute(lambda d: telephone_international(d.telephone_saisi))
    projet = factory.Sequence(lambda n: f"Demande d’essai {n}")
    accord_le = factory.LazyFunction(aujourd_hui)
    alerte_le = factory.LazyFunction(lambda: aujourd_hui(4))
    promise_le = factory.LazyFunction(lambda: aujourd_hui(7))
    confiee_le = factory.SelfAttribute("recue_le")
    recue_le = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        demande = super()._create(model_class, *args, **kwargs)
        demande.refresh_from_db(fields=["uuid"])
        return demande


def permanence(reseau, *structures, code="63003") -> PermanenceEpci:
    """La permanence de l'intercommunalité de cette commune, dans cet ordre."""
    tenue = PermanenceEpci.objects.create(reseau=reseau, epci=commune(code).epci)
    TourPermanence.objects.bulk_create(
        TourPermanence(permanence=tenue, structure=s, rang=rang)
        for rang, s in enumerate(structures, start=1)
    )
    return tenue
