"""Réunir deux dossiers d'un même réseau, le proposer à l'autre structure, et défaire exactement.

La structure qui répond du dossier gardé, et suit les deux, les réunit ; si l'autre est tenu par
une autre structure, celle-ci en est d'accord d'abord. Le dossier réuni a les règles de partage
les plus fermées des deux. L'ancienne référence et l'ancienne adresse mènent à celui qu'on garde.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Structure
from porteurs.enums import EtatFusion, EtatRelais, NatureFusion
from porteurs.journal import consigner_dossier
from porteurs.models import (
    AccordPartage,
    Dossier,
    EtapeDossier,
    FusionDossiers,
    Installation,
    Participation,
    Porteur,
    Relais,
)
from porteurs.services.acces import indexer, recalculer
from porteurs.services.dossier import verrouiller
from porteurs.services.doublons import PaireAReunir
from porteurs.services.fusions_comparaison import (
    CHAMPS_PORTEUR,
    Comparaison,
    Cote,
    Paire,
    champs_de,
    comparer,
    differences,
    lire,
    paires_choisies,
    paires_probables,
)
from porteurs.services.fusions_lectorat import lectorat
from porteurs.services.fusions_lignes import (
    A_PART,
    Reunion,
    noter_les_ecartes,
    partage_reuni,
    reunir_deux_personnes,
    reunir_les_lignes,
)
from socle.dates import date_en_mots
from socle.enums import Operation
from socle.fusion_lignes import cles_vers, compter, remonter, verifier_les_cles
from socle.permissions import peut
from socle.refus import Refus

CHANGE = (
    "Ces dossiers ont changé de mains ou d’état pendant que vous écriviez\u00a0: rien n’est touché. "
    "Rouvrez la liste pour voir où ils en sont."
)
# Elles bougent à chaque geste : changées depuis, elles restent, et la fusion se défait quand même.
VIVANTES = {
    "porteurs.dossier": {
        "activite_le",
        "dernier_contact_le",
        "revision",
        "vecteur_fiche",
        "vecteur_suivi",
    },
    "porteurs.participation": {"adresse_a_confirmer_depuis"},
}


@dataclass
class Apercu:
    """Tout ce qu'on lit avant de réunir."""

    garde: Cote
    absorbe: Cote
    paires: list[Paire]
    comparaisons: dict[str, list[Comparaison]]
    mouvements: list[tuple[str, int]]
    partage: list[str]
    # Qui lira davantage, et qui cessera de lire.
    lecteurs: list[str]
    obstacles: list[str]
    # La structure dont il faut l'accord ; vide quand on réunit tout de suite.
    accord_de: str


# --- Regarder avant --------------------------------------------------------------------------


def apercu(
    acteur, garde: Dossier, absorbe: Dossier, paires: dict[str, str] | None = None
) -> Apercu:
    """Ce que la réunion ferait. ``paires`` : les personnes dites les mêmes ; par défaut, devinées."""
    un, autre = lire(garde), lire(absorbe)
    paires = paires_probables(un, autre) if paires is None else paires
    couples = paires_choisies(un, autre, paires)
    prive = Dossier.objects.filter(pk__in=[garde.pk, absorbe.pk]).avec_volet(acteur)
    lit_le_prive = all(d.prive for d in prive)
    return Apercu(
        garde=un,
        absorbe=autre,
        paires=couples,
        comparaisons=comparer(un, autre, couples, prive=lit_le_prive),
        mouvements=mouvements(absorbe),
        partage=_partage_en_mots(garde, absorbe, couples),
        lecteurs=lectorat(
            garde, absorbe, ouvert=partage_reuni(garde, absorbe, couples).ouvre(garde)
        ).en_mots(),
        obstacles=obstacles(garde, absorbe),
        accord_de=""
        if garde.structure_responsable_id == absorbe.structure_responsable_id
        else absorbe.structure_responsable.nom,
    )


def mouvements(absorbe: Dossier) -> list[tuple[str, int]]:
    """Ce qui passera d'un dossier à l'autre : ``(nature, nombre)``, sans les natures vides."""
    a_part = {*A_PART, EtapeDossier}
    return compter([c for c in cles_vers(Dossier) if c.model not in a_part], absorbe.pk)


