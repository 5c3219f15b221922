"""Écrire les réseaux, les structures, les conventions et les personnes de la démonstration."""

from datetime import datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from partenaires.demonstration.contexte import Contexte, telephone, uuid_de
from partenaires.demonstration.personnes import ADMINISTRATION, MOT_DE_PASSE, PERSONNES
from partenaires.demonstration.structures import PRINCIPE, RESEAUX, STRUCTURES
from partenaires.enums import EtatConvention, Fonction, Module, base_legale_de
from partenaires.models import (
    Commune,
    Convention,
    ConventionStructure,
    Mandat,
    Reseau,
    ReseauCommune,
    Structure,
)
from socle.models import Utilisateur
from socle.texte import cle

# Le réseau vivait avant le récit : conventions et mandats ont commencé plus tôt.
ANCIENNETE = timedelta(days=90)


class TerritoiresAbsents(Exception):
    """Les communes du réseau de démonstration ne sont pas dans la base."""


def construire_reseaux(contexte: Contexte) -> None:
    hasard = contexte.hasard("reseaux")
    depuis = contexte.debut - ANCIENNETE
    communes = {c.code: c for c in Commune.objects.filter(code__in={s.commune for s in STRUCTURES})}
    if manquants := {s.commune for s in STRUCTURES} - set(communes):
        raise TerritoiresAbsents(", ".join(sorted(manquants)))
    structures = Structure.objects.bulk_create(
        Structure(
            uuid=uuid_de(hasard),
            nom=s.nom,
            cle_tri=cle(s.nom)[:160],
            type=s.type,
            base_legale=base_legale_de(s.type),
            commune=communes[s.commune],
            email=f"contact.{s.cle}@demo.maillon.invalid",
            telephone=telephone("04 65 71", rang),
        )
        for rang, s in enumerate(STRUCTURES, start=1)
    )
    contexte.structures = {s.cle: objet for s, objet in zip(STRUCTURES, structures, strict=True)}
    for demo in RESEAUX:
        reseau = Reseau.objects.create(
            uuid=uuid_de(hasard),
            nom=demo.nom,
            slug=demo.slug,
            parent=contexte.reseaux.get(demo.parent),
            structure_coordinatrice=contexte.structures[demo.coordonne_par],
            modules=[m.value for m in Module],
            aipd_le=depuis,
            accord_conjoint_le=depuis,
            partage_ouvert_le=depuis,
            lance_le=timezone.make_aware(datetime.combine(depuis, time(9))),
        )
        contexte.reseaux[demo.slug] = reseau
        couvertes = Commune.objects.order_by("code").values_list("pk", flat=True)
        if demo.epcis:
            couvertes = couvertes.filter(epci__code__in=demo.epcis)
        else:
            couvertes = couvertes.filter(departement__code__in=demo.departements)
        ReseauCommune.objects.bulk_create(
            ReseauCommune(reseau=reseau, commune_id=pk) for pk in couvertes
        )
        _conventions(contexte, reseau, demo, depuis, hasard)


def _conventions(contexte: Contexte, reseau: Reseau, demo, depuis, hasard) -> None:
    """La convention-cadre signée, les engagements de principe, et l'expérimentation échue."""
    membres = [s for s in STRUCTURES if demo.slug in s.reseaux]
    signataires = [s for s in membres if s.engagement != PRINCIPE]
    fin_d_essai = DateRange(depuis - timedelta(days=540), depuis)
    conventions = [
        (f"Convention de partenariat, {demo.nom}", EtatConvention.SIGNEE, signataires, None),
        (
            "Convention d’expérimentation",
            EtatConvention.ECHUE,
            signataires[:5],
            fin_d_essai,
        ),
    ]
    conventions += [
        (f"Engagement de principe, {s.nom}"[:160], PRINCIPE, [s], None)
        for s in membres
        if s.engagement == PRINCIPE
    ]
    for intitule, etat, parties, periode in conventions:
        convention = Convention.objects.create(
            uuid=uuid_de(hasard),
            reseau=reseau,
            intitule=intitule,
            etat=etat,
            periode=periode or DateRange(depuis, None),
        )
        ConventionStructure.objects.bulk_create(
            ConventionStructure(convention=convention, structure=contexte.structures[s.cle])
            for s in parties
        )


def construire_personnes(contexte: Contexte) -> None:
    """Les comptes, d'un seul calcul de mot de passe, et les mandats de chacun."""
    hasard = contexte.hasard("personnes")
    # Un sel assez long pour que la première connexion ne recalcule pas l'empreinte.
    empreinte = make_password(MOT_DE_PASSE, salt="reseau-de-demonstration")
    utilisateurs = Utilisateur.objects.bulk_create(
        Utilisateur(
            uuid=uuid_de(hasard),
            email=p.email,
            prenom=p.prenom,
            nom=p.nom,
            password=empreinte,
            est_administrateur=p.email == ADMINISTRATION,
        )
        for p in PERSONNES
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in utilisateurs
    )
    contexte.mandats = Mandat.objects.bulk_create(_mandats(contexte, utilisateurs, hasard))
    contexte.indexer_mandats()


def _mandats(contexte: Contexte, utilisateurs: list[Utilisateur], hasard) -> list[Mandat]:
    mandats = []
    administrateurs: dict[tuple, int] = {}
    for rang, (personne, utilisateur) in enumerate(
        zip(PERSONNES, utilisateurs, strict=True), start=1
    ):
        for demo in personne.mandats:
            poste = (demo.structure, demo.reseau)
            # Deux personnes par structure au plus administrent son adhésion, parmi celles en poste.
            durable = demo.jusqua is None and demo.fonction != Fonction.PARRAIN
            administre = durable and administrateurs.get(poste, 0) < 2
            administrateurs[poste] = administrateurs.get(poste, 0) + administre
            mandats.append(
                Mandat(
                    uuid=uuid_de(hasard),
                    utilisateur=utilisateur,
                    structure=contexte.structures[demo.structure],
                    reseau=contexte.reseaux[demo.reseau],
                    fonction=demo.fonction,
                    periode=_periode(contexte, demo),
                    administre=administre,
                    telephone=telephone("02 61 91", rang),
                )
            )
    return mandats


def _periode(contexte: Contexte, demo) -> DateRange:
    debut = contexte.debut - ANCIENNETE
    if demo.depuis is not None:
        debut = contexte.jour - timedelta(days=demo.depuis)
    fin = None if demo.jusqua is None else contexte.jour - timedelta(days=demo.jusqua)
    return DateRange(debut, fin)
