"""Les contours : le plan, les tracés, la fonte, la simplification, et ce que la base en charge."""

import struct
from itertools import pairwise

import pytest

from partenaires.models import Commune, ContourCommune
from partenaires.territoires import contours, simplification, sources, traces, wkb
from partenaires.territoires.chargement import charger
from partenaires.territoires.reperes import METROPOLE, Sommet, projeter, repere

AMBERT, MARSAC = "63003", "63211"


def carre(x, y, cote):
    """Un carré dans le sens des contours extérieurs."""
    return [Sommet(x, y), Sommet(x + cote, y), Sommet(x + cote, y + cote), Sommet(x, y + cote)]


def aretes(anneaux):
    return {frozenset(paire) for a in anneaux for paire in pairwise([*a, a[0]])}


class TestPlan:
    def test_le_lambert_93_de_points_connus(self):
        # L'origine légale (46° 30' N, 3° E) vaut 700 000 m, 6 600 000 m.
        assert projeter(3, 46.5, METROPOLE) == (7_000, 6_000)
        # Ambert, à l'hectomètre.
        assert projeter(3.743, 45.549, METROPOLE) == (7_580, 7_053)

    def test_le_nord_est_en_haut_et_l_est_a_droite(self):
        for nom, longitude, latitude in ((METROPOLE, 3.7, 45.5), ("974", 55.5, -21.1)):
            ici = projeter(longitude, latitude, nom)
            nord = projeter(longitude, latitude + 0.1, nom)
            est = projeter(longitude + 0.1, latitude, nom)
            assert nord.y < ici.y < nord.y + 120
            assert est.x > ici.x

    def test_le_repere_vient_du_code(self):
        codes = ("63003", "2A004", "97411", "97502", "98735")
        assert [repere(code) for code in codes] == ["93", "93", "974", "", ""]


class TestTraces:
    def test_ecrire_puis_lire_rend_les_memes_anneaux(self):
        anneaux = [carre(10, 20, 5), carre(-3, 400, 7)]
        trace = traces.ecrire(anneaux)
        assert trace.startswith("M10 20l5 0 0 5-5 0zM-3 400l")
        assert traces.lire(trace) == anneaux

    def test_fondre_ote_la_frontiere_commune(self):
        tour = traces.fondre([carre(0, 0, 4), carre(4, 0, 4)])
        assert len(tour) == 1
        assert traces.aire(tour[0]) == 2 * 32
        assert frozenset((Sommet(4, 0), Sommet(4, 4))) not in aretes(tour)

    def test_fondre_garde_les_ilots_et_les_trous(self):
        trou = carre(2, 2, 2)[::-1]
        tour = traces.fondre([carre(0, 0, 9), trou, carre(20, 0, 3)])
        assert len(tour) == 3
        assert sum(map(traces.aire, tour)) == 2 * (81 - 4 + 9)
        # L'enclave rendue, le trou se ferme.
        assert traces.fondre([carre(0, 0, 9), trou, carre(2, 2, 2)]) == [carre(0, 0, 9)]


class TestSimplification:
    def test_deux_voisines_gardent_la_meme_frontiere(self):
        frontiere = [Sommet(10, y) for y in range(11)]
        frontiere[5] = Sommet(11, 5)  # un écart moindre que la tolérance
        frontiere[8] = Sommet(16, 8)  # un vrai coude
        gauche = [Sommet(0, 0), *frontiere, Sommet(0, 10)]
        droite = [*reversed(frontiere), Sommet(30, 0), Sommet(30, 10)]
        gardes = simplification.sommets_gardes([gauche, droite])
        assert Sommet(16, 8) in gardes
        assert Sommet(11, 5) not in gardes
        assert {Sommet(10, 0), Sommet(10, 10)} <= gardes
        simples = [[s for s in anneau if s in gardes] for anneau in (gauche, droite)]
        assert len(aretes(simples[:1]) & aretes(simples[1:])) >= 2

    def test_une_ile_garde_une_surface(self):
        ile = [Sommet(0, 0), Sommet(1, 0), Sommet(1, 1), Sommet(0, 1)]
        gardes = simplification.sommets_gardes([ile])
        assert len(gardes) >= 3
        assert traces.aire([s for s in ile if s in gardes]) != 0


def wkb_de(*polygones) -> str:
    """Un multipolygone ; chaque polygone est une suite d'anneaux en degrés."""
    octets = struct.pack("<BII", 1, 6, len(polygones))
    for anneaux in polygones:
        octets += struct.pack("<BII", 1, 3, len(anneaux))
        for anneau in anneaux:
            octets += struct.pack("<I", len(anneau))
            octets += b"".join(struct.pack("<dd", *sommet) for sommet in anneau)
    return octets.hex()


