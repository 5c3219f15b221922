"""Les conventions : s'écrire, se signer, changer par avenants, finir, et qui lit quoi."""

import io

import pypdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from partenaires.enums import EtatConvention, EtatObjectif
from partenaires.models import (
    Avenant,
    Convention,
    ConventionStructure,
    DocumentConvention,
    Mandat,
    ModeleConvention,
    Objectif,
    Structure,
)
from partenaires.services.avenants import ajouter_avenant
from partenaires.services.conventions import (
    PASSAGES,
    denoncer_convention,
    modifier_convention,
    passer,
    renoncer_a_denoncer,
    signer_convention,
    texte_en_vigueur,
)
from partenaires.services.modele_convention import TEXTE_PAR_DEFAUT, remplir
from socle.acteur import acteur_de
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.models import AccesJournal
from socle.refus import Refus
from tests.fabriques import ConventionFabrique, StructureFabrique
from tests.fabriques.partenaires import aujourd_hui
from tests.socle.fichiers_essai import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    def de(nom, *suite):
        return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug, *suite])

    return de


@pytest.fixture
def convention(distribution, marqueur):
    """Signée, entre S1 et S2, jusqu'à dans cent jours ; S1 et S2 en ont une autre, sans fin."""
    return ConventionFabrique(
        reseau=distribution.reseau,
        structures=[distribution.s1, distribution.s2],
        intitule=f"Convention {marqueur}",
        texte="Le premier texte",
        periode=DateRange(aujourd_hui(-100), aujourd_hui(100)),
    )


def saisie(distribution, **champs):
    return {
        "intitule": "Convention pour les locaux",
        "structures": [str(distribution.s1.uuid)],
        "debut": aujourd_hui().isoformat(),
        "dernier_jour": "",
        "texte": "# Entre\n\n{structures}",
    } | champs


# --- La table des états ----------------------------------------------------------------------


@pytest.mark.parametrize("geste", PASSAGES)
@pytest.mark.parametrize("etat", EtatConvention.values)
def test_chaque_geste_part_d_ou_la_table_le_dit(convention, geste, etat):
    champs = {"denoncee_le": aujourd_hui()}
    Convention.objects.filter(pk=convention.pk).update(etat=etat, **champs)
    if etat in PASSAGES[geste].depuis:
        passer(convention, geste)
        convention.refresh_from_db()
        assert convention.etat == PASSAGES[geste].vers
    else:
        with pytest.raises(Refus):
            passer(convention, geste)


def test_une_denoncee_est_datee(convention):
    convention.etat = EtatConvention.DENONCEE
    with pytest.raises(ValidationError, match="dénoncée"):
        convention.full_clean()


# --- Lire ------------------------------------------------------------------------------------


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_dans_l_ordre_des_fins(
    connecter, elue, distribution, adresse, nombre_de_requetes, nombre
):
    for rang in range(nombre):
        ConventionFabrique(
            reseau=distribution.reseau,
            structures=[distribution.s1, distribution.s2],
            intitule=f"Convention numéro {rang}",
            periode=DateRange(aujourd_hui(-10), aujourd_hui(60 + 40 * rang)),
        )
    ConventionFabrique(reseau=distribution.reseau_b, intitule="Convention d’ailleurs")
    client = connecter(elue)
    with nombre_de_requetes(10):
        page = client.get(adresse("conventions")).content.decode()
    rangs = [page.index(f"Convention numéro {rang}") for rang in range(nombre)]
    assert rangs == sorted(rangs)
    assert page.count("finit dans 59 jours") == 1
    assert "d’ailleurs" not in page


def test_qui_lit_une_convention(connecter, distribution, convention, adresse, marqueur):
    page = adresse("convention", convention.uuid)
    for nom in ("animatrice", "voisine", "elue", "auteur"):
        assert marqueur in connecter(getattr(distribution, nom)).get(page).content.decode()
    for nom, code in {"accueil": 403, "parrain": 403, "auditrice": 404, "etrangere": 404}.items():
        refus = connecter(getattr(distribution, nom)).get(page)
        assert refus.status_code == code
        assert marqueur not in refus.content.decode()


def test_la_convention_d_un_autre_reseau_n_existe_pas(
    connecter, etrangere, convention, distribution
):
    ailleurs = reverse("partenaires:convention", args=[distribution.reseau_b.slug, convention.uuid])
    assert connecter(etrangere).get(ailleurs).status_code == 404


