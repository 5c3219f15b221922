"""Ouvrir un mandat, y mettre fin. La période est la seule source : rien n'est effacé."""

from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.enums import Fonction
from partenaires.models import Mandat, Reseau, Structure
from partenaires.signals import mandat_termine
from socle.refus import Refus


def verrouiller(reseau_id: int) -> Reseau:
    """Met en file, dans un réseau, les gestes qui comptent les personnes ou les invitations."""
    return Reseau.objects.select_for_update(of=("self",), no_key=True).get(pk=reseau_id)


@transaction.atomic
def ouvrir_mandat(
    *,
    utilisateur,
    structure: Structure,
    reseau: Reseau,
    fonction: str,
    administre: bool,
    jour: date,
) -> Mandat:
    """Un mandat depuis ce jour et sans fin ; s'il en court déjà un, il est prolongé.

    Un mandat prévu pour plus tard n'est pas touché : le nouveau s'arrête la veille.
    """
    voisins = list(
        Mandat.objects.select_for_update(of=("self",))
        .filter(
            utilisateur=utilisateur,
            structure=structure,
            reseau=reseau,
            fonction=fonction,
            periode__overlap=DateRange(jour, None),
        )
        .order_by("periode")
    )
    en_cours = next((m for m in voisins if m.periode.lower <= jour), None)
    prevus = [m for m in voisins if m is not en_cours]
    fin = prevus[0].periode.lower if prevus else None
    if en_cours is None:
        return Mandat.objects.create(
            utilisateur=utilisateur,
            structure=structure,
            reseau=reseau,
            fonction=fonction,
            administre=administre,
            periode=DateRange(jour, fin),
        )
    en_cours.periode = DateRange(en_cours.periode.lower, fin)
    en_cours.administre = en_cours.administre or administre
    en_cours.save(update_fields=["periode", "administre"])
    return en_cours


@transaction.atomic
def terminer_mandat(*, acteur, mandat: Mandat) -> None:
    """Les droits cessent aujourd'hui ; ``mandat_termine`` l'annonce après validation.

    Un mandat qui commence aujourd'hui, ou plus tard, n'a duré aucun jour : sa ligne disparaît,
    l'invitation acceptée en garde la trace.
    """
    reseau = verrouiller(mandat.reseau_id)
    jour = reseau.aujourd_hui()
    mandat = Mandat.objects.select_for_update(of=("self",)).filter(pk=mandat.pk).first()
    if mandat is None or (mandat.periode.upper and mandat.periode.upper <= jour):
        raise Refus("Ce mandat a déjà pris fin.")
    if mandat.fonction == Fonction.ANIMATEUR and _dernier_animateur(mandat, jour):
        raise Refus(
            "Personne d’autre n’anime ce réseau aujourd’hui. Invitez d’abord la personne qui "
            "prend la suite ; quand elle sera venue, vous pourrez mettre fin à ce mandat."
        )
    annonce = {
        "utilisateur_id": mandat.utilisateur_id,
        "structure_id": mandat.structure_id,
        "reseau_id": mandat.reseau_id,
        "fonction": mandat.fonction,
        "jour": jour,
        "par_id": acteur.utilisateur_id,
    }
    if mandat.periode.lower >= jour:
        mandat.delete()
    else:
        mandat.periode = DateRange(mandat.periode.lower, jour)
        mandat.save(update_fields=["periode"])
    transaction.on_commit(lambda: mandat_termine.send(sender=Mandat, **annonce))


def _dernier_animateur(mandat: Mandat, jour: date) -> bool:
    return not (
        Mandat.objects.actifs(jour)
        .filter(reseau=mandat.reseau_id, fonction=Fonction.ANIMATEUR, utilisateur__is_active=True)
        .exclude(pk=mandat.pk)
        .exists()
    )
