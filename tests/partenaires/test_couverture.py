"""La matrice du réseau : elle dit ce que dit la règle, à qui la lit, en un nombre de requêtes fixe."""

import csv
import io
import json
from urllib.parse import urljoin

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partenaires.couverture import RECOUVREMENT, competences_de, couvre, lire_couverture
from partenaires.enums import CHAINE, Etape
from partenaires.invariants import resumes
from partenaires.models import (
    Commune,
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    Mandat,
    ResumeCompetences,
    Structure,
    StructureCommune,
    Theme,
)
from tests.fabriques import (
    ConventionFabrique,
    MandatFabrique,
    ReseauFabrique,
    StructureFabrique,
)

# Trois intercommunalités, cinq communes du réseau, une qui n'en est pas.
CODES = ["63003", "63010", "63230", "63430", "43040"]
DEHORS = "15187"
SECTIONS = ["A", "G", "I"]
AMBERT, THIERS = "200070761", "200070712"


def declarer(structure, code, *etapes, sections=(), communes=(), personnes=()):
    """Une structure fait un thème à ces étapes."""
    theme = Theme.objects.get(code=code, reseau=None)
    for etape in etapes:
        competence = Competence.objects.create(
            structure=structure, theme=theme, etape=etape, sections=list(sections)
        )
        for c in Commune.objects.filter(code__in=communes):
            CompetenceCommune.objects.create(competence=competence, commune=c)
        for personne in personnes:
            CompetencePersonne.objects.create(competence=competence, utilisateur=personne)
    return theme


def adresse(distribution, route="couverture", *args, **params):
    base = reverse(f"partenaires:{route}", args=[distribution.reseau.slug, *args])
    return base + ("?" + "&".join(f"{k}={v}" for k, v in params.items()) if params else "")


# --- La matrice dit ce que dit la règle --------------------------------------------------------

SOUS_ENSEMBLES = st.lists(st.integers(0, 5), unique=True, max_size=4)
COMPETENCE = st.tuples(
    st.integers(0, 4),
    st.integers(0, 1),
    st.integers(0, 1),
    st.lists(st.sampled_from(SECTIONS), unique=True, max_size=2),
    SOUS_ENSEMBLES,
    st.lists(st.integers(0, 2), unique=True, max_size=2),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    competences=st.lists(COMPETENCE, max_size=14, unique_by=lambda c: c[:3]),
    dessertes=st.lists(SOUS_ENSEMBLES, min_size=5, max_size=5),
    membres=st.lists(st.sampled_from([True, True, False]), min_size=5, max_size=5),
    section=st.sampled_from(["", *SECTIONS]),
)
def test_la_matrice_est_la_regle(db, competences, dessertes, membres, section):
    with transaction.atomic():
        comparer(competences, dessertes, membres, section)
        transaction.set_rollback(True)


def comparer(competences, dessertes, membres, section):
    communes = [Commune.objects.get(code=code) for code in [*CODES, DEHORS]]
    reseau = ReseauFabrique(couvertes=CODES)
    structures = StructureFabrique.create_batch(5)
    for structure, lieux, membre in zip(structures, dessertes, membres, strict=True):
        if membre:
            ConventionFabrique(reseau=reseau, structures=[structure])
        StructureCommune.objects.bulk_create(
            StructureCommune(structure=structure, commune=communes[i]) for i in lieux
        )
    # La troisième personne n'a plus de mandat : elle n'est plus nommée.
    personnes = [
        MandatFabrique(reseau=reseau, structure=s, echu=rang == 2).utilisateur
        for rang, s in enumerate(structures)
    ]
    themes = list(Theme.objects.filter(reseau=None).order_by("pk")[:2])
    etapes = [Etape.IDEE, Etape.CREATION]
    for s, t, e, sections, lieux, noms in competences:
        competence = Competence.objects.create(
            structure=structures[s], theme=themes[t], etape=etapes[e], sections=sections
        )
        for i in lieux:
            CompetenceCommune.objects.create(competence=competence, commune=communes[i])
        for i in noms:
            CompetencePersonne.objects.create(competence=competence, utilisateur=personnes[i])

    matrice = lire_couverture(reseau, section=section)
    assert len(matrice.zones) == 3
    en_clair = plain(reseau, section, themes, etapes)
    for theme in themes:
        for etape in etapes:
            for zone in [None, *matrice.zones]:
                attendu = en_clair(theme, etape, zone)
                case = matrice.case(theme.pk, etape, zone)
                assert (
                    case.structures,
                    case.servies,
                    case.communes,
                    case.recouvrement,
                    case.seules,
                    case.seule_personne,
                    case.fragile,
                ) == attendu


