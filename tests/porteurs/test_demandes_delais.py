"""Ce que le temps fait aux demandes : jours ouvrés, tours de permanence, alertes, purge."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Etape
from partenaires.models import Competence, Mandat, StructureCommune, Theme
from porteurs import jours_ouvres
from porteurs.enums import EtatDemande, MotifCloture
from porteurs.models import Demande, PermanenceEpci, TransmissionDemande
from porteurs.services import demandes_delais, permanences
from porteurs.services.aiguillage import structure_pour
from porteurs.services.demandes import rapprocher
from socle.expedition import expedier_lot
from socle.models import Courriel
from tests.fabriques import DossierFabrique, MandatFabrique, StructureFabrique, commune
from tests.fabriques.demandes import DemandeFabrique, permanence
from tests.fabriques.distribution import distribuer

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("jour", "nombre", "attendu"),
    [
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        # Un vendredi soir : trois jours ouvrés, c'est mercredi.
        (date(2026, 3, 6), 3, date(2026, 3, 11)),
        # Le 1ᵉʳ et le 8 mai, et l'Ascension le 14.
        (date(2026, 4, 30), 5, date(2026, 5, 11)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_les_jours_ouvres_sautent_feries_et_fins_de_semaine(jour, nombre, attendu):
    assert jours_ouvres.apres(jour, nombre, PARIS) == attendu
    assert jours_ouvres.restants(jour, attendu, PARIS) == nombre
    assert jours_ouvres.restants(attendu, jour, PARIS) == -nombre + (
        not jours_ouvres.ouvre(jour, PARIS)
    )


def test_le_territoire_a_ses_feries():
    abolition = date(2026, 5, 22)
    assert jours_ouvres.ouvre(abolition, PARIS)
    assert not jours_ouvres.ouvre(abolition, "America/Martinique")


# --- À qui -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_la_permanence_tourne_et_saute_qui_n_a_personne(distribution):
    d = distribution
    vide = StructureFabrique(nom="Sans technicien")
    permanence(d.reseau, d.s1, vide, d.s2)
    recues = [structure_pour(d.reseau, commune()) for _ in range(4)]
    assert recues == [d.s1, d.s2, d.s1, d.s2]


@pytest.mark.django_db
def test_reecrire_l_ordre_ne_fait_pas_repasser_la_meme(distribution):
    d = distribution
    permanence(d.reseau, d.s1, d.s2)
    assert structure_pour(d.reseau, commune()) == d.s1
    permanences.tenir(reseau=d.reseau, epci=commune().epci, structures=[d.s2, d.s1])
    assert structure_pour(d.reseau, commune()) == d.s2
    permanences.tenir(reseau=d.reseau, epci=commune().epci, structures=[])
    assert not PermanenceEpci.objects.filter(reseau=d.reseau).exists()


@pytest.mark.django_db
def test_sans_permanence_qui_accueille_les_idees_la_plus_locale_d_abord(distribution):
    d = distribution
    theme = Theme.objects.filter(reseau=None).first()
    Competence.objects.create(structure=d.s2, theme=theme, etape=Etape.IDEE)
    assert structure_pour(d.reseau, commune()) == d.s2
    Competence.objects.create(structure=d.s1, theme=theme, etape=Etape.IDEE)
    StructureCommune.objects.create(structure=d.s1, commune=commune())
    assert structure_pour(d.reseau, commune()) == d.s1
    # Elle ne sert qu'Ambert : Thiers va à l'autre.
    assert structure_pour(d.reseau, commune("63430")) == d.s2


@pytest.mark.django_db
def test_a_defaut_la_coordination_puis_l_animation(distribution):
    d = distribution
    Competence.objects.filter(structure__in=[d.s1, d.s2]).delete()
    assert structure_pour(d.reseau, commune()) == d.s2
    Mandat.objects.filter(pk=d.mandats["voisine"].pk).delete()
    assert structure_pour(d.reseau, commune()) is None


def test_deux_demandes_au_meme_instant_ne_vont_pas_a_la_meme(base_clonee):
    d = distribuer()
    permanence(d.reseau, d.s1, d.s2)
    depart, recues = Barrier(2), []

    def prendre_son_tour():
        try:
            depart.wait(timeout=10)
            with transaction.atomic():
                recues.append(structure_pour(d.reseau, commune()).pk)
        finally:
            connection.close()

    fils = [Thread(target=prendre_son_tour) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(timeout=30)
    assert sorted(recues) == sorted([d.s1.pk, d.s2.pk])


@pytest.mark.django_db
def test_l_animation_tient_les_permanences_et_le_delai(connecter, animatrice, auteur, distribution):
    d = distribution
    page = reverse("porteurs:permanences", args=[d.reseau.slug])
    client = connecter(animatrice)
    assert commune().epci.nom in client.get(page).content.decode()
    assert connecter(auteur).get(page).status_code == 403
    une = reverse("porteurs:permanence", args=[d.reseau.slug, commune().epci.code])
    double = client.post(une, {"place_1": d.s1.pk, "place_2": d.s1.pk})
    assert "Une structure n’a qu’une place" in double.content.decode()
    assert client.post(une, {"place_1": d.s3.pk}).status_code == 200
    assert client.post(une, {"place_1": d.s2.pk, "place_2": d.s1.pk}).status_code == 302
    tenue = PermanenceEpci.objects.get(reseau=d.reseau)
    assert [t.structure for t in tenue.tours.order_by("rang")] == [d.s2, d.s1]
    autre = reverse("porteurs:permanence", args=[d.reseau.slug, commune("43040").epci.code])
    assert client.get(autre).status_code == 404
    assert "au plus tard" in client.post(page, {"delai": 2, "alerte": 4}).content.decode()
    assert client.post(page, {"delai": 8, "alerte": 2}).status_code == 302
    assert permanences.reglage_de(d.reseau).delai == 8


# --- Prévenir ----------------------------------------------------------------------------------


def partis(genre):
    expedier_lot(list(Courriel.objects.filter(genre=genre).values_list("pk", flat=True)))
    return {
        c.destinataire_id: c for c in Courriel.objects.filter(genre=genre).exclude(corps_texte="")
    }


@pytest.mark.django_db
def test_l_alerte_va_a_la_structure_une_seule_fois(distribution, marqueur):
    d = distribution
    demande = DemandeFabrique(
        reseau=d.reseau,
        structure=d.s1,
        nom="Petitjean-Secretin",
        projet=f"Projet {marqueur}",
        alerte_le=d.reseau.aujourd_hui(),
    )
    DemandeFabrique(reseau=d.reseau, structure=d.s2)
    demandes_delais.suivre_les_demandes(d.reseau)
    demandes_delais.suivre_les_demandes(d.reseau)
    alertes = partis("demandes_alerte")
    assert set(alertes) == {d.auteur.pk, d.collegue.pk}
    texte = alertes[d.auteur.pk].corps_texte
    assert marqueur in texte
    assert str(demande.uuid) in texte
    assert "Petitjean-Secretin" not in texte
    assert demande.telephone_saisi not in texte
    assert not Courriel.objects.filter(genre="demandes_retard").exists()


@pytest.mark.django_db
def test_le_retard_se_dit_a_l_animation_et_se_tait_si_l_on_repond(distribution, marqueur):
    d = distribution
    demande = DemandeFabrique(
        reseau=d.reseau, structure=d.s1, projet=f"Projet {marqueur}", en_retard=True
    )
    prise = DemandeFabrique(reseau=d.reseau, structure=d.s1, projet="Repondue", en_retard=True)
    demandes_delais.suivre_les_demandes(d.reseau)
    Demande.objects.filter(pk=prise.pk).update(
        etat=EtatDemande.CLOSE, motif=MotifCloture.DEJA, repondue_le=timezone.now()
    )
    retards = partis("demandes_retard")
    assert set(retards) == {d.animatrice.pk}
    assert marqueur in retards[d.animatrice.pk].corps_texte
    assert "Repondue" not in retards[d.animatrice.pk].corps_texte
    assert demande.nom not in retards[d.animatrice.pk].corps_texte


@pytest.mark.django_db
def test_une_structure_qui_n_a_plus_personne_rend_ses_demandes(distribution):
    d = distribution
    Competence.objects.filter(structure__in=[d.s1, d.s2]).delete()
    seule = StructureFabrique(nom="Elle s’en va")
    demande = DemandeFabrique(reseau=d.reseau, structure=seule)
    assert demandes_delais.reprendre_les_orphelines(d.reseau) == 1
    assert demandes_delais.reprendre_les_orphelines(d.reseau) == 0
    demande.refresh_from_db()
    assert demande.structure == d.s2
    assert demande.transmissions.get().de == seule


@pytest.mark.django_db
def test_une_personne_partie_ne_recoit_plus_rien(distribution):
    d = distribution
    mandat = MandatFabrique(reseau=d.reseau, structure=d.s1)
    DemandeFabrique(reseau=d.reseau, structure=d.s1, alerte_le=d.reseau.aujourd_hui())
    demandes_delais.suivre_les_demandes(d.reseau)
    assert Courriel.objects.filter(
        genre="demandes_alerte", destinataire=mandat.utilisateur
    ).exists()
    mandat.delete()
    assert mandat.utilisateur_id not in partis("demandes_alerte")


# --- Purger ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_six_mois_apres_la_personne_s_efface_et_la_ligne_reste(distribution):
    d = distribution
    vieux = timezone.now() - timedelta(days=190)
    recent = timezone.now() - timedelta(days=170)
    commun = {"reseau": d.reseau, "structure": d.s1, "nom": "Petitjean", "message": "Un mot"}
    muette = DemandeFabrique(**commun, recue_le=vieux)
    close = DemandeFabrique(**commun, close=True, recue_le=vieux, repondue_le=vieux)
    dossier = DossierFabrique(reseau=d.reseau, structure_responsable=d.s1)
    prise = DemandeFabrique(
        **commun, etat=EtatDemande.PRISE, dossier=dossier, recue_le=vieux, repondue_le=vieux
    )
    fraiche = DemandeFabrique(**commun, recue_le=recent)
    close_tard = DemandeFabrique(**commun, close=True, recue_le=vieux, repondue_le=recent)
    TransmissionDemande.objects.create(demande=close, vers=d.s1, motif="Un motif")
    for demande in (fraiche, close_tard):
        rapprocher(demande)
    assert fraiche.rapprochements.count() == 4
    autres = demandes_delais.purger_les_demandes()
    assert autres >= 3
    assert demandes_delais.purger_les_demandes() == 0
    for demande in (muette, close, prise):
        demande.refresh_from_db()
        assert demande.purgee_le
        assert [c for c in Demande.PERSONNELLES if getattr(demande, c)] == []
    assert (muette.etat, muette.motif) == (EtatDemande.CLOSE, MotifCloture.SANS_REPONSE)
    assert (prise.etat, prise.dossier) == (EtatDemande.PRISE, dossier)
    assert close.transmissions.get().motif == ""
    for demande in (fraiche, close_tard):
        demande.refresh_from_db()
        assert (demande.nom, demande.purgee_le) == ("Petitjean", None)
    assert {r.autre for r in fraiche.rapprochements.all()} == {close_tard}
