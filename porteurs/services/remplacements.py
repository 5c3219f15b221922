"""Une absence, et qui prend la suite le temps qu'elle dure.

Rien ne change aux droits : qui remplace est de la même structure et voit déjà les dossiers. Ce qui
change de mains, ce sont les rappels, les tuiles, les courriels et les propositions. Une absence
commence et finit par ses dates : aucune tâche n'y touche.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from partenaires.enums import Fonction
from partenaires.models import Mandat, Reseau
from porteurs.models import Remplacement
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.journal import consigner
from socle.refus import Refus

# Au-delà, ce n'est plus une absence : les dossiers se confient pour de bon.
DUREE_MAXIMALE = timedelta(days=366)


# --- Lire ------------------------------------------------------------------------------------


def absents(
    utilisateur_ids: Iterable[int], jour: date, reseau_id: int | None = None
) -> dict[int, Remplacement]:
    """Parmi ces personnes, celles absentes ce jour-là, et leur remplacement ; une requête.

    Absente dans deux réseaux, une personne n'y figure que pour l'un : donnez ``reseau_id``.
    """
    lignes = Remplacement.objects.en_cours(jour).filter(absent__in=list(utilisateur_ids))
    if reseau_id is not None:
        lignes = lignes.filter(reseau=reseau_id)
    lignes = lignes.select_related("absent", "remplacant", "structure", "reseau").order_by("pk")
    return {ligne.absent_id: ligne for ligne in lignes}


def a_prevenir(utilisateur_ids: Iterable[int], jour: date, reseau_id: int) -> dict[int, list[int]]:
    """Par personne, à qui écrire : elle-même, et qui la remplace ce jour-là."""
    ids = list(utilisateur_ids)
    en_cours = absents(ids, jour, reseau_id)
    return {
        pk: [pk, en_cours[pk].remplacant_id]
        if pk in en_cours and en_cours[pk].remplacant_id
        else [pk]
        for pk in ids
    }


# --- Écrire ----------------------------------------------------------------------------------


def mandats_de_la_structure(reseau: Reseau, structure_id: int, jour: date):
    """Les techniciens de cette structure ce jour-là : qui s'absente, et qui peut remplacer."""
    return (
        Mandat.objects.actifs(jour)
        .filter(
            reseau=reseau,
            structure=structure_id,
            fonction=Fonction.TECHNICIEN,
            utilisateur__is_active=True,
        )
        .select_related("utilisateur", "structure")
        .order_by("utilisateur__nom", "utilisateur__prenom", "pk")
    )


@transaction.atomic
def declarer(
    *, acteur, mandat: Mandat, remplacant, du: date, au: date, mot: str = ""
) -> Remplacement:
    """Note l'absence, du premier au dernier jour compris ; ``remplacant`` peut rester à trouver."""
    reseau = mandat.reseau
    if au < du:
        raise Refus("Le dernier jour vient avant le premier.", "au")
    if au < reseau.aujourd_hui():
        raise Refus("Cette absence est déjà finie.", "au")
    if au - du > DUREE_MAXIMALE:
        raise Refus("Plus d’un an, c’est un départ\u00a0: confiez plutôt les dossiers.", "au")
    periode = DateRange(du, au + timedelta(days=1))
    if remplacant is not None:
        _exiger_un_collegue(mandat, remplacant, periode)
    try:
        with transaction.atomic():
            remplacement = Remplacement.objects.create(
                reseau=reseau,
                structure=mandat.structure,
                absent=mandat.utilisateur,
                remplacant=remplacant,
                periode=periode,
                mot=mot,
            )
    except IntegrityError:
        raise Refus(_chevauchement(mandat, periode), "du") from None
    consigner(acteur, Operation.MODIFICATION, "remplacement", remplacement.pk)
    return remplacement


def _exiger_un_collegue(mandat: Mandat, remplacant, periode) -> None:
    if remplacant.pk == mandat.utilisateur_id:
        raise Refus("On ne se remplace pas soi-même.", "remplacant")
    premier = max(periode.lower, mandat.reseau.aujourd_hui())
    for jour in (premier, periode.upper - timedelta(days=1)):
        siens = mandats_de_la_structure(mandat.reseau, mandat.structure_id, jour)
        if not siens.filter(utilisateur=remplacant).exists():
            raise Refus(
                f"{remplacant.nom_complet} n’agit pas pour cette structure jusqu’au bout de l’absence.",
                "remplacant",
            )
    absente = Remplacement.objects.filter(
        absent=remplacant, reseau=mandat.reseau, periode__overlap=periode
    ).first()
    if absente is not None:
        raise Refus(
            f"{remplacant.nom_complet} s’absente aussi, {en_mots(absente)}.",
            "remplacant",
        )


def _chevauchement(mandat: Mandat, periode) -> str:
    autre = Remplacement.objects.filter(
        absent=mandat.utilisateur,
        structure=mandat.structure,
        reseau=mandat.reseau,
        periode__overlap=periode,
    ).first()
    if autre is None:
        return "Cette absence ne peut pas s’enregistrer ainsi\u00a0: vérifiez les dates."
    return f"Une autre absence couvre déjà une partie de ces dates, {en_mots(autre)}."


def en_mots(remplacement: Remplacement) -> str:
    """« du 3 au 14 août »."""
    dernier = remplacement.periode.upper - timedelta(days=1)
    if dernier == remplacement.periode.lower:
        return f"le {date_en_mots(dernier)}"
    return f"du {date_en_mots(remplacement.periode.lower)} au {date_en_mots(dernier)}"


@transaction.atomic
def terminer(*, acteur, remplacement: Remplacement) -> bool:
    """La personne est de retour, ou ne part plus ; faux si l'absence était déjà finie."""
    remplacement = (
        Remplacement.objects.select_for_update(of=("self",))
        .filter(pk=remplacement.pk)
        .select_related("reseau")
        .first()
    )
    if remplacement is None:
        return False
    jour = remplacement.reseau.aujourd_hui()
    if remplacement.periode.upper <= jour:
        return False
    consigner(acteur, Operation.MODIFICATION, "remplacement", remplacement.pk, "retour")
    if remplacement.periode.lower >= jour:
        remplacement.delete()
        return True
    remplacement.periode = DateRange(remplacement.periode.lower, jour)
    remplacement.save(update_fields=["periode"])
    return True


def du_reseau(acteur, reseau: Reseau):
    """Les absences en cours et à venir que l'acteur voit ici, les plus proches d'abord."""
    return (
        Remplacement.objects.visible_par(acteur)
        .filter(Q(periode__endswith__gt=reseau.aujourd_hui()), reseau=reseau)
        .select_related("absent", "remplacant", "structure")
        .order_by("periode", "pk")
    )
