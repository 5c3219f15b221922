"""La liste des dossiers d'un réseau."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs.enums import Etape
from porteurs.filters import DossierFilter
from porteurs.menus import pages_du_reseau
from porteurs.models import Dossier
from socle import recherches
from socle.enums import Operation
from socle.journal import consigner
from socle.pagination import paginer
from socle.permissions import exiger, peut

# L'animation lit des dossiers fermés la structure, l'étape et les dates, sans nom ni projet.
FERMES_MONTRES = 50


@require_http_methods(["GET", "POST"])
def liste(request, reseau):
    """La liste filtrée. Un filtre s'envoie en POST : le texte cherché ne paraît pas dans l'adresse."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.dossiers", reseau)
    if request.method == "POST":
        page = reverse("porteurs:dossiers", args=[reseau.slug])
        return redirect(recherches.adresse(request, page))
    texte = recherches.lire(request)
    demande = request.GET.copy()
    demande["q"] = texte
    dossiers = Dossier.objects.filter(reseau=reseau).visible_par(request.acteur)
    filtre = DossierFilter(demande, dossiers, acteur=request.acteur, reseau=reseau)
    page = paginer(
        filtre.qs.avec_volet(request.acteur).pour_liste(), "activite_le", request.GET.get("apres")
    )
    if texte:
        consigner(request.acteur, Operation.RECHERCHE, "dossiers", reseau.slug)
    parametres = request.GET.copy()
    parametres.pop("apres", None)
    contexte = {
        "reseau": reseau,
        "filtre": filtre,
        "page_dossiers": page,
        "parametres": parametres.urlencode(),
        "filtree": any(valeur for valeur in parametres.values()),
        "peut_ouvrir": peut(request.acteur, "porteurs.dossier.ouvrir", reseau),
        "peut_importer": peut(request.acteur, "porteurs.import.deposer", reseau),
        "peut_voir_le_temps": peut(request.acteur, "porteurs.conservation", reseau),
        "pages_du_reseau": pages_du_reseau(request.acteur, reseau),
        "fermes": _fermes(request.acteur, reseau),
        "raccourcis": [] if request.htmx else _raccourcis(request, filtre),
    }
    gabarit = "porteurs/_dossiers_liste.html" if request.htmx else "porteurs/dossiers.html"
    return render(request, gabarit, contexte)


def _raccourcis(request, filtre: DossierFilter) -> list[tuple[str, str, bool]]:
    """Les vues de chaque jour, pour qui accompagne : les siens, ceux de sa structure, tous."""
    noms = structures_nommees(request.acteur, filtre.reseau.pk, Fonction.TECHNICIEN)
    if not noms:
        return []
    page = reverse("porteurs:dossiers", args=[filtre.reseau.slug])
    vues = [("Tous", ""), ("Les miens", "referent=moi")]
    for structure in filtre.filters["structure"].queryset:
        if structure.pk in noms:
            libelle = "Ma structure" if len(noms) == 1 else structure.nom
            vues.append((libelle, f"structure={structure.uuid}"))
    actuelle = request.GET.urlencode()
    return [(libelle, f"{page}?{vue}" if vue else page, vue == actuelle) for libelle, vue in vues]


def _fermes(acteur, reseau):
    if Fonction.ANIMATEUR not in acteur.fonctions(reseau.pk):
        return []
    fermes = (
        Dossier.objects.non_partages(reseau)
        .ouverts()
        .exclude(pk__in=Dossier.objects.filter(reseau=reseau).visible_par(acteur).values("pk"))
        .order_by("-activite_le", "-pk")
        .values("structure_responsable__nom", "etape", "etape_depuis", "ouvert_le")[:FERMES_MONTRES]
    )
    return [ferme | {"etape_libelle": Etape(ferme["etape"]).label} for ferme in fermes]
