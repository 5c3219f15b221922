"""Reprendre un tableau existant : relire, tout ou rien, mettre à jour sans doubler, défaire."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from partenaires.models import Commune, CommuneAncienne, ReseauCommune
from porteurs.enums import Audience, Etape, OrigineDossier
from porteurs.invariants import verifier, verifier_les_regles
from porteurs.models import (
    Affectation,
    CorrespondanceImport,
    Dossier,
    DoublonSignale,
    ImportDossiers,
    LigneImport,
    Porteur,
)
from porteurs.models.imports import EtatImport
from porteurs.services.acces import recalculer
from porteurs.services.imports import annulation, information, lecture, travaux
from porteurs.services.imports.rapprochement import AILLEURS
from socle.acteur import acteur_de
from socle.models import Courriel
from socle.refus import Refus
from tests.fabriques import DossierFabrique
from tests.fabriques.porteurs import EchangeFabrique

pytestmark = pytest.mark.django_db

TITRES = (
    "Référence;Nom Prénom;Mail;Tél;Né le;Ville;CP;Projet;Type;Secteur d'activité;Avancement;"
    "Date d'entrée;Dernier contact;Suivi par;Besoins;Observations"
)
JUSTES = f"""{TITRES}
A1;DURAND Zoé;zoe@essai.test;639980012;12/05/88;Ambret;;Boulangerie;reprise;restauration;en cours;\
03/02/2025;10/03/2026;Colin;Un local;Bien avancé
A2;Petit Paul;;+33 6 39 98 00 13;;Dallet;63111;Gîte;création;tourisme;idée;01/01/2026;;;;
A3;Roux Jeanne;jeanne@essai.test;;;Chaméane;;Ferme;création;agricole;sans suite;01/01/2025;01/06/2025;;;
"""


@pytest.fixture(autouse=True)
def territoire(distribution):
    """Le réseau couvre les deux intercommunalités du Livradois-Forez."""
    ReseauCommune.objects.filter(reseau=distribution.reseau).delete()
    ReseauCommune.objects.bulk_create(
        ReseauCommune(reseau=distribution.reseau, commune=c)
        for c in Commune.objects.de_epci("200070761", "200070712")
    )


@pytest.fixture
def acteur(distribution):
    return acteur_de(distribution.auteur)


@pytest.fixture
def reprendre(distribution, acteur):
    """Dépose un tableau au nom de S1, colonnes reconnues, et le lit."""

    def faire(contenu, nom="suivi.csv", qui=None, structure=None):
        contenu = contenu.encode() if isinstance(contenu, str) else contenu
        import_dossiers = lecture.deposer(
            acteur=qui or acteur,
            reseau=distribution.reseau,
            structure=structure or distribution.s1,
            fichier=contenu,
            nom=nom,
        )
        lecture.associer_colonnes(
            acteur=qui or acteur,
            import_dossiers=import_dossiers,
            colonnes=import_dossiers.colonnes,
            nature="creation",
        )
        return mener(import_dossiers)

    return faire


@pytest.fixture
def ecrire(acteur):
    def faire(import_dossiers):
        travaux.demander_l_ecriture(acteur=acteur, import_dossiers=import_dossiers)
        mener(import_dossiers)
        assert import_dossiers.etat == EtatImport.TERMINE, import_dossiers.message
        return import_dossiers

    return faire


def mener(import_dossiers):
    travaux.mener(import_dossiers.pk)
    import_dossiers.refresh_from_db()
    return import_dossiers


def lignes(import_dossiers) -> dict[int, LigneImport]:
    return {ligne.numero: ligne for ligne in import_dossiers.lignes.all()}


def classeur(*rangees) -> bytes:
    livre = openpyxl.Workbook()
    for rangee in rangees:
        livre.active.append(rangee)
    flux = io.BytesIO()
    livre.save(flux)
    return flux.getvalue()


# Ce que l'import ajoute exprès : ses propres lignes, le journal, l'historique de la base.
TRACES = {
    "porteurs_importdossiers",
    "porteurs_ligneimport",
    "porteurs_correspondanceimport",
    "socle_accesjournal",
    # Les territoires ne changent pas, et pèsent.
    "partenaires_commune",
    "partenaires_contourcommune",
    "partenaires_populationcommune",
    "partenaires_communeancienne",
}
SUIVIES = {"socle", "partenaires", "porteurs", "bourse"}


def photographie() -> dict[str, str]:
    """L'empreinte de chaque table, hors traces : deux fois la même, la base est la même."""
    photos = {}
    with connection.cursor() as curseur:
        for modele in apps.get_models(include_auto_created=True):
            table = modele._meta.db_table
            if (
                table in TRACES
                or "historique" in table
                or table.startswith(("pghistory", "django"))
            ):
                continue
            curseur.execute(
                f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{table}\" t"
            )
            photos[table] = curseur.fetchone()[0]
    return photos


