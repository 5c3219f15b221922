"""Les adresses du portail, et celle de la vue nue."""

from django.db import connection
from django.http import HttpResponse
from django.urls import include, path

LIRE = "SELECT id, texte FROM bench_reference WHERE groupe = %s ORDER BY id LIMIT 25"


def nue(request):
    """Vingt-cinq lignes lues par un index parmi un million : l'unité de toutes les mesures."""
    with connection.cursor() as curseur:
        curseur.execute(LIRE, [request.GET.get("groupe", "1")])
        lignes = curseur.fetchall()
    return HttpResponse("".join(f"<li>{pk} {texte}</li>" for pk, texte in lignes))


urlpatterns = [path("bench/nue/", nue), path("", include("accueil.urls"))]
