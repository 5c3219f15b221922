"""Le programme d’un réseau : prévoir, changer, annuler, et qui lit quoi."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from partenaires.enums import EtatEvenement, NatureEvenement
from partenaires.models import Evaluation, Evenement, LigneBudget
from partenaires.services import evenements as service
from partenaires.services.evenements import GENRE_ANNULE, GENRE_CHANGE
from socle.courriels import genres
from socle.enums import Operation
from socle.models import AccesJournal, Courriel
from tests.fabriques import EvenementFabrique, InscriptionFabrique

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    def de(nom, *suite):
        return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug, *suite])

    return de


@pytest.fixture
def prevu(distribution, auteur):
    """Un évènement à venir, prévu par l'auteur."""

    def prevoir(**champs):
        return EvenementFabrique(
            **{
                "reseau": distribution.reseau,
                "debut": timezone.now().replace(second=0, microsecond=0) + timedelta(days=20),
                "cree_par": auteur,
            }
            | champs
        )

    return prevoir


def saisie(**champs):
    jour = timezone.localdate() + timedelta(days=40)
    return {
        "nature": NatureEvenement.FORMATION,
        "intitule": "Accueillir à plusieurs",
        "jour": jour.isoformat(),
        "heure": "09:00",
        "heure_fin": "17:30",
        "commune": "Ambert",
        "sequence": 0,
    } | champs


def composes(genre) -> list:
    lignes = list(Courriel.objects.filter(genre=genre).select_related("destinataire"))
    messages = genres()[genre].composer(lignes) if lignes else {}
    return [(ligne, messages[ligne.pk]) for ligne in lignes if messages[ligne.pk]]


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_coute_autant_pour_un_que_pour_trois(
    connecter, elue, distribution, adresse, nombre_de_requetes, prevu, nombre
):
    for rang in range(nombre):
        evenement = prevu(intitule=f"Rencontre rang {rang}", capacite=5)
        InscriptionFabrique(evenement=evenement)
    client = connecter(elue)
    with nombre_de_requetes(9):
        page = client.get(adresse("evenements")).content.decode()
    assert [f"Rencontre rang {r}" in page for r in range(3)] == [r < nombre for r in range(3)]


@pytest.mark.parametrize("nombre", [1, 3])
def test_les_inscrits_coutent_autant_pour_un_que_pour_trois(
    connecter, auteur, adresse, nombre_de_requetes, prevu, nombre
):
    evenement = prevu()
    for rang in range(nombre):
        InscriptionFabrique(evenement=evenement, utilisateur__nom=f"Rang{rang}")
    client = connecter(auteur)
    with nombre_de_requetes(13):
        page = client.get(adresse("evenement_inscrits", evenement.uuid)).content.decode()
    assert [f"Rang{r}" in page for r in range(3)] == [r < nombre for r in range(3)]


def test_prevoir_a_l_heure_du_reseau(connecter, voisine, distribution, adresse):
    distribution.reseau.fuseau = "Indian/Reunion"
    distribution.reseau.save(update_fields=["fuseau"])
    reponse = connecter(voisine).post(adresse("evenement_nouveau"), saisie(capacite="12"))
    evenement = Evenement.objects.get(intitule="Accueillir à plusieurs")
    assert reponse.url == adresse("evenement", evenement.uuid)
    assert evenement.debut.hour == 5  # 9 h à La Réunion, 5 h en temps universel
    assert (evenement.capacite, evenement.commune.nom, evenement.cree_par) == (
        12,
        "Ambert",
        voisine,
    )
    page = connecter(voisine).get(reponse.url).content.decode()
    assert "9\u00a0h\u00a0– 17\u00a0h\u00a030" in page


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"heure_fin": "08:00"}, "finit avant d’avoir commencé"),
        ({"heure": "25h"}, "Cette heure n’existe pas"),
        ({"jour": "2027-03-28", "heure": "02:30"}, "on passe à l’heure d’été"),
        ({"cloture": "2090-01-01"}, "au plus tard le jour même"),
        ({"capacite": "0"}, "supérieur"),
        ({"commune": "Zzyzx"}, "connaissons pas"),
    ],
)
def test_ce_qui_ne_va_pas_se_dit_et_la_saisie_reste(connecter, voisine, adresse, champs, phrase):
    reponse = connecter(voisine).post(adresse("evenement_nouveau"), saisie(**champs))
    assert phrase in reponse.content.decode()
    assert "Accueillir à plusieurs" in reponse.content.decode()
    assert not Evenement.objects.filter(intitule="Accueillir à plusieurs").exists()


