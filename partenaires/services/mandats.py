"""Ouvrir un mandat, le préciser, le renouveler, y mettre fin. La période est la seule source."""

from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from partenaires import departs
from partenaires.enums import Fonction
from partenaires.models import AdministrationSeule, DepartSignale, Mandat, Reseau, Structure
from partenaires.permissions.adhesion import LECTEURS
from partenaires.services.invitations_droits import retirer_sans_droit
from partenaires.signals import mandat_termine
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.journal import consigner
from socle.models import Fichier
from socle.refus import Refus

# En dessous, une structure dit pourquoi.
ADMINISTRATEURS_VOULUS = 2
# Le dernier mandat d'animation ne se raccourcit pas jusqu'à laisser le réseau seul dans le mois.
PREAVIS_ANIMATION = timedelta(days=30)


def verrouiller(reseau_id: int) -> Reseau:
    """Met en file, dans un réseau, les gestes qui comptent les personnes ou les invitations."""
    return Reseau.objects.select_for_update(of=("self",), no_key=True).get(pk=reseau_id)


def _verrouiller_mandat(mandat: Mandat) -> tuple[Reseau, Mandat]:
    reseau = verrouiller(mandat.reseau_id)
    relu = (
        Mandat.objects.select_for_update(of=("self",))
        .select_related("utilisateur", "structure")
        .filter(pk=mandat.pk)
        .first()
    )
    if relu is None or (relu.periode.upper and relu.periode.upper <= reseau.aujourd_hui()):
        raise Refus("Ce mandat a déjà pris fin.")
    return reseau, relu


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
        en_cours = Mandat.objects.create(
            utilisateur=utilisateur,
            structure=structure,
            reseau=reseau,
            fonction=fonction,
            administre=administre,
            periode=DateRange(jour, fin),
        )
    else:
        en_cours.periode = DateRange(en_cours.periode.lower, fin)
        en_cours.administre = en_cours.administre or administre
        en_cours.save(update_fields=["periode", "administre"])
    if administre and administrateurs_restants(en_cours, jour) + 1 >= ADMINISTRATEURS_VOULUS:
        # La raison donnée n'a plus cours : un prochain départ la redemandera.
        AdministrationSeule.objects.filter(structure=structure, reseau=reseau).delete()
    return en_cours


@transaction.atomic
def modifier_mandat(
    *,
    acteur,
    mandat: Mandat,
    perimetre: str,
    telephone: str,
    dernier_jour: date | None,
    debut: date | None = None,
    motif_administration: str = "",
) -> Mandat:
    """Précise le périmètre, le téléphone et les dates. Un début déjà passé ne se réécrit pas.

    Avancer la fin demande ce que demande ``terminer_mandat`` : une raison s'il ne reste pas deux
    administrateurs, et que ce que la personne suit change de mains d'abord si c'est pour demain.
    Lève ``Refus``, au champ concerné : dates à l'envers ou passées, chevauchement, dernier mandat
    d'animation, ou son propre mandat prolongé quand quelqu'un d'autre peut le faire.
    """
    reseau, mandat = _verrouiller_mandat(mandat)
    jour = reseau.aujourd_hui()
    avant = mandat.periode
    if debut is None or avant.lower <= jour:
        debut = avant.lower
    elif debut < jour:
        raise Refus("Ce jour est passé : un mandat commence aujourd’hui ou plus tard.", "debut")
    fin = dernier_jour + timedelta(days=1) if dernier_jour else None
    if dernier_jour and dernier_jour < debut:
        raise Refus("Le mandat finirait avant d’avoir commencé.", "dernier_jour")
    if fin != avant.upper:
        if dernier_jour and dernier_jour < jour:
            raise Refus(
                "Ce jour est passé. Pour finir tout de suite, mettez fin au mandat.",
                "dernier_jour",
            )
        if fin is None or (avant.upper and fin > avant.upper):
            _exiger_un_autre(acteur, mandat, jour, "dernier_jour")
        else:
            _avancer_la_fin(acteur, mandat, fin, jour, motif_administration)
    mandat.periode = DateRange(debut, fin)
    _exiger_place(mandat, "debut" if debut != avant.lower else "dernier_jour")
    mandat.perimetre, mandat.telephone = perimetre, telephone
    mandat.save(update_fields=["periode", "perimetre", "telephone"])
    consigner(acteur, Operation.MODIFICATION, "mandat", mandat.uuid)
    return mandat