def test_l_export_ne_dit_que_ce_reseau_et_neutralise(connecter, elue, distribution, adresse):
    ConventionFabrique(reseau=distribution.reseau, structures=[distribution.s1], intitule="=1+1")
    ConventionFabrique(reseau=distribution.reseau_b, intitule="Convention d’ailleurs")
    reponse = connecter(elue).get(adresse("conventions_export"), {"format": "csv"})
    contenu = b"".join(reponse).decode("utf-8-sig")
    assert "'=1+1" in contenu
    assert distribution.s1.nom in contenu
    assert "d’ailleurs" not in contenu


# --- Écrire et signer ------------------------------------------------------------------------


def test_finir_avant_de_commencer_s_explique_et_rien_ne_se_perd(
    connecter, animatrice, distribution, adresse
):
    donnees = saisie(distribution, dernier_jour=aujourd_hui(-5).isoformat())
    page = connecter(animatrice).post(adresse("convention_nouvelle"), donnees)
    texte = page.content.decode()
    assert "avant d’avoir commencé" in texte
    assert "dernier_jour" in page.context["form"].errors
    assert "Convention pour les locaux" in texte
    assert "# Entre" in texte
    assert f'value="{distribution.s1.uuid}"' in texte
    assert not Convention.objects.filter(intitule="Convention pour les locaux").exists()


def test_de_l_engagement_a_la_signature(connecter, animatrice, distribution, adresse):
    client = connecter(animatrice)
    client.post(adresse("convention_nouvelle"), saisie(distribution))
    objet = Convention.objects.get(intitule="Convention pour les locaux")
    assert (objet.etat, objet.dernier_jour) == (EtatConvention.PRINCIPE, None)
    assert distribution.s1.nom in client.get(adresse("convention", objet.uuid)).content.decode()
    client.post(
        adresse("convention_signer", objet.uuid),
        {"signee_le": aujourd_hui().isoformat(), "revision": 1},
    )
    objet.refresh_from_db()
    assert objet.etat == EtatConvention.SIGNEE
    assert objet.texte == f"# Entre\n\n- {distribution.s1.nom}"
    donnees = saisie(distribution, intitule="Autrement", revision=objet.revision)
    page = client.post(adresse("convention_modifier", objet.uuid), donnees).content.decode()
    assert "ne change plus que par un avenant" in page
    assert "Autrement" in page


def test_signer_dans_l_avenir_se_refuse(distribution):
    objet = ConventionFabrique(
        reseau=distribution.reseau, structures=[distribution.s1], etat=EtatConvention.PRINCIPE
    )
    with pytest.raises(Refus) as refus:
        signer_convention(convention=objet, revision=1, signee_le=aujourd_hui(2))
    assert refus.value.champ == "signee_le"


def test_un_texte_change_apres_relecture_ne_se_signe_pas(distribution):
    objet = ConventionFabrique(
        reseau=distribution.reseau, structures=[distribution.s1], etat=EtatConvention.PRINCIPE
    )
    Convention.objects.filter(pk=objet.pk).update(revision=2)
    with pytest.raises(Refus, match="pendant que vous"):
        signer_convention(convention=objet, revision=1, signee_le=aujourd_hui())
    objet.refresh_from_db()
    assert objet.etat == EtatConvention.PRINCIPE


def test_deux_mains_sur_un_engagement(connecter, animatrice, distribution, adresse):
    objet = ConventionFabrique(
        reseau=distribution.reseau, structures=[distribution.s1], etat=EtatConvention.PRINCIPE
    )
    client = connecter(animatrice)
    url = adresse("convention_modifier", objet.uuid)
    depart = objet.debut.isoformat()
    client.post(url, saisie(distribution, debut=depart, intitule="La première", revision=1))
    seconde = saisie(distribution, debut=depart, intitule="La seconde", revision=1)
    page = client.post(url, seconde)
    assert "Quelqu’un a changé cette convention" in page.content.decode()
    assert "La seconde" in page.content.decode()
    objet.refresh_from_db()
    assert objet.intitule == "La première"
    client.post(url, seconde | {"revision": page.context["form"].data["revision"]})
    objet.refresh_from_db()
    assert objet.intitule == "La seconde"