def apercu_personnes(garde: Dossier, absorbe: Dossier) -> Apercu | None:
    """La personne que ces deux dossiers semblent avoir en commun, ou rien."""
    un, autre = lire(garde), lire(absorbe)
    couples = [
        paire
        for paire in paires_choisies(un, autre, paires_probables(un, autre))
        if paire.garde.porteur_id != paire.absorbe.porteur_id
    ][:1]
    if not couples:
        return None
    (couple,) = couples
    un.participations, autre.participations = [couple.garde], [couple.absorbe]
    champs = champs_de(Porteur, CHAMPS_PORTEUR)
    deux = couple.garde.porteur, couple.absorbe.porteur
    choix = list(differences(f"personne-{couple.cle}", *deux, champs))
    return Apercu(un, autre, couples, {str(couple.garde.porteur): choix}, [], [], [], [], "")


def _partage_en_mots(garde: Dossier, absorbe: Dossier, paires: list[Paire]) -> list[str]:
    """Ce que deviendront l'information, l'opposition et les accords : le plus fermé des deux."""
    reuni = partage_reuni(garde, absorbe, paires)
    if reuni.opposition_le:
        phrases = [
            "La fiche reste fermée au réseau\u00a0: la personne s’est opposée au partage le "
            f"{date_en_mots(reuni.opposition_le)}."
        ]
    elif reuni.informe_le:
        phrases = [
            "Le réseau lira la fiche\u00a0: la personne est informée dans les deux dossiers."
        ]
    else:
        phrases = [
            "La fiche sera fermée au réseau\u00a0: dans l’un des deux dossiers, la personne n’est pas "
            "encore informée. Vous pourrez noter qu’elle l’est."
        ]
    return phrases + _accords_en_mots(garde, paires)


def _accords_en_mots(garde: Dossier, paires: list[Paire]) -> list[str]:
    jour = garde.reseau.aujourd_hui()
    ids = [p.pk for paire in paires for p in (paire.garde, paire.absorbe)]
    accords: dict[int, dict[int, str]] = {pk: {} for pk in ids}
    for accord in (
        AccordPartage.objects.en_vigueur(jour)
        .filter(participation__in=ids)
        .select_related("structure")
    ):
        accords[accord.participation_id][accord.structure_id] = accord.structure.nom
    phrases = []
    for paire in paires:
        un, autre = accords[paire.garde.pk], accords[paire.absorbe.pk]
        perdus = sorted({**un, **autre}[s] for s in set(un) ^ set(autre))
        if perdus:
            phrases.append(
                f"{paire.garde.porteur} n’avait donné son accord que pour l’un des deux dossiers, à\u00a0: "
                f"{', '.join(perdus)}. Cet accord prend fin\u00a0; vous pourrez le lui redemander."
            )
    return phrases


def obstacles(garde: Dossier, absorbe: Dossier) -> list[str]:
    """Ce qui empêche de réunir ces deux dossiers aujourd'hui, en phrases."""
    phrases = []
    if garde.pk == absorbe.pk:
        return ["C’est deux fois le même dossier."]
    if garde.reseau_id != absorbe.reseau_id:
        return ["Ces deux dossiers sont de deux réseaux\u00a0: on ne les réunit pas."]
    ailleurs = garde.structure_responsable_id != absorbe.structure_responsable_id
    if ailleurs and not absorbe.ouvert_aux_autres:
        phrases.append(
            f"{absorbe.reference} reste dans la structure qui le tient\u00a0: il n’est pas partagé avec "
            "les autres. La personne doit d’abord en être informée et d’accord, dans un réseau qui a "
            "ouvert le partage."
        )
    deux = Q(dossier__in=[garde.pk, absorbe.pk])
    if Relais.objects.filter(deux, etat=EtatRelais.PROPOSE).exists():
        phrases.append(
            "Un relais attend sa réponse sur l’un des deux\u00a0: acceptez-le ou retirez-le d’abord."
        )
    if Installation.objects.filter(deux).count() == 2:
        phrases.append(
            "Les deux projets ont chacun leur installation\u00a0: ce sont deux projets, même si la "
            "personne est la même."
        )
    en_attente = FusionDossiers.objects.proposees().filter(
        absorbe_uuid__in=[garde.uuid, absorbe.uuid]
    )
    if en_attente.exists():
        phrases.append("On a déjà proposé de réunir l’un des deux\u00a0: la réponse est attendue.")
    return phrases


