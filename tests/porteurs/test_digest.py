"""Le courriel à J-7 : qui le reçoit, quand, ce qu'il dit, et le lien « ajouter une ligne »."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from partenaires.models import Mandat
from porteurs.courriels.reunions import GENRES
from porteurs.enums import Audience, EtatReunion, NatureEchange, NatureReunion
from porteurs.models import Acces, Dossier, Echange, Reunion
from porteurs.services.dossier import changer_etape, enregistrer_opposition
from porteurs.services.reunion import (
    GENRE_ANNULATION,
    GENRE_DIGEST,
    a_annoncer,
    annuler_reunion,
    preparer_digests,
)
from porteurs.services.suivi import proposer_relais, repondre_relais
from porteurs.tasks import preparer_digests as tache
from socle import liens
from socle.acteur import acteur_de
from socle.enums import EtatCourriel
from socle.expedition import expedier_lot
from socle.models import AccesJournal, Battement, Courriel, LienSigne
from tests.fabriques import (
    AffectationFabrique,
    ConventionFabrique,
    DossierFabrique,
    MandatFabrique,
    PointReunionFabrique,
    RelaisFabrique,
    ReunionFabrique,
    StructureFabrique,
)
from tests.fabriques.partenaires import aujourd_hui

MEMBRES = ("auteur", "collegue", "voisine", "animatrice")


@pytest.fixture(autouse=True)
def rien_d_autre(base):
    """La démonstration a ses propres réunions : ici, seules comptent celles de l'essai."""
    Reunion.objects.update(etat=EtatReunion.ANNULEE)
    Courriel.objects.all().delete()
    LienSigne.objects.filter(but="ligne").delete()


@pytest.fixture
def serveur(settings):
    """Un serveur d'envoi qui range dans ``mail.outbox``."""
    settings.EMAIL_URL = "smtp://essai"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    return mail


@pytest.fixture
def reunion(distribution, rien_d_autre):
    return ReunionFabrique(
        reseau=distribution.reseau,
        debut=timezone.now() + timedelta(days=6),
        lieu="Maison du Parc, Saint-Gervais",
    )


@pytest.fixture
def dossier(distribution, marqueur):
    """Sans référent, sans nouvelle, partagé, répondu par S1 ; le nom de la personne est le marqueur."""
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        dormant=True,
        intitule="Reprise d’une boulangerie",
        porteur__prenom="Prénomsecret",
        porteur__nom=marqueur,
        porteur__telephone_saisi="06 39 98 76 54",
    )


def envoyer() -> dict[str, mail.EmailMultiAlternatives]:
    """Expédie tout ce qui attend ; par destinataire."""
    expedier_lot(Courriel.objects.filter(genre=GENRE_DIGEST).values_list("pk", flat=True))
    return {m.to[0].partition("@")[0]: m for m in mail.outbox}


def texte_entier(message) -> str:
    return message.subject + message.body + "".join(a.content for a in message.alternatives)


def lien_ligne(message) -> str:
    return re.search(r"https?://[^/\s]+(/ligne/[^\s]+/)", message.body)[1]


# --- Qui et quand --------------------------------------------------------------------------


def test_un_courriel_par_membre_une_seule_fois(distribution, reunion, dossier, serveur):
    assert preparer_digests() == len(MEMBRES)
    assert preparer_digests() == 0
    assert set(envoyer()) == set(MEMBRES)
    expedier_lot(Courriel.objects.values_list("pk", flat=True))
    assert len(serveur.outbox) == len(MEMBRES)
    assert len({m.extra_headers["Message-ID"] for m in serveur.outbox}) == len(MEMBRES)


def test_la_tache_laisse_un_battement(distribution, reunion, dossier):
    tache()
    assert Courriel.objects.filter(genre=GENRE_DIGEST).count() == len(MEMBRES)
    assert Battement.objects.filter(nom="porteurs.preparer_digests").exists()


def test_un_membre_arrive_apres_coup_est_prevenu_au_passage_suivant(distribution, reunion):
    preparer_digests()
    nouveau = MandatFabrique(reseau=distribution.reseau, structure=distribution.s2)
    assert preparer_digests() == 1
    assert Courriel.objects.filter(destinataire=nouveau.utilisateur).count() == 1


@pytest.mark.parametrize(
    ("maintenant", "annoncee"),
    [
        # Réunion le mardi 1ᵉʳ décembre 2026 à 9 h 30 à Paris : J-7 commence le 24 à minuit.
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 1, 8, 29, tzinfo=UTC), True),
        (datetime(2026, 12, 1, 8, 31, tzinfo=UTC), False),
    ],
)
def test_j_moins_sept_se_compte_en_jours_du_reseau(distribution, maintenant, annoncee):
    reunion = ReunionFabrique(
        reseau=distribution.reseau, debut=datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    )
    assert (reunion in a_annoncer(maintenant)) is annoncee