def plain(reseau, section, themes, etapes):
    """La règle, commune par commune et compétence par compétence."""
    territoire = set(reseau.communes.values_list("pk", flat=True))
    jour = reseau.aujourd_hui()
    membres = set(Structure.objects.membres(reseau.pk, jour).values_list("pk", flat=True))
    en_poste = set(
        Mandat.objects.actifs(jour)
        .filter(reseau=reseau)
        .values_list("structure_id", "utilisateur_id")
    )

    def case(theme, etape, zone):
        communes = set(zone.communes) if zone else territoire
        par_commune = {c: set() for c in communes}
        noms = {}
        for competence in Competence.objects.filter(
            theme=theme, etape=etape, structure__in=membres
        ):
            for commune in communes:
                if couvre(competence, commune, territoire, section=section):
                    par_commune[commune].add(competence.structure_id)
                    noms[competence.structure_id] = {
                        n.utilisateur_id
                        for n in competence.noms.all()
                        if (competence.structure_id, n.utilisateur_id) in en_poste
                    }
        seules = sum(1 for structures in par_commune.values() if len(structures) == 1)
        une_personne = bool(noms) and all(noms.values()) and len(set().union(*noms.values())) == 1
        return (
            len(set().union(*par_commune.values())),
            sum(1 for structures in par_commune.values() if structures),
            len(communes),
            any(len(structures) >= RECOUVREMENT for structures in par_commune.values()),
            seules,
            une_personne,
            seules > 0 or une_personne,
        )

    return case


# --- Le résumé que la base tient à jour ---------------------------------------------------------


def verifier(reseau):
    """Le résumé de chaque membre est celui de ses compétences."""
    assert resumes([reseau]) == []


def test_chaque_ecriture_refait_le_resume(distribution):
    """Sans passer par Django : une à une, en masse, d’une structure à l’autre, et jusqu’à la dernière."""
    reseau, s1, s2 = distribution.reseau, distribution.s1, distribution.s2
    theme = declarer(s1, "ecole", *CHAINE, communes=["63003"], personnes=[distribution.auteur])
    etapes = [
        etape for (pk, etape), _ in lire_couverture(reseau).presents.items() if pk == theme.pk
    ]
    assert sorted(etapes) == sorted(CHAINE)
    gestes = [
        "UPDATE partenaires_competence SET sections = '{A,G}' WHERE etape = 'idee'",
        "DELETE FROM partenaires_competencepersonne",
        "UPDATE partenaires_competencecommune SET commune_id ="
        " (SELECT id FROM partenaires_commune WHERE code = '43040')"
        f" WHERE competence_id IN (SELECT id FROM partenaires_competence"
        f" WHERE structure_id = {s1.pk})",
        f"INSERT INTO partenaires_structurecommune (structure_id, commune_id)"
        f" SELECT {s1.pk}, id FROM partenaires_commune WHERE code IN ('63003', '63430')",
        f"UPDATE partenaires_competence SET structure_id = {s2.pk} WHERE etape = 'suivi'"
        f" AND structure_id = {s1.pk}",
        "DELETE FROM partenaires_structurecommune",
        "DELETE FROM partenaires_competencecommune",
        "DELETE FROM partenaires_competence",
    ]
    lus = [ecrire(geste, reseau) for geste in gestes]
    assert len({json.dumps(lu, sort_keys=True) for lu in lus}) == len(gestes)
    assert lus[-1] == {}


def ecrire(geste, reseau) -> dict:
    with connection.cursor() as curseur:
        curseur.execute(geste)
    verifier(reseau)
    return lire_couverture(reseau).resumes


def test_copy_refait_le_resume(distribution):
    theme = Theme.objects.filter(reseau=None).first()
    lignes = "".join(f"{distribution.s1.pk}\t{theme.pk}\t{etape}\t{{}}\n" for etape in CHAINE)
    with connection.cursor() as curseur:
        curseur.copy_expert(
            "COPY partenaires_competence (structure_id, theme_id, etape, sections) FROM STDIN",
            io.StringIO(lignes),
        )
    verifier(distribution.reseau)
    assert lire_couverture(distribution.reseau).case(theme.pk, Etape.SUIVI).structures == 1


