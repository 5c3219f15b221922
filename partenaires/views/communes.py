import re

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.decorators.http import require_GET

from partenaires.champs import detail, libelle, proposer
from partenaires.models import Reseau
from socle.debit import adresse, depasse
from socle.permissions import exiger

# Une lettre tapée, une question : de quoi remplir bien des formulaires en une heure.
QUESTIONS, HEURE = 2000, 3600
# Ce qu'une adresse de réseau peut contenir : le reste n'en désigne aucun.
SLUG = re.compile(r"[-\w]{1,60}")


@login_not_required
@require_GET
def communes(request):
    """Les communes qui commencent par ce qu'on tape : dix au plus, celles du réseau d'abord.

    Une donnée publique : les formulaires sans compte s'en servent aussi.
    """
    exiger(request.acteur, "partenaires.communes")
    # Seul un visiteur se compte : la lecture d'un membre n'écrit rien.
    if not request.acteur.connecte and depasse(f"communes:{adresse(request)}", QUESTIONS, HEURE):
        return JsonResponse({"resultats": []}, status=429)
    reseau = None
    slug = request.GET.get("reseau", "")
    if SLUG.fullmatch(slug):
        reseau = Reseau.objects.de_l_acteur(request.acteur).filter(slug=slug).first()
    resultats = [
        {"code": c.code, "nom": c.nom, "detail": detail(c), "valeur": libelle(c)}
        for c in proposer(request.GET.get("q", ""), reseau)
    ]
    return JsonResponse({"resultats": resultats}, json_dumps_params={"ensure_ascii": False})