# --- Réunir, proposer, répondre --------------------------------------------------------------


def _reserver(garde: Dossier, absorbe: Dossier) -> tuple[Dossier, Dossier]:
    """Relit les deux dossiers en les réservant, toujours dans le même ordre."""
    ids = [garde.pk, absorbe.pk]
    verrous = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    if len(list(verrous.order_by("pk").values_list("pk", flat=True))) != len(set(ids)):
        raise Refus("L’un de ces dossiers n’existe plus. Rouvrez la liste.")
    deux = Dossier.objects.select_related("reseau", "commune", "structure_responsable").in_bulk(ids)
    return deux[garde.pk], deux[absorbe.pk]


def _exiger(acteur, action: str, objet) -> None:
    """Les droits, relus une fois les lignes réservées : ils ont pu partir à l'instant."""
    if not peut(acteur, action, objet):
        raise Refus(CHANGE)


@transaction.atomic
def reunir(
    *, acteur, garde: Dossier, absorbe: Dossier, choix: dict[str, str], paires: dict[str, str]
) -> FusionDossiers:
    """Réunit tout de suite, ou propose à l'autre structure de le faire.

    ``choix`` : par champ, « garde » ou « absorbe » ; ``paires`` : qui est la même personne. Lève
    ``Refus`` si quelque chose s'y oppose.
    """
    garde, absorbe = _reserver(garde, absorbe)
    if phrases := obstacles(garde, absorbe):
        raise Refus(" ".join(phrases))
    _exiger(acteur, "porteurs.fusion.faire", PaireAReunir(garde, absorbe))
    fusion = FusionDossiers(
        reseau=garde.reseau,
        garde=garde,
        absorbe_uuid=absorbe.uuid,
        absorbe_reference=absorbe.reference,
        choix={"champs": choix, "paires": paires},
        proposee_par=acteur.utilisateur,
        etat=EtatFusion.PROPOSEE,
    )
    if garde.structure_responsable_id == absorbe.structure_responsable_id:
        _executer(acteur, fusion, garde, absorbe)
    else:
        fusion.save()
    return fusion


def _executer(acteur, fusion: FusionDossiers, garde: Dossier, absorbe: Dossier) -> None:
    reunion = Reunion(
        garde=(un := lire(garde)),
        absorbe=(autre := lire(absorbe)),
        paires=paires_choisies(un, autre, fusion.choix["paires"]),
        choix=fusion.choix["champs"],
        jour=garde.reseau.aujourd_hui(),
    )
    deplacement = reunir_les_lignes(
        reunion, auteur=acteur.utilisateur, structure=_structure_de(acteur, garde, absorbe)
    )
    verifier_les_cles()
    fusion.etat = EtatFusion.FAITE
    fusion.faite_le = timezone.now()
    fusion.changements = deplacement.changements
    fusion.comptes = deplacement.comptes()
    fusion.save()
    _remettre_au_net(garde)
    for dossier in (garde, absorbe):
        consigner_dossier(acteur, Operation.MODIFICATION, dossier, motif="dossiers réunis")


def _structure_de(acteur, garde: Dossier, absorbe: Dossier) -> Structure:
    """Au nom de qui l'acteur réunit : la structure qui répond de l'un des deux, ou la sienne."""
    siennes = acteur.structures(garde.reseau_id, Fonction.TECHNICIEN)
    for dossier in (garde, absorbe):
        if dossier.structure_responsable_id in siennes:
            return dossier.structure_responsable
    return Structure.objects.get(pk=siennes[0])


def _remettre_au_net(*dossiers: Dossier) -> None:
    """Les droits et la recherche de ces dossiers, et de tous ceux de leurs adultes."""
    parts = Participation.objects.filter(dossier__in=dossiers)
    ids = set(
        Participation.objects.filter(porteur__in=parts.values("porteur")).values_list(
            "dossier", flat=True
        )
    ) | {d.pk for d in dossiers}
    indexer(ids)
    recalculer(ids)


def absorbe_de(fusion: FusionDossiers) -> Dossier:
    """L'autre dossier d'une proposition ; parti entre-temps, la proposition ne vaut plus rien."""
    if fusion.absorbe is None:
        raise Refus("L’autre dossier n’existe plus\u00a0: cette proposition n’a plus d’objet.")
    return fusion.absorbe


