"""Le guide d'un réseau qui commence, ses pas, et ce que le tableau en rappelle."""

import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import EtatConvention, Fonction, Module
from partenaires.models import Commune, Invitation, Mandat, Reseau
from partenaires.services.invitations import accepter, inviter
from partenaires.services.lancement import avancements, confirmer
from partenaires.tuiles import lancement
from porteurs.calendrier import dates_de_serie
from porteurs.models import Reunion
from socle import liens
from socle.acteur import acteur_de
from socle.models import Courriel
from tests.fabriques import (
    ConventionFabrique,
    MandatFabrique,
    ReseauFabrique,
    ReunionFabrique,
    StructureFabrique,
    commune,
)
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db
TABLEAU = "/tableau/"


def page(nom, reseau, *args):
    application = "" if ":" in nom else "partenaires:"
    return reverse(application + nom, args=[reseau.slug, *args])


@pytest.fixture
def neuf(distribution):
    """Un réseau tout neuf, que l'animatrice de B anime, et rien d'autre."""
    structure = StructureFabrique(nom="Pays neuf")
    reseau = ReseauFabrique(
        nom="Réseau neuf",
        slug="neuf",
        structure_coordinatrice=structure,
        en_lancement=True,
        partage_ferme=True,
    )
    reseau.couvertures.all().delete()
    ConventionFabrique(reseau=reseau, structures=[structure], etat=EtatConvention.PRINCIPE)
    MandatFabrique(
        utilisateur=distribution.animatrice_b,
        reseau=reseau,
        structure=structure,
        fonction=Fonction.ANIMATEUR,
        administre=True,
    )
    return reseau


def restants(reseau) -> list[str]:
    reseau.refresh_from_db()
    return [p.code for p in avancements([reseau])[0].restants]


# --- La liste, pas à pas -----------------------------------------------------------------------


