"""L'annuaire, la page d'une structure, la recherche d'une commune, la fin d'un mandat."""

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.template.loader import render_to_string
from django.urls import reverse

from partenaires.champs import ChampCommune
from partenaires.enums import EtatConvention, Fonction, TypeStructure
from partenaires.models import (
    Commune,
    Departement,
    Epci,
    Mandat,
    Region,
    Reseau,
    Structure,
    StructureCommune,
)
from partenaires.signals import mandat_termine
from partenaires.views.annuaire import _carte_entiere
from tests.fabriques import (
    ConventionFabrique,
    MandatFabrique,
    StructureFabrique,
    UtilisateurFabrique,
    commune,
)
from tests.fabriques.partenaires import aujourd_hui

LECTEURS = ("auteur", "animatrice", "elue", "parrain", "accueil")
HORS_RESEAU = ("etrangere", "echue", "auditrice", "administratrice")


def url_annuaire(distribution):
    return reverse("partenaires:annuaire", args=[distribution.reseau.slug])


def url_structure(distribution, structure):
    return reverse("partenaires:structure", args=[distribution.reseau.slug, structure.uuid])


# --- Qui lit -------------------------------------------------------------------------------


@pytest.mark.parametrize("nom", LECTEURS)
def test_les_membres_lisent_l_annuaire(nom, distribution, connecter, marqueur):
    distribution.mandats["voisine"].telephone = "06 39 98 00 01"
    distribution.mandats["voisine"].save(update_fields=["telephone"])
    distribution.voisine.nom = marqueur
    distribution.voisine.save(update_fields=["nom"])
    client = connecter(getattr(distribution, nom))
    for adresse in (url_annuaire(distribution), url_structure(distribution, distribution.s2)):
        page = client.get(adresse).content.decode()
        assert marqueur in page
        assert "06 39 98 00 01" in page
        assert "voisine@distribution.test" in page


@pytest.mark.parametrize("nom", HORS_RESEAU)
def test_l_annuaire_n_existe_pas_pour_les_autres(nom, distribution, connecter, marqueur):
    Structure.objects.filter(pk=distribution.s2.pk).update(nom=marqueur)
    assert (
        marqueur in connecter(distribution.auteur).get(url_annuaire(distribution)).content.decode()
    )
    client = connecter(getattr(distribution, nom))
    for adresse in (url_annuaire(distribution), url_structure(distribution, distribution.s2)):
        reponse = client.get(adresse)
        assert reponse.status_code == 404
        assert marqueur not in reponse.content.decode()


def test_un_visiteur_est_invite_a_se_connecter(distribution, connecter):
    reponse = connecter().get(url_annuaire(distribution))
    assert reponse.status_code == 302
    assert reponse["Location"].startswith(reverse("account_login"))


def test_une_structure_d_un_autre_reseau_ou_sortie_est_absente(distribution, connecter):
    sortie = StructureFabrique(nom="Structure sortie du réseau")
    ConventionFabrique(reseau=distribution.reseau, structures=[sortie], echue=True)
    denoncee = StructureFabrique(nom="Structure à convention dénoncée")
    ConventionFabrique(
        reseau=distribution.reseau,
        structures=[denoncee],
        etat=EtatConvention.DENONCEE,
        denoncee_le=aujourd_hui(-60),
        periode=DateRange(aujourd_hui(-400), aujourd_hui()),
    )
    client = connecter(distribution.auteur)
    page = client.get(url_annuaire(distribution)).content.decode()
    assert "Pays de la vallée" in page
    for absente in (sortie, denoncee, distribution.s3):
        assert absente.nom not in page
        assert client.get(url_structure(distribution, absente)).status_code == 404


# --- Ce qu'on y lit ------------------------------------------------------------------------


def titres(page):
    return [s.nom for s in page.context["page_structures"]]


