from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from partenaires.enums import Fonction
from partenaires.indicateurs import descendants
from partenaires.models import Reseau
from socle.indicateurs import (
    Indicateur,
    calculer_tous,
    consolider,
    masques_de_l_ensemble,
)
from socle.listes import contributions
from socle.permissions import exiger

# Trois années closes et celle qui court : assez pour voir un mouvement, pas de quoi s'y perdre.
ANNEES_CLOSES = 3
INSECABLE = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class Cellule:
    """Ce qu'une case du tableau affiche. ``masquee`` : l'effectif ne se lit pas, à dessein."""

    annee: int
    texte: str
    detail: str = ""
    masquee: bool = False
    # Rien, ou rien qui se lise : le réseau n'avait pas commencé.
    muette: bool = False


@require_GET
def chiffres(request, reseau: str):
    """Les chiffres d'un réseau, année par année ; ceux d'un réseau parent sont des sommes.

    L'animation du réseau les lit entiers. Tout autre lecteur, et tous sur un réseau parent,
    lisent masqués les petits effectifs.
    """
    acteur = request.acteur
    # Un mandat sans lecture des chiffres voit le réseau et reçoit 403 ; sans mandat, il n'existe pas.
    page = Reseau.objects.de_l_acteur(acteur).filter(slug=reseau).first()
    if page is None:
        raise Http404("Aucun réseau de ce nom parmi les vôtres.")
    exiger(acteur, "accueil.chiffres", page)
    courante = page.aujourd_hui().year
    annees = list(range(courante - ANNEES_CLOSES, courante + 1))
    enfants = descendants(page)
    libre = Fonction.ANIMATEUR in acteur.fonctions(page.pk) and not enfants
    lignes = _lignes(page, enfants, annees, libre=libre)
    if muettes := _annees_muettes(lignes):
        annees = annees[muettes:]
        lignes = [ligne | {"cellules": ligne["cellules"][muettes:]} for ligne in lignes]
    return render(
        request,
        "accueil/chiffres.html",
        {
            "page": page,
            "enfants": enfants,
            "annees": annees,
            "courante": courante,
            "lignes": lignes,
            "libre": libre,
        },
    )


def _lignes(page: Reseau, enfants: list[Reseau], annees: list[int], *, libre: bool) -> list[dict]:
    indicateurs = contributions("MAILLON_INDICATEURS")
    valeurs = calculer_tous(indicateurs, [page, *enfants], annees)
    sommes = consolider(indicateurs, valeurs, page, enfants, annees)
    caches = (
        {annee: set() for annee in annees}
        if libre
        else masques_de_l_ensemble(indicateurs, valeurs, page, enfants, annees)
    )
    return [
        {
            "indicateur": indicateur,
            "cellules": [_cellule(indicateur, a, sommes[a], caches[a]) for a in annees],
        }
        for indicateur in indicateurs
    ]


def _annees_muettes(lignes: list[dict]) -> int:
    """Combien d'années, en tête, ne disent rien ; jamais la dernière.

    Ce qui ne s'additionne pas (la population) existe avant le réseau et n'en dit rien.
    """
    colonnes = zip(
        *(ligne["cellules"] for ligne in lignes if ligne["indicateur"].additif), strict=True
    )
    *closes, _ = [all(cellule.muette for cellule in colonne) for colonne in colonnes]
    return next((rang for rang, muette in enumerate(closes) if not muette), len(closes))


def _cellule(
    indicateur: Indicateur, annee: int, valeurs: dict[str, int | None], caches: set[str]
) -> Cellule:
    valeur = valeurs[indicateur.code]
    if indicateur.code in caches:
        return Cellule(annee, "masqué", masquee=True, muette=True)
    if valeur is None:
        return Cellule(annee, "—", muette=True)
    texte = f"{valeur:,}".replace(",", INSECABLE)
    if indicateur.unite:
        texte += f"{INSECABLE}{indicateur.unite}"
    total = valeurs.get(indicateur.partie_de)
    part = f"{round(100 * valeur / total)}{INSECABLE}%" if indicateur.partie_de and total else ""
    return Cellule(annee, texte, detail=part, muette=valeur == 0)
