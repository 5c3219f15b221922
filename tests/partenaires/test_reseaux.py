"""Ouvrir un réseau par son parent, se lier à lui, régler, éteindre un module."""

import pytest
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Fonction, Module, TypeStructure
from partenaires.models import Invitation, Mandat, Reseau, Structure
from partenaires.services.invitations_droits import accordables
from partenaires.services.reseaux import inviter_a_animer, proposer_parent
from porteurs.models import Dossier, Reunion
from porteurs.services.reunion import a_annoncer
from porteurs.tuiles import a_vous_de_jouer, mes_dossiers, prochaine_reunion
from socle.acteur import acteur_de
from socle.courriels import genres
from socle.models import Courriel
from socle.permissions import peut
from socle.refus import Refus
from socle.tuiles import tuiles_de
from tests.coherence.scene import Scene
from tests.fabriques import MandatFabrique, ReseauFabrique, ReunionFabrique, StructureFabrique

pytestmark = pytest.mark.django_db


def page(nom, reseau, *args):
    return reverse(f"partenaires:{nom}", args=[reseau.slug, *args])


def saisie(**champs):
    return {
        "nom": "Réseau des Écrins",
        "slug": "",
        "structure_nom": "Parc des Écrins",
        "structure_type": TypeStructure.PARC,
        "prenom": "Lou",
        "nom_personne": "Vernet",
        "email": "lou@ecrins.test",
        **champs,
    }


@pytest.fixture
def parent(distribution):
    Reseau.objects.filter(pk=distribution.reseau.pk).update(peut_ouvrir=True)
    distribution.reseau.refresh_from_db()
    return distribution.reseau


@pytest.fixture
def enfant(parent, distribution, connecter):
    connecter(distribution.animatrice).post(page("reseau_enfant_nouveau", parent), saisie())
    return Reseau.objects.get(slug="reseau-des-ecrins")


# --- Le parent ouvre ----------------------------------------------------------------------------


def test_le_parent_ouvre_et_n_y_gagne_aucun_droit(enfant, parent, distribution, connecter):
    assert (enfant.parent, enfant.parent_propose, enfant.propose_par_parent) == (None, parent, True)
    assert not enfant.communes.exists()
    assert not enfant.peut_ouvrir
    invitation = Invitation.objects.get(reseau=enfant)
    assert (invitation.email, invitation.fonction) == ("lou@ecrins.test", Fonction.ANIMATEUR)
    client = connecter(distribution.animatrice)
    texte = client.get(page("reseaux_enfants", parent)).content.decode()
    assert "Réseau des Écrins" in texte
    assert "proposé, sans réponse encore" in texte
    assert not Mandat.objects.filter(reseau=enfant).exists()
    for nom in ("annuaire", "lancement", "invitations", "conformite"):
        assert client.get(page(nom, enfant)).status_code == 404
    assert client.get(reverse("porteurs:dossiers", args=[enfant.slug])).status_code == 404


def test_le_parent_ne_s_invite_pas_lui_meme(parent, distribution, connecter):
    texte = (
        connecter(distribution.animatrice)
        .post(page("reseau_enfant_nouveau", parent), saisie(email=distribution.animatrice.email))
        .content.decode()
    )
    assert "on ne s’invite pas soi-même" in texte
    assert not Reseau.objects.filter(slug="reseau-des-ecrins").exists()


def test_sans_permission_de_l_installation_rien_ne_s_ouvre(distribution, connecter, parent):
    client = connecter(distribution.animatrice)
    assert client.get(page("reseau_enfant_nouveau", parent)).status_code == 200
    admin = connecter(distribution.administratrice)
    admin.post(reverse("partenaires:reseau_permettre", args=[parent.slug]), {"permis": "non"})
    for route in ("reseaux_enfants", "reseau_enfant_nouveau"):
        assert client.get(page(route, parent)).status_code == 403
    assert client.post(page("reseau_enfant_nouveau", parent), saisie()).status_code == 403
    assert not Reseau.objects.filter(slug="reseau-des-ecrins").exists()
    admin.post(reverse("partenaires:reseau_permettre", args=[parent.slug]), {"permis": "oui"})
    assert client.get(page("reseaux_enfants", parent)).status_code == 200


