"""L'export des dossiers : chacun ses colonnes, un mot de passe, un journal, et deux jours."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from porteurs.enums import ModeAccord, ModeInformation, RoleAffectation
from porteurs.models import (
    AccordPartage,
    Besoin,
    Dossier,
    Export,
    PartAdulte,
    Participation,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.models.export import EtatExport
from porteurs.services import exports, exports_lignes
from porteurs.services import historique as historiques
from porteurs.services.acces import indexer, recalculer
from porteurs.services.dossier import enregistrer_opposition
from porteurs.services.effacement import effacer_dossiers, retirer_la_personne
from socle.acteur import acteur_de
from socle.enums import Operation
from socle.models import AccesJournal, Fichier
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique
from tests.fabriques.besoins import theme
from tests.fabriques.distribution import redonner_le_mot_de_passe
from tests.fabriques.partenaires import aujourd_hui
from tests.fabriques.porteurs import PorteurFabrique

MOTIF = "Préparer la revue des projets du trimestre."


@pytest.fixture
def dossier(distribution, marqueur):
    """Un dossier plein, informé ; son second adulte n'est pas informé. Chaque endroit a son mot."""
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"fiche{marqueur}",
        porteur__prenom="Zoé",
        porteur__nom=f"Nom{marqueur}",
        porteur__email=f"courriel{marqueur}@porteur.test",
        porteur__telephone_saisi="+33 6 39 98 00 11",
        informe=True,
    )
    second = Participation.objects.create(
        dossier=dossier,
        porteur=PorteurFabrique(reseau=distribution.reseau, prenom=f"Second{marqueur}"),
        rang=2,
    )
    VoletProfessionnel.objects.create(dossier=dossier, lieu=f"pro{marqueur}", budget=1200)
    VoletPrive.objects.create(dossier=dossier, logement=f"foyer{marqueur}")
    PartAdulte.objects.create(
        participation=dossier.participations.get(rang=1), emploi=f"part{marqueur}"
    )
    for cote, code, mot in (
        ("professionnel", "financement", "besoinpro"),
        ("prive", "logement", "besoinprive"),
    ):
        Besoin.objects.create(
            dossier=dossier,
            theme=theme(code),
            cote=cote,
            etape=dossier.etape,
            precisions=f"{mot}{marqueur}",
        )
    for adulte in (dossier.participations.get(rang=1), second):
        AccordPartage.objects.create(
            participation=adulte,
            structure=distribution.s1,
            mode=ModeAccord.ORAL,
            donne_le=aujourd_hui(-3),
        )
    AffectationFabrique(
        dossier=dossier,
        mandat=distribution.mandats["parrain"],
        role=RoleAffectation.PARRAIN,
        acceptee=True,
    )
    indexer([dossier.pk])
    recalculer([dossier.pk])
    return dossier


FICHE = {"fiche"}
SUIVI = FICHE | {"Nom", "courriel", "Second", "pro", "besoinpro"}
TOUT = SUIVI | {"foyer", "part", "besoinprive"}


def demander(personne, reseau, **plus) -> Export:
    choix = {"motif": MOTIF, "format": "csv", "contenu": "prive", "filtres": {}} | plus
    return exports.demander(acteur=acteur_de(personne), reseau=reseau, **choix)


def ecrit(personne, reseau, **plus) -> Export:
    export = demander(personne, reseau, **plus)
    exports.mener(export.pk)
    export.refresh_from_db()
    return export


def lignes(export) -> list[dict]:
    texte = export.fichier.chemin.read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(texte), delimiter=";"))


def lus(export, marqueur) -> set[str]:
    texte = str(lignes(export))
    return {mot for mot in TOUT if f"{mot}{marqueur}" in texte}


# --- Ce que chacun emporte -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [("auteur", TOUT), ("parrain", SUIVI), ("voisine", FICHE), ("animatrice", FICHE)],
)
def test_chacun_emporte_ce_qu_il_lit(nom, attendu, distribution, dossier, marqueur):
    export = ecrit(getattr(distribution, nom), distribution.reseau)
    assert export.etat == EtatExport.PRET
    assert lus(export, marqueur) == attendu
    (ligne,) = lignes(export)
    assert ligne["Référence"] == dossier.reference
    assert ligne["Besoins en cours"]
    if attendu == FICHE:
        remplies = {titre for titre, valeur in ligne.items() if valeur}
        assert remplies <= {c.titre for c in exports_lignes.colonnes("fiche")}
        assert ligne["Personnes"] == "Zoé N."
    else:
        assert ligne["Budget, en euros"] == "1200,00"
        # Un numéro qui commence par « + » ne sera pas calculé.
        assert ligne["Téléphone"].startswith("'+33")


