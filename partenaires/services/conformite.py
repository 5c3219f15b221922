"""Le registre de conformité d'un réseau : le lire prérempli, l'écrire par parties."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from partenaires.models import Conformite, ConventionStructure, Reseau, Structure
from partenaires.services.mandats import verrouiller
from socle.refus import Refus

# Ce que l'accord des responsables conjoints doit dire, et le mot qui le dit à l'écran.
ROLES = {
    "informe": "qui tient la notice d’information",
    "repond": "qui répond aux personnes",
    "notifie": "qui notifie en cas d’incident",
}
DATES_DU_RESEAU = ("aipd_le", "accord_conjoint_le")
# Ce qu'un réseau enfant trouve déjà écrit, tant qu'il n'a pas écrit le sien.
REPRIS_DU_PARENT = (
    *ROLES,
    "contact",
    "dpo_nom",
    "dpo_email",
    "aipd_par",
    "hebergeur",
    "pays_hebergement",
    "clause_le",
)


def registre_de(reseau: Reseau) -> Conformite:
    """Le registre du réseau ou, s'il n'en a pas encore, un registre prérempli et non enregistré.

    Prérempli de ce que dit son parent, quand le lien est accepté : une structure du parent n'y
    est reprise que si elle est aussi membre d'ici. Sans parent, la structure coordinatrice.
    """
    registre = Conformite.objects.filter(reseau=reseau).select_related("reprise_de", *ROLES).first()
    if registre is not None:
        return registre
    registre = Conformite(reseau=reseau)
    modele = None
    if reseau.parent_id:
        modele = Conformite.objects.filter(reseau=reseau.parent_id).first()
    if modele is not None:
        registre.reprise_de = reseau.parent
        for champ in REPRIS_DU_PARENT:
            setattr(registre, champ, getattr(modele, champ))
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui())
    choisies = {getattr(registre, f"{role}_id") for role in ROLES}
    presentes = set(membres.filter(pk__in=choisies - {None}).values_list("pk", flat=True))
    for role in ROLES:
        if getattr(registre, f"{role}_id") not in presentes:
            setattr(registre, role, reseau.structure_coordinatrice)
    return registre


def roles_manquants(reseau: Reseau) -> list[str]:
    """Ce que le registre enregistré ne dit pas encore, en mots."""
    registre = Conformite.objects.filter(reseau=reseau).first()
    return [
        mots
        for role, mots in ROLES.items()
        if registre is None or getattr(registre, f"{role}_id") is None
    ]


def empreinte(registre: Conformite, reseau: Reseau, champs) -> str:
    """Ce que contient une partie du registre : un changement fait entre-temps s'y voit."""
    return "|".join(str(valeur_de(registre, reseau, champ)) for champ in sorted(champs))


def valeur_de(registre: Conformite, reseau: Reseau, champ: str):
    """Les deux dates qui ouvrent le partage sont sur le réseau, le reste sur le registre."""
    return getattr(reseau if champ in DATES_DU_RESEAU else registre, champ)


@transaction.atomic
def ecrire(*, reseau: Reseau, lu: str = "", **champs) -> Conformite:
    """Enregistre une partie du registre ; ce qui était prérempli d'ailleurs s'écrit avec elle.

    ``aipd_le`` et ``accord_conjoint_le`` vont au réseau. ``lu`` : la version que la personne avait
    sous les yeux. Lève ``Refus`` si une date est à venir, si l'on retire
    une date alors que le partage est ouvert, ou si cette partie a changé entre-temps.
    """
    reseau = verrouiller(reseau.pk)
    dates = {c: champs.pop(c) for c in DATES_DU_RESEAU if c in champs}
    for champ, le in {**dates, "clause_le": champs.get("clause_le")}.items():
        _verifier_date(reseau, champ, le)
    registre = registre_de(reseau)
    if lu and lu != empreinte(registre, reseau, [*champs, *dates]):
        raise Refus(
            "Quelqu’un a rempli cette partie entre-temps : rouvrez la page pour lire ce qu’elle "
            "contient. Ce que vous venez d’écrire n’est pas encore enregistré."
        )
    for champ, valeur in champs.items():
        setattr(registre, champ, valeur)
    registre.save()
    if dates:
        for champ, le in dates.items():
            setattr(reseau, champ, le)
        reseau.save(update_fields=[*dates])
    return registre


def _verifier_date(reseau: Reseau, champ: str, le: date | None) -> None:
    if le is None:
        if reseau.partage_ouvert_le and champ != "clause_le":
            raise Refus("Le partage est ouvert : cette date ne peut pas manquer.", champ)
    elif le > reseau.aujourd_hui():
        raise Refus("Cette date est dans l’avenir : revenez quand ce sera fait.", champ)
    elif reseau.partage_ouvert_le and champ != "clause_le" and le > reseau.partage_ouvert_le:
        raise Refus("Le partage s’est ouvert avant cette date : vérifiez-la.", champ)


def bases_legales(reseau: Reseau):
    """Les structures membres, et si leur base légale se note d'ici (``reglable``).

    Celle d'une structure qui appartient aussi à un autre réseau ne se change pas d'ici : elle
    vaudrait là-bas.
    """
    jour = reseau.aujourd_hui()
    ailleurs = (
        ConventionStructure.objects.en_vigueur(jour)
        .filter(
            structure=OuterRef("pk"),
        )
        .exclude(convention__reseau=reseau)
    )
    membres = Structure.objects.membres(reseau.pk, jour).annotate(reglable=~Exists(ailleurs))
    return membres.order_by("cle_tri", "pk")


@transaction.atomic
def noter_base_legale(*, reseau: Reseau, structure: Structure, base_legale: str) -> None:
    """Ce qui autorise la structure à suivre des personnes, tel qu'elle l'a déclaré au réseau."""
    if not bases_legales(reseau).filter(pk=structure.pk, reglable=True).exists():
        raise Refus(
            "Cette structure agit aussi ailleurs : elle seule change sa base légale, sur sa page.",
            "base_legale",
        )
    structure.base_legale = base_legale
    structure.save(update_fields=["base_legale"])
