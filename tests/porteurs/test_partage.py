"""Informer, accorder, retirer, demander l'accès : ce qui change vaut aussitôt, partout."""

from datetime import timedelta

import pytest
from django.urls import reverse

from porteurs.enums import EtatDemandeAcces
from porteurs.models import AccordPartage, DemandeAcces, Participation, Porteur, VoletPrive
from porteurs.services import partage, personnes
from porteurs.services.acces import ecarts, recalculer
from porteurs.services.acces_finis import GENRE_FIN
from socle import courriels
from socle.acteur import acteur_de
from socle.models import Courriel
from socle.refus import Refus
from tests.fabriques import AffectationFabrique, DossierFabrique, EchangeFabrique
from tests.fabriques.partage import AccordFabrique, DemandeAccesFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(distribution):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        informe=True,
        porteur__prenom="Zoé",
    )


@pytest.fixture
def principal(dossier):
    return dossier.participations.get(rang=1)


def url(route, dossier, *suite):
    return reverse(f"porteurs:{route}", args=[dossier.reseau.slug, dossier.uuid, *suite])


def pour(route, dossier, objet):
    return reverse(f"porteurs:{route}", args=[dossier.reseau.slug, objet.uuid])


# --- Les adultes --------------------------------------------------------------------------------


def adulte(**champs):
    return {"role": "foyer", "prenom": "Karim", "nom": "Benali", "langue": "fr"} | champs


@pytest.mark.parametrize(
    "tape", ["06.39.98.44.11", "+33 6 39 98 44 11", "0639984411", "06-39-98-44-11"]
)
def test_un_telephone_s_ecrit_comme_on_veut(connecter, auteur, dossier, tape):
    connecter(auteur).post(url("adulte_ajouter", dossier), adulte(telephone_saisi=tape))
    karim = Porteur.objects.get(nom="Benali")
    assert karim.telephone == "+33639984411"
    assert karim.telephone_saisi == "06 39 98 44 11"


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"naissance": "2999-01-01"}, "Cette date de naissance est dans l’avenir"),
        ({"naissance": "1850-01-01"}, "Cette année de naissance est trop lointaine"),
        ({"telephone_saisi": "zéro"}, "Ce numéro ne se lit pas"),
    ],
)
def test_une_personne_fausse_s_explique_et_se_garde(connecter, auteur, dossier, champs, phrase):
    lue = connecter(auteur).post(url("adulte_ajouter", dossier), adulte(**champs)).content.decode()
    assert phrase in lue
    assert 'value="Benali"' in lue
    assert not Porteur.objects.filter(nom="Benali").exists()


def test_la_fiche_ne_nomme_que_qui_est_informe(connecter, auteur, voisine, dossier):
    client = connecter(auteur)
    client.post(url("adulte_ajouter", dossier), adulte())
    karim = Participation.objects.get(dossier=dossier, rang=2)
    liste = reverse("porteurs:dossiers", args=[dossier.reseau.slug])

    def chez_la_voisine() -> list[bool]:
        v = connecter(voisine)
        pages = [
            v.get(url("dossier", dossier)),
            v.get(liste),
            v.post(liste, {"q": "Karim"}, follow=True),
        ]
        return ["Karim B." in p.content.decode() for p in pages]

    assert chez_la_voisine() == [False] * 3
    jour = aujourd_hui().isoformat()
    client.post(url("adulte_information", dossier, karim.uuid), {"le": jour, "mode": "oral"})
    assert chez_la_voisine() == [True] * 3
    client.post(url("adulte_opposition", dossier, karim.uuid), {"le": jour})
    assert chez_la_voisine() == [False] * 3


def test_un_adulte_qui_part_emporte_ce_qui_est_a_lui(
    connecter, auteur, dossier, distribution, principal
):
    client = connecter(auteur)
    client.post(url("adulte_ajouter", dossier), adulte())
    karim = Participation.objects.get(dossier=dossier, rang=2)
    AccordFabrique(participation=principal, structure=distribution.s1)
    # Un adulte sans accord referme le volet privé ; parti, il ne le rouvre pas.
    assert client.get(url("volet_prive", dossier)).status_code == 302
    client.post(url("adulte_retirer", dossier, karim.uuid), {"cle_envoi": ""})
    assert not Porteur.objects.filter(nom="Benali").exists()
    assert client.get(url("volet_prive", dossier)).status_code == 302
    with pytest.raises(Refus, match="porteur principal"):
        personnes.retirer_adulte(acteur=acteur_de(auteur), participation=principal)
    assert not ecarts([type(dossier).objects.get(pk=dossier.pk)])


# --- Les accords --------------------------------------------------------------------------------


