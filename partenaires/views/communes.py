import re

from django.http import JsonResponse
from django.views.decorators.http import require_GET

from partenaires.champs import detail, libelle, proposer
from partenaires.models import Reseau
from socle.permissions import exiger

# Ce qu'une adresse de réseau peut contenir : le reste n'en désigne aucun.
SLUG = re.compile(r"[-\w]{1,60}")


@require_GET
def communes(request):
    """Les communes qui commencent par ce qu'on tape : dix au plus, celles du réseau d'abord."""
    exiger(request.acteur, "partenaires.communes")
    reseau = None
    slug = request.GET.get("reseau", "")
    if SLUG.fullmatch(slug):
        reseau = Reseau.objects.de_l_acteur(request.acteur).filter(slug=slug).first()
    resultats = [
        {"code": c.code, "nom": c.nom, "detail": detail(c), "valeur": libelle(c)}
        for c in proposer(request.GET.get("q", ""), reseau)
    ]
    return JsonResponse({"resultats": resultats}, json_dumps_params={"ensure_ascii": False})
