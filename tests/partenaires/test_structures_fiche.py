"""La fiche d'une structure : qui la tient, ce qu'elle accepte, ce qu'on en lit."""

import pytest
from django.urls import reverse

from partenaires.horaires import HorairesIllisibles, en_osm, en_phrases, lire_plages
from partenaires.models import Mandat, Structure, StructureCommune
from partenaires.services.fusions import reunir
from partenaires.siret import lire_siret
from socle.acteur import acteur_de
from socle.models import AccesJournal
from tests.fabriques import ConventionFabrique, MandatFabrique, StructureFabrique, commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    return reverse(
        "partenaires:structure_modifier", args=[distribution.reseau.slug, distribution.s1.uuid]
    )


def fiche(distribution, **champs):
    return {"nom": distribution.s1.nom, "type": distribution.s1.type} | champs


def erreurs(page) -> str:
    assert page.status_code == 200
    return page.context["form"].errors.as_text()


# --- Qui la tient ----------------------------------------------------------------------------


def sans_administrateur(distribution):
    """S1 telle qu'un réseau vient de la faire entrer : personne ne l'administre encore."""
    Mandat.objects.filter(structure=distribution.s1).update(administre=False)


@pytest.mark.parametrize("qui", ["auteur", "animatrice"])
def test_ses_administrateurs_la_tiennent_et_l_animation_en_attendant(
    qui, connecter, distribution, adresse
):
    if qui == "animatrice":
        sans_administrateur(distribution)
    client = connecter(getattr(distribution, qui))
    page = client.post(
        adresse,
        fiche(
            distribution,
            siret="732 829 320 00074",
            adresse="2 rue des Forges",
            commune="Ambert",
            site="https://www.exemple.test/",
            telephone="0465710000",
            jour0="9h-12h et 14h-17h30",
            recopier="on",
            horaires_precision="fermé en août",
        ),
        follow=True,
    )
    assert "La fiche est à jour" in page.content.decode()
    structure = Structure.objects.get(pk=distribution.s1.pk)
    assert structure.siret == "73282932000074"
    assert structure.telephone == "04 65 71 00 00"
    assert structure.horaires[:5] == [[["09:00", "12:00"], ["14:00", "17:30"]]] * 5
    assert structure.horaires[5:] == [[], []]
    lue = page.content.decode()
    assert (
        "Du lundi au vendredi, 9\u00a0h\u00a0– 12\u00a0h et 14\u00a0h\u00a0– 17\u00a0h\u00a030"
        in lue
    )
    assert "2 rue des Forges<br>63600 Ambert" in lue
    assert AccesJournal.objects.filter(objet="structure").count() == 1


@pytest.mark.parametrize("cas", ["administree ici", "administree ailleurs", "autre reseau"])
def test_l_animation_n_ecrit_pas_la_fiche_de_qui_repond_d_elle_meme(
    cas, connecter, distribution, adresse, marqueur
):
    d = distribution
    if cas != "administree ici":
        sans_administrateur(d)
        ConventionFabrique(reseau=d.reseau_b, structures=[d.s1])
    if cas == "administree ailleurs":
        MandatFabrique(utilisateur=d.etrangere, structure=d.s1, reseau=d.reseau_b, administre=True)
    client = connecter(d.animatrice)
    assert client.get(adresse).status_code == 403
    assert client.post(adresse, fiche(d, description=marqueur)).status_code == 403
    page = reverse("partenaires:structure", args=[d.reseau.slug, d.s1.uuid])
    assert adresse not in client.get(page).content.decode()
    assert not Structure.objects.filter(description=marqueur).exists()
    # Seule dans ce réseau et sans personne pour l'administrer, l'animation la remplit.
    sienne = StructureFabrique(nom="Atelier neuf")
    ConventionFabrique(reseau=d.reseau, structures=[sienne])
    neuve = reverse("partenaires:structure_modifier", args=[d.reseau.slug, sienne.uuid])
    envoi = {"nom": sienne.nom, "type": sienne.type, "description": marqueur}
    assert client.post(neuve, envoi).status_code == 302
    assert Structure.objects.filter(description=marqueur).get() == sienne