# --- Lire ----------------------------------------------------------------------------------------


def test_un_tableau_juste_entre_ferme_au_reseau(reprendre, ecrire, distribution):
    import_dossiers = reprendre(JUSTES)
    assert import_dossiers.comptes == {"nouvelle": 3}
    assert not Dossier.objects.filter(reseau=distribution.reseau).exists()
    ecrire(import_dossiers)
    zoe = Dossier.objects.get(reseau=distribution.reseau, reference_partenaire="A1")
    porteur = zoe.participations.get().porteur
    assert (porteur.prenom, porteur.nom, porteur.naissance) == ("Zoé", "DURAND", date(1988, 5, 12))
    assert (porteur.telephone_saisi, porteur.telephone) == ("06 39 98 00 12", "+33639980012")
    assert (zoe.etape, zoe.etape_depuis) == (Etape.MONTAGE, date(2026, 3, 10))
    assert (zoe.ouvert_le, zoe.dernier_contact_le) == (date(2025, 2, 3), date(2026, 3, 10))
    assert (zoe.informe_le, zoe.origine) == (None, OrigineDossier.REPRISE)
    note = zoe.echanges.get()
    assert note.texte == "Besoins\u00a0: Un local\n\nBien avancé"
    assert (note.audience, note.le) == (Audience.EQUIPE, date(2026, 3, 10))
    assert zoe.affectations.get().utilisateur == distribution.collegue
    assert Dossier.objects.visible_par(acteur_de(distribution.auteur)).count() == 3
    for autre in (distribution.voisine, distribution.animatrice, distribution.etrangere):
        assert not Dossier.objects.visible_par(acteur_de(autre)).exists()
    clos = Dossier.objects.get(reference_partenaire="A3", reseau=distribution.reseau)
    assert (clos.etape, clos.clos_le) == (Etape.SANS_SUITE, date(2025, 6, 1))
    assert verifier(Dossier.objects.filter(reseau=distribution.reseau)) == []
    # Rien de ce que disait le tableau ne traîne.
    assert all(x.saisie == [] and x.valeurs == {} for x in lignes(import_dossiers).values())


@pytest.mark.parametrize(
    ("ecrit", "lue", "remarque"),
    [
        ("Ambert", "Ambert", ""),
        ("AMBERT 63600", "Ambert", ""),
        ("Ambret", "Ambert", "lu «\u00a0Ambert\u00a0»"),
        ("St Antheme", "Saint-Anthème", ""),
        ("Saint Amant Roche Savinne", "Saint-Amant-Roche-Savine", "lu"),
        ("Dallet", "Mur-sur-Allier", "aujourd’hui Mur-sur-Allier"),
        ("Mezel", "Mur-sur-Allier", "aujourd’hui Mur-sur-Allier"),
        ("Chaméane", "Le Vernet-Chaméane", "aujourd’hui"),
        ("Nonette", "Nonette-Orsonnette", "aujourd’hui"),
        ("Cellule", "Chambaron sur Morge", "aujourd’hui"),
        ("Arbignieu", "Arboys en Bugey", "aujourd’hui"),
        ("Lyon 3e arrondissement", "Lyon", "aujourd’hui"),
    ],
)
def test_une_commune_se_retrouve_mal_ecrite_ou_sous_son_ancien_nom(reprendre, ecrit, lue, remarque):
    import_dossiers = reprendre(f"Prénom;Nom;Projet;Commune\nZoé;Durand;Gîte;{ecrit}\n")
    [ligne] = import_dossiers.lignes.all()
    assert ligne.erreurs == {}
    assert Commune.objects.get(pk=ligne.valeurs["commune"]).nom == lue
    assert remarque in ligne.remarques.get("commune", "")


