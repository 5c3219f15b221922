"""Comptes, réseaux, structures, conventions, mandats."""

from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from partenaires.enums import (
    EtatConvention,
    Fonction,
    NatureEvenement,
    NatureRessource,
    TypeStructure,
)
from partenaires.models import (
    Commune,
    Convention,
    ConventionStructure,
    Evenement,
    Inscription,
    Invitation,
    Jalon,
    Mandat,
    Reseau,
    ReseauCommune,
    Ressource,
    Structure,
)
from socle.models import Utilisateur

AMBERT, THIERS, BRIOUDE = "63003", "63430", "43040"
MOT_DE_PASSE = "une phrase assez longue"


def aujourd_hui(decalage: int = 0):
    """Le jour même, décalé d'autant de jours."""
    return timezone.localdate() + timedelta(days=decalage)


def commune(code: str = AMBERT) -> Commune:
    """Une vraie commune du modèle."""
    return Commune.objects.get(code=code)


class UtilisateurFabrique(DjangoModelFactory):
    """Sans mot de passe utilisable : le calcul d'une empreinte Argon2 coûterait à chaque essai."""

    class Meta:
        model = Utilisateur
        skip_postgeneration_save = True

    class Params:
        avec_mot_de_passe = factory.Trait(
            password=factory.django.Password(MOT_DE_PASSE),
        )
        administratrice = factory.Trait(est_administrateur=True)

    email = factory.Sequence(lambda n: f"personne{n}@essai.test")
    prenom = "Camille"
    nom = factory.Sequence(lambda n: f"Essai{n}")
    password = "!"

    @factory.post_generation
    def adresse_verifiee(self, create, valeur, **kwargs):
        EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class StructureFabrique(DjangoModelFactory):
    class Meta:
        model = Structure

    nom = factory.Sequence(lambda n: f"Structure d’essai {n}")
    type = TypeStructure.ASSOCIATION


class ReseauFabrique(DjangoModelFactory):
    """Un réseau lancé, au partage ouvert, qui couvre Ambert et Thiers."""

    class Meta:
        model = Reseau
        skip_postgeneration_save = True

    class Params:
        partage_ferme = factory.Trait(partage_ouvert_le=None, aipd_le=None, accord_conjoint_le=None)
        en_lancement = factory.Trait(lance_le=None)

    nom = factory.Sequence(lambda n: f"Réseau d’essai {n}")
    slug = factory.Sequence(lambda n: f"reseau-essai-{n}")
    partage_ouvert_le = factory.LazyFunction(lambda: aujourd_hui(-365))
    aipd_le = factory.LazyFunction(lambda: aujourd_hui(-366))
    accord_conjoint_le = factory.LazyFunction(lambda: aujourd_hui(-366))
    lance_le = factory.LazyFunction(lambda: timezone.now() - timedelta(days=365))

    @factory.post_generation
    def couvertes(self, create, codes, **kwargs):
        communes = Commune.objects.filter(code__in=codes or [AMBERT, THIERS])
        ReseauCommune.objects.bulk_create(ReseauCommune(reseau=self, commune=c) for c in communes)


class ConventionFabrique(DjangoModelFactory):
    """``structures=[…]`` : les parties."""

    class Meta:
        model = Convention
        skip_postgeneration_save = True

    class Params:
        echue = factory.Trait(
            periode=factory.LazyFunction(lambda: DateRange(aujourd_hui(-730), aujourd_hui()))
        )

    reseau = factory.SubFactory(ReseauFabrique)
    intitule = "Convention d’essai"
    etat = EtatConvention.SIGNEE
    periode = factory.LazyFunction(lambda: DateRange(aujourd_hui(-730), None))

    @factory.post_generation
    def structures(self, create, parties, **kwargs):
        ConventionStructure.objects.bulk_create(
            ConventionStructure(convention=self, structure=s) for s in parties or []
        )


class MandatFabrique(DjangoModelFactory):
    class Meta:
        model = Mandat

    class Params:
        # Les droits cessent le jour de fin : le dernier jour était hier.
        echu = factory.Trait(
            periode=factory.LazyFunction(lambda: DateRange(aujourd_hui(-365), aujourd_hui()))
        )

    utilisateur = factory.SubFactory(UtilisateurFabrique)
    structure = factory.SubFactory(StructureFabrique)
    reseau = factory.SubFactory(ReseauFabrique)
    fonction = Fonction.TECHNICIEN
    periode = factory.LazyFunction(lambda: DateRange(aujourd_hui(-365), None))


class InvitationFabrique(DjangoModelFactory):
    class Meta:
        model = Invitation

    reseau = factory.SubFactory(ReseauFabrique)
    structure = factory.SubFactory(StructureFabrique)
    fonction = Fonction.TECHNICIEN
    email = factory.Sequence(lambda n: f"invitee{n}@essai.test")
    prenom = "Dominique"
    nom = "Invitée"
    expire_le = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))


class EvenementFabrique(DjangoModelFactory):
    class Meta:
        model = Evenement
        skip_postgeneration_save = True

    reseau = factory.SubFactory(ReseauFabrique)
    nature = NatureEvenement.FORMATION
    intitule = "Formation d’essai"
    debut = factory.LazyFunction(lambda: timezone.now() - timedelta(days=30))
    fin = factory.LazyAttribute(lambda e: e.debut + timedelta(hours=3))

    @factory.post_generation
    def relire(self, create, valeur, **kwargs):
        self.refresh_from_db(fields=["uuid"])


class InscriptionFabrique(DjangoModelFactory):
    """Un membre ; ``dehors=True`` : une personne sans compte."""

    class Meta:
        model = Inscription
        skip_postgeneration_save = True

    class Params:
        dehors = factory.Trait(
            utilisateur=None,
            nom="Dominique Dehors",
            email=factory.Sequence(lambda n: f"dehors{n}@essai.test"),
        )

    evenement = factory.SubFactory(EvenementFabrique)
    utilisateur = factory.SubFactory(UtilisateurFabrique)

    @factory.post_generation
    def relire(self, create, valeur, **kwargs):
        self.refresh_from_db(fields=["uuid"])


class JalonFabrique(DjangoModelFactory):
    class Meta:
        model = Jalon

    intitule = factory.Sequence(lambda n: f"Jalon {n}")
    echeance = factory.LazyFunction(lambda: aujourd_hui(30))


class RessourceFabrique(DjangoModelFactory):
    class Meta:
        model = Ressource
        skip_postgeneration_save = True

    nature = NatureRessource.FICHE
    titre = factory.Sequence(lambda n: f"Ressource {n}")
    resume = "Ce qu’on y trouve."
    texte = "Un paragraphe."

    @factory.post_generation
    def relire(self, create, valeur, **kwargs):
        self.refresh_from_db(fields=["uuid", "modifiee_le"])
