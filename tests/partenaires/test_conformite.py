"""Le registre de conformité : prérempli, écrit par parties, et ce qu'il ouvre."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from pypdf import PdfReader

from partenaires import documents
from partenaires.enums import BaseLegale
from partenaires.models import Conformite, Reseau
from partenaires.services.conformite import ecrire, registre_de, roles_manquants
from partenaires.services.reseaux import ouvrir_partage
from socle.refus import Refus
from tests.fabriques import ConventionFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


def page(nom, reseau, *args):
    return reverse(f"partenaires:{nom}", args=[reseau.slug, *args])


@pytest.fixture
def reseau(distribution):
    Reseau.objects.filter(pk=distribution.reseau.pk).update(
        partage_ouvert_le=None, aipd_le=None, accord_conjoint_le=None
    )
    distribution.reseau.refresh_from_db()
    return distribution.reseau


@pytest.fixture
def client_anim(distribution, connecter):
    return connecter(distribution.animatrice)


def roles(d, **champs):
    return {"informe": d.s1.pk, "repond": d.s2.pk, "notifie": d.s2.pk, **champs}


def test_un_registre_neuf_propose_la_structure_coordinatrice(reseau, distribution, client_anim):
    registre = registre_de(reseau)
    assert registre.pk is None
    assert {registre.informe, registre.repond, registre.notifie} == {distribution.s2}
    texte = client_anim.get(page("conformite", reseau)).content.decode()
    assert "<title>Vie privée · Réseau de la vallée · Maillon</title>" in texte
    assert not Conformite.objects.filter(reseau=reseau).exists()
    assert len(roles_manquants(reseau)) == 3


def test_chaque_partie_s_enregistre_seule(reseau, distribution, client_anim):
    client_anim.post(page("conformite_partie", reseau, "roles"), roles(distribution))
    registre = Conformite.objects.get(reseau=reseau)
    assert (registre.informe, registre.repond) == (distribution.s1, distribution.s2)
    assert registre.dpo_nom == ""
    assert roles_manquants(reseau) == []
    client_anim.post(
        page("conformite_partie", reseau, "dpo"), {"dpo_nom": "Camille Roche", "dpo_email": ""}
    )
    client_anim.post(
        page("conformite_partie", reseau, "aipd"),
        {"aipd_le": aujourd_hui(-3).isoformat(), "aipd_par": "La présidente"},
    )
    registre.refresh_from_db()
    reseau.refresh_from_db()
    assert (registre.dpo_nom, registre.aipd_par) == ("Camille Roche", "La présidente")
    assert reseau.aipd_le == aujourd_hui(-3)
    assert reseau.accord_conjoint_le is None
    assert reseau.partage_ouvert_le is None


@pytest.mark.parametrize(
    ("partie", "donnees", "phrase"),
    [
        ("roles", {"informe": ""}, "Choisissez une structure."),
        ("roles", {"informe": "s3"}, "Choisissez"),
        ("dpo", {"dpo_nom": "", "dpo_email": "x"}, "Écrivez un nom"),
        ("aipd", {"aipd_le": aujourd_hui(2).isoformat(), "aipd_par": "Moi"}, "dans l’avenir"),
        ("accord", {"accord_conjoint_le": ""}, "Indiquez une date."),
    ],
)
def test_une_partie_fausse_ne_s_enregistre_pas(
    partie, donnees, phrase, reseau, distribution, client_anim
):
    envoi = roles(distribution) | donnees if partie == "roles" else donnees
    if envoi.get("informe") == "s3":
        # La structure d'un autre réseau n'est pas un choix.
        envoi["informe"] = distribution.s3.pk
        phrase = "choix"
    texte = client_anim.post(page("conformite_partie", reseau, partie), envoi).content.decode()
    assert phrase in texte
    assert not Conformite.objects.filter(reseau=reseau).exists()
    reseau.refresh_from_db()
    assert reseau.aipd_le is None


def test_un_changement_fait_entre_temps_se_dit(reseau, client_anim):
    form = next(
        p["form"]
        for p in client_anim.get(page("conformite", reseau)).context["parties"]
        if p["partie"].code == "dpo"
    )
    lu = form["lu"].value()
    ecrire(reseau=reseau, dpo_nom="Quelqu’un d’autre")
    texte = client_anim.post(
        page("conformite_partie", reseau, "dpo"), {"dpo_nom": "Moi", "dpo_email": "", "lu": lu}
    ).content.decode()
    assert "Quelqu’un a rempli cette partie entre-temps" in texte
    assert 'value="Moi"' in texte
    assert Conformite.objects.get(reseau=reseau).dpo_nom == "Quelqu’un d’autre"


def test_l_enfant_reprend_ce_que_dit_son_parent(reseau, distribution, client_anim):
    parent = distribution.reseau_b
    ConventionFabrique(reseau=parent, structures=[distribution.s2])
    ecrire(
        reseau=parent,
        informe=distribution.s3,
        repond=distribution.s2,
        notifie=distribution.s3,
        dpo_nom="Camille Roche",
        hebergeur="Centre de gestion",
    )
    assert registre_de(reseau).dpo_nom == ""
    Reseau.objects.filter(pk=reseau.pk).update(parent_propose=parent)
    reseau.refresh_from_db()
    assert registre_de(reseau).dpo_nom == "", "un lien proposé n'apporte rien"
    Reseau.objects.filter(pk=reseau.pk).update(parent_propose=None, parent=parent)
    reseau.refresh_from_db()
    registre = registre_de(reseau)
    assert (registre.dpo_nom, registre.hebergeur) == ("Camille Roche", "Centre de gestion")
    # La structure du parent qui n'est pas d'ici laisse la place à la coordinatrice.
    assert (registre.informe, registre.repond) == (distribution.s2, distribution.s2)
    texte = client_anim.get(page("conformite", reseau)).content.decode()
    assert "Ces réponses viennent de <strong>Réseau du plateau</strong>" in texte
    assert not Conformite.objects.filter(reseau=reseau).exists()
    client_anim.post(page("conformite_partie", reseau, "roles"), roles(distribution))
    assert Conformite.objects.get(reseau=reseau).reprise_de == parent
    reseau.refresh_from_db()
    assert reseau.aipd_le is None, "les signatures se donnent ici"


# --- Les bases légales ------------------------------------------------------------------------------


def test_noter_la_base_legale_d_une_structure(reseau, distribution, client_anim):
    adresse = page("base_legale", reseau, distribution.s1.uuid)
    client_anim.post(adresse, {"base_legale": BaseLegale.INTERET_LEGITIME})
    distribution.s1.refresh_from_db()
    assert distribution.s1.base_legale == BaseLegale.INTERET_LEGITIME
    ConventionFabrique(reseau=distribution.reseau_b, structures=[distribution.s1])
    texte = client_anim.post(adresse, {"base_legale": BaseLegale.MISSION_PUBLIQUE}).content.decode()
    assert "elle seule change sa base légale" in texte
    distribution.s1.refresh_from_db()
    assert distribution.s1.base_legale == BaseLegale.INTERET_LEGITIME
    etrangere = page("base_legale", reseau, distribution.s3.uuid)
    assert client_anim.get(etrangere).status_code == 404


def test_le_registre_se_lit_en_autant_de_requetes(
    reseau, distribution, client_anim, nombre_de_requetes
):
    ConventionFabrique(reseau=reseau, structures=[])
    client_anim.get(page("conformite", reseau))
    with nombre_de_requetes(8):
        client_anim.get(page("conformite", reseau))
    ConventionFabrique(reseau=reseau, structures=[distribution.s3])
    with nombre_de_requetes(8):
        texte = client_anim.get(page("conformite", reseau)).content.decode()
    assert distribution.s3.nom in texte


# --- Les documents ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(documents.DOCUMENTS))
def test_chaque_modele_se_remplit_et_s_imprime(code, reseau, client_anim):
    document = documents.remplir(code, reseau)
    assert document.titre
    assert document.restants > 0, "ce que Maillon ignore reste marqué"
    texte = client_anim.get(page("conformite_document", reseau, code)).content.decode()
    assert "Télécharger le PDF" in texte
    assert "**" not in texte
    assert "[à compléter" in texte
    reponse = client_anim.get(page("conformite_pdf", reseau, code))
    assert reponse["Content-Type"] == "application/pdf"
    assert code in reponse["Content-Disposition"]
    lu = "".join(p.extract_text() for p in PdfReader(io.BytesIO(reponse.content)).pages)
    assert "à compléter" in lu
    if code != "registre":
        assert "vallée" in lu


def test_les_modeles_nomment_tout_ce_que_maillon_sait_ecrire(reseau, distribution):
    ecrire(
        reseau=reseau,
        **dict.fromkeys(("informe", "repond", "notifie"), distribution.s2),
        contact="ecrire@vallee.test",
        dpo_nom="Camille Roche",
        aipd_par="La présidente",
        hebergeur="Centre de gestion",
        pays_hebergement="France",
        aipd_le=aujourd_hui(-5),
        accord_conjoint_le=aujourd_hui(-2),
    )
    reseau.refresh_from_db()
    cles = documents.cles_du_reseau(reseau)
    texte = "".join(documents._texte(m.fichier) for m in documents.DOCUMENTS.values())
    modeles = " ".join(texte.replace("\u00a0", " ").split())
    absentes = [c for c in cles if f"[à compléter : {c}]" not in modeles]
    assert absentes == ["qui tient la notice"]


def test_l_accord_porte_une_ligne_par_structure(reseau, distribution, client_anim):
    nom = "**Chambre** | `piège` [à compléter]"
    distribution.s1.nom = nom
    distribution.s1.save()
    blocs = documents.remplir("accord", reseau).blocs
    signatures = blocs[-1]["rangees"]
    assert [r[0][0]["texte"] for r in signatures] == [nom, distribution.s2.nom]
    assert {s["forme"] for r in signatures for s in r[0]} == {"rempli"}
    assert client_anim.get(page("conformite_pdf", reseau, "accord")).status_code == 200


def test_un_document_se_complete_dans_un_traitement_de_texte(reseau, client_anim):
    Reseau.objects.filter(pk=reseau.pk).update(nom="Réseau <de> l’essai & Cie")
    reponse = client_anim.get(page("conformite_pdf", reseau, "aipd"), {"format": "docx"})
    assert reponse["Content-Disposition"].endswith('.docx"')
    paquet = zipfile.ZipFile(io.BytesIO(reponse.content))
    document = ElementTree.fromstring(paquet.read("word/document.xml"))
    for nom in ("[Content_Types].xml", "_rels/.rels", "word/styles.xml"):
        ElementTree.fromstring(paquet.read(nom))
    texte = "".join(document.itertext())
    assert "Réseau <de> l’essai & Cie" in texte
    assert "Version de Maillon : 0." in texte
    mots = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    surlignes = document.findall(f".//{mots}highlight")
    ecran = client_anim.get(page("conformite_document", reseau, "aipd"))
    assert len(surlignes) == ecran.context["document"].restants > 0
    assert "?format=docx" in ecran.content.decode()


def test_approuver_une_analyse_incomplete_previent_sans_empecher(reseau, client_anim):
    saisie = {"aipd_le": aujourd_hui(-3).isoformat(), "aipd_par": "La présidente"}
    suite = client_anim.post(page("conformite_partie", reseau, "aipd"), saisie, follow=True)
    assert "à compléter : vérifiez que la version approuvée" in suite.content.decode()
    reseau.refresh_from_db()
    assert reseau.aipd_le == aujourd_hui(-3)


def test_un_document_inconnu_n_existe_pas(reseau, client_anim):
    for route in ("conformite_document", "conformite_pdf"):
        assert client_anim.get(page(route, reseau, "inconnu")).status_code == 404


# --- Le partage ---------------------------------------------------------------------------------------


def test_le_partage_attend_le_registre(reseau, distribution, client_anim):
    dates = {"aipd_le": aujourd_hui(-3), "accord_conjoint_le": aujourd_hui(-1)}
    texte = client_anim.post(page("partage", reseau), dates).content.decode()
    assert "Le registre ne dit pas encore" in texte
    with pytest.raises(Refus, match="qui répond"):
        ouvrir_partage(reseau=reseau, **dates)
    client_anim.post(page("conformite_partie", reseau, "roles"), roles(distribution))
    client_anim.post(
        page("conformite_partie", reseau, "accord"), {"accord_conjoint_le": aujourd_hui(-1)}
    )
    # La date notée au registre est déjà dans le formulaire du partage.
    form = client_anim.get(page("partage", reseau)).context["form"]
    assert form["accord_conjoint_le"].value() == aujourd_hui(-1)
    client_anim.post(page("partage", reseau), dates)
    reseau.refresh_from_db()
    assert reseau.partage_ouvert_le == aujourd_hui()


def test_le_partage_ouvert_ses_dates_ne_se_retirent_pas(distribution, client_anim):
    reseau = distribution.reseau
    with pytest.raises(Refus, match="ne peut pas manquer"):
        ecrire(reseau=reseau, aipd_le=None)
    texte = client_anim.post(
        page("conformite_partie", reseau, "accord"), {"accord_conjoint_le": aujourd_hui()}
    ).content.decode()
    assert "s’est ouvert avant cette date" in texte


def test_l_annuaire_vit_avant_le_partage(reseau, client_anim):
    assert client_anim.get(page("annuaire", reseau)).status_code == 200
    assert client_anim.get(reverse("porteurs:reunions", args=[reseau.slug])).status_code == 200
