"""Les territoires : l'extrait livré, son chargement, la recherche d'une commune."""

import shutil
import struct
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from partenaires.models import (
    Commune,
    Departement,
    Epci,
    PopulationCommune,
    Region,
    Reseau,
    ReseauCommune,
)
from partenaires.models.territoire import cle_de_nom
from partenaires.territoires import construction, extrait, sources
from partenaires.territoires.chargement import charger, territoires_charges

AUVERGNE = ["03", "15", "43", "63"]
AMBERT_LIVRADOIS_FOREZ, THIERS_DORE_ET_MONTAGNE = "200070761", "200070712"
PAYS_D_URFE, ROANNAIS = "244200820", "200035731"


def noms(texte: str, combien: int = 5) -> list[str]:
    return [commune.nom for commune in Commune.objects.rechercher(texte)[:combien]]


# --- Ce qui est en base ----------------------------------------------------------------------


@pytest.mark.django_db
class TestFaits:
    def test_la_france_entiere(self):
        assert Commune.objects.count() == 34_969
        assert Epci.objects.count() == 1_255
        assert Departement.objects.count() == 109
        assert Region.objects.count() == 26
        assert territoires_charges()

    def test_l_auvergne(self):
        communes = Commune.objects.filter(departement__code__in=AUVERGNE)
        assert communes.count() == 1_287
        assert communes.aggregate(total=Sum("population"))["total"] == 1_370_601
        assert Epci.objects.filter(communes__in=communes).distinct().count() == 46
        assert not communes.filter(latitude=None).exists()

    def test_les_deux_epci_du_livradois_forez(self):
        assert Commune.objects.de_epci(AMBERT_LIVRADOIS_FOREZ).count() == 58
        assert Commune.objects.de_epci(THIERS_DORE_ET_MONTAGNE).count() == 30
        ensemble = Commune.objects.de_epci(AMBERT_LIVRADOIS_FOREZ, THIERS_DORE_ET_MONTAGNE)
        assert ensemble.count() == 88

    def test_une_commune_entiere(self):
        ambert = Commune.objects.select_related("departement__region", "epci").get(code="63003")
        assert (ambert.nom, ambert.cle_tri) == ("Ambert", "ambert")
        assert ambert.departement.nom == "Puy-de-Dôme"
        assert ambert.departement.region.nom == "Auvergne-Rhône-Alpes"
        assert ambert.epci.code == AMBERT_LIVRADOIS_FOREZ
        assert ambert.codes_postaux == ["63600"]
        assert ambert.latitude == pytest.approx(45.549, abs=0.01)
        assert ambert.longitude == pytest.approx(3.743, abs=0.01)

    def test_la_population_d_ambert_d_annee_en_annee(self):
        series = PopulationCommune.objects.filter(commune__code="63003").order_by("annee")
        assert list(series.values_list("annee", "population")) == [
            (2019, 6_707),
            (2022, 6_655),
            (2023, 6_636),
            (2024, 6_616),
            (2025, 6_556),
            (2026, 6_517),
        ]

    def test_la_derniere_population_est_celle_de_la_commune(self):
        derniere = PopulationCommune.objects.filter(annee=2026)
        assert derniere.aggregate(total=Sum("population"))["total"] == 68_952_941
        assert Commune.objects.aggregate(total=Sum("population"))["total"] == 68_952_941

    def test_une_commune_partagee_n_a_pas_de_chiffre_d_un_autre_territoire(self):
        codes = ["15031", "15035", "15047", "15141", "15171"]
        lignes = PopulationCommune.objects.filter(commune__code__in=codes)
        assert set(lignes.values_list("annee", flat=True)) == {2026}
        assert lignes.count() == 5
        assert not Commune.objects.filter(code__in=codes, latitude=None).exists()

    def test_paris_lyon_et_marseille_sont_chacune_une_commune(self):
        assert [c.code for c in Commune.objects.rechercher("Paris")[:1]] == ["75056"]
        assert {"13055", "69123", "75056"} <= set(Commune.objects.values_list("code", flat=True))
        arrondissements = Commune.objects.filter(code__in=["13201", "69381", "75101"])
        assert not arrondissements.exists()
        assert "75019" in Commune.objects.get(code="75056").codes_postaux

    def test_les_iles_et_l_outre_mer(self):
        ouessant = Commune.objects.get(code="29155")
        assert ouessant.epci is None
        assert ouessant.latitude is not None
        mamoudzou = Commune.objects.get(code="97611")
        assert mamoudzou.population == 71_437
        assert list(mamoudzou.populations.values_list("annee", flat=True)) == [2026]
        assert Commune.objects.filter(departement__code="976").count() == 17

    def test_un_point_est_dans_sa_region(self):
        """La source place Manzat près d'Agen et Lascelle dans l'Oise."""
        auvergne = Commune.objects.filter(departement__code__in=AUVERGNE)
        dehors = auvergne.exclude(latitude__range=(44.6, 46.9), longitude__range=(2.0, 4.6))
        assert [commune.nom for commune in dehors] == []