@pytest.mark.parametrize("contenu", ["fiche", "suivi"])
def test_on_peut_emporter_moins(contenu, distribution, dossier, marqueur):
    export = ecrit(distribution.auteur, distribution.reseau, contenu=contenu)
    assert lus(export, marqueur) == (FICHE if contenu == "fiche" else SUIVI)
    assert list(lignes(export)[0]) == [c.titre for c in exports_lignes.colonnes(contenu)]


def test_la_part_d_un_adulte_se_lit_par_son_seul_accord(distribution, dossier, marqueur):
    AccordPartage.objects.get(participation__dossier=dossier, participation__rang=2).delete()
    recalculer([dossier.pk])
    export = ecrit(distribution.auteur, distribution.reseau)
    assert lus(export, marqueur) == SUIVI | {"part"}


@pytest.mark.parametrize(
    "nom", ["elue", "auditrice", "accueil", "echue", "etrangere", "administratrice"]
)
def test_les_autres_n_exportent_rien(nom, distribution, dossier, connecter):
    adresse = reverse("porteurs:export_nouveau", args=[distribution.reseau.slug])
    reponse = connecter(getattr(distribution, nom)).post(
        adresse, {"motif": MOTIF, "format": "csv", "contenu": "prive"}
    )
    assert reponse.status_code in (403, 404)
    assert not Export.objects.exists()
    # Même inscrite, la demande ne s'écrirait pas.
    export = ecrit(getattr(distribution, nom), distribution.reseau)
    assert (export.etat, export.fichier) == (EtatExport.ECHEC, None)


def test_les_droits_sont_ceux_de_l_ecriture(distribution, dossier, marqueur):
    """Demandé avant l'opposition, écrit après : la ligne n'y est plus."""
    export = demander(distribution.voisine, distribution.reseau)
    enregistrer_opposition(acteur=acteur_de(distribution.auteur), dossier=dossier, le=aujourd_hui())
    exports.mener(export.pk)
    export.refresh_from_db()
    assert (export.etat, lignes(export)) == (EtatExport.PRET, [])


def test_les_filtres_de_la_liste_s_appliquent(distribution, dossier, marqueur):
    autre = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s2, informe=True
    )
    recalculer([autre.pk])
    reseau, auteur = distribution.reseau, distribution.auteur
    assert len(lignes(ecrit(auteur, reseau))) == 2
    donnees = QueryDict(mutable=True)
    donnees["structure"] = str(distribution.s2.uuid)
    filtres = exports.filtres_de(donnees)
    assert [li["Référence"] for li in lignes(ecrit(auteur, reseau, filtres=filtres))] == [
        autre.reference
    ]
    cherche = ecrit(auteur, reseau, texte=f"pro{marqueur}")
    assert [li["Référence"] for li in lignes(cherche)] == [dossier.reference]
    # La recherche peut porter un nom : elle s'efface dès que le fichier est écrit.
    assert (cherche.texte, cherche.filtres) == ("", {})


def test_un_filtre_qui_ne_vaut_plus_n_elargit_pas_l_export(distribution, dossier):
    with pytest.raises(Refus):
        exports.filtrer(acteur_de(distribution.auteur), distribution.reseau, {"epci": ["0"]}, "")
    export = ecrit(distribution.auteur, distribution.reseau, filtres={"epci": ["0"]})
    assert (export.etat, export.fichier) == (EtatExport.ECHEC, None)
    assert "filtres" in export.message


# --- Le fichier ------------------------------------------------------------------------------


def test_une_formule_reste_un_texte(distribution, dossier):
    Dossier.objects.filter(pk=dossier.pk).update(prochaine_etape='=HYPERLINK("http://x","y")')
    (ligne,) = lignes(ecrit(distribution.auteur, distribution.reseau))
    assert ligne["Ensuite"].startswith("'=")
    export = ecrit(distribution.auteur, distribution.reseau, format="xlsx")
    classeur = openpyxl.load_workbook(io.BytesIO(export.fichier.chemin.read_bytes()))
    titres, ligne = classeur.active.iter_rows()
    case = next(c for t, c in zip(titres, ligne, strict=True) if t.value == "Ensuite")
    assert (case.data_type, case.quotePrefix) == ("s", True)


