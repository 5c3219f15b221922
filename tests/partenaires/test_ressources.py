"""Les ressources : chercher, partager, réécrire sans rien perdre, se répondre."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partenaires.models import QuestionRessource, Ressource
from socle.courriels import genres
from socle.models import Courriel
from tests.fabriques import RessourceFabrique

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(distribution):
    def de(nom, *suite):
        return reverse(f"partenaires:{nom}", args=[distribution.reseau.slug, *suite])

    return de


def saisie(**champs):
    return {
        "titre": "Créer un comité d’accueil",
        "nature": "fiche",
        "resume": "Pour les communes.",
        "mots_cles": "École, logement ; école",
        "texte": "# Commencer\n- Réunir trois personnes",
    } | champs


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_coute_autant_pour_une_que_pour_trois(
    connecter, elue, distribution, adresse, nombre_de_requetes, nombre
):
    for rang in range(nombre):
        RessourceFabrique(reseau=distribution.reseau, titre=f"Ressource rang {rang}")
    client = connecter(elue)
    with nombre_de_requetes(10):
        page = client.get(adresse("ressources")).content.decode()
    assert [f"Ressource rang {r}" in page for r in range(3)] == [r < nombre for r in range(3)]


def test_on_retrouve_sans_accent_et_au_pluriel(connecter, voisine, elue, distribution, adresse):
    connecter(voisine).post(adresse("ressource_nouvelle"), saisie())
    RessourceFabrique(reseau=distribution.reseau, titre="Tout autre chose")
    for cherche in ("comites d'accueil", "ecoles", "RÉUNIR"):
        page = connecter(elue).post(adresse("ressources"), {"q": cherche}, follow=True)
        assert "Créer un comité" in page.content.decode(), cherche
        assert "Tout autre chose" not in page.content.decode()
    ressource = Ressource.objects.get(titre__startswith="Créer")
    assert ressource.mots_cles == ["école", "logement"]
    page = connecter(elue).get(adresse("ressources"), {"mot": "logement"}).content.decode()
    assert "Créer un comité" in page


def test_il_faut_un_contenu_et_la_saisie_reste(connecter, voisine, adresse):
    page = connecter(voisine).post(adresse("ressource_nouvelle"), saisie(texte=""))
    assert "Il manque le contenu" in page.content.decode()
    assert "Créer un comité d’accueil" in page.content.decode()
    page = connecter(voisine).post(
        adresse("ressource_nouvelle"), saisie(lien="javascript:alert(1)")
    )
    assert "Elle commence par https" in page.content.decode()
    assert not Ressource.objects.filter(titre__startswith="Créer").exists()


def test_reecrire_garde_les_versions_et_dit_le_conflit(
    connecter, auteur, animatrice, elue, distribution, adresse
):
    ressource = RessourceFabrique(
        reseau=distribution.reseau, auteur=auteur, texte="La première façon"
    )
    url = adresse("ressource_modifier", ressource.uuid)
    connecter(auteur).post(url, saisie(texte="La deuxième façon", numero=1))
    page = connecter(animatrice).post(url, saisie(texte="La troisième façon", numero=1))
    assert "La deuxième façon" in page.content.decode()
    assert "La troisième façon" in page.content.decode()
    ressource.refresh_from_db()
    assert (ressource.numero, ressource.texte) == (2, "La deuxième façon")
    connecter(animatrice).post(url, saisie(texte="La troisième façon", numero=2))
    page = connecter(elue).get(adresse("ressource", ressource.uuid)).content.decode()
    assert all(f"La {n} façon" in page for n in ("première", "deuxième", "troisième"))


def test_le_fichier_suit_les_droits(
    connecter, voisine, etrangere, elue, distribution, adresse, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    depot = SimpleUploadedFile("lettre.txt", "Un modèle de lettre".encode())
    connecter(voisine).post(adresse("ressource_nouvelle"), saisie(texte="", fichier=depot))
    ressource = Ressource.objects.get(titre__startswith="Créer")
    url = adresse("ressource_fichier", ressource.uuid)
    contenu = b"".join(connecter(elue).get(url).streaming_content)
    assert "Un modèle de lettre" in contenu.decode()
    assert connecter(etrangere).get(url).status_code == 404
    assert connecter(elue).get(url, {"version": "9" * 30}).status_code == 200
    assert connecter(elue).get(url, {"version": "7"}).status_code == 404


def test_retiree_elle_n_existe_plus_que_pour_qui_la_tient(
    connecter, auteur, elue, voisine, distribution, adresse
):
    ressource = RessourceFabrique(reseau=distribution.reseau, auteur=auteur, titre="À revoir")
    assert "À revoir" in connecter(elue).get(adresse("ressources")).content.decode()
    connecter(auteur).post(adresse("ressource_retirer", ressource.uuid))
    assert "À revoir" not in connecter(auteur).get(adresse("ressources")).content.decode()
    page = adresse("ressource", ressource.uuid)
    assert connecter(elue).get(page).status_code == 404
    assert connecter(voisine).get(page).status_code == 404
    assert "Remettre en ligne" in connecter(auteur).get(page).content.decode()
    connecter(auteur).post(adresse("ressource_retirer", ressource.uuid), {"remettre": "1"})
    assert connecter(elue).get(page).status_code == 200


def test_le_parent_partage_avec_ses_enfants_et_pas_l_inverse(
    connecter, auteur, etrangere, distribution, adresse
):
    distribution.reseau.parent = distribution.reseau_b
    distribution.reseau.save(update_fields=["parent"])
    commune = RessourceFabrique(
        reseau=distribution.reseau_b, titre="Commune à tous", pour_les_enfants=True
    )
    RessourceFabrique(reseau=distribution.reseau_b, titre="Du parent seul")
    RessourceFabrique(reseau=distribution.reseau, titre="De l’enfant", pour_les_enfants=True)
    page = connecter(auteur).get(adresse("ressources")).content.decode()
    assert "Commune à tous" in page
    assert "Du parent seul" not in page
    assert (
        "Modifier" not in connecter(auteur).get(adresse("ressource", commune.uuid)).content.decode()
    )
    chez_le_parent = reverse("partenaires:ressources", args=[distribution.reseau_b.slug])
    page = connecter(etrangere).get(chez_le_parent).content.decode()
    assert "Du parent seul" in page
    assert "De l’enfant" not in page


def test_question_et_reponse_previennent_une_fois(connecter, auteur, elue, distribution, adresse):
    ressource = RessourceFabrique(reseau=distribution.reseau, auteur=auteur, titre="Fiche")
    url = adresse("ressource_question", ressource.uuid)
    connecter(elue).post(url, {"texte": "Est-ce encore vrai ?"})
    question = QuestionRessource.objects.get(ressource=ressource)
    connecter(auteur).post(url, {"texte": "Oui, relu hier.", "question": str(question.uuid)})
    page = connecter(elue).get(adresse("ressource", ressource.uuid)).content.decode()
    assert page.index("Est-ce encore vrai ?") < page.index("Oui, relu hier.")
    courriels = Courriel.objects.filter(genre__startswith="ressource_").order_by("pk")
    assert [(c.destinataire_id, c.genre) for c in courriels] == [
        (auteur.pk, "ressource_question"),
        (elue.pk, "ressource_reponse"),
    ]
    for courriel in courriels:
        message = genres()[courriel.genre].composer([courriel])[courriel.pk]
        assert "Fiche" in message.sujet
        assert str(ressource.uuid) in message.texte


def test_qui_n_est_plus_du_reseau_ne_recoit_pas_la_reponse(
    connecter, auteur, elue, distribution, adresse
):
    ressource = RessourceFabrique(reseau=distribution.reseau, auteur=auteur)
    connecter(elue).post(adresse("ressource_question", ressource.uuid), {"texte": "Une question"})
    courriel = Courriel.objects.get(genre="ressource_question")
    composer = genres()["ressource_question"].composer
    assert composer([courriel])[courriel.pk] is not None
    distribution.mandats["auteur"].delete()
    assert composer([courriel])[courriel.pk] is None


def test_une_question_vide_garde_la_page(connecter, elue, distribution, adresse):
    ressource = RessourceFabrique(reseau=distribution.reseau, titre="La fiche lue")
    page = connecter(elue).post(adresse("ressource_question", ressource.uuid), {"texte": " "})
    assert "Écrivez votre question" in page.content.decode()
    assert "La fiche lue" in page.content.decode()


def test_un_enfant_ne_lit_ni_les_versions_d_avant_ni_le_nom_des_gens_d_ailleurs(
    connecter, auteur, etrangere, distribution, adresse, marqueur
):
    """Le parent partage aujourd'hui sa fiche ; ce qu'elle disait hier reste chez lui."""
    distribution.reseau.parent = distribution.reseau_b
    distribution.reseau.save(update_fields=["parent"])
    parent = distribution.reseau_b.slug
    fiche = reverse("partenaires:ressource_nouvelle", args=[parent])
    joint = SimpleUploadedFile("notes.txt", marqueur.encode(), content_type="text/plain")
    connecter(etrangere).post(fiche, saisie(texte=marqueur, fichier=joint))
    ressource = Ressource.objects.get(reseau=distribution.reseau_b)
    modifier = reverse("partenaires:ressource_modifier", args=[parent, ressource.uuid])
    connecter(etrangere).post(
        modifier, saisie(texte="Pour tous.", pour_les_enfants="on", numero=ressource.numero)
    )
    ressource.refresh_from_db()
    assert ressource.pour_les_enfants
    assert ressource.numero == 2
    chez_lui = reverse("partenaires:ressource", args=[parent, ressource.uuid])
    fichier = reverse("partenaires:ressource_fichier", args=[parent, ressource.uuid])
    question = reverse("partenaires:ressource_question", args=[parent, ressource.uuid])
    connecter(etrangere).post(question, {"texte": "Est-ce à jour ?"})
    page = connecter(etrangere).get(chez_lui).content.decode()
    assert marqueur in page
    assert page.count(etrangere.nom_complet) > 2
    assert connecter(etrangere).get(fichier, {"version": "1"}).status_code == 200

    page = connecter(auteur).get(adresse("ressource", ressource.uuid)).content.decode()
    assert "Pour tous." in page
    assert "Est-ce à jour ?" in page
    assert marqueur not in page
    assert etrangere.nom_complet not in page
    assert distribution.reseau_b.nom in page
    ancien = adresse("ressource_fichier", ressource.uuid)
    assert connecter(auteur).get(ancien, {"version": "1"}).status_code == 404
    assert etrangere.nom_complet not in (
        connecter(auteur).get(adresse("ressources")).content.decode()
    )
    posee = connecter(auteur).post(
        adresse("ressource_question", ressource.uuid), {"texte": "Et chez nous ?"}, follow=True
    )
    texte = posee.content.decode()
    attendu = (
        f"Votre question est posée\u00a0: un courriel en prévient {distribution.reseau_b.nom}."
    )
    assert attendu in texte
    assert auteur.nom_complet in texte
    courriel = Courriel.objects.get(genre="ressource_question")
    recu = genres()["ressource_question"].composer([courriel])[courriel.pk]
    assert recu.sujet.startswith(f"{distribution.reseau.nom} pose une question")
    assert "Et chez nous ?" in recu.texte
    assert auteur.nom_complet not in recu.sujet + recu.texte + recu.html
    page = connecter(etrangere).get(chez_lui).content.decode()
    assert "Et chez nous ?" in page
    assert auteur.nom_complet not in page
    assert f"Question de {distribution.reseau.nom}" in page
    demandee = QuestionRessource.objects.get(texte="Et chez nous ?")
    connecter(etrangere).post(question, {"texte": "Pareil.", "question": str(demandee.uuid)})
    courriel = Courriel.objects.get(genre="ressource_reponse")
    recu = genres()["ressource_reponse"].composer([courriel])[courriel.pk]
    # Le lien mène où le destinataire peut lire : dans son réseau.
    assert adresse("ressource", ressource.uuid) in recu.texte
    assert etrangere.nom_complet not in recu.sujet + recu.texte + recu.html