@transaction.atomic
def repondre(*, acteur, fusion: FusionDossiers, accepte: bool, motif: str = "") -> FusionDossiers:
    """La structure qui tient l'autre dossier accepte, et c'est fait ; ou refuse, et dit pourquoi."""
    fusion = FusionDossiers.objects.select_for_update(of=("self",)).get(pk=fusion.pk)
    if fusion.etat != EtatFusion.PROPOSEE:
        raise Refus("Cette proposition a déjà reçu une réponse.")
    if not accepte and not motif.strip():
        raise Refus("Dites pourquoi vous refusez\u00a0: l’autre structure doit savoir.", "motif")
    garde, absorbe = _reserver(fusion.garde, absorbe_de(fusion))
    fusion.garde, fusion.absorbe = garde, absorbe
    _exiger(acteur, "porteurs.fusion.repondre", fusion)
    fusion.repondu_par = acteur.utilisateur
    fusion.repondu_le = timezone.now()
    if not accepte:
        fusion.etat = EtatFusion.REFUSEE
        fusion.motif = motif
        fusion.save()
        return fusion
    fusion.etat = EtatFusion.FAITE
    fusion.save(update_fields=["etat"])
    if phrases := obstacles(garde, absorbe):
        raise Refus(" ".join(phrases))
    _executer(acteur, fusion, garde, absorbe)
    return fusion


@transaction.atomic
def retirer(*, acteur, fusion: FusionDossiers) -> bool:
    """Retire une proposition sans réponse ; faux si la réponse est venue avant."""
    fusion = FusionDossiers.objects.select_for_update(of=("self",)).get(pk=fusion.pk)
    fusion.garde = verrouiller(fusion.garde)
    _exiger(acteur, "porteurs.fusion.retirer", fusion)
    return bool(
        FusionDossiers.objects.proposees()
        .filter(pk=fusion.pk)
        .update(etat=EtatFusion.RETIREE, repondu_le=timezone.now())
    )


# --- Deux personnes seulement ----------------------------------------------------------------


@transaction.atomic
def reunir_personnes(
    *, acteur, garde: Participation, absorbe: Participation, choix: dict[str, str]
) -> FusionDossiers:
    """La même personne saisie deux fois, pour deux vrais projets : une seule fiche, deux dossiers."""
    if garde.porteur_id == absorbe.porteur_id:
        raise Refus("Ces deux dossiers ont déjà la même personne.")
    deux_dossiers = PaireAReunir(*_reserver(garde.dossier, absorbe.dossier))
    _exiger(acteur, "porteurs.personnes.reunir", deux_dossiers)
    verrous = Porteur.objects.select_for_update(of=("self",)).order_by("pk")
    deux = {p.pk: p for p in verrous.filter(pk__in=[garde.porteur_id, absorbe.porteur_id])}
    if len(deux) != 2 or len({p.reseau_id for p in deux.values()}) != 1:
        raise Refus("Ces deux personnes ne sont plus là\u00a0: rouvrez la page.")
    un, autre = deux[garde.porteur_id], deux[absorbe.porteur_id]
    reunion = Reunion(
        garde=Cote(garde.dossier),
        absorbe=Cote(absorbe.dossier),
        paires=[],
        choix=choix,
        jour=garde.dossier.reseau.aujourd_hui(),
        un_seul_dossier=False,
    )
    reunir_deux_personnes(reunion, f"personne-{absorbe.uuid}", un, autre)
    noter_les_ecartes(
        reunion,
        f"Cette personne avait deux fiches, réunies le {date_en_mots(reunion.jour)}.",
        acteur.utilisateur,
        _structure_de(acteur, garde.dossier, absorbe.dossier),
    )
    verifier_les_cles()
    fusion = FusionDossiers.objects.create(
        reseau=garde.dossier.reseau,
        nature=NatureFusion.PERSONNES,
        personne=un,
        absorbe_uuid=autre.uuid,
        choix={"champs": choix},
        proposee_par=acteur.utilisateur,
        faite_le=timezone.now(),
        changements=reunion.deplacement.changements,
        comptes=reunion.deplacement.comptes(),
    )
    _remettre_au_net(garde.dossier, absorbe.dossier)
    for dossier in (garde.dossier, absorbe.dossier):
        consigner_dossier(acteur, Operation.MODIFICATION, dossier, motif="personnes réunies")
    return fusion


