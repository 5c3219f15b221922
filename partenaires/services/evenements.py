"""Tenir le programme d'un réseau : prévoir, changer, annuler ; rappeler ; recueillir les avis."""

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Avg, Count, Q, Sum
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import EtatEvenement, NatureEvenement, SensBudget
from partenaires.models import Evaluation, Evenement, Exposant, Inscription, LigneBudget
from partenaires.services.agendas import Entree, Lecteur
from partenaires.services.carnet import DEPASSE
from partenaires.services.inscriptions import depot, promouvoir, verrouiller
from socle import liens
from socle.acteur import Acteur
from socle.courriels import deposer
from socle.refus import Refus

GENRE_CHANGE, GENRE_ANNULE = "evenement_change", "evenement_annule"
GENRE_RAPPEL, GENRE_AVIS = "evenement_rappel", "evenement_avis"
BUT_AVIS = "avis"
DUREE_AVIS = timedelta(days=30)
# Après une absence, un rappel de la semaine ne se donne plus si celui de la veille approche.
SEMAINE, VEILLE, SURSIS = timedelta(days=7), timedelta(days=1), timedelta(days=3)
# Ce qu'un inscrit a noté dans son agenda : s'il change, on le lui dit.
RENDEZ_VOUS = ("debut", "fin", "lieu", "commune")


# --- Le programme ------------------------------------------------------------------------------


def prevoir(*, acteur: Acteur, reseau, **champs) -> Evenement:
    evenement = Evenement.objects.create(
        reseau=reseau, cree_par_id=acteur.utilisateur_id, modifie_le=timezone.now(), **champs
    )
    evenement.refresh_from_db(fields=["uuid"])
    return evenement


@transaction.atomic
def modifier(*, evenement: Evenement, sequence: int, **champs) -> Evenement:
    """Change ce qui est dit ; les inscrits l'apprennent si c'est le jour, l'heure ou le lieu.

    Des places de plus vont à ceux qui attendent. ``sequence`` : la version que l'on a lue.
    """
    evenement = verrouiller(evenement)
    if evenement.sequence != sequence:
        raise Refus(DEPASSE)
    if evenement.annule:
        raise Refus("Cet évènement est annulé : prévoyez-en un autre.")
    inscrits = evenement.inscriptions.retenues().count()
    capacite = champs.get("capacite")
    if capacite is not None and capacite < inscrits:
        raise Refus(
            f"{inscrits} personnes ont déjà leur place : gardez-en au moins autant.", "capacite"
        )
    if champs["nature"] != NatureEvenement.FORUM and evenement.exposants.exists():
        raise Refus("Des exposants sont inscrits : cela reste un forum.", "nature")
    deplace = any(getattr(evenement, nom) != champs[nom] for nom in RENDEZ_VOUS)
    _enregistrer(evenement, **champs)
    if deplace and evenement.debut > timezone.now():
        _ecrire_aux_inscrits(GENRE_CHANGE, evenement)
    promouvoir(evenement)
    return evenement


def _enregistrer(evenement: Evenement, **champs) -> None:
    for nom, valeur in champs.items():
        setattr(evenement, nom, valeur)
    evenement.sequence += 1
    evenement.modifie_le = timezone.now()
    evenement.save(update_fields=[*champs, "sequence", "modifie_le"])


def _ecrire_aux_inscrits(genre: str, evenement: Evenement) -> None:
    """À tous, liste d'attente comprise ; une fois par version de l'évènement."""
    inscrits = evenement.inscriptions.filter(purgee_le=None).select_related("utilisateur")
    deposer([depot(genre, i, f":{evenement.sequence}") for i in inscrits])


@transaction.atomic
def annuler(*, evenement: Evenement, motif: str) -> Evenement:
    """Les inscrits sont prévenus si cela n'a pas commencé ; leurs agendas l'effacent."""
    evenement = verrouiller(evenement)
    if evenement.annule:
        raise Refus("Cet évènement est déjà annulé.")
    _enregistrer(evenement, etat=EtatEvenement.ANNULE, motif_annulation=motif)
    if evenement.debut > timezone.now():
        _ecrire_aux_inscrits(GENRE_ANNULE, evenement)
    return evenement