@pytest.mark.parametrize(
    "champs", [{"etat": EtatReunion.ANNULEE}, {"nature": NatureReunion.PILOTAGE}]
)
def test_ni_comite_ni_reunion_annulee_ne_s_annoncent(distribution, champs):
    ReunionFabrique(reseau=distribution.reseau, debut=timezone.now() + timedelta(days=2), **champs)
    assert preparer_digests() == 0


@pytest.mark.parametrize("cas", ["annulee", "reportee", "commencee"])
def test_une_reunion_changee_avant_l_envoi_ne_s_envoie_pas(
    cas, distribution, reunion, dossier, serveur
):
    preparer_digests()
    if cas == "annulee":
        reunion.etat = EtatReunion.ANNULEE
    elif cas == "reportee":
        reunion.debut += timedelta(days=20)
    else:
        reunion.debut = timezone.now() - timedelta(minutes=1)
    reunion.save()
    assert envoyer() == {}
    assert set(Courriel.objects.values_list("etat", flat=True)) == {EtatCourriel.SANS_OBJET}


def test_une_reunion_reportee_a_un_autre_jour_se_reannonce(distribution, reunion, dossier, serveur):
    preparer_digests()
    envoyer()
    reunion.debut -= timedelta(days=2)
    reunion.sequence += 1
    reunion.save()
    assert preparer_digests() == len(MEMBRES)
    envoyer()
    assert len(serveur.outbox) == 2 * len(MEMBRES)


def test_l_annulation_se_dit_a_qui_a_recu_l_ordre_du_jour(distribution, reunion, dossier, serveur):
    """Ni à l'arrivée d'après, ni à qui est parti ; l'agenda reçoit un numéro plus grand."""
    preparer_digests()
    envoyer()
    MandatFabrique(reseau=distribution.reseau, structure=distribution.s2)
    preparer_digests()
    distribution.collegue.is_active = False
    distribution.collegue.save()
    serveur.outbox.clear()
    annuler_reunion(reunion=reunion)
    annonces = Courriel.objects.filter(genre=GENRE_ANNULATION)
    assert annonces.count() == 3
    expedier_lot(Courriel.objects.values_list("pk", flat=True))
    recus = {m.to[0].partition("@")[0]: m for m in serveur.outbox}
    assert set(recus) == set(MEMBRES) - {"collegue"}
    message = recus["voisine"]
    assert message.subject.startswith("Annulée\u00a0: réunion du ")
    assert "Maison du Parc" in message.body
    assert dossier.intitule not in texte_entier(message)
    agenda = Calendar.from_ical(message.attachments[0][1])
    evenement = agenda.walk("VEVENT")[0]
    assert (agenda["METHOD"], evenement["STATUS"], evenement["SEQUENCE"]) == (
        "CANCEL",
        "CANCELLED",
        reunion.sequence + 1,
    )
    assert evenement["UID"].startswith(f"reunion-{reunion.uuid}@")


def test_annuler_avant_tout_envoi_n_ecrit_a_personne(distribution, reunion, dossier):
    preparer_digests()
    annuler_reunion(reunion=reunion)
    assert not Courriel.objects.filter(genre=GENRE_ANNULATION).exists()


# --- Ce qu'il dit --------------------------------------------------------------------------


def test_rien_a_dire_rien_d_envoye(distribution, reunion, serveur):
    DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        avec_referent=distribution.mandats["auteur"],
    )
    assert preparer_digests() == len(MEMBRES)
    assert envoyer() == {}
    assert set(Courriel.objects.values_list("etat", flat=True)) == {EtatCourriel.SANS_OBJET}


def test_le_sujet_compte_les_dossiers_et_les_siens(distribution, dossier, serveur):
    d = distribution
    debut = (timezone.now() + timedelta(days=3)).replace(hour=9, minute=0)
    ReunionFabrique(reseau=d.reseau, debut=debut)
    for _ in range(2):
        DossierFabrique(reseau=d.reseau, structure_responsable=d.s2, informe=True, dormant=True)
    preparer_digests()
    recus = envoyer()
    assert re.fullmatch(
        r"Réunion du \w+ \w+ \w+\s: 3 dossiers, dont 1 à vous", recus["auteur"].subject
    )
    assert recus["voisine"].subject.endswith(": 3 dossiers, dont 2 à vous")
    assert recus["animatrice"].subject.endswith(": 3 dossiers")


