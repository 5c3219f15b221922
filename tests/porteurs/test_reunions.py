"""Les réunions : leur liste, leur page, qui les tient, leur calendrier, les points ajoutés."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone
from icalendar import Calendar

from partenaires.calendrier import quand
from porteurs import calendrier
from porteurs.enums import EtatReunion, NatureReunion
from porteurs.models import PointReunion, Reunion
from porteurs.services import reunion as service
from socle.refus import Refus
from tests.fabriques import DossierFabrique, PointReunionFabrique, ReunionFabrique

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def racine(distribution):
    return f"/r/{distribution.reseau.slug}/reunions/"


@pytest.fixture
def reunion(distribution):
    return ReunionFabrique(reseau=distribution.reseau)


def saisie(**champs) -> dict:
    jour = timezone.localdate() + timedelta(days=30)
    while calendrier.ferie(jour, "Europe/Paris"):
        jour += timedelta(days=1)
    return {
        "nature": "technique",
        "jour": jour.isoformat(),
        "heure": "09:30",
        "duree_minutes": "120",
        "lieu": "Maison du Parc",
    } | champs


# --- Les dates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "mots"),
    [
        (datetime(2026, 12, 1, 8, 30, tzinfo=UTC), "mardi 1ᵉʳ décembre 2026, 9\u00a0h\u00a030"),
        (datetime(2026, 7, 2, 12, 0, tzinfo=UTC), "jeudi 2 juillet 2026, 14\u00a0h"),
        (datetime(2027, 1, 31, 23, 5, tzinfo=UTC), "lundi 1ᵉʳ février 2027, 0\u00a0h\u00a005"),
    ],
)
def test_une_date_se_dit_en_mots_a_l_heure_du_reseau(instant, mots):
    assert quand(instant, PARIS) == mots


@pytest.mark.parametrize(
    ("jour", "suivant"),
    [
        (date(2026, 12, 1), date(2027, 1, 5)),  # 1ᵉʳ mardi, d'une année à l'autre
        (date(2027, 3, 30), date(2027, 4, 27)),  # 5ᵉ mardi, avril n'en a que quatre
        (date(2027, 10, 4), date(2027, 11, 8)),  # 1ᵉʳ lundi de novembre : la Toussaint, on reporte
        (date(2028, 1, 29), date(2028, 2, 26)),  # 5ᵉ samedi, février bissextile
    ],
)
def test_la_reunion_suivante_garde_son_rang_et_saute_les_feries(jour, suivant):
    assert calendrier.prochaine_date(jour, "Europe/Paris", jour) == suivant


def test_la_suivante_d_une_vieille_reunion_est_a_venir():
    suivante = calendrier.prochaine_date(date(2026, 1, 6), "Europe/Paris", date(2026, 11, 21))
    assert suivante == date(2026, 12, 1)


def test_les_feries_sont_ceux_du_territoire():
    abolition = date(2026, 12, 20)
    assert calendrier.ferie(abolition, "Indian/Reunion")
    assert calendrier.ferie(abolition, "Europe/Paris") is None
    assert calendrier.ferie(date(2026, 7, 14), "Europe/Paris") == "14 juillet"


def test_l_heure_que_saute_le_passage_a_l_ete_n_existe_pas():
    assert calendrier.instant_local(date(2027, 3, 28), time(2, 30), PARIS) is None
    assert calendrier.instant_local(date(2027, 10, 31), time(2, 30), PARIS) is not None
    assert calendrier.instant_local(date(2027, 3, 28), time(3, 30), PARIS).astimezone(
        UTC
    ) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


# --- La liste et la page -------------------------------------------------------------------


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_range_a_venir_et_passees(
    nombre, distribution, racine, connecter, nombre_de_requetes
):
    for n in range(nombre):
        ReunionFabrique(
            reseau=distribution.reseau,
            lieu=f"Salle future {n}",
            debut=timezone.now() + timedelta(days=10 + n),
        )
        ReunionFabrique(
            reseau=distribution.reseau,
            lieu=f"Salle passée {n}",
            etat=EtatReunion.TENUE,
            debut=timezone.now() - timedelta(days=10 + n),
        )
    client = connecter(distribution.auteur)
    client.get(racine)
    # Session, personne, mandats, réseau, à venir, passées.
    with nombre_de_requetes(6):
        corps = client.get(racine).content.decode()
    a_venir, _, passees = corps.partition('id="passees"')
    for n in range(nombre):
        assert f"Salle future {n}" in a_venir
        assert f"Salle passée {n}" in passees


def test_la_liste_vide_dit_quoi_faire(distribution, racine, connecter):
    assert "Donnez une date" in connecter(distribution.animatrice).get(racine).content.decode()
    corps = connecter(distribution.auteur).get(racine).content.decode()
    assert "L’animation du réseau fixe les dates" in corps
    assert "nouvelle/" not in corps


def test_les_reunions_passees_se_feuillettent(distribution, racine, connecter):
    for n in range(14):
        ReunionFabrique(
            reseau=distribution.reseau,
            lieu=f"Salle {n:02d}",
            etat=EtatReunion.TENUE,
            debut=timezone.now() - timedelta(days=1 + n),
        )
    client = connecter(distribution.auteur)
    premiere = client.get(racine)
    seconde = client.get(racine, {"apres": premiere.context["passees"].suivante})
    lues = [r.lieu for r in (*premiere.context["passees"], *seconde.context["passees"])]
    assert lues == [f"Salle {n:02d}" for n in range(14)]
    assert "Revenir au début" in seconde.content.decode()


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_tient_en_requetes_constantes(
    nombre, distribution, racine, reunion, connecter, nombre_de_requetes
):
    for n in range(nombre):
        DossierFabrique(
            reseau=distribution.reseau,
            structure_responsable=distribution.s1,
            informe=True,
            dormant=True,
            intitule=f"Projet numéro {n}",
        )
    client = connecter(distribution.auteur)
    adresse = f"{racine}{reunion.uuid}/"
    client.get(adresse)
    # Session, personne, mandats, réunion, membres, référent, précédente, raisons, dossiers,
    # équipe, personnes, points.
    with nombre_de_requetes(12):
        corps = client.get(adresse).content.decode()
    for n in range(nombre):
        assert f"Projet numéro {n}" in corps
    assert "À vous" in corps


def test_la_page_dit_quand_ou_et_qui(distribution, racine, connecter):
    reunion = ReunionFabrique(
        reseau=distribution.reseau,
        debut=datetime(2036, 12, 2, 8, 30, tzinfo=UTC),
        lieu="Maison du Parc",
    )
    corps = connecter(distribution.auteur).get(f"{racine}{reunion.uuid}/").content.decode()
    assert "Mardi 2 décembre 2036, 9\u00a0h\u00a030" in corps
    assert "jusqu’à 11\u00a0h\u00a030" in corps
    assert "4 personnes attendues" in corps
    for membre in ("Agathe", "Colin", "Violette", "Anouk"):
        assert membre in corps
    for absent in ("Edmée", "Élise", "Paulin", "Esther"):
        assert absent not in corps


def test_une_reunion_passee_garde_ses_points_et_leur_decision(
    distribution, racine, connecter, marqueur
):
    d = distribution
    reunion = ReunionFabrique(
        reseau=d.reseau, debut=timezone.now() - timedelta(days=2), etat=EtatReunion.TENUE
    )
    dossier = DossierFabrique(
        reseau=d.reseau, structure_responsable=d.s1, intitule=f"Projet {marqueur}"
    )
    PointReunionFabrique(reunion=reunion, dossier=dossier, decision="On attend le bail")
    corps = connecter(d.auteur).get(f"{racine}{reunion.uuid}/").content.decode()
    assert marqueur in corps
    assert "On attend le bail" in corps
    assert marqueur not in connecter(d.voisine).get(f"{racine}{reunion.uuid}/").content.decode()


@pytest.mark.parametrize("fin", ["", "calendrier.ics", "modifier/", "annuler/", "points/"])
def test_la_reunion_d_un_autre_reseau_n_existe_pas(fin, distribution, racine, reunion, connecter):
    assert (
        connecter(distribution.animatrice).get(f"{racine}{reunion.uuid}/{fin}").status_code == 200
    )
    for personne in (distribution.etrangere, distribution.animatrice_b, distribution.echue):
        assert connecter(personne).get(f"{racine}{reunion.uuid}/{fin}").status_code == 404
    assert connecter().get(f"{racine}{reunion.uuid}/{fin}").status_code == 302


def test_le_calendrier_se_relit_et_annonce_l_annulation(distribution, racine, reunion, connecter):
    client = connecter(distribution.auteur)
    reponse = client.get(f"{racine}{reunion.uuid}/calendrier.ics")
    evenement = Calendar.from_ical(reponse.content).walk("VEVENT")[0]
    assert reponse["Content-Type"] == "text/calendar; charset=utf-8"
    assert (evenement["STATUS"], evenement["SEQUENCE"]) == ("CONFIRMED", 0)
    assert f"/reunions/{reunion.uuid}/" in evenement["URL"]
    premier = evenement["UID"]
    service.annuler_reunion(reunion=reunion)
    reponse = client.get(f"{racine}{reunion.uuid}/calendrier.ics")
    evenement = Calendar.from_ical(reponse.content).walk("VEVENT")[0]
    assert (evenement["STATUS"], evenement["SEQUENCE"], evenement["UID"]) == (
        "CANCELLED",
        1,
        premier,
    )


# --- Prévoir, changer, annuler -------------------------------------------------------------


def test_l_animation_prevoit_une_reunion_une_seule_fois(distribution, racine, connecter):
    client = connecter(distribution.animatrice)
    cle = client.get(f"{racine}nouvelle/").context["form"]["cle_envoi"].value()
    donnees = saisie(cle_envoi=str(cle))
    premiere = client.post(f"{racine}nouvelle/", donnees)
    seconde = client.post(f"{racine}nouvelle/", donnees)
    reunion = Reunion.objects.get(reseau=distribution.reseau)
    assert premiere.url == seconde.url == f"{racine}{reunion.uuid}/"
    assert reunion.debut.astimezone(PARIS).strftime("%Y-%m-%d %H:%M") == f"{donnees['jour']} 09:30"
    assert (reunion.nature, reunion.lieu, reunion.sequence) == ("technique", "Maison du Parc", 0)


def test_la_technicienne_voit_la_reunion_sans_pouvoir_la_tenir(
    distribution, racine, reunion, connecter
):
    client = connecter(distribution.auteur)
    assert "Changer la date" not in client.get(f"{racine}{reunion.uuid}/").content.decode()
    for adresse in (
        f"{racine}nouvelle/",
        f"{racine}{reunion.uuid}/modifier/",
        f"{racine}{reunion.uuid}/annuler/",
    ):
        assert client.get(adresse).status_code == 403
        assert client.post(adresse, saisie()).status_code == 403
    assert Reunion.objects.get(reseau=distribution.reseau).etat == EtatReunion.PREVUE


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"jour": "31/02/2027"}, "Cette date n’existe pas"),
        ({"jour": "2020-01-01"}, "Cette date est passée"),
        ({"jour": "2199-01-01"}, "vérifiez l’année"),
        ({"jour": "0001-01-01", "heure": "00:00"}, "vérifiez la date"),
        ({"jour": "0001-06-01"}, "Cette date est passée"),
        ({"jour": "9999-12-31", "heure": "23:59"}, "vérifiez l’année"),
        ({"lieu": "Maison du Parc\r\nBcc: x"}, "Une seule ligne"),
        ({"lieu": "Maison du Parc\x07"}, "Une seule ligne"),
        ({"jour": ""}, "Indiquez une date"),
        ({"heure": "25:00"}, "Cette heure n’existe pas"),
        ({"jour": "2027-03-28", "heure": "02:30"}, "on passe à l’heure d’été"),
        ({"duree_minutes": "5"}, "Un quart d’heure au moins"),
        ({"duree_minutes": "2000"}, "Douze heures au plus"),
        ({"duree_minutes": "deux"}, "nombre de minutes"),
        ({"nature": "fête"}, "choix"),
    ],
)
def test_une_saisie_impossible_se_dit_et_se_garde(champs, phrase, distribution, racine, connecter):
    reponse = connecter(distribution.animatrice).post(f"{racine}nouvelle/", saisie(**champs))
    corps = reponse.content.decode()
    assert reponse.status_code == 200
    assert phrase in corps
    assert "Maison du Parc" in corps
    assert not Reunion.objects.filter(reseau=distribution.reseau).exists()


def test_un_jour_ferie_s_annonce_sans_refus(distribution, racine, connecter):
    annee = timezone.localdate().year + 1
    reponse = connecter(distribution.animatrice).post(
        f"{racine}nouvelle/", saisie(jour=f"14/07/{annee}")
    )
    phrases = [str(m) for m in get_messages(reponse.wsgi_request)]
    assert any("est férié (14 juillet)" in phrase for phrase in phrases)
    assert Reunion.objects.filter(reseau=distribution.reseau).count() == 1


def test_prevoir_la_suivante_est_deja_rempli(distribution, racine, connecter):
    modele = ReunionFabrique(
        reseau=distribution.reseau,
        debut=datetime(2036, 12, 2, 8, 30, tzinfo=UTC),
        duree_minutes=90,
        lieu="Salle du conseil",
    )
    client = connecter(distribution.animatrice)
    form = client.get(f"{racine}nouvelle/", {"apres": str(modele.uuid)}).context["form"]
    assert form.initial == {
        "nature": "technique",
        "jour": date(2037, 1, 6),
        "heure": time(9, 30),
        "duree_minutes": 90,
        "lieu": "Salle du conseil",
    }
    for inconnue in ("pas-un-uuid", "6f1b5a52-9d5c-4f7e-9b0a-4a2b1f6f0000"):
        assert client.get(f"{racine}nouvelle/", {"apres": inconnue}).context["form"].initial == {}


def test_un_changement_avance_le_numero_de_sequence(distribution, racine, reunion, connecter):
    adresse = f"{racine}{reunion.uuid}/modifier/"
    client = connecter(distribution.animatrice)
    assert client.get(adresse).context["form"].initial["sequence"] == 0
    reponse = client.post(adresse, saisie(sequence="0", lieu="Ailleurs", duree_minutes="60"))
    assert reponse.url == f"{racine}{reunion.uuid}/"
    reunion.refresh_from_db()
    assert (reunion.sequence, reunion.lieu, reunion.duree_minutes) == (1, "Ailleurs", 60)


def test_la_seconde_personne_est_prevenue_et_voit_les_deux(
    distribution, racine, reunion, connecter
):
    adresse = f"{racine}{reunion.uuid}/modifier/"
    client = connecter(distribution.animatrice)
    client.post(adresse, saisie(sequence="0", lieu="Choix de la première"))
    reponse = client.post(adresse, saisie(sequence="0", lieu="Choix de la seconde"))
    corps = reponse.content.decode()
    assert "Choix de la première" in corps
    assert "Choix de la seconde" in corps
    reunion.refresh_from_db()
    assert reunion.lieu == "Choix de la première"
    client.post(
        adresse,
        saisie(sequence=reponse.context["form"]["sequence"].value(), lieu="Choix de la seconde"),
    )
    reunion.refresh_from_db()
    assert (reunion.lieu, reunion.sequence) == ("Choix de la seconde", 2)


def test_annuler_montre_puis_agit(distribution, racine, reunion, connecter):
    client = connecter(distribution.animatrice)
    adresse = f"{racine}{reunion.uuid}/annuler/"
    assert "ne partira pas" in client.get(adresse).content.decode()
    reunion.refresh_from_db()
    assert reunion.etat == EtatReunion.PREVUE
    client.post(adresse)
    reunion.refresh_from_db()
    assert (reunion.etat, reunion.sequence) == (EtatReunion.ANNULEE, 1)
    client.post(adresse)
    client.post(f"{racine}{reunion.uuid}/modifier/", saisie(sequence="1"))
    reunion.refresh_from_db()
    assert (reunion.etat, reunion.sequence) == (EtatReunion.ANNULEE, 1)
    assert "Annulée" in client.get(racine).content.decode()


def test_une_reunion_commencee_ne_change_plus(distribution):
    reunion = ReunionFabrique(
        reseau=distribution.reseau, debut=timezone.now() - timedelta(minutes=5)
    )
    with pytest.raises(Refus, match="a commencé"):
        service.annuler_reunion(reunion=reunion)


# --- Les points ----------------------------------------------------------------------------


@pytest.fixture
def dossier(distribution, marqueur):
    """Fermé au réseau : S1 seule le voit."""
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Projet {marqueur}",
        avec_referent=distribution.mandats["auteur"],
    )


def test_un_membre_ajoute_puis_retire_un_dossier_qu_il_voit(
    distribution, racine, reunion, dossier, connecter, marqueur
):
    page = f"{racine}{reunion.uuid}/"
    client = connecter(distribution.auteur)
    assert marqueur not in client.get(page).content.decode()
    prerempli = client.get(f"{page}points/", {"dossier": str(dossier.uuid)})
    assert prerempli.context["form"].initial == {"reference": dossier.reference}
    client.post(f"{page}points/", {"reference": f" {dossier.reference} ", "mot": "Le bail"})
    corps = client.get(page).content.decode()
    assert marqueur in corps
    assert "« Le bail »" in corps
    client.post(f"{page}points/", {"reference": dossier.reference, "mot": "Le bail, encore"})
    assert PointReunion.objects.get(reunion=reunion).mot == "Le bail, encore"
    client.post(f"{page}points/{dossier.uuid}/retirer/")
    assert marqueur not in client.get(page).content.decode()
    assert not PointReunion.objects.filter(reunion=reunion).exists()


def test_un_dossier_invisible_ne_s_ajoute_ni_ne_se_retire(
    distribution, racine, reunion, dossier, connecter
):
    page = f"{racine}{reunion.uuid}/"
    voisine = connecter(distribution.voisine)
    for reference in (dossier.reference, "2020-9999"):
        corps = voisine.post(f"{page}points/", {"reference": reference}).content.decode()
        assert "Aucun dossier que vous voyez ne porte cette référence" in corps
        assert reference in corps
    for identifiant in (dossier.uuid, "illisible"):
        assert voisine.get(f"{page}points/", {"dossier": identifiant}).status_code == 404
    PointReunionFabrique(reunion=reunion, dossier=dossier)
    assert voisine.post(f"{page}points/{dossier.uuid}/retirer/").status_code == 404
    assert PointReunion.objects.filter(reunion=reunion).count() == 1
    connecter(distribution.auteur).post(f"{page}points/{dossier.uuid}/retirer/")
    assert not PointReunion.objects.filter(reunion=reunion).exists()


def test_un_comite_ne_recoit_aucun_dossier(distribution, racine, dossier, connecter):
    comite = ReunionFabrique(reseau=distribution.reseau, nature=NatureReunion.SUIVI)
    client = connecter(distribution.auteur)
    reponse = client.post(f"{racine}{comite.uuid}/points/", {"reference": dossier.reference})
    assert "il lit des chiffres" in reponse.content.decode()
    assert connecter(distribution.elue).get(f"{racine}{comite.uuid}/points/").status_code == 403
    assert not PointReunion.objects.filter(reunion=comite).exists()


def test_une_reunion_qui_nomme_des_dossiers_ne_devient_pas_un_comite(
    distribution, racine, reunion, dossier, connecter
):
    PointReunionFabrique(reunion=reunion, dossier=dossier)
    reponse = connecter(distribution.animatrice).post(
        f"{racine}{reunion.uuid}/modifier/", saisie(sequence="0", nature="pilotage")
    )
    assert "un comité n’en nomme aucun" in reponse.content.decode()
    reunion.refresh_from_db()
    assert reunion.nature == NatureReunion.TECHNIQUE