def tenir_les_evenements() -> int:
    """Ce qui est fini sans avoir été annulé a eu lieu : personne n'a à le dire."""
    return Evenement.objects.filter(etat=EtatEvenement.PREVU, fin__lt=timezone.now()).update(
        etat=EtatEvenement.TENU
    )


# --- Les agendas -------------------------------------------------------------------------------


def entree(evenement: Evenement, *, publique: bool = False) -> Entree:
    """L'évènement dans un agenda ; l'adresse mène à la page que ce lecteur-là peut ouvrir."""
    route = "evenement_public" if publique else "evenement"
    page = settings.SITE_URL + reverse(
        f"partenaires:{route}", args=[evenement.reseau.slug, evenement.uuid]
    )
    return Entree(
        cle=f"evenement-{evenement.uuid}",
        titre=evenement.intitule,
        debut=evenement.debut,
        fin=evenement.fin,
        fuseau=evenement.reseau.tz,
        sequence=evenement.sequence,
        modifiee_le=evenement.modifie_le,
        lieu=evenement.ou,
        description=f"{evenement.get_nature_display().capitalize()} · {evenement.reseau.nom}\n{page}",
        adresse=page,
        annulee=evenement.annule,
    )


def rendez_vous(lecteur: Lecteur) -> list[Entree]:
    """Ce que la personne voit dans ses réseaux, ou ce qu'un réseau ouvre au public."""
    evenements = Evenement.objects.filter(fin__gte=lecteur.depuis)
    if lecteur.acteur is not None:
        evenements = evenements.visible_par(lecteur.acteur)
    else:
        evenements = evenements.publics().filter(reseau=lecteur.reseau)
    evenements = evenements.select_related("reseau", "commune").order_by("debut", "pk")
    return [entree(e, publique=lecteur.acteur is None) for e in evenements]


# --- Les rappels, déduits de la base ------------------------------------------------------------


def rappeler(maintenant=None) -> int:
    """Une semaine avant aux membres, la veille à tous ; chacun une fois, un passage manqué rattrapé.

    Qui s'inscrit après le moment d'un rappel ne le reçoit pas : il vient de lire la date.
    """
    maintenant = maintenant or timezone.now()
    inscrits = (
        Inscription.objects.retenues()
        .filter(
            evenement__etat=EtatEvenement.PREVU,
            evenement__debut__gt=maintenant,
            evenement__debut__lte=maintenant + SEMAINE + VEILLE,
        )
        .select_related("evenement__reseau", "utilisateur")
        .order_by("pk")
    )
    depots = []
    for inscription in inscrits:
        rappel = _rappel_du(inscription, maintenant)
        if rappel:
            le = f"{inscription.evenement.debut:%Y%m%d%H%M}"
            depots.append(depot(GENRE_RAPPEL, inscription, f":{rappel}:{le}"))
    return deposer(depots)


def _rappel_du(inscription: Inscription, maintenant) -> str:
    """« j7 », « j1 » ou rien. Les jours se comptent dans le fuseau du réseau."""
    evenement = inscription.evenement
    aujourd_hui = maintenant.astimezone(evenement.reseau.tz).date()
    reste = evenement.jour - aujourd_hui
    inscrit_le = inscription.cree_le.astimezone(evenement.reseau.tz).date()
    if reste <= VEILLE:
        return "j1" if inscrit_le < evenement.jour - VEILLE else ""
    if SEMAINE - SURSIS <= reste <= SEMAINE and inscription.utilisateur_id:
        return "j7" if inscrit_le < evenement.jour - SEMAINE else ""
    return ""