def test_les_anciens_codes_officiels_menent_aussi_a_la_commune(reprendre):
    import_dossiers = reprendre("Prénom;Nom;Projet;Code INSEE\nZoé;Durand;Gîte;63133\n")
    [ligne] = import_dossiers.lignes.all()
    assert Commune.objects.get(pk=ligne.valeurs["commune"]).nom == "Mur-sur-Allier"
    # Le même nombre, postal dans une colonne, officiel dans l'autre, ne dit pas la même commune.
    officiel = Commune.objects.get(code="63300")
    import_dossiers = reprendre("Prénom;Nom;Projet;Code INSEE\nZoé;Durand;Gîte;63300\n")
    assert import_dossiers.lignes.get().valeurs["commune"] == officiel.pk
    assert officiel.nom != "Thiers"


def test_l_extrait_des_anciennes_communes():
    assert CommuneAncienne.objects.count() == 5_000
    assert CommuneAncienne.objects.exclude(nom="").count() == 3_114
    vernet = CommuneAncienne.objects.get(code="63078")
    assert (vernet.nom, vernet.commune.nom) == ("Chaméane", "Le Vernet-Chaméane")


def test_une_commune_ambigue_se_choisit_une_fois_pour_toutes(reprendre, acteur):
    contenu = (
        "Réf;Prénom;Nom;Projet;Commune\n"
        "1;Zoé;Durand;Gîte;Saint-Germain\n2;Paul;Petit;Bar;Saint-Germain\n"
    )
    import_dossiers = reprendre(contenu)
    assert import_dossiers.comptes == {"fautive": 2}
    [question] = import_dossiers.questions
    assert question["lignes"] == 2
    choix = dict(map(tuple, question["choix"]))
    assert choix["63353"].startswith("Saint-Germain-l’Herm")
    lecture.preciser(
        acteur=acteur,
        import_dossiers=import_dossiers,
        reponses={"commune": {question["texte"]: "63353"}},
    )
    mener(import_dossiers)
    assert import_dossiers.comptes == {"nouvelle": 2}
    # La réponse et les colonnes sont retenues : le tableau suivant ne demande plus rien.
    suivant = reprendre(contenu.replace("Gîte", "Gîte rural"))
    assert suivant.comptes == {"nouvelle": 2}
    assert CorrespondanceImport.objects.count() == 1


def test_chaque_faute_a_sa_phrase_a_cote_de_sa_case(reprendre, acteur):
    import_dossiers = reprendre(
        f"{TITRES}\n"
        "B1;Martin Luc;luc@;abc;12/05/2090;Ambert;;;truc;;étude;01/02/2090;;Inconnu;;\n"
        "B2;Seul;;;;Xyzzyx;;Bar;;;;31/02/2025;;;;\n"
        "B2;Petit Paul et Jeanne;;;01/01/1850;Ambert;;Bar;;;;01/02/2026;01/01/2026;;;\n"
    )
    assert import_dossiers.comptes == {"fautive": 3}
    premiere, seconde, troisieme = (lignes(import_dossiers)[n].erreurs for n in (2, 3, 4))
    assert "n’est pas complète" in premiere["email"]
    assert "téléphone" in premiere["telephone"]
    assert premiere["naissance"] == "Cette date de naissance est dans l’avenir."
    assert "avenir" in premiere["ouvert_le"]
    assert "manque" in premiere["intitule"]
    assert "nos listes" in premiere["nature"]
    assert "votre structure" in premiere["referent"]
    assert "prénom ou le nom" in seconde["nom_prenom"]
    assert "Nous ne connaissons pas" in seconde["commune"]
    assert "n’existe pas" in seconde["ouvert_le"]
    assert "Deux personnes" in troisieme["nom_prenom"]
    assert "lointaine" in troisieme["naissance"]
    assert "précède" in troisieme["contact_le"]
    assert troisieme["reference"] == "Cette référence est déjà à la ligne 3."
    with pytest.raises(Refus, match="lignes à corriger"):
        travaux.demander_l_ecriture(acteur=acteur, import_dossiers=import_dossiers)
    assert not Dossier.objects.filter(reference_partenaire__startswith="B").exists()