def test_ordre_alphabetique_sans_accents_et_requetes_constantes(
    distribution, connecter, nombre_de_requetes
):
    client = connecter(distribution.auteur)
    client.get(url_annuaire(distribution))
    with nombre_de_requetes(8):
        page = client.get(url_annuaire(distribution))
    assert titres(page) == ["Chambre de la vallée", "Pays de la vallée"]
    nouvelles = [
        StructureFabrique(nom=nom) for nom in ("Zone d’accueil", "Écho du Livradois", "amicale")
    ]
    ConventionFabrique(
        reseau=distribution.reseau, structures=nouvelles, etat=EtatConvention.PRINCIPE
    )
    for structure in nouvelles:
        MandatFabrique(structure=structure, reseau=distribution.reseau, fonction=Fonction.PARRAIN)
    with nombre_de_requetes(8):
        page = client.get(url_annuaire(distribution))
    assert titres(page) == [
        "amicale",
        "Chambre de la vallée",
        "Écho du Livradois",
        "Pays de la vallée",
        "Zone d’accueil",
    ]
    texte = page.content.decode()
    assert "<title>Partenaires · Réseau de la vallée · Maillon</title>" in texte
    assert "Engagement de principe" in texte
    assert "Convention signée" in texte


def test_recherche_par_structure_par_personne_et_par_nature(distribution, connecter):
    client = connecter(distribution.auteur)

    def trouver(**criteres):
        return titres(client.post(url_annuaire(distribution), criteres, follow=True))

    assert trouver(q="pays DE la") == ["Pays de la vallée"]
    # Violette (S2) ; les accents et la casse ne comptent pas.
    assert trouver(q="elise") == ["Chambre de la vallée"]
    assert trouver(q="VIOLETTE") == ["Pays de la vallée"]
    assert trouver(nature=TypeStructure.CMA) == ["Chambre de la vallée"]
    assert trouver(nature="inconnue") == ["Chambre de la vallée", "Pays de la vallée"]
    # Chaque mot compte, sauf les petits ; ni l'ordre, ni l'article.
    for saisie in ("vallée chambre", "chambre l'vallee", "la chambre du vallée"):
        assert trouver(q=saisie) == ["Chambre de la vallée"], saisie
    assert trouver(q="violette anouk") == trouver(q="chambre pays") == []
    personne = distribution.voisine
    assert trouver(q=f"{personne.nom} {personne.prenom}") == ["Pays de la vallée"]
    # Edmée n'a plus de mandat : son nom ne mène nulle part ; Esther est d'un autre réseau.
    assert trouver(q="edmee") == trouver(q="esther") == trouver(q="%") == []


def test_etat_vide_d_une_recherche(distribution, connecter):
    page = connecter(distribution.auteur).post(
        url_annuaire(distribution), {"q": "xyzxyz"}, follow=True
    )
    assert "Personne ne répond à cette recherche" in page.content.decode()


def test_page_d_une_structure_et_requetes_constantes(distribution, connecter, nombre_de_requetes):
    client = connecter(distribution.animatrice)
    adresse = url_structure(distribution, distribution.s2)
    client.get(adresse)
    with nombre_de_requetes(15):
        page = client.get(adresse)
    assert (
        "<title>Pays de la vallée · Réseau de la vallée · Maillon</title>" in page.content.decode()
    )
    for _ in range(3):
        MandatFabrique(structure=distribution.s2, reseau=distribution.reseau)
    with nombre_de_requetes(15):
        page = client.get(adresse)
    texte = page.content.decode()
    assert "coordonne le réseau" in texte
    assert "Convention d’essai" in texte
    assert texte.count("Mettre fin") == 6


@pytest.mark.parametrize(
    ("slug", "entete"), [("livradois-forez", "Commune"), ("auvergne", "Interco")]
)
def test_partout_la_carte_du_reseau_reste_legere(slug, entete, base):
    reseau = Reseau.objects.get(slug=slug)
    contexte = _carte_entiere(reseau.structure_coordinatrice, reseau)
    assert contexte["entete"].startswith(entete)
    assert {groupe["classe"] for groupe in contexte["groupes"]} == {"assure"}
    dessin = render_to_string("partenaires/_carte.html", {"carte": contexte})
    assert "<path" in dessin
    assert len(dessin.encode()) <= 60_000