# --- La recherche ------------------------------------------------------------------------------


@pytest.mark.django_db
class TestRecherche:
    @pytest.mark.parametrize(
        ("saisie", "premiere"),
        [
            ("saint germain l herm", "Saint-Germain-l’Herm"),
            ("St-Germain-l'Herm", "Saint-Germain-l’Herm"),
            ("herm germain", "Saint-Germain-l’Herm"),
            ("AMBERT", "Ambert"),
            ("ambert 63600", "Ambert"),
            ("63600", "Ambert"),
            ("63003", "Ambert"),
            ("olliergues", "Olliergues"),
            ("olli 63", "Olliergues"),
            ("ste sigolene", "Sainte-Sigolène"),
            ("2a004", "Ajaccio"),
            ("le puy-en-velay", "Le Puy-en-Velay"),
        ],
    )
    def test_la_premiere_reponse(self, saisie, premiere):
        assert noms(saisie)[0] == premiere

    def test_le_nom_exact_devant_puis_les_plus_peuplees(self):
        assert noms("St-Germain", 6) == ["Saint-Germain"] * 5 + ["Saint-Germain-en-Laye"]

    def test_les_ligatures_se_deplient(self):
        reponses = noms("œ", 50)
        assert "Œting" in reponses
        assert "Oeyreluy" in reponses

    def test_st_reste_un_debut_de_nom(self):
        assert "Strasbourg" in noms("st")
        assert "Stenay" in noms("ste", 2000)

    def test_toutes_les_communes_d_un_code_postal(self):
        attendues = Commune.objects.filter(codes_postaux__contains=["63600"])
        assert set(Commune.objects.rechercher("63600")) == set(attendues)
        assert attendues.count() > 5

    def test_un_debut_de_code_postal(self):
        for commune in Commune.objects.rechercher("6360"):
            codes = [commune.code, *commune.codes_postaux]
            assert any(code.startswith("6360") for code in codes)
        assert "Ambert" in noms("6360")

    @pytest.mark.parametrize("saisie", ["", "  ", "'&|!:*()", "zzzz", "63600 paris"])
    def test_rien_de_possible_rien_de_rendu(self, saisie):
        assert noms(saisie) == []

    def test_une_saisie_n_est_jamais_une_syntaxe(self):
        assert noms("ambert & !63 | ('") == ["Ambert"]

    @pytest.mark.parametrize("saisie", ["saint germain", "636", "ambert 63"])
    def test_la_recherche_passe_par_l_index(self, saisie):
        plan = Commune.objects.rechercher(saisie)[:10].explain()
        assert "commune_designations" in plan
        assert "Seq Scan" not in plan

    def test_le_debut_d_un_nom_passe_par_l_index_de_tri(self):
        plan = Commune.objects.filter(cle_tri__startswith="saint germ").explain()
        assert "commune_tri" in plan

    def test_la_cle_d_un_nom_deplie_les_abreviations(self):
        assert cle_de_nom("S’te-Œuvre") == "s te oeuvre"
        assert cle_de_nom("STE-Agathe") == "sainte agathe"


# --- Le chargement -----------------------------------------------------------------------------


def modifier(tables: extrait.Tables, table: str, code: str, **valeurs) -> None:
    colonnes = tables[table][0]
    rang = next(n for n, ligne in enumerate(tables[table]) if ligne[0] == code)
    ligne = dict(zip(colonnes, tables[table][rang], strict=True)) | valeurs
    tables[table][rang] = tuple(ligne[colonne] for colonne in colonnes)


def retirer(tables: extrait.Tables, table: str, code: str) -> None:
    tables[table] = [ligne for ligne in tables[table] if ligne[0] != code]


