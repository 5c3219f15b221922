"""Les étapes d'un projet, dans tous les ordres : la chaîne reste datée, motivée, et vraie."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from porteurs.enums import CHAINE, SORTIES, Etape
from porteurs.models import Dossier
from porteurs.services.acces import LUS_PAR_LA_REGLE, ecarts
from porteurs.services.dossier import changer_etape, motif_requis
from socle.acteur import acteur_de
from socle.refus import Refus
from tests.fabriques import DossierFabrique
from tests.fabriques.partenaires import aujourd_hui

GESTES = st.lists(
    st.tuples(
        st.sampled_from(Etape.values),
        st.integers(min_value=-40, max_value=2),
        st.sampled_from(["", "On a changé d’avis."]),
    ),
    max_size=8,
)


# La distribution ne change pas d'un essai à l'autre : chacun défait ce qu'il a fait.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(gestes=GESTES)
def test_la_chaine_tient_quoi_qu_on_fasse(distribution, gestes):
    with transaction.atomic():
        dossier = DossierFabrique(
            reseau=distribution.reseau,
            structure_responsable=distribution.s1,
            informe=True,
            ouvert_le=aujourd_hui(-60),
            etape_depuis=aujourd_hui(-60),
        )
        acteur = acteur_de(distribution.auteur)
        for etape, jours, motif in gestes:
            avant = Dossier.objects.get(pk=dossier.pk)
            le = aujourd_hui() + timedelta(days=jours)
            recevable = (
                etape != avant.etape
                and avant.etape_depuis <= le <= aujourd_hui()
                and (motif or not motif_requis(avant.etape, etape))
            )
            with suppress(Refus), transaction.atomic():
                changer_etape(acteur=acteur, dossier=avant, etape=etape, le=le, motif=motif)
            apres = Dossier.objects.get(pk=dossier.pk)
            assert (apres.etape == etape and apres.etape_depuis == le) == bool(recevable) or (
                not recevable and apres.etape == avant.etape
            )
            assert (apres.clos_le is not None) == (apres.etape in SORTIES)
        franchies = list(dossier.etapes.order_by("pk"))
        assert [e.le for e in franchies] == sorted(e.le for e in franchies)
        for precedente, suivante in zip(franchies, franchies[1:], strict=False):
            recul = (
                suivante.etape in SORTIES
                or precedente.etape in SORTIES
                or CHAINE.index(suivante.etape) < CHAINE.index(precedente.etape)
            )
            assert suivante.motif or not recul
        lus = Dossier.objects.filter(pk=dossier.pk).select_related("reseau")
        assert ecarts(lus.prefetch_related(*LUS_PAR_LA_REGLE)) == []
        transaction.set_rollback(True)
