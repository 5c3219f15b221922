"""La grille d'une structure : qui la remplit, ce qu'elle garde, deux personnes à la fois ; les thèmes."""

import pytest
from django.urls import reverse

from partenaires.enums import CHAINE, Etape
from partenaires.forms.competences import CERTAINES, TOUT, valeur_de
from partenaires.models import (
    Commune,
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    Mandat,
    ReseauCommune,
    StructureCommune,
    Theme,
)
from partenaires.services.competences import lire_etat
from tests.fabriques import ConventionFabrique, MandatFabrique, ReseauFabrique

AMBERT_EPCI = "200070761"
REQUETES_LIRE = 12
REQUETES_ENREGISTRER = 32


def theme(code) -> Theme:
    return Theme.objects.get(code=code, reseau=None)


def adresse(distribution, structure, route="competences", *args):
    return reverse(f"partenaires:{route}", args=[distribution.reseau.slug, structure.uuid, *args])


def saisie(structure, *cases, **champs):
    """Ce que le navigateur envoie : ``cases`` en couples (code du thème, étape)."""
    return {
        "empreinte": lire_etat(structure).empreinte,
        "territoire": TOUT,
        "cases": [valeur_de(theme(code).pk, etape) for code, etape in cases],
    } | champs


def declarees(structure) -> set:
    return set(Competence.objects.filter(structure=structure).values_list("theme__code", "etape"))


# --- Qui la remplit ---------------------------------------------------------------------------


@pytest.mark.parametrize("nom", ["auteur", "collegue", "animatrice"])
def test_la_structure_et_l_animation_remplissent_la_grille(nom, distribution, connecter):
    if nom == "animatrice":
        # Elle remplit la grille d'une structure que personne n'administre encore.
        Mandat.objects.filter(structure=distribution.s1).update(administre=False)
    client = connecter(getattr(distribution, nom))
    lien = adresse(distribution, distribution.s1)
    assert "Étude de marché" in client.get(lien).content.decode()
    reponse = client.post(lien, saisie(distribution.s1, ("ecole", "idee"), ("reprise", "suivi")))
    assert reponse.status_code == 302
    assert declarees(distribution.s1) == {("ecole", "idee"), ("reprise", "suivi")}
    grille = distribution.s1.grille_competences
    assert grille.modifiee_par == getattr(distribution, nom)


def test_l_animation_n_ecrit_pas_la_grille_d_une_structure_administree(distribution, connecter):
    lien = adresse(distribution, distribution.s1)
    client = connecter(distribution.animatrice)
    envoi = saisie(distribution.s1, ("ecole", "idee"))
    assert client.get(lien).status_code == 403
    assert client.post(lien, envoi).status_code == 403
    assert declarees(distribution.s1) == set()
    Mandat.objects.filter(structure=distribution.s1).update(administre=False)
    ConventionFabrique(reseau=distribution.reseau_b, structures=[distribution.s1])
    assert client.post(lien, envoi).status_code == 403
    assert connecter(distribution.collegue).post(lien, envoi).status_code == 302
    assert declarees(distribution.s1) == {("ecole", "idee")}


def test_la_grille_ne_nomme_pas_une_personne_d_un_autre_reseau(distribution, connecter):
    """La structure est des deux réseaux : chacun ne lit que les noms des siens."""
    d = distribution
    ConventionFabrique(reseau=d.reseau_b, structures=[d.s1])
    MandatFabrique(utilisateur=d.etrangere, structure=d.s1, reseau=d.reseau_b, administre=True)
    ailleurs = reverse("partenaires:competences", args=[d.reseau_b.slug, d.s1.uuid])
    connecter(d.etrangere).post(ailleurs, saisie(d.s1, ("ecole", "idee")))
    assert d.s1.grille_competences.modifiee_par == d.etrangere
    nom = d.etrangere.nom_complet
    assert f"par {nom}" in connecter(d.etrangere).get(ailleurs).content.decode()
    ici = connecter(d.auteur)
    page = ici.get(adresse(d, d.s1)).content.decode()
    assert "Enregistré le" in page
    assert nom not in page
    conflit = ici.post(
        adresse(d, d.s1), saisie(d.s1, ("ecole", "idee")) | {"empreinte": "ancienne"}
    )
    assert "Une autre version a été enregistrée" in conflit.content.decode()
    assert nom not in conflit.content.decode()


