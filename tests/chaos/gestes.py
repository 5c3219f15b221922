"""Ce que le banc fait faire à l'application, dans un autre processus que celui des essais.

``python -m tests.chaos.gestes <geste> [nombre]``, avec l'environnement du banc.
"""

import sys
from datetime import timedelta

import django


def _reunion(membres: int) -> None:
    """Un réseau neuf, ``membres`` techniciens, un dossier sans référent, une réunion dans trois jours."""
    from django.db.backends.postgresql.psycopg_any import DateRange
    from django.utils import timezone

    from partenaires.enums import EtatConvention, Fonction
    from partenaires.models import Convention, ConventionStructure, Mandat, Reseau, Structure
    from porteurs.models import Dossier, Reunion
    from porteurs.services.acces import recalculer
    from socle.models import Utilisateur

    hier = timezone.localdate() - timedelta(days=1)
    maintenant = timezone.now()
    reseau = Reseau.objects.create(
        nom="Réseau du banc",
        slug=f"banc-{maintenant:%H%M%S%f}",
        partage_ouvert_le=hier,
        aipd_le=hier,
        accord_conjoint_le=hier,
    )
    structure = Structure.objects.create(nom="Chambre du banc", type="cma")
    convention = Convention.objects.create(
        reseau=reseau,
        intitule="Convention du banc",
        etat=EtatConvention.SIGNEE,
        periode=DateRange(hier, None),
    )
    ConventionStructure.objects.create(convention=convention, structure=structure)
    personnes = Utilisateur.objects.bulk_create(
        Utilisateur(email=f"membre{n}@{reseau.slug}.test", password="!") for n in range(membres)
    )
    Mandat.objects.bulk_create(
        Mandat(
            utilisateur=personne,
            structure=structure,
            reseau=reseau,
            fonction=Fonction.TECHNICIEN,
            periode=DateRange(hier, None),
        )
        for personne in personnes
    )
    dossier = Dossier.objects.create(
        reference="2026-0001",
        reseau=reseau,
        structure_responsable=structure,
        intitule="Reprise d’une boulangerie",
        nature="reprise",
        commune=_commune(),
        etape_depuis=hier,
        informe_le=hier,
        information_mode="oral",
        ouvert_le=hier,
        dernier_contact_le=hier,
        activite_le=maintenant,
    )
    recalculer([dossier.pk])
    Reunion.objects.create(
        reseau=reseau, debut=maintenant + timedelta(days=3), lieu="Salle du banc"
    )


def _commune():
    from partenaires.models import Commune, Departement, Region

    region, _ = Region.objects.get_or_create(code="84", defaults={"nom": "Auvergne-Rhône-Alpes"})
    departement, _ = Departement.objects.get_or_create(
        code="63", defaults={"nom": "Puy-de-Dôme", "region": region}
    )
    commune, _ = Commune.objects.get_or_create(
        code="63003", defaults={"nom": "Ambert", "cle_tri": "ambert", "departement": departement}
    )
    return commune


def _preparer() -> None:
    from porteurs.services.reunion import preparer_digests

    preparer_digests()


def _balayer() -> None:
    from socle.expedition import balayer

    balayer()


GESTES = {"reunion": _reunion, "preparer": _preparer, "balayer": _balayer}


if __name__ == "__main__":
    django.setup()
    GESTES[sys.argv[1]](*(int(argument) for argument in sys.argv[2:]))
