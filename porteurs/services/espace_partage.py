"""Ce que la personne ouvre et ferme elle-même ; ce qui change vaut aussitôt, partout."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from partenaires.models import Structure
from porteurs.enums import Audience, ModeAccord, ModeInformation, NatureEchange, Volet
from porteurs.models import Acces, AccordPartage, Dossier, Echange, Participation
from porteurs.models.accord import DUREE_ACCORD
from porteurs.services.acces import indexer
from porteurs.services.dossier import (
    enregistrer_opposition,
    informer,
    toucher,
    verrouiller_pour,
)
from socle.models import Utilisateur
from socle.refus import Refus


def _sa_part(acteur, participation: Participation) -> None:
    if participation.porteur_id not in acteur.personnes_ids:
        raise Refus("Chacun ne choisit que pour soi.")


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
    _sa_part(acteur, participation)
    dossier = verrouiller_pour(acteur, "porteurs.espace.partager", participation.dossier)
    jour = dossier.reseau.aujourd_hui()
    participation.opposition_le = None if oui else jour
    if participation.informe_le is None:
        participation.informe_le = jour
        participation.information_mode = ModeInformation.COURRIEL
    participation.save(update_fields=["opposition_le", "informe_le", "information_mode"])
    _tracer(
        participation,
        "Je veux bien que la fiche partagée me nomme."
        if oui
        else "Je ne veux plus que la fiche partagée me nomme.",
        jour,
    )
    toucher(dossier, contact_le=jour)
    indexer([dossier.pk])


@transaction.atomic
def accorder_le_prive(*, acteur, participation: Participation, structure: Structure) -> None:
    """Un adulte laisse cette structure lire la vie privée du foyer, pour deux ans."""
    _sa_part(acteur, participation)
    dossier = verrouiller_pour(acteur, "porteurs.espace.partager", participation.dossier)
    jour = dossier.reseau.aujourd_hui()
    if structure.pk not in {s.pk for s in structures_du_suivi(dossier)}:
        raise Refus("Cette structure ne suit plus votre projet : il n’y a rien à lui ouvrir.")
    # Un accord échu garde sa place tant qu'il n'est pas retiré : le nouveau la prend.
    AccordPartage.objects.filter(
        participation=participation, structure=structure, retire_le=None, jusqua__lte=jour
    ).update(retire_le=timezone.now())
    _, nouveau = AccordPartage.objects.get_or_create(
        participation=participation,
        structure=structure,
        retire_le=None,
        defaults={
            "mode": ModeAccord.EN_LIGNE,
            "donne_le": jour,
            "jusqua": jour + DUREE_ACCORD,
        },
    )
    if nouveau:
        _tracer(participation, f"J’accepte que {structure.nom} lise notre vie privée.", jour)
        toucher(dossier, contact_le=jour)


@transaction.atomic
def retirer_le_prive(*, acteur, participation: Participation, structure: Structure) -> None:
    """L'accord est retiré : la structure ne lit plus le volet privé, dès maintenant."""
    _sa_part(acteur, participation)
    dossier = verrouiller_pour(acteur, "porteurs.espace.partager", participation.dossier)
    jour = dossier.reseau.aujourd_hui()
    retires = AccordPartage.objects.filter(
        participation=participation, structure=structure, retire_le=None
    ).update(retire_le=timezone.now())
    if retires:
        _tracer(participation, f"{structure.nom} ne doit plus lire notre vie privée.", jour)
        toucher(dossier, contact_le=jour)


def _tracer(participation: Participation, texte: str, jour: date) -> None:
    """Au fil, pour l'équipe, signé de la personne : ce qu'elle vient de choisir."""
    Echange.objects.create(
        dossier=participation.dossier,
        porteur=participation.porteur,
        pour_porteur=True,
        structure=participation.dossier.structure_responsable,
        nature=NatureEchange.MESSAGE,
        audience=Audience.EQUIPE,
        le=jour,
        texte=texte,
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
