"""Un mandat : le lire, le préciser, le renouveler, nommer une suppléance, prévenir de sa fin."""

import pytest
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F
from django.urls import reverse

from partenaires.enums import Fonction
from partenaires.models import AdministrationSeule, Mandat
from partenaires.services import mandats as service
from partenaires.services.mandats_fins import rappeler_les_fins
from porteurs.enums import RoleAffectation
from socle.acteur import acteur_de
from socle.courriels import genres
from socle.dates import date_en_mots
from socle.models import Courriel
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique, MandatFabrique
from tests.fabriques.partenaires import aujourd_hui


@pytest.fixture(autouse=True)
def ailleurs_tout_est_dit(distribution):
    """Les mandats de la démonstration qui finissent sont déjà rappelés."""
    reseaux = [distribution.reseau, distribution.reseau_b]
    Mandat.objects.exclude(reseau__in=reseaux).update(fin_rappelee=F("periode__endswith"))
    Courriel.objects.filter(genre="mandat_fin").delete()


def url(nom, mandat):
    return reverse(f"partenaires:{nom}", args=[mandat.reseau.slug, mandat.uuid])


def finissant(distribution, nom="collegue", dans=20):
    """Le mandat de cette personne finit dans tant de jours."""
    mandat = distribution.mandats[nom]
    mandat.periode = DateRange(mandat.periode.lower, aujourd_hui(dans))
    mandat.save(update_fields=["periode"])
    return mandat


# --- Lire ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "statut"), [("etrangere", 404), ("auditrice", 404), ("echue", 404)]
)
def test_le_mandat_se_lit_dans_le_reseau_seulement(nom, statut, distribution, connecter, marqueur):
    mandat = distribution.mandats["collegue"]
    Mandat.objects.filter(pk=mandat.pk).update(perimetre=marqueur)
    assert marqueur in connecter(distribution.elue).get(url("mandat", mandat)).content.decode()
    reponse = connecter(getattr(distribution, nom)).get(url("mandat", mandat))
    assert reponse.status_code == statut
    assert marqueur not in reponse.content.decode()


def test_chacun_change_son_telephone_et_celui_de_personne_d_autre(distribution, connecter):
    mandat = distribution.mandats["elue"]
    client = connecter(distribution.elue)
    assert "Changer" in client.get(url("mandat", mandat)).content.decode()
    client.post(url("mandat_telephone", mandat), {"telephone": "06 39 98 00 11"})
    mandat.refresh_from_db()
    assert mandat.telephone == "06 39 98 00 11"
    autre = url("mandat_telephone", distribution.mandats["collegue"])
    assert client.post(autre, {"telephone": "06 39 98 00 22"}).status_code == 403
    faux = client.post(url("mandat_telephone", mandat), {"telephone": "bonjour"})
    assert "ne se lit pas" in faux.content.decode()
    assert "bonjour" in faux.content.decode()


@pytest.mark.parametrize(
    ("saisie", "garde"),
    [
        ("+33 (0) 6 39 98 00 00", "06 39 98 00 00"),
        ("06.39.98.00.00", "06 39 98 00 00"),
        ("+32 (0) 470 12 34 56", "+32 470 12 34 56"),
    ],
)
def test_un_telephone_se_garde_comme_on_le_lit(saisie, garde, distribution, connecter):
    mandat = distribution.mandats["elue"]
    client = connecter(distribution.elue)
    assert client.post(url("mandat_telephone", mandat), {"telephone": saisie}).status_code == 302
    mandat.refresh_from_db()
    assert mandat.telephone == garde


def test_un_telephone_trop_long_se_refuse_d_une_phrase(distribution, connecter):
    mandat = distribution.mandats["elue"]
    page = connecter(distribution.elue).post(
        url("mandat_telephone", mandat), {"telephone": "04 65 71 00 00 ext 12345678"}
    )
    assert page.status_code == 200
    assert "sans numéro de poste" in page.content.decode()
    mandat.refresh_from_db()
    assert mandat.telephone == ""


# --- Modifier ------------------------------------------------------------------------------


def test_l_administratrice_precise_le_perimetre_et_la_fin(distribution, connecter):
    mandat = distribution.mandats["collegue"]
    envoi = {
        "perimetre": "Les reprises de commerces, vallée haute",
        "telephone": "",
        "dernier_jour": aujourd_hui(90).isoformat(),
    }
    assert (
        connecter(distribution.auteur).post(url("mandat_modifier", mandat), envoi).status_code
        == 302
    )
    mandat.refresh_from_db()
    assert mandat.perimetre == envoi["perimetre"]
    assert mandat.periode.upper == aujourd_hui(91)
    assert (
        connecter(distribution.voisine).post(url("mandat_modifier", mandat), envoi).status_code
        == 403
    )