@pytest.mark.parametrize(
    ("nom", "code"),
    [
        ("voisine", 403),
        ("elue", 403),
        ("parrain", 403),
        ("accueil", 403),
        ("etrangere", 404),
        ("echue", 404),
        ("auditrice", 404),
        ("administratrice", 404),
    ],
)
def test_les_autres_ne_l_ecrivent_pas(nom, code, distribution, connecter, marqueur):
    distribution.collegue.nom = marqueur
    distribution.collegue.save(update_fields=["nom"])
    lien = adresse(distribution, distribution.s1)
    precision = adresse(distribution, distribution.s1, "competences_theme", theme("ecole").uuid)
    assert marqueur in connecter(distribution.auteur).get(lien).content.decode()
    client = connecter(getattr(distribution, nom))
    for reponse in (
        client.get(lien),
        client.post(lien, saisie(distribution.s1, ("ecole", "idee"))),
        client.post(precision, saisie(distribution.s1)),
    ):
        assert reponse.status_code == code
        assert marqueur not in reponse.content.decode()
    assert declarees(distribution.s1) == set()


def test_qui_administre_l_adhesion_l_ecrit_quelle_que_soit_sa_fonction(distribution, connecter):
    distribution.mandats["accueil"].administre = True
    distribution.mandats["accueil"].save(update_fields=["administre"])
    lien = adresse(distribution, distribution.s1)
    client = connecter(distribution.accueil)
    assert client.post(lien, saisie(distribution.s1, ("ecole", "idee"))).status_code == 302
    assert declarees(distribution.s1) == {("ecole", "idee")}


# --- Ce qu'elle garde -------------------------------------------------------------------------


def test_la_grille_se_remplit_se_change_et_se_vide(distribution, connecter):
    client, s1 = connecter(distribution.auteur), distribution.s1
    lien = adresse(distribution, s1)
    client.post(
        lien,
        saisie(s1, ("ecole", "idee"), ("ecole", "etude"), sections=["A", "G"])
        | {"personnes": [distribution.collegue.pk]},
    )
    assert Competence.objects.filter(structure=s1, sections=["A", "G"]).count() == 2
    assert CompetencePersonne.objects.filter(competence__structure=s1).count() == 2
    garde = Competence.objects.get(structure=s1, etape="etude").pk
    client.post(lien, saisie(s1, ("ecole", "etude"), ("logement", "idee"), sections=["I"]))
    assert declarees(s1) == {("ecole", "etude"), ("logement", "idee")}
    assert Competence.objects.get(pk=garde).sections == ["I"]
    assert not CompetencePersonne.objects.filter(competence__structure=s1).exists()
    reponse = client.post(lien, saisie(s1), follow=True)
    assert "vide" in reponse.content.decode()
    assert declarees(s1) == set()


def test_les_communes_se_choisissent_par_epci_ou_une_a_une(distribution, connecter):
    client, s1 = connecter(distribution.auteur), distribution.s1
    lien = adresse(distribution, s1)
    cases = [("ecole", "idee")]
    client.post(lien, saisie(s1, *cases, territoire=CERTAINES, epcis=[AMBERT_EPCI]))
    assert list(s1.communes_servies.values_list("code", flat=True)) == ["63003"]
    thiers = Commune.objects.get(code="63430")
    client.post(lien, saisie(s1, *cases, territoire=CERTAINES, communes=[thiers.pk]))
    assert list(s1.communes_servies.values_list("code", flat=True)) == ["63430"]
    client.post(lien, saisie(s1, *cases, territoire=TOUT))
    assert not StructureCommune.objects.filter(structure=s1).exists()


