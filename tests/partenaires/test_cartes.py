"""Les cartes : ce qui se dessine, ce qui se lit sans le dessin, et leur poids."""

import re

import pytest
from django.template.loader import render_to_string

from partenaires import cartes
from partenaires.models import Commune, Epci
from partenaires.territoires import traces

AMBERT_LIVRADOIS_FOREZ, THIERS_DORE = "200070761", "200070712"
pytestmark = pytest.mark.django_db


def communes(*codes):
    return list(Commune.objects.filter(code__in=codes).order_by("code"))


def des_epci(*codes):
    return list(Commune.objects.de_epci(*codes).order_by("epci_id", "cle_tri"))


def rendre(contexte):
    return render_to_string("partenaires/_carte.html", {"carte": contexte})


def sans_vide(page):
    return re.sub(r"\s+", " ", page)


class TestCarteDesCommunes:
    def test_un_trace_et_un_titre_par_commune_une_seule_requete(self, django_assert_num_queries):
        toutes = des_epci(AMBERT_LIVRADOIS_FOREZ)
        for lot in (toutes[:1], toutes[:3], toutes):
            with django_assert_num_queries(1):
                contexte = cartes.carte(
                    lot, classes=dict.fromkeys((c.pk for c in lot), "assure"), tableau=False
                )
                page = rendre(contexte)
            assert page.count("<title>") == len(lot)
            for commune in lot:
                assert f"<title>{commune.nom.replace(chr(39), '&#x27;')}</title>" in page

    def test_les_memes_informations_en_tableau(self):
        ambert, marsac = communes("63003", "63211")
        contexte = cartes.carte(
            [ambert, marsac],
            classes={ambert.pk: "assure", marsac.pk: "vide"},
            titres={ambert.pk: "3 structures", marsac.pk: "aucune structure"},
            liens={ambert.pk: "/ambert/"},
            legende=[("assure", "Assuré"), ("vide", "Personne")],
        )
        page = sans_vide(rendre(contexte))
        assert "Les mêmes informations en tableau" in page
        assert "<title>Ambert · 3 structures</title>" in page
        assert '<th scope="row"><a href="/ambert/">Ambert</a></th><td>3 structures</td>' in page
        assert '<th scope="row">Marsac-en-Livradois</th><td>aucune structure</td>' in page

    def test_la_couleur_n_est_pas_seule(self):
        """Chaque classe d'une échelle ou d'un jeu a son motif, dessiné dans la carte et sa légende."""
        (ambert,) = communes("63003")
        for classe in ("fragile", "vide", "double"):
            contexte = cartes.carte(
                [ambert], classes={ambert.pk: classe}, legende=[(classe, "Ce cas")]
            )
            page = rendre(contexte)
            assert f'<pattern id="carte-{classe}"' in page
            assert f'fill="url(#carte-{classe})"' in page
            assert f'<pattern id="carte-l-{classe}"' in page
        motifs = [cartes.CLASSES[c] for c in ("assure", "fragile", "vide", "double")]
        assert len(set(motifs)) == 4

    def test_aucun_style_ni_geste_en_ligne(self):
        lot = des_epci(AMBERT_LIVRADOIS_FOREZ)
        page = rendre(cartes.carte(lot, classes={}, epcis={lot[0].epci_id: "CC Ambert"}))
        assert not re.search(r"\sstyle=|\son\w+=|<script", page)

    def test_une_commune_sans_contour_se_montre_par_son_point(self):
        celles, neussargues = communes("15031", "15141")
        contexte = cartes.carte(
            [celles, neussargues], classes={celles.pk: "fragile"}, titres={celles.pk: "seule"}
        )
        page = rendre(contexte)
        assert 'class="carte-isolee k-fragile"' in page
        assert "<title>Celles · seule</title>" in page
        assert contexte["absentes"] == []

    def test_deux_reperes_ne_se_melangent_pas(self):
        """La métropole et La Réunion : la plus nombreuse se dessine, l'autre se lit."""
        lot = communes("63003", "63211", "97411")
        contexte = cartes.carte(lot, classes={})
        page = sans_vide(rendre(contexte))
        assert contexte["absentes"] == ["Saint-Denis"]
        assert "Sans dessin ici : Saint-Denis." in page
        assert '<th scope="row">Saint-Denis</th>' in page
        gauche, haut, largeur, hauteur = map(int, contexte["cadre"].split())
        assert max(largeur, hauteur) < 400
        assert (gauche, haut) > (7_000, 6_000)

    def test_l_outre_mer_seul_se_dessine(self):
        lot = des_epci("249740119")
        contexte = cartes.carte(lot, classes={})
        assert contexte["absentes"] == []
        assert not contexte["vide"]

    def test_sans_commune_une_phrase(self):
        contexte = cartes.carte([], classes={}, points=[cartes.Point(3, 45, "Siège")])
        assert "Aucune commune à dessiner ici." in rendre(contexte)

    def test_les_sieges_au_meme_endroit_n_en_font_qu_un(self):
        (ambert,) = communes("63003")
        point = cartes.Point(ambert.longitude, ambert.latitude, "Parc", "/parc/")
        autre = cartes.Point(ambert.longitude, ambert.latitude, "Chambre <b>", "/chambre/")
        seul = rendre(cartes.carte([ambert], classes={}, points=[point]))
        assert '<a href="/parc/"><circle class="carte-point"' in seul
        ensemble = rendre(cartes.carte([ambert], classes={}, points=[point, autre]))
        assert "<title>Parc, Chambre &lt;b&gt;</title>" in ensemble
        assert "<a href=" not in ensemble

    def test_la_surcouche_ne_cache_pas_la_classe(self):
        (ambert,) = communes("63003")
        contexte = cartes.carte(
            [ambert], classes={ambert.pk: "g1"}, surcouches={ambert.pk: "partage"}
        )
        page = rendre(contexte)
        assert '<g class="k-g1">' in page
        assert 'class="carte-surcouche" fill="url(#carte-partage)"' in page

    def test_deux_cents_communes_tiennent_dans_la_page(self):
        departement = Commune.objects.filter(departement__code="63").order_by("epci_id", "code")
        lot = list(departement.select_related("epci")[:200])
        epcis = {c.epci_id: c.epci.nom for c in lot}
        classe_de = cartes.categories(epcis)
        contexte = cartes.carte(
            lot,
            classes={c.pk: classe_de[c.epci_id] for c in lot},
            epcis=epcis,
            legende=[(classe_de[pk], nom) for pk, nom in epcis.items()],
            tableau=False,
        )
        assert len(rendre(contexte).encode()) < 45_000

    def test_nul_nombre_n_est_ecrit_a_la_francaise(self):
        lot = des_epci(THIERS_DORE)
        page = rendre(cartes.carte(lot, classes={}, epcis={lot[0].epci_id: "Thiers"}))
        chiffres = re.findall(r'(?:viewBox|cx|cy|r|x|y|d|font-size)="([^"]*)"', page)
        assert chiffres
        assert not [valeur for valeur in chiffres if "," in valeur or "\u202f" in valeur]