def test_avancer_la_fin_demande_pourquoi_il_ne_reste_pas_deux_personnes(distribution, connecter):
    """Ce que demande « mettre fin » : le chemin des dates n'y échappe pas."""
    mandat = distribution.mandats["auteur"]
    client = connecter(distribution.animatrice)
    envoi = {"dernier_jour": aujourd_hui(10).isoformat()}
    page = client.post(url("mandat_modifier", mandat), envoi)
    assert "Dites pourquoi" in str(page.context["form"].errors["motif_administration"])
    assert "Pourquoi moins de deux personnes" in page.content.decode()
    mandat.refresh_from_db()
    assert mandat.periode.upper is None
    suite = client.post(
        url("mandat_modifier", mandat), envoi | {"motif_administration": "Recrutement en mars"}
    )
    assert suite.status_code == 302
    mandat.refresh_from_db()
    assert mandat.periode.upper == aujourd_hui(11)
    assert AdministrationSeule.objects.get(structure=distribution.s1).motif == "Recrutement en mars"


@pytest.mark.parametrize(("dernier_jour", "parti"), [(0, True), (1, False)])
def test_une_fin_avancee_a_demain_confie_d_abord_ce_qui_etait_suivi(
    dernier_jour, parti, distribution, monkeypatch
):
    confies = []
    monkeypatch.setattr(
        service.departs, "confier", lambda mandat, jour: confies.append((mandat.pk, jour))
    )
    mandat = distribution.mandats["collegue"]
    service.modifier_mandat(
        acteur=acteur_de(distribution.auteur),
        mandat=mandat,
        perimetre="",
        telephone="",
        dernier_jour=aujourd_hui(dernier_jour),
    )
    assert confies == ([(mandat.pk, aujourd_hui(1))] if parti else [])


@pytest.mark.parametrize(
    ("dernier_jour", "phrase"),
    [(-400, "finirait avant d’avoir commencé"), (-3, "Ce jour est passé")],
)
def test_une_fin_impossible_se_dit_a_sa_place(dernier_jour, phrase, distribution, connecter):
    mandat = distribution.mandats["collegue"]
    envoi = {"perimetre": "Gardé", "dernier_jour": aujourd_hui(dernier_jour).isoformat()}
    page = connecter(distribution.auteur).post(url("mandat_modifier", mandat), envoi)
    assert phrase in str(page.context["form"].errors["dernier_jour"])
    assert "Gardé" in page.content.decode()
    mandat.refresh_from_db()
    assert mandat.periode.upper is None


def test_deux_periodes_qui_se_chevauchent_se_disent_avec_leurs_dates(distribution, connecter):
    mandat = finissant(distribution, dans=10)
    suite = MandatFabrique(
        utilisateur=distribution.collegue,
        structure=distribution.s1,
        reseau=distribution.reseau,
        periode=DateRange(aujourd_hui(30), None),
    )
    page = connecter(distribution.auteur).post(
        url("mandat_modifier", mandat), {"dernier_jour": aujourd_hui(40).isoformat()}
    )
    erreur = str(page.context["form"].errors["dernier_jour"])
    assert "se chevaucheraient" in erreur
    assert date_en_mots(aujourd_hui(30)) in erreur
    # La contrainte de la base dit la même chose à qui passerait à côté.
    suite.periode = DateRange(aujourd_hui(5), None)
    with pytest.raises(ValidationError, match="déjà ce mandat"):
        suite.validate_constraints()


def test_nul_ne_prolonge_son_propre_mandat_si_un_autre_le_peut(distribution):
    mandat = finissant(distribution, "auteur")
    with pytest.raises(Refus, match="votre propre mandat"):
        service.renouveler(acteur=acteur_de(distribution.auteur), mandat=mandat, dernier_jour=None)
    Mandat.objects.filter(utilisateur=distribution.animatrice).delete()
    assert service.renouveler(
        acteur=acteur_de(distribution.auteur), mandat=mandat, dernier_jour=None
    )


# --- Renouveler, suppléer ------------------------------------------------------------------