@pytest.mark.django_db
class TestChargement:
    def test_recharger_ne_change_rien(self):
        """La base des essais sort déjà d'un premier chargement : celui-ci est le second."""
        lues = Commune.objects.order_by("pk").values_list()
        avant = (list(lues), PopulationCommune.objects.count())
        sortie = StringIO()
        call_command("charger_territoires", stdout=sortie)
        assert sortie.getvalue().strip() == "Les territoires sont déjà à jour."
        assert (list(lues.all()), PopulationCommune.objects.count()) == avant

    def test_une_base_abimee_est_reparee(self):
        Commune.objects.filter(code="63003").update(nom="Anvers", population=1, epci=None)
        PopulationCommune.objects.filter(commune__code="63003", annee=2025).delete()
        bilan = charger()
        ambert = Commune.objects.get(code="63003")
        assert (ambert.nom, ambert.population) == ("Ambert", 6_517)
        assert ambert.epci.code == AMBERT_LIVRADOIS_FOREZ
        assert ambert.populations.get(annee=2025).population == 6_556
        assert bilan.corrections["communes"] == 1
        assert bilan.ajouts["populations"] == 1

    def test_une_nouvelle_annee(self, tmp_path):
        """Un nom, un chiffre et un rattachement changent ; deux communes et un EPCI disparaissent."""
        reseau = Reseau.objects.create(nom="Essai d’une année", slug="essai-d-une-annee")
        gardee, retiree = Commune.objects.get(code="98732"), Commune.objects.get(code="98725")
        ReseauCommune.objects.create(reseau=reseau, commune=gardee)
        clef = Commune.objects.get(code="63003").pk
        tables = extrait.lire()
        # Les contours ont leurs essais ; les récrire prendrait plusieurs secondes.
        tables["contours"] = tables["contours"][:1]
        modifier(tables, "communes", "63003", nom="Ambert-en-Livradois", population="7000")
        modifier(tables, "populations", "63003", **{"2026": "7000", "2019": ""})
        for commune in Commune.objects.de_epci(PAYS_D_URFE):
            modifier(tables, "communes", commune.code, epci=ROANNAIS)
        retirer(tables, "epci", PAYS_D_URFE)
        for commune in (gardee, retiree):
            retirer(tables, "communes", commune.code)
            retirer(tables, "populations", commune.code)
        extrait.ecrire(tables, tmp_path)

        bilan = charger(tmp_path)

        ambert = Commune.objects.get(code="63003")
        assert ambert.pk == clef
        assert (ambert.cle_tri, ambert.population) == ("ambert en livradois", 7_000)
        assert not ambert.populations.filter(annee=2019).exists()
        assert ambert.populations.get(annee=2026).population == 7_000
        assert Commune.objects.de_epci(ROANNAIS).count() == 40 + 11
        assert not Epci.objects.filter(code=PAYS_D_URFE).exists()
        assert not Commune.objects.filter(pk=retiree.pk).exists()
        assert Commune.objects.filter(pk=gardee.pk).exists()
        assert bilan.gardes == [f"{gardee.code} {gardee.nom}"]
        assert (bilan.retraits["communes"], bilan.retraits["EPCI"]) == (1, 1)
        assert not territoires_charges()

    def test_une_base_chargee_d_un_autre_extrait_se_voit(self):
        assert territoires_charges()
        with connection.cursor() as curseur:
            curseur.execute("COMMENT ON TABLE partenaires_commune IS 'extrait ancien'")
        assert not territoires_charges()


# --- L'extrait ---------------------------------------------------------------------------------


@pytest.fixture
def copie(tmp_path):
    return shutil.copytree(extrait.DOSSIER, tmp_path / "donnees")


