"""Les conventions du réseau Livradois-Forez à chaque âge, leurs objectifs, et sa charte."""

from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.structures import LIVRADOIS
from partenaires.enums import EtatCharte, EtatConvention, EtatObjectif, SensPartie
from partenaires.models import (
    AcceptationCharte,
    Avenant,
    AvenantStructure,
    CharteFonctionnement,
    Convention,
    ConventionStructure,
    Objectif,
    Structure,
    SuiviObjectif,
)
from partenaires.services.modele_convention import TEXTE_PAR_DEFAUT, TEXTES, remplir

O = EtatObjectif  # noqa: E741 — une lettre suffit au tableau qui suit
# Intitulé, mesure, échéance (en jours), et ses points : jours, état, avancement, mots.
OBJECTIFS = [
    (
        "Former au premier accueil dans chaque intercommunalité",
        "Vingt mairies formées",
        120,
        [
            (-300, O.EN_COURS, 20, "Une première session à Thiers, quatre mairies."),
            (-160, O.EN_COURS, 45, "Neuf mairies formées, la Haute-Loire suit."),
            (-40, O.EN_COURS, 70, "Quatorze mairies. Il manque les communes les plus éloignées."),
        ],
    ),
    (
        "Répondre à toute demande en cinq jours ouvrés",
        "Neuf demandes sur dix dans le délai",
        -30,
        [
            (-200, O.EN_COURS, 60, "Sept sur dix au premier semestre."),
            (-25, O.ATTEINT, 100, "Objectif tenu trois mois de suite."),
        ],
    ),
    ("Tenir une permanence commune à Olliergues", "Un samedi par mois", 200, []),
]
# Clé d'une structure, et combien de jours après la parution elle a accepté la charte.
ACCORDS = [("parc", 1), ("cci-63", 3), ("ca-63", 6), ("cc-thiers", 7), ("pil-thiers", 12)]


def construire(contexte: Contexte) -> None:
    reseau = contexte.reseaux[LIVRADOIS]
    hasard = contexte.hasard("conventions")
    cadre = Convention.objects.get(reseau=reseau, intitule__startswith="Convention de partenariat")
    _cadre(contexte, hasard, cadre)
    _objectifs(contexte, hasard, cadre)
    _autres(contexte, hasard)
    _charte(contexte)


def _noms(convention: Convention) -> list[str]:
    parties = Structure.objects.filter(parties__convention=convention)
    return list(parties.order_by("cle_tri", "pk").values_list("nom", flat=True))


def _cadre(contexte: Contexte, hasard, cadre: Convention) -> None:
    """La convention-cadre : son texte, sa signature, et l'avenant qui en changea le préavis."""
    cadre.texte = remplir(TEXTE_PAR_DEFAUT, cadre, _noms(cadre), None)
    cadre.signee_le = cadre.debut - timedelta(days=12)
    cadre.save(update_fields=["texte", "signee_le"])
    effet = contexte.jour - timedelta(days=200)
    avenant = Avenant.objects.create(
        uuid=uuid_de(hasard),
        convention=cadre,
        numero=1,
        objet="Le préavis de retrait passe de deux à trois mois",
        texte=cadre.texte.replace("préavis de deux mois", "préavis de trois mois"),
        effet=effet,
        ecrit_par=contexte.mandat_de("animatrice@demo.maillon.invalid").utilisateur,
    )
    Avenant.objects.filter(pk=avenant.pk).update(cree_le=instant_de(contexte, effet))


def instant_de(contexte: Contexte, jour: date) -> datetime:
    return instant(contexte.reseaux[LIVRADOIS], jour, 10)


def _objectifs(contexte: Contexte, hasard, cadre: Convention) -> None:
    auteur = contexte.mandat_de("animatrice@demo.maillon.invalid").utilisateur
    for intitule, mesure, echeance, points in OBJECTIFS:
        etat, avancement = (points[-1][1], points[-1][2]) if points else (O.PREVU, 0)
        objectif = Objectif.objects.create(
            uuid=uuid_de(hasard),
            convention=cadre,
            intitule=intitule,
            mesure=mesure,
            echeance=contexte.jour + timedelta(days=echeance),
            etat=etat,
            avancement=avancement,
        )
        SuiviObjectif.objects.bulk_create(
            SuiviObjectif(
                objectif=objectif,
                le=contexte.jour + timedelta(days=jours),
                etat=etat,
                avancement=pour_cent,
                texte=texte,
                auteur=auteur,
            )
            for jours, etat, pour_cent, texte in points
        )