def accord(distribution, *adultes, **champs):
    return {
        "structure_lectrice": distribution.s1.pk,
        "adultes": [str(a.uuid) for a in adultes],
        "mode": "oral",
        "donne_le": aujourd_hui().isoformat(),
        "jusqua": aujourd_hui(300).isoformat(),
    } | champs


def test_avant_d_enregistrer_la_page_dit_qui_lira(
    connecter, auteur, collegue, voisine, dossier, distribution
):
    lue = connecter(auteur).get(url("accord_noter", dossier)).content.decode()
    assert f"{distribution.s1.nom} (lu par " in lue
    assert collegue.nom_complet in lue
    assert voisine.nom_complet not in lue
    assert connecter(voisine).get(url("accord_noter", dossier)).status_code == 403


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"adultes": []}, "Cochez au moins une personne"),
        ({"donne_le": aujourd_hui(3).isoformat()}, "Cette date est dans l’avenir"),
        ({"jusqua": aujourd_hui(-1).isoformat()}, "Cette date est déjà passée"),
        ({"jusqua": aujourd_hui(900).isoformat()}, "deux ans au plus"),
        ({"mode": "en_ligne"}, "Sélectionnez un choix valide"),
    ],
)
def test_un_accord_faux_s_explique(
    connecter, auteur, dossier, distribution, principal, champs, phrase
):
    envoi = accord(distribution, principal, **champs)
    assert phrase in connecter(auteur).post(url("accord_noter", dossier), envoi).content.decode()
    assert not AccordPartage.objects.filter(participation__dossier=dossier).exists()


def test_le_retrait_se_voit_aussitot_dans_la_page_la_recherche_et_le_fil(
    connecter, auteur, collegue, dossier, distribution, principal, marqueur
):
    VoletPrive.objects.create(dossier=dossier, logement=marqueur)
    EchangeFabrique(dossier=dossier, auteur=auteur, texte=f"note{marqueur}", prive=True)
    client, autre = connecter(auteur), connecter(collegue)
    liste = reverse("porteurs:dossiers", args=[dossier.reseau.slug])

    def lu(qui) -> tuple[bool, bool, bool]:
        page = qui.get(url("dossier", dossier)).content.decode()
        trouve = qui.post(liste, {"q": marqueur}, follow=True).content.decode()
        return marqueur in page, f"note{marqueur}" in page, dossier.intitule in trouve

    assert lu(autre) == (False, False, False)
    assert (
        client.post(url("accord_noter", dossier), accord(distribution, principal)).status_code
        == 302
    )
    assert lu(autre) == (True, True, True)
    [donne] = AccordPartage.objects.filter(participation__dossier=dossier)
    # La page qui retire dit d'abord qui ne lira plus.
    page = client.get(pour("accord_retirer", dossier, donne)).content.decode()
    assert collegue.nom_complet in page
    client.post(pour("accord_retirer", dossier, donne), {"cle_envoi": ""})
    assert lu(autre) == (False, False, False)
    assert autre.get(url("volet_prive", dossier)).status_code == 302
    assert not ecarts([type(dossier).objects.get(pk=dossier.pk)])


def test_un_accord_se_renouvelle_et_l_ancien_reste(auteur, dossier, distribution, principal):
    ancien = AccordFabrique(participation=principal, structure=distribution.s1)
    partage.noter_accords(
        acteur=acteur_de(auteur),
        dossier=dossier,
        structure=distribution.s1,
        adultes=[principal],
        mode="signe",
        donne_le=aujourd_hui(),
        jusqua=None,
    )
    ancien.refresh_from_db()
    nouveau = AccordPartage.objects.get(participation__dossier=dossier, retire_le=None)
    assert ancien.retire_le is not None
    assert nouveau.jusqua == aujourd_hui() + partage.DUREE_ACCORD
    assert nouveau.note_par == auteur


def test_qui_suit_sans_repondre_ne_note_que_pour_sa_structure(
    connecter, voisine, dossier, distribution, principal
):
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"], acceptee=True)
    client = connecter(voisine)
    lue = client.get(url("accord_noter", dossier)).content.decode()
    assert distribution.s2.nom in lue
    assert f"{distribution.s1.nom} (lu par" not in lue
    client.post(url("accord_noter", dossier), accord(distribution, principal))
    assert not AccordPartage.objects.filter(participation__dossier=dossier).exists()
    envoi = accord(distribution, principal, structure_lectrice=distribution.s2.pk)
    client.post(url("accord_noter", dossier), envoi)
    assert AccordPartage.objects.get(participation__dossier=dossier).structure == distribution.s2


# --- Demander l'accès ---------------------------------------------------------------------------


