"""Les agendas « .ics » : relus par deux bibliothèques clientes, secrets, révocables, stables."""

from datetime import timedelta

import pytest
import vobject
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from partenaires.enums import EtatEvenement
from porteurs.enums import NatureReunion
from tests.fabriques import DossierFabrique, EvenementFabrique, ReunionFabrique

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse_de(connecter):
    """Ouvre l'agenda d'une personne depuis sa page, et en rend l'adresse."""

    def ouvrir(personne) -> str:
        client = connecter(personne)
        client.post(reverse("partenaires:agenda_ouvrir"))
        return client.get(reverse("partenaires:agenda")).context["adresse"].partition("/agenda")[2]

    return lambda personne: "/agenda" + ouvrir(personne)


@pytest.fixture
def evenement(distribution, marqueur):
    return EvenementFabrique(
        reseau=distribution.reseau,
        intitule=f"Forum ; accents, « é » {marqueur}",
        debut=timezone.now().replace(microsecond=0) + timedelta(days=9),
        description="Un texte",
        lieu="Halle, rue du Bout",
    )


def lire(client, adresse: str) -> str:
    """L'agenda, ses lignes dépliées."""
    return client.get(adresse).content.decode().replace("\r\n ", "")


def publier(evenement):
    evenement.public = True
    evenement.save(update_fields=["public"])


def test_deux_bibliotheques_y_lisent_la_meme_chose(
    connecter, elue, distribution, evenement, adresse_de
):
    annule = EvenementFabrique(
        reseau=distribution.reseau,
        debut=timezone.now() + timedelta(days=12),
        intitule="Soirée",
        etat=EtatEvenement.ANNULE,
        sequence=3,
    )
    reponse = connecter().get(adresse_de(elue))
    assert reponse["Content-Type"] == "text/calendar; charset=utf-8"
    brut = reponse.content.decode()
    assert all(len(ligne.encode()) <= 75 for ligne in brut.split("\r\n"))

    calendrier = Calendar.from_ical(brut)
    lus = {str(e["UID"]): e for e in calendrier.walk("VEVENT")}
    premier = lus[next(uid for uid in lus if str(evenement.uuid) in uid)]
    assert premier["SUMMARY"] == evenement.intitule
    assert premier.decoded("DTSTART") == evenement.debut
    assert premier["DTSTART"].params["TZID"] == "Europe/Paris"
    assert premier["LOCATION"] == "Halle, rue du Bout"
    assert (premier["STATUS"], premier["SEQUENCE"]) == ("CONFIRMED", 0)
    assert "DTSTAMP" in premier
    second = lus[next(uid for uid in lus if str(annule.uuid) in uid)]
    assert (second["STATUS"], second["SEQUENCE"]) == ("CANCELLED", 3)
    assert [z["TZID"] for z in calendrier.walk("VTIMEZONE")] == ["Europe/Paris"]

    client = vobject.readOne(brut)
    relus = {v.uid.value: v for v in client.vevent_list}
    assert set(relus) == set(lus)
    for uid, vevent in relus.items():
        assert vevent.dtstart.value == lus[uid].decoded("DTSTART")
        assert vevent.dtend.value == lus[uid].decoded("DTEND")
        assert vevent.summary.value == lus[uid]["SUMMARY"]
        assert vevent.status.value == lus[uid]["STATUS"]


def test_chacun_y_lit_ce_qu_il_voit_et_jamais_un_porteur(
    connecter, auteur, elue, parrain, etrangere, distribution, evenement, adresse_de, marqueur
):
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        porteur__nom="Petitjean-Secretin",
        informe=True,
    )
    reunion = ReunionFabrique(reseau=distribution.reseau, lieu="Maison du Parc")
    comite = ReunionFabrique(reseau=distribution.reseau, nature=NatureReunion.PILOTAGE)
    for personne, technique, du_comite in (
        (auteur, True, True),
        (elue, False, True),
        (parrain, False, False),
    ):
        texte = lire(connecter(), adresse_de(personne))
        assert marqueur in texte
        assert (f"reunion-{reunion.uuid}@" in texte) is technique
        assert (f"reunion-{comite.uuid}@" in texte) is du_comite
        assert "Petitjean" not in texte
        assert dossier.reference not in texte
    texte = lire(connecter(), adresse_de(etrangere))
    assert marqueur not in texte
    assert "reunion-" not in texte