def test_une_structure_d_ailleurs_ne_se_choisit_pas(connecter, animatrice, distribution, adresse):
    donnees = saisie(distribution, structures=[str(distribution.s3.uuid)])
    page = connecter(animatrice).post(adresse("convention_nouvelle"), donnees)
    assert "pas de ce réseau" in page.content.decode()
    assert distribution.s3.nom not in page.content.decode()


def test_une_structure_retiree_d_un_engagement_garde_ses_droits_ce_soir(distribution):
    neuve = StructureFabrique()
    objet = ConventionFabrique(
        reseau=distribution.reseau,
        structures=[distribution.s1, neuve],
        etat=EtatConvention.PRINCIPE,
    )
    modifier_convention(
        convention=objet,
        revision=1,
        intitule=objet.intitule,
        structures=[distribution.s1],
        debut=objet.debut,
        fin=None,
        texte="",
    )
    membres = Structure.objects.filter(pk=neuve.pk)
    reseau = distribution.reseau.pk
    assert membres.membres(reseau, aujourd_hui()).exists()
    assert not membres.membres(reseau, aujourd_hui(1)).exists()


# --- Le texte, le modèle, le PDF -------------------------------------------------------------


def test_un_nom_qui_imite_un_repere_reste_un_nom(distribution):
    distribution.reseau.nom = "{fin}"
    objet = Convention(reseau=distribution.reseau, periode=DateRange(aujourd_hui(), None))
    rempli = remplir("{reseau} : {structures}", objet, ["{reseau}"], None)
    assert rempli == "{fin} : - {reseau}"
    assert "{" not in remplir(TEXTE_PAR_DEFAUT, objet, ["A"], None).replace("{fin}", "")


def test_le_modele_se_reecrit_et_un_repere_inconnu_se_dit(
    connecter, animatrice, distribution, adresse
):
    client, url = connecter(animatrice), adresse("convention_modele")
    page = client.post(url, {"texte": "Pour {personne}", "revision": 0}).content.decode()
    assert "{personne}" in page
    assert "{structures}" in page
    assert not ModeleConvention.objects.exists()
    client.post(url, {"texte": "Notre modèle", "revision": 0})
    assert "Notre modèle" in client.get(adresse("convention_nouvelle")).content.decode()
    page = client.post(url, {"texte": "L’autre modèle", "revision": 0}).content.decode()
    assert "Notre modèle" in page
    assert "L’autre modèle" in page
    client.post(url, {"texte": "L’autre modèle", "revision": 1})
    assert ModeleConvention.objects.get(reseau=distribution.reseau).texte == "L’autre modèle"


def test_le_pdf_porte_le_texte_comme_du_texte(connecter, voisine, convention, adresse):
    Convention.objects.filter(pk=convention.pk).update(texte='#read("/etc/passwd") *gras* $x$')
    reponse = connecter(voisine).get(adresse("convention_pdf", convention.uuid))
    assert reponse["Content-Type"] == "application/pdf"
    assert lu(reponse.content).count("gras") == 1
    assert "#read(" in lu(reponse.content)


def lu(contenu: bytes) -> str:
    return "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(contenu)).pages)


INCONNU = "Nous ne savons pas remplacer « {inconnu} »"


def test_un_repere_inconnu_ne_passe_pas_dans_un_engagement(
    connecter, animatrice, distribution, adresse
):
    client = connecter(animatrice)
    page = client.post(
        adresse("convention_nouvelle"), saisie(distribution, texte="Entre {inconnu} et {fin}")
    )
    assert INCONNU in page.context["form"].errors["texte"][0]
    assert "{coordinatrice}" in page.context["form"].errors["texte"][0]
    assert "Entre {inconnu} et {fin}" in page.content.decode()
    assert not Convention.objects.filter(intitule="Convention pour les locaux").exists()
    objet = ConventionFabrique(
        reseau=distribution.reseau, structures=[distribution.s1], etat=EtatConvention.PRINCIPE
    )
    donnees = saisie(
        distribution, debut=objet.debut.isoformat(), texte="{inconnu}", revision=objet.revision
    )
    page = client.post(adresse("convention_modifier", objet.uuid), donnees)
    assert INCONNU in page.context["form"].errors["texte"][0]
    # Un texte d'avant cette vérification ne se fige pas non plus avec son repère inconnu.
    Convention.objects.filter(pk=objet.pk).update(texte="Entre {inconnu}")
    donnees = {"signee_le": aujourd_hui().isoformat(), "revision": objet.revision}
    page = client.post(adresse("convention_signer", objet.uuid), donnees)
    assert INCONNU in page.content.decode().replace("&#x27;", "'")
    objet.refresh_from_db()
    assert objet.etat == EtatConvention.PRINCIPE


