"""Signaler quelqu'un : sans compte, avec, deux fois, trop vite, au bon réseau."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from partenaires.models import Reseau, ReseauCommune
from porteurs.enums import EtatDemande, MotifCloture, SourceDemande
from porteurs.forms.demandes import tampon
from porteurs.models import Demande
from porteurs.services.aiguillage import reseaux_de
from socle.dates import date_en_mots
from socle.expedition import expedier_lot
from socle.models import Courriel
from tests.fabriques import DossierFabrique, ReseauFabrique, commune
from tests.fabriques.demandes import DemandeFabrique, permanence
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db
# Cette commune n'est dans aucun réseau de la démonstration.
MOULINS = "03190"


@pytest.fixture
def adresse(distribution):
    ReseauCommune.objects.filter(commune=commune()).exclude(reseau=distribution.reseau).delete()
    return reverse("porteurs:signaler_reseau", args=[distribution.reseau.slug])


def saisie(**champs):
    return {
        "prenom": "Zoé",
        "nom": "Œillet-Durand",
        "telephone": "06.39.98.00 42",
        "commune": "Ambert (63600)",
        "projet": "Reprendre une boulangerie",
        "accord": "on",
        "accord_le": aujourd_hui().isoformat(),
        "signalant_nom": "Nadia Mairie",
        "signalant_organisme": "Mairie d’Olliergues",
        "ouverte": tampon(60),
        "cle_envoi": str(uuid.uuid4()),
    } | champs


def recue(reponse) -> Demande:
    assert reponse.status_code == 302, reponse.context["form"].errors
    return Demande.objects.order_by("-pk").first()


def test_un_visiteur_signale_et_lit_qui_rappelle(connecter, distribution, adresse):
    permanence(distribution.reseau, distribution.s1)
    client = connecter()
    assert client.get(adresse).status_code == 200
    reponse = client.post(adresse, saisie(email="Zoe@Personne.test"))
    demande = recue(reponse)
    assert (demande.reseau, demande.structure) == (distribution.reseau, distribution.s1)
    assert (demande.telephone_saisi, demande.telephone) == ("06 39 98 00 42", "+33639980042")
    assert demande.cle_nom == "durand oeillet zoe"
    assert demande.source == SourceDemande.SIGNALEMENT
    assert demande.qui_signale == "Nadia Mairie, Mairie d’Olliergues"
    page = client.get(reponse.url).content.decode()
    assert "Chambre de la vallée" in page
    assert "Elle vient aussi de recevoir" in page
    for secret in ("Œillet", "0042", "personne.test", "Zoé"):
        assert secret not in page
        assert secret not in reponse.url
    [courriel] = Courriel.objects.filter(genre="demande_personne")
    assert courriel.adresse == "zoe@personne.test"
    assert "sessionid" not in client.cookies
    assert "session" not in client.cookies


def test_sans_courriel_la_confirmation_n_en_promet_pas(connecter, distribution, adresse):
    permanence(distribution.reseau, distribution.s1)
    client = connecter()
    page = client.get(client.post(adresse, saisie()).url).content.decode()
    assert "rappelle cette personne" in page
    assert "recevoir" not in page.partition("<main")[2]


def test_le_double_envoi_n_en_fait_qu_une(connecter, adresse):
    client, donnees = connecter(), saisie()
    premiere = client.post(adresse, donnees)
    avant = Demande.objects.count()
    assert client.post(adresse, donnees).url == premiere.url
    assert Demande.objects.count() == avant


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"telephone": ""}, "Il faut un téléphone ou une adresse de courriel."),
        ({"telephone": "abc"}, "Ce numéro ne se lit pas."),
        ({"accord": ""}, "Sans son accord"),
        ({"accord_le": "2999-01-01"}, "Cette date est dans l’avenir."),
        ({"ouverte": 0}, "C’est parti très vite"),
        ({"ouverte": 200_000}, "ouverte depuis longtemps"),
        ({"ouverte": "1:forge"}, "ouverte depuis longtemps"),
        ({"ouverte": ""}, "ouverte depuis longtemps"),
        ({"commune": "Zzyzx"}, "Nous ne connaissons pas"),
    ],
)
def test_une_saisie_fautive_se_dit_et_n_ecrit_rien(connecter, adresse, champs, phrase):
    avant = Demande.objects.count()
    if isinstance(champs.get("ouverte"), int):
        champs = {"ouverte": tampon(champs["ouverte"])}
    page = connecter().post(adresse, saisie(**champs))
    assert page.status_code == 200
    assert phrase in page.content.decode()
    assert "Œillet-Durand" in page.content.decode()
    assert Demande.objects.count() == avant


def test_le_robot_recoit_la_meme_reponse_et_rien_ne_s_ecrit(connecter, adresse):
    avant = Demande.objects.count()
    client = connecter()
    reponse = client.post(adresse, saisie(site="https://robot.test"))
    assert reponse.status_code == 302
    assert "C’est envoyé" in client.get(reponse.url).content.decode()
    assert Demande.objects.count() == avant


def test_trop_d_envois_depuis_une_connexion(connecter, adresse, monkeypatch):
    monkeypatch.setattr("porteurs.views.signalement.ESSAIS", 1)
    client = connecter()
    assert client.post(adresse, saisie()).status_code == 302
    page = client.post(adresse, saisie(telephone="06 39 98 00 43"))
    assert "Trop d’envois" in page.content.decode()


def test_un_jeton_forge_ne_montre_rien(connecter):
    page = connecter().get(reverse("porteurs:signaler_recu", args=[f"{uuid.uuid4().hex}:a:b"]))
    assert page.status_code == 410


def test_le_membre_est_reconnu_et_retrouve_son_signalement(
    connecter, accueil, elue, distribution, adresse, marqueur
):
    client = connecter(accueil)
    assert "Votre nom" not in client.get(adresse).content.decode()
    donnees = saisie(nom=marqueur, signalant_nom="Autre Personne", ouverte="")
    demande = recue(client.post(adresse, donnees))
    assert (demande.signalant, demande.signalant_structure) == (accueil, distribution.s1)
    assert demande.signalant_nom == ""
    liste = reverse("porteurs:signalements")
    assert marqueur in client.get(liste).content.decode()
    assert marqueur not in connecter(elue).get(liste).content.decode()


def test_qui_a_signale_apprend_qui_l_a_prise_et_rien_de_plus(
    connecter, accueil, auteur, distribution, marqueur
):
    demande = DemandeFabrique(
        reseau=distribution.reseau,
        structure=distribution.s2,
        signalant=accueil,
        signalant_structure=distribution.s1,
        message=f"Message {marqueur}",
    )
    client = connecter(accueil)
    page = client.get(reverse("porteurs:signalements")).content.decode()
    assert "Pays de la vallée" in page
    assert demande.nom in page
    for secret in (marqueur, demande.telephone_saisi, demande.email):
        assert secret not in page
    detail = reverse("porteurs:demande", args=[distribution.reseau.slug, demande.uuid])
    assert client.get(detail).status_code == 403


def test_un_mandat_fini_ferme_la_liste(connecter, echue, distribution):
    DemandeFabrique(
        reseau=distribution.reseau, signalant=echue, signalant_structure=distribution.s1
    )
    assert connecter(echue).get(reverse("porteurs:signalements")).status_code == 403


def test_requetes_de_mes_signalements(connecter, accueil, distribution, nombre_de_requetes):
    client, liste = connecter(accueil), reverse("porteurs:signalements")
    client.get(liste)
    for nombre in (1, 3):
        while Demande.objects.filter(signalant=accueil).count() < nombre:
            DemandeFabrique(
                reseau=distribution.reseau,
                structure=distribution.s1,
                signalant=accueil,
                signalant_structure=distribution.s1,
            )
        with nombre_de_requetes(4):
            page = client.get(liste).content.decode()
        assert page.count("ligne-dossier") == nombre


# --- Au bon réseau -------------------------------------------------------------------------


def test_plusieurs_reseaux_la_personne_choisit(connecter, distribution):
    ReseauCommune.objects.filter(commune=commune()).exclude(
        reseau__in=[distribution.reseau, distribution.reseau_b]
    ).delete()
    client, adresse, donnees = connecter(), reverse("porteurs:signaler"), saisie()
    avant = Demande.objects.count()
    page = client.post(adresse, donnees)
    assert page.status_code == 200
    texte = page.content.decode()
    assert "Réseau de la vallée" in texte
    assert "Réseau du plateau" in texte
    assert Demande.objects.count() == avant
    personne = client.post(adresse, donnees | {"choix": "oui"})
    assert "Choisissez au moins un réseau." in personne.content.decode()
    deux = [distribution.reseau.pk, distribution.reseau_b.pk]
    reponse = client.post(adresse, donnees | {"choix": "oui", "reseaux": deux})
    assert reponse.status_code == 302
    demandes = list(Demande.objects.order_by("pk")[avant:])
    assert {d.reseau_id for d in demandes} == set(deux)
    assert len({d.depot for d in demandes}) == 1


def test_un_reseau_force_ne_recoit_rien(connecter, distribution):
    ReseauCommune.objects.filter(commune=commune()).exclude(
        reseau__in=[distribution.reseau, distribution.reseau_b]
    ).delete()
    autre = ReseauFabrique(couvertes=["43040"])
    donnees = saisie(choix="oui", reseaux=[autre.pk, distribution.reseau.pk])
    connecter().post(reverse("porteurs:signaler"), donnees)
    assert not Demande.objects.filter(reseau=autre).exists()
    assert Demande.objects.filter(reseau=distribution.reseau).exists()


def test_une_commune_sans_reseau_va_au_parent_jamais_refusee(distribution):
    Reseau.objects.exclude(pk__in=[distribution.reseau.pk, distribution.reseau_b.pk]).update(
        parent=None
    )
    ReseauCommune.objects.filter(commune__code=MOULINS).delete()
    parent = ReseauFabrique(nom="Parent", couvertes=["43040"])
    distribution.reseau_b.parent = parent
    distribution.reseau_b.save(update_fields=["parent"])
    assert reseaux_de(commune(MOULINS)) == [parent]


def test_le_parent_qui_couvre_aussi_s_efface(distribution):
    parent = ReseauFabrique(nom="Parent")
    distribution.reseau.parent = parent
    distribution.reseau.save(update_fields=["parent"])
    trouves = reseaux_de(commune())
    assert distribution.reseau in trouves
    assert parent not in trouves


def test_deja_connue_ne_change_rien_pour_qui_tape(connecter, distribution, adresse):
    permanence(distribution.reseau, distribution.s1)
    client = connecter()
    inconnue = client.get(client.post(adresse, saisie()).url).content.decode()
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        porteur__prenom="Zoé",
        porteur__nom="Secrète",
    )
    reponse = client.post(adresse, saisie(nom="Secrète", telephone="06 39 98 00 77"))
    assert client.get(reponse.url).content.decode() == inconnue
    demande = Demande.objects.order_by("-pk").first()
    assert [r.dossier for r in demande.rapprochements.all()] == [dossier]


# --- Les courriels -------------------------------------------------------------------------


def test_la_personne_apprend_qui_la_rappelle_et_la_structure_qu_elle_attend(
    connecter, distribution, adresse, marqueur
):
    d = distribution
    permanence(d.reseau, d.s1)
    demande = recue(
        connecter().post(
            adresse, saisie(email="zoe@personne.test", projet=marqueur, message="Rappeler le soir")
        )
    )
    expedier_lot(list(Courriel.objects.values_list("pk", flat=True)))
    [sien] = Courriel.objects.filter(genre="demande_personne")
    for mot in ("Bonjour Zoé", "Chambre de la vallée", "Nadia Mairie", "six mois"):
        assert mot in sien.corps_texte
    assert date_en_mots(demande.promise_le) in sien.sujet
    recus = Courriel.objects.filter(genre="demande_recue").exclude(corps_texte="")
    assert {c.destinataire for c in recus} == {d.auteur, d.collegue}
    for courriel in recus:
        assert marqueur in courriel.sujet
        assert str(demande.uuid) in courriel.corps_texte
        for secret in ("Œillet", "39 98", "zoe@", "Rappeler le soir"):
            assert secret not in courriel.corps_texte + courriel.corps_html + courriel.sujet


def test_le_courriel_ne_porte_rien_de_cliquable_qu_un_inconnu_ait_tape(
    connecter, distribution, adresse
):
    permanence(distribution.reseau, distribution.s1)
    connecter().post(
        adresse,
        saisie(
            email="zoe@personne.test",
            prenom="Zoé www.piege.test",
            signalant_nom="Nadia http://piege.test/a",
            signalant_organisme="Mairie piege.test " + "très " * 20,
            message="Payez sur piege.test",
            projet="Voir piege.test",
        ),
    )
    expedier_lot(list(Courriel.objects.values_list("pk", flat=True)))
    [sien] = Courriel.objects.filter(genre="demande_personne")
    assert "piege" not in sien.corps_texte + sien.corps_html + sien.sujet
    assert "Bonjour Zoé," in sien.corps_texte
    assert "Nadia, Mairie très" in sien.corps_texte
    assert sien.corps_texte.count("très") < 12


def test_une_adresse_n_est_pas_importunee(connecter, distribution, adresse):
    """Deux envois par jour à une même adresse ; les suivants répondent pareil et n'écrivent rien."""
    permanence(distribution.reseau, distribution.s1)
    for rang in range(4):
        reponse = connecter().post(
            adresse, saisie(email="zoe@personne.test", projet=f"Projet {rang}")
        )
        assert reponse.status_code == 302
    assert Courriel.objects.filter(genre="demande_personne").count() == 2
    assert Demande.objects.filter(email="zoe@personne.test").count() == 2


def test_prise_avant_le_depart_le_courriel_se_tait(connecter, distribution, adresse):
    permanence(distribution.reseau, distribution.s1)
    demande = recue(connecter().post(adresse, saisie(email="zoe@personne.test")))
    Demande.objects.filter(pk=demande.pk).update(
        etat=EtatDemande.CLOSE, motif=MotifCloture.DEJA, repondue_le=timezone.now()
    )
    expedier_lot(list(Courriel.objects.values_list("pk", flat=True)))
    assert not Courriel.objects.filter(genre__startswith="demande_").exclude(corps_texte="")