def test_un_vieux_csv_et_une_formule_se_lisent(reprendre):
    ancien = reprendre(
        "Prénom;Nom;Projet;Commune\nZoé;Durand;Épicerie;Saint-Anthème\n".encode("cp1252")
    )
    assert ancien.lignes.get().valeurs["intitule"] == "Épicerie"
    assert any("Windows" in avis for avis in ancien.avertissements)
    livre = classeur(
        ["Prénom", "Nom", "Projet", "Commune"], ["Zoé", "Durand", '=HYPERLINK("x")', "Ambert"]
    )
    with pytest.raises(Refus, match="formules n’ont pas de résultat"):
        reprendre(livre, "suivi.xlsx")


def test_des_cases_fusionnees_sont_refusees(reprendre):
    livre = openpyxl.Workbook()
    for rangee in (["Prénom", "Nom", "Projet", "Commune"], ["Zoé", "Durand", "Bar", "Ambert"]):
        livre.active.append(rangee)
    livre.active.append(["Paul", "Petit", "Gîte", "Ambert"])
    livre.active.merge_cells("D2:D3")
    flux = io.BytesIO()
    livre.save(flux)
    with pytest.raises(Refus, match="fusionnées"):
        reprendre(flux.getvalue(), "suivi.xlsx")


def test_une_ligne_de_trop_est_refusee_avant_tout(reprendre):
    trop = "Prénom;Nom;Projet;Commune\n" + "Zoé;Durand;Bar;Ambert\n" * 20_001
    with pytest.raises(Refus, match="20\u202f000 à la fois"):
        reprendre(trop)
    assert not ImportDossiers.objects.exists()


# --- Mettre à jour ---------------------------------------------------------------------------------


def test_renvoyer_le_meme_tableau_ne_change_rien(reprendre, ecrire, acteur):
    ecrire(reprendre(JUSTES))
    import_dossiers = reprendre(JUSTES)
    assert import_dossiers.comptes == {"inchangee": 3}
    with pytest.raises(Refus, match="rien de neuf"):
        travaux.demander_l_ecriture(acteur=acteur, import_dossiers=import_dossiers)


def test_la_reference_met_a_jour_sans_doubler(reprendre, ecrire, distribution):
    ecrire(reprendre(JUSTES))
    import_dossiers = reprendre(
        JUSTES.replace("Boulangerie", "Boulangerie bio")
        .replace("idée", "étude")
        .replace("DURAND Zoé", "DURAND Zoë")
    )
    assert import_dossiers.comptes == {"modifiee": 2, "inchangee": 1}
    assert "le projet en une ligne" in lignes(import_dossiers)[2].remarques["reference"]
    ecrire(import_dossiers)
    dossiers = Dossier.objects.filter(reseau=distribution.reseau)
    assert dossiers.count() == 3
    zoe = dossiers.get(reference_partenaire="A1")
    assert (zoe.intitule, zoe.revision) == ("Boulangerie bio", 2)
    assert zoe.participations.get().porteur.prenom == "Zoë"
    assert dossiers.get(reference_partenaire="A2").etape == Etape.ETUDE
    assert verifier(dossiers) == []


