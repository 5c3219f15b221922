"""Dossiers, échanges, rôles, relais, réunions : accès et vecteurs recalculés à chaque création."""

from datetime import timedelta
from decimal import Decimal

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from porteurs.enums import (
    Audience,
    Etape,
    EtatAffectation,
    EtatRelais,
    ModeInformation,
    NatureEchange,
    NatureFinancement,
    NatureProjet,
    Origine,
    RoleAffectation,
)
from porteurs.models import (
    Action,
    Affectation,
    Dossier,
    Echange,
    EtapeDossier,
    Financement,
    Installation,
    Participation,
    Piece,
    PointReunion,
    Porteur,
    Relais,
    Reunion,
)
from porteurs.services.acces import indexer, recalculer
from socle.coordonnees import telephone_international
from socle.fichiers import garder
from tests.fabriques.partenaires import (
    ReseauFabrique,
    StructureFabrique,
    UtilisateurFabrique,
    aujourd_hui,
    commune,
)


class PorteurFabrique(DjangoModelFactory):
    class Meta:
        model = Porteur

    reseau = factory.SubFactory(ReseauFabrique)
    prenom = "Zoé"
    nom = factory.Sequence(lambda n: f"Durandessai{n}")
    email = factory.Sequence(lambda n: f"zoe{n}@porteur.test")
    telephone_saisi = factory.Sequence(lambda n: f"06 39 98 {n // 100 % 100:02d} {n % 100:02d}")
    telephone = factory.LazyAttribute(lambda p: telephone_international(p.telephone_saisi))


class DossierFabrique(DjangoModelFactory):
    """Un dossier fermé au réseau ; les traits l'ouvrent, l'endorment, le closent.

    ``porteur=`` : la personne, créée sinon ; ``porteur__nom=`` règle celle qu'on crée.
    """

    class Meta:
        model = Dossier
        skip_postgeneration_save = True

    class Params:
        informe = factory.Trait(
            informe_le=factory.LazyFunction(lambda: aujourd_hui(-20)),
            information_mode=ModeInformation.ORAL,
        )
        ferme = factory.Trait(informe_le=None, information_mode="")
        oppose = factory.Trait(
            informe=True, opposition_le=factory.LazyFunction(lambda: aujourd_hui(-1))
        )
        dormant = factory.Trait(
            dernier_contact_le=factory.LazyFunction(lambda: aujourd_hui(-45)),
            activite_le=factory.LazyFunction(lambda: timezone.now() - timedelta(days=45)),
        )
        clos = factory.Trait(
            etape=Etape.ABANDONNE,
            etape_depuis=factory.LazyFunction(aujourd_hui),
            clos_le=factory.LazyFunction(aujourd_hui),
        )

    reference = factory.Sequence(lambda n: f"2020-{n:04d}")
    reseau = factory.SubFactory(ReseauFabrique)
    structure_responsable = factory.SubFactory(StructureFabrique)
    intitule = factory.Sequence(lambda n: f"Reprise d’essai {n}")
    nature = NatureProjet.REPRISE
    commune = factory.LazyFunction(commune)
    etape = Etape.IDEE
    ouvert_le = factory.LazyFunction(lambda: aujourd_hui(-60))
    etape_depuis = factory.SelfAttribute("ouvert_le")
    dernier_contact_le = factory.LazyFunction(lambda: aujourd_hui(-2))
    activite_le = factory.LazyFunction(lambda: timezone.now() - timedelta(days=2))

    @factory.post_generation
    def porteur(self, create, personne, **champs):
        personne = personne or PorteurFabrique(reseau=self.reseau, **champs)
        Participation.objects.create(dossier=self, porteur=personne, rang=1)
        EtapeDossier.objects.create(dossier=self, etape=Etape.IDEE, le=self.ouvert_le)
        if self.etape != Etape.IDEE:
            EtapeDossier.objects.create(
                dossier=self, etape=self.etape, le=self.etape_depuis, motif="Raison d’essai"
            )

    @factory.post_generation
    def avec_referent(self, create, mandat, **champs):
        """``avec_referent=mandat`` : la personne de ce mandat est référente."""
        if mandat:
            AffectationFabrique(dossier=self, mandat=mandat, acceptee=True)

    @factory.post_generation
    def au_net(self, create, valeur, **champs):
        indexer([self.pk])
        recalculer([self.pk])