def test_un_resume_perime_se_signale(distribution):
    declarer(distribution.s1, "ecole", Etape.IDEE)
    verifier(distribution.reseau)
    ResumeCompetences.objects.filter(structure=distribution.s1).update(contenu="{}")
    assert distribution.s1.nom in "".join(resumes([distribution.reseau]))


def test_une_structure_supprimee_ne_laisse_pas_de_resume(db):
    structure = StructureFabrique()
    declarer(structure, "ecole", Etape.IDEE, communes=["63003"])
    pk = structure.pk
    structure.delete()
    assert not ResumeCompetences.objects.filter(structure=pk).exists()


# --- Qui lit ----------------------------------------------------------------------------------


@pytest.mark.parametrize("nom", ["auteur", "animatrice", "elue", "parrain", "accueil"])
def test_les_membres_lisent_la_matrice_et_ses_cases(nom, distribution, connecter, marqueur):
    distribution.voisine.nom = marqueur
    distribution.voisine.save(update_fields=["nom"])
    theme = declarer(distribution.s2, "logement", Etape.IDEE, personnes=[distribution.voisine])
    client = connecter(getattr(distribution, nom))
    page = client.get(adresse(distribution)).content.decode()
    assert "Logement" in page
    assert f'href="{theme.uuid}/idee/"' in page
    case = client.get(adresse(distribution, "couverture_case", theme.uuid, "idee"))
    assert marqueur in case.content.decode()
    assert "voisine@distribution.test" in case.content.decode()


@pytest.mark.parametrize("nom", ["etrangere", "echue", "auditrice", "administratrice"])
def test_la_matrice_n_existe_pas_pour_les_autres(nom, distribution, connecter, marqueur):
    Structure.objects.filter(pk=distribution.s2.pk).update(nom=marqueur)
    theme = declarer(distribution.s2, "logement", Etape.IDEE)
    adresses = [
        adresse(distribution),
        adresse(distribution, "couverture_case", theme.uuid, "idee"),
        adresse(distribution, "couverture_export", "csv"),
        adresse(distribution, "couverture_pdf"),
    ]
    permis = connecter(distribution.elue)
    assert marqueur in permis.get(adresses[1]).content.decode()
    assert marqueur in b"".join(permis.get(adresses[2])).decode()
    client = connecter(getattr(distribution, nom))
    for lien in adresses:
        reponse = client.get(lien)
        assert reponse.status_code == 404
        assert marqueur not in reponse.content.decode()


def test_une_structure_hors_convention_et_une_personne_partie_ne_comptent_plus(distribution):
    echue = StructureFabrique(nom="Ancienne")
    ConventionFabrique(reseau=distribution.reseau, structures=[echue], echue=True)
    declarer(echue, "logement", Etape.IDEE)
    theme = declarer(distribution.s1, "logement", Etape.IDEE, personnes=[distribution.echue])
    matrice = lire_couverture(distribution.reseau)
    assert matrice.case(theme.pk, Etape.IDEE).structures == 1
    assert not matrice.case(theme.pk, Etape.IDEE).seule_personne
    assert matrice.case(theme.pk, Etape.CREATION).manque


# --- Ce qu'elle montre ------------------------------------------------------------------------


def test_un_manque_une_fragilite_et_un_recouvrement_se_lisent_sans_couleur(distribution, connecter):
    theme = declarer(distribution.s1, "reprise", Etape.IDEE)
    declarer(distribution.s1, "reprise", Etape.ETUDE)
    for _ in range(RECOUVREMENT - 1):
        s = StructureFabrique()
        ConventionFabrique(reseau=distribution.reseau, structures=[s])
        declarer(s, "reprise", Etape.ETUDE)
    page = connecter(distribution.elue).get(adresse(distribution)).content.decode()

    assert f'<td class="seul"><a href="{theme.uuid}/idee/"><b>!\u00a01</b>' in page
    assert f'<td class="plus"><a href="{theme.uuid}/etude/"><b>4\u00a0+</b>' in page
    assert f'<td class="manque"><a href="{theme.uuid}/suivi/"><b>✕</b>' in page
    lien = urljoin(adresse(distribution), f"{theme.uuid}/suivi/")
    assert lien == adresse(distribution, "couverture_case", theme.uuid, "suivi")
    case = connecter(distribution.elue).get(lien).content.decode()
    assert "maillon manquant" in case