def test_une_structure_que_le_parent_ne_voit_pas_ne_se_revele_pas(parent, distribution, connecter):
    """Homonyme d'une structure d'un autre réseau : aucune question, une structure neuve."""
    client = connecter(distribution.animatrice)
    texte = client.post(
        page("reseau_enfant_nouveau", parent),
        saisie(structure_nom=distribution.s1.nom, structure_type=distribution.s1.type),
    ).content.decode()
    assert "Une structure porte déjà ce nom" in texte
    client.post(
        page("reseau_enfant_nouveau", parent),
        saisie(structure_nom=distribution.s3.nom, structure_type=distribution.s3.type),
    )
    ouverte = Reseau.objects.get(slug="reseau-des-ecrins").structure_coordinatrice
    assert ouverte != distribution.s3
    assert Structure.objects.filter(nom=distribution.s3.nom).count() == 2


def test_corriger_la_personne_invitee_tant_que_nul_n_anime(enfant, parent, distribution, connecter):
    client = connecter(distribution.animatrice)
    adresse = page("reseau_enfant_animateur", parent, enfant.slug)
    client.post(adresse, {"prenom": "Lou", "nom": "Vernet", "email": "lou.vernet@ecrins.test"})
    anciennes = Invitation.objects.filter(reseau=enfant).order_by("pk")
    assert [i.revoquee_le is None for i in anciennes] == [False, True]
    assert Courriel.objects.filter(adresse="lou.vernet@ecrins.test").exists()
    MandatFabrique(
        reseau=enfant, structure=enfant.structure_coordinatrice, fonction=Fonction.ANIMATEUR
    )
    texte = client.post(
        adresse, {"prenom": "Éva", "nom": "Prat", "email": "eva@ecrins.test"}
    ).content.decode()
    assert "Quelqu’un anime déjà ce réseau" in texte
    assert not Invitation.objects.filter(email="eva@ecrins.test").exists()
    # Un réseau qui n'est pas son enfant n'existe pas pour lui.
    etranger = page("reseau_enfant_animateur", parent, distribution.reseau_b.slug)
    assert client.get(etranger).status_code == 404


@pytest.mark.parametrize("vecu", ["anime autrefois", "mandat en cours"])
def test_un_reseau_qui_a_vecu_n_est_plus_a_son_parent(
    vecu, enfant, parent, distribution, connecter
):
    """Ni par qui l'anime, ni par la personne qu'il ferait entrer : il ne reprend pas ses dossiers."""
    structure = enfant.structure_coordinatrice
    if vecu == "anime autrefois":
        MandatFabrique(reseau=enfant, structure=structure, fonction=Fonction.ANIMATEUR, echu=True)
    else:
        technicienne = MandatFabrique(reseau=enfant, structure=structure, administre=True)
    envoi = {"prenom": "Éva", "nom": "Prat", "email": "eva@ecrins.test"}
    adresse = page("reseau_enfant_animateur", parent, enfant.slug)
    texte = connecter(distribution.animatrice).post(adresse, envoi).content.decode()
    assert "Ce réseau a déjà vécu" in texte
    assert not Invitation.objects.filter(email="eva@ecrins.test").exists()
    # L'invitation que le parent avait envoyée ne vaut plus non plus.
    ancienne = Invitation.objects.get(reseau=enfant)
    assert accordables([ancienne]) == set()
    # Qui administre l'installation le peut, et la structure l'apprend.
    inviter_a_animer(acteur=acteur_de(distribution.administratrice), reseau=enfant, **envoi)
    assert Invitation.objects.filter(email="eva@ecrins.test").exists()
    avis = Courriel.objects.filter(genre="invitation_animation")
    if vecu == "anime autrefois":
        assert not avis.exists()
    else:
        courriel = avis.get()
        assert courriel.destinataire == technicienne.utilisateur
        message = genres()["invitation_animation"].composer([courriel])[courriel.pk]
        assert "Éva Prat" in message.texte
        assert "eva@ecrins.test" in message.html
        Mandat.objects.filter(pk=technicienne.pk).update(administre=False)
        assert genres()["invitation_animation"].composer([courriel])[courriel.pk] is None


def test_les_enfants_se_listent_en_autant_de_requetes(
    enfant, parent, distribution, connecter, nombre_de_requetes
):
    client = connecter(distribution.animatrice)
    client.get(page("reseaux_enfants", parent))
    with nombre_de_requetes(6):
        client.get(page("reseaux_enfants", parent))
    for nom in ("Abri", "Bois"):
        ReseauFabrique(nom=nom, parent=parent)
    with nombre_de_requetes(6):
        texte = client.get(page("reseaux_enfants", parent)).content.decode()
    assert texte.index("Abri") < texte.index("Bois") < texte.index("Réseau des Écrins")


# --- Le lien de parenté ---------------------------------------------------------------------------


