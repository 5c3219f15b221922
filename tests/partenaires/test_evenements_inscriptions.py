"""S’inscrire : d’un geste ou par courriel ; la liste d’attente ; les rappels et les avis ; l’oubli."""

import re
from datetime import timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import EtatEvenement, EtatInscription
from partenaires.models import Evaluation, Evenement, Inscription
from partenaires.services import evenements, inscriptions
from partenaires.services.evenements import GENRE_AVIS, GENRE_RAPPEL
from partenaires.services.inscriptions import GENRE_A_CONFIRMER, GENRE_FAITE, GENRE_PROMUE
from partenaires.tasks import suivre_les_evenements
from socle.acteur import acteur_de
from socle.battements import derniers
from socle.courriels import genres
from socle.models import Courriel, LienSigne
from socle.refus import Refus
from tests.fabriques import EvenementFabrique, InscriptionFabrique, UtilisateurFabrique
from tests.fabriques.distribution import distribuer

ATTENTE, INSCRIT = EtatInscription.ATTENTE, EtatInscription.INSCRIT


@pytest.fixture
def evenement(db, distribution):
    """Public, dans vingt jours, deux places ; seul à avoir des inscrits et des avis."""
    Inscription.objects.all().delete()
    Evaluation.objects.all().delete()
    return EvenementFabrique(
        reseau=distribution.reseau,
        debut=timezone.now().replace(second=0, microsecond=0) + timedelta(days=20),
        intitule="Café des projets",
        public=True,
        capacite=2,
    )


def composer(genre: str) -> dict:
    """Les messages de ce genre, par adresse."""
    lignes = list(Courriel.objects.filter(genre=genre).select_related("destinataire"))
    messages = genres()[genre].composer(lignes) if lignes else {}
    return {ligne.adresse: messages[ligne.pk] for ligne in lignes if messages[ligne.pk]}


def lien_de(message, route: str) -> str:
    return re.search(rf"https?://[^/\s]+(/{route}/\S+/)", message.texte)[1]


def demander(client, evenement, **champs):
    url = reverse(
        "partenaires:evenement_public_inscription", args=[evenement.reseau.slug, evenement.uuid]
    )
    donnees = {"nom": "Jo Dehors", "email": "jo@dehors.test"} | champs
    return client.post(url, donnees, follow=True)


def etats(evenement) -> list[str]:
    return list(evenement.inscriptions.dans_l_ordre().values_list("etat", flat=True))


# --- Un membre ---------------------------------------------------------------------------------


def test_un_membre_s_inscrit_d_un_geste_et_se_desiste(
    connecter, elue, collegue, voisine, evenement
):
    def geste(personne, nom):
        url = reverse(f"partenaires:{nom}", args=[evenement.reseau.slug, evenement.uuid])
        return connecter(personne).post(url, follow=True).content.decode()

    assert "Vous êtes inscrit" in geste(elue, "evenement_inscrire")
    geste(collegue, "evenement_inscrire")
    assert "liste d’attente" in geste(voisine, "evenement_inscrire")
    geste(voisine, "evenement_inscrire")
    assert etats(evenement) == [INSCRIT, INSCRIT, ATTENTE]
    assert "votre place est libre" in geste(elue, "evenement_desister")
    assert etats(evenement) == [INSCRIT, INSCRIT]
    assert list(composer(GENRE_PROMUE)) == [voisine.email]
    assert "n’étiez pas inscrit" in geste(elue, "evenement_desister")


def test_des_places_de_plus_vont_a_ceux_qui_attendent(evenement):
    InscriptionFabrique.create_batch(2, evenement=evenement)
    premiere, seconde = InscriptionFabrique.create_batch(2, evenement=evenement, etat=ATTENTE)
    noms = ("nature", "intitule", "debut", "fin", "lieu", "commune")
    champs = {nom: getattr(evenement, nom) for nom in noms}
    evenements.modifier(evenement=evenement, sequence=0, capacite=3, **champs)
    premiere.refresh_from_db()
    seconde.refresh_from_db()
    assert (premiere.etat, seconde.etat) == (INSCRIT, ATTENTE)
    with pytest.raises(Refus, match="déjà leur place"):
        evenements.modifier(evenement=evenement, sequence=1, capacite=1, **champs)