def test_demander_recevoir_et_voir_l_acces_se_refermer(
    connecter, auteur, voisine, etrangere, dossier, distribution, marqueur
):
    EchangeFabrique(dossier=dossier, auteur=auteur, texte=marqueur)
    v, a = connecter(voisine), connecter(auteur)
    assert connecter(etrangere).get(url("acces_demander", dossier)).status_code == 404
    assert a.get(url("acces_demander", dossier)).status_code == 403
    assert marqueur not in v.get(url("dossier", dossier)).content.decode()
    v.post(url("acces_demander", dossier), {"motif": "Nous suivons son frère"})
    demande = DemandeAcces.objects.get(dossier=dossier)
    assert (demande.structure, demande.demandeur) == (distribution.s2, voisine)
    repondre = pour("acces_repondre", dossier, demande)
    assert v.post(repondre, {"decision": "oui"}).status_code == 403
    assert "Dites jusqu’à quand" in a.post(repondre, {"decision": "oui"}).content.decode()
    a.post(repondre, {"decision": "oui", "jusqua": aujourd_hui(30).isoformat()})
    assert marqueur in v.get(url("dossier", dossier)).content.decode()
    assert not ecarts([type(dossier).objects.get(pk=dossier.pk)])
    # Le jour dit, l'accès n'est plus : la fiche seule reste.
    DemandeAcces.objects.filter(dossier=dossier).update(jusqua=aujourd_hui())
    dossier.acces.filter(jusqua__isnull=False).update(jusqua=aujourd_hui())
    assert marqueur not in v.get(url("dossier", dossier)).content.decode()


def test_refuser_se_dit_et_se_redemande(connecter, auteur, voisine, dossier, distribution):
    demande = DemandeAccesFabrique(dossier=dossier, structure=distribution.s2, demandeur=voisine)
    repondre = pour("acces_repondre", dossier, demande)
    client = connecter(auteur)
    assert (
        "Dites pourquoi vous refusez" in client.post(repondre, {"decision": "non"}).content.decode()
    )
    client.post(repondre, {"decision": "non", "reponse": "Le projet change de main"})
    demande.refresh_from_db()
    assert demande.etat == EtatDemandeAcces.REFUSEE
    seconde = connecter(voisine).post(url("acces_demander", dossier), {"motif": "Il a changé"})
    assert seconde.status_code == 302
    troisieme = connecter(voisine).post(url("acces_demander", dossier), {"motif": "Encore"})
    assert "déjà une demande en attente" in troisieme.content.decode()


def test_on_repond_une_fois_et_seulement_si_la_fiche_est_partagee(
    auteur, dossier, distribution, voisine
):
    demande = DemandeAccesFabrique(dossier=dossier, structure=distribution.s2, demandeur=voisine)
    acteur = acteur_de(auteur)
    dossier.opposition_le = aujourd_hui()
    dossier.save(update_fields=["opposition_le"])
    with pytest.raises(Refus, match="n’est plus partagée"):
        partage.repondre_demande(
            acteur=acteur, demande=demande, accepte=True, jusqua=aujourd_hui(9)
        )
    partage.repondre_demande(acteur=acteur, demande=demande, accepte=False, reponse="Non")
    with pytest.raises(Refus, match="déjà reçu une réponse"):
        partage.repondre_demande(acteur=acteur, demande=demande, accepte=False, reponse="Non")


def test_les_courriels_nomment_le_projet_et_jamais_la_personne(
    connecter, auteur, collegue, voisine, dossier, distribution
):
    connecter(voisine).post(url("acces_demander", dossier), {"motif": "Nous suivons son frère"})
    demandes = list(Courriel.objects.filter(genre=partage.GENRE_DEMANDE))
    assert {c.destinataire for c in demandes} == {auteur, collegue}
    composes = composer(demandes)
    assert len(composes) == 2
    for message in composes:
        assert dossier.reference in message.sujet
        assert "Nous suivons son frère" in message.texte
        assert dossier.porteurs.get().nom not in message.texte + message.html
    demande = DemandeAcces.objects.get(dossier=dossier)
    connecter(auteur).post(
        pour("acces_repondre", dossier, demande),
        {"decision": "oui", "jusqua": (aujourd_hui() + timedelta(days=5)).isoformat()},
    )
    # Répondue, la demande n'a plus rien à dire à personne ; la réponse, elle, part.
    assert composer(demandes) == []
    [reponse] = composer(list(Courriel.objects.filter(genre=partage.GENRE_REPONSE)))
    assert "suit le dossier" in reponse.texte
    assert dossier.porteurs.get().nom not in reponse.texte + reponse.html


def composer(lignes):
    def rater(ligne, pourquoi):
        raise AssertionError(pourquoi)

    return [message for _, message in courriels.composer(lignes, rater) if message]


@pytest.fixture
def accordee(dossier, distribution, voisine):
    return DemandeAccesFabrique(
        dossier=dossier,
        structure=distribution.s2,
        demandeur=voisine,
        etat=EtatDemandeAcces.ACCEPTEE,
        jusqua=aujourd_hui(60),
    )