def test_un_tableau_ne_fait_ni_reculer_ni_rouvrir(reprendre, ecrire):
    ecrire(reprendre(JUSTES))
    recul = reprendre(JUSTES.replace("en cours", "idée").replace("sans suite", "montage"))
    assert recul.comptes == {"inchangee": 3}
    assert "plus loin" in lignes(recul)[2].remarques["etape"]


def test_un_dossier_passe_ailleurs_ne_change_plus(reprendre, ecrire, distribution):
    ecrire(reprendre(JUSTES))
    Dossier.objects.filter(reference_partenaire="A1").update(structure_responsable=distribution.s2)
    suivant = reprendre(JUSTES.replace("Boulangerie", "Autre chose"))
    assert suivant.comptes == {"inchangee": 3}
    assert "suivi ailleurs" in lignes(suivant)[2].remarques["reference"]


def test_d_un_dossier_qu_on_ne_suit_plus_rien_ne_s_apprend(reprendre, ecrire, distribution):
    ecrire(reprendre(JUSTES))
    passe = Dossier.objects.get(reference_partenaire="A1")
    Dossier.objects.filter(pk=passe.pk).update(structure_responsable=distribution.s2)
    Affectation.objects.filter(dossier=passe).delete()
    recalculer([passe.pk])
    suivant = reprendre(JUSTES.replace("zoe@essai.test", "intrus@essai.test"))
    assert suivant.comptes == {"fautive": 1, "inchangee": 2}
    ligne = lignes(suivant)[2]
    assert ligne.erreurs == {"reference": AILLEURS}
    assert not ligne.remarques.get("reference")
    assert ligne.dossier_id is None


def test_qui_anime_sans_suivre_n_apprend_ni_ne_change_rien(reprendre, ecrire, distribution):
    ecrire(reprendre(JUSTES))
    change = JUSTES.replace("zoe@essai.test", "intrus@essai.test").replace("Boulangerie", "Autre")
    aveugle = reprendre(change, qui=acteur_de(distribution.animatrice))
    assert aveugle.comptes == {"fautive": 3}
    assert {x.erreurs["reference"] for x in lignes(aveugle).values()} == {AILLEURS}
    assert reprendre(change).comptes == {"modifiee": 1, "inchangee": 2}


def test_l_adresse_deja_connue_ne_change_pas(reprendre, ecrire):
    """Elle ouvre l'espace de la personne ; une adresse qui manquait, elle, se complète."""
    ecrire(reprendre(JUSTES))
    suivant = reprendre(
        JUSTES.replace("zoe@essai.test", "intrus@essai.test").replace(
            "Petit Paul;", "Petit Paul;paul@essai.test"
        )
    )
    assert suivant.comptes == {"modifiee": 1, "inchangee": 2}
    assert "reste" in lignes(suivant)[2].remarques["email"]
    ecrire(suivant)
    adresses = dict(Porteur.objects.values_list("prenom", "email"))
    assert adresses["Zoé"] == "zoe@essai.test"
    assert adresses["Paul"] == "paul@essai.test"


def test_les_mots_precises_restent_a_la_structure_et_s_oublient_en_un_mois(
    reprendre, ecrire, acteur, distribution
):
    import_dossiers = reprendre(JUSTES.replace("en cours", "chez Zoé"))
    lecture.preciser(
        acteur=acteur, import_dossiers=import_dossiers, reponses={"etape": {"chez Zoé": "montage"}}
    )
    ecrire(mener(import_dossiers))
    correspondance = CorrespondanceImport.objects.get()
    assert correspondance.structure == distribution.s1
    ailleurs = reprendre(
        JUSTES.replace("en cours", "chez Zoé"),
        qui=acteur_de(distribution.voisine),
        structure=distribution.s2,
    )
    assert ailleurs.reponses == {}
    annulation.oublier_les_vieux()
    correspondance.refresh_from_db()
    assert correspondance.reponses == {"etape": {"chez Zoé": "montage"}}
    vieux = timezone.now() - timedelta(days=31)
    CorrespondanceImport.objects.update(modifiee_le=vieux)
    ImportDossiers.objects.filter(pk=import_dossiers.pk).update(importe_le=vieux)
    annulation.oublier_les_vieux()
    correspondance.refresh_from_db()
    import_dossiers.refresh_from_db()
    assert correspondance.reponses == import_dossiers.reponses == {}
    assert correspondance.colonnes["nom_prenom"] == "Nom Prénom"