def test_changer_la_date_previent_et_changer_le_texte_non(connecter, auteur, elue, adresse, prevu):
    evenement = prevu()
    InscriptionFabrique(evenement=evenement, utilisateur=elue)
    url = adresse("evenement_modifier", evenement.uuid)
    formulaire = connecter(auteur).get(url).context["form"]
    lue = {n: v for n, v in formulaire.initial.items() if v not in (None, False, "")}
    lue |= {"heure": f"{lue['heure']:%H:%M}", "heure_fin": f"{lue['heure_fin']:%H:%M}"}
    connecter(auteur).post(url, lue | {"description": "Apportez un cas."})
    assert not Courriel.objects.filter(genre=GENRE_CHANGE).exists()
    connecter(auteur).post(url, lue | {"lieu": "Salle du haut", "sequence": 1})
    [(ligne, message)] = composes(GENRE_CHANGE)
    assert ligne.destinataire == elue
    assert "Salle du haut" in message.texte
    assert message.pieces[0]["type"] == "text/calendar; method=PUBLISH"


def test_deux_personnes_a_la_fois_la_seconde_le_lit(connecter, auteur, animatrice, adresse, prevu):
    evenement = prevu()
    url = adresse("evenement_modifier", evenement.uuid)
    connecter(auteur).post(url, saisie(intitule="La première", sequence=0))
    page = connecter(animatrice).post(url, saisie(intitule="La seconde", sequence=0))
    texte = page.content.decode()
    assert "La première" in texte
    assert "La seconde" in texte
    evenement.refresh_from_db()
    assert (evenement.intitule, evenement.sequence) == ("La première", 1)


def test_annuler_previent_et_efface_des_agendas(connecter, auteur, elue, adresse, prevu):
    evenement = prevu()
    InscriptionFabrique(evenement=evenement, utilisateur=elue)
    url = adresse("evenement_annuler", evenement.uuid)
    assert "reçoivent un courriel" in connecter(auteur).get(url).content.decode()
    connecter(auteur).post(url, {"motif": "La salle est prise."})
    evenement.refresh_from_db()
    assert (evenement.etat, evenement.sequence) == (EtatEvenement.ANNULE, 1)
    [(ligne, message)] = composes(GENRE_ANNULE)
    assert ligne.destinataire == elue
    assert "La salle est prise." in message.texte
    assert "METHOD:CANCEL" in message.pieces[0]["contenu"]
    assert "STATUS:CANCELLED" in message.pieces[0]["contenu"]
    connecter(auteur).post(url, {"motif": "Encore"})
    assert Courriel.objects.filter(genre=GENRE_ANNULE).count() == 1


def test_qui_n_est_plus_du_reseau_ne_recoit_plus_rien(auteur, echue, prevu):
    evenement = prevu()
    InscriptionFabrique(evenement=evenement, utilisateur=echue)
    service.annuler(evenement=evenement, motif="")
    assert Courriel.objects.filter(genre=GENRE_ANNULE).count() == 1
    assert composes(GENRE_ANNULE) == []


def test_annuler_apres_coup_ne_derange_personne(prevu, elue):
    evenement = prevu(debut=timezone.now() - timedelta(days=2))
    InscriptionFabrique(evenement=evenement, utilisateur=elue)
    service.annuler(evenement=evenement, motif="")
    assert not Courriel.objects.filter(genre=GENRE_ANNULE).exists()


def test_ce_qui_est_fini_a_eu_lieu(prevu):
    fini = prevu(debut=timezone.now() - timedelta(days=1))
    annule = prevu(debut=timezone.now() - timedelta(days=1), etat=EtatEvenement.ANNULE)
    en_cours = prevu(debut=timezone.now() - timedelta(hours=1))
    service.tenir_les_evenements()
    etats = [Evenement.objects.get(pk=e.pk).etat for e in (fini, annule, en_cours)]
    assert etats == [EtatEvenement.TENU, EtatEvenement.ANNULE, EtatEvenement.PREVU]


def test_un_evenement_a_venir_se_lit_de_son_seul_reseau(
    connecter, elue, etrangere, auditrice, adresse, prevu, marqueur
):
    evenement = prevu(intitule=f"Séminaire {marqueur}")
    url = adresse("evenement", evenement.uuid)
    assert marqueur in connecter(elue).get(url).content.decode()
    for personne in (etrangere, auditrice):
        reponse = connecter(personne).get(url)
        assert reponse.status_code == 404
        assert marqueur not in reponse.content.decode()


# --- Exposants, budget, avis, présences ---------------------------------------------------------


def test_les_exposants_d_un_forum(connecter, auteur, elue, distribution, adresse, prevu):
    forum = prevu(nature=NatureEvenement.FORUM)
    url = adresse("evenement_exposants", forum.uuid)
    client = connecter(auteur)
    client.post(url, {"structure": distribution.s1.uuid, "stand": "A1", "besoins": "Une prise"})
    client.post(url, {"nom": "Atelier du Bois", "stand": "A2"})
    page = client.post(url, {"nom": "Autre atelier", "stand": "a1"}).content.decode()
    assert "ce stand est déjà pris" in page
    page = client.post(url, {"nom": "", "stand": "A3"}).content.decode()
    assert "Choisissez une structure du réseau" in page
    lue = connecter(elue).get(adresse("evenement", forum.uuid)).content.decode()
    assert "Chambre de la vallée" in lue
    assert "Atelier du Bois" in lue
    assert "Une prise" not in lue
    assert client.get(adresse("evenement_exposants", prevu().uuid)).status_code == 404
    page = client.post(adresse("evenement_modifier", forum.uuid), saisie()).content.decode()
    assert "cela reste un forum" in page