def test_partout_ou_dans_ses_communes_la_page_le_montre(distribution, connecter):
    distribution.reseau.communes.add(commune("63003"), commune("63430"))
    client = connecter(distribution.auteur)
    adresse = url_structure(distribution, distribution.s2)
    texte = client.get(adresse).content.decode()
    assert "Partout dans le réseau." in texte
    assert "<title>Thiers · desservie</title>" in texte
    StructureCommune.objects.create(structure=distribution.s2, commune=commune("63003"))
    texte = client.get(adresse).content.decode()
    assert "Partout dans le réseau." not in texte
    assert "<title>Ambert · desservie</title>" in texte
    assert "<title>Thiers</title>" in texte


def test_une_personne_deux_mandats_une_seule_ligne(distribution, connecter):
    MandatFabrique(
        utilisateur=distribution.voisine,
        structure=distribution.s2,
        reseau=distribution.reseau,
        fonction=Fonction.PARRAIN,
    )
    page = connecter(distribution.auteur).get(url_structure(distribution, distribution.s2))
    noms = [p["personne"].prenom for p in page.context["structure"].personnes]
    assert sorted(noms) == ["Anouk", "Aude", "Violette"]


# --- La fin d'un mandat --------------------------------------------------------------------


def url_fin(distribution, nom):
    mandat = distribution.mandats[nom]
    return reverse("partenaires:mandat_terminer", args=[distribution.reseau.slug, mandat.uuid])


@pytest.fixture
def annonces():
    recues = []

    def recevoir(sender, **arguments):
        arguments.pop("signal")
        recues.append(arguments)

    mandat_termine.connect(recevoir)
    yield recues
    mandat_termine.disconnect(recevoir)


def est_actif(mandat):
    return Mandat.objects.actifs(aujourd_hui()).filter(pk=mandat.pk).exists()


@pytest.mark.parametrize("nom", ["animatrice", "auteur"])
def test_mettre_fin_a_un_mandat(nom, distribution, connecter, valider, annonces):
    mandat = distribution.mandats["collegue"]
    client = connecter(getattr(distribution, nom))
    page = client.get(url_fin(distribution, "collegue")).content.decode()
    assert "Colin" in page
    assert "dès aujourd’hui" in page
    assert est_actif(mandat)
    with valider():
        reponse = client.post(url_fin(distribution, "collegue"))
        assert annonces == []
    assert reponse["Location"] == url_structure(distribution, distribution.s1)
    mandat.refresh_from_db()
    assert mandat.periode.upper == aujourd_hui()
    assert not est_actif(mandat)
    assert annonces == [
        {
            "utilisateur_id": distribution.collegue.pk,
            "structure_id": distribution.s1.pk,
            "reseau_id": distribution.reseau.pk,
            "fonction": "technicien",
            "jour": aujourd_hui(),
            "par_id": getattr(distribution, nom).pk,
        }
    ]
    # Un second envoi ne change rien et n'annonce rien.
    with valider():
        suite = client.post(url_fin(distribution, "collegue"), follow=True)
    assert "a déjà pris fin" in suite.content.decode()
    assert len(annonces) == 1


@pytest.mark.parametrize(
    ("nom", "statut"),
    [
        ("collegue", 403),
        ("voisine", 403),
        ("elue", 403),
        ("etrangere", 404),
        ("echue", 404),
        ("auditrice", 404),
        ("administratrice", 404),
    ],
)
def test_les_autres_n_y_mettent_pas_fin(nom, statut, distribution, connecter):
    mandat = distribution.mandats["parrain"]
    assert connecter(distribution.auteur).get(url_fin(distribution, "parrain")).status_code == 200
    client = connecter(getattr(distribution, nom))
    assert client.get(url_fin(distribution, "parrain")).status_code == statut
    assert client.post(url_fin(distribution, "parrain")).status_code == statut
    assert est_actif(mandat)


def test_une_structure_ne_met_fin_ni_a_l_animation_ni_a_l_audit(distribution, connecter):
    distribution.mandats["voisine"].administre = True
    distribution.mandats["voisine"].save(update_fields=["administre"])
    client = connecter(distribution.voisine)
    for nom in ("animatrice", "auditrice"):
        assert client.post(url_fin(distribution, nom)).status_code == 403
        assert est_actif(distribution.mandats[nom])


