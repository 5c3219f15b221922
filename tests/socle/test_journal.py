"""Le journal d'accès : la base le garde entier, et les refus y entrent tous."""

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse

from socle.enums import Operation
from socle.models import AccesJournal

pytestmark = pytest.mark.django_db


def refus(personne):
    return AccesJournal.objects.filter(utilisateur=personne, operation=Operation.REFUS)


@pytest.fixture
def inscrit(voisine):
    return AccesJournal.objects.create(
        utilisateur=voisine, operation=Operation.CONSULTATION, objet="dossier", reference="1"
    )


@pytest.mark.parametrize(
    "ordre",
    [
        "UPDATE socle_accesjournal SET motif = 'autre'",
        "DELETE FROM socle_accesjournal",
        "TRUNCATE socle_accesjournal",
    ],
)
def test_la_base_refuse_de_retoucher_ou_de_vider(inscrit, ordre):
    with connection.cursor() as curseur:
        # Sans cela, TRUNCATE échouerait pour une autre raison : des contrôles encore en attente.
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with (
            pytest.raises((InternalError, ProgrammingError), match="pgtrigger: Cannot"),
            transaction.atomic(),
        ):
            curseur.execute(ordre)
    assert AccesJournal.objects.filter(pk=inscrit.pk, motif="").exists()


def test_une_page_interdite_sans_objet_s_inscrit(voisine, connecter, settings):
    settings.MAILLON_DEMO = True
    avant = refus(voisine).count()
    assert connecter(voisine).get(reverse("socle:courriels")).status_code == 403
    dernier = refus(voisine).latest("pk")
    assert refus(voisine).count() == avant + 1
    assert dernier.objet == "socle:courriels"
    assert dernier.motif == "GET 403"


def test_une_adresse_inventee_sans_objet_ne_s_inscrit_pas(voisine, connecter):
    avant = refus(voisine).count()
    assert connecter(voisine).get("/nulle-part/").status_code == 404
    assert refus(voisine).count() == avant