def test_un_lot_coute_toujours_autant(distribution, dossier, monkeypatch):
    """Le même nombre de requêtes pour une ligne et pour trois ; autant de fois qu'il y a de lots."""

    def lire() -> int:
        acteur = acteur_de(distribution.auteur)
        with CaptureQueriesContext(connection) as requetes:
            dossiers = Dossier.objects.filter(reseau=distribution.reseau).visible_par(acteur)
            total = sum(len(lot) for lot in exports_lignes.lots(dossiers, acteur, "prive"))
        assert total == Dossier.objects.filter(reseau=distribution.reseau).count()
        return len(requetes)

    assert lire() == 7
    for _ in range(2):
        DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    recalculer(
        list(Dossier.objects.filter(reseau=distribution.reseau).values_list("pk", flat=True))
    )
    assert lire() == 7
    monkeypatch.setattr(exports_lignes, "LOT", 2)
    assert lire() == 14


def test_les_lots_ne_sautent_ni_ne_doublent(distribution, dossier, monkeypatch):
    crees = [
        DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
        for _ in range(4)
    ]
    recalculer([d.pk for d in crees])
    monkeypatch.setattr(exports_lignes, "LOT", 2)
    export = ecrit(distribution.auteur, distribution.reseau)
    references = [li["Référence"] for li in lignes(export)]
    assert references == [dossier.reference, *(d.reference for d in crees)]
    assert (export.total, export.faits) == (5, 5)


# --- Le journal ------------------------------------------------------------------------------


def test_l_export_et_chaque_dossier_sont_au_journal(distribution, dossier):
    export = ecrit(distribution.auteur, distribution.reseau)
    trace = AccesJournal.objects.get(reference=str(export.uuid))
    assert (trace.operation, trace.utilisateur) == (Operation.EXPORT, distribution.auteur)
    assert trace.motif == f"1 dossier\u00a0: {MOTIF}"
    (lue,) = historiques.consultations_en_clair(dossier)
    assert (lue.qui, lue.quoi) == (distribution.auteur.nom_complet, "a exporté le dossier")


def test_rejouer_la_tache_ne_double_rien(distribution, dossier):
    export = demander(distribution.auteur, distribution.reseau)
    exports.mener_les_exports()
    exports.mener_les_exports()
    exports.mener(export.pk)
    assert Fichier.objects.count() == 1
    assert AccesJournal.objects.filter(reference=dossier.uuid).count() == 1


def test_une_tache_tuee_ne_laisse_rien_puis_recommence(distribution, dossier, monkeypatch):
    class Tuee(Exception):
        pass

    def tomber(*args):
        raise Tuee

    export = demander(distribution.auteur, distribution.reseau)
    with monkeypatch.context() as m:
        m.setattr(exports, "cellules", tomber)
        with pytest.raises(Tuee):
            exports.mener_les_exports()
    export.refresh_from_db()
    assert (export.etat, export.essais) == (EtatExport.ATTENTE, 1)
    assert not Fichier.objects.exists()
    assert not AccesJournal.objects.filter(operation=Operation.EXPORT).exists()
    exports.mener_les_exports()
    export.refresh_from_db()
    assert export.etat == EtatExport.PRET


def test_ce_qui_tombe_toujours_est_abandonne(distribution, dossier):
    export = demander(distribution.auteur, distribution.reseau)
    Export.objects.filter(pk=export.pk).update(essais=exports.ESSAIS)
    exports.mener_les_exports()
    export.refresh_from_db()
    assert (export.etat, export.fichier) == (EtatExport.ECHEC, None)


def test_un_seul_export_se_prepare_a_la_fois(distribution, dossier):
    demander(distribution.auteur, distribution.reseau)
    with pytest.raises(Refus):
        demander(distribution.auteur, distribution.reseau)
    assert demander(distribution.voisine, distribution.reseau).en_cours


# --- Les pages -------------------------------------------------------------------------------


def adresse(route, reseau, *args):
    return reverse(f"porteurs:{route}", args=[reseau.slug, *args])


