"""La fin d'une convention : rappelée à temps, suivie d'un déplacement, puis constatée."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.courriels.conventions import GENRES
from partenaires.enums import EtatConvention, Fonction
from partenaires.models import Convention
from partenaires.services.avenants import ajouter_avenant
from partenaires.services.conventions import constater_les_fins, denoncer_convention
from partenaires.services.conventions_fins import palier, rappeler_les_conventions
from partenaires.signals import convention_va_finir
from partenaires.tasks import suivre_les_conventions
from socle.acteur import acteur_de
from socle.models import Battement, Courriel
from tests.fabriques import (
    AffectationFabrique,
    ConventionFabrique,
    DossierFabrique,
    MandatFabrique,
    StructureFabrique,
    UtilisateurFabrique,
)
from tests.fabriques.partenaires import aujourd_hui

pytestmark = pytest.mark.django_db
FIN = {g.code: g for g in GENRES}["convention_fin"]


@pytest.fixture
def convention(distribution, marqueur):
    return ConventionFabrique(
        reseau=distribution.reseau,
        structures=[distribution.s1],
        intitule=f"Convention {marqueur}",
        periode=DateRange(aujourd_hui(-300), aujourd_hui(60)),
    )


def deposes():
    return Courriel.objects.filter(genre="convention_fin")


def test_les_paliers():
    fin = aujourd_hui(200)
    attendu = {110: 90, 169: 90, 170: 30, 199: 30, 109: None, 200: None, 201: None}
    assert {j: palier(fin, aujourd_hui(j)) for j in attendu} == attendu


def test_un_rappel_par_palier_et_jamais_deux_fois(distribution, convention):
    reseau = distribution.reseau
    assert rappeler_les_conventions(reseau) == 2
    # L'animatrice, et l'auteur qui administre S1 ; la collègue n'en sait rien.
    recus = set(deposes().values_list("destinataire__email", flat=True))
    assert recus == {distribution.animatrice.email, distribution.auteur.email}
    assert rappeler_les_conventions(reseau) == 0
    convention.refresh_from_db()
    convention.periode = DateRange(convention.debut, aujourd_hui(20))
    convention.fin_rappelee = aujourd_hui(20)
    convention.save(update_fields=["periode", "fin_rappelee"])
    assert rappeler_les_conventions(reseau) == 2
    assert rappeler_les_conventions(reseau) == 0


def test_une_fin_repoussee_se_rappelle(distribution, convention):
    rappeler_les_conventions(distribution.reseau)
    Convention.objects.filter(pk=convention.pk).update(
        periode=DateRange(convention.debut, aujourd_hui(80))
    )
    assert rappeler_les_conventions(distribution.reseau) == 2


def test_le_courriel_ne_dit_que_ce_que_la_personne_peut_encore_lire(
    distribution, convention, marqueur
):
    rappeler_les_conventions(distribution.reseau)
    courriels = list(deposes().order_by("pk"))
    messages = FIN.composer(courriels)
    assert all(marqueur in messages[c.pk].texte for c in courriels)
    # Elle n'administre plus sa structure : son courriel n'a plus rien à dire.
    mandat = distribution.mandats["auteur"]
    mandat.administre = False
    mandat.save(update_fields=["administre"])
    messages = FIN.composer(courriels)
    sien = next(c for c in courriels if c.destinataire_id == distribution.auteur.pk)
    autre = next(c for c in courriels if c != sien)
    assert messages[sien.pk] is None
    assert marqueur in messages[autre.pk].texte
    Convention.objects.filter(pk=convention.pk).update(periode=DateRange(convention.debut, None))
    assert FIN.composer([autre]) == {autre.pk: None}


def test_la_composition_ne_grandit_pas_avec_le_lot(distribution, convention, nombre_de_requetes):
    rappeler_les_conventions(distribution.reseau)
    un, *_ = courriels = list(deposes())
    with nombre_de_requetes(4):
        FIN.composer([un])
    with nombre_de_requetes(4):
        FIN.composer(courriels)


def test_une_fin_passee_se_constate_et_la_tache_bat(distribution, convention):
    Convention.objects.filter(pk=convention.pk).update(
        periode=DateRange(convention.debut, aujourd_hui())
    )
    suivre_les_conventions()
    suivre_les_conventions()
    convention.refresh_from_db()
    assert convention.etat == EtatConvention.ECHUE
    assert Battement.objects.filter(nom="partenaires.suivre_les_conventions").exists()


def test_une_denonciation_devient_denoncee_le_jour_venu(distribution, convention):
    denoncer_convention(convention=convention, dernier_jour=aujourd_hui(3), motif="Elle part.")
    assert constater_les_fins(distribution.reseau) == 0
    Convention.objects.filter(pk=convention.pk).update(
        periode=DateRange(convention.debut, aujourd_hui())
    )
    assert constater_les_fins(distribution.reseau) == 1
    convention.refresh_from_db()
    assert convention.etat == EtatConvention.DENONCEE


def test_le_deplacement_precede_le_constat(distribution, convention):
    """Le signal trouve la convention encore en vigueur ; s'il échoue, rien n'est constaté."""
    Convention.objects.filter(pk=convention.pk).update(
        periode=DateRange(convention.debut, aujourd_hui())
    )
    etats = []

    def ecouter(sender, reseau_id, **kwargs):
        etats.append(Convention.objects.get(pk=convention.pk).etat)
        if len(etats) == 1:
            raise RuntimeError("la base dort")

    convention_va_finir.connect(ecouter)
    try:
        with pytest.raises(RuntimeError):
            constater_les_fins(distribution.reseau)
        assert Convention.objects.get(pk=convention.pk).etat == EtatConvention.SIGNEE
        constater_les_fins(distribution.reseau)
    finally:
        convention_va_finir.disconnect(ecouter)
    assert etats == [EtatConvention.SIGNEE, EtatConvention.SIGNEE]
    assert Convention.objects.get(pk=convention.pk).etat == EtatConvention.ECHUE


@pytest.fixture
def partante(distribution):
    """Une structure que seule sa convention lie au réseau, son technicien, son dossier suivi."""
    structure = StructureFabrique(nom="Structure qui part")
    convention = ConventionFabrique(reseau=distribution.reseau, structures=[structure])
    mandat = MandatFabrique(
        utilisateur=UtilisateurFabrique(),
        structure=structure,
        reseau=distribution.reseau,
        fonction=Fonction.TECHNICIEN,
    )
    dossier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=structure, informe=True
    )
    AffectationFabrique(dossier=dossier, mandat=mandat, acceptee=True)
    return structure, convention, mandat, dossier


def test_denoncer_pour_demain_deplace_d_abord_les_dossiers(distribution, partante, valider):
    _, convention, mandat, dossier = partante
    with valider():
        denoncer_convention(convention=convention, dernier_jour=aujourd_hui(), motif="Elle part.")
    dossier.refresh_from_db()
    assert dossier.structure_responsable == distribution.s2
    assert not dossier.affectations.en_cours().exists()
    # Ses droits courent encore ce soir ; demain, ils auront cessé sans qu'on y touche.
    assert acteur_de(mandat.utilisateur).mandats
    assert not type(mandat).objects.actifs(aujourd_hui(1)).filter(pk=mandat.pk).exists()


def test_denoncer_de_loin_ne_deplace_rien_encore(distribution, partante, valider):
    structure, convention, _, dossier = partante
    with valider():
        denoncer_convention(convention=convention, dernier_jour=aujourd_hui(40), motif="x")
    dossier.refresh_from_db()
    assert dossier.structure_responsable == structure


def test_un_retrait_par_avenant_deplace_la_veille(distribution, partante, valider):
    structure, convention, mandat, dossier = partante
    convention.parties.create(structure=distribution.s1)
    with valider():
        ajouter_avenant(
            acteur=acteur_de(distribution.animatrice),
            convention=convention,
            revision=1,
            objet="Elle se retire",
            texte="",
            effet=aujourd_hui(1),
            sorties=[structure],
        )
    dossier.refresh_from_db()
    assert dossier.structure_responsable == distribution.s2
    assert acteur_de(mandat.utilisateur).mandats
    convention.parties.filter(structure=structure).update(
        retrait_le=aujourd_hui() - timedelta(days=1)
    )
    assert not acteur_de(mandat.utilisateur).mandats