def test_renouveler_enchaine_sans_coupure(distribution, connecter):
    mandat = finissant(distribution, dans=20)
    Mandat.objects.filter(pk=mandat.pk).update(perimetre="La vallée", telephone="06 39 98 00 33")
    client = connecter(distribution.animatrice)
    propose = client.get(url("mandat_renouveler", mandat)).context["form"]["dernier_jour"].value()
    assert propose > aujourd_hui(300)
    reponse = client.post(
        url("mandat_renouveler", mandat), {"dernier_jour": aujourd_hui(400).isoformat()}
    )
    suite = Mandat.objects.get(supplee=None, periode__startswith=aujourd_hui(20))
    assert reponse.url == url("mandat", suite)
    assert (suite.utilisateur, suite.perimetre, suite.telephone) == (
        distribution.collegue,
        "La vallée",
        "06 39 98 00 33",
    )
    for decalage in (19, 20, 400):
        assert (
            Mandat.objects.actifs(aujourd_hui(decalage))
            .filter(utilisateur=distribution.collegue)
            .exists()
        )
    page = client.post(url("mandat_renouveler", mandat), {"dernier_jour": ""})
    assert "se chevaucheraient" in page.content.decode()


def test_sans_personne_a_nommer_inviter_est_pret(distribution, connecter):
    mandat = distribution.mandats["voisine"]
    autres = Mandat.objects.filter(structure=mandat.structure).exclude(pk=mandat.pk)
    autres.exclude(utilisateur=distribution.animatrice).delete()
    client = connecter(distribution.animatrice)
    page = client.get(url("mandat_suppleant", mandat)).content.decode()
    suite = f"?structure={mandat.structure.uuid}&amp;fonction={mandat.fonction}"
    assert "Personne d’autre n’agit encore" in page
    assert suite in page
    inviter = client.get(
        reverse("partenaires:inviter", args=[distribution.reseau.slug])
        + f"?structure={mandat.structure.uuid}&fonction=elu"
    )
    assert inviter.context["form"]["fonction"].value() == "elu"
    assert inviter.context["form"]["structure"].value() == str(mandat.structure.uuid)


def test_la_fin_nomme_qui_reprend_ou_dit_que_personne_ne_le_peut(distribution, connecter):
    mandat = distribution.mandats["auteur"]
    freres = Mandat.objects.filter(structure=mandat.structure, reseau=mandat.reseau)
    freres.exclude(pk=mandat.pk).update(administre=False)
    client = connecter(distribution.animatrice)
    page = client.get(url("mandat_terminer", mandat)).content.decode()
    assert "sans référent, jusqu’à ce que quelqu’un soit proposé" in page
    Mandat.objects.filter(pk=distribution.mandats["collegue"].pk).update(administre=True)
    page = client.get(url("mandat_terminer", mandat)).content.decode()
    assert f"est proposé à <strong>{distribution.collegue.nom_complet}</strong>" in page
    assert "sans référent" not in page


def test_nommer_une_suppleante(distribution, connecter):
    mandat = distribution.mandats["auteur"]
    client = connecter(distribution.animatrice)
    envoi = {"personne": str(distribution.accueil.uuid)}
    assert client.post(url("mandat_suppleant", mandat), envoi).status_code == 302
    suppleance = Mandat.objects.get(utilisateur=distribution.accueil, fonction=Fonction.TECHNICIEN)
    assert suppleance.supplee == mandat
    assert suppleance.administre is False
    assert "Aline Distribution-Accueil" in client.get(url("mandat", mandat)).content.decode()
    # Qui tient déjà la fonction n'en reçoit pas une seconde.
    client.post(url("mandat_suppleant", mandat), {"personne": str(distribution.collegue.uuid)})
    distribution.mandats["collegue"].refresh_from_db()
    assert distribution.mandats["collegue"].supplee == mandat
    assert Mandat.objects.filter(utilisateur=distribution.collegue).count() == 1
    ailleurs = client.post(
        url("mandat_suppleant", mandat), {"personne": str(distribution.voisine.uuid)}
    )
    assert "n’agit pas pour la structure" in ailleurs.content.decode()


# --- Finir ---------------------------------------------------------------------------------