def _avancer_la_fin(acteur, mandat: Mandat, fin: date, jour: date, motif: str) -> None:
    if fin - jour <= PREAVIS_ANIMATION:
        _exiger_une_animation(mandat, fin, "dernier_jour")
    _exiger_deux_administrateurs(acteur, mandat, fin, motif)
    if fin <= jour + timedelta(days=1):
        departs.confier(mandat, fin)


@transaction.atomic
def changer_telephone(*, acteur, mandat: Mandat, telephone: str) -> None:
    _, mandat = _verrouiller_mandat(mandat)
    mandat.telephone = telephone
    mandat.save(update_fields=["telephone"])
    consigner(acteur, Operation.MODIFICATION, "mandat", mandat.uuid)


@transaction.atomic
def deposer_lettre(*, acteur, mandat: Mandat, fichier: Fichier) -> None:
    """La lettre de mission signée ; une nouvelle remplace l'ancienne, que le ménage efface."""
    _, mandat = _verrouiller_mandat(mandat)
    mandat.lettre = fichier
    mandat.save(update_fields=["lettre"])
    consigner(acteur, Operation.MODIFICATION, "mandat", mandat.uuid)


@transaction.atomic
def renouveler(*, acteur, mandat: Mandat, dernier_jour: date | None) -> Mandat:
    """Une nouvelle période, qui commence le jour où finit celle-ci : rien ne s'interrompt.

    Lève ``Refus`` si le mandat n'a pas de fin, s'il est déjà suivi d'un autre, ou si l'on se
    renouvelle soi-même alors que quelqu'un d'autre peut le faire.
    """
    reseau, mandat = _verrouiller_mandat(mandat)
    if mandat.periode.upper is None:
        raise Refus("Ce mandat n’a pas de fin : il n’y a rien à renouveler.")
    _exiger_un_autre(acteur, mandat, reseau.aujourd_hui())
    debut = mandat.periode.upper
    if dernier_jour and dernier_jour < debut:
        raise Refus(
            f"La nouvelle période commence le {date_en_mots(debut)} : choisissez un jour après.",
            "dernier_jour",
        )
    suite = Mandat(
        utilisateur=mandat.utilisateur,
        structure=mandat.structure,
        reseau=reseau,
        fonction=mandat.fonction,
        administre=mandat.administre,
        telephone=mandat.telephone,
        perimetre=mandat.perimetre,
        supplee=mandat.supplee,
        periode=DateRange(debut, dernier_jour + timedelta(days=1) if dernier_jour else None),
    )
    _exiger_place(suite, "dernier_jour")
    suite.save()
    consigner(acteur, Operation.MODIFICATION, "mandat", suite.uuid)
    return suite


