"""Ce que la personne ouvre et ferme elle-même ; ce qui change vaut aussitôt, partout."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from partenaires.models import Structure
from porteurs.enums import Audience, ModeAccord, ModeInformation, NatureEchange, Volet
from porteurs.models import Acces, Dossier, Echange, Participation
from porteurs.services import accords
from porteurs.services.acces import indexer
from porteurs.services.dossier import (
    enregistrer_opposition,
    informer,
    toucher,
    verrouiller_part_pour,
)
from socle.models import Utilisateur
from socle.refus import Refus


def _sa_part(acteur, participation: Participation) -> tuple[Participation, Dossier, date]:
    """Sa part relue, dossier réservé, si c'est la sienne et que son adresse y est confirmée."""
    participation = verrouiller_part_pour(acteur, "porteurs.espace.partager", participation)
    if not acteur.parts.filter(pk=participation.pk).exists():
        raise Refus("Chacun ne choisit que pour soi.")
    dossier = participation.dossier
    return participation, dossier, dossier.reseau.aujourd_hui()


def fermer_la_fiche(*, acteur, dossier: Dossier) -> None:
    """La personne s'oppose : le réseau cesse aussitôt de voir la fiche."""
    enregistrer_opposition(acteur=acteur, dossier=dossier, le=dossier.reseau.aujourd_hui())


def ouvrir_la_fiche(*, acteur, dossier: Dossier) -> None:
    """La personne, informée par sa page même, accepte que le réseau voie la fiche."""
    informer(
        acteur=acteur,
        dossier=dossier,
        le=dossier.reseau.aujourd_hui(),
        mode=dossier.information_mode or ModeInformation.COURRIEL,
    )


@transaction.atomic
def nommer(*, acteur, participation: Participation, oui: bool) -> None:
    """Un autre adulte du projet choisit si la fiche partagée le nomme."""
    participation, dossier, jour = _sa_part(acteur, participation)
    participation.opposition_le = None if oui else jour
    if participation.informe_le is None:
        participation.informe_le = jour
        participation.information_mode = ModeInformation.COURRIEL
    participation.save(update_fields=["opposition_le", "informe_le", "information_mode"])
    _tracer(
        dossier,
        "accepte que la fiche partagée le nomme."
        if oui
        else "ne veut plus que la fiche partagée le nomme.",
        jour,
    )
    toucher(dossier, contact_le=jour)
    indexer([dossier.pk])


@transaction.atomic
def accorder_le_prive(*, acteur, participation: Participation, structure: Structure) -> None:
    """Un adulte laisse cette structure lire la vie privée du foyer, pour deux ans."""
    participation, dossier, jour = _sa_part(acteur, participation)
    if structure.pk not in {s.pk for s in structures_du_suivi(dossier)}:
        raise Refus("Cette structure ne suit plus votre projet : il n’y a rien à lui ouvrir.")
    if participation.accords.en_vigueur(jour).filter(structure=structure).exists():
        return
    accords.donner(participation, structure, mode=ModeAccord.EN_LIGNE, donne_le=jour)
    _tracer(
        dossier, f"a ouvert la vie privée du foyer à cette structure\u00a0: {structure.nom}.", jour
    )
    toucher(dossier, contact_le=jour)


@transaction.atomic
def retirer_le_prive(*, acteur, participation: Participation, structure: Structure) -> None:
    """L'accord est retiré : la structure ne lit plus le volet privé, dès maintenant."""
    participation, dossier, jour = _sa_part(acteur, participation)
    if participation.accords.filter(structure=structure).retirer():
        _tracer(
            dossier,
            f"a fermé la vie privée du foyer à cette structure\u00a0: {structure.nom}.",
            jour,
        )
        toucher(dossier, contact_le=jour)


def _tracer(dossier: Dossier, choix: str, jour: date) -> None:
    """Au fil, une note pour l'équipe : la preuve du choix est dans l'accord, pas dans ces mots.

    Sans nom ni signature : la personne ne les a pas écrits.
    """
    Echange.objects.create(
        dossier=dossier,
        structure=dossier.structure_responsable,
        nature=NatureEchange.NOTE,
        audience=Audience.EQUIPE,
        le=jour,
        texte=f"Depuis son espace, un adulte du projet {choix}",
    )


# --- Lire ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lecteurs:
    """Qui lit quoi aujourd'hui : le réseau, des structures, des personnes."""

    reseau: bool
    structures: list[tuple[Structure, bool, bool]]
    personnes: list[tuple[Utilisateur, bool]]


def lecteurs_du_jour(dossier: Dossier) -> Lecteurs:
    """La table des accès, en mots : ``(structure, tout, privé)`` et ``(personne, tout)``."""
    droits = list(Acces.objects.en_cours(dossier.reseau.aujourd_hui()).filter(dossier=dossier))
    suivis = {d.beneficiaire: d for d in droits}
    structures = Structure.objects.in_bulk(_identifiants(suivis, "s"))
    personnes = Utilisateur.objects.in_bulk(_identifiants(suivis, "u"))
    jour = dossier.reseau.aujourd_hui()

    def tout(cle: str) -> bool:
        return suivis[cle].volet == Volet.PROFESSIONNEL

    def prive(cle: str) -> bool:
        droit = suivis[cle]
        return droit.prive and (droit.prive_jusqua is None or droit.prive_jusqua > jour)

    par_structure = [
        (structures[pk], tout(cle), prive(cle))
        for cle, pk in _cles(suivis, "s")
        if pk in structures
    ]
    par_personne = [(personnes[pk], tout(cle)) for cle, pk in _cles(suivis, "u") if pk in personnes]
    return Lecteurs(
        reseau=f"r{dossier.reseau_id}" in suivis,
        structures=sorted(par_structure, key=lambda s: (not s[1], s[0].cle_tri)),
        personnes=sorted(par_personne, key=lambda p: (not p[1], p[0].nom, p[0].pk)),
    )


def _cles(droits: dict, sorte: str) -> list[tuple[str, int]]:
    return [(cle, int(cle[1:].partition(":")[0])) for cle in droits if cle.startswith(sorte)]


def _identifiants(droits: dict, sorte: str) -> list[int]:
    return [pk for _, pk in _cles(droits, sorte)]


def structures_du_suivi(dossier: Dossier) -> list[Structure]:
    """Celles qui suivent le dossier : les seules à qui la vie privée peut s'ouvrir."""
    return [structure for structure, tout, _ in lecteurs_du_jour(dossier).structures if tout]
