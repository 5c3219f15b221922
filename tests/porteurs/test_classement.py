"""L'ordre des propositions : la règle, tenue par des cas tirés au hasard, et la lecture qui la nourrit."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from partenaires.couverture import couvre
from partenaires.enums import CHAINE, Etape, Fonction
from partenaires.models import Competence as Declaree
from porteurs.enums import EtatOrientation
from porteurs.models import Remplacement
from porteurs.orientation import mots
from porteurs.orientation.classement import (
    Competence,
    Demande,
    Lieu,
    Partenaire,
    Personne,
    classer,
    servent,
)
from porteurs.orientation.lecture import proposer
from tests.fabriques import (
    AffectationFabrique,
    ConventionFabrique,
    DossierFabrique,
    MandatFabrique,
    StructureFabrique,
    commune,
)
from tests.fabriques.besoins import BesoinFabrique, CompetenceFabrique, OrientationFabrique
from tests.fabriques.partenaires import BRIOUDE, THIERS, aujourd_hui

AMBERT = Lieu(1, "Ambert", 10, 45.55, 3.74)
ICI = Demande("financement", Etape.MONTAGE, AMBERT, section="C")
RETOUR = date(2026, 12, 1)

lieux = st.sampled_from([AMBERT, Lieu(2, "Thiers", 11, 45.86, 3.55), Lieu(3, "Île", None), None])
competences = st.builds(
    Competence,
    etape=st.sampled_from([Etape.IDEE, Etape.MONTAGE, Etape.SUIVI]),
    sections=st.sampled_from([(), ("C",), ("A", "G")]),
    ici=st.booleans(),
    personnes=st.frozensets(st.integers(1, 4)),
)
personnes = st.builds(
    Personne,
    pk=st.integers(1, 4),
    nom=st.sampled_from(["Aline", "Basile"]),
    charge=st.integers(0, 5),
    retour=st.sampled_from([None, RETOUR]),
)
partenaires = st.lists(
    st.builds(
        Partenaire,
        pk=st.integers(1, 50),
        uuid=st.just("u"),
        nom=st.just("Structure"),
        cle_tri=st.sampled_from(["a", "b"]),
        lieu=lieux,
        competences=st.lists(competences, max_size=3, unique_by=lambda c: c.etape).map(tuple),
        personnes=st.lists(personnes, max_size=3, unique_by=lambda p: p.pk).map(tuple),
        charge=st.integers(0, 8),
        refus=st.sampled_from([None, date(2026, 11, 2)]),
    ),
    max_size=8,
    unique_by=lambda p: p.pk,
)


def sert(partenaire) -> bool:
    """La règle, en clair."""
    return any(
        c.etape == ICI.etape and c.ici and (not c.sections or "C" in c.sections)
        for c in partenaire.competences
    )


@settings(max_examples=150, deadline=None)
@given(partenaires, st.randoms(use_true_random=False))
def test_l_ordre_tient_ses_promesses(tous, hasard):
    propositions = classer(ICI, tous)
    melanges = list(tous)
    hasard.shuffle(melanges)
    # La même lecture, dans n'importe quel ordre, donne les mêmes propositions.
    assert classer(ICI, melanges) == propositions
    # Jamais une structure où personne ne peut répondre, ni une qui n'a rien déclaré du thème.
    assert {p.partenaire.pk for p in propositions} == {
        p.pk for p in tous if p.personnes and p.competences
    }
    for proposition in propositions:
        # Au-delà de ce qu'elle a déclaré, elle le dit ; sinon elle sert thème, étape, lieu, secteur.
        assert proposition.declaree == sert(proposition.partenaire)
        assert proposition.raisons
    rangs = [(not p.declaree, p.refusee) for p in propositions]
    assert rangs == sorted(rangs)
    assert servent(propositions) == any(sert(p) and p.personnes and p.refus is None for p in tous)


@settings(max_examples=60, deadline=None)
@given(partenaires)
def test_une_absence_ou_un_refus_ne_fait_jamais_monter(tous):
    avant = [p.partenaire.pk for p in classer(ICI, tous)]
    for partenaire in tous:
        if partenaire.pk not in avant:
            continue
        for gene in (
            replace(partenaire, refus=date(2026, 11, 3)),
            replace(
                partenaire,
                personnes=tuple(replace(p, retour=RETOUR) for p in partenaire.personnes),
            ),
            replace(partenaire, charge=partenaire.charge + 3),
        ):
            autres = [gene if p.pk == gene.pk else p for p in tous]
            apres = [p.partenaire.pk for p in classer(ICI, autres)]
            assert apres.index(gene.pk) >= avant.index(gene.pk)


def test_les_raisons_se_lisent():
    une = Partenaire(
        1,
        "u",
        "Plateforme",
        "plateforme",
        AMBERT,
        (Competence(Etape.MONTAGE, ("C",), True, frozenset({7})),),
        (Personne(7, "Luc Martin", 2), Personne(8, "Zoé Faure", 0)),
        charge=3,
    )
    autre = replace(une, pk=2, uuid="v", charge=9, lieu=Lieu(2, "Thiers", 10, 45.86, 3.55))
    premiere, seconde = classer(ICI, [autre, une])
    assert premiere.phrase == (
        "Sert la commune d’Ambert · couvre «\u00a0financement\u00a0» à l’étape montage · "
        "spécialité\u00a0: fabrication, artisanat de production · 3 suivis en cours, la moins chargée · "
        "dans la même commune"
    )
    assert "à 37\u00a0km, même intercommunalité" in seconde.phrase
    assert [c.raison for c in premiere.personnes] == [
        "s’en charge, 2 suivis en cours",
        "peut répondre",
    ]


def test_les_communes_prennent_leur_article():
    assert [mots.de(nom) for nom in ("Ambert", "Thiers", "Le Brugeron", "Les Martres")] == [
        "d’Ambert",
        "de Thiers",
        "du Brugeron",
        "des Martres",
    ]


# --- La lecture, en base -------------------------------------------------------------------------


def membre(d, nom, **plus):
    structure = StructureFabrique(nom=nom, **plus)
    ConventionFabrique(reseau=d.reseau, structures=[structure])
    mandat = MandatFabrique(reseau=d.reseau, structure=structure, fonction=Fonction.TECHNICIEN)
    return structure, mandat


def un_besoin(d, **plus):
    dossier = DossierFabrique(
        reseau=d.reseau, structure_responsable=d.s1, informe=True, secteur="G", **plus
    )
    return BesoinFabrique(dossier=dossier)


def test_la_lecture_dit_comme_la_matrice_qui_sert(distribution):
    """Lieu, secteur, étape : la proposition « déclarée » est celle que ``couvre`` accepte."""
    d = distribution
    ambert, thiers = commune(), commune(THIERS)
    membre_sans_limite, _ = membre(d, "Partout")
    CompetenceFabrique(structure=membre_sans_limite)
    bornee, _ = membre(d, "Bornée ailleurs")
    CompetenceFabrique(structure=bornee, communes=[thiers])
    ici, _ = membre(d, "Bornée ici")
    CompetenceFabrique(structure=ici, communes=[ambert])
    dessert, _ = membre(d, "Dessert ailleurs")
    dessert.communes_servies.set([thiers])
    CompetenceFabrique(structure=dessert)
    secteur, _ = membre(d, "Autre secteur")
    CompetenceFabrique(structure=secteur, sections=["A"])
    etape, _ = membre(d, "Autre étape")
    CompetenceFabrique(structure=etape, etape=CHAINE[-1])
    besoin = un_besoin(d)
    propositions = {p.partenaire.nom: p for p in proposer(besoin)}
    communes = set(d.reseau.communes.values_list("pk", flat=True))
    for declaree in Declaree.objects.filter(theme=besoin.theme).select_related("structure"):
        sert_ici = declaree.etape == besoin.etape and couvre(
            declaree, ambert.pk, communes, section="G"
        )
        if declaree.structure.nom in propositions:
            assert propositions[declaree.structure.nom].declaree == sert_ici, declaree.structure
    assert [n for n, p in propositions.items() if p.declaree] == ["Bornée ici", "Partout"]
    assert len(propositions) == 6


def test_hors_du_reseau_personne_ne_sert(distribution):
    structure, _ = membre(distribution, "Partout")
    CompetenceFabrique(structure=structure)
    assert servent(proposer(un_besoin(distribution)))
    assert not servent(proposer(un_besoin(distribution, commune=commune(BRIOUDE))))


def test_ni_convention_finie_ni_structure_sans_personne(distribution):
    d = distribution
    partie = StructureFabrique(nom="Partie")
    ConventionFabrique(reseau=d.reseau, structures=[partie], echue=True)
    MandatFabrique(reseau=d.reseau, structure=partie)
    deserte = StructureFabrique(nom="Déserte")
    ConventionFabrique(reseau=d.reseau, structures=[deserte])
    bonne, _ = membre(d, "Bonne")
    for structure in (partie, deserte, bonne):
        CompetenceFabrique(structure=structure)
    assert [p.partenaire.nom for p in proposer(un_besoin(d))] == ["Bonne"]


def test_charge_absence_et_refus_se_lisent_en_base(distribution):
    d = distribution
    chargee, son_mandat = membre(d, "Aaa chargée")
    for _ in range(2):
        AffectationFabrique(
            dossier=DossierFabrique(reseau=d.reseau, structure_responsable=chargee),
            mandat=son_mandat,
            acceptee=True,
        )
    absente, mandat_absent = membre(d, "Bbb absente")
    Remplacement.objects.create(
        reseau=d.reseau,
        structure=absente,
        absent=mandat_absent.utilisateur,
        periode=(aujourd_hui(-2), aujourd_hui(5)),
    )
    refusante, _ = membre(d, "Ccc refusante")
    libre, mandat_libre = membre(d, "Ddd libre")
    for structure in (chargee, absente, refusante, libre):
        CompetenceFabrique(structure=structure, personnes=[])
    Declaree.objects.get(structure=libre).personnes.set([mandat_libre.utilisateur])
    besoin = un_besoin(d)
    OrientationFabrique(
        besoin=besoin,
        structure=refusante,
        etat=EtatOrientation.REFUSEE,
        motif="Non",
        repondue_le=besoin.cree_le,
    )
    propositions = proposer(besoin)
    assert [p.partenaire.nom[:3] for p in propositions] == ["Ddd", "Aaa", "Bbb", "Ccc"]
    libre_, chargee_, absente_, refusee_ = propositions
    assert libre_.personnes[0].nommee
    assert (chargee_.partenaire.charge, chargee_.personnes[0].personne.charge) == (2, 2)
    assert absente_.personnes[0].personne.retour == aujourd_hui(5)
    assert refusee_.refusee
    # Déjà en main : plus à proposer.
    OrientationFabrique(besoin=besoin, structure=libre)
    assert "Ddd libre" not in [p.partenaire.nom for p in proposer(besoin)]


def test_trois_requetes_quel_que_soit_le_nombre_de_structures(distribution, nombre_de_requetes):
    besoin = un_besoin(distribution)
    for total in (1, 2, 3):
        structure, _ = membre(distribution, f"Structure {total}")
        CompetenceFabrique(structure=structure)
        with nombre_de_requetes(3):
            assert len(proposer(besoin)) == total