def test_sans_referent_se_dit_en_une_ligne(distribution, reunion, dossier, serveur):
    d = distribution
    tus = [DossierFabrique(reseau=d.reseau, structure_responsable=d.s1, informe=True) for _ in "ab"]
    preparer_digests()
    message = envoyer()["auteur"]
    assert message.subject.endswith(": 1 dossier, à vous")
    assert "3 dossiers sans référent" in message.body
    assert message.body.count(f"/r/{d.reseau.slug}/dossiers/?referent=aucun") == 1
    assert "3 dossiers sans référent" in message.alternatives[0].content
    assert not [t for t in tus if t.intitule in texte_entier(message)]


def test_quand_rien_d_autre_n_est_inscrit_l_objet_le_dit(distribution, reunion, serveur):
    DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True)
    preparer_digests()
    assert envoyer()["voisine"].subject.endswith(": 1 dossier sans référent")


def test_qui_doit_repondre_lit_le_dossier_sous_a_vous(distribution, reunion, serveur):
    d = distribution
    champs = {"reseau": d.reseau, "structure_responsable": d.s1, "informe": True}
    relais = RelaisFabrique(dossier=DossierFabrique(**champs, intitule="Gîte"), vers=d.s2)
    role = AffectationFabrique(
        dossier=DossierFabrique(**champs, intitule="Forge"), mandat=d.mandats["voisine"]
    )
    preparer_digests()
    message = envoyer()["voisine"]
    assert message.subject.endswith(": 2 dossiers, tous à vous")
    siens = message.body.partition("À VOUS")[2]
    for dossier in (relais.dossier, role.dossier):
        assert dossier.reference in siens


def test_reference_et_projet_jamais_de_nom_ni_de_telephone(
    distribution, reunion, dossier, serveur, marqueur
):
    PointReunionFabrique(reunion=reunion, dossier=dossier, mot=f"Parler de {marqueur}")
    preparer_digests()
    recus = envoyer()
    assert set(recus) == set(MEMBRES)
    for message in recus.values():
        tout = texte_entier(message) + message.attachments[0][1]
        assert dossier.reference in tout
        assert "Reprise d’une boulangerie" in tout
        for secret in (marqueur, "Prénomsecret", "06 39 98", "+3363998"):
            assert secret not in tout


def test_chacun_ne_lit_que_ce_qu_il_peut_voir(distribution, reunion, dossier, serveur):
    d = distribution
    ferme = DossierFabrique(
        reseau=d.reseau, structure_responsable=d.s1, intitule="Projet encore fermé", dormant=True
    )
    preparer_digests()
    recus = envoyer()
    assert ferme.intitule in texte_entier(recus["auteur"])
    assert ferme.intitule not in texte_entier(recus["voisine"])
    assert dossier.intitule in texte_entier(recus["voisine"])
    assert "etrangere" not in recus


def test_les_droits_sont_ceux_du_moment_de_l_envoi(distribution, reunion, dossier, serveur):
    d = distribution
    autre = DossierFabrique(
        reseau=d.reseau,
        structure_responsable=d.s2,
        informe=True,
        dormant=True,
        intitule="Gîte de la voisine",
    )
    PointReunionFabrique(reunion=reunion, dossier=dossier)
    preparer_digests()
    # Entre le dépôt et l'envoi : la personne s'oppose, et un mandat s'arrête.
    enregistrer_opposition(acteur=acteur_de(distribution.auteur), dossier=dossier, le=aujourd_hui())
    mandat = d.mandats["collegue"]
    Mandat.objects.filter(pk=mandat.pk).update(
        periode=type(mandat.periode)(mandat.periode.lower, aujourd_hui())
    )
    recus = envoyer()
    assert "collegue" not in recus
    assert dossier.intitule in texte_entier(recus["auteur"])
    assert dossier.intitule not in texte_entier(recus["voisine"])
    assert autre.intitule in texte_entier(recus["voisine"])


def test_qui_n_est_plus_membre_mais_parrain_ne_recoit_rien(distribution, reunion, dossier, serveur):
    d = distribution
    preparer_digests()
    Mandat.objects.filter(pk=d.mandats["voisine"].pk).update(fonction="parrain")
    Acces.objects.create(
        dossier=dossier,
        beneficiaire=f"u{d.voisine.pk}:{d.reseau.pk}",
        volet="professionnel",
        activite_le=dossier.activite_le,
    )
    assert dossier in Dossier.objects.visible_par(acteur_de(d.voisine))
    assert set(envoyer()) == set(MEMBRES) - {"voisine"}


