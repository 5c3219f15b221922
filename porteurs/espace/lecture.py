"""Ce que les pages de l'espace montrent à la personne, et rien de ce qui est interne à l'équipe."""

from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils.translation import gettext

from partenaires.enums import Fonction
from partenaires.models import Mandat, Structure
from porteurs.enums import Etape, EtatOrientation, RoleAffectation
from porteurs.espace.langues import instant, jour
from porteurs.espace.textes import BESOINS, DROITS, ETAPES, ETATS_DROITS, MotsEtape, chaine
from porteurs.models import (
    AccordPartage,
    Action,
    Affectation,
    Besoin,
    DemandeDroit,
    Dossier,
    Echange,
    Orientation,
    Participation,
    Piece,
)
from porteurs.models.regard import Regard
from porteurs.services import espace_partage
from porteurs.services.conservation import fin_prevue
from porteurs.services.historique import consultations_en_clair
from socle.fichiers.depot import en_mo

MESSAGES_MONTRES = 100
CONSULTATIONS_MONTREES = 60


def mots(dossier: Dossier) -> MotsEtape:
    return ETAPES[Etape(dossier.etape)]


@dataclass(frozen=True)
class Contact:
    """Une personne ou une structure à joindre, et comment."""

    nom: str
    structure: str = ""
    role: str = ""
    telephone: str = ""
    courriel: str = ""
    adresse: str = ""
    site: str = ""


@dataclass(frozen=True)
class Contacts:
    structure: Contact
    referent: Contact | None = None
    parrain: Contact | None = None


def contacts(dossier: Dossier) -> Contacts:
    """La structure par son contact public, la personne référente par celui de sa fonction."""
    roles = {
        a.role: a
        for a in Affectation.objects.en_cours()
        .filter(dossier=dossier)
        .select_related("utilisateur", "structure")
    }
    referent, parrain = roles.get(RoleAffectation.REFERENT), roles.get(RoleAffectation.PARRAIN)
    return Contacts(
        structure=_structure(dossier.structure_responsable),
        referent=_referent(dossier, referent) if referent else None,
        # Un parrain donne de son temps : on le joint par la personne référente ou un message.
        parrain=Contact(parrain.utilisateur.nom_complet, parrain.structure.nom)
        if parrain
        else None,
    )


def _structure(structure: Structure) -> Contact:
    return Contact(
        structure.nom,
        telephone=structure.telephone_public,
        courriel=structure.email_public,
        adresse=structure.adresse,
        site=structure.site,
    )


def _referent(dossier: Dossier, role: Affectation) -> Contact:
    mandat = (
        Mandat.objects.actifs(dossier.reseau.aujourd_hui())
        .filter(
            reseau=dossier.reseau_id,
            utilisateur=role.utilisateur_id,
            fonction=Fonction.TECHNICIEN,
        )
        .order_by("-structure", "pk")
        .first()
    )
    return Contact(
        role.utilisateur.nom_complet,
        role.structure.nom,
        telephone=mandat.telephone if mandat else "",
        courriel=role.utilisateur.email,
    )


# --- Où j'en suis -------------------------------------------------------------------------------


def suivi(acteur, dossier: Dossier) -> dict:
    passees = set(dossier.etapes.values_list("etape", flat=True))
    aujourd_hui = dossier.reseau.aujourd_hui()
    return {
        "mots": mots(dossier),
        "chaine": chaine(dossier.etape, passees),
        "depuis": jour(dossier.etape_depuis),
        "contacts": contacts(dossier),
        "besoins": besoins(dossier),
        "actions": [
            {"action": a, "avant": jour(a.echeance), "tard": a.echeance < aujourd_hui}
            for a in actions(dossier)
        ],
        "dernier_message": messages(acteur, dossier, 1),
    }


def actions(dossier: Dossier):
    """Ce que l'on attend de la personne, et qu'elle n'a pas encore fait."""
    return Action.objects.filter(dossier=dossier, pour_porteur=True, faite_le=None).order_by(
        "echeance", "pk"
    )


@dataclass(frozen=True)
class BesoinDit:
    theme: str
    etat: str
    couleur: str
    structures: list[str]


def besoins(dossier: Dossier) -> list[BesoinDit]:
    """Le thème, où cela en est, et qui y répond ; ni les refus, ni leurs motifs, ni les précisions."""
    orientations = Orientation.objects.filter(
        etat__in=[EtatOrientation.ENVOYEE, EtatOrientation.PRISE]
    ).select_related("structure")
    lus = (
        Besoin.objects.filter(dossier=dossier)
        .select_related("theme")
        .prefetch_related(Prefetch("orientations", orientations.order_by("pk"), to_attr="utiles"))
        .order_by("clos_le", "pk")
    )
    dits = []
    for besoin in lus:
        etat, couleur = BESOINS[besoin.etat]
        prises = [o for o in besoin.utiles if o.etat == EtatOrientation.PRISE]
        dits.append(
            BesoinDit(
                gettext(besoin.theme.libelle),
                etat,
                couleur,
                [o.structure.nom for o in (prises or besoin.utiles)],
            )
        )
    return dits


# --- Messages -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class MessageDit:
    le: str
    de: str
    texte: str
    de_moi: bool


def messages(acteur, dossier: Dossier, nombre: int = MESSAGES_MONTRES) -> list[MessageDit]:
    """Ce que la personne a écrit, et ce que l'équipe lui a adressé ; jamais une note interne.

    Ce qu'a écrit un autre adulte du projet ne se lit pas. Ce que l'équipe adresse va à chacun ; ce
    qui touche à la vie privée, au porteur principal seul.
    """
    echanges = (
        Echange.objects.visibles_au_porteur(_regard(dossier))
        .filter(dossier=dossier)
        .select_related("auteur", "structure", "porteur")
        .order_by("-le", "-pk")[:nombre]
    )
    return [
        MessageDit(
            jour(e.le),
            str(e.porteur) if e.porteur else _signature(e),
            e.texte,
            e.porteur_id is not None,
        )
        for e in echanges
    ]


