"""Les actions à échéance : une lettre par personne et par semaine, jamais une par action."""

from datetime import date, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from porteurs.models import Action, Remplacement
from socle.courriels import Depot, deposer
from socle.models import Utilisateur

GENRE = "porteurs.actions"
FAMILLE = "actions"
# Ce qui tombe dans la semaine se prépare.
HORIZON = timedelta(days=7)


def a_faire(jour: date) -> QuerySet[Action]:
    """Les actions de la semaine ou en retard, sur des dossiers ouverts.

    ``remplacant`` : qui tient ce jour-là, dans ce réseau, la place de la personne responsable.
    """
    remplacement = Remplacement.objects.en_cours(jour).filter(
        absent=OuterRef("responsable"), reseau=OuterRef("dossier__reseau")
    )
    return Action.objects.filter(
        faite_le=None, pour_porteur=False, echeance__lt=jour + HORIZON, dossier__clos_le=None
    ).annotate(remplacant=Subquery(remplacement.order_by("pk").values("remplacant")[:1]))


def rappeler() -> int:
    """Dépose les rappels de la semaine ; rend le nombre de nouveaux. Se rejoue sans rien doubler."""
    jour = timezone.localdate()
    annee, semaine, _ = jour.isocalendar()
    concernes = {
        pk for paire in a_faire(jour).values_list("responsable", "remplacant") for pk in paire
    }
    personnes = Utilisateur.objects.filter(pk__in=concernes - {None}, is_active=True)
    periode = f"{annee}-S{semaine:02d}"
    return deposer(
        [Depot(GENRE, periode, utilisateur=u) for u in personnes.only("pk", "email").order_by("pk")]
    )
