"""Les actions à échéance : une lettre par personne et par semaine, jamais une par action."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from porteurs.models import Action, Remplacement
from socle.courriels import Depot, deposer
from socle.models import Utilisateur

GENRE = "porteurs.actions"
FAMILLE = "actions"
# Ce qui tombe dans la semaine se prépare.
HORIZON = timedelta(days=7)


def a_faire(jour: date):
    """Les actions d'une personne, à faire dans la semaine ou en retard, sur des dossiers ouverts."""
    return Action.objects.filter(
        faite_le=None, pour_porteur=False, echeance__lt=jour + HORIZON, dossier__clos_le=None
    )


def remplacants(jour: date) -> dict[int, list[int]]:
    """Par personne qui remplace, celles dont elle tient la place ce jour-là."""
    places: dict[int, list[int]] = {}
    for absent, remplacant in (
        Remplacement.objects.en_cours(jour)
        .exclude(remplacant=None)
        .values_list("absent", "remplacant")
    ):
        places.setdefault(remplacant, []).append(absent)
    return places


def rappeler() -> int:
    """Dépose les rappels de la semaine ; rend le nombre de nouveaux. Se rejoue sans rien doubler."""
    jour = timezone.localdate()
    annee, semaine, _ = jour.isocalendar()
    attendues = a_faire(jour).filter(responsable=OuterRef("pk"))
    responsables = set(
        Utilisateur.objects.filter(Exists(attendues), is_active=True).values_list("pk", flat=True)
    )
    places = remplacants(jour)
    relayes = {r for r, absents in places.items() if responsables.intersection(absents)}
    personnes = Utilisateur.objects.filter(pk__in=responsables | relayes, is_active=True).only(
        "pk", "email"
    )
    periode = f"{annee}-S{semaine:02d}"
    return deposer([Depot(GENRE, periode, utilisateur=u) for u in personnes.order_by("pk")])