class TestCarteDesEpci:
    def test_une_forme_par_intercommunalite(self, django_assert_num_queries):
        lot = des_epci(AMBERT_LIVRADOIS_FOREZ, THIERS_DORE)
        epcis = dict(
            Epci.objects.filter(code__in=[AMBERT_LIVRADOIS_FOREZ, THIERS_DORE]).values_list(
                "pk", "nom"
            )
        )
        classes = dict(zip(epcis, ("assure", "vide"), strict=True))
        with django_assert_num_queries(1):
            contexte = cartes.carte_des_epci(
                lot, epcis=epcis, classes=classes, titres=dict.fromkeys(epcis, "2 structures")
            )
        page = sans_vide(rendre(contexte))
        assert page.count("<title>") == 2
        for nom in epcis.values():
            assert f"<title>{nom} · 2 structures</title>" in page
            assert f'<th scope="row">{nom}</th><td>2 structures</td>' in page
        assert len(page.encode()) < 8_000

    def test_les_huit_premieres_categories_se_distinguent(self):
        classes = cartes.categories(range(9))
        assert len({classes[n] for n in range(8)}) == 8
        assert classes[8] == classes[0]


class TestContoursDUnDepartement:
    def test_toutes_ses_communes_en_une_requete(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            contours = cartes.contours_du_departement("63")
        assert contours["repere"] == "93"
        assert len(contours["communes"]) == Commune.objects.filter(departement__code="63").count()
        assert contours["epcis"][AMBERT_LIVRADOIS_FOREZ] == "CC Ambert Livradois Forez"
        (ambert,) = [c for c in contours["communes"] if c[0] == "63003"]
        assert ambert[1:3] == ["Ambert", AMBERT_LIVRADOIS_FOREZ]
        assert ambert[4].startswith("M")


class TestCarteDeChoix:
    def test_elle_nomme_les_cases_et_reste_cachee_sans_script(self):
        choix = cartes.carte_de_choix(
            ["63", "2A"], deja=["63003"], communes="commune", epcis="epci"
        )
        page = sans_vide(render_to_string("partenaires/_carte_choix.html", {"choix": choix}))
        bloc = page[page.index("<div class=") : page.index(">", page.index("<div class="))]
        assert bloc.endswith(" hidden")
        assert 'data-adresse="/contours/DEPARTEMENT/"' in bloc
        assert 'data-departements="63 2A" data-deja="63003"' in bloc
        assert 'data-communes="commune" data-epcis="epci"' in bloc

    def test_une_region_se_dessine_plus_simplement_et_sans_trou(self):
        lot = list(Commune.objects.filter(departement__code__in=["03", "15", "43", "63"]))
        epcis = dict(Epci.objects.filter(pk__in={c.epci_id for c in lot}).values_list("pk", "nom"))
        contexte = cartes.carte_des_epci(lot, epcis=epcis, classes={})
        formes = [f for groupe in contexte["groupes"] for f in groupe["formes"]]
        assert len(formes) == 46
        assert sum(len(f.trace) for f in formes) < 20_000
        # Deux voisines gardent les mêmes sommets sur leur frontière.
        par_nom = {f.nom: {s for a in traces.lire(f.trace) for s in a} for f in formes}
        ambert, thiers = par_nom["CC Ambert Livradois Forez"], par_nom["CC Thiers Dore et Montagne"]
        assert len(ambert & thiers) >= 2
        # Quarante-six noms se chevaucheraient.
        assert contexte["etiquettes"] == []
