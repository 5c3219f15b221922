"""Les permanences : qui reçoit, tour à tour, les demandes d'une intercommunalité."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from partenaires.enums import Fonction
from partenaires.models import Epci, Mandat, Reseau, ReseauCommune, Structure
from porteurs.models import PermanenceEpci, ReglageDemandes, TourPermanence
from socle.refus import Refus


def qui_recoivent(reseau: Reseau) -> QuerySet[Structure]:
    """Les membres où un technicien est en poste aujourd'hui : quelqu'un y rappellera."""
    jour = reseau.aujourd_hui()
    techniciens = Mandat.objects.actifs(jour).filter(
        reseau=reseau,
        structure=OuterRef("pk"),
        fonction=Fonction.TECHNICIEN,
        utilisateur__is_active=True,
    )
    return (
        Structure.objects.membres(reseau.pk, jour)
        .filter(Exists(techniciens))
        .order_by("cle_tri", "pk")
    )


def epcis_de(reseau: Reseau) -> QuerySet[Epci]:
    """Les intercommunalités dont le réseau couvre au moins une commune."""
    couvertes = ReseauCommune.objects.filter(reseau=reseau, commune__epci=OuterRef("pk"))
    return Epci.objects.filter(Exists(couvertes)).order_by("nom", "code")


def permanences_de(reseau: Reseau) -> dict[int, PermanenceEpci]:
    """Par intercommunalité, sa permanence et ses structures dans l'ordre (``ordre``)."""
    tours = TourPermanence.objects.select_related("structure").order_by("rang", "pk")
    return {
        p.epci_id: p
        for p in PermanenceEpci.objects.filter(reseau=reseau)
        .select_related("servie")
        .prefetch_related(Prefetch("tours", tours, to_attr="ordre"))
    }


@transaction.atomic
def tenir(*, reseau: Reseau, epci: Epci, structures: Sequence[Structure]) -> None:
    """Écrit l'ordre d'une permanence ; vide, elle disparaît. Le tour reprend où il en était."""
    if len({s.pk for s in structures}) < len(structures):
        raise Refus("Une structure n’a qu’une place dans la permanence.")
    recevantes = set(qui_recoivent(reseau).values_list("pk", flat=True))
    if any(s.pk not in recevantes for s in structures):
        raise Refus("L’une de ces structures n’a plus de technicien dans le réseau.")
    if not structures:
        PermanenceEpci.objects.filter(reseau=reseau, epci=epci).delete()
        return
    permanence, _ = PermanenceEpci.objects.get_or_create(reseau=reseau, epci=epci)
    permanence = PermanenceEpci.objects.select_for_update().get(pk=permanence.pk)
    permanence.tours.all().delete()
    TourPermanence.objects.bulk_create(
        TourPermanence(permanence=permanence, structure=s, rang=rang)
        for rang, s in enumerate(structures, start=1)
    )


def suivante(reseau: Reseau, epci_id: int | None, recevantes: set[int]) -> Structure | None:
    """La structure dont c'est le tour, qui passe ainsi en dernier ; rien sans permanence.

    Deux demandes au même instant ne vont pas à la même : la seconde attend ici la première. Qui
    n'a plus de technicien est sauté, et retrouve son tour quand il en a un.
    """
    permanence = (
        PermanenceEpci.objects.select_for_update().filter(reseau=reseau, epci=epci_id).first()
        if epci_id
        else None
    )
    if permanence is None:
        return None
    ordre = [t.structure for t in permanence.tours.select_related("structure").order_by("rang")]
    rangs = [s.pk for s in ordre]
    depart = rangs.index(permanence.servie_id) + 1 if permanence.servie_id in rangs else 0
    for structure in ordre[depart:] + ordre[:depart]:
        if structure.pk in recevantes:
            permanence.servie = structure
            permanence.save(update_fields=["servie"])
            return structure
    return None


def reglage_de(reseau: Reseau) -> ReglageDemandes:
    """Le délai que le réseau annonce : le sien, ou celui de départ."""
    trouve = ReglageDemandes.objects.filter(reseau=reseau).first()
    return trouve or ReglageDemandes(reseau=reseau)


def regler(*, reseau: Reseau, delai: int, alerte: int) -> None:
    """Change le délai annoncé ; ce qui a déjà été promis ne bouge pas."""
    if alerte > delai:
        raise Refus("L’alerte vient au plus tard le jour annoncé.", "alerte")
    ReglageDemandes.objects.update_or_create(
        reseau=reseau, defaults={"delai": delai, "alerte": alerte}
    )