# --- Défaire ---------------------------------------------------------------------------------


@transaction.atomic
def defaire(*, acteur, fusion: FusionDossiers) -> FusionDossiers:
    """Remet tout exactement comme avant. Lève ``Refus``, sans rien toucher, si ce n'est plus possible.

    Ce qui a été saisi depuis dans le dossier gardé lui reste.
    """
    fusion = FusionDossiers.objects.select_for_update(of=("self",)).get(pk=fusion.pk)
    if fusion.etat != EtatFusion.FAITE:
        raise Refus("Cette fusion est déjà annulée.")
    if not fusion.changements:
        raise Refus("Ce qu’il fallait pour séparer ces dossiers a été effacé.")
    _exiger_la_derniere(fusion)
    avant = _touches(fusion)
    for dossier in avant:
        verrouiller(dossier)
    _exiger(acteur, "porteurs.fusion.annuler", fusion)
    try:
        with transaction.atomic():
            ecarts = remonter(fusion.changements, VIVANTES)
            verifier_les_cles()
            if ecarts:
                raise Refus(
                    "On ne peut plus tout remettre exactement comme avant, car ceci a changé depuis"
                    f"\u00a0: {', '.join(ecarts)}. Rien n’a été touché."
                )
    except IntegrityError:
        raise Refus(
            "On ne peut plus tout remettre exactement comme avant\u00a0: ce qui a été saisi depuis en "
            "occupe la place. Rien n’a été touché."
        ) from None
    fusion.etat = EtatFusion.ANNULEE
    fusion.annulee_par, fusion.annulee_le = acteur.utilisateur, timezone.now()
    # Les lignes sont revenues : leur copie n'a plus de raison d'être gardée.
    fusion.changements = []
    fusion.save(update_fields=["etat", "annulee_par", "annulee_le", "changements"])
    touches = {d.pk: d for d in [*avant, *_touches(fusion)]}
    _remettre_au_net(*touches.values())
    for dossier in touches.values():
        consigner_dossier(acteur, Operation.MODIFICATION, dossier, motif="fusion annulée")
    return fusion


def _exiger_la_derniere(fusion: FusionDossiers) -> None:
    """Les fusions d'un même dossier se défont de la dernière à la première."""
    memes = Q(garde=fusion.garde_id) if fusion.garde_id else Q(personne=fusion.personne_id)
    if FusionDossiers.objects.faites().filter(memes, pk__gt=fusion.pk).exists():
        raise Refus("Une autre fusion a été faite depuis\u00a0: annulez-la d’abord.")


def _touches(fusion: FusionDossiers) -> list[Dossier]:
    """Les dossiers que cette fusion concerne, présents aujourd'hui."""
    condition = Q(pk=fusion.garde_id) | Q(uuid=fusion.absorbe_uuid)
    personnes = Porteur.objects.filter(Q(pk=fusion.personne_id) | Q(uuid=fusion.absorbe_uuid))
    condition |= Q(participations__porteur__in=personnes)
    return list(Dossier.objects.filter(condition).distinct().order_by("pk"))


# --- Retrouver, oublier ----------------------------------------------------------------------


def suivant(reseau_slug: str, uuid: UUID) -> UUID | None:
    """L'adresse d'un dossier réuni mène à celui qu'on garde ; rien si ce n'en est pas une."""
    return (
        FusionDossiers.objects.faites()
        .filter(reseau__slug=reseau_slug, absorbe_uuid=uuid)
        .values_list("garde__uuid", flat=True)
        .first()
    )


def references_de(dossier: Dossier) -> list[str]:
    """Toutes les références sous lesquelles ce dossier a vécu, la sienne d'abord."""
    anciennes = dossier.fusions.faites().order_by("pk").values_list("absorbe_reference", flat=True)
    return [dossier.reference, *anciennes]


def oublier(dossier_ids: Iterable[int]) -> int:
    """Efface ce que les fusions gardent de ces dossiers et de leurs adultes ; elles ne se défont plus."""
    ids = list(dossier_ids)
    personnes = Participation.objects.filter(dossier__in=ids).values("porteur")
    fusions = FusionDossiers.objects.filter(Q(garde__in=ids) | Q(personne__in=personnes))
    fusions.exclude(motif="").update(motif="(effacé)")
    return fusions.update(changements=[])