def test_il_faut_redonner_son_mot_de_passe(distribution, dossier, connecter):
    client, reseau = connecter(distribution.auteur), distribution.reseau
    redonner_le_mot_de_passe(client, distribution.auteur)
    session = client.session
    methodes = session["account_authentication_methods"]
    session["account_authentication_methods"] = [m | {"at": m["at"] - 3600} for m in methodes]
    session.save()
    export = ecrit(distribution.auteur, reseau)
    for page in (
        adresse("export_nouveau", reseau) + "?situation=tous",
        adresse("export_fichier", reseau, export.uuid),
    ):
        reponse = client.get(page)
        assert reponse.status_code == 302
        assert reponse.url.startswith(reverse("account_reauthenticate"))
    refuse = client.post(
        adresse("export_nouveau", reseau), {"motif": MOTIF, "format": "csv", "contenu": "fiche"}
    )
    assert refuse.url.startswith(reverse("account_reauthenticate"))
    assert Export.objects.count() == 1


def test_de_la_liste_au_fichier(distribution, dossier, connecter, marqueur):
    client, reseau = connecter(distribution.auteur), distribution.reseau
    redonner_le_mot_de_passe(client, distribution.auteur)
    liste = client.post(adresse("dossiers", reseau), {"q": f"pro{marqueur}", "situation": "tous"})
    page = client.get(liste.url).content.decode()
    suite = liste.url.partition("?")[2].replace("&", "&amp;")
    assert f"{adresse('export_nouveau', reseau)}?{suite}" in page
    nouveau = f"{adresse('export_nouveau', reseau)}?{liste.url.partition('?')[2]}"
    assert f"pro{marqueur}" not in nouveau
    page = client.get(nouveau).content.decode()
    for dit in ("1 dossier", "dont 1 que vous suivez", "volet privé", f"pro{marqueur}", "Tous"):
        assert dit in page
    envoi = {"motif": MOTIF, "format": "csv", "contenu": "suivi"}
    attente = client.post(nouveau, envoi)
    assert attente.status_code == 302
    page = client.get(attente.url).content.decode()
    assert 'http-equiv="refresh"' in page
    assert "Télécharger" not in page
    exports.mener_les_exports()
    page = client.get(attente.url).content.decode()
    assert "Le fichier est prêt" in page
    export = Export.objects.get()
    fichier = client.get(adresse("export_fichier", reseau, export.uuid))
    assert f"pro{marqueur}" in b"".join(fichier.streaming_content).decode()
    assert "attachment" in fichier["Content-Disposition"]
    assert AccesJournal.objects.filter(
        operation=Operation.TELECHARGEMENT, reference=str(export.uuid)
    ).exists()


def test_un_motif_trop_court_se_redemande(distribution, dossier, connecter):
    client = connecter(distribution.auteur)
    redonner_le_mot_de_passe(client, distribution.auteur)
    reponse = client.post(
        adresse("export_nouveau", distribution.reseau),
        {"motif": "non", "format": "csv", "contenu": "fiche"},
    )
    assert "dix caractères" in reponse.content.decode()
    assert not Export.objects.exists()


def test_le_fichier_d_un_autre_n_existe_pas(distribution, dossier, connecter):
    export = ecrit(distribution.auteur, distribution.reseau)
    for nom in ("collegue", "voisine", "animatrice", "administratrice", "etrangere"):
        client = connecter(getattr(distribution, nom))
        for route in ("export", "export_fichier"):
            page = client.get(adresse(route, distribution.reseau, export.uuid))
            assert page.status_code == 404, nom


def test_sans_mandat_plus_de_fichier(distribution, dossier, connecter):
    export = ecrit(distribution.auteur, distribution.reseau)
    page = adresse("export_fichier", distribution.reseau, export.uuid)
    assert connecter(distribution.auteur).get(page).status_code == 200
    distribution.mandats["auteur"].delete()
    assert connecter(distribution.auteur).get(page).status_code == 404


# --- La fin ----------------------------------------------------------------------------------


def retire(export, phrase) -> bool:
    export.refresh_from_db()
    return (
        export.etat == EtatExport.RETIRE
        and export.fichier is None
        and export.fiches == []
        and phrase == export.message
    )