@pytest.mark.parametrize(
    ("qui", "code"),
    [("collegue", 403), ("voisine", 403), ("elue", 403), ("etrangere", 404), ("auditrice", 404)],
)
def test_les_autres_non(qui, code, connecter, distribution, adresse, marqueur):
    reponse = connecter(getattr(distribution, qui)).post(
        adresse, fiche(distribution, description=marqueur)
    )
    assert reponse.status_code == code
    assert not Structure.objects.filter(description=marqueur).exists()


def test_deux_personnes_a_la_fois_la_seconde_voit_les_deux(connecter, distribution, adresse):
    client = connecter(distribution.auteur)
    MandatFabrique(
        utilisateur=distribution.animatrice,
        structure=distribution.s1,
        reseau=distribution.reseau,
        administre=True,
    )
    ouverte = client.get(adresse).context["form"]["lue"].value()
    connecter(distribution.animatrice).post(
        adresse, fiche(distribution, adresse="1 place du Marché")
    )
    envoi = fiche(distribution, adresse="2 rue des Forges", lue=ouverte)
    page = client.post(adresse, envoi)
    assert "1 place du Marché" in erreurs(page)
    assert "2 rue des Forges" in page.content.decode()
    assert Structure.objects.get(pk=distribution.s1.pk).adresse == "1 place du Marché"
    client.post(adresse, envoi | {"lue": page.context["form"]["lue"].value()})
    assert Structure.objects.get(pk=distribution.s1.pk).adresse == "2 rue des Forges"


# --- Ce qu'elle accepte ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("champ", "saisie", "phrase"),
    [
        ("siret", "732 829 320 00079", "sa clé est fausse"),
        ("siret", "732829320", "C’est sans doute un SIREN"),
        ("siret", "7328293200007A", "que des chiffres"),
        ("site", "http://exemple.test", "sans le «\u00a0s\u00a0»"),
        ("site", "pas une adresse", "semble incomplète"),
        ("site", "ftp://exemple.test", "commence par https://"),
        ("telephone", "12", "ne se lit pas"),
        ("email", "contact@", "ne semble pas complète"),
        ("jour2", "matin", "Nous ne lisons pas ces heures"),
        ("jour2", "12h-9h", "la fin vient avant le début"),
        ("annuaire_public", "on", "donnez au moins un téléphone"),
    ],
)
def test_une_saisie_fausse_s_explique(champ, saisie, phrase, connecter, distribution, adresse):
    page = connecter(distribution.auteur).post(adresse, fiche(distribution, **{champ: saisie}))
    assert phrase in erreurs(page)


def test_la_poste_a_sa_propre_cle():
    """Ses établissements ont une somme multiple de cinq ; son siège, la clé ordinaire."""
    assert lire_siret("356 000 000 00048") == "35600000000048"
    assert lire_siret("35600000009075") == "35600000009075"
    with pytest.raises(ValueError, match="clé"):
        lire_siret("35600000009076")
    assert Structure(siret="73282932000074").siret_lisible == "732\u00a0829\u00a0320\u00a000074"


def test_un_siret_deja_pris_se_dit_sans_trahir_un_autre_reseau(connecter, distribution, adresse):
    client = connecter(distribution.auteur)
    Structure.objects.filter(pk=distribution.s2.pk).update(siret="73282932000074")
    assert f"déjà celui de {distribution.s2.nom}" in erreurs(
        client.post(adresse, fiche(distribution, siret="73282932000074"))
    )
    Structure.objects.filter(pk=distribution.s2.pk).update(siret="")
    Structure.objects.filter(pk=distribution.s3.pk).update(siret="73282932000074")
    phrase = erreurs(client.post(adresse, fiche(distribution, siret="73282932000074")))
    assert "hors de vos réseaux" in phrase
    assert distribution.s3.nom not in phrase


