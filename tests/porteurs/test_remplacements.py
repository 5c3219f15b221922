"""Une absence : les rappels vont aussi à qui remplace, les droits ne bougent pas."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from porteurs.agenda import attendus
from porteurs.models import Remplacement
from porteurs.services.remplacements import a_prevenir, absents, declarer, terminer
from porteurs.tuiles_remplacements import a_la_place
from socle.acteur import acteur_de
from socle.refus import Refus
from socle.tuiles import tuiles_de
from tests.fabriques import ActionFabrique, AffectationFabrique, DossierFabrique
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db


def absenter(distribution, du=0, au=7, **plus) -> Remplacement:
    """L'auteur s'absente, la collègue prend la suite."""
    valeurs = {
        "acteur": acteur_de(distribution.auteur),
        "mandat": distribution.mandats["auteur"],
        "remplacant": distribution.collegue,
        "du": aujourd_hui(du),
        "au": aujourd_hui(au),
    }
    return declarer(**valeurs | plus)


def siens(distribution):
    """Les absences du réseau de l'essai, celles de la démonstration exceptées."""
    return Remplacement.objects.filter(reseau=distribution.reseau)


def test_qui_remplace_recoit_les_rappels_et_rien_de_plus(distribution, nombre_de_requetes):
    jour, reseau = aujourd_hui(), distribution.reseau
    auteur, collegue = distribution.auteur, distribution.collegue
    absence = absenter(distribution)
    with nombre_de_requetes(1):
        assert absents([auteur.pk, collegue.pk], jour) == {auteur.pk: absence}
    assert a_prevenir([auteur.pk, collegue.pk], jour, reseau.pk) == {
        auteur.pk: [auteur.pk, collegue.pk],
        collegue.pk: [collegue.pk],
    }
    # Finie par sa date, sans tâche ; elle commence de même.
    assert absents([auteur.pk], jour + timedelta(days=8)) == {}
    assert absents([auteur.pk], jour - timedelta(days=1)) == {}


def test_la_tuile_montre_ce_qui_attend_la_personne_absente(distribution):
    dossier = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    ActionFabrique(dossier=dossier, responsable=distribution.auteur, libelle="Rappeler la mairie")
    ailleurs = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s2)
    ActionFabrique(dossier=ailleurs, responsable=distribution.auteur, libelle="Hors de sa vue")
    assert tuiles_de(acteur_de(distribution.collegue), [a_la_place]) == []
    absenter(distribution)
    tuile = a_la_place(acteur_de(distribution.collegue))
    (place,) = tuile.contexte["places"]
    assert [a.libelle for a in place["actions"]] == ["Rappeler la mairie"]
    assert tuile.attentes == 1
    assert tuiles_de(acteur_de(distribution.voisine), [a_la_place]) == []


def test_l_ordre_du_jour_de_qui_remplace_compte_ses_dossiers(distribution, nombre_de_requetes):
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s2,
        avec_referent=distribution.mandats["auteur"],
    )
    collegue, jour = distribution.collegue.pk, aujourd_hui()
    assert attendus([collegue], distribution.reseau.pk, jour) == {}
    absenter(distribution)
    with nombre_de_requetes(1):
        assert attendus([collegue], distribution.reseau.pk, jour) == {collegue: {dossier.pk}}
    assert attendus([collegue], distribution.reseau.pk, jour + timedelta(days=30)) == {}


def test_ce_qui_ne_tient_pas_se_dit(distribution):
    absenter(distribution)
    with pytest.raises(Refus, match="déjà une partie"):
        absenter(distribution, 5, 12)
    with pytest.raises(Refus, match="avant le premier"):
        absenter(distribution, 20, 15)
    with pytest.raises(Refus, match="déjà finie"):
        absenter(distribution, -10, -5)
    with pytest.raises(Refus, match="soi-même"):
        absenter(distribution, 20, 25, remplacant=distribution.auteur)
    with pytest.raises(Refus, match="n’agit pas pour cette structure"):
        absenter(distribution, 20, 25, remplacant=distribution.voisine)
    # La collègue ne part pas pendant qu'elle remplace quelqu'un qui la remplacerait.
    with pytest.raises(Refus, match="s’absente aussi"):
        absenter(
            distribution, 3, 5, mandat=distribution.mandats["collegue"],
            remplacant=distribution.auteur,
        )  # fmt: skip
    assert siens(distribution).count() == 1