def test_au_bout_de_deux_jours_le_fichier_s_efface(distribution, dossier, valider):
    export = ecrit(distribution.auteur, distribution.reseau)
    chemin = export.fichier.chemin
    assert export.expire_le - export.pret_le == timedelta(days=2)
    with valider():
        exports.mener_les_exports()
    assert chemin.exists()
    Export.objects.filter(pk=export.pk).update(expire_le=timezone.now())
    with valider():
        exports.mener_les_exports()
    assert retire(export, exports.PERIME)
    assert not chemin.exists()
    assert not Fichier.objects.exists()
    # La demande reste un an, comme le journal.
    Export.objects.update(demande_le=timezone.now() - timedelta(days=400))
    exports.mener_les_exports()
    assert not Export.objects.exists()


def test_echu_mais_pas_encore_efface_il_ne_se_remet_pas(distribution, dossier, connecter):
    export = ecrit(distribution.auteur, distribution.reseau)
    Export.objects.filter(pk=export.pk).update(expire_le=timezone.now())
    page = adresse("export_fichier", distribution.reseau, export.uuid)
    reponse = connecter(distribution.auteur).get(page)
    assert reponse.status_code == 409
    assert exports.PERIME in reponse.content.decode()


def _opposer(d, dossier):
    enregistrer_opposition(acteur=acteur_de(d.auteur), dossier=dossier, le=aujourd_hui())


def _retirer_un_accord(d, dossier):
    AccordPartage.objects.get(participation__dossier=dossier, participation__rang=1).delete()
    recalculer([dossier.pk])


def _opposer_le_second(d, dossier):
    dossier.participations.filter(rang=2).update(opposition_le=aujourd_hui())


def _quitter(d, dossier):
    Dossier.objects.filter(pk=dossier.pk).update(structure_responsable=d.s2)
    recalculer([dossier.pk])


@pytest.mark.parametrize(
    ("nom", "geste"),
    [
        ("voisine", _opposer),
        ("auteur", _retirer_un_accord),
        ("voisine", _opposer_le_second),
        ("auteur", _quitter),
    ],
    ids=["opposition", "accord", "second adulte", "relais"],
)
def test_ce_qu_on_ne_lit_plus_ne_se_telecharge_plus(nom, geste, distribution, dossier, connecter):
    """Le fichier d'hier se ferme avec ce qu'il contient ; sans changement, il reste et se remet."""
    dossier.participations.filter(rang=2).update(
        informe_le=aujourd_hui(-2), information_mode=ModeInformation.ORAL
    )
    export = ecrit(getattr(distribution, nom), distribution.reseau)
    client = connecter(getattr(distribution, nom))
    page = adresse("export_fichier", distribution.reseau, export.uuid)
    exports.retirer_les_fermes()
    assert client.get(page).status_code == 200
    geste(distribution, dossier)
    reponse = client.get(page)
    assert reponse.status_code == 409
    assert "vous ne lisez plus" in reponse.content.decode()
    # À l'heure suivante, il n'est plus sur le serveur.
    exports.retirer_les_fermes()
    assert retire(export, exports.CHANGE)
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("geste", ["dossier", "personne"])
def test_effacer_une_personne_efface_les_fichiers_qui_la_contiennent(
    geste, distribution, dossier, valider
):
    autre = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s2)
    recalculer([autre.pk])
    export = ecrit(distribution.auteur, distribution.reseau)
    ailleurs = ecrit(
        distribution.voisine,
        distribution.reseau,
        filtres={"structure": [str(distribution.s2.uuid)]},
    )
    chemin = export.fichier.chemin
    with valider():
        if geste == "dossier":
            effacer_dossiers([dossier.pk])
        else:
            retirer_la_personne(dossier.participations.get(rang=2).porteur, dossier)
    assert retire(export, exports.CHANGE)
    assert not chemin.exists()
    ailleurs.refresh_from_db()
    assert ailleurs.pret


def test_un_effacement_pendant_l_ecriture_est_vu_apres_coup(distribution, dossier, monkeypatch):
    """L'effacement validé pendant que le fichier s'écrivait ne l'a pas trouvé : il s'efface à la fin."""
    garder = exports.fichiers.garder

    def effacer_puis_garder(*args, **kwargs):
        effacer_dossiers([dossier.pk])
        return garder(*args, **kwargs)

    monkeypatch.setattr(exports.fichiers, "garder", effacer_puis_garder)
    export = ecrit(distribution.auteur, distribution.reseau)
    assert retire(export, exports.CHANGE)
