from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from partenaires.enums import Fonction
from socle.listes import contributions
from socle.permissions import exiger

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


@require_GET
def tableau(request):
    """« Mon tableau » : ce qui m'attend, mes dossiers, ma prochaine réunion, tous réseaux confondus."""
    acteur = request.acteur
    exiger(acteur, "accueil.tableau")
    tuiles = [
        t for t in (contribution(acteur) for contribution in contributions("MAILLON_TUILES")) if t
    ]
    return render(
        request,
        "accueil/tableau.html",
        {
            "principales": [_rendue(request, t) for t in tuiles if t.place == "principal"],
            "cotes": [_rendue(request, t) for t in tuiles if t.place == "cote"],
            "salutation": salutation(sum(t.attentes for t in tuiles)),
            "mandats": acteur.mandats,
            "reseaux_chiffres": _reseaux_a_chiffres(acteur),
        },
    )


def _rendue(request, tuile) -> str:
    """Le HTML d'une tuile, avec son seul contexte : deux tuiles ne se marchent pas sur les noms."""
    return render_to_string(tuile.gabarit, tuile.contexte, request)


def salutation(attentes: int) -> str:
    if attentes == 0:
        return "Rien ne vous attend, tout est à jour."
    debut = EN_LETTRES[attentes] if attentes < len(EN_LETTRES) else f"{attentes} choses"
    return f"{debut} vous attend{'ent' if attentes > 1 else ''}."


def _reseaux_a_chiffres(acteur) -> list[tuple[str, str]]:
    fonctions = {Fonction.ANIMATEUR, Fonction.ELU, Fonction.TECHNICIEN}
    return sorted(
        {(m.reseau_nom, m.reseau_slug) for m in acteur.mandats if m.fonction in fonctions}
    )
