"""Les besoins de la démonstration : à proposer, qui attendent, pris, refusés, sans personne, fermés."""

from dataclasses import dataclass
from datetime import timedelta

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.structures import LIVRADOIS, SANFLORAIN
from partenaires.enums import Fonction
from partenaires.models import Theme
from porteurs.enums import EtatBesoin, EtatOrientation
from porteurs.models import Besoin, Dossier, Orientation
from porteurs.orientation.classement import declarees
from porteurs.orientation.lecture import proposer
from porteurs.services.acces import recalculer


@dataclass(frozen=True)
class Note:
    """Un besoin à raconter. ``il_y_a`` : en jours. ``suite`` : ce qu'il est devenu."""

    theme: str
    il_y_a: int
    suite: str
    precisions: str = ""


N = Note
REFUS = "Notre enveloppe de l’année est déjà engagée."
NOTES = (
    N("financement", 3, "ouvert", "Un four d’occasion, 8 000 euros."),
    N("local", 12, "envoye", "Une vitrine dans le bourg, 40 m² au plus."),
    N("statut-juridique", 24, "envoye"),
    N("financement", 33, "envoye", "Le plan de financement est prêt."),
    N("etude-de-marche", 40, "pris", "Une clientèle de passage, l’été surtout."),
    N("logement", 18, "pris"),
    N("reprise", 20, "refuse", "Le cédant part au printemps."),
    N("connexion", 25, "ouvert"),
    N("emploi-du-conjoint", 15, "ouvert"),
    N("connexion", 9, "ouvert"),
    N("formation", 70, "repondu", "Tenir sa comptabilité."),
    N("garde-d-enfants", 14, "ouvert"),
)
# La structure du compte mis en avant : quelques besoins l'attendent, pour que son tableau vive.
EN_VUE = {LIVRADOIS: "cc-ambert", SANFLORAIN: "cc-saint-flour"}


def construire(contexte: Contexte) -> None:
    themes = {t.code: t for t in Theme.objects.filter(reseau=None)}
    for slug in EN_VUE:
        reseau = contexte.reseaux[slug]
        hasard = contexte.hasard(f"besoins {slug}")
        dossiers = list(
            Dossier.objects.select_related("reseau", "commune", "structure_responsable")
            .filter(
                reseau=reseau,
                clos_le=None,
                informe_le__isnull=False,
                opposition_le=None,
                ouvert_le__lt=contexte.jour - timedelta(days=75),
                etape__in=("idee", "etude", "montage"),
            )
            .order_by("-activite_le", "-pk")[: len(NOTES)]
        )
        for dossier, note in zip(dossiers, NOTES, strict=False):
            _noter(contexte, hasard, dossier, note, themes[note.theme])
        recalculer([d.pk for d in dossiers])


def _noter(contexte: Contexte, hasard, dossier: Dossier, note: Note, theme: Theme) -> None:
    jour = contexte.calendrier.avant(contexte.jour - timedelta(days=note.il_y_a))
    besoin = Besoin.objects.create(
        uuid=uuid_de(hasard),
        dossier=dossier,
        theme=theme,
        cote=theme.cote,
        etape=dossier.etape,
        precisions=note.precisions,
        cree_le=instant(dossier.reseau, jour, 10, 15),
        cree_par=_technicien(contexte, dossier, dossier.structure_responsable_id, jour),
    )
    possibles = declarees(proposer(besoin))
    ailleurs = [p for p in possibles if p.partenaire.pk != dossier.structure_responsable_id]
    if not possibles:
        besoin.etat, besoin.sans_solution_le = EtatBesoin.SANS_SOLUTION, jour
    elif note.suite != "ouvert" and ailleurs:
        en_vue = contexte.structures[EN_VUE[dossier.reseau.slug]].pk
        choisie = next((p for p in ailleurs if p.partenaire.pk == en_vue), ailleurs[0])
        _orienter(contexte, hasard, besoin, note, choisie, jour)
    besoin.save()


def _orienter(contexte: Contexte, hasard, besoin: Besoin, note: Note, proposition, jour) -> None:
    """La proposition, et sa réponse quand elle est venue, deux jours ouvrés plus tard."""
    dossier = besoin.dossier
    orientation = Orientation(
        uuid=uuid_de(hasard),
        besoin=besoin,
        structure_id=proposition.partenaire.pk,
        raisons=list(proposition.raisons),
        envoyee_le=instant(dossier.reseau, jour, 11),
        envoyee_par=besoin.cree_par,
    )
    besoin.etat = EtatBesoin.ORIENTE
    if note.suite != "envoye":
        reponse = instant(dossier.reseau, contexte.calendrier.apres(jour + timedelta(days=2)), 9)
        repond = _technicien(contexte, dossier, proposition.partenaire.pk, jour)
        orientation.repondue_le, orientation.repondue_par = reponse, repond
        if note.suite == "refuse":
            orientation.etat, orientation.motif = EtatOrientation.REFUSEE, REFUS
            besoin.etat = EtatBesoin.OUVERT
        else:
            orientation.etat, orientation.personne = EtatOrientation.PRISE, repond
            besoin.etat, besoin.pris_le = EtatBesoin.PRIS, reponse
            if note.suite == "repondu":
                besoin.etat = EtatBesoin.REPONDU
                besoin.clos_le = reponse + timedelta(days=14)
                besoin.conclusion = "Deux journées de formation, c’est fait."
    orientation.save()


def _technicien(contexte: Contexte, dossier: Dossier, structure_id: int, jour):
    """La personne en poste dans cette structure, ou personne si le poste était vide."""
    mandats = contexte.en_poste(dossier.reseau, structure_id, jour, Fonction.TECHNICIEN)
    return mandats[0].utilisateur if mandats else None
