"""L'adresse ouvre l'espace : qui la change, ce qui se ferme, et qui la confirme."""

import pytest
from django.urls import reverse

from porteurs.enums import RoleParticipation
from porteurs.models import AccordPartage, DemandeDroit, Participation
from porteurs.services import espace, partage, personnes
from porteurs.services.adresses import changer_adresse
from porteurs.services.conservation import archiver, fin_prevue
from socle.acteur import acteur_de
from socle.expedition import expedier_lot
from socle.models import Courriel
from socle.refus import Refus
from tests.fabriques import DossierFabrique, EchangeFabrique
from tests.fabriques.partage import AccordFabrique, DemandeAccesFabrique, ParticipationFabrique
from tests.fabriques.partenaires import aujourd_hui
from tests.porteurs.espace import espace_de

pytestmark = pytest.mark.django_db
AVANT, APRES = "avant@porteur.test", "apres@porteur.test"
PROJETS = "/mon-projet/projets/"


@pytest.fixture
def dossier(distribution, marqueur):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Projet {marqueur}",
        informe=True,
        porteur__email=AVANT,
        porteur__prenom="Zoé",
    )


@pytest.fixture
def suivi_par_s2(dossier, distribution):
    """La voisine, de S2, suit le dossier dont S1 répond."""
    demande = DemandeAccesFabrique(
        dossier=dossier, structure=distribution.s2, demandeur=distribution.voisine
    )
    partage.repondre_demande(
        acteur=acteur_de(distribution.auteur), demande=demande, accepte=True, jusqua=aujourd_hui(30)
    )
    return dossier


def part_de(dossier, rang=1) -> Participation:
    return dossier.participations.select_related("porteur", "dossier").get(rang=rang)


def changer(utilisateur, dossier, email):
    return personnes.modifier_personne(
        acteur=acteur_de(utilisateur),
        dossier=dossier,
        porteur=part_de(dossier).porteur,
        email=email,
        telephone_saisi="06 39 98 11 22",
    )


def voit(adresse: str, mot: str) -> bool:
    return mot in espace_de(adresse).get(PROJETS, follow=True).content.decode()


def composes(genre: str) -> list[Courriel]:
    expedier_lot(list(Courriel.objects.filter(genre=genre).values_list("pk", flat=True)))
    return list(Courriel.objects.filter(genre=genre).order_by("pk"))


def test_qui_suit_ne_detourne_pas_l_espace(connecter, suivi_par_s2, voisine, auteur, marqueur):
    for email in (APRES, ""):
        with pytest.raises(Refus, match="seule la structure qui répond"):
            changer(voisine, suivi_par_s2, email)
    assert voit(AVANT, marqueur)
    # Le téléphone, lui, se note ; et la page ne propose pas de changer l'adresse.
    assert changer(voisine, suivi_par_s2, AVANT).telephone == "+33639981122"
    adresse = reverse(
        "porteurs:personne_modifier",
        args=[suivi_par_s2.reseau.slug, suivi_par_s2.uuid, part_de(suivi_par_s2).porteur.uuid],
    )
    dit = "la structure qui répond du dossier la change"
    assert dit in connecter(voisine).get(adresse).content.decode()
    assert dit not in connecter(auteur).get(adresse).content.decode()


def test_une_adresse_changee_n_ouvre_rien_avant_d_etre_confirmee(
    connecter, dossier, auteur, voisine, marqueur
):
    changer(auteur, dossier, APRES)
    assert not voit(AVANT, marqueur)
    assert not voit(APRES, marqueur)
    espace.demander_l_entree(adresse=APRES, langue="fr")
    assert not Courriel.objects.filter(genre=espace.GENRE_ENTREE, adresse=APRES).exists()
    with pytest.raises(Refus, match="attend que la structure"):
        espace.inviter_porteur(
            acteur=acteur_de(auteur), dossier=dossier, porteur=part_de(dossier).porteur
        )
    (mot,) = composes("adresse_changee")
    assert mot.adresse == AVANT
    assert dossier.structure_responsable.nom in mot.corps_texte
    for tu in (marqueur, "Zoé", APRES):
        assert tu not in mot.corps_texte
    adresse = reverse(
        "porteurs:adresse_confirmer",
        args=[dossier.reseau.slug, dossier.uuid, part_de(dossier).uuid],
    )
    assert connecter(voisine).post(adresse, {}).status_code == 403
    client = connecter(auteur)
    assert APRES in client.get(adresse).content.decode()
    client.post(adresse, {})
    assert voit(APRES, marqueur)
    assert not voit(AVANT, marqueur)
    assert Courriel.objects.filter(genre=espace.GENRE_INVITATION, adresse=APRES).count() == 1


def test_confirmer_chez_soi_n_ouvre_pas_le_dossier_d_une_autre(dossier, distribution, auteur):
    ailleurs = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        porteur=part_de(dossier).porteur,
    )
    changer(auteur, dossier, APRES)
    espace.confirmer_adresse(acteur=acteur_de(auteur), participation=part_de(dossier))
    assert voit(APRES, dossier.intitule)
    assert espace_de(APRES).get(f"{PROJETS}{ailleurs.uuid}/").status_code == 404