def test_le_budget_et_ses_totaux(connecter, animatrice, adresse, prevu):
    evenement = prevu()
    url = adresse("evenement_budget", evenement.uuid)
    client = connecter(animatrice)
    client.post(url, {"sens": "depense", "libelle": "Salle", "prevu": "1 250,50 €"})
    client.post(
        url,
        {
            "sens": "recette",
            "libelle": "Subvention",
            "financeur": "Région",
            "prevu": "1000",
            "realise": "900",
        },
    )
    page = client.post(url, {"sens": "recette", "libelle": "Don", "prevu": "10"}).content.decode()
    assert "Dites qui finance" in page
    page = client.post(url, {"sens": "depense", "libelle": "X", "prevu": "-3"}).content.decode()
    assert "positif" in page
    totaux = service.totaux(evenement)
    assert totaux["depense"]["prevu"] == Decimal("1250.50")
    assert totaux["solde"] == {"prevu": Decimal("-250.50"), "realise": Decimal("900")}
    page = client.get(url).content.decode()
    assert "Région" in page
    assert "-250,50" in page
    assert LigneBudget.objects.filter(evenement=evenement).count() == 2


def test_les_avis_se_taisent_sous_le_seuil(connecter, auteur, adresse, prevu):
    evenement = prevu(debut=timezone.now() - timedelta(days=3))
    url = adresse("evenement_avis", evenement.uuid)
    for note in (1, 2, 5, 5):
        Evaluation.objects.create(evenement=evenement, note=note, servi=f"Mot {note}")
    page = connecter(auteur).get(url).content.decode()
    assert "Trop peu d’avis" in page
    assert "Mot 1" not in page
    assert "3,3" not in page
    Evaluation.objects.create(evenement=evenement, note=4, servi="Mot 4", manque="Du temps")
    page = connecter(auteur).get(url).content.decode()
    assert "3,4 sur 5" in page
    assert "Mot 1" in page
    assert "Du temps" in page


def test_les_presences_se_reportent(connecter, auteur, adresse, prevu):
    evenement = prevu()
    la, absente = InscriptionFabrique.create_batch(2, evenement=evenement)
    url = adresse("evenement_inscrits", evenement.uuid)
    pas_vue = InscriptionFabrique(evenement=evenement)
    autre = InscriptionFabrique()
    saisies = {"vue": [la.uuid, absente.uuid, autre.uuid], "presente": [la.uuid, autre.uuid, "x"]}
    connecter(auteur).post(url, saisies)
    for inscription in (la, absente, pas_vue, autre):
        inscription.refresh_from_db()
    assert (la.presente, absente.presente) == (True, False)
    assert (pas_vue.presente, autre.presente) == (None, None)


def test_la_feuille_d_emargement(connecter, auteur, distribution, collegue, adresse, prevu):
    evenement = prevu()
    InscriptionFabrique(evenement=evenement, utilisateur=collegue)
    InscriptionFabrique(evenement=evenement, dehors=True, nom='Zoé #panic("x")')
    InscriptionFabrique(evenement=evenement, etat="attente", utilisateur__nom="Patiente")
    reponse = connecter(auteur).get(adresse("evenement_emargement", evenement.uuid))
    assert reponse["Content-Type"] == "application/pdf"
    texte = "".join(p.extract_text() for p in PdfReader(BytesIO(reponse.content)).pages)
    assert collegue.nom in texte
    assert "Chambre de la vallée" in texte
    assert '#panic("x")' in texte
    assert "Patiente" not in texte


def test_l_export_est_au_journal(connecter, animatrice, auteur, adresse, prevu, marqueur):
    evenement = prevu()
    InscriptionFabrique(evenement=evenement, dehors=True, nom=f"=HYPERLINK({marqueur})")
    url = adresse("evenement_export", evenement.uuid)
    refus = connecter(auteur).get(url)
    assert refus.status_code == 403
    assert marqueur not in refus.content.decode()
    client = connecter(animatrice)
    feuille = load_workbook(BytesIO(b"".join(client.get(url).streaming_content))).active
    assert feuille["A2"].value == f"=HYPERLINK({marqueur})"
    assert feuille["A2"].data_type == "s"
    texte = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert f"'=HYPERLINK({marqueur})" in texte
    assert (
        AccesJournal.objects.filter(
            operation=Operation.EXPORT, reference=str(evenement.uuid), utilisateur_id=animatrice.pk
        ).count()
        == 2
    )
