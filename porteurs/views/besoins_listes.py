"""Les besoins d'un réseau : ce qui attend sa structure, ce qu'elle attend, ce que nul ne sert."""

from django.db.models import Count
from django.shortcuts import render
from django.views.decorators.http import require_GET

from partenaires.enums import CHAINE, Cote
from partenaires.views.commun import reseau_de_la_page
from porteurs.enums import EtatBesoin
from porteurs.models import Besoin, Orientation
from socle.pagination import paginer
from socle.permissions import exiger, peut

REFUS_MONTRES = 50


@require_GET
def liste(request, reseau):
    """Les propositions qui attendent : reçues par ses structures, ou envoyées dans ce qu'on suit."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.besoins", reseau)
    envoyees = request.GET.get("sens") == "envoyees"
    orientations = Orientation.objects.filter(besoin__dossier__reseau=reseau).pour_liste()
    if envoyees:
        lignes = orientations.proposees_par(request.acteur)
    else:
        lignes = orientations.attendues_de(request.acteur)
    page = paginer(lignes, "envoyee_le", request.GET.get("apres"), croissant=True)
    refusees = []
    if envoyees and page.premiere:
        refusees = list(
            orientations.a_orienter_de_nouveau(request.acteur).order_by("-repondue_le", "-pk")[
                :REFUS_MONTRES
            ]
        )
    return render(
        request,
        "porteurs/besoins/liste.html",
        {
            "reseau": reseau,
            "page": page,
            "envoyees": envoyees,
            "refusees": refusees,
            "peut_lire_les_trous": peut(request.acteur, "porteurs.besoins.trous", reseau),
        },
    )


@require_GET
def trous(request, reseau):
    """Par thème et par étape, combien de besoins n'ont trouvé personne. Des nombres, aucun nom."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.besoins.trous", reseau)
    lignes = (
        Besoin.objects.filter(
            dossier__reseau=reseau, dossier__clos_le=None, etat=EtatBesoin.SANS_SOLUTION
        )
        .values("theme__libelle", "theme__cote", "theme__uuid", "etape")
        .annotate(nombre=Count("pk"))
        .order_by("theme__cote", "theme__ordre", "theme_id")
    )
    return render(
        request,
        "porteurs/besoins/trous.html",
        {
            "reseau": reseau,
            "etapes": [(e.value, e.label) for e in CHAINE],
            "cotes": _ranger(lignes),
        },
    )


def _ranger(lignes) -> list[tuple[str, list[dict]]]:
    """Par côté, une ligne par thème : son libellé, un nombre par étape, le total."""
    themes: dict[tuple, dict] = {}
    for ligne in lignes:
        theme = themes.setdefault(
            (ligne["theme__cote"], ligne["theme__uuid"]),
            {"libelle": ligne["theme__libelle"], "uuid": ligne["theme__uuid"], "par_etape": {}},
        )
        theme["par_etape"][ligne["etape"]] = ligne["nombre"]
    rangs = {cote.value: [] for cote in Cote}
    for (cote, _), theme in themes.items():
        theme["cases"] = [(e.value, theme["par_etape"].get(e.value, 0)) for e in CHAINE]
        theme["total"] = sum(theme["par_etape"].values())
        rangs[cote].append(theme)
    return [(Cote(cote).label, lignes) for cote, lignes in rangs.items() if lignes]