def test_un_avenant_ne_prend_pas_non_plus_un_repere_inconnu(distribution, convention):
    with pytest.raises(Refus, match="inconnu") as refus:
        avenant(distribution, convention, texte="Entre {inconnu} et {structures}")
    assert refus.value.champ == "texte"
    # Ce qui est déjà dans un texte figé n'empêche pas de le changer.
    Convention.objects.filter(pk=convention.pk).update(texte="Ancien {inconnu}")
    assert "{inconnu}" in avenant(distribution, convention, texte="Nouveau {inconnu}").texte


# --- Avenants --------------------------------------------------------------------------------


def avenant(distribution, convention, **champs):
    convention.refresh_from_db()
    return ajouter_avenant(
        acteur=acteur_de(distribution.animatrice),
        convention=convention,
        revision=convention.revision,
        **{"objet": "Un changement", "texte": "Le second texte", "effet": aujourd_hui()} | champs,
    )


def test_le_texte_en_vigueur_a_une_date(connecter, elue, distribution, convention, adresse):
    avenant(distribution, convention, effet=aujourd_hui(-10))
    avenant(distribution, convention, effet=aujourd_hui(10), texte="Le troisième texte")
    assert texte_en_vigueur(convention, aujourd_hui(-20))[0] == "Le premier texte"
    assert texte_en_vigueur(convention, aujourd_hui())[1].numero == 1
    assert texte_en_vigueur(convention, aujourd_hui(10))[0] == "Le troisième texte"
    client = connecter(elue)
    page = client.get(adresse("convention", convention.uuid)).content.decode()
    assert "Le second texte" in page
    assert "Le troisième texte" not in page
    ancien = client.get(adresse("convention_version", convention.uuid, 0)).content.decode()
    assert "Le premier texte" in ancien
    url = adresse("convention_pdf", convention.uuid)
    assert "Le premier texte" in lu(client.get(url, {"le": aujourd_hui(-20)}).content)
    assert client.get(url, {"le": "bientôt"}).status_code == 404


def test_un_avenant_prolonge_et_fait_entrer(
    connecter, animatrice, distribution, convention, adresse
):
    neuve = StructureFabrique()
    ConventionFabrique(reseau=distribution.reseau, structures=[neuve])
    donnees = {
        "objet": "Une structure de plus, un an de plus",
        "effet": aujourd_hui(5).isoformat(),
        "change_fin": "on",
        "dernier_jour": aujourd_hui(400).isoformat(),
        "entrees": [str(neuve.uuid)],
        "texte": "Avec {structures}",
        "revision": convention.revision,
    }
    connecter(animatrice).post(adresse("avenant_nouveau", convention.uuid), donnees)
    convention.refresh_from_db()
    assert convention.dernier_jour == aujourd_hui(400)
    fait = Avenant.objects.get(convention=convention)
    assert neuve.nom in fait.texte
    assert (fait.fin_avant, fait.fin_apres) == (aujourd_hui(100), aujourd_hui(401))
    partie = ConventionStructure.objects.get(convention=convention, structure=neuve)
    assert partie.entree_le == aujourd_hui(5)


