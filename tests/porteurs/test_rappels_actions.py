"""Le rappel des actions : une fois par semaine, à qui les porte ou le remplace, et ce qu'il suit."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from porteurs.models import Remplacement
from porteurs.services.acces import recalculer
from porteurs.services.rappels_actions import GENRE, rappeler
from socle.courriels import composer
from socle.models import Courriel
from tests.fabriques import ActionFabrique, DossierFabrique
from tests.fabriques.partenaires import aujourd_hui


@pytest.fixture(autouse=True)
def sans_la_demonstration(db):
    """Les actions de la démonstration se rappellent aussi : seules celles de l'essai comptent."""
    Courriel.objects.filter(genre=GENRE).delete()


@pytest.fixture
def dossier(distribution, marqueur):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Projet {marqueur}",
        porteur__nom="Nomsecret",
        informe=True,
    )


def lettres(*personnes) -> dict:
    """Par personne, le message que composerait l'ouvrier ; None quand il n'y a rien à dire."""
    rappeler()
    lignes = list(
        Courriel.objects.filter(genre=GENRE, destinataire__in=personnes).select_related(
            "destinataire"
        )
    )
    return {
        ligne.destinataire: message
        for ligne, message in composer(lignes, lambda ligne, erreur: pytest.fail(str(erreur)))
    }


def remplacer(distribution, absent, remplacant, reseau=None):
    return Remplacement.objects.create(
        reseau=reseau or distribution.reseau,
        structure=distribution.s1,
        absent=absent,
        remplacant=remplacant,
        periode=DateRange(aujourd_hui(-1), aujourd_hui(5)),
    )


def test_ce_qui_tombe_dans_la_semaine_et_ce_qui_est_en_retard(dossier, auteur, collegue):
    for libelle, jours in (("Rappeler le notaire", 3), ("Envoyer le devis", -2)):
        ActionFabrique(
            dossier=dossier, responsable=auteur, libelle=libelle, echeance=aujourd_hui(jours)
        )
    ActionFabrique(
        dossier=dossier, responsable=auteur, libelle="Plus tard", echeance=aujourd_hui(9)
    )
    ActionFabrique(
        dossier=dossier,
        responsable=auteur,
        libelle="Déjà faite",
        echeance=aujourd_hui(1),
        faite_le=aujourd_hui(),
    )
    message = lettres(auteur, collegue)[auteur]
    assert message.sujet == "2 actions vous attendent"
    assert message.texte.index("Envoyer le devis") < message.texte.index("Rappeler le notaire")
    assert "En retard, prévu le" in message.texte
    assert "Plus tard" not in message.texte
    assert "Déjà faite" not in message.texte
    assert dossier.reference in message.texte
    assert "Nomsecret" not in message.texte + message.html
    assert not Courriel.objects.filter(genre=GENRE, destinataire=collegue).exists()


def test_une_seule_lettre_par_semaine(dossier, auteur):
    ActionFabrique(dossier=dossier, responsable=auteur, echeance=aujourd_hui(1))
    rappeler()
    ActionFabrique(dossier=dossier, responsable=auteur, echeance=aujourd_hui(2))
    rappeler()
    assert Courriel.objects.filter(genre=GENRE, destinataire=auteur).count() == 1


def test_qui_remplace_recoit_le_rappel_dans_ce_reseau_la_seulement(
    distribution, dossier, auteur, collegue
):
    ActionFabrique(
        dossier=dossier, responsable=auteur, libelle="Visiter le local", echeance=aujourd_hui(1)
    )
    remplacement = remplacer(distribution, auteur, collegue)
    recus = lettres(auteur, collegue)
    assert "Visiter le local" in recus[auteur].texte
    assert f"à la place de {auteur.nom_complet}" in recus[collegue].texte
    Courriel.objects.filter(genre=GENRE).delete()
    # L'absence d'un autre réseau ne déplace rien dans celui-ci.
    Remplacement.objects.filter(pk=remplacement.pk).update(reseau=distribution.reseau_b)
    assert collegue not in lettres(auteur, collegue)


def test_ce_qu_on_ne_suit_plus_ne_se_rappelle_pas(distribution, dossier, auteur, voisine):
    """Les droits se lisent au départ : l'action confiée reste, le rappel se tait."""
    ActionFabrique(
        dossier=dossier, responsable=voisine, libelle="Relire le bail", echeance=aujourd_hui(1)
    )
    assert lettres(voisine) == {voisine: None}
    dossier.structure_responsable = distribution.s2
    dossier.save(update_fields=["structure_responsable"])
    recalculer([dossier.pk])
    assert "Relire le bail" in lettres(voisine)[voisine].texte


def test_le_lot_se_compose_a_prix_constant(dossier, auteur, collegue, django_assert_num_queries):
    ActionFabrique(dossier=dossier, responsable=auteur, echeance=aujourd_hui(1))
    ActionFabrique(dossier=dossier, responsable=collegue, echeance=aujourd_hui(1))
    rappeler()
    lignes = Courriel.objects.filter(genre=GENRE).select_related("destinataire")
    for personnes in ([auteur], [auteur, collegue]):
        lot = list(lignes.filter(destinataire__in=personnes))
        with django_assert_num_queries(3):
            assert all(m for _, m in composer(lot, lambda ligne, erreur: pytest.fail(str(erreur))))


def test_une_action_a_faire_par_la_personne_ne_nous_est_pas_rappelee(dossier, auteur):
    ActionFabrique(
        dossier=dossier,
        responsable=auteur,
        pour_porteur=True,
        echeance=aujourd_hui() + timedelta(days=1),
    )
    assert lettres(auteur) == {}