def test_la_derniere_animatrice_reste(distribution, connecter):
    client = connecter(distribution.animatrice)
    page = client.post(url_fin(distribution, "animatrice"), follow=True).content.decode()
    assert "Personne d’autre n’anime ce réseau" in page
    assert est_actif(distribution.mandats["animatrice"])
    MandatFabrique(
        structure=distribution.s1, reseau=distribution.reseau, fonction=Fonction.ANIMATEUR
    )
    client.post(url_fin(distribution, "animatrice"))
    assert not est_actif(distribution.mandats["animatrice"])


def test_un_mandat_du_jour_meme_disparait(distribution, connecter, valider, annonces):
    mandat = MandatFabrique(
        structure=distribution.s1,
        reseau=distribution.reseau,
        periode=DateRange(aujourd_hui(), None),
    )
    with valider():
        connecter(distribution.animatrice).post(
            reverse("partenaires:mandat_terminer", args=[distribution.reseau.slug, mandat.uuid])
        )
    assert not Mandat.objects.filter(pk=mandat.pk).exists()
    assert [a["utilisateur_id"] for a in annonces] == [mandat.utilisateur_id]


# --- Les communes --------------------------------------------------------------------------


@pytest.fixture
def homonymes(db):
    """Deux « Essaimont-le-Haut » de départements différents, et un voisin par le nom."""
    creer = Commune.objects.create
    puy, loire = (Departement.objects.get(code=c) for c in ("63", "43"))
    base = {"nom": "Essaimont-le-Haut", "cle_tri": "essaimont le haut"}
    return (
        creer(code="63998", departement=puy, codes_postaux=["63998"], **base),
        creer(code="43998", departement=loire, codes_postaux=["43999"], **base),
        creer(
            code="43997",
            nom="Saint-Essai",
            cle_tri="saint essai",
            departement=loire,
            codes_postaux=["43998", "43996"],
        ),
    )


@pytest.mark.parametrize(
    "saisie", ["Ambert", "  ambert ", "AMBERT (63600)", "63600 Ambert", "63003", "Ambert 63003"]
)
def test_une_commune_se_tape_comme_on_veut(saisie, db):
    assert ChampCommune().clean(saisie) == commune()


@pytest.mark.parametrize("saisie", ["Dore-l'Église", "Dore-l’Église", "dore l eglise"])
def test_une_apostrophe_droite_ou_courbe_designe_la_meme_commune(saisie, db):
    trouvee = ChampCommune().clean(saisie)
    assert trouvee.nom == "Dore-l’Église"
    assert ChampCommune().clean(ChampCommune().prepare_value(trouvee)) == trouvee
    for modele in (Region, Departement, Epci, Commune):
        assert not modele.objects.filter(nom__contains="'").exists()


def test_le_champ_relit_ce_qu_il_montre(homonymes):
    for c in (*homonymes, commune()):
        assert ChampCommune().clean(ChampCommune().prepare_value(c)) == c


def test_abreviation_et_second_code_postal(homonymes):
    assert ChampCommune().clean("St-Essai") == homonymes[2]
    assert ChampCommune().clean("43996") == homonymes[2]


@pytest.mark.parametrize(
    "saisie", ["Nullepart-sur-Rien", "00000", "63600 Brioude", "!!", "1 2 63600 63003"]
)
def test_une_commune_inconnue(saisie, db):
    with pytest.raises(Exception, match="Nous ne connaissons pas") as erreur:
        ChampCommune().clean(saisie)
    assert erreur.value.code in {"inconnue", "proche"}


def test_des_homonymes_se_departagent(homonymes, distribution):
    with pytest.raises(Exception, match="Plusieurs communes") as erreur:
        ChampCommune().clean("Essaimont-le-Haut")
    assert erreur.value.code == "ambigue"
    phrase = erreur.value.messages[0]
    assert "Puy-de-Dôme" in phrase
    assert "Haute-Loire" in phrase
    # Un code qui est postal pour l'une et officiel pour l'autre reste une question.
    with pytest.raises(Exception, match="Plusieurs communes"):
        ChampCommune().clean("43998")
    distribution.reseau.communes.add(homonymes[1])
    assert ChampCommune(reseau=distribution.reseau).clean("Essaimont-le-Haut") == homonymes[1]
    assert ChampCommune().clean("Essaimont-le-Haut 63998") == homonymes[0]