def test_un_acces_accepte_se_reprend(
    connecter, auteur, voisine, etrangere, dossier, accordee, marqueur
):
    EchangeFabrique(dossier=dossier, auteur=auteur, texte=marqueur)
    recalculer([dossier.pk])
    assert marqueur in connecter(voisine).get(url("dossier", dossier)).content.decode()
    finir = pour("acces_finir", dossier, accordee)
    assert connecter(etrangere).get(finir).status_code == 404
    assert connecter(voisine).post(finir).status_code == 403
    client = connecter(auteur)
    assert finir in client.get(url("dossier_partage", dossier)).content.decode()
    assert voisine.nom_complet in client.get(finir).content.decode()
    assert client.post(finir).status_code == 302
    accordee.refresh_from_db()
    assert (accordee.etat, accordee.jusqua) == (EtatDemandeAcces.TERMINEE, aujourd_hui())
    assert marqueur not in connecter(voisine).get(url("dossier", dossier)).content.decode()
    assert finir not in client.get(url("dossier_partage", dossier)).content.decode()
    assert not ecarts([type(dossier).objects.get(pk=dossier.pk)])
    assert not partage.finir_acces(acteur=acteur_de(auteur), demande=accordee)


def test_l_opposition_met_fin_aux_acces_acceptes(
    connecter, auteur, voisine, dossier, accordee, marqueur
):
    EchangeFabrique(dossier=dossier, auteur=auteur, texte=marqueur)
    recalculer([dossier.pk])
    opposition = url("dossier_opposition", dossier)
    client = connecter(auteur)
    assert "finissent" in client.get(opposition).content.decode()
    assert marqueur in connecter(voisine).get(url("dossier", dossier)).content.decode()
    client.post(opposition, {"le": aujourd_hui().isoformat()})
    assert connecter(voisine).get(url("dossier", dossier)).status_code == 404
    accordee.refresh_from_db()
    assert accordee.etat == EtatDemandeAcces.TERMINEE
    assert dossier.echanges.filter(texte__contains="Fin de l’accès de").exists()
    [courriel] = Courriel.objects.filter(genre=GENRE_FIN)
    assert courriel.destinataire == voisine
    [message] = composer([courriel])
    assert dossier.reference in message.sujet
    for tu in (dossier.intitule, dossier.porteurs.get().nom):
        assert tu not in message.sujet + message.texte + message.html


def test_repondre_demande_de_repondre_encore_du_dossier(dossier, distribution, voisine):
    demande = DemandeAccesFabrique(dossier=dossier, structure=distribution.s2, demandeur=voisine)
    with pytest.raises(Refus, match="changé de mains"):
        partage.repondre_demande(
            acteur=acteur_de(voisine), demande=demande, accepte=True, jusqua=aujourd_hui(9)
        )
    demande.refresh_from_db()
    assert demande.etat == EtatDemandeAcces.ENVOYEE


def test_avant_de_noter_la_vie_privee_la_page_dit_qui_la_lira(
    connecter, auteur, collegue, voisine, dossier, distribution, principal
):
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["voisine"], acceptee=True)
    assert "seuls la liront" not in connecter(auteur).get(url("dossier", dossier)).content.decode()
    AccordFabrique(participation=principal, structure=distribution.s1)
    lue = connecter(auteur).get(url("dossier", dossier)).content.decode()
    assert f"seuls la liront\u00a0: {auteur.nom_complet}, {collegue.nom_complet}." in lue
    assert "seuls la liront" not in connecter(voisine).get(url("dossier", dossier)).content.decode()


def test_la_page_dit_qui_l_on_attend_et_ce_que_chacun_lit(
    connecter, auteur, dossier, distribution, principal
):
    client = connecter(auteur)
    client.post(url("adulte_ajouter", dossier), adulte())
    AffectationFabrique(dossier=dossier, utilisateur=auteur, structure=distribution.s1)
    AccordFabrique(participation=principal, structure=distribution.s1)
    recalculer([dossier.pk])
    lue = client.get(url("dossier_partage", dossier)).content.decode()
    assert "Zoé a dit oui\u00a0; le volet du foyer attend Karim" in lue
    assert "lit le volet privé" not in lue
    karim = dossier.participations.get(porteur__nom="Benali")
    AccordFabrique(participation=karim, structure=distribution.s1)
    recalculer([dossier.pk])
    lue = client.get(url("dossier_partage", dossier)).content.decode()
    assert "le volet du foyer attend" not in lue
    assert f"{distribution.s1.nom} lit le volet privé" in lue
    assert "Tout le dossier, volet privé compris, avec sa structure." in lue