def test_la_base_refuse_deux_absences_a_la_fois(distribution):
    absence = absenter(distribution)
    with pytest.raises(IntegrityError), transaction.atomic():
        Remplacement.objects.create(
            reseau=absence.reseau, structure=absence.structure, absent=absence.absent,
            periode=DateRange(aujourd_hui(7), aujourd_hui(9)),
        )  # fmt: skip


def test_un_retour_avance_garde_ce_qui_fut(distribution):
    acteur = acteur_de(distribution.auteur)
    en_cours = absenter(distribution)
    Remplacement.objects.filter(pk=en_cours.pk).update(
        periode=DateRange(aujourd_hui(-3), aujourd_hui(8))
    )
    assert terminer(acteur=acteur, remplacement=en_cours)
    en_cours.refresh_from_db()
    assert en_cours.periode == DateRange(aujourd_hui(-3), aujourd_hui())
    assert not terminer(acteur=acteur, remplacement=en_cours)
    a_venir = absenter(distribution, 10, 12)
    assert terminer(acteur=acteur, remplacement=a_venir)
    assert not Remplacement.objects.filter(pk=a_venir.pk).exists()


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_des_absences(distribution, connecter, nombre_de_requetes, nombre):
    for rang in range(nombre):
        absenter(distribution, 10 * rang, 10 * rang + 2, mot=f"Mot {rang}")
    page = reverse("porteurs:remplacements", args=[distribution.reseau.slug])
    client = connecter(distribution.collegue)
    client.get(page)
    with nombre_de_requetes(5):
        lu = client.get(page).content.decode()
    assert all(f"Mot {rang}" in lu for rang in range(nombre))
    # La collègue voit l'absence, sans pouvoir y mettre fin ; la voisine ne la voit pas.
    fin = reverse(
        "porteurs:remplacement_terminer",
        args=[distribution.reseau.slug, siens(distribution).first().uuid],
    )
    assert client.post(fin).status_code == 403
    assert connecter(distribution.voisine).post(fin).status_code == 404
    assert "Mot 0" not in connecter(distribution.voisine).get(page).content.decode()
    assert connecter(distribution.auteur).post(fin).status_code == 302


def test_un_technicien_ne_declare_pas_l_absence_d_une_autre(distribution, connecter):
    page = reverse("porteurs:remplacement_declarer", args=[distribution.reseau.slug])
    donnees = {
        "mandat": distribution.mandats["auteur"].pk,
        "remplacant": distribution.mandats["collegue"].pk,
        "du": aujourd_hui(1).isoformat(),
        "au": aujourd_hui(3).isoformat(),
    }
    assert connecter(distribution.collegue).post(page, donnees).status_code == 200
    assert not siens(distribution).exists()
    assert connecter(distribution.auteur).post(page, donnees).status_code == 302
    assert siens(distribution).get().remplacant == distribution.collegue


def test_un_role_propose_pendant_l_absence_se_voit(distribution):
    dossier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, informe=True
    )
    AffectationFabrique(dossier=dossier, mandat=distribution.mandats["auteur"])
    absenter(distribution)
    (place,) = a_la_place(acteur_de(distribution.collegue)).contexte["places"]
    assert [p.dossier for p in place["propositions"]] == [dossier]


def test_la_page_du_dossier_dit_qui_prend_la_suite(distribution, connecter):
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        avec_referent=distribution.mandats["auteur"],
    )
    page = reverse("porteurs:dossier", args=[distribution.reseau.slug, dossier.uuid])
    client = connecter(distribution.collegue)
    assert "prend la suite" not in client.get(page).content.decode()
    absenter(distribution)
    assert (
        f"{distribution.collegue.nom_complet} prend la suite" in client.get(page).content.decode()
    )