def test_ce_qui_est_suivi_change_de_mains_avant_la_fin_des_droits(distribution, connecter, valider):
    mandat = distribution.mandats["collegue"]
    dossier = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    role = AffectationFabrique(
        dossier=dossier, mandat=mandat, role=RoleAffectation.REFERENT, acceptee=True
    )
    client = connecter(distribution.auteur)
    page = client.get(url("mandat_terminer", mandat))
    assert page.context["partants"] == [("dossiers suivis comme référent", 1)]
    assert page.context["form"]["jour"].value() == aujourd_hui(1)
    # Sans jouer ce qui attend la validation : le relais est déjà pris dans la transaction.
    client.post(url("mandat_terminer", mandat), {"jour": aujourd_hui().isoformat()})
    role.refresh_from_db()
    assert role.periode.upper is not None
    assert dossier.affectations.proposees().get().utilisateur == distribution.auteur


def test_une_fin_choisie_plus_tard_laisse_les_droits_courir(distribution, connecter):
    mandat = distribution.mandats["collegue"]
    client = connecter(distribution.auteur)
    client.post(url("mandat_terminer", mandat), {"jour": aujourd_hui(12).isoformat()})
    mandat.refresh_from_db()
    assert mandat.periode.upper == aujourd_hui(12)
    assert Mandat.objects.actifs(aujourd_hui(11)).filter(pk=mandat.pk).exists()
    hier = client.post(url("mandat_terminer", mandat), {"jour": aujourd_hui(-1).isoformat()})
    assert "Ce jour est passé" in str(hier.context["form"].errors["jour"])
    apres = client.post(url("mandat_terminer", mandat), {"jour": aujourd_hui(40).isoformat()})
    assert "renouvelez-le" in str(apres.context["form"].errors["jour"])


def test_il_faut_deux_administrateurs_ou_dire_pourquoi(distribution, connecter):
    mandat = distribution.mandats["auteur"]
    Mandat.objects.filter(pk=distribution.mandats["collegue"].pk).update(administre=True)
    client = connecter(distribution.animatrice)
    page = client.get(url("mandat_terminer", mandat)).content.decode()
    assert "Il ne restera pas deux personnes" in page
    refus = client.post(url("mandat_terminer", mandat), {"jour": ""})
    assert "Dites pourquoi" in str(refus.context["form"].errors["motif_administration"])
    client.post(
        url("mandat_terminer", mandat), {"jour": "", "motif_administration": "Recrutement en mars"}
    )
    mandat.refresh_from_db()
    assert mandat.periode.upper == aujourd_hui()
    seule = AdministrationSeule.objects.get(structure=distribution.s1, reseau=distribution.reseau)
    assert (seule.motif, seule.par) == ("Recrutement en mars", distribution.animatrice)


def test_dire_pourquoi_une_seule_personne_administre(distribution, connecter):
    adresse = reverse(
        "partenaires:structure_administration",
        args=[distribution.reseau.slug, distribution.s1.uuid],
    )
    assert connecter(distribution.collegue).get(adresse).status_code == 403
    assert connecter(distribution.etrangere).get(adresse).status_code == 404
    client = connecter(distribution.auteur)
    assert client.post(adresse, {"motif": "Une seule salariée"}).status_code == 302
    assert client.get(adresse).context["form"]["motif"].value() == "Une seule salariée"


# --- Prévenir ------------------------------------------------------------------------------


def composer(genre="mandat_fin"):
    courriels = list(Courriel.objects.filter(genre=genre).order_by("destinataire_id"))
    messages = genres()[genre].composer(courriels)
    return {c.destinataire: messages[c.pk] for c in courriels}


def test_la_fin_se_rappelle_une_fois_a_qui_elle_regarde(distribution):
    mandat = finissant(distribution, dans=30)
    rappeler_les_fins()
    rappeler_les_fins()
    messages = composer()
    assert set(messages) == {distribution.collegue, distribution.auteur, distribution.animatrice}
    veille = date_en_mots(aujourd_hui(29))
    assert messages[distribution.collegue].sujet == f"Votre mandat prend fin le {veille}"
    assert "Colin" in messages[distribution.animatrice].texte
    # Le lendemain, rien de neuf ; repoussée, la fin se rappellera.
    rappeler_les_fins(aujourd_hui(1))
    assert Courriel.objects.filter(genre="mandat_fin").count() == 3
    Mandat.objects.filter(pk=mandat.pk).update(
        periode=DateRange(mandat.periode.lower, aujourd_hui(31))
    )
    rappeler_les_fins(aujourd_hui(1))
    assert Courriel.objects.filter(genre="mandat_fin").count() == 6