def test_dans_un_grand_reseau_les_communes_viennent_a_la_demande(
    distribution, connecter, monkeypatch
):
    """Rien ne s’enregistre, rien ne se perd, rien n’est reproché ; les communes cochées restent là."""
    monkeypatch.setattr("partenaires.forms.competences.COMMUNES_LISTEES", 1)
    s1, client = distribution.s1, connecter(distribution.auteur)
    ambert, thiers = (Commune.objects.get(code=code) for code in ("63003", "63430"))
    lien = adresse(distribution, s1)
    page = client.get(lien).content.decode()
    assert f'value="{AMBERT_EPCI}"' in page
    assert f'value="{ambert.pk}"' not in page
    envoi = saisie(s1, ("ecole", Etape.IDEE), territoire=CERTAINES, ouvrir=AMBERT_EPCI)
    reponse = client.post(lien, envoi)
    page = reponse.content.decode()
    assert reponse.status_code == 200
    assert "invalid-feedback" not in page
    assert f'name="communes" value="{ambert.pk}">' in page
    assert f'value="{thiers.pk}"' not in page
    assert f'value="{valeur_de(theme("ecole").pk, Etape.IDEE)}"' in page.split(" checked>")[0]
    assert not Competence.objects.filter(structure=s1).exists()
    del envoi["ouvrir"]
    client.post(lien, envoi | {"ouvertes": [AMBERT_EPCI], "communes": [ambert.pk]})
    assert list(s1.communes_servies.values_list("code", flat=True)) == ["63003"]
    assert f'value="{AMBERT_EPCI}" checked>' in client.get(lien).content.decode()


def test_certaines_communes_mais_aucune_cochee_se_dit_et_rien_ne_se_perd(distribution, connecter):
    s1 = distribution.s1
    reponse = connecter(distribution.auteur).post(
        adresse(distribution, s1), saisie(s1, ("ecole", "idee"), territoire=CERTAINES)
    )
    page = reponse.content.decode()
    assert reponse.status_code == 200
    assert "Cochez au moins une commune" in page
    assert f'value="{valeur_de(theme("ecole").pk, "idee")}"' in page
    assert page.count("checked") >= 2
    assert declarees(s1) == set()


def test_un_theme_precise_garde_ses_precisions(distribution, connecter):
    client, s1 = connecter(distribution.auteur), distribution.s1
    lien = adresse(distribution, s1)
    client.post(lien, saisie(s1, ("ecole", "idee"), ("logement", "idee"), ("reprise", "idee")))
    precision = adresse(distribution, s1, "competences_theme", theme("ecole").uuid)
    assert "Préciser" in client.get(precision).content.decode()
    reponse = client.post(
        precision,
        saisie(s1, territoire=CERTAINES, epcis=[AMBERT_EPCI], sections=["P"])
        | {"personnes": [distribution.collegue.pk]},
    )
    assert reponse.status_code == 302
    ecole = Competence.objects.get(structure=s1, theme=theme("ecole"))
    assert (ecole.sections, ecole.communes.get().code) == (["P"], "63003")
    # La grille change de secteurs et gagne une étape : l'école reste comme on l'a précisée.
    client.post(
        lien,
        saisie(
            s1,
            ("ecole", "idee"),
            ("ecole", "etude"),
            ("logement", "idee"),
            ("reprise", "idee"),
            sections=["G"],
        ),
    )
    for etape in ("idee", "etude"):
        ecole = Competence.objects.get(structure=s1, theme=theme("ecole"), etape=etape)
        assert (ecole.sections, ecole.communes.get().code) == (["P"], "63003")
        assert ecole.personnes.get() == distribution.collegue
    assert Competence.objects.get(structure=s1, theme=theme("logement")).sections == ["G"]


def test_un_theme_que_la_structure_ne_traite_pas_ne_se_precise_pas(distribution, connecter):
    lien = adresse(distribution, distribution.s1, "competences_theme", theme("ecole").uuid)
    reponse = connecter(distribution.auteur).get(lien, follow=True)
    assert "Cochez d’abord au moins une étape" in reponse.content.decode()


# --- Plusieurs réseaux --------------------------------------------------------------------------