@pytest.mark.parametrize(
    ("saisie", "plages"),
    [
        ("9h-12h et 14h-17h30", [["09:00", "12:00"], ["14:00", "17:30"]]),
        ("de 8h30 à 12h, 13h30 à 17h", [["08:30", "12:00"], ["13:30", "17:00"]]),
        ("9:00-12:00 / 14-18", [["09:00", "12:00"], ["14:00", "18:00"]]),
        ("9 h – 12 h", [["09:00", "12:00"]]),
        ("9-12 14-17", [["09:00", "12:00"], ["14:00", "17:00"]]),
        ("fermé", []),
        ("", []),
    ],
)
def test_les_heures_se_tapent_comme_on_les_dit(saisie, plages):
    assert lire_plages(saisie) == plages


@pytest.mark.parametrize("saisie", ["9h", "25h-26h", "9h-12h 14h-16h 18h-20h", "9h-12h et 11h-15h"])
def test_des_heures_impossibles(saisie):
    with pytest.raises(HorairesIllisibles):
        lire_plages(saisie)


def test_les_heures_se_lisent_par_groupes_de_jours():
    matin, journee = [["09:00", "12:00"]], [["09:00", "17:30"]]
    assert en_phrases([matin, matin, [], journee, journee, matin, []]) == [
        "le lundi, le mardi et le samedi, 9\u00a0h\u00a0– 12\u00a0h",
        "le jeudi et le vendredi, 9\u00a0h\u00a0– 17\u00a0h\u00a030",
    ]
    assert en_phrases([]) == []
    assert en_osm([matin, [], [], [], [], [], []]) == "Mo 09:00-12:00"


# --- Sa page ---------------------------------------------------------------------------------


def page_de(distribution, structure, reseau=None):
    reseau = reseau or distribution.reseau
    return reverse("partenaires:structure", args=[reseau.slug, structure.uuid])


def test_ce_qui_manque_ne_se_dit_qu_a_qui_la_tient(connecter, distribution):
    adresse = page_de(distribution, distribution.s1)
    vue = connecter(distribution.auteur).get(adresse).content.decode()
    manques = ("heures d’ouverture manquent", "elle sait faire n’est pas dit", "SIRET manque")
    for manque in manques:
        assert manque in vue
    for autre in ("voisine", "elue"):
        lue = connecter(getattr(distribution, autre)).get(adresse).content.decode()
        assert distribution.s1.nom in lue
        assert not [m for m in manques if m in lue]
    Structure.objects.filter(pk=distribution.s1.pk).update(siret="73282932000074")
    assert "SIRET manque" not in connecter(distribution.auteur).get(adresse).content.decode()


def test_les_autres_reseaux_se_disent_a_qui_en_est(connecter, distribution):
    ConventionFabrique(reseau=distribution.reseau_b, structures=[distribution.s1])
    adresse = page_de(distribution, distribution.s1)
    assert (
        distribution.reseau_b.nom
        not in connecter(distribution.voisine).get(adresse).content.decode()
    )
    MandatFabrique(
        utilisateur=distribution.voisine, reseau=distribution.reseau_b, structure=distribution.s3
    )
    vue = connecter(distribution.voisine).get(adresse).content.decode()
    assert page_de(distribution, distribution.s1, distribution.reseau_b) in vue


def test_l_adresse_d_une_fiche_reunie_mene_a_l_autre(connecter, distribution):
    double = StructureFabrique(nom="La Chambre")
    ConventionFabrique(reseau=distribution.reseau, structures=[double])
    reunir(acteur=acteur_de(distribution.animatrice), gardee=distribution.s1, absorbee=double)
    ancienne = page_de(distribution, double)
    reponse = connecter(distribution.voisine).get(ancienne)
    assert reponse.status_code == 302
    assert reponse["Location"] == page_de(distribution, distribution.s1)
    assert connecter(distribution.etrangere).get(ancienne).status_code == 404


def test_la_carte_dit_ou_elle_va(connecter, distribution, nombre_de_requetes):
    client = connecter(distribution.voisine)
    adresse = page_de(distribution, distribution.s1)
    assert "Partout dans le réseau" in client.get(adresse).content.decode()
    StructureCommune.objects.create(structure=distribution.s1, commune=commune())
    with nombre_de_requetes(12):
        page = client.get(adresse)
    assert "Les communes où va" in page.content.decode()
    assert {nom: texte for nom, texte, _ in page.context["carte"]["lignes"]} == {
        "Ambert": "desservie",
        "Thiers": "",
    }