@transaction.atomic
def nommer_suppleant(*, acteur, mandat: Mandat, utilisateur) -> Mandat:
    """Cette personne de la structure supplée celle du mandat, à la même fonction.

    Si elle tient déjà cette fonction, son mandat dit seulement qui elle supplée ; sinon elle en
    reçoit un, pour le temps qui reste à celui-ci.
    """
    reseau, mandat = _verrouiller_mandat(mandat)
    jour = reseau.aujourd_hui()
    if utilisateur.pk == mandat.utilisateur_id:
        raise Refus("On ne se supplée pas soi-même.", "personne")
    if utilisateur.pk == acteur.utilisateur_id:
        raise Refus("Demandez à quelqu’un d’autre de vous nommer.", "personne")
    meme_poste = Mandat.objects.select_for_update(of=("self",)).filter(
        utilisateur=utilisateur,
        structure=mandat.structure_id,
        reseau=reseau,
        fonction=mandat.fonction,
        periode__overlap=DateRange(max(jour, mandat.periode.lower), mandat.periode.upper),
    )
    suppleance = meme_poste.order_by("periode").first()
    if suppleance is None:
        suppleance = Mandat(
            utilisateur=utilisateur,
            structure=mandat.structure,
            reseau=reseau,
            fonction=mandat.fonction,
            perimetre=mandat.perimetre,
            periode=DateRange(max(jour, mandat.periode.lower), mandat.periode.upper),
        )
    elif suppleance.pk == mandat.supplee_id:
        raise Refus(
            f"{mandat.utilisateur.nom_complet} supplée déjà cette personne : "
            "l’une des deux seulement.",
            "personne",
        )
    suppleance.supplee = mandat
    suppleance.save()
    consigner(acteur, Operation.MODIFICATION, "mandat", suppleance.uuid)
    return suppleance


@transaction.atomic
def terminer_mandat(
    *, acteur, mandat: Mandat, jour: date | None = None, motif_administration: str = ""
) -> Mandat:
    """Les droits cessent ``jour`` (aujourd'hui s'il n'est pas dit) ; rend le mandat fini.

    Ce que la personne suivait change de mains d'abord, dans cette transaction quand la fin est
    pour aujourd'hui ou demain, sinon par la tâche qui passe la veille. Les invitations que la
    personne n'aurait plus le droit d'envoyer sont annulées. ``mandat_termine`` annonce
    après validation une fin immédiate. Un mandat qui n'aura duré aucun jour disparaît,
    l'invitation acceptée en garde la trace. Lève ``Refus`` au champ concerné.
    """
    reseau, mandat = _verrouiller_mandat(mandat)
    aujourd_hui = reseau.aujourd_hui()
    jour = jour or aujourd_hui
    if jour < aujourd_hui:
        raise Refus("Ce jour est passé : les droits cessent aujourd’hui ou plus tard.", "jour")
    if mandat.periode.upper and jour > mandat.periode.upper:
        raise Refus(
            f"Ce mandat finit déjà le {date_en_mots(mandat.periode.upper)}. Pour le prolonger, "
            "renouvelez-le.",
            "jour",
        )
    _exiger_une_animation(mandat, jour)
    _exiger_deux_administrateurs(acteur, mandat, jour, motif_administration)
    if jour <= aujourd_hui + timedelta(days=1):
        departs.confier(mandat, jour)
    DepartSignale.objects.filter(mandat=mandat, regle_le=None).update(regle_le=timezone.now())
    annonce = {
        "utilisateur_id": mandat.utilisateur_id,
        "structure_id": mandat.structure_id,
        "reseau_id": mandat.reseau_id,
        "fonction": mandat.fonction,
        "jour": jour,
        "par_id": acteur.utilisateur_id,
    }
    consigner(acteur, Operation.MODIFICATION, "mandat", mandat.uuid)
    if mandat.periode.lower >= jour:
        mandat.delete()
    else:
        mandat.periode = DateRange(mandat.periode.lower, jour)
        mandat.save(update_fields=["periode"])
    if jour == aujourd_hui:
        retirer_sans_droit(mandat.utilisateur_id)
        transaction.on_commit(lambda: mandat_termine.send(sender=Mandat, **annonce))
    return mandat


@transaction.atomic
def dire_pourquoi_une_seule(
    *, acteur, structure: Structure, reseau: Reseau, motif: str
) -> AdministrationSeule:
    """Garde, à la place de la deuxième personne, la raison pour laquelle elle manque."""
    ligne, _ = AdministrationSeule.objects.update_or_create(
        structure=structure,
        reseau=reseau,
        defaults={"motif": motif, "par": acteur.utilisateur},
    )
    consigner(acteur, Operation.MODIFICATION, "structure", structure.uuid)
    return ligne