def test_deux_structures_pour_une_seule_personne_restent_fragiles(distribution):
    MandatFabrique(
        reseau=distribution.reseau, structure=distribution.s2, utilisateur=distribution.auteur
    )
    for structure in (distribution.s1, distribution.s2):
        theme = declarer(structure, "ecole", Etape.IDEE, personnes=[distribution.auteur])
    case = lire_couverture(distribution.reseau).case(theme.pk, Etape.IDEE)
    assert (case.structures, case.seule_personne, case.etat) == (2, True, "une seule personne")


def test_une_seule_structure_par_endroits_est_une_fragilite(distribution, connecter):
    """Deux structures en tout, une par intercommunalité : chacune y est seule."""
    declarer(distribution.s1, "ecole", Etape.IDEE, communes=["63003"])
    theme = declarer(distribution.s2, "ecole", Etape.IDEE, communes=["63430"])
    case = lire_couverture(distribution.reseau).case(theme.pk, Etape.IDEE)
    assert (case.structures, case.seules, case.etat) == (2, 2, "une seule structure par endroits")
    client = connecter(distribution.elue)
    page = client.get(adresse(distribution)).content.decode()
    assert (
        f'<td class="seul"><a href="{theme.uuid}/idee/"><b>!\u00a02</b>'
        "<span class=v> structures, une seule</span><i>par endroits</i></a>"
    ) in page
    assert "1</b> fragilité <span>" in page
    detail = client.get(adresse(distribution, "couverture_case", theme.uuid, "idee"))
    assert "Dans 2 communes, une seule structure" in detail.content.decode()
    # Une seconde partout : plus personne n'y est seul.
    declarer(distribution.s1, "logement", Etape.IDEE)
    logement = declarer(distribution.s2, "logement", Etape.IDEE)
    assert lire_couverture(distribution.reseau).case(logement.pk, Etape.IDEE).etat == "assuré"


def test_une_case_sans_personne_nommee_dit_comment_joindre_la_structure(distribution, connecter):
    s1 = distribution.s1
    Structure.objects.filter(pk=s1.pk).update(telephone="04 73 00 11 22", email="")
    theme = declarer(s1, "ecole", Etape.IDEE)
    lien = adresse(distribution, "couverture_case", theme.uuid, "idee")
    client = connecter(distribution.elue)
    page = client.get(lien).content.decode()
    assert "joignez la structure" in page
    assert 'href="tel:0473001122"' in page
    assert 'href="mailto:"' not in page
    Structure.objects.filter(pk=s1.pk).update(telephone="", email="accueil@s1.test")
    assert 'href="mailto:accueil@s1.test"' in client.get(lien).content.decode()
    Structure.objects.filter(pk=s1.pk).update(email="")
    assert "ses coordonnées manquent" in client.get(lien).content.decode()


def test_une_couverture_partielle_se_dit(distribution, connecter):
    """Ambert et Thiers : une commune sur deux, puis toute une intercommunalité."""
    theme = declarer(distribution.s1, "ecole", Etape.IDEE, communes=["63003"])
    client = connecter(distribution.elue)
    assert "<i>1/2<" in client.get(adresse(distribution)).content.decode()
    ambert = client.get(adresse(distribution, epci=AMBERT)).content.decode()
    assert "1/1" not in ambert
    thiers = client.get(adresse(distribution, "couverture_case", theme.uuid, "idee", epci=THIERS))
    assert "maillon manquant" in thiers.content.decode()
    tout = client.get(adresse(distribution, "couverture_case", theme.uuid, "idee"))
    assert "pour 1 commune sur 2" in tout.content.decode()


def test_l_axe_nomme_les_intercommunalites_sans_personne(distribution, connecter):
    declarer(distribution.s1, "ecole", Etape.IDEE, communes=["63003"])
    page = connecter(distribution.elue).get(adresse(distribution, epci="toutes")).content.decode()
    assert '<span class="manque"><b>✕</b> B</span><span class="seul"><b>!</b> A</span>' in page


def test_un_secteur_ecarte_ce_qui_ne_le_sert_pas(distribution, connecter):
    theme = declarer(distribution.s1, "reprise", Etape.IDEE, sections=["A"])
    client = connecter(distribution.elue)
    for secteur, attendu in (("A", "1 structure, pour"), ("G", "maillon manquant")):
        page = client.get(
            adresse(distribution, "couverture_case", theme.uuid, "idee", secteur=secteur)
        )
        assert attendu in page.content.decode()


@pytest.mark.parametrize("etape", ["abandonne", "nulle-part"])
def test_une_case_hors_de_la_chaine_n_existe_pas(etape, distribution, connecter):
    theme = Theme.objects.filter(reseau=None).first()
    lien = adresse(distribution, "couverture_case", theme.uuid, etape)
    assert connecter(distribution.elue).get(lien).status_code == 404


