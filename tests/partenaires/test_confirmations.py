"""La confirmation annuelle : demandée une fois, donnée en un geste, sans retirer de droits."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partenaires.models import ConfirmationAnnuelle, Convention, DepartSignale, Mandat, Structure
from partenaires.services.confirmations import Corrections, confirmer, demander_les_confirmations
from partenaires.services.fusions import defaire, reunir
from socle.acteur import acteur_de
from socle.courriels import genres
from socle.models import Courriel, LienSigne
from tests.fabriques import ConventionFabrique, MandatFabrique, StructureFabrique
from tests.fabriques.partenaires import aujourd_hui


def composer(courriel):
    return genres()["confirmation"].composer([courriel])[courriel.pk]


def adresses(message):
    return re.findall(re.escape(settings.SITE_URL) + r"(/confirmation/\S+/)", message.texte)


@pytest.fixture
def seul(distribution):
    """Toutes les structures viennent de confirmer, la démonstration comprise : seule S1 reste."""
    ConfirmationAnnuelle.objects.all().delete()
    Courriel.objects.filter(genre="confirmation").delete()
    ConfirmationAnnuelle.objects.bulk_create(
        ConfirmationAnnuelle(
            structure=structure,
            demandee_le=aujourd_hui(-10),
            confirmee_le=timezone.now() - timedelta(days=10),
            par=distribution.animatrice,
        )
        for structure in Structure.objects.exclude(pk=distribution.s1.pk)
    )
    return distribution


def confirmee(structure, il_y_a):
    return ConfirmationAnnuelle.objects.create(
        structure=structure,
        demandee_le=aujourd_hui(-il_y_a),
        confirmee_le=timezone.now() - timedelta(days=il_y_a),
        par=Mandat.objects.filter(structure=structure).first().utilisateur,
    )


@pytest.fixture
def adresse(seul):
    """L'adresse que reçoit l'administratrice de S1."""
    demander_les_confirmations()
    return adresses(composer(Courriel.objects.get(genre="confirmation")))[0]


# --- Demander ------------------------------------------------------------------------------


def test_la_demande_part_une_fois_puis_deux_rappels(seul):
    assert demander_les_confirmations() == 1
    assert demander_les_confirmations() == 0
    courriel = Courriel.objects.get(genre="confirmation")
    assert courriel.destinataire == seul.auteur
    assert "Rappel" not in composer(courriel).sujet
    for jours, nombre in ((14, 0), (15, 1), (16, 0), (30, 1), (31, 0), (90, 0)):
        assert demander_les_confirmations(aujourd_hui(jours)) == nombre, jours
    dernier = Courriel.objects.filter(genre="confirmation").latest("pk")
    assert composer(dernier).sujet.startswith("Rappel")


def test_une_absence_se_rattrape_sans_tout_envoyer_d_un_coup(seul):
    demander_les_confirmations()
    assert demander_les_confirmations(aujourd_hui(45)) == 1
    for jours in (45, 46, 60):
        assert demander_les_confirmations(aujourd_hui(jours)) == 0
    assert Courriel.objects.filter(genre="confirmation").count() == 2


@pytest.mark.parametrize(("il_y_a", "nombre"), [(364, 0), (366, 1)])
def test_un_an_entre_deux(il_y_a, nombre, seul):
    confirmee(seul.s1, il_y_a)
    assert demander_les_confirmations() == nombre


@pytest.mark.parametrize(("depuis", "nombre"), [(29, 0), (30, 1)])
def test_un_mois_pour_s_installer(depuis, nombre, seul):
    Convention.objects.filter(reseau=seul.reseau).update(periode=f"[{aujourd_hui(-depuis)},)")
    assert demander_les_confirmations() == nombre


def test_une_personne_un_seul_courriel_pour_toutes_ses_structures(seul):
    autre = StructureFabrique(nom="Atelier de la vallée")
    ConventionFabrique(reseau=seul.reseau, structures=[autre])
    ConventionFabrique(reseau=seul.reseau_b, structures=[autre])
    for reseau in (seul.reseau, seul.reseau_b):
        MandatFabrique(utilisateur=seul.auteur, structure=autre, reseau=reseau, administre=True)
    # Pas encore due, mais bientôt : elle vient avec.
    MandatFabrique(utilisateur=seul.collegue, structure=autre, reseau=seul.reseau)
    confirmee(autre, 340)
    assert demander_les_confirmations() == 1
    message = composer(Courriel.objects.get(genre="confirmation"))
    assert "2 structures" in message.sujet
    assert len(adresses(message)) == 2
    assert message.texte.count("Atelier de la vallée\n") == 1


def test_sans_personne_pour_l_administrer_elle_attend_sur_la_liste(seul, connecter):
    Mandat.objects.filter(structure=seul.s1).update(administre=False)
    assert demander_les_confirmations() == 0
    page = connecter(seul.animatrice).get(
        reverse("partenaires:personnes", args=[seul.reseau.slug]), {"vue": "confirmations"}
    )
    assert "aucun courriel n’est parti" in page.content.decode()


def test_confirmee_entre_temps_ou_droits_perdus_le_courriel_ne_part_pas(seul):
    demander_les_confirmations()
    courriel = Courriel.objects.get(genre="confirmation")
    assert composer(courriel)
    Mandat.objects.filter(utilisateur=seul.auteur).update(administre=False)
    assert composer(courriel) is None
    Mandat.objects.filter(utilisateur=seul.auteur).update(administre=True)
    confirmer(acteur=acteur_de(seul.auteur), structure=seul.s1, corrections=Corrections())
    assert composer(courriel) is None


# --- Confirmer par le lien -----------------------------------------------------------------


def test_le_lien_montre_et_n_agit_qu_au_geste(adresse, seul):
    visiteur = Client()
    page = visiteur.get(adresse)
    assert page["Cache-Control"].startswith("max-age=0") or "no-store" in page["Cache-Control"]
    texte = page.content.decode()
    assert "Chambre de la vallée" in texte
    assert "Colin" in texte
    assert "Violette" not in texte
    assert not ConfirmationAnnuelle.objects.donnees().filter(structure=seul.s1).exists()
    assert visiteur.post(adresse, {"geste": "exact"}).status_code == 200
    donnee = ConfirmationAnnuelle.objects.get(structure=seul.s1)
    assert (donnee.par, donnee.par_lien, donnee.nb_personnes) == (seul.auteur, True, 5)
    # Ni deux fois, ni pour autre chose.
    assert visiteur.get(adresse).status_code == 410
    assert visiteur.post(adresse, {"geste": "exact"}).status_code == 410
    assert ConfirmationAnnuelle.objects.filter(structure=seul.s1).count() == 1


def test_l_autre_administratrice_apprend_que_c_est_fait(seul):
    Mandat.objects.filter(utilisateur=seul.collegue).update(administre=True)
    demander_les_confirmations()
    liens = [adresses(composer(c))[0] for c in Courriel.objects.filter(genre="confirmation")]
    Client().post(liens[0], {"geste": "exact"})
    page = Client().get(liens[1])
    assert page.status_code == 410
    assert "C’est déjà fait" in page.content.decode()


@pytest.mark.parametrize("cas", ["forge", "expire", "droits", "autre_but"])
def test_un_lien_qui_ne_vaut_pas(cas, adresse, seul, marqueur):
    seul.s1.telephone = marqueur[:18]
    seul.s1.save()
    assert marqueur[:18] in Client().get(adresse).content.decode()
    if cas == "forge":
        adresse = reverse("partenaires:confirmation", args=["0" * 32 + ":forge"])
    elif cas == "expire":
        LienSigne.objects.update(expire_le=timezone.now())
    elif cas == "droits":
        Mandat.objects.filter(utilisateur=seul.auteur).update(administre=False)
    else:
        LienSigne.objects.update(but="invitation")
    for reponse in (Client().get(adresse), Client().post(adresse, {"geste": "exact"})):
        assert reponse.status_code == 410
        assert marqueur[:18] not in reponse.content.decode()
    assert not ConfirmationAnnuelle.objects.donnees().filter(structure=seul.s1).exists()


def envoi(seul, **champs):
    donnees = {"geste": "corriger", "email": "", "telephone": ""}
    for mandat in Mandat.objects.filter(structure=seul.s1).exclude(utilisateur=seul.echue):
        donnees[f"presence_{mandat.uuid}"] = "la"
        donnees[f"telephone_{mandat.uuid}"] = ""
    return donnees | champs


def test_les_corrections_se_font_sur_place_et_un_depart_attend(adresse, seul, connecter):
    parti, reste = seul.mandats["collegue"], seul.mandats["parrain"]
    page = (
        Client()
        .post(
            adresse,
            envoi(
                seul,
                telephone="04 65 71 00 99",
                competences_a_revoir="on",
                **{
                    f"presence_{parti.uuid}": "partie",
                    f"depuis_{parti.uuid}": aujourd_hui(-5).isoformat(),
                    f"telephone_{reste.uuid}": "06 39 98 00 44",
                },
            ),
        )
        .content.decode()
    )
    assert "Il reste un geste, connecté" in page
    seul.s1.refresh_from_db()
    reste.refresh_from_db()
    assert (seul.s1.telephone, reste.telephone) == ("04 65 71 00 99", "06 39 98 00 44")
    donnee = ConfirmationAnnuelle.objects.get(structure=seul.s1)
    assert (donnee.nb_personnes, donnee.competences_a_revoir) == (4, True)
    # Ses droits courent encore, jusqu'au geste d'une personne connectée.
    parti.refresh_from_db()
    assert parti.periode.upper is None
    depart = DepartSignale.objects.get(mandat=parti)
    assert depart.regle_le is None
    client = connecter(seul.animatrice)
    liste = client.get(
        reverse("partenaires:personnes", args=[seul.reseau.slug]), {"vue": "departs"}
    )
    assert "Colin" in liste.content.decode()
    client.post(reverse("partenaires:mandat_terminer", args=[seul.reseau.slug, parti.uuid]))
    depart.refresh_from_db()
    assert depart.regle_le


def test_un_telephone_tape_au_long_se_garde_par_le_lien(adresse, seul):
    mandat = seul.mandats["collegue"]
    champ = f"telephone_{mandat.uuid}"
    page = Client().post(adresse, envoi(seul, **{champ: "04 65 71 00 00 ext 12345678"}))
    assert "trop long" in str(page.context["form"].errors[champ])
    page = Client().post(
        adresse,
        envoi(seul, telephone="+33 (0) 4 65 71 00 99", **{champ: "+33 (0) 6 39 98 00 00"}),
    )
    assert page.status_code == 200
    seul.s1.refresh_from_db()
    mandat.refresh_from_db()
    assert (seul.s1.telephone, mandat.telephone) == ("04 65 71 00 99", "06 39 98 00 00")


def test_une_date_manquante_ou_a_venir_se_dit_et_garde_la_saisie(adresse, seul):
    parti = seul.mandats["collegue"]
    for date, phrase in (("", "Depuis quand"), (aujourd_hui(3).isoformat(), "est à venir")):
        page = Client().post(
            adresse,
            envoi(
                seul,
                email="accueil@vallee.test",
                **{f"presence_{parti.uuid}": "partie", f"depuis_{parti.uuid}": date},
            ),
        )
        assert phrase in str(page.context["form"].errors[f"depuis_{parti.uuid}"])
        assert "accueil@vallee.test" in page.content.decode()
    assert not DepartSignale.objects.exists()
    assert LienSigne.objects.get(but="confirmation").utilise_le is None


def test_le_lien_ne_touche_pas_a_ce_qui_n_est_pas_a_la_structure(adresse, seul):
    ailleurs = seul.mandats["voisine"]
    Client().post(
        adresse,
        envoi(
            seul,
            **{
                f"telephone_{ailleurs.uuid}": "06 39 98 00 55",
                f"presence_{ailleurs.uuid}": "partie",
                f"depuis_{ailleurs.uuid}": aujourd_hui(-5).isoformat(),
                "nom": "Autre nom",
            },
        ),
    )
    ailleurs.refresh_from_db()
    seul.s1.refresh_from_db()
    assert ailleurs.telephone == ""
    assert seul.s1.nom == "Chambre de la vallée"
    assert not DepartSignale.objects.exists()


# --- Confirmer connecté --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "statut"),
    [("collegue", 403), ("voisine", 403), ("elue", 403), ("etrangere", 404), ("auditrice", 404)],
)
def test_connecte_seuls_confirment_l_animation_et_qui_administre(nom, statut, seul, connecter):
    adresse = reverse("partenaires:structure_confirmer", args=[seul.reseau.slug, seul.s1.uuid])
    assert "Colin" in connecter(seul.auteur).get(adresse).content.decode()
    refus = connecter(getattr(seul, nom))
    assert refus.get(adresse).status_code == statut
    assert refus.post(adresse, {"geste": "exact"}).status_code == statut
    assert not ConfirmationAnnuelle.objects.donnees().filter(structure=seul.s1).exists()
    connecter(seul.animatrice).post(adresse, {"geste": "exact"})
    donnee = ConfirmationAnnuelle.objects.get(structure=seul.s1)
    assert (donnee.par, donnee.par_lien) == (seul.animatrice, False)
    assert demander_les_confirmations() == 0


@pytest.fixture
def de_deux_reseaux(seul, marqueur):
    """Le réseau du plateau a fait entrer S1, où travaille aussi une personne à lui seul."""
    ConventionFabrique(reseau=seul.reseau_b, structures=[seul.s1])
    MandatFabrique(
        utilisateur=seul.etrangere,
        structure=seul.s1,
        reseau=seul.reseau_b,
        fonction="parrain",
        telephone=marqueur[:18],
    )
    return seul


def test_l_animation_ne_relit_que_les_personnes_de_son_reseau(de_deux_reseaux, connecter, marqueur):
    d = de_deux_reseaux
    ici = reverse("partenaires:structure_confirmer", args=[d.reseau.slug, d.s1.uuid])
    la = reverse("partenaires:structure_confirmer", args=[d.reseau_b.slug, d.s1.uuid])
    page = connecter(d.animatrice_b).get(la).content.decode()
    assert marqueur[:18] in page
    assert "Colin" not in page
    page = connecter(d.animatrice).get(ici).content.decode()
    assert "Colin" in page
    assert marqueur[:18] not in page
    # Forcer les champs de l'autre réseau, ou les coordonnées de la structure, ne change rien.
    voisin = d.mandats["collegue"]
    forge = envoi(d, telephone="04 65 71 00 66", email="pirate@ailleurs.test") | {
        f"telephone_{voisin.uuid}": "06 39 98 00 77",
        f"presence_{voisin.uuid}": "partie",
        f"depuis_{voisin.uuid}": aujourd_hui(-5).isoformat(),
    }
    sienne = Mandat.objects.get(structure=d.s1, reseau=d.reseau_b)
    forge |= {f"presence_{sienne.uuid}": "la", f"telephone_{sienne.uuid}": "06 39 98 00 88"}
    assert connecter(d.animatrice_b).post(la, forge).status_code == 302
    for objet in (voisin, sienne, d.s1):
        objet.refresh_from_db()
    assert (voisin.telephone, sienne.telephone) == ("", "06 39 98 00 88")
    assert (d.s1.telephone, d.s1.email) == ("", "")
    assert not DepartSignale.objects.exists()
    # Qui administre la structure, lui, en tient les coordonnées.
    connecter(d.auteur).post(ici, forge)
    d.s1.refresh_from_db()
    assert d.s1.telephone == "04 65 71 00 66"


def test_le_lien_montre_les_reseaux_ou_la_personne_administre(de_deux_reseaux, marqueur):
    d = de_deux_reseaux
    demander_les_confirmations()
    lien = adresses(composer(Courriel.objects.get(genre="confirmation", destinataire=d.auteur)))[0]
    assert marqueur[:18] not in Client().get(lien).content.decode()
    MandatFabrique(
        utilisateur=d.auteur, structure=d.s1, reseau=d.reseau_b, fonction="elu", administre=True
    )
    page = Client().get(lien).content.decode()
    assert marqueur[:18] in page
    assert "Colin" in page


def test_toujours_la_efface_le_depart_signale(seul, connecter):
    confirmer(
        acteur=acteur_de(seul.auteur),
        structure=seul.s1,
        corrections=Corrections(departs={seul.mandats["collegue"].pk: aujourd_hui(-2)}),
    )
    adresse = reverse(
        "partenaires:depart_ecarter", args=[seul.reseau.slug, seul.mandats["collegue"].uuid]
    )
    assert connecter(seul.voisine).post(adresse).status_code == 403
    assert "toujours là" in connecter(seul.auteur).post(adresse, follow=True).content.decode()
    assert DepartSignale.objects.get().regle_le


# --- Deux fiches d'une même structure ------------------------------------------------------


@pytest.mark.parametrize(("il_y_a", "nombre"), [(30, 0), (366, 1)])
def test_confirmee_dans_l_annee_la_fiche_gardee_n_est_pas_redemandee(il_y_a, nombre, seul):
    confirmee(seul.s1, il_y_a)
    double = StructureFabrique(nom="Chambre de la vallée", type=seul.s1.type)
    ConventionFabrique(reseau=seul.reseau, structures=[double])
    MandatFabrique(structure=double, reseau=seul.reseau, administre=True)
    demande = ConfirmationAnnuelle.objects.create(structure=double, demandee_le=aujourd_hui(-3))
    avant = list(ConfirmationAnnuelle.objects.order_by("pk").values())
    fusion = reunir(acteur=acteur_de(seul.administratrice), gardee=seul.s1, absorbee=double)
    ouvertes = ConfirmationAnnuelle.objects.ouvertes()
    assert ouvertes.filter(structure=seul.s1).count() == nombre
    assert (demander_les_confirmations(aujourd_hui(1)) > 0) == bool(nombre)
    if not nombre:
        defaire(acteur=acteur_de(seul.administratrice), fusion=fusion)
        assert list(ConfirmationAnnuelle.objects.order_by("pk").values()) == avant
        assert ouvertes.get(structure=double) == demande


def test_le_lien_d_une_demande_qui_n_est_plus_le_dit(adresse, seul):
    connue = seul.s2
    fusion = reunir(acteur=acteur_de(seul.administratrice), gardee=connue, absorbee=seul.s1)
    for reponse in (Client().get(adresse), Client().post(adresse, {"geste": "exact"})):
        assert reponse.status_code == 410
        assert "deux fiches, réunies depuis" in reponse.content.decode()
    defaire(acteur=acteur_de(seul.administratrice), fusion=fusion)
    assert Client().get(adresse).status_code == 200


def test_reunir_deux_fiches_garde_une_confirmation_et_les_departs(seul):
    double = StructureFabrique(nom="Chambre de la vallée", type=seul.s1.type)
    ConventionFabrique(reseau=seul.reseau, structures=[double])
    mandat = MandatFabrique(
        utilisateur=seul.collegue, structure=double, reseau=seul.reseau, administre=True
    )
    for structure in (seul.s1, double):
        ConfirmationAnnuelle.objects.create(structure=structure, demandee_le=aujourd_hui())
    depart = DepartSignale.objects.create(
        mandat=mandat,
        confirmation=ConfirmationAnnuelle.objects.get(structure=double),
        depuis=aujourd_hui(-2),
        par=seul.auteur,
    )
    fusion = reunir(acteur=acteur_de(seul.administratrice), gardee=seul.s1, absorbee=double)
    assert ConfirmationAnnuelle.objects.ouvertes().filter(structure=seul.s1).count() == 1
    defaire(acteur=acteur_de(seul.administratrice), fusion=fusion)
    depart.refresh_from_db()
    assert depart.mandat == mandat
    assert depart.confirmation.structure == double