def test_les_siens_d_abord_et_leur_lien_pour_ecrire(distribution, reunion, dossier, serveur):
    d = distribution
    autre = DossierFabrique(
        reseau=d.reseau,
        structure_responsable=d.s2,
        informe=True,
        dormant=True,
        intitule="Gîte de la voisine",
    )
    preparer_digests()
    corps = envoyer()["auteur"].body
    assert corps.index("À VOUS") < corps.index(dossier.intitule)
    assert corps.index(dossier.intitule) < corps.index("AUSSI À L’ORDRE DU JOUR")
    assert corps.index("AUSSI À L’ORDRE DU JOUR") < corps.index(autre.intitule)
    assert corps.count("/ligne/") == 1
    assert f"/r/{d.reseau.slug}/dossiers/{autre.uuid}/" in corps
    # L'animation ne répond d'aucun dossier : elle n'a rien à noter.
    assert "/ligne/" not in serveur.outbox[MEMBRES.index("animatrice")].body


def test_le_corps_ne_se_garde_pas_car_il_porte_des_liens(distribution, reunion, dossier, serveur):
    preparer_digests()
    envoyer()
    ligne = Courriel.objects.filter(genre=GENRE_DIGEST).first()
    assert ligne.etat == EtatCourriel.ENVOYE
    assert ligne.corps_texte == ligne.corps_html == ""


def test_le_rendez_vous_joint_se_relit(distribution, reunion, dossier, serveur):
    reunion.sequence = 4
    reunion.save()
    preparer_digests()
    brut = envoyer()["auteur"].message().as_bytes()
    pieces = [
        p
        for p in message_from_bytes(brut, policy=policy.default).walk()
        if p.get_content_type() == "text/calendar"
    ]
    assert len(pieces) == 1
    assert pieces[0].get_filename() == "reunion.ics"
    assert pieces[0].get_param("method") == "PUBLISH"
    calendrier = Calendar.from_ical(pieces[0].get_content())
    evenement = calendrier.walk("VEVENT")[0]
    assert calendrier["METHOD"] == "PUBLISH"
    assert evenement["UID"].startswith(f"reunion-{reunion.uuid}@")
    assert evenement["SEQUENCE"] == 4
    assert evenement.decoded("DTSTART") == reunion.debut.replace(microsecond=0)
    assert evenement.decoded("DTEND") - evenement.decoded("DTSTART") == timedelta(minutes=120)
    assert evenement["LOCATION"] == "Maison du Parc, Saint-Gervais"


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_lot_se_compose_en_un_nombre_constant_de_requetes(
    nombre, distribution, reunion, serveur, nombre_de_requetes
):
    d = distribution
    for n in range(nombre):
        DossierFabrique(
            reseau=d.reseau,
            structure_responsable=d.s1,
            informe=True,
            dormant=True,
            intitule=f"Projet {n}",
        )
    preparer_digests()
    lignes = list(Courriel.objects.select_related("destinataire").order_by("pk"))
    # Mandats, réunions, réunion précédente, raisons, accès, référents, dossiers, liens (2 : avec
    # leur point de reprise).
    with nombre_de_requetes(8):
        messages = GENRES[0].composer(lignes)
    textes = [messages[ligne.pk].texte for ligne in lignes]
    assert all(f"Projet {n}" in texte for texte in textes for n in range(nombre))


# --- Ajouter une ligne ---------------------------------------------------------------------


@pytest.fixture
def adresse(distribution, reunion, dossier, serveur):
    preparer_digests()
    return lien_ligne(envoyer()["auteur"])


def test_le_lien_montre_puis_ecrit_une_seule_fois(distribution, dossier, adresse, connecter):
    visiteur = connecter()
    page = visiteur.get(adresse)
    assert page.status_code == 200
    assert dossier.reference in page.content.decode()
    assert dossier.intitule in page.content.decode()
    assert not Echange.objects.filter(dossier=dossier).exists()
    # Un filtre de messagerie suit les liens : lire n'est pas consulter au nom de la personne.
    assert not AccesJournal.objects.filter(reference=dossier.uuid).exists()

    reponse = visiteur.post(adresse, {"texte": "Visite du fournil faite, bail à relire."})
    assert "C’est noté" in reponse.content.decode()
    echange = Echange.objects.get(dossier=dossier)
    assert (echange.texte, echange.nature, echange.audience, echange.auteur, echange.structure) == (
        "Visite du fournil faite, bail à relire.",
        NatureEchange.NOTE,
        Audience.EQUIPE,
        distribution.auteur,
        distribution.s1,
    )
    for methode in (visiteur.get, visiteur.post):
        reponse = methode(adresse, {"texte": "Encore"})
        assert reponse.status_code == 410
        assert "déjà servi" in reponse.content.decode()
    assert Echange.objects.filter(dossier=dossier).count() == 1
    assert set(
        AccesJournal.objects.filter(reference=dossier.uuid).values_list("operation", "utilisateur")
    ) == {("modification", distribution.auteur.pk)}