def test_une_fin_a_venir_ne_se_lit_pas_comme_celle_d_aujourd_hui(
    connecter, elue, distribution, convention, adresse
):
    Convention.objects.filter(pk=convention.pk).update(
        periode=DateRange(convention.debut, aujourd_hui(41))
    )
    avenant(
        distribution,
        convention,
        texte="Le premier texte",
        effet=aujourd_hui(7),
        change_fin=True,
        fin=aujourd_hui(401),
    )
    avant, apres = date_en_mots(aujourd_hui(40)), date_en_mots(aujourd_hui(400))
    des = date_en_mots(aujourd_hui(7))
    client = connecter(elue)
    page = client.get(adresse("convention", convention.uuid))
    terme = page.context["chaine"][-1]["detail"]
    assert terme == f"le {avant} ; à partir du {des} : le {apres}"
    for nom, suite in (("convention", [convention.uuid]), ("conventions", [])):
        texte = client.get(adresse(nom, *suite)).content.decode()
        assert "finit dans 40 jours" in texte
        assert f"jusqu’au {avant} ; à partir du {des}, jusqu’au {apres}" in texte
    # Le jour venu, la nouvelle fin est la seule.
    Avenant.objects.filter(convention=convention).update(effet=aujourd_hui())
    texte = client.get(adresse("convention", convention.uuid)).content.decode()
    assert "finit dans" not in texte
    assert avant not in texte.split("Versions")[0]
    assert apres in texte


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"effet": -200}, "effet"),
        ({"effet": 100}, "effet"),
        ({"change_fin": True, "fin": -1}, "dernier_jour"),
        ({"texte": "Le premier texte"}, None),
    ],
)
def test_un_avenant_impossible_se_dit(distribution, convention, champs, champ):
    champs = {k: aujourd_hui(v) if k in ("effet", "fin") else v for k, v in champs.items()}
    with pytest.raises(Refus) as refus:
        avenant(distribution, convention, **champs)
    assert refus.value.champ == champ
    assert not Avenant.objects.filter(convention=convention).exists()


def test_un_retrait_attend_demain(distribution, convention):
    """La structure n'avait que cette convention : elle est membre ce soir, plus demain."""
    neuve = StructureFabrique()
    ConventionStructure.objects.create(convention=convention, structure=neuve)
    with pytest.raises(Refus) as refus:
        avenant(distribution, convention, sorties=[neuve])
    assert refus.value.champ == "effet"
    avenant(distribution, convention, sorties=[neuve], effet=aujourd_hui(1))
    membres = Structure.objects.filter(pk=neuve.pk)
    assert membres.membres(distribution.reseau.pk, aujourd_hui()).exists()
    assert not membres.membres(distribution.reseau.pk, aujourd_hui(1)).exists()


# --- Dénoncer --------------------------------------------------------------------------------


def test_denoncer_puis_y_renoncer(connecter, animatrice, convention, adresse):
    client = connecter(animatrice)
    page = client.get(adresse("convention_denoncer", convention.uuid)).content.decode()
    assert "personne ne perd de droits" in page
    donnees = {"dernier_jour": aujourd_hui(10).isoformat(), "motif": "Faute de moyens."}
    client.post(adresse("convention_denoncer", convention.uuid), donnees)
    convention.refresh_from_db()
    assert convention.denonciation_en_cours
    assert convention.dernier_jour == aujourd_hui(10)
    assert "Faute de moyens." in client.get(adresse("convention", convention.uuid)).content.decode()
    client.post(adresse("convention_renoncer", convention.uuid))
    convention.refresh_from_db()
    assert convention.denoncee_le is None
    assert convention.periode.upper == aujourd_hui(100)
    with pytest.raises(Refus):
        renoncer_a_denoncer(convention=convention)


@pytest.mark.parametrize("decalage", [-1, 150])
def test_denoncer_hors_des_bornes(convention, decalage):
    with pytest.raises(Refus) as refus:
        denoncer_convention(convention=convention, dernier_jour=aujourd_hui(decalage), motif="x")
    assert refus.value.champ == "dernier_jour"


def test_la_structure_coordinatrice_ne_se_perd_pas(connecter, animatrice, distribution, adresse):
    socle = Convention.objects.get(reseau=distribution.reseau)
    donnees = {"dernier_jour": aujourd_hui(10).isoformat(), "motif": "Nous partons."}
    page = connecter(animatrice).post(adresse("convention_denoncer", socle.uuid), donnees)
    texte = page.content.decode()
    assert "Pays de la vallée coordonne le réseau" in texte
    assert "Signez d’abord avec elle" in texte
    assert "Nous partons." in texte
    socle.refresh_from_db()
    assert socle.denoncee_le is None


def test_un_reseau_garde_quelqu_un_pour_l_animer(distribution):
    """La coordinatrice reste, mais l'animatrice partirait avec sa structure."""
    socle = Convention.objects.get(reseau=distribution.reseau)
    Mandat.objects.filter(pk=distribution.mandats["animatrice"].pk).update(
        structure=distribution.s1
    )
    ConventionFabrique(reseau=distribution.reseau, structures=[distribution.s2])
    with pytest.raises(Refus, match="Plus personne n’animerait"):
        denoncer_convention(convention=socle, dernier_jour=aujourd_hui(3), motif="x")