def test_le_lien_se_noue_a_deux(distribution, connecter):
    a, b = distribution.reseau, distribution.reseau_b
    client_a, client_b = connecter(distribution.animatrice), connecter(distribution.animatrice_b)
    client_b.post(page("parent_proposer", b), {"parent": f"/r/{a.slug}/"})
    b.refresh_from_db()
    assert (b.parent, b.parent_propose) == (None, a)
    # Qui demande ne s'accepte pas lui-même.
    texte = client_b.post(
        page("parent_repondre", b, a.slug), {"reponse": "oui"}, follow=True
    ).content.decode()
    assert "C’est à l’autre réseau d’accepter." in texte
    assert (
        "demande à devenir un réseau enfant" in client_a.get(page("reglages", a)).content.decode()
    )
    client_a.post(page("parent_repondre", a, b.slug), {"reponse": "oui"})
    b.refresh_from_db()
    assert (b.parent, b.parent_propose) == (a, None)
    # Aucun des deux n'y gagne un droit.
    assert client_a.get(page("annuaire", b)).status_code == 404
    assert client_b.get(page("annuaire", a)).status_code == 404
    # Chacun peut le défaire ; GET ne fait que le dire.
    adresse = page("parent_defaire", b, a.slug)
    assert a.nom in client_b.get(adresse).content.decode()
    b.refresh_from_db()
    assert b.parent == a
    client_b.post(adresse)
    b.refresh_from_db()
    assert b.parent is None


def test_ni_boucle_ni_second_parent(distribution, connecter):
    a, b = distribution.reseau, distribution.reseau_b
    Reseau.objects.filter(pk=b.pk).update(parent=a)
    b.refresh_from_db()
    with pytest.raises(Refus, match="parmi vos enfants"):
        proposer_parent(reseau=a, parent=b)
    with pytest.raises(Refus, match="déjà un parent"):
        proposer_parent(reseau=b, parent=ReseauFabrique())
    with pytest.raises(Refus, match="le vôtre"):
        proposer_parent(reseau=a, parent=a)
    texte = (
        connecter(distribution.animatrice)
        .post(page("parent_proposer", a), {"parent": "inconnu"})
        .content.decode()
    )
    assert "Aucun réseau ne porte ce nom" in texte


def test_refuser_ou_se_raviser_efface_la_proposition(distribution, connecter):
    a, b = distribution.reseau, distribution.reseau_b
    for client, ici, autre in (
        (connecter(distribution.animatrice), a, b),
        (connecter(distribution.animatrice_b), b, a),
    ):
        Reseau.objects.filter(pk=b.pk).update(parent_propose=a, propose_par_parent=False)
        client.post(page("parent_repondre", ici, autre.slug), {"reponse": "non"})
        b.refresh_from_db()
        assert (b.parent, b.parent_propose) == (None, None)


# --- Les réglages ----------------------------------------------------------------------------------


def reglages(**champs):
    return {"nom": "Vallée", "fuseau": "Indian/Reunion", "seuil_masquage": "8", **champs}


def test_regler_le_reseau(distribution, connecter):
    reseau = distribution.reseau
    client = connecter(distribution.animatrice)
    lu = client.get(page("reglages", reseau)).context["form"]["lu"].value()
    assert client.post(page("reglages", reseau), reglages(lu=lu)).status_code == 302
    reseau.refresh_from_db()
    assert (reseau.nom, reseau.fuseau, reseau.seuil_masquage) == ("Vallée", "Indian/Reunion", 8)
    texte = client.post(page("reglages", reseau), reglages(nom="Autre", lu=lu)).content.decode()
    assert "Quelqu’un a changé ces réglages" in texte
    assert 'value="Autre"' in texte
    reseau.refresh_from_db()
    assert reseau.nom == "Vallée"


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"seuil_masquage": "4"}, "Cinq au moins"),
        ({"fuseau": "Mars/Olympus"}, "Mars/Olympus"),
        ({"nom": ""}, "obligatoire"),
    ],
)
def test_un_reglage_faux_ne_change_rien(champs, phrase, distribution, connecter):
    reponse = connecter(distribution.animatrice).post(
        page("reglages", distribution.reseau), reglages(**champs)
    )
    assert phrase in reponse.content.decode()
    distribution.reseau.refresh_from_db()
    assert distribution.reseau.nom == "Réseau de la vallée"


# --- Les modules -----------------------------------------------------------------------------------


def eteindre(reseau, *modules):
    Reseau.objects.filter(pk=reseau.pk).update(
        modules=[m for m in reseau.modules if m not in modules]
    )


def libelles(client, adresse):
    return [e["libelle"] for e in client.get(adresse).context["menu"]]