def test_sans_reference_un_second_envoi_se_voit(reprendre, ecrire):
    contenu = (
        "Prénom;Nom;Projet;Commune\nZoé;Durand;Gîte;Ambert\n"
        "Paul;Petit;Bar;Ambert\nPaul;PETIT;bar;Ambert\n"
    )
    premier = reprendre(contenu)
    assert "ligne 3" in lignes(premier)[4].erreurs["nom"]
    ecrire(reprendre(contenu.replace("Paul;PETIT;bar;Ambert\n", "")))
    second = reprendre(contenu.replace("Paul;PETIT;bar;Ambert\n", ""))
    assert second.comptes == {"fautive": 2}
    assert "est déjà à cette personne" in lignes(second)[2].erreurs["nom"]


def test_ce_qui_change_apres_la_relecture_arrete_l_ecriture(reprendre, acteur, distribution):
    import_dossiers = reprendre(JUSTES)
    DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        reference_partenaire="A1",
        reference_de=distribution.s1,
    )
    travaux.demander_l_ecriture(acteur=acteur, import_dossiers=import_dossiers)
    mener(import_dossiers)
    assert import_dossiers.etat == EtatImport.VERIFIE
    assert "ont changé depuis la relecture" in import_dossiers.message
    assert import_dossiers.comptes == {"nouvelle": 2, "modifiee": 1}
    assert Dossier.objects.filter(reseau=distribution.reseau).count() == 1


def test_un_doublon_invisible_va_a_l_animation_et_a_elle_seule(reprendre, ecrire, distribution):
    cache = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        porteur__email="zoe@essai.test",
    )
    import_dossiers = reprendre(JUSTES)
    assert cache.reference not in str(list(import_dossiers.lignes.values()))
    ecrire(import_dossiers)
    signale = DoublonSignale.objects.get(dossier__reseau=distribution.reseau)
    assert (signale.dossier.reference_partenaire, signale.autre) == ("A1", cache)


# --- Défaire ---------------------------------------------------------------------------------------


def test_defaire_remet_la_base_exactement(reprendre, ecrire, acteur, distribution):
    DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        porteur__email="zoe@essai.test",
    )
    avant_tout = photographie()
    premier = ecrire(reprendre(JUSTES))
    assert photographie() != avant_tout
    entre_deux = photographie()
    second = ecrire(
        reprendre(
            JUSTES.replace("Boulangerie", "Boulangerie bio")
            .replace("DURAND Zoé", "DURANT Zoé")
            .replace("idée;01/01/2026;;;;", "abandon;01/01/2026;;;;Une note de plus")
            + "A4;Neuve Nina;;;;Thiers;;Couture;;;;;;;;\n"
        )
    )
    assert second.comptes == {"modifiee": 2, "inchangee": 1, "nouvelle": 1}
    for import_dossiers, attendue in ((second, entre_deux), (premier, avant_tout)):
        annulation.demander(acteur=acteur, import_dossiers=import_dossiers)
        mener(import_dossiers)
        assert import_dossiers.etat == EtatImport.ANNULE, import_dossiers.message
        actuelle = photographie()
        assert {t for t in actuelle if actuelle[t] != attendue[t]} == set()
    assert all(x.avant == {} for x in second.lignes.all())