def retourner_un_octet(chemin):
    octets = bytearray(chemin.read_bytes())
    octets[len(octets) // 2] ^= 1
    chemin.write_bytes(bytes(octets))


class TestExtrait:
    def test_il_est_petit_et_dit_ses_sources(self):
        assert sum(f.stat().st_size for f in extrait.DOSSIER.iterdir()) < 3_000_000
        notice = (extrait.DOSSIER / "LISEZMOI.md").read_text()
        assert "Licence Ouverte" in notice
        for decoupage in sources.DECOUPAGES:
            assert decoupage.version in notice
            assert str(decoupage.annee) in notice

    def test_memes_tables_memes_octets(self, tmp_path):
        tables = {nom: lignes[:200] for nom, lignes in extrait.lire().items()}
        for nom in ("a", "b"):
            extrait.ecrire(tables, tmp_path / nom)
        for fichier in (tmp_path / "a").iterdir():
            assert fichier.read_bytes() == (tmp_path / "b" / fichier.name).read_bytes()
        assert extrait.lire(tmp_path / "a") == tables
        assert extrait.signature(tmp_path / "a") != extrait.signature()

    @pytest.mark.parametrize(
        ("abimer", "cause"),
        [
            (lambda d: retourner_un_octet(d / "communes.csv.xz"), "est abîmé (communes.csv.xz)"),
            (lambda d: (d / "epci.csv.xz").unlink(), "est incomplet (epci.csv.xz manque)"),
            (lambda d: (d / extrait.EMPREINTES).unlink(), "empreintes.sha256 manque"),
            (lambda d: (d / extrait.EMPREINTES).write_text("???"), "est abîmé (regions.csv.xz)"),
        ],
    )
    def test_abime_il_est_refuse_en_une_phrase(self, copie, abimer, cause):
        abimer(copie)
        with pytest.raises(CommandError) as refus:
            call_command("charger_territoires", depuis=copie)
        assert cause in str(refus.value)
        assert "make donnees" in str(refus.value)
        assert "\n" not in str(refus.value)

    def test_des_colonnes_inattendues_sont_refusees(self, tmp_path):
        tables = {nom: lignes[:1] for nom, lignes in extrait.lire().items()}
        tables["epci"] = [("siren", "nom", "type")]
        extrait.ecrire(tables, tmp_path)
        with pytest.raises(extrait.ExtraitInvalide, match="n’a pas les colonnes attendues"):
            extrait.lire(tmp_path)


# --- La construction ---------------------------------------------------------------------------


def actuelle(code, population, **suite):
    return {"code": code, "type": "commune-actuelle", "population": population, **suite}


def wkb_point(x, y) -> str:
    return struct.pack("<BIdd", 1, 1, x, y).hex()


def wkb_carre(x, y, cote) -> str:
    sommets = [(x, y), (x, y + cote), (x + cote, y + cote), (x + cote, y), (x, y)]
    anneau = struct.pack("<I", 5) + b"".join(struct.pack("<dd", *sommet) for sommet in sommets)
    return (struct.pack("<BIIBII", 1, 6, 1, 1, 3, 1) + anneau).hex()


class TestConstruction:
    def test_les_communes_reunies_depuis_sont_additionnees(self):
        autrefois = [actuelle("01001", 100), actuelle("01002", 30), actuelle("01003", 7)]
        aujourd_hui = {
            "01001": actuelle("01001", 140, anciensCodes=["01002"]),
            "01003": actuelle("01003", 8),
        }
        series = construction._a_territoire_constant(autrefois, aujourd_hui)
        assert series == {"01001": 130, "01003": 7}

    def test_une_commune_partagee_depuis_n_a_pas_de_chiffre(self):
        autrefois = [
            actuelle("15141", 1_577),
            {"code": "15031", "type": "commune-deleguee", "chefLieu": "15141"},
            actuelle("15001", 50),
        ]
        aujourd_hui = {code: actuelle(code, 9) for code in ("15141", "15031", "15001")}
        assert construction._a_territoire_constant(autrefois, aujourd_hui) == {"15001": 50}

    def test_une_mairie_hors_de_sa_commune_n_est_pas_crue(self):
        contour = wkb_carre(3.0, 45.0, 0.2)
        assert construction._point(wkb_point(3.05, 45.15), contour) == (3.05, 45.15)
        for ailleurs in (wkb_point(45.15, 3.05), wkb_point(float("nan"), 45.1), r"\N"):
            assert construction._point(ailleurs, contour) == pytest.approx((3.1, 45.1))
        assert construction._point(wkb_point(3.05, 45.15), r"\N") == (3.05, 45.15)
        assert construction._point(r"\N", r"\N") is None


class TestSources:
    def test_un_paquet_qui_n_est_pas_l_attendu_est_refuse(self, tmp_path):
        (tmp_path / sources.DECOUPAGES[0].fichier).write_bytes(b"autre chose")
        with pytest.raises(CommandError, match="son empreinte diffère"):
            sources.obtenir(tmp_path)

    def test_sans_npm_une_phrase_le_dit(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CommandError, match="« npm » manque"):
            sources.obtenir(tmp_path)
