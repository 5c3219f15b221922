"""Rendre un fichier à qui vient d'en recevoir le droit."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

from socle.enums import Operation
from socle.fichiers.depot import nettoyer_le_nom, ouvrir
from socle.journal import consigner
from socle.models import Fichier
from socle.refus import Refus


def servir(
    request: HttpRequest,
    fichier: Fichier,
    *,
    nom: str | None = None,
    objet: str = "socle.fichier",
    reference: str = "",
) -> HttpResponse:
    """Le fichier, à enregistrer et jamais à ouvrir dans la page ; le téléchargement est journalisé.

    La vue a déjà vérifié que l'acteur peut lire ce qui possède le fichier : il n'y a pas de route
    qui serve un fichier pour lui-même. ``objet`` et ``reference`` disent au journal de quoi il
    s'agit (par défaut le fichier et son ``uuid``). Un fichier en quarantaine, écarté ou perdu rend
    une page qui l'explique.
    """
    try:
        contenu = ouvrir(fichier)
    except Refus as refus:
        contexte = {"phrase": refus.phrase, "fichier": fichier}
        return render(request, "socle/fichier_indisponible.html", contexte, status=409)
    try:
        consigner(request.acteur, Operation.TELECHARGEMENT, objet, str(reference or fichier.uuid))
    except BaseException:
        contenu.close()
        raise
    reponse = FileResponse(
        contenu,
        as_attachment=True,
        filename=nettoyer_le_nom(nom) if nom else fichier.nom,
        content_type=fichier.type_mime,
    )
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Content-Security-Policy"] = "default-src 'none'; sandbox"
    reponse["Cross-Origin-Resource-Policy"] = "same-origin"
    reponse["Cache-Control"] = "no-store, private"
    return reponse