def test_ce_qu_un_autre_reseau_connait_n_est_pas_touche(distribution, connecter):
    """S1 est aussi membre du réseau B : depuis A, ses thèmes, communes et gens de B restent."""
    s1, b = distribution.s1, distribution.reseau_b
    ConventionFabrique(reseau=b, structures=[s1])
    ReseauCommune.objects.create(reseau=b, commune=Commune.objects.get(code="15187"))
    local = Theme.objects.create(reseau=b, code="local-b", libelle="local b", cote="prive")
    ailleurs = MandatFabrique(reseau=b, structure=s1).utilisateur
    competence = Competence.objects.create(structure=s1, theme=local, etape="idee")
    ecole = Competence.objects.create(structure=s1, theme=theme("ecole"), etape="idee")
    for c in (competence, ecole):
        CompetencePersonne.objects.create(competence=c, utilisateur=ailleurs)
    client = connecter(distribution.auteur)
    page = client.get(adresse(distribution, s1)).content.decode()
    assert "Local b" not in page
    assert ailleurs.nom not in page
    client.post(
        adresse(distribution, s1),
        saisie(s1, ("ecole", "idee"), territoire=CERTAINES, epcis=[AMBERT_EPCI]),
    )
    assert ("local-b", "idee") in declarees(s1)
    assert ecole.personnes.get() == ailleurs
    # Elle quitte Thiers dans A, et continue d'aller partout dans B.
    assert set(s1.communes_servies.values_list("code", flat=True)) == {"63003", "15187"}
    client.post(adresse(distribution, s1), saisie(s1, ("ecole", "idee"), territoire=TOUT))
    assert not s1.communes_servies.exists()


# --- Deux personnes à la fois -------------------------------------------------------------------


def test_la_seconde_personne_voit_les_deux_versions_et_ne_perd_rien(distribution, connecter):
    s1 = distribution.s1
    lien = adresse(distribution, s1)
    lue = saisie(s1, ("ecole", "idee"), sections=["A"])
    connecter(distribution.collegue).post(lien, saisie(s1, ("logement", "suivi")))
    client = connecter(distribution.auteur)
    reponse = client.post(lien, lue)
    page = reponse.content.decode()
    assert reponse.status_code == 200
    assert declarees(s1) == {("logement", "suivi")}
    assert "Colin Distribution-Collegue a enregistré une autre version" in page
    assert "École, idée" in page
    assert "Logement, suivi post-création" in page
    assert "Agriculture, sylviculture et pêche" in page
    form = reponse.context["form"]
    assert form["cases"].value() == lue["cases"]
    # Elle enregistre la sienne, en connaissance de cause.
    suite = client.post(lien, lue | {"empreinte": form["empreinte"].value()})
    assert suite.status_code == 302
    assert declarees(s1) == {("ecole", "idee")}


def test_un_theme_precise_entre_temps_se_dit_aussi(distribution, connecter):
    s1 = distribution.s1
    lien = adresse(distribution, s1)
    client = connecter(distribution.auteur)
    client.post(lien, saisie(s1, ("ecole", "idee")))
    precision = adresse(distribution, s1, "competences_theme", theme("ecole").uuid)
    lue = saisie(s1, sections=["A"])
    connecter(distribution.collegue).post(precision, saisie(s1, sections=["P"]))
    page = client.post(precision, lue).content.decode()
    assert "a enregistré une autre version" in page
    assert "Enseignement" in page
    assert Competence.objects.get(structure=s1).sections == ["P"]


# --- Ce que cela coûte --------------------------------------------------------------------------


@pytest.mark.parametrize("etapes", [1, 8])
def test_enregistrer_coute_toujours_autant(etapes, distribution, connecter, nombre_de_requetes):
    s1, client = distribution.s1, connecter(distribution.auteur)
    cases = [("ecole", e) for e in CHAINE[:etapes]] + [("logement", e) for e in CHAINE[:etapes]]
    avant = Competence.objects.create(structure=s1, theme=theme("reprise"), etape=Etape.IDEE)
    CompetenceCommune.objects.create(competence=avant, commune=Commune.objects.get(code="63003"))
    envoi = saisie(s1, *cases, sections=["A"]) | {"personnes": [distribution.collegue.pk]}
    client.get(adresse(distribution, s1))
    with nombre_de_requetes(REQUETES_ENREGISTRER):
        client.post(adresse(distribution, s1), envoi)
    assert len(declarees(s1)) == 2 * etapes