@pytest.mark.parametrize("texte", ["", "   ", "x" * 301])
def test_une_ligne_vide_ou_trop_longue_garde_le_lien(texte, adresse, connecter, dossier):
    reponse = connecter().post(adresse, {"texte": texte})
    assert reponse.status_code == 200
    assert "Un point est à revoir" in reponse.content.decode()
    assert texte.strip() in reponse.content.decode()
    assert not Echange.objects.filter(dossier=dossier).exists()
    assert connecter().post(adresse, {"texte": "x" * 300}).status_code == 200
    assert Echange.objects.filter(dossier=dossier).count() == 1


def test_un_lien_expire_revoque_ou_forge_ne_dit_rien_du_dossier(adresse, connecter, dossier):
    client = connecter()
    assert dossier.reference in client.get(adresse).content.decode()
    forge = adresse[:-5] + ("aaaa/" if adresse[-5:] != "aaaa/" else "bbbb/")
    autre_but = LienSigne.objects.create(
        but="invitation", expire_le=timezone.now() + timedelta(days=1)
    )
    adresses = [forge, f"/ligne/{liens.jeton(autre_but)}/", "/ligne/n-importe-quoi/"]
    LienSigne.objects.filter(but="ligne").update(expire_le=timezone.now() - timedelta(seconds=1))
    for fausse in [*adresses, adresse]:
        for reponse in (client.get(fausse), client.post(fausse, {"texte": "Bonjour"})):
            assert reponse.status_code == 410
            assert dossier.reference not in reponse.content.decode()
            assert "Rien n’a été écrit" in reponse.content.decode()
    assert not Echange.objects.filter(dossier=dossier).exists()


def test_le_lien_vit_jusqu_a_une_semaine_apres_la_reunion(reunion, adresse):
    lien = LienSigne.objects.filter(but="ligne").first()
    assert lien.expire_le == reunion.debut + timedelta(days=7)


@pytest.mark.parametrize("cas", ["relais", "mandat", "clos"])
def test_les_droits_se_relisent_quand_on_ecrit(cas, distribution, dossier, adresse, connecter):
    d = distribution
    client = connecter()
    assert client.get(adresse).status_code == 200
    if cas == "relais":
        relais = proposer_relais(
            acteur=acteur_de(d.auteur), dossier=dossier, vers=d.s2, resume="À vous"
        )
        repondre_relais(acteur=acteur_de(d.voisine), relais=relais, accepte=True)
    elif cas == "mandat":
        Mandat.objects.filter(utilisateur=d.auteur).delete()
    else:
        changer_etape(
            acteur=acteur_de(d.auteur),
            dossier=dossier,
            etape="sans_suite",
            le=aujourd_hui(),
            motif="Parti",
        )
    for reponse in (client.get(adresse), client.post(adresse, {"texte": "Trop tard"})):
        assert reponse.status_code == 410
        assert dossier.reference not in reponse.content.decode()
    assert not Echange.objects.filter(dossier=dossier, texte="Trop tard").exists()
    assert LienSigne.objects.filter(but="ligne", utilise_le__isnull=False).count() == 0


def test_qui_agit_pour_deux_structures_dit_laquelle(
    distribution, reunion, dossier, serveur, connecter
):
    d = distribution
    seconde = StructureFabrique(nom="Agence du bourg")
    ConventionFabrique(reseau=d.reseau, structures=[seconde])
    MandatFabrique(utilisateur=d.auteur, reseau=d.reseau, structure=seconde)
    preparer_digests()
    adresse = lien_ligne(envoyer()["auteur"])
    assert "Agence du bourg" in connecter().get(adresse).content.decode()
    connecter().post(adresse, {"texte": "Sans dire laquelle"})
    assert not Echange.objects.filter(dossier=dossier).exists()
    connecter().post(adresse, {"texte": "Pour l’agence", "structure": seconde.pk})
    assert Echange.objects.get(dossier=dossier).structure == seconde


def test_trop_d_essais_depuis_une_adresse(adresse, connecter, monkeypatch):
    monkeypatch.setattr("porteurs.views.ligne.ESSAIS", 3)
    client = connecter()
    statuts = [client.post("/ligne/faux/", {"texte": "x"}).status_code for _ in range(4)]
    assert statuts == [410, 410, 410, 429]
    assert client.post(adresse, {"texte": "x"}).status_code == 429