class _AuNet(DjangoModelFactory):
    """Ce qui peut ouvrir un droit : les accès du dossier sont recalculés après la création."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        objet = super()._create(model_class, *args, **kwargs)
        recalculer([objet.dossier_id])
        return objet


class AffectationFabrique(_AuNet):
    """Une proposition ; ``acceptee=True`` en fait un rôle tenu. ``mandat=`` donne la personne."""

    class Meta:
        model = Affectation
        exclude = ["mandat"]

    class Params:
        acceptee = factory.Trait(
            etat=EtatAffectation.ACCEPTEE,
            periode=factory.LazyFunction(lambda: DateRange(aujourd_hui(-10), None)),
            repondue_le=factory.LazyFunction(timezone.now),
        )

    mandat = None
    dossier = factory.SubFactory(DossierFabrique)
    role = RoleAffectation.REFERENT
    utilisateur = factory.LazyAttribute(
        lambda a: a.mandat.utilisateur if a.mandat else UtilisateurFabrique()
    )
    structure = factory.LazyAttribute(
        lambda a: a.mandat.structure if a.mandat else a.dossier.structure_responsable
    )


class RelaisFabrique(_AuNet):
    class Meta:
        model = Relais

    dossier = factory.SubFactory(DossierFabrique, informe=True)
    de = factory.SelfAttribute("dossier.structure_responsable")
    vers = factory.SubFactory(StructureFabrique)
    resume = "Un résumé d’essai."
    etat = EtatRelais.PROPOSE


class EchangeFabrique(DjangoModelFactory):
    class Meta:
        model = Echange

    dossier = factory.SubFactory(DossierFabrique)
    auteur = factory.SubFactory(UtilisateurFabrique)
    structure = factory.SelfAttribute("dossier.structure_responsable")
    nature = NatureEchange.NOTE
    audience = Audience.EQUIPE
    le = factory.LazyFunction(lambda: aujourd_hui(-1))
    texte = "Un échange d’essai."


class ActionFabrique(DjangoModelFactory):
    class Meta:
        model = Action

    dossier = factory.SubFactory(DossierFabrique)
    libelle = "Rappeler la personne"
    responsable = factory.SubFactory(UtilisateurFabrique)
    echeance = factory.LazyFunction(lambda: aujourd_hui(7))


class FinancementFabrique(DjangoModelFactory):
    class Meta:
        model = Financement

    dossier = factory.SubFactory(DossierFabrique)
    nature = NatureFinancement.PRET_HONNEUR
    structure = factory.SelfAttribute("dossier.structure_responsable")
    montant = Decimal("5000")
    accorde_le = factory.LazyFunction(lambda: aujourd_hui(-5))


class InstallationFabrique(DjangoModelFactory):
    class Meta:
        model = Installation

    dossier = factory.SubFactory(DossierFabrique)
    le = factory.LazyFunction(lambda: aujourd_hui(-5))
    commune = factory.SelfAttribute("dossier.commune")
    origine = Origine.AILLEURS


class ReunionFabrique(DjangoModelFactory):
    """La prochaine réunion technique du réseau, dans sept jours."""

    class Meta:
        model = Reunion

    reseau = factory.SubFactory(ReseauFabrique)
    debut = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    lieu = "Salle d’essai"


class PointReunionFabrique(DjangoModelFactory):
    class Meta:
        model = PointReunion

    reunion = factory.SubFactory(ReunionFabrique)
    dossier = factory.SubFactory(DossierFabrique)
    mot = "À voir ensemble"


class PieceFabrique(DjangoModelFactory):
    """Un petit texte, lu par l'équipe ; ``contenu=`` en règle les octets."""

    class Meta:
        model = Piece
        exclude = ("contenu",)

    contenu = b"Un plan, une ligne."
    dossier = factory.SubFactory(DossierFabrique)
    structure = factory.SelfAttribute("dossier.structure_responsable")
    fichier = factory.LazyAttribute(lambda p: garder(p.contenu, nom="plan.txt"))
    intitule = "Plan de financement"
    audience = Audience.EQUIPE
    deposee_par = factory.SubFactory(UtilisateurFabrique)