@pytest.mark.parametrize(
    "champs",
    [
        {"etat": EtatEvenement.ANNULE},
        {"debut": timezone.now() - timedelta(hours=1)},
        {"cloture": timezone.localdate() - timedelta(days=1)},
    ],
)
def test_on_ne_s_inscrit_plus(connecter, elue, evenement, champs):
    Evenement.objects.filter(pk=evenement.pk).update(**champs)
    evenement.refresh_from_db()
    with pytest.raises(Refus, match="closes"):
        inscriptions.inscrire_membre(acteur=acteur_de(elue), evenement=evenement)
    page = demander(connecter(), evenement).content.decode()
    assert "closes" in page
    assert not Courriel.objects.filter(genre=GENRE_A_CONFIRMER).exists()


def test_la_base_refuse_les_doublons(evenement, elue):
    InscriptionFabrique(evenement=evenement, utilisateur=elue)
    InscriptionFabrique(evenement=evenement, dehors=True, email="jo@dehors.test")
    for champs in ({"utilisateur": elue}, {"dehors": True, "email": "JO@dehors.test"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InscriptionFabrique(evenement=evenement, **champs)


# --- Une personne du dehors, tout par courriel ---------------------------------------------------


def test_du_formulaire_public_a_la_place_puis_au_desistement(connecter, evenement):
    client = connecter()
    page = demander(client, evenement, structure="Mairie").content.decode()
    assert "Regardez votre boîte" in page
    assert not Inscription.objects.exists()
    confirmer = lien_de(composer(GENRE_A_CONFIRMER)["jo@dehors.test"], "inscription")

    assert "Confirmer mon inscription" in client.get(confirmer).content.decode()
    assert not Inscription.objects.exists()
    assert "Vous êtes inscrit" in client.post(confirmer).content.decode()
    inscription = Inscription.objects.get()
    assert (inscription.nom, inscription.structure) == ("Jo Dehors", "Mairie")
    assert client.post(confirmer).status_code == 410
    assert LienSigne.objects.get(but="inscription").contexte == {"evenement": evenement.pk}

    message = composer(GENRE_FAITE)["jo@dehors.test"]
    assert "METHOD:PUBLISH" in message.pieces[0]["contenu"]
    assert f"/evenements/{evenement.reseau.slug}/{evenement.uuid}/" in message.pieces[0]["contenu"]
    partir = lien_de(message, "desinscription")
    assert "Je ne viens plus" in client.get(partir).content.decode()
    assert Inscription.objects.exists()
    assert "C’est noté" in client.post(partir).content.decode()
    assert not Inscription.objects.exists()
    assert client.get(partir).status_code == 410


def test_la_reponse_est_la_meme_connu_inconnu_ou_robot(connecter, elue, evenement):
    InscriptionFabrique(evenement=evenement, utilisateur=elue)
    pages = [
        re.sub(
            r'name="csrf\S+ value="[^"]*"',
            "",
            demander(connecter(), evenement, **c).content.decode(),
        )
        for c in (
            {"email": elue.email},
            {"email": "jamais.vue@dehors.test"},
            {"email": "robot@dehors.test", "site": "http://pub.test"},
        )
    ]
    assert pages[0] == pages[1] == pages[2]
    assert set(composer(GENRE_A_CONFIRMER)) == {elue.email, "jamais.vue@dehors.test"}


def test_une_adresse_ne_se_laisse_pas_importuner(connecter, evenement):
    for _ in range(5):
        assert "Regardez votre boîte" in demander(connecter(), evenement).content.decode()
    assert Courriel.objects.filter(genre=GENRE_A_CONFIRMER).count() == 3


def test_confirmer_deux_fois_ne_prend_qu_une_place(connecter, evenement):
    client = connecter()
    demander(client, evenement)
    demander(client, evenement, email="JO@dehors.test")
    for message in composer(GENRE_A_CONFIRMER).values():
        client.post(lien_de(message, "inscription"))
    assert Inscription.objects.count() == 1


def test_le_membre_reprend_son_inscription_du_dehors(evenement, elue):
    InscriptionFabrique(evenement=evenement, dehors=True, email=elue.email.upper())
    inscriptions.inscrire_membre(acteur=acteur_de(elue), evenement=evenement)
    inscription = Inscription.objects.get()
    assert (inscription.utilisateur, inscription.email) == (elue, "")


def test_un_evenement_reserve_n_existe_pas_dehors(connecter, evenement):
    url = reverse("partenaires:evenement_public", args=[evenement.reseau.slug, evenement.uuid])
    assert "Café des projets" in connecter().get(url).content.decode()
    Evenement.objects.filter(pk=evenement.pk).update(public=False)
    assert connecter().get(url).status_code == 404
    assert demander(connecter(), evenement).status_code == 404
    liste = reverse("partenaires:evenements_publics", args=[evenement.reseau.slug])
    assert "Café des projets" not in connecter().get(liste).content.decode()


def test_la_page_publique_ne_bouge_pas_pour_rien(connecter, elue, evenement):
    url = reverse("partenaires:evenement_public", args=[evenement.reseau.slug, evenement.uuid])
    premiere = connecter().get(url)
    assert not premiere.cookies
    assert premiere["Cache-Control"] == "no-cache"
    seconde = connecter().get(url, headers={"If-None-Match": premiere["ETag"]})
    assert seconde.status_code == 304
    assert b"csrf" not in premiere.content


# --- Deux personnes, une place -------------------------------------------------------------------


def test_deux_connexions_ne_prennent_pas_la_meme_place(base_clonee):
    d = distribuer()
    evenement = EvenementFabrique(
        reseau=d.reseau, debut=timezone.now() + timedelta(days=5), capacite=1
    )
    personnes = [UtilisateurFabrique() for _ in range(4)]

    def prendre(personne):
        try:
            inscriptions.inscrire_membre(acteur=acteur_de(personne), evenement=evenement)
        finally:
            connection.close()

    fils = [Thread(target=prendre, args=[p]) for p in personnes]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(etats(evenement)) == sorted([INSCRIT, ATTENTE, ATTENTE, ATTENTE])


# --- Rappels, avis, oubli ------------------------------------------------------------------------


def il_y_a(jours: int):
    return timezone.now() - timedelta(days=jours)


def test_une_semaine_avant_puis_la_veille_une_fois_chacun(evenement, elue):
    InscriptionFabrique(evenement=evenement, utilisateur=elue, cree_le=il_y_a(2))
    InscriptionFabrique(evenement=evenement, dehors=True, email="jo@x.test", cree_le=il_y_a(2))
    en_attente = UtilisateurFabrique()
    InscriptionFabrique(
        evenement=evenement, utilisateur=en_attente, etat=ATTENTE, cree_le=il_y_a(2)
    )

    def passer(jours) -> set[str]:
        avant = set(Courriel.objects.values_list("pk", flat=True))
        for _ in range(2):
            evenements.rappeler(evenement.debut - timedelta(days=jours))
        return set(Courriel.objects.exclude(pk__in=avant).values_list("adresse", flat=True))

    assert passer(9) == set()
    assert passer(7) == {elue.email}
    assert passer(5) == set()
    assert passer(1) == {elue.email, "jo@x.test"}
    assert all(m.pieces[0]["nom"] == "evenement.ics" for m in composer(GENRE_RAPPEL).values())


def test_un_passage_manque_se_rattrape_et_une_inscription_tardive_n_est_pas_rappelee(
    evenement, elue, collegue
):
    InscriptionFabrique(evenement=evenement, utilisateur=elue, cree_le=il_y_a(2))
    tardive = evenement.debut - timedelta(days=6)
    InscriptionFabrique(evenement=evenement, utilisateur=collegue, cree_le=tardive)
    evenements.rappeler(evenement.debut - timedelta(days=4, hours=12))
    assert set(composer(GENRE_RAPPEL)) == {elue.email}


def test_ce_qui_a_change_entre_temps_ne_part_pas(evenement, elue, collegue):
    InscriptionFabrique(evenement=evenement, utilisateur=elue, cree_le=il_y_a(2))
    partante = InscriptionFabrique(evenement=evenement, utilisateur=collegue, cree_le=il_y_a(2))
    evenements.rappeler(evenement.debut - timedelta(days=7))
    inscriptions.desister(inscription=partante)
    assert set(composer(GENRE_RAPPEL)) == {elue.email}
    evenements.annuler(evenement=evenement, motif="")
    assert composer(GENRE_RAPPEL) == {}


def test_l_avis_le_lendemain_sans_nom_et_une_seule_fois(connecter, evenement, elue, collegue):
    fini = timezone.now() - timedelta(days=1, hours=3)
    Evenement.objects.filter(pk=evenement.pk).update(
        debut=fini - timedelta(hours=2), fin=fini, etat=EtatEvenement.TENU
    )
    InscriptionFabrique(evenement=evenement, utilisateur=elue, presente=True)
    InscriptionFabrique(evenement=evenement, utilisateur=collegue, presente=False)
    evenements.demander_les_avis()
    evenements.demander_les_avis()
    messages = composer(GENRE_AVIS)
    assert set(messages) == {elue.email}
    url = lien_de(messages[elue.email], "avis")
    lien = LienSigne.objects.get(but="avis")
    assert (lien.utilisateur, lien.contexte) == (None, {"evenement": evenement.pk})
    client = connecter()
    assert "Choisissez une note" in client.post(url, {"servi": "Tout"}).content.decode()
    assert "Merci" in client.post(url, {"note": 5, "servi": "Tout"}).content.decode()
    assert client.post(url, {"note": 1}).status_code == 410
    assert list(Evaluation.objects.values_list("note", "servi")) == [(5, "Tout")]
    assert {f.name for f in Evaluation._meta.fields} == {
        "id",
        "evenement",
        "note",
        "servi",
        "manque",
    }


def test_les_coordonnees_du_dehors_s_effacent_six_mois_apres(evenement, elue):
    dehors = InscriptionFabrique(evenement=evenement, dehors=True, presente=True)
    membre = InscriptionFabrique(evenement=evenement, utilisateur=elue)
    for age, efface in ((180, False), (184, True)):
        Evenement.objects.filter(pk=evenement.pk).update(
            debut=il_y_a(age + 1), fin=il_y_a(age), etat=EtatEvenement.TENU
        )
        suivre_les_evenements()
        dehors.refresh_from_db()
        assert (dehors.email == "") is efface
    assert (dehors.nom, dehors.presente, dehors.qui) == ("", True, "Une personne du dehors")
    membre.refresh_from_db()
    assert membre.utilisateur == elue
    assert "partenaires.suivre_les_evenements" in derniers()


def test_le_lot_se_compose_en_un_nombre_constant_de_requetes(
    evenement, distribution, nombre_de_requetes
):
    for nombre in (1, 3):
        Courriel.objects.all().delete()
        Inscription.objects.all().delete()
        InscriptionFabrique.create_batch(nombre, evenement=evenement, cree_le=il_y_a(2))
        evenements.rappeler(evenement.debut - timedelta(days=7))
        lignes = list(Courriel.objects.filter(genre=GENRE_RAPPEL))
        assert len(lignes) == nombre
        with nombre_de_requetes(3):
            messages = genres()[GENRE_RAPPEL].composer(lignes)
        assert all(messages.values())
