"""Le fil d'un dossier : échanges, étapes, relais, rôles, besoins, financements ; le plus récent d'abord.

Chaque élément n'y entre que par ce que l'acteur a le droit de lire.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from porteurs.cessions import mot_de_l_etape
from porteurs.enums import (
    CHAINE,
    Audience,
    EtatAffectation,
    EtatOrientation,
    NatureFinancement,
)
from porteurs.models import Dossier, Echange, Piece
from socle.permissions import peut

# Les échanges montrés d'emblée ; les plus anciens se lisent sur demande.
ECHANGES_MONTRES = 40


@dataclass(frozen=True)
class Element:
    le: date
    titre: str
    texte: str = ""
    detail: str = ""
    genre: str = "fait"
    # La pièce à télécharger, ou rien ; ``retirable`` quand l'acteur peut l'effacer.
    piece: Piece | None = None
    retirable: bool = False
    # Départage deux éléments du même jour : le plus récemment écrit d'abord.
    ecrit_le: datetime = datetime.min.replace(tzinfo=UTC)


def fil(dossier: Dossier, acteur, *, tout: bool = False) -> tuple[list[Element], bool]:
    """Les éléments visibles de l'acteur, et s'il en reste de plus anciens.

    ``dossier`` vient de ``pour_page``.
    """
    echanges = list(
        Echange.objects.visible_par(acteur)
        .filter(dossier=dossier)
        .select_related("auteur", "structure", "porteur")
        .order_by("-le", "-pk")[: None if tout else ECHANGES_MONTRES + 1]
    )
    reste = not tout and len(echanges) > ECHANGES_MONTRES
    if reste:
        echanges = echanges[:ECHANGES_MONTRES]
    elements = [_echange(e) for e in echanges]
    elements += _etapes(dossier, avec_motif=dossier.suivi)
    if dossier.suivi:
        elements += _relais(dossier) + _roles(dossier) + _besoins(dossier) + _reussites(dossier)
        elements += _pieces(dossier, acteur)
    if reste:
        # Rien de plus ancien que le dernier échange montré : le fil reste dans l'ordre.
        limite = echanges[-1].le
        elements = [e for e in elements if e.le >= limite]
    return sorted(elements, key=lambda e: (e.le, e.ecrit_le), reverse=True), reste


def _echange(echange: Echange) -> Element:
    if echange.porteur:
        auteur = f"{echange.porteur}, depuis son espace"
    else:
        qui = echange.auteur.nom_complet if echange.auteur else "Maillon"
        auteur = f"{qui}, {echange.structure.nom}"
    return Element(
        le=echange.le,
        titre=echange.get_nature_display().capitalize(),
        texte=echange.texte,
        detail=f"{auteur} · {_lecteurs(echange)}",
        genre="echange",
        ecrit_le=echange.cree_le,
    )


def _pieces(dossier: Dossier, acteur) -> list[Element]:
    pieces = (
        Piece.objects.visible_par(acteur)
        .filter(dossier=dossier)
        .select_related("fichier", "structure", "deposee_par", "porteur")
        .order_by("-deposee_le", "-pk")
    )
    elements = []
    for piece in pieces:
        piece.dossier = dossier
        elements.append(
            Element(
                le=piece.deposee_le.astimezone(dossier.reseau.tz).date(),
                titre=piece.intitule,
                detail=_deposant(piece) + " · " + _lecteurs(piece),
                genre="piece",
                ecrit_le=piece.deposee_le,
                piece=piece,
                retirable=peut(acteur, "porteurs.piece.retirer", piece),
            )
        )
    return elements


def _deposant(piece: Piece) -> str:
    if piece.porteur:
        return f"{piece.porteur}, depuis son espace"
    return f"{piece.deposee_par.nom_complet}, {piece.structure.nom}"


def _lecteurs(ecrit: Echange | Piece) -> str:
    """« Lu par\u00a0: … », pour un échange ou une pièce."""
    lecteurs = ecrit.get_audience_display()
    if ecrit.audience == Audience.STRUCTURE:
        lecteurs = "cette structure seulement"
    if ecrit.prive:
        lecteurs += ", volet privé"
    if ecrit.pour_porteur:
        lecteurs += ", et la personne accompagnée"
    return f"lu par\u00a0: {lecteurs}"


def _etapes(dossier: Dossier, *, avec_motif: bool) -> list[Element]:
    return [
        Element(
            le=etape.le,
            titre=f"Étape : {mot_de_l_etape(dossier.nature, etape.etape)}",
            texte=etape.motif if avec_motif else "",
            genre="etape",
            ecrit_le=etape.cree_le,
        )
        for etape in dossier.etapes_lues
    ]


def _relais(dossier: Dossier) -> list[Element]:
    elements = []
    for relais in dossier.relais_lus:
        date_du_fait = relais.repondu_le or relais.propose_le
        elements.append(
            Element(
                le=date_du_fait.astimezone(dossier.reseau.tz).date(),
                titre=f"Relais {relais.get_etat_display()} : {relais.de.nom} → {relais.vers.nom}",
                texte=f"« {relais.resume} »",
                detail=f"Motif : {relais.motif}" if relais.motif else "",
                genre="relais",
                ecrit_le=date_du_fait,
            )
        )
    return elements


def _roles(dossier: Dossier) -> list[Element]:
    phrases = {
        EtatAffectation.ACCEPTEE: "accepte",
        EtatAffectation.DECLINEE: "décline",
    }
    return [
        Element(
            le=affectation.repondue_le.astimezone(dossier.reseau.tz).date(),
            titre=f"{affectation.utilisateur.nom_complet} {phrases[affectation.etat]} le rôle de "
            f"{affectation.get_role_display()}",
            texte=affectation.motif,
            genre="role",
            ecrit_le=affectation.repondue_le,
        )
        for affectation in dossier.roles
        if affectation.etat in phrases and affectation.repondue_le
    ]


def _besoins(dossier: Dossier) -> list[Element]:
    """Ce qui a été proposé à une structure, et ce qu'elle en a dit.

    Le motif d'un refus du côté privé ne se lit qu'avec le volet privé.
    """
    reponses = {
        EtatOrientation.PRISE: "pris en charge par",
        EtatOrientation.REFUSEE: "refusé par",
        EtatOrientation.PASSEE: "passé plus loin par",
    }
    elements = []
    for orientation in dossier.orientations_lues:
        quoi, vers = f"Besoin «\u00a0{orientation.theme}\u00a0»", orientation.structure.nom
        reponse = reponses.get(orientation.etat)
        # Qui se charge d'un besoin de son propre mouvement ne se le propose pas.
        soi_meme = (
            orientation.etat == EtatOrientation.PRISE
            and orientation.proposee_par == orientation.tranchee_par
        )
        if not soi_meme:
            elements.append(
                _du_besoin(
                    dossier,
                    orientation.envoyee_le,
                    f"{quoi} proposé à {vers}",
                    orientation.proposee_par,
                )
            )
        if reponse and orientation.repondue_le:
            lisible = dossier.prive or not orientation.prive
            elements.append(
                _du_besoin(
                    dossier,
                    orientation.repondue_le,
                    f"{quoi} {reponse} {vers}",
                    orientation.tranchee_par,
                    orientation.motif if lisible else "",
                )
            )
    return elements


def _du_besoin(dossier: Dossier, fait_le: datetime, titre: str, par: str, texte: str = ""):
    return Element(
        le=fait_le.astimezone(dossier.reseau.tz).date(),
        titre=titre,
        texte=texte,
        detail=par and f"par {par}",
        genre="besoin",
        ecrit_le=fait_le,
    )


def _reussites(dossier: Dossier) -> list[Element]:
    elements = [
        Element(
            le=date.fromisoformat(f["le"]),
            titre=f"{NatureFinancement(f['nature']).label.capitalize()} de {_euros(f['montant'])}",
            detail=f["structure"],
            genre="financement",
        )
        for f in dossier.financements_lus
    ]
    if installation := getattr(dossier, "installation", None):
        elements.append(
            Element(
                le=installation.le,
                titre=f"Installation à {installation.commune.nom}",
                texte=_arrivants(installation),
                genre="installation",
            )
        )
    return elements


def _euros(montant) -> str:
    entier = f"{montant:,.0f}".replace(",", " ")
    return f"{entier} €"


def _arrivants(installation) -> str:
    def compte(nombre, mot):
        return f"{nombre} {mot}{'s' if nombre > 1 else ''}"

    parts = [compte(installation.adultes, "adulte")]
    if installation.enfants:
        parts.append(compte(installation.enfants, "enfant"))
    parts.append(compte(installation.emplois, "emploi"))
    return ", ".join(parts)


def chaine(dossier: Dossier) -> list[dict]:
    """Où en est le projet sur la chaîne : ``{"libelle", "detail", "etat"}`` par étape.

    ``etat`` vaut « fait », « courant » ou « avenir » ; une étape sautée n'est pas datée.
    """
    dates = {etape.etape: etape.le for etape in dossier.etapes_lues}
    atteintes = [CHAINE.index(e) for e in dates if e in CHAINE]
    courante = CHAINE.index(dossier.etape) if dossier.etape in CHAINE else max(atteintes, default=0)
    maillons = []
    for rang, etape in enumerate(CHAINE):
        if rang == courante and dossier.ouvert:
            etat = "courant"
        elif rang <= courante:
            etat = "fait"
        else:
            etat = "avenir"
        le = dates.get(etape)
        montree = le is not None and rang <= courante
        maillons.append(
            {
                "libelle": mot_de_l_etape(dossier.nature, etape).capitalize(),
                "detail": le if montree else None,
                "etat": etat,
            }
        )
    return maillons