@pytest.mark.parametrize("etapes", [1, 8])
def test_lire_la_grille_coute_toujours_autant(etapes, distribution, connecter, nombre_de_requetes):
    s1, client = distribution.s1, connecter(distribution.auteur)
    for etape in CHAINE[:etapes]:
        Competence.objects.create(structure=s1, theme=theme("reprise"), etape=etape)
    client.get(adresse(distribution, s1))
    with nombre_de_requetes(REQUETES_LIRE):
        page = client.get(adresse(distribution, s1)).content.decode()
    assert "Reprise et transmission" in page


# --- Les thèmes du réseau ------------------------------------------------------------------------


def test_l_animation_ajoute_un_theme_que_les_reseaux_enfants_voient(distribution, connecter):
    enfant = ReseauFabrique(parent=distribution.reseau)
    lien = reverse("partenaires:themes", args=["vallee"])
    client = connecter(distribution.animatrice)
    reponse = client.post(
        lien, {"libelle": "Circuits courts", "cote": "professionnel"}, follow=True
    )
    assert "Circuits courts" in reponse.content.decode()
    for reseau, attendu in ((distribution.reseau, 1), (enfant, 1), (distribution.reseau_b, 0)):
        themes = Theme.objects.du_reseau(reseau).filter(libelle="Circuits courts")
        assert themes.count() == attendu
    grille = connecter(distribution.auteur).get(adresse(distribution, distribution.s1))
    assert "Circuits courts" in grille.content.decode()


@pytest.mark.parametrize("libelle", ["école", "Ecole", "ÉCOLE"])
def test_un_theme_ne_se_dit_pas_deux_fois(libelle, distribution, connecter):
    lien = reverse("partenaires:themes", args=["vallee"])
    page = connecter(distribution.animatrice).post(lien, {"libelle": libelle, "cote": "prive"})
    assert "existe déjà dans le réseau" in page.content.decode()
    assert not Theme.objects.filter(reseau=distribution.reseau).exists()


def test_un_theme_retire_garde_ce_qu_on_y_avait_dit(distribution, connecter):
    client = connecter(distribution.animatrice)
    lien = reverse("partenaires:themes", args=["vallee"])
    client.post(lien, {"libelle": "circuits courts", "cote": "professionnel"})
    local = Theme.objects.get(reseau=distribution.reseau)
    Competence.objects.create(structure=distribution.s1, theme=local, etape="idee")
    retirer = reverse("partenaires:theme_retirer", args=["vallee", local.uuid])
    assert client.get(retirer).status_code == 405
    client.post(retirer)
    assert not Theme.objects.du_reseau(distribution.reseau).filter(pk=local.pk).exists()
    client.post(lien, {"libelle": "circuits courts", "cote": "professionnel"})
    assert Theme.objects.du_reseau(distribution.reseau).filter(pk=local.pk).exists()
    assert declarees(distribution.s1) == {("circuits-courts", "idee")}


def test_seule_l_animation_tient_les_themes(distribution, connecter):
    lien = reverse("partenaires:themes", args=["vallee"])
    commun = theme("ecole")
    assert "École" in connecter(distribution.animatrice).get(lien).content.decode()
    for nom, code in (("auteur", 403), ("elue", 403), ("animatrice_b", 404), ("auditrice", 404)):
        client = connecter(getattr(distribution, nom))
        envoi = client.post(lien, {"libelle": "neuf", "cote": "prive"})
        assert (client.get(lien).status_code, envoi.status_code) == (code, code)
    assert not Theme.objects.filter(libelle="neuf").exists()
    # Un thème commun à l'installation ne se retire pas d'un réseau.
    retirer = reverse("partenaires:theme_retirer", args=["vallee", commun.uuid])
    assert connecter(distribution.animatrice).post(retirer).status_code == 404
    commun.refresh_from_db()
    assert commun.retire_le is None