def test_les_dossiers_eteints_n_ont_plus_ni_page_ni_menu(distribution, connecter, marqueur):
    scene = Scene(distribution, marqueur)
    dossier = scene.dossier
    client = connecter(distribution.auteur)
    liste = reverse("porteurs:dossiers", args=["vallee"])
    fiche = reverse("porteurs:dossier", args=["vallee", dossier.uuid])
    annuaire = page("annuaire", distribution.reseau)
    assert marqueur in client.get(fiche).content.decode()
    assert "Dossiers" in libelles(client, annuaire)
    eteindre(distribution.reseau, Module.DOSSIERS)
    for adresse in (liste, fiche, reverse("porteurs:dossier_ouvrir", args=["vallee"])):
        reponse = client.get(adresse)
        assert reponse.status_code == 404, adresse
        assert marqueur not in reponse.content.decode()
    assert "Dossiers" not in libelles(client, annuaire)
    assert "Réunions" in libelles(client, annuaire)
    acteur = acteur_de(distribution.auteur)
    assert not Dossier.objects.visible_par(acteur).exists()
    assert not peut(acteur, "porteurs.dossier.ouvrir", distribution.reseau)
    assert mes_dossiers(acteur) is None
    assert tuiles_de(acteur, [a_vous_de_jouer]) == []
    assert "Ouvrir un dossier" not in client.get("/tableau/").content.decode()
    # Rien n'est effacé : rallumé, tout revient.
    connecter(distribution.animatrice).post(
        page("module_employer", distribution.reseau, "dossiers"), {"actif": "oui"}
    )
    assert marqueur in client.get(fiche).content.decode()


def test_les_reunions_eteintes_ne_se_voient_ni_ne_s_annoncent(distribution, connecter):
    reunion = ReunionFabrique(reseau=distribution.reseau)
    client = connecter(distribution.elue)
    liste = reverse("porteurs:reunions", args=["vallee"])
    assert client.get(liste).status_code == 200
    assert reunion in a_annoncer(timezone.now())
    eteindre(distribution.reseau, Module.REUNIONS)
    assert client.get(liste).status_code == 404
    texte = client.get("/tableau/").content.decode()
    assert liste not in texte
    assert "Les chiffres du réseau" in texte
    assert reunion not in a_annoncer(timezone.now())
    assert not Reunion.objects.visible_par(acteur_de(distribution.elue)).exists()
    assert prochaine_reunion(acteur_de(distribution.elue)) is None


def test_un_module_eteint_ici_reste_allume_ailleurs(distribution, connecter):
    MandatFabrique(
        utilisateur=distribution.auteur, reseau=distribution.reseau_b, structure=distribution.s3
    )
    eteindre(distribution.reseau, Module.DOSSIERS)
    client = connecter(distribution.auteur)
    assert client.get(reverse("porteurs:dossiers", args=["vallee"])).status_code == 404
    assert client.get(reverse("porteurs:dossiers", args=["plateau"])).status_code == 200


@pytest.mark.parametrize(
    ("module", "actif", "phrase"),
    [
        ("annuaire", "non", "L’annuaire reste là"),
        ("bourse", "oui", "pas encore disponible"),
        ("inconnu", "oui", "pas encore disponible"),
    ],
)
def test_ce_qui_ne_s_allume_ni_ne_s_eteint(module, actif, phrase, distribution, connecter):
    reponse = connecter(distribution.animatrice).post(
        page("module_employer", distribution.reseau, module), {"actif": actif}, follow=True
    )
    assert phrase in reponse.content.decode()
    avant = distribution.reseau.modules
    distribution.reseau.refresh_from_db()
    assert distribution.reseau.modules == avant


def test_les_modules_a_venir_se_montrent_sans_bouton(distribution, connecter):
    texte = connecter(distribution.animatrice).get(page("modules", distribution.reseau)).content
    texte = texte.decode()
    assert texte.count("à venir") == 3
    assert 'action="/r/vallee/modules/bourse/"' not in texte
    assert 'action="/r/vallee/modules/annuaire/"' not in texte
    assert 'action="/r/vallee/modules/dossiers/"' in texte


def test_l_administration_voit_les_parents(distribution, connecter, parent):
    StructureFabrique()
    Reseau.objects.filter(pk=distribution.reseau_b.pk).update(parent=parent)
    texte = connecter(distribution.administratrice).get(reverse("partenaires:reseaux"))
    texte = texte.content.decode()
    assert 'data-titre="Réseau parent">Réseau de la vallée' in texte
    assert "ouvre des réseaux" in texte