def _autres(contexte: Contexte, hasard) -> None:
    """Celle qui finit dans deux mois, prolongée une fois ; celle qu'on a dénoncée."""
    jour = contexte.jour
    locaux = _signee(
        contexte,
        hasard,
        "Convention pour les locaux vacants des centres-bourgs",
        DateRange(jour - timedelta(days=670), jour + timedelta(days=61)),
        ("parc", "cc-ambert", "cc-thiers", "cci-63"),
    )
    effet = jour - timedelta(days=140)
    avenant = Avenant.objects.create(
        uuid=uuid_de(hasard),
        convention=locaux,
        numero=1,
        objet="La chambre de commerce rejoint le recensement, prolongé de six mois",
        texte=locaux.texte,
        effet=effet,
        change_fin=True,
        fin_avant=jour - timedelta(days=120),
        fin_apres=locaux.periode.upper,
        ecrit_par=contexte.mandat_de("animatrice@demo.maillon.invalid").utilisateur,
    )
    Avenant.objects.filter(pk=avenant.pk).update(cree_le=instant_de(contexte, effet))
    cci = contexte.structures["cci-63"]
    AvenantStructure.objects.create(avenant=avenant, structure=cci, sens=SensPartie.ENTREE)
    ConventionStructure.objects.filter(convention=locaux, structure=cci).update(entree_le=effet)
    _signee(
        contexte,
        hasard,
        "Convention d’appui à la vitrine des commerces",
        DateRange(jour - timedelta(days=600), jour - timedelta(days=90)),
        ("parc", "ville-thiers"),
        etat=EtatConvention.DENONCEE,
        denoncee_le=jour - timedelta(days=150),
        motif_denonciation="La commune reprend la vitrine en direct, sur son propre site.",
    )


def _signee(contexte: Contexte, hasard, intitule, periode, cles, **champs) -> Convention:
    convention = Convention.objects.create(
        **{"etat": EtatConvention.SIGNEE} | champs,
        uuid=uuid_de(hasard),
        reseau=contexte.reseaux[LIVRADOIS],
        intitule=intitule,
        periode=periode,
        signee_le=periode.lower,
    )
    ConventionStructure.objects.bulk_create(
        ConventionStructure(convention=convention, structure=contexte.structures[cle])
        for cle in cles
    )
    convention.texte = remplir(
        TEXTE_PAR_DEFAUT, convention, _noms(convention), convention.periode.upper
    )
    convention.save(update_fields=["texte"])
    return convention


def _charte(contexte: Contexte) -> None:
    """La première version, acceptée de tous ; la seconde, parue il y a trois semaines."""
    reseau = contexte.reseaux[LIVRADOIS]
    texte = (TEXTES / "charte.txt").read_text("utf-8")
    animatrice = contexte.mandat_de("animatrice@demo.maillon.invalid").utilisateur
    premiere, seconde = (
        CharteFonctionnement.objects.create(
            reseau=reseau,
            numero=numero,
            texte=version,
            etat=EtatCharte.PUBLIEE,
            publiee_le=instant_de(contexte, contexte.jour - timedelta(days=jours)),
            publiee_par=animatrice,
        )
        for numero, jours, version in (
            (1, 520, texte.replace("- Une réunion technique", "- Une rencontre")),
            (2, 21, texte),
        )
    )
    administrent = {
        m.structure_id: m for m in contexte.mandats if m.administre and m.reseau_id == reseau.pk
    }
    for rang, (structure, mandat) in enumerate(sorted(administrent.items())):
        _accepter(premiere, structure, mandat, 2 + rang % 25)
    for cle, jours in ACCORDS:
        structure = contexte.structures[cle].pk
        if structure in administrent:
            _accepter(seconde, structure, administrent[structure], jours)


def _accepter(charte: CharteFonctionnement, structure: int, mandat, jours: int) -> None:
    acceptation = AcceptationCharte.objects.create(
        charte=charte, structure_id=structure, acceptee_par_id=mandat.utilisateur_id
    )
    AcceptationCharte.objects.filter(pk=acceptation.pk).update(
        le=charte.publiee_le + timedelta(days=jours)
    )