def test_une_premiere_adresse_n_ouvre_que_chez_qui_repond(dossier, distribution):
    porteur = part_de(dossier).porteur
    porteur.email = ""
    changer_adresse(porteur, "Premiere@porteur.test", structures=[distribution.s2.pk])
    assert porteur.email == "premiere@porteur.test"
    assert part_de(dossier).adresse_a_confirmer_depuis is not None
    Participation.objects.filter(dossier=dossier).update(adresse_a_confirmer_depuis=None)
    porteur.email = ""
    changer_adresse(porteur, APRES, structures=[distribution.s1.pk])
    assert part_de(dossier).adresse_a_confirmer_depuis is None


def test_un_adulte_invente_n_est_pas_une_porte(suivi_par_s2, voisine, auteur, marqueur):
    def ajouter(utilisateur, role, email):
        return personnes.ajouter_adulte(
            acteur=acteur_de(utilisateur),
            dossier=suivi_par_s2,
            role=role,
            prenom="Karim",
            nom=f"Ajouté {email}",
            email=email,
            telephone_saisi="",
        )

    with pytest.raises(Refus, match="porte le projet"):
        ajouter(voisine, RoleParticipation.PORTEUR, "k1@porteur.test")
    ferme = ajouter(voisine, RoleParticipation.FOYER, "k2@porteur.test")
    assert not voit("k2@porteur.test", marqueur)
    espace.confirmer_adresse(acteur=acteur_de(auteur), participation=ferme)
    assert voit("k2@porteur.test", marqueur)
    ajouter(auteur, RoleParticipation.PORTEUR, "k3@porteur.test")
    # Un autre porteur du projet ne lit pas ce qui s'adresse en privé au principal.
    EchangeFabrique(dossier=suivi_par_s2, pour_porteur=True, prive=True, texte="Un logis discret")
    page = f"{PROJETS}{suivi_par_s2.uuid}/messages/"
    assert "Un logis discret" in espace_de(AVANT).get(page).content.decode()
    assert "Un logis discret" not in espace_de("k3@porteur.test").get(page).content.decode()


def test_un_adulte_qui_part_n_ouvre_pas_le_volet_prive(dossier, distribution, auteur):
    refusant = ParticipationFabrique(dossier=dossier, porteur__prenom="Noé")
    accord = AccordFabrique(participation=part_de(dossier), structure=distribution.s1)
    personnes.retirer_adulte(acteur=acteur_de(auteur), participation=refusant)
    assert AccordPartage.objects.get(pk=accord.pk).retire_le is not None


def test_un_geste_relit_la_part_sous_le_verrou(dossier, auteur):
    lue_avant = ParticipationFabrique(dossier=dossier, porteur__prenom="Noé")
    Participation.objects.filter(pk=lue_avant.pk).update(
        informe_le=aujourd_hui(-5), information_mode="oral", opposition_le=aujourd_hui(-1)
    )
    informer = {"acteur": acteur_de(auteur), "participation": lue_avant, "mode": "oral"}
    with pytest.raises(Refus, match="opposée"):
        personnes.informer_adulte(le=aujourd_hui(-3), **informer)
    Participation.objects.filter(pk=lue_avant.pk).delete()
    with pytest.raises(Refus, match="n’est plus dans le projet"):
        personnes.informer_adulte(le=aujourd_hui(), **informer)


def test_un_accord_note_s_annonce_a_qui_a_une_adresse(dossier, distribution, auteur):
    sans = ParticipationFabrique(dossier=dossier, porteur__prenom="Noé", porteur__email="")
    partage.noter_accords(
        acteur=acteur_de(auteur),
        dossier=dossier,
        structure=distribution.s1,
        adultes=[part_de(dossier), sans],
        mode="oral",
        donne_le=aujourd_hui(),
        jusqua=None,
    )
    (mot,) = composes("accord_note")
    assert mot.adresse == AVANT
    assert distribution.s1.nom in mot.corps_texte
    assert "/mon-projet/" in mot.corps_texte
    assert part_de(dossier).porteur.nom not in mot.corps_texte


def test_la_fin_prevue_suit_l_archive(dossier, auteur):
    contact = aujourd_hui(-90).replace(day=15)
    dossier.dernier_contact_le = contact
    dossier.save(update_fields=["dernier_contact_le"])
    assert fin_prevue(dossier) == contact.replace(year=contact.year + 2)
    archive = archiver(
        acteur=acteur_de(auteur),
        dossier=dossier,
        motif="Un contentieux est en cours devant le tribunal.",
        jusqua=aujourd_hui(1700),
    )
    assert fin_prevue(dossier) == archive.jusqua


def test_une_demande_de_copie_attend_sur_le_tableau(connecter, dossier, auteur, voisine):
    DemandeDroit.objects.create(
        dossier=dossier,
        porteur=part_de(dossier).porteur,
        nature="copie",
        echeance=aujourd_hui(20),
    )
    titre = "titre-droits-demandes"
    assert titre in connecter(auteur).get("/tableau/", follow=True).content.decode()
    assert titre not in connecter(voisine).get("/tableau/", follow=True).content.decode()
