"""La distribution voit ce qu'elle doit voir : le socle de tous les autres essais."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from porteurs.enums import Audience
from porteurs.models import Dossier, Echange
from porteurs.services.acces import ecarts
from socle.acteur import acteur_de
from tests.fabriques import (
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    RelaisFabrique,
    ReunionFabrique,
)


def visibles(personne):
    return set(Dossier.objects.visible_par(acteur_de(personne)))


def test_un_dossier_ferme_reste_dans_sa_structure(distribution):
    d = distribution
    dossier = DossierFabrique(reseau=d.reseau, structure_responsable=d.s1)
    assert {n for n in vars(d) if n in d.mandats and dossier in visibles(getattr(d, n))} == {
        "auteur",
        "collegue",
    }


def test_un_dossier_informe_se_lit_dans_le_reseau_et_pas_ailleurs(distribution):
    d = distribution
    dossier = DossierFabrique(reseau=d.reseau, structure_responsable=d.s1, informe=True)
    assert {n for n in d.mandats if dossier in visibles(getattr(d, n))} == {
        "auteur",
        "collegue",
        "voisine",
        "animatrice",
    }
    assert dossier not in visibles(d.administratrice)


def test_les_traits_donnent_des_lignes_justes(distribution):
    d = distribution
    lieu = {"reseau": d.reseau, "structure_responsable": d.s1}
    dossiers = [
        DossierFabrique(**lieu, informe=True, dormant=True),
        DossierFabrique(**lieu, oppose=True),
        DossierFabrique(**lieu, clos=True),
        DossierFabrique(**lieu, avec_referent=d.mandats["voisine"]),
        RelaisFabrique(dossier=DossierFabrique(**lieu, informe=True), vers=d.s2).dossier,
        AffectationFabrique(
            dossier=DossierFabrique(**lieu, informe=True), mandat=d.mandats["parrain"]
        ).dossier,
    ]
    assert ecarts(Dossier.objects.filter(pk__in=[x.pk for x in dossiers])) == []
    il_y_a_trente_jours = timezone.now() - timedelta(days=30)
    assert list(Dossier.objects.filter(reseau=d.reseau).dormants(il_y_a_trente_jours)) == []
    assert list(Dossier.objects.filter(reseau=d.reseau).dormants(timezone.now())) == dossiers[:1]
    assert visibles(d.voisine) == {dossiers[0], dossiers[3], dossiers[4], dossiers[5]}


def test_l_audience_d_un_echange_borne_ses_lecteurs(distribution):
    d = distribution
    dossier = DossierFabrique(reseau=d.reseau, structure_responsable=d.s1, informe=True)
    for audience in Audience:
        EchangeFabrique(dossier=dossier, audience=audience, auteur=d.auteur)

    def lus(personne):
        echanges = Echange.objects.visible_par(acteur_de(personne)).filter(dossier=dossier)
        return set(echanges.values_list("audience", flat=True))

    assert lus(d.auteur) == set(Audience)
    assert lus(d.voisine) == {Audience.RESEAU}
    assert lus(d.etrangere) == set()


def test_une_base_clonee_valide_ses_transactions(base_clonee, distribution):
    reunion = ReunionFabrique(reseau=distribution.reseau)
    assert not connection.in_atomic_block
    connection.close()
    reunion.refresh_from_db()
    assert reunion.reseau_id == distribution.reseau.pk


def test_une_base_sans_demonstration_n_a_aucun_compte(base_sans_demonstration):
    from partenaires.models import Commune
    from socle.models import Utilisateur

    assert not Utilisateur.objects.exists()
    assert Commune.objects.filter(code="63003").exists()