def carre_en_degres(x, y, cote):
    return [(x, y), (x, y + cote), (x + cote, y + cote), (x + cote, y), (x, y)]


class TestConstruction:
    def test_les_trous_sont_lus(self):
        dehors, trou = carre_en_degres(3, 45, 0.4), carre_en_degres(3.1, 45.1, 0.1)
        (polygone,) = wkb.polygones(wkb_de([dehors, trou]))
        assert [len(xs) for xs, _ in polygone] == [5, 5]
        assert polygone[1][0][0] == 3.1

    def test_les_communes_reunies_sont_fondues_et_les_autres_types_passes(
        self, monkeypatch, tmp_path
    ):
        def ligne(code, kind, geometrie):
            return {"code": code, "type": kind, "geometry": geometrie}

        a, b, c = (wkb_de([carre_en_degres(3 + n / 10, 45, 0.1)]) for n in range(3))
        lignes = [
            ligne("63001", "COM", a),
            ligne("63002", "COM", b),
            ligne("63002", "COMD", c),
            ligne("63003", "COM", c),
            ligne("63004", "COM", r"\N"),
            ligne("97502", "COM", c),
        ]
        monkeypatch.setattr(sources, "communes_situees", lambda dossier: iter(lignes))
        communes = {
            "63001": {"anciensCodes": ["63002"]},
            "63003": {},
            "63004": {},
            "97502": {},
        }
        obtenus = {ligne[0]: ligne for ligne in contours.construire(tmp_path, communes)}
        assert sorted(obtenus) == ["63001", "63003"]
        reunie, seule = (traces.lire(obtenus[code][3]) for code in ("63001", "63003"))
        assert len(reunie) == 1
        assert abs(traces.aire(reunie[0])) == pytest.approx(
            2 * abs(traces.aire(seule[0])), rel=0.02
        )
        assert aretes(reunie) & aretes(seule)
        assert obtenus["63003"][2] == " ".join(map(str, traces.cadre(seule)))


@pytest.mark.django_db
class TestBase:
    def test_presque_toutes_les_communes_ont_un_contour(self):
        sans = Commune.objects.filter(contour=None)
        hors_departements = sans.filter(code__gte="975")
        assert sans.exclude(pk__in=hors_departements).count() == 8
        # Les communes rendues à elles-mêmes n'ont que leur point.
        assert {"15031", "15035", "15047", "15171"} <= set(sans.values_list("code", flat=True))
        assert not sans.filter(code__startswith="63").exists()

    def test_le_contour_entoure_la_mairie(self):
        for code in (AMBERT, "43112", "2A004", "97411", "97101"):
            commune = Commune.objects.select_related("contour").get(code=code)
            gauche, haut, droite, bas = commune.contour.cadre
            ici = projeter(commune.longitude, commune.latitude, commune.contour.repere)
            assert gauche <= ici.x <= droite
            assert haut <= ici.y <= bas
            assert traces.cadre(traces.lire(commune.contour.trace)) == (gauche, haut, droite, bas)

    def test_deux_voisines_se_touchent(self):
        ambert, marsac = (
            aretes(traces.lire(ContourCommune.objects.get(commune__code=code).trace))
            for code in (AMBERT, MARSAC)
        )
        assert ambert & marsac

    def test_une_intercommunalite_se_fond_d_un_seul_tenant(self):
        lus = ContourCommune.objects.filter(commune__epci__code="200070761")
        anneaux = [a for trace in lus.values_list("trace", flat=True) for a in traces.lire(trace)]
        assert lus.count() == 58
        tour = traces.fondre(anneaux)
        assert len(tour) == 1
        assert sum(map(traces.aire, tour)) == sum(map(traces.aire, anneaux))

    def test_un_contour_abime_est_repare_et_un_contour_de_trop_retire(self):
        bon = ContourCommune.objects.get(commune__code=AMBERT).trace
        ContourCommune.objects.filter(commune__code=AMBERT).update(trace="M0 0l1 1z")
        ContourCommune.objects.filter(commune__code=MARSAC).delete()
        ContourCommune.objects.create(
            commune=Commune.objects.get(code="15031"),
            repere="93",
            cadre=[0, 0, 1, 1],
            trace="M0 0z",
        )
        bilan = charger()
        assert ContourCommune.objects.get(commune__code=AMBERT).trace == bon
        assert ContourCommune.objects.filter(commune__code=MARSAC).exists()
        assert not ContourCommune.objects.filter(commune__code="15031").exists()
        comptes = (bilan.corrections, bilan.ajouts, bilan.retraits)
        assert [compte["contours"] for compte in comptes] == [1, 1, 1]