def demander_les_avis(maintenant=None) -> int:
    """Le lendemain, à qui était là ; si l'émargement n'est pas reporté, à tous les inscrits."""
    maintenant = maintenant or timezone.now()
    jour = timezone.localdate(maintenant)
    inscrits = (
        Inscription.objects.retenues()
        .filter(
            Q(presente=True) | Q(presente=None),
            evenement__avis_demande=True,
            evenement__etat=EtatEvenement.TENU,
            evenement__fin__gte=maintenant - SEMAINE,
            evenement__fin__lt=maintenant,
            purgee_le=None,
        )
        .select_related("evenement__reseau", "utilisateur")
        .order_by("pk")
    )
    return deposer(
        [depot(GENRE_AVIS, i, "") for i in inscrits if _dernier_jour(i.evenement) < jour]
    )


def _dernier_jour(evenement: Evenement) -> date:
    return evenement.fin.astimezone(evenement.reseau.tz).date()


# --- Les avis ------------------------------------------------------------------------------------


@transaction.atomic
def donner_son_avis(*, jeton: str, note: int, servi: str, manque: str) -> Evenement:
    """Un avis par lien ; rien n'y dit de qui il vient, ni quand."""
    lien = liens.lire(jeton, BUT_AVIS)
    if not liens.consommer(lien):
        raise liens.LienInvalide("Ce lien a déjà servi : il ne vaut qu’une fois.")
    evenement = Evenement.objects.select_related("reseau").get(pk=lien.contexte["evenement"])
    Evaluation.objects.create(evenement=evenement, note=note, servi=servi, manque=manque)
    return evenement


def avis_rassembles(evenement: Evenement) -> dict:
    """Combien d'avis ; et, au seuil du réseau, la moyenne, la répartition et les mots, mêlés."""
    avis = evenement.evaluations
    total = avis.count()
    seuil = evenement.reseau.seuil_masquage
    if total < seuil:
        return {"total": total, "seuil": seuil, "masque": True}
    par_note = dict(avis.values_list("note").annotate(n=Count("pk")).order_by("note"))
    return {
        "total": total,
        "seuil": seuil,
        "masque": False,
        "moyenne": avis.aggregate(m=Avg("note"))["m"],
        "notes": [(note, par_note.get(note, 0)) for note in range(5, 0, -1)],
        # Par ordre alphabétique : l'ordre d'arrivée en dirait trop.
        "servi": sorted(avis.exclude(servi="").values_list("servi", flat=True)),
        "manque": sorted(avis.exclude(manque="").values_list("manque", flat=True)),
    }


# --- Exposants et budget -------------------------------------------------------------------------


def _ajouter(modele, message: str, **champs):
    """Crée la ligne ; ce que la base refuse devient une phrase."""
    try:
        with transaction.atomic():
            return modele.objects.create(**champs)
    except IntegrityError as erreur:
        raise Refus(message) from erreur


def accueillir_un_exposant(*, evenement: Evenement, **champs) -> Exposant:
    if evenement.nature != NatureEvenement.FORUM:
        raise Refus("Seul un forum reçoit des exposants.")
    return _ajouter(
        Exposant,
        "Cette structure expose déjà, ou ce stand est déjà pris.",
        evenement=evenement,
        **champs,
    )


def inscrire_au_budget(*, evenement: Evenement, **champs) -> LigneBudget:
    return _ajouter(
        LigneBudget,
        "Une recette dit qui finance ; une dépense n’en a pas.",
        evenement=evenement,
        **champs,
    )


def totaux(evenement: Evenement) -> dict[str, Decimal]:
    """Dépenses, recettes et solde, prévus et réalisés."""
    zero = Decimal(0)
    sommes = {
        sens: evenement.budget.filter(sens=sens).aggregate(
            prevu=Sum("prevu", default=zero), realise=Sum("realise", default=zero)
        )
        for sens in SensBudget.values
    }
    depense, recette = sommes[SensBudget.DEPENSE], sommes[SensBudget.RECETTE]
    return {
        "depense": depense,
        "recette": recette,
        "solde": {quoi: recette[quoi] - depense[quoi] for quoi in ("prevu", "realise")},
    }