def test_la_page_previent_quand_la_coordinatrice_serait_perdue(
    connecter, animatrice, elue, distribution, adresse
):
    socle = Convention.objects.get(reseau=distribution.reseau)
    url, alerte = adresse("convention", socle.uuid), "rien d’autre ne l’y lie"
    assert alerte not in connecter(animatrice).get(url).content.decode()
    Convention.objects.filter(pk=socle.pk).update(periode=DateRange(socle.debut, aujourd_hui(40)))
    assert alerte in connecter(animatrice).get(url).content.decode()
    assert alerte not in connecter(elue).get(url).content.decode()
    ConventionFabrique(reseau=distribution.reseau, structures=[distribution.s2])
    assert alerte not in connecter(animatrice).get(url).content.decode()


# --- Objectifs et pièces ---------------------------------------------------------------------


def test_suivre_un_objectif(connecter, auteur, voisine, elue, distribution, convention, adresse):
    ConventionStructure.objects.filter(convention=convention, structure=distribution.s2).delete()
    objet = Objectif.objects.create(convention=convention, intitule="Former vingt mairies")
    url = adresse("objectif_suivre", objet.uuid)
    point = {"le": aujourd_hui().isoformat(), "etat": EtatObjectif.EN_COURS, "avancement": 40}
    assert connecter(voisine).post(url, point).status_code == 403
    client = connecter(auteur)
    client.post(url, point | {"texte": "Huit mairies."})
    client.post(url, point | {"le": aujourd_hui(-30).isoformat(), "avancement": 10})
    objet.refresh_from_db()
    assert (objet.etat, objet.avancement) == (EtatObjectif.EN_COURS, 40)
    page = connecter(elue).get(adresse("objectif", objet.uuid)).content.decode()
    assert "Huit mairies." in page
    refus = client.post(url, point | {"le": aujourd_hui(1).isoformat(), "texte": "Trop tôt"})
    assert "dans l’avenir" in refus.content.decode()
    assert "Trop tôt" in refus.content.decode()
    client.post(url, point | {"etat": EtatObjectif.ATTEINT})
    objet.refresh_from_db()
    assert objet.avancement == 100


def test_la_signature_peut_venir_avec_son_document(
    connecter, animatrice, distribution, adresse, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    client = connecter(animatrice)
    for document in (True, False):
        objet = ConventionFabrique(
            reseau=distribution.reseau, structures=[distribution.s1], etat=EtatConvention.PRINCIPE
        )
        donnees = {"signee_le": aujourd_hui().isoformat(), "revision": objet.revision}
        if document:
            donnees["fichier"] = SimpleUploadedFile("signee.pdf", pdf())
        page = client.post(adresse("convention_signer", objet.uuid), donnees, follow=True)
        objet.refresh_from_db()
        assert objet.etat == EtatConvention.SIGNEE
        assert objet.documents.count() == int(document)
        assert ("signee.pdf" in page.content.decode()) is document


def test_le_document_signe_et_qui_le_telecharge(
    connecter, distribution, convention, adresse, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    url = adresse("document_joindre", convention.uuid)
    client = connecter(distribution.animatrice)
    mauvais = client.post(url, {"fichier": SimpleUploadedFile("note.pdf", b"pas un pdf")})
    assert mauvais.context["form"].errors["fichier"]
    client.post(url, {"fichier": SimpleUploadedFile("signée.pdf", pdf())})
    piece = DocumentConvention.objects.get(convention=convention)
    url = adresse("document", piece.uuid)
    for nom in ("animatrice", "auteur"):
        reponse = connecter(getattr(distribution, nom)).get(url)
        assert b"".join(reponse.streaming_content).startswith(b"%PDF")
    journal = AccesJournal.objects.filter(
        operation=Operation.TELECHARGEMENT, reference=str(convention.uuid)
    )
    assert journal.count() == 2
    for nom, code in {"collegue": 403, "elue": 403, "etrangere": 404}.items():
        assert connecter(getattr(distribution, nom)).get(url).status_code == code
    page = adresse("convention", convention.uuid)
    assert "signée.pdf" in connecter(distribution.auteur).get(page).content.decode()
    assert "signée.pdf" not in connecter(distribution.collegue).get(page).content.decode()
