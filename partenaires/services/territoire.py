"""Les communes d'un réseau : les ajouter, les retirer, dire celles qu'un autre réseau couvre aussi."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count

from partenaires.models import Commune, Epci, Reseau, ReseauCommune
from partenaires.services.mandats import verrouiller
from socle.refus import Refus


@transaction.atomic
def ajouter_communes(
    *, reseau: Reseau, epcis: Iterable[str] = (), communes: Iterable[str] = ()
) -> int:
    """Ajoute des intercommunalités entières et des communes, par leurs codes ; rend le nombre de
    communes nouvelles. Lève ``Refus`` si aucun code n'est connu."""
    reseau = verrouiller(reseau.pk)
    choisies = Commune.objects.filter(epci__code__in=list(epcis)) | Commune.objects.filter(
        code__in=list(communes)
    )
    cles = set(choisies.values_list("pk", flat=True))
    if not cles:
        raise Refus("Cochez au moins une intercommunalité ou une commune.")
    deja = set(reseau.couvertures.filter(commune__in=cles).values_list("commune", flat=True))
    ReseauCommune.objects.bulk_create(
        (ReseauCommune(reseau=reseau, commune_id=pk) for pk in sorted(cles - deja)),
        ignore_conflicts=True,
    )
    return len(cles - deja)


@transaction.atomic
def retirer_communes(
    *, reseau: Reseau, epcis: Iterable[str] = (), communes: Iterable[str] = ()
) -> int:
    """Retire des communes, ou tout ce que le réseau couvre d'une intercommunalité.

    Les dossiers qui s'y trouvent ne changent pas : une commune n'est que leur lieu. Lève ``Refus``
    si le partage est ouvert et qu'il n'en resterait aucune.
    """
    reseau = verrouiller(reseau.pk)
    du_reseau = reseau.couvertures.all()
    visees = du_reseau.filter(commune__epci__code__in=list(epcis)) | du_reseau.filter(
        commune__code__in=list(communes)
    )
    cles = list(visees.values_list("pk", flat=True))
    if not cles:
        raise Refus("Cochez au moins une commune à retirer.")
    if reseau.partage_ouvert_le and du_reseau.count() == len(cles):
        raise Refus("Un réseau qui partage des dossiers garde au moins une commune.")
    ReseauCommune.objects.filter(pk__in=cles).delete()
    return len(cles)


def groupes(reseau: Reseau) -> list[dict]:
    """Le territoire par intercommunalité : combien de communes, sur combien, et avec quels autres
    réseaux. En trois requêtes, quel que soit le territoire."""
    couvertes = list(
        reseau.couvertures.order_by("commune__epci__nom", "commune__epci")
        .values("commune__epci__pk", "commune__epci__code", "commune__epci__nom")
        .annotate(nombre=Count("pk"))
    )
    totaux = dict(
        Epci.objects.filter(pk__in=[g["commune__epci__pk"] for g in couvertes])
        .annotate(total=Count("communes"))
        .values_list("pk", "total")
    )
    voisins = _par_epci(_ailleurs(reseau, reseau.couvertures.values("commune")))
    return [
        {
            "code": g["commune__epci__code"] or "",
            "nom": g["commune__epci__nom"] or "Hors de toute intercommunalité",
            "nombre": g["nombre"],
            "total": totaux.get(g["commune__epci__pk"], g["nombre"]),
            "voisins": voisins.get(g["commune__epci__pk"], []),
        }
        for g in couvertes
    ]


def _ailleurs(reseau: Reseau, communes):
    return ReseauCommune.objects.filter(commune__in=communes).exclude(reseau=reseau)


def reseaux_des_epcis(reseau: Reseau, epcis: list[Epci]) -> dict[int | None, list[dict]]:
    """Par intercommunalité, les autres réseaux qui en couvrent des communes, et combien."""
    communes = Commune.objects.filter(epci__in=[e.pk for e in epcis])
    return _par_epci(_ailleurs(reseau, communes.values("pk")))


def _par_epci(couvertures) -> dict[int | None, list[dict]]:
    voisins: dict[int | None, list[dict]] = {}
    for ligne in (
        couvertures.order_by("reseau__nom", "commune__epci")
        .values("reseau__nom", "commune__epci")
        .annotate(nombre=Count("pk"))
    ):
        voisins.setdefault(ligne["commune__epci"], []).append(
            {"reseau": ligne["reseau__nom"], "nombre": ligne["nombre"]}
        )
    return voisins


def autres_reseaux(reseau: Reseau, communes: list[Commune]) -> dict[int, list[str]]:
    """Par commune, les noms des autres réseaux qui la couvrent aussi : c'est permis, et cela se dit."""
    noms: dict[int, list[str]] = {}
    lignes = _ailleurs(reseau, [c.pk for c in communes]).order_by("reseau__nom", "pk")
    for commune_id, nom in lignes.values_list("commune", "reseau__nom"):
        noms.setdefault(commune_id, []).append(nom)
    return noms