def test_tout_le_guide_d_un_reseau_neuf(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    tous = ["identite", "territoire", "structures", "personnes", "reunions", "modules"]
    assert restants(neuf) == tous
    texte = client.get(page("lancement", neuf)).content.decode()
    assert "<title>Mettre le réseau en route · Réseau neuf · Maillon</title>" in texte
    assert "Vérifier le nom du réseau" in texte
    assert "Aucune commune encore" in texte

    suite = client.post(
        page("lancement_identite", neuf),
        {"nom": "Réseau du plateau neuf", "fuseau": "Europe/Paris"},
    )
    assert suite["Location"] == page("territoire", neuf)
    client.post(page("territoire_ajouter", neuf), {"epci": [commune().epci.code]})
    assert restants(neuf) == tous[2:]
    ConventionFabrique(reseau=neuf, structures=[StructureFabrique(nom="CCI neuve")])
    assert restants(neuf) == tous[3:]
    suite = client.post(page("lancement_personnes", neuf), lignes(neuf, personne(neuf)))
    assert suite["Location"] == page("porteurs:reunion_serie", neuf)
    assert restants(neuf) == ["reunions", "modules"]
    for jours in (10, 40):
        ReunionFabrique(reseau=neuf, debut=timezone.now() + timedelta(days=jours))
    assert client.post(page("modules", neuf))["Location"] == page("lancement", neuf)
    assert restants(neuf) == []
    texte = client.get(page("lancement", neuf)).content.decode()
    assert "Le réseau est en route" in texte
    assert "Ranger ce guide" in texte
    assert lancement(acteur_de(animatrice_b)) is None


@pytest.mark.parametrize("jours", [-3, 3])
def test_une_serie_ne_commence_pas_dans_le_passe(neuf, connecter, animatrice_b, jours):
    donnees = {
        "jour": aujourd_hui(jours).isoformat(),
        "heure": "09:30",
        "duree_minutes": "120",
        "nombre": "3",
    }
    reponse = connecter(animatrice_b).post(page("porteurs:reunion_serie", neuf), donnees)
    erreurs = reponse.context["form"].errors
    if jours < 0:
        assert erreurs["jour"] == ["Ce jour est passé. Choisissez un jour à venir."]
        assert reponse.context["dates"] == []
    else:
        assert not erreurs
        assert len(reponse.context["dates"]) == 3


def test_les_pas_se_font_dans_n_importe_quel_ordre(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    client.post(page("modules", neuf))
    client.post(page("territoire_ajouter", neuf), {"commune": ["63003"]})
    assert restants(neuf) == ["identite", "structures", "personnes", "reunions"]
    texte = client.get(page("territoire", neuf)).content.decode()
    assert "Continuer" in texte
    assert page("lancement_structures", neuf) in texte


def test_le_guide_ne_compte_que_les_modules_employes(neuf):
    Reseau.objects.filter(pk=neuf.pk).update(modules=[Module.ANNUAIRE])
    assert "reunions" not in restants(neuf)
    codes = [p.code for p in avancements([neuf])[0].pas]
    assert "conformite" not in codes


def test_un_technicien_manque_quand_le_reseau_suit_des_dossiers(neuf):
    MandatFabrique(reseau=neuf, structure=neuf.structure_coordinatrice, fonction=Fonction.ELU)
    (avancement,) = avancements([neuf])
    pas = next(p for p in avancement.pas if p.code == "personnes")
    assert not pas.fait
    assert "pas encore de technicien" in pas.etat
    Reseau.objects.filter(pk=neuf.pk).update(modules=[Module.ANNUAIRE])
    assert "personnes" not in restants(neuf)


def test_ne_se_confirme_que_ce_qui_ne_se_lit_pas(neuf):
    with pytest.raises(ValueError, match="territoire"):
        confirmer(reseau=neuf, code="territoire")


def test_un_lot_de_reseaux_se_lit_en_trois_requetes(neuf, distribution, nombre_de_requetes):
    trois = [neuf, distribution.reseau, distribution.reseau_b]
    for reseaux in ([neuf], trois):
        with nombre_de_requetes(3):
            assert len(avancements(reseaux)) == len(reseaux)


# --- Le tableau ---------------------------------------------------------------------------------


def test_la_tuile_montre_le_prochain_pas(neuf, connecter, animatrice_b, nombre_de_requetes):
    acteur = acteur_de(animatrice_b)
    with nombre_de_requetes(4):
        assert lancement(acteur).attentes == 1
    client = connecter(animatrice_b)
    texte = client.get(TABLEAU).content.decode()
    bloc = texte.split('aria-labelledby="premiers-pas"')[1].split("</section>")[0]
    assert re.findall('href="([^"]+)"', bloc) == [
        page("lancement_identite", neuf),
        page("lancement", neuf),
    ]
    assert "6 pas restent sur 6" in bloc


def test_ranger_le_guide_puis_le_reprendre(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    client.post(page("lancement_ranger", neuf))
    assert lancement(acteur_de(animatrice_b)) is None
    assert "n’est plus sur votre tableau" in client.get(page("lancement", neuf)).content.decode()
    # Rangé, ses pages sont des pages comme les autres.
    assert "Guide de lancement" not in client.get(page("territoire", neuf)).content.decode()
    client.post(page("lancement_ranger", neuf), {"rappeler": "oui"})
    assert lancement(acteur_de(animatrice_b)) is not None


@pytest.mark.parametrize("nom", ["auteur", "elue", "accueil", "parrain", "animatrice", "etrangere"])
def test_les_autres_ne_voient_pas_le_guide(nom, neuf, distribution, connecter, animatrice_b):
    assert "Réseau neuf" in connecter(animatrice_b).get(page("lancement", neuf)).content.decode()
    personne = getattr(distribution, nom)
    assert lancement(acteur_de(personne)) is None
    for route in ("lancement", "territoire", "modules", "reglages", "conformite"):
        reponse = connecter(personne).get(page(route, neuf))
        assert reponse.status_code == 404
        assert "Réseau neuf" not in reponse.content.decode()


def test_la_personne_invitee_a_animer_arrive_au_guide(neuf, client, distribution):
    invitation = inviter(
        acteur=acteur_de(distribution.animatrice_b),
        reseau=neuf,
        structure=neuf.structure_coordinatrice,
        fonction=Fonction.ANIMATEUR,
        email="lou@neuf.test",
    )
    reponse = client.post(
        reverse("partenaires:invitation_accepter", args=[liens.jeton(invitation.lien)]),
        {
            "prenom": "Lou",
            "nom": "Neuve",
            "password1": "une phrase assez longue",
            "password2": "une phrase assez longue",
        },
    )
    assert reponse["Location"] == page("lancement", neuf)


# --- Les personnes ------------------------------------------------------------------------------


def personne(reseau, **champs) -> dict:
    return {
        "prenom": "Nora",
        "nom": "Neuve",
        "email": "nora@neuf.test",
        "structure": str(reseau.structure_coordinatrice.uuid),
        "fonction": Fonction.TECHNICIEN,
        **champs,
    }


def lignes(reseau, *personnes, total: int | None = None) -> dict:
    donnees = {"p-TOTAL_FORMS": str(total or len(personnes)), "p-INITIAL_FORMS": "0"}
    for rang, une in enumerate(personnes):
        donnees |= {f"p-{rang}-{champ}": valeur for champ, valeur in une.items()}
    return donnees


def test_plusieurs_personnes_d_un_coup(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    vide = {"fonction": Fonction.TECHNICIEN}
    client.post(
        page("lancement_personnes", neuf),
        lignes(
            neuf,
            personne(neuf),
            vide,
            personne(neuf, email="paul@neuf.test", fonction=Fonction.ELU, administre="on"),
        ),
    )
    invitations = Invitation.objects.filter(reseau=neuf).order_by("email")
    assert [(i.email, i.fonction, i.administre) for i in invitations] == [
        ("nora@neuf.test", Fonction.TECHNICIEN, False),
        ("paul@neuf.test", Fonction.ELU, True),
    ]
    assert Courriel.objects.filter(genre="invitation", adresse__endswith="@neuf.test").count() == 2


@pytest.mark.parametrize(
    ("fautive", "phrase"),
    [
        ({"email": "nora"}, "il faut un @ et un point"),
        ({"structure": ""}, "Choisissez sa structure."),
        ({"email": "premiere@neuf.test"}, "déjà à la ligne 1"),
        ({"email": "animatrice_b@distribution.test"}, "on ne s’invite pas soi-même"),
        ({"fonction": Fonction.AUDITEUR, "administre": "on"}, "n’administre pas de structure"),
    ],
)
def test_une_seule_faute_et_rien_ne_part(fautive, phrase, neuf, connecter, animatrice_b):
    reponse = connecter(animatrice_b).post(
        page("lancement_personnes", neuf),
        lignes(neuf, personne(neuf, email="premiere@neuf.test"), personne(neuf, **fautive)),
    )
    texte = reponse.content.decode()
    assert phrase in texte
    assert "Rien n’est parti" in texte
    assert "#ligne-2" in texte
    assert 'value="premiere@neuf.test"' in texte
    assert not Invitation.objects.filter(reseau=neuf).exists()
    assert not Courriel.objects.filter(genre="invitation", adresse__endswith="@neuf.test").exists()


def test_aucune_ligne_et_des_lignes_de_plus(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    reponse = client.post(page("lancement_personnes", neuf), lignes(neuf, {}, total=3))
    assert "Remplissez au moins une ligne" in reponse.content.decode()
    reponse = client.post(
        page("lancement_personnes", neuf),
        lignes(neuf, personne(neuf, email="à moitié"), total=3) | {"plus": "oui"},
    )
    texte = reponse.content.decode()
    assert texte.count("<legend>Personne") == 8
    assert 'value="à moitié"' in texte
    assert "invalid-feedback" not in texte
    assert not Invitation.objects.filter(reseau=neuf).exists()


# --- Le territoire ------------------------------------------------------------------------------


def test_une_commune_de_deux_reseaux_se_dit(neuf, distribution, connecter, animatrice_b):
    client = connecter(animatrice_b)
    texte = client.get(page("territoire", neuf), {"q": "Ambert"}).content.decode()
    assert "aussi dans" in texte
    assert "Réseau de la vallée" in texte
    # Une intercommunalité entière le dit aussi, avant qu'on l'ajoute ; et la carte dit ce qu'elle choisit.
    texte = client.get(page("territoire", neuf), {"q": "63"}).content.decode()
    assert re.search(r"\d+ communes? aussi dans Réseau de la vallée", texte)
    assert "<legend>Ce qu’un appui sur la carte choisit</legend>" in texte
    client.post(page("territoire_ajouter", neuf), {"commune": ["63003"]})
    texte = client.get(page("territoire", neuf), {"epci": commune().epci.code}).content.decode()
    assert "1 commune dans le réseau" in texte
    assert re.search(r"1 commune sur \d+", texte)
    assert "1 aussi dans Réseau de la vallée" in texte
    # L'autre réseau n'a pas changé.
    assert distribution.reseau.communes.filter(code="63003").exists()


def test_ajouter_et_retirer_une_intercommunalite(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    code = commune().epci.code
    client.post(page("territoire_ajouter", neuf), {"epci": [code]})
    attendues = set(Commune.objects.de_epci(code))
    assert set(neuf.communes.all()) == attendues
    client.post(page("territoire_retirer", neuf), {"commune": ["63003"]})
    assert neuf.communes.count() == len(attendues) - 1
    client.post(page("territoire_retirer", neuf), {"epci": [code]})
    assert not neuf.communes.exists()
    for geste in ("territoire_ajouter", "territoire_retirer"):
        reponse = client.post(page(geste, neuf), {"commune": ["99999"]}, follow=True)
        assert "Cochez au moins" in reponse.content.decode()


def test_un_departement_propose_ses_intercommunalites_et_sa_carte(neuf, connecter, animatrice_b):
    texte = connecter(animatrice_b).get(page("territoire", neuf), {"q": "63"}).content.decode()
    assert commune().epci.nom in texte
    assert 'data-departements="63"' in texte
    texte = connecter(animatrice_b).get(page("territoire", neuf), {"q": "zzzz"}).content.decode()
    assert "Rien ne répond" in texte


def test_un_reseau_qui_partage_garde_une_commune(distribution, connecter, animatrice):
    codes = list(distribution.reseau.communes.values_list("code", flat=True))
    reponse = connecter(animatrice).post(
        page("territoire_retirer", distribution.reseau), {"commune": codes}, follow=True
    )
    assert "garde au moins une commune" in reponse.content.decode()
    assert distribution.reseau.communes.count() == len(codes)


def test_le_territoire_se_lit_en_autant_de_requetes(
    neuf, connecter, animatrice_b, nombre_de_requetes
):
    client = connecter(animatrice_b)
    client.post(page("territoire_ajouter", neuf), {"commune": ["63003"]})
    client.get(page("territoire", neuf))
    with nombre_de_requetes(10):
        client.get(page("territoire", neuf))
    client.post(page("territoire_ajouter", neuf), {"commune": ["63430", "43040", "63113"]})
    with nombre_de_requetes(10):
        texte = client.get(page("territoire", neuf)).content.decode()
    assert commune("43040").epci.nom in texte


# --- Les premières réunions ---------------------------------------------------------------------


def serie(**champs) -> dict:
    return {
        "jour": (aujourd_hui() + timedelta(days=20)).isoformat(),
        "heure": "09:30",
        "duree_minutes": "120",
        "lieu": "Salle du conseil",
        "nombre": "3",
        **champs,
    }


def test_voir_les_dates_puis_les_prendre(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    adresse = page("porteurs:reunion_serie", neuf)
    texte = client.post(adresse, serie()).content.decode()
    dates = re.findall('name="garder" value="([^"]+)"', texte)
    assert len(dates) == 3
    assert not Reunion.objects.filter(reseau=neuf).exists()
    reponse = client.post(adresse, serie(prevoir="oui", garder=dates[:2]))
    assert reponse["Location"] == page("modules", neuf)
    prevues = list(Reunion.objects.filter(reseau=neuf).order_by("debut"))
    assert [r.debut.astimezone(neuf.tz).isoformat() for r in prevues] == dates[:2]
    assert {r.lieu for r in prevues} == {"Salle du conseil"}
    texte = client.post(adresse, serie(prevoir="oui", garder=dates)).content.decode()
    assert "déjà prévue" in texte
    assert Reunion.objects.filter(reseau=neuf).count() == 2


def test_une_autre_premiere_date_se_remontre_avant_d_etre_prise(neuf, connecter, animatrice_b):
    client = connecter(animatrice_b)
    adresse = page("porteurs:reunion_serie", neuf)
    dates = re.findall(
        'name="garder" value="([^"]+)"', client.post(adresse, serie()).content.decode()
    )
    autre = (aujourd_hui() + timedelta(days=22)).isoformat()
    texte = client.post(adresse, serie(jour=autre, prevoir="oui", garder=dates)).content.decode()
    assert "Les dates" in texte
    assert autre in texte
    assert not Reunion.objects.filter(reseau=neuf).exists()
    texte = client.post(adresse, serie(prevoir="oui")).content.decode()
    assert "Gardez au moins une date" in texte


def test_la_serie_evite_les_feries_et_l_ete(neuf):
    # Le premier vendredi de mai 2026 est férié, et son rang se garde ensuite.
    dates = dates_de_serie(date(2026, 4, 3), time(9), 6, neuf, sans_ete=True)
    jours = [d.debut.date() for d in dates]
    assert jours == [
        date(2026, 4, 3),
        date(2026, 5, 15),
        date(2026, 6, 5),
        date(2026, 9, 4),
        date(2026, 10, 2),
        date(2026, 11, 6),
    ]
    assert "férié" in dates[1].raison
    # Un cinquième vendredi reste le dernier, même après un mois qui n'en a que quatre.
    jours = [d.debut.date() for d in dates_de_serie(date(2026, 1, 30), time(9), 3, neuf)]
    assert jours == [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 27)]


def test_l_invitation_acceptee_fait_entrer(neuf, distribution, connecter, animatrice_b):
    connecter(animatrice_b).post(page("lancement_personnes", neuf), lignes(neuf, personne(neuf)))
    invitation = Invitation.objects.get(email="nora@neuf.test")
    mandat = accepter(
        invitation=invitation, prenom="Nora", nom="Neuve", mot_de_passe="une phrase assez longue"
    )
    assert Mandat.objects.actifs(aujourd_hui()).filter(pk=mandat.pk).exists()