# --- Papier et tableur ------------------------------------------------------------------------


def test_l_export_dit_chaque_case_par_intercommunalite(distribution, connecter):
    declarer(distribution.s1, "ecole", Etape.IDEE, communes=["63003"])
    reponse = connecter(distribution.elue).get(adresse(distribution, "couverture_export", "csv"))
    texte = b"".join(reponse).decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(texte), delimiter=";"))
    assert len(lignes) == Theme.objects.du_reseau(distribution.reseau).count() * len(CHAINE) * 2
    ecole = [ligne for ligne in lignes if ligne["Thème"] == "école" and ligne["Étape"] == "idée"]
    assert [(e["État"], e["Communes servies"], e["Qui"]) for e in ecole] == [
        ("une seule structure", "1", "Chambre de la vallée"),
        ("manque", "0", ""),
    ]
    classeur = connecter(distribution.elue).get(adresse(distribution, "couverture_export", "xlsx"))
    assert b"".join(classeur)[:2] == b"PK"
    assert (
        connecter(distribution.elue)
        .get(adresse(distribution, "couverture_export", "exe"))
        .status_code
        == 404
    )


@pytest.mark.parametrize("epci", ["", "toutes", AMBERT])
def test_le_pdf_se_compose(epci, distribution, connecter):
    declarer(distribution.s1, "ecole", Etape.IDEE, communes=["63003"])
    reponse = connecter(distribution.elue).get(adresse(distribution, "couverture_pdf", epci=epci))
    assert reponse["Content-Type"] == "application/pdf"
    assert reponse.content[:5] == b"%PDF-"


# --- Combien de requêtes ----------------------------------------------------------------------


@pytest.mark.parametrize("structures", [1, 3])
@pytest.mark.parametrize(("params", "nombre"), [({}, 8), ({"epci": "toutes"}, 8)])
def test_la_matrice_coute_toujours_autant(
    structures, params, nombre, distribution, connecter, nombre_de_requetes
):
    for rang in range(structures):
        s = StructureFabrique(nom=f"Membre {rang}")
        ConventionFabrique(reseau=distribution.reseau, structures=[s])
        personne = MandatFabrique(reseau=distribution.reseau, structure=s).utilisateur
        declarer(s, "ecole", *CHAINE, communes=["63003"], personnes=[personne])
        declarer(s, "logement", *CHAINE)
    client = connecter(distribution.elue)
    client.get(adresse(distribution))
    with nombre_de_requetes(nombre):
        page = client.get(adresse(distribution, **params)).content.decode()
    assert "École" in page


@pytest.mark.parametrize("structures", [1, 3])
def test_une_case_coute_toujours_autant(structures, distribution, connecter, nombre_de_requetes):
    for rang in range(structures):
        s = StructureFabrique(nom=f"Membre {rang}")
        ConventionFabrique(reseau=distribution.reseau, structures=[s])
        personne = MandatFabrique(reseau=distribution.reseau, structure=s).utilisateur
        theme = declarer(s, "ecole", Etape.IDEE, personnes=[personne])
    client = connecter(distribution.elue)
    client.get(adresse(distribution))
    with nombre_de_requetes(11):
        page = client.get(adresse(distribution, "couverture_case", theme.uuid, "idee"))
    assert all(f"Membre {rang}" in page.content.decode() for rang in range(structures))


# --- Pour la page d'une structure --------------------------------------------------------------


def test_competences_de_dit_les_etapes_les_lieux_et_les_personnes(distribution):
    declarer(
        distribution.s1,
        "ecole",
        Etape.IDEE,
        Etape.ETUDE,
        communes=["63003", DEHORS],
        sections=["A"],
        personnes=[distribution.auteur, distribution.echue],
    )
    declarer(distribution.s1, "reprise", *CHAINE)
    (activite, [reprise]), (vie, [ecole]) = competences_de(distribution.s1, distribution.reseau)
    assert (activite, vie) == ("activité", "vie privée et familiale")
    assert (reprise.etapes_en_mots, reprise.lieux) == ("de l’idée au développement", None)
    assert (ecole.etapes_en_mots, ecole.lieux) == ("idée, étude", 1)
    assert ecole.personnes == [distribution.auteur]
    assert ecole.secteurs == ["agriculture, sylviculture et pêche"]