def administrateurs_restants(mandat: Mandat, jour: date) -> int:
    """Combien de personnes administreront encore la structure ce jour-là, sans ce mandat."""
    return (
        Mandat.objects.administrent(jour, LECTEURS)
        .filter(reseau=mandat.reseau_id, structure=mandat.structure_id)
        .exclude(pk=mandat.pk)
        .values("utilisateur")
        .distinct()
        .count()
    )


def manquera_d_administrateurs(mandat: Mandat, jour: date) -> bool:
    """Mettre fin à ce mandat laisserait moins de deux personnes, sans que personne ait dit pourquoi."""
    return (
        mandat.administre
        and mandat.fonction in LECTEURS
        and administrateurs_restants(mandat, jour) < ADMINISTRATEURS_VOULUS
        and not AdministrationSeule.objects.filter(
            structure=mandat.structure_id, reseau=mandat.reseau_id
        ).exists()
    )


def _exiger_deux_administrateurs(acteur, mandat: Mandat, jour: date, motif: str) -> None:
    if not manquera_d_administrateurs(mandat, jour):
        return
    if not motif:
        raise Refus(
            f"Moins de deux personnes administreraient {mandat.structure.nom}. Dites pourquoi, "
            "ou confiez d’abord l’administration à quelqu’un d’autre.",
            "motif_administration",
        )
    dire_pourquoi_une_seule(
        acteur=acteur,
        structure=mandat.structure,
        reseau=Reseau(pk=mandat.reseau_id),
        motif=motif,
    )


def _exiger_place(mandat: Mandat, champ: str) -> None:
    """Deux mandats d'une même personne au même titre ne se recouvrent pas : le dire avec les dates."""
    voisin = (
        Mandat.objects.filter(
            utilisateur=mandat.utilisateur_id,
            structure=mandat.structure_id,
            reseau=mandat.reseau_id,
            fonction=mandat.fonction,
            periode__overlap=mandat.periode,
        )
        .exclude(pk=mandat.pk)
        .order_by("periode")
        .first()
    )
    if voisin is None:
        return
    fin = f"au {date_en_mots(voisin.dernier_jour)}" if voisin.dernier_jour else "sans fin"
    raise Refus(
        f"Cette personne a déjà ce mandat du {date_en_mots(voisin.periode.lower)} {fin} : les deux "
        "périodes se chevaucheraient.",
        champ,
    )


def _exiger_un_autre(acteur, mandat: Mandat, jour: date, champ: str | None = None) -> None:
    """Nul ne prolonge ses propres droits, sauf s'il est seul à pouvoir le faire."""
    if mandat.utilisateur_id != acteur.utilisateur_id:
        return
    autres = Mandat.objects.actifs(jour).filter(
        reseau=mandat.reseau_id, utilisateur__is_active=True
    )
    autres = autres.exclude(utilisateur=acteur.utilisateur_id)
    if (
        autres.filter(fonction=Fonction.ANIMATEUR).exists()
        or autres.filter(structure=mandat.structure_id, administre=True).exists()
    ):
        raise Refus(
            "C’est votre propre mandat : une autre personne qui administre la structure, ou qui "
            "anime le réseau, doit le prolonger.",
            champ,
        )


def _exiger_une_animation(mandat: Mandat, jour: date, champ: str | None = None) -> None:
    if mandat.fonction != Fonction.ANIMATEUR:
        return
    autres = (
        Mandat.objects.actifs(jour)
        .filter(reseau=mandat.reseau_id, fonction=Fonction.ANIMATEUR, utilisateur__is_active=True)
        .exclude(pk=mandat.pk)
    )
    if not autres.exists():
        raise Refus(
            "Personne d’autre n’anime ce réseau ce jour-là. Invitez d’abord la personne qui "
            "prend la suite ; quand elle sera venue, vous pourrez mettre fin à ce mandat.",
            champ,
        )
