from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from partenaires.enums import Module
from partenaires.models import Reseau

# Les cinq maillons de la chaîne d'accueil, tels qu'une personne qui arrive les vit.
MAILLONS = [
    ("Prospection", "Une envie, une question : quelqu’un la note et vous dit qui va répondre."),
    (
        "Premier accueil",
        "On vous écoute, on regarde ensemble si l’idée tient et où elle tiendrait.",
    ),
    ("Accompagnement", "Un référent et, si vous voulez, un parrain : le montage, le financement."),
    (
        "Installation",
        "Le local, le logement, l’école, le travail du conjoint : tout le foyer arrive.",
    ),
    (
        "Intégration",
        "Une fois sur place, les partenaires qui vous connaissent gardent le contact.",
    ),
]


@login_not_required
@require_safe
@cache_control(no_cache=True)
@conditional_page
def accueil(request):
    """La page d'accueil publique : ce qu'est Maillon, pour qui, et les réseaux présents.

    La même pour tous, connectés ou non : son ETag ne dépend que de ce qu'elle montre.
    """
    reseaux = (
        Reseau.objects.annotate(
            nombre_communes=Count("couvertures"),
            habitants=Coalesce(Sum("couvertures__commune__population"), 0),
        )
        .select_related("parent")
        .order_by("nom", "pk")
    )
    for reseau in reseaux:
        reseau.annuaire = bool(reseau.nombre_communes) and Module.ANNUAIRE in reseau.modules
    return render(
        request,
        "accueil/accueil.html",
        {"reseaux": reseaux, "maillons": MAILLONS},
    )