def test_un_debut_de_nom_propose_sans_choisir(homonymes):
    with pytest.raises(Exception, match="Vouliez-vous dire") as erreur:
        ChampCommune().clean("Saint-Ess")
    assert "Saint-Essai (Haute-Loire" in erreur.value.messages[0]


def test_la_recherche_de_communes(homonymes, distribution, connecter, nombre_de_requetes):
    client = connecter(distribution.auteur)
    adresse = reverse("partenaires:communes")
    reponse = client.get(adresse, {"q": "ambert"})
    assert reponse.json()["resultats"][0] == {
        "code": "63003",
        "nom": "Ambert",
        "detail": "Puy-de-Dôme · 63600",
        "valeur": "Ambert (63600)",
    }
    distribution.reseau.communes.add(homonymes[0])
    for reseau, codes in (("vallee", ["63998", "43998"]), ("plateau", ["43998", "63998"])):
        with nombre_de_requetes(5):
            trouvees = client.get(adresse, {"q": "essaimont", "reseau": reseau}).json()
        assert [c["code"] for c in trouvees["resultats"]] == codes
    assert client.get(adresse, {"q": "a"}).json() == {"resultats": []}
    assert client.get(adresse).json() == {"resultats": []}
    # Un visiteur s'en sert aussi : le formulaire « signaler quelqu'un » n'a pas de compte.
    assert connecter().get(adresse, {"q": "ambert"}).json()["resultats"][0]["nom"] == "Ambert"


def test_le_champ_annonce_son_adresse_au_script(distribution):
    from django import forms

    class Essai(forms.Form):
        commune = ChampCommune(label="Commune")

    form = Essai({"commune": "Nullepart"})
    form.fields["commune"].preferer(distribution.reseau)
    html = str(form["commune"])
    assert 'data-communes-url="/communes/?reseau=vallee"' in html
    assert 'value="Nullepart"' in html
    assert "reseau=" not in str(Essai()["commune"])
    assert not Essai({"commune": "Ambert (63600)"}, initial={"commune": commune()}).has_changed()


def test_un_compte_ferme_n_est_plus_a_l_annuaire(distribution, connecter):
    muette = UtilisateurFabrique(nom="Compteferme", is_active=False)
    MandatFabrique(utilisateur=muette, structure=distribution.s1, reseau=distribution.reseau)
    client = connecter(distribution.auteur)
    assert "Compteferme" not in client.get(url_annuaire(distribution)).content.decode()
    assert titres(client.post(url_annuaire(distribution), {"q": "compteferme"}, follow=True)) == []


def test_un_caractere_invisible_n_arrete_rien(distribution, connecter):
    client = connecter(distribution.auteur)
    trouvees = client.post(url_annuaire(distribution), {"q": "Pays\x00de\r\nla"}, follow=True)
    assert titres(trouvees) == ["Pays de la vallée"]
    adresse = reverse("partenaires:communes")
    for reseau in ("\x00", "vallee\x00", "a b", "é" * 200):
        trouvees = client.get(adresse, {"q": "amb\x00ert", "reseau": reseau})
        assert trouvees.status_code == 200


def test_les_coordonnees_se_deplient_et_la_recherche_les_ouvre(distribution, connecter):
    client = connecter(distribution.auteur)
    page = client.get(url_annuaire(distribution)).content.decode()
    assert "<details>" in page
    assert "<details open>" not in page
    # Repliée, la ligne nomme déjà qui travaille là.
    ligne = page.split("<summary>", 2)[1].split("</summary>")[0]
    assert "Agathe Distribution-Auteur" in ligne
    trouvee = client.post(url_annuaire(distribution), {"q": "violette"}, follow=True)
    assert "<details open>" in trouvee.content.decode()
    assert distribution.voisine.email in trouvee.content.decode()