@pytest.mark.parametrize("dans", [31, 0])
def test_ni_trop_tot_ni_trop_tard(dans, distribution):
    finissant(distribution, dans=dans)
    assert rappeler_les_fins() == 0


def test_un_mandat_renouvele_ne_se_rappelle_pas(distribution):
    mandat = finissant(distribution)
    rappeler_les_fins()
    service.renouveler(acteur=acteur_de(distribution.animatrice), mandat=mandat, dernier_jour=None)
    assert set(composer().values()) == {None}


def test_plusieurs_fins_un_seul_courriel_par_personne(distribution):
    for nom in ("collegue", "parrain", "accueil"):
        finissant(distribution, nom)
    rappeler_les_fins()
    assert (
        Courriel.objects.filter(genre="mandat_fin", destinataire=distribution.animatrice).count()
        == 1
    )
    message = composer()[distribution.animatrice]
    assert message.sujet.startswith("3 mandats")
    for prenom in ("Colin", "Paulin", "Aline"):
        assert prenom in message.html


# --- La page Personnes ---------------------------------------------------------------------


def personnes(distribution):
    return reverse("partenaires:personnes", args=[distribution.reseau.slug])


@pytest.mark.parametrize(
    ("nom", "statut"), [("auteur", 403), ("elue", 403), ("etrangere", 404), ("auditrice", 404)]
)
def test_la_page_personnes_est_a_l_animation(nom, statut, distribution, connecter):
    assert (
        "Colin" in connecter(distribution.animatrice).get(personnes(distribution)).content.decode()
    )
    refus = connecter(getattr(distribution, nom)).get(personnes(distribution))
    assert refus.status_code == statut
    assert "Distribution-Collegue" not in refus.content.decode()
    export = reverse("partenaires:personnes_export", args=[distribution.reseau.slug])
    assert connecter(getattr(distribution, nom)).get(export).status_code == statut


def test_les_vues_disent_qui_finit_qui_commence_qui_manque(distribution, connecter):
    finissant(distribution, dans=45)
    MandatFabrique(
        utilisateur=distribution.echue,
        structure=distribution.s1,
        reseau=distribution.reseau,
        periode=DateRange(aujourd_hui(10), None),
    )
    client = connecter(distribution.animatrice)

    def lignes(vue):
        return list(client.get(personnes(distribution), {"vue": vue}).context["page_lignes"])

    assert [m.utilisateur for m in lignes("finissent")] == [distribution.collegue]
    assert [m.utilisateur for m in lignes("a_venir")] == [distribution.echue]
    assert distribution.echue not in [m.utilisateur for m in lignes("presentes")]
    assert [(s.nom, s.nb_administrateurs) for s in lignes("structures")] == [
        ("Pays de la vallée", 0),
        ("Chambre de la vallée", 1),
    ]
    export = reverse("partenaires:personnes_export", args=[distribution.reseau.slug])
    reponse = client.get(export, {"format": "csv"})
    texte = reponse.getvalue().decode("utf-8-sig")
    assert "Distribution-Collegue" in texte
    assert f"{aujourd_hui(44):%d/%m/%Y}" in texte


def test_la_liste_coute_le_meme_prix(distribution, connecter, nombre_de_requetes):
    client = connecter(distribution.animatrice)
    finissant(distribution)
    adresse = personnes(distribution) + "?vue=finissent"
    client.get(adresse)
    with nombre_de_requetes(6):
        client.get(adresse)
    for nom in ("parrain", "accueil"):
        finissant(distribution, nom)
    with nombre_de_requetes(6):
        page = client.get(adresse)
    assert "<title>Mandats qui finissent · Réseau de la vallée · Maillon</title>" in (
        page.content.decode()
    )
    assert len(page.context["page_lignes"]) == 3


def test_un_mandat_fini_n_existe_plus_pour_qui_ne_le_tient_pas(
    connecter, distribution, elue, animatrice, auteur, echue
):
    """Le nom reste dans l’histoire des dossiers, pas dans une page ouverte à tout le réseau."""
    fini = distribution.mandats["echue"]
    adresse = reverse("partenaires:mandat", args=[distribution.reseau.slug, fini.uuid])
    for permise in (animatrice, auteur):
        assert echue.nom in connecter(permise).get(adresse).content.decode()
    assert connecter(elue).get(adresse).status_code == 404
    actif = distribution.mandats["collegue"]
    adresse = reverse("partenaires:mandat", args=[distribution.reseau.slug, actif.uuid])
    assert connecter(elue).get(adresse).status_code == 200