def test_defaire_est_refuse_des_que_quelque_chose_s_est_passe(
    reprendre, ecrire, acteur, distribution
):
    import_dossiers = ecrire(reprendre(JUSTES))
    zoe = Dossier.objects.get(reference_partenaire="A1", reseau=distribution.reseau)
    EchangeFabrique(dossier=zoe, auteur=distribution.auteur)
    with pytest.raises(Refus, match=zoe.reference):
        annulation.demander(acteur=acteur, import_dossiers=import_dossiers)
    import_dossiers.refresh_from_db()
    assert import_dossiers.etat == EtatImport.TERMINE
    zoe.echanges.order_by("-pk").first().delete()
    Porteur.objects.filter(nom="Petit").update(email="paul@essai.test")
    with pytest.raises(Refus, match="1 de ces dossiers"):
        annulation.demander(acteur=acteur, import_dossiers=import_dossiers)


def test_une_tache_tuee_reprend_ou_elle_en_etait(reprendre, acteur, distribution, monkeypatch):
    import_dossiers = lecture.deposer(
        acteur=acteur,
        reseau=distribution.reseau,
        structure=distribution.s1,
        fichier=JUSTES.encode(),
        nom="suivi.csv",
    )
    lecture.associer_colonnes(
        acteur=acteur,
        import_dossiers=import_dossiers,
        colonnes=import_dossiers.colonnes,
        nature="creation",
    )
    monkeypatch.setattr(travaux, "LOT", 2)

    class Tuee(BaseException):
        pass

    vrai, lots = travaux.garder, []

    def tuer(lectures):
        if lots:
            raise Tuee
        lots.append(len(lectures))
        vrai(lectures)

    monkeypatch.setattr(travaux, "garder", tuer)
    with pytest.raises(Tuee):
        travaux.mener(import_dossiers.pk)
    import_dossiers.refresh_from_db()
    assert (import_dossiers.etat, import_dossiers.traitees) == (EtatImport.VERIFICATION, 2)
    monkeypatch.setattr(travaux, "garder", vrai)
    travaux.mener_les_imports()
    import_dossiers.refresh_from_db()
    assert (import_dossiers.etat, import_dossiers.traitees) == (EtatImport.VERIFIE, 3)
    travaux.demander_l_ecriture(acteur=acteur, import_dossiers=import_dossiers)
    monkeypatch.setattr(
        travaux.ecriture, "verifier_les_regles", lambda _: (_ for _ in ()).throw(Tuee())
    )
    with pytest.raises(Tuee):
        travaux.mener(import_dossiers.pk)
    assert not Dossier.objects.filter(reseau=distribution.reseau).exists()
    monkeypatch.setattr(travaux.ecriture, "verifier_les_regles", verifier_les_regles)
    assert mener(import_dossiers).etat == EtatImport.TERMINE
    assert Dossier.objects.filter(reseau=distribution.reseau).count() == 3


# --- Informer --------------------------------------------------------------------------------------


def test_l_information_part_une_fois_et_ouvre_la_fiche(reprendre, ecrire, acteur, distribution):
    import_dossiers = ecrire(reprendre(JUSTES))
    assert information.envoyer(acteur=acteur, import_dossiers=import_dossiers) == 2
    assert information.envoyer(acteur=acteur, import_dossiers=import_dossiers) == 0
    courriel = Courriel.objects.get(adresse="zoe@essai.test")
    assert courriel.genre == information.GENRE
    pdf = information.lettres(
        acteur=acteur, import_dossiers=import_dossiers, liasse=1, mode="courrier"
    )
    assert pdf.startswith(b"%PDF")
    jour = distribution.reseau.aujourd_hui()
    information.noter(acteur=acteur, import_dossiers=import_dossiers, le=jour, mode="courriel")
    mener(import_dossiers)
    assert import_dossiers.informer_le is None
    informes = Dossier.objects.filter(reseau=distribution.reseau, informe_le=jour)
    assert sorted(informes.values_list("reference_partenaire", flat=True)) == ["A1", "A3"]
    assert Dossier.objects.visible_par(acteur_de(distribution.voisine)).count() == 2
    with pytest.raises(Refus, match="Quelque chose s’est passé"):
        annulation.demander(acteur=acteur, import_dossiers=import_dossiers)