def test_changer_d_adresse_eteint_l_ancienne_et_fermer_les_eteint_toutes(
    connecter, elue, evenement, adresse_de, marqueur
):
    ancienne = adresse_de(elue)
    neuve = adresse_de(elue)
    assert ancienne != neuve
    assert connecter().get(ancienne).status_code == 410
    assert marqueur in lire(connecter(), neuve)
    connecter(elue).post(reverse("partenaires:agenda_fermer"))
    assert connecter().get(neuve).status_code == 410
    forgee = reverse("partenaires:agenda_personnel", args=["0" * 32 + ":faux"])
    assert connecter().get(forgee).status_code == 410


def test_un_compte_ferme_ou_un_mandat_fini_ne_montre_plus_rien(
    connecter, elue, distribution, evenement, adresse_de, marqueur
):
    adresse = adresse_de(elue)
    assert marqueur in lire(connecter(), adresse)
    distribution.mandats["elue"].delete()
    assert marqueur not in lire(connecter(), adresse)
    elue.is_active = False
    elue.save(update_fields=["is_active"])
    assert connecter().get(adresse).status_code == 410


def test_l_etag_ne_bouge_que_si_l_agenda_change(connecter, elue, evenement, adresse_de):
    adresse = adresse_de(elue)
    reponse = connecter().get(adresse)
    assert set(reponse["Cache-Control"].split(", ")) == {"no-cache", "private"}
    etag = reponse["ETag"]
    assert connecter().get(adresse, headers={"If-None-Match": etag}).status_code == 304
    evenement.lieu, evenement.sequence = "Ailleurs", 1
    evenement.save(update_fields=["lieu", "sequence"])
    change = connecter().get(adresse, headers={"If-None-Match": etag})
    assert change.status_code == 200
    assert b"SEQUENCE:1" in change.content


def test_le_reseau_ne_publie_que_ce_qui_est_ouvert_a_tous(
    connecter, distribution, evenement, marqueur
):
    ReunionFabrique(reseau=distribution.reseau)
    url = reverse("partenaires:agenda_public", args=[distribution.reseau.slug])
    assert marqueur not in lire(connecter(), url)
    publier(evenement)
    reponse = connecter().get(url)
    assert not reponse.cookies
    [lu] = Calendar.from_ical(reponse.content).walk("VEVENT")
    assert lu["URL"].endswith(
        reverse("partenaires:evenement_public", args=[distribution.reseau.slug, evenement.uuid])
    )
    assert vobject.readOne(reponse.content.decode()).vevent.uid.value == lu["UID"]
    autre = reverse("partenaires:agenda_public", args=[distribution.reseau_b.slug])
    assert Calendar.from_ical(connecter().get(autre).content).walk("VEVENT") == []


@pytest.mark.parametrize("nombre", [1, 3])
def test_l_agenda_coute_autant_pour_un_que_pour_trois(
    connecter, auteur, distribution, adresse_de, nombre_de_requetes, nombre
):
    adresse = adresse_de(auteur)
    for rang in range(nombre):
        debut = timezone.now() + timedelta(days=rang + 1)
        EvenementFabrique(reseau=distribution.reseau, debut=debut, intitule=f"Rang {rang}")
        ReunionFabrique(reseau=distribution.reseau, debut=debut)
    with nombre_de_requetes(4):
        texte = connecter().get(adresse).content.decode()
    assert [f"Rang {r}" in texte for r in range(3)] == [r < nombre for r in range(3)]
