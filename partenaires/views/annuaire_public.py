"""L'annuaire que tout le monde lit : les structures qui l'ont voulu, et jamais une personne."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from partenaires.enums import Module
from partenaires.horaires import en_osm, en_phrases
from partenaires.models import Competence, Reseau, Structure, Theme

PAR_PAGE = 40


def reseau_public(slug: str) -> Reseau:
    """Le réseau, s'il tient un annuaire ; sinon cette page n'existe pas."""
    return get_object_or_404(Reseau.objects.filter(modules__contains=[Module.ANNUAIRE]), slug=slug)


def _structures(reseau: Reseau):
    competences = Competence.objects.filter(theme__in=Theme.objects.du_reseau(reseau)).order_by(
        "theme__cote", "theme__ordre", "theme_id"
    )
    return (
        Structure.objects.au_public()
        .membres(reseau.pk, reseau.aujourd_hui())
        .select_related("commune")
        .prefetch_related(
            Prefetch("competences", competences.select_related("theme"), to_attr="pour_le_public")
        )
        .order_by("cle_tri", "pk")
    )


def _themes(structure: Structure) -> list[str]:
    return list(dict.fromkeys(c.theme.libelle for c in structure.pour_le_public))


@login_not_required
@require_safe
@cache_control(no_cache=True)
@conditional_page
def annuaire_public(request, reseau):
    """Qui peut aider sur ce territoire, et comment le joindre. La même page pour tous."""
    reseau = reseau_public(reseau)
    structures = _structures(reseau)
    themes = list(
        Theme.objects.du_reseau(reseau).filter(
            Exists(Competence.objects.filter(theme=OuterRef("pk"), structure__in=structures))
        )
    )
    theme = next((t for t in themes if t.code == request.GET.get("theme")), None)
    if theme:
        structures = structures.filter(
            Exists(Competence.objects.filter(structure=OuterRef("pk"), theme=theme))
        )
    page = Paginator(structures, PAR_PAGE).get_page(request.GET.get("page"))
    for structure in page:
        structure.themes = _themes(structure)
        structure.heures = en_phrases(structure.horaires)
    return render(
        request,
        "partenaires/annuaire_public.html",
        {
            "reseau_public": reseau,
            "page_structures": page,
            "themes": themes,
            "theme": theme,
            "parametres": f"theme={theme.code}" if theme else "",
        },
    )


@login_not_required
@require_safe
@cache_control(no_cache=True)
@conditional_page
def annuaire_public_donnees(request, reseau):
    """Les mêmes structures en données ouvertes, sous les noms du schéma « data inclusion »."""
    reseau = reseau_public(reseau)
    return JsonResponse(
        [_donnees(structure) for structure in _structures(reseau)],
        safe=False,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )


def _donnees(structure: Structure) -> dict:
    commune = structure.commune
    champs = {
        "id": str(structure.uuid),
        "source": "maillon",
        "nom": structure.nom,
        "siret": structure.siret,
        "description": structure.description,
        "adresse": structure.adresse,
        "commune": commune.nom if commune else "",
        "code_insee": commune.code if commune else "",
        "code_postal": (commune.codes_postaux or [""])[0] if commune else "",
        "telephone": structure.telephone_public,
        "courriel": structure.email_public,
        "site_web": structure.site,
        "horaires_accueil": en_osm(structure.horaires),
        "thematiques_locales": _themes(structure),
    }
    return {nom: valeur for nom, valeur in champs.items() if valeur}
