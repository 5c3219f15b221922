"""Les réseaux de l'installation, pour qui l'administre ; l'ouverture du partage, pour qui anime."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Func, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.enums import CONVENTION_EN_VIGUEUR, Fonction
from partenaires.forms.reseaux import PartageForm, ReseauForm
from partenaires.models import ConventionStructure, Invitation, Mandat, Reseau, ReseauCommune
from partenaires.services.reseaux import creer_reseau, ouvrir_partage
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 30


@require_GET
def reseaux(request):
    """Tous les réseaux, avec ce qu'ils comptent : communes, structures, personnes, invitations."""
    exiger(request.acteur, "partenaires.reseaux")
    jour = request.acteur.jour
    parties = ConventionStructure.objects.filter(
        convention__reseau=OuterRef("pk"),
        convention__etat__in=CONVENTION_EN_VIGUEUR,
        convention__periode__contains=jour,
    )
    mandats = Mandat.objects.actifs(jour).filter(reseau=OuterRef("pk"))
    invitations = Invitation.objects.filter(
        reseau=OuterRef("pk"), acceptee_le=None, revoquee_le=None
    )
    lignes = (
        Reseau.objects.select_related("structure_coordinatrice", "parent")
        .annotate(
            nb_communes=_nombre(ReseauCommune.objects.filter(reseau=OuterRef("pk")), "commune"),
            nb_structures=_nombre(parties, "structure", "convention__reseau"),
            nb_personnes=_nombre(mandats, "utilisateur"),
            nb_animateurs=_nombre(mandats.filter(fonction=Fonction.ANIMATEUR), "utilisateur"),
            nb_invitations=_nombre(invitations, "pk"),
        )
        .order_by(Func("nom", function="sans_accent"), "pk")
    )
    page = Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "partenaires/reseaux.html", {"page_reseaux": page})


def _nombre(lignes, champ: str, reseau: str = "reseau"):
    """Le nombre de valeurs distinctes de ``champ``, par réseau, en sous-requête."""
    comptes = lignes.order_by().values(reseau).annotate(n=Count(champ, distinct=True))
    return Coalesce(Subquery(comptes.values("n")), 0)


@require_http_methods(["GET", "POST"])
def reseau_nouveau(request):
    """Créer un réseau. Le bouton « afficher » ne fait que montrer les intercommunalités."""
    exiger(request.acteur, "partenaires.reseau.creer")
    form = ReseauForm(request.POST or None)
    if request.method == "POST" and "afficher" in request.POST:
        form.seulement_departements()
    elif request.method == "POST" and form.is_valid():
        donnees = form.cleaned_data

        def agir() -> str:
            creer_reseau(
                acteur=request.acteur,
                nom=donnees["nom"],
                slug=donnees["slug"],
                epcis=donnees["epcis"],
                structure_nom=donnees["structure_nom"],
                structure_type=donnees["structure_type"],
                homonyme=donnees["homonyme"],
                email=donnees["email"],
                prenom=donnees["prenom"],
                nom_personne=donnees["nom_personne"],
            )
            return reverse("partenaires:reseaux")

        try:
            suite = une_seule_fois(donnees["cle_envoi"], request.acteur, agir)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(
                request,
                f"Le réseau {donnees['nom']} est créé. L’invitation à l’animer part à "
                f"{donnees['email']}.",
            )
            return redirect(suite)
    return render(request, "partenaires/reseau_nouveau.html", {"form": form})


@require_http_methods(["GET", "POST"])
def partage(request, reseau):
    """Ce qu'il faut avoir fait avant de partager de vrais dossiers, et le geste qui ouvre."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.partage", reseau)
    form = PartageForm(request.POST or None)
    if request.method == "POST" and reseau.partage_ouvert_le:
        messages.info(request, "Le partage est déjà ouvert : rien n’a changé.")
        return redirect("partenaires:partage", reseau=reseau.slug)
    if request.method == "POST" and form.is_valid():
        try:
            ouvrir_partage(reseau=reseau, **form.cleaned_data)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(
                request,
                "Le partage est ouvert : les fiches des personnes informées sont désormais "
                "visibles du réseau.",
            )
            return redirect("partenaires:partage", reseau=reseau.slug)
    return render(request, "partenaires/partage.html", {"reseau": reseau, "form": form})