def _signature(echange: Echange) -> str:
    if echange.auteur is None:
        return echange.structure.nom
    return f"{echange.auteur.nom_complet}, {echange.structure.nom}"


def _moi(dossier: Dossier) -> list[int]:
    """Les personnes de la session dans ce dossier ; ``mes_parts`` vient d'``ActeurPorteur.dossiers``."""
    return [part["porteur"] for part in dossier.mes_parts]


def _regard(dossier: Dossier) -> Regard:
    """Ce que la personne a écrit ou déposé, et ce que l'équipe lui adresse."""
    return Regard.de((part["porteur"], part["rang"]) for part in dossier.mes_parts)


# --- Documents ----------------------------------------------------------------------------------


def pieces(acteur, dossier: Dossier):
    """Ce que la personne a déposé, et ce que l'équipe lui a remis, selon la règle des messages."""
    return (
        Piece.objects.visibles_au_porteur(_regard(dossier))
        .filter(dossier=dossier)
        .select_related("fichier", "structure", "porteur")
        .order_by("-deposee_le", "-pk")
    )


def documents(acteur, dossier: Dossier) -> list[dict]:
    return [
        {
            "piece": piece,
            "le": jour(piece.deposee_le.astimezone(dossier.reseau.tz).date()),
            "poids": en_mo(piece.fichier.taille),
            "de": "" if piece.porteur_id else piece.structure.nom,
        }
        for piece in pieces(acteur, dossier)
    ]


# --- Partage ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MaPart:
    """Une personne de la session dans ce dossier, et ce qu'elle a choisi pour elle."""

    part: Participation
    nommee: bool
    accords: dict[int, str] = field(default_factory=dict)

    @property
    def principale(self) -> bool:
        return self.part.rang == 1


def _parts(dossier: Dossier) -> list[Participation]:
    """Tous les adultes du projet, leurs accords en cours avec eux."""
    en_vigueur = AccordPartage.objects.en_vigueur(dossier.reseau.aujourd_hui())
    return list(
        Participation.objects.filter(dossier=dossier)
        .select_related("porteur")
        .prefetch_related(Prefetch("accords", en_vigueur, to_attr="accords_lus"))
        .order_by("rang")
    )


def _ma_part(part: Participation) -> MaPart:
    accords = {accord.structure_id: jour(accord.jusqua) for accord in part.accords_lus}
    return MaPart(part, part.nommee, accords)


def est_principale(dossier: Dossier) -> bool:
    return any(part["rang"] == 1 for part in dossier.mes_parts)


def partage(acteur, dossier: Dossier) -> dict:
    lecteurs = espace_partage.lecteurs_du_jour(dossier)
    parts = _parts(dossier)
    miennes = [_ma_part(part) for part in parts if part.porteur_id in _moi(dossier)]
    return {
        "lecteurs": lecteurs,
        "principale": est_principale(dossier),
        "autres_parts": [m for m in miennes if not m.principale],
        "prives": [
            {"part": m.part, "structures": _accords_possibles(m, lecteurs)} for m in miennes
        ],
        "plusieurs_adultes": len(parts) > 1,
        "plusieurs_ici": len(miennes) > 1,
        "fiche": _fiche(dossier, parts),
        "informee_le": jour(dossier.informe_le),
        "opposee_le": jour(dossier.opposition_le),
        "consultations": [
            {
                "le": instant(c.quand, dossier.reseau.tz),
                "qui": c.qui,
                "structure": c.structure,
                "quoi": gettext(c.quoi),
            }
            for c in consultations_en_clair(dossier)[:CONSULTATIONS_MONTREES]
        ],
    }


def _accords_possibles(mienne: MaPart, lecteurs) -> list[dict]:
    """Les structures qui suivent le projet, et ce que cette personne leur a accordé."""
    return [
        {
            "structure": structure,
            "accord": structure.pk in mienne.accords,
            "jusqua": mienne.accords.get(structure.pk, ""),
        }
        for structure, tout, _prive in lecteurs.structures
        if tout
    ]


def _fiche(dossier: Dossier, parts: list[Participation]) -> dict:
    """Mot pour mot ce que le réseau lit de la fiche partagée."""
    themes = Besoin.objects.filter(dossier=dossier).values_list("theme__libelle", flat=True)
    return {
        "noms": [part.porteur.nom_court for part in parts if part.nommee],
        "etape": mots(dossier).nom,
        "themes": sorted({gettext(theme) for theme in themes}),
    }


# --- Mes droits ---------------------------------------------------------------------------------


def demandes(acteur, dossier: Dossier):
    return DemandeDroit.objects.filter(dossier=dossier, porteur__in=_moi(dossier)).select_related(
        "porteur"
    )


def droits(acteur, dossier: Dossier) -> dict:
    dites = []
    for demande in demandes(acteur, dossier).order_by("-recue_le", "-pk"):
        etat, couleur = ETATS_DROITS[demande.etat]
        dites.append(
            {
                "demande": demande,
                "nature": DROITS[demande.nature],
                "etat": etat,
                "couleur": couleur,
                "le": jour(demande.recue_le.astimezone(dossier.reseau.tz).date()),
                "echeance": jour(demande.echeance),
                "en_attente": demande.repondue_le is None,
            }
        )
    return {
        "demandes": dites,
        "gardees_jusqu_au": jour(fin_prevue(dossier)),
        "dernier_contact": jour(dossier.dernier_contact_le),
    }
