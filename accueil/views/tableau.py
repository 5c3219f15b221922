from dataclasses import dataclass

from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from partenaires.enums import Fonction, Module
from socle.listes import contributions
from socle.permissions import exiger, module_de
from socle.tuiles import tuiles_de

# Jusqu'à dix, on l'écrit en lettres : la page parle à quelqu'un.
EN_LETTRES = [
    "Rien",
    "Une chose",
    "Deux choses",
    "Trois choses",
    "Quatre choses",
    "Cinq choses",
    "Six choses",
    "Sept choses",
    "Huit choses",
    "Neuf choses",
    "Dix choses",
]


@dataclass(frozen=True)
class Mot:
    """Ce que le tableau dit à une fonction qui n'y a pas de dossier, et où cela la mène.

    ``liens`` : pour chaque réseau, le libellé et le nom de la route.
    """

    fonction: Fonction
    titre: str
    phrase: str
    liens: tuple[tuple[str, str], ...] = ()


MOTS = (
    Mot(
        Fonction.PREMIER_ACCUEIL,
        "Premier accueil",
        "Quelqu’un se présente\u00a0? L’annuaire dit qui appeler.",
        (("L’annuaire des partenaires", "partenaires:annuaire"),),
    ),
    Mot(
        Fonction.ELU,
        "Ce que le réseau accomplit",
        "Vous lisez des nombres, jamais des personnes\u00a0: l’année en chiffres, et ce que "
        "chaque comité doit regarder.",
        (
            ("Les chiffres du réseau", "accueil:chiffres"),
            ("Les comités", "porteurs:reunions"),
        ),
    ),
    Mot(
        Fonction.AUDITEUR,
        "Labellisation",
        "Les dossiers de labellisation qui vous seront confiés arriveront ici.",
    ),
)


@require_GET
def tableau(request):
    """« Mon tableau » : ce qui m'attend, mes dossiers, ma prochaine réunion, tous réseaux confondus."""
    acteur = request.acteur
    exiger(acteur, "accueil.tableau")
    tuiles = tuiles_de(acteur, contributions("MAILLON_TUILES"))
    principales = [t for t in tuiles if t.place == "principal"]
    attentes = sum(t.attentes for t in tuiles)
    return render(
        request,
        "accueil/tableau.html",
        {
            "principales": [_rendue(request, t, attentes) for t in principales],
            "cotes": [_rendue(request, t, attentes) for t in tuiles if t.place == "cote"],
            "salutation": salutation(attentes, attendu=bool(principales)),
            "ouvertures": _ouvertures(acteur),
            "mots": _mots(acteur),
            "mandats": acteur.mandats,
            "reseaux_chiffres": _reseaux_a_chiffres(acteur),
        },
    )


def _rendue(request, tuile, attentes: int) -> str:
    """Le HTML d'une tuile, avec son seul contexte : deux tuiles ne se marchent pas sur les noms.

    ``attendu_ailleurs`` : une autre demande quelque chose ; celle-ci ne dit pas « rien ne vous attend ».
    """
    contexte = tuile.contexte | {"attendu_ailleurs": attentes > tuile.attentes}
    return render_to_string(tuile.gabarit, contexte, request)


def salutation(attentes: int, *, attendu: bool = True) -> str:
    """``attendu`` : quelque chose peut attendre cette personne ; sinon, « Bonjour » suffit."""
    if attentes == 0:
        return "Rien ne vous attend, tout est à jour." if attendu else ""
    debut = EN_LETTRES[attentes] if attentes < len(EN_LETTRES) else f"{attentes} choses"
    return f"{debut} vous attend{'ent' if attentes > 1 else ''}."


def _ouvertures(acteur) -> list[tuple[str, str]]:
    """Les réseaux où la personne peut ouvrir un dossier : le nom, et l'adresse."""
    return [
        (nom, reverse("porteurs:dossier_ouvrir", args=[slug]))
        for nom, slug in _reseaux(acteur.pour(Module.DOSSIERS), Fonction.TECHNICIEN)
    ]


def _mots(acteur) -> list[dict]:
    mots = []
    for mot in MOTS:
        reseaux = _reseaux(acteur, mot.fonction)
        if reseaux:
            liens = [
                (f"{libelle}, {nom}" if len(reseaux) > 1 else libelle, reverse(route, args=[slug]))
                for nom, slug in reseaux
                for libelle, route in mot.liens
                if (nom, slug) in _reseaux(acteur.pour(module_de(route)), mot.fonction)
            ]
            mots.append({"titre": mot.titre, "phrase": mot.phrase, "liens": liens})
    return mots


def _reseaux_a_chiffres(acteur) -> list[tuple[str, str]]:
    """Ceux d'un élu sont déjà dans ce que le tableau lui dit."""
    return _reseaux(acteur, Fonction.ANIMATEUR, Fonction.TECHNICIEN)


def _reseaux(acteur, *fonctions: Fonction) -> list[tuple[str, str]]:
    """Le nom et l'adresse courte des réseaux où la personne exerce l'une de ces fonctions."""
    return sorted(
        {(m.reseau_nom, m.reseau_slug) for m in acteur.mandats if m.fonction in fonctions}
    )
