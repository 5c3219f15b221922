"""Les réseaux de l'installation : leur liste, et comment un nouveau s'ouvre."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Func, OuterRef, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import Fonction
from partenaires.forms.reseaux import AnimateurForm, ReseauForm
from partenaires.models import ConventionStructure, Invitation, Mandat, Reseau, ReseauCommune
from partenaires.services.lancement import compte
from partenaires.services.reseaux import creer_reseau, inviter_a_animer, permettre_d_ouvrir
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 30


@require_GET
def reseaux(request):
    """Tous les réseaux, avec ce qu'ils comptent : communes, structures, personnes, invitations."""
    exiger(request.acteur, "partenaires.reseaux")
    lignes = avec_comptes(Reseau.objects.all(), request.acteur.jour)
    page = Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "partenaires/reseaux.html", {"page_reseaux": page})


def avec_comptes(reseaux, jour):
    """Annote, sans requête de plus par réseau : communes, structures, personnes, invitations."""
    parties = ConventionStructure.objects.en_vigueur(jour).filter(
        convention__reseau=OuterRef("pk"),
    )
    mandats = Mandat.objects.actifs(jour).filter(reseau=OuterRef("pk"))
    invitations = Invitation.objects.filter(
        reseau=OuterRef("pk"), acceptee_le=None, revoquee_le=None
    )
    return (
        reseaux.select_related("structure_coordinatrice", "parent", "parent_propose")
        .annotate(
            nb_communes=compte(ReseauCommune.objects.filter(reseau=OuterRef("pk")), "commune"),
            nb_structures=compte(parties, "structure", "convention__reseau"),
            nb_personnes=compte(mandats, "utilisateur"),
            nb_animateurs=compte(mandats.filter(fonction=Fonction.ANIMATEUR), "utilisateur"),
            nb_invitations=compte(invitations, "pk"),
        )
        .order_by(Func("nom", function="sans_accent"), "pk")
    )


@require_http_methods(["GET", "POST"])
def reseau_nouveau(request):
    """Ouvrir un réseau, pour qui administre l'installation."""
    exiger(request.acteur, "partenaires.reseau.creer")
    return _ouvrir(request, retour=reverse("partenaires:reseaux"))


@require_http_methods(["GET", "POST"])
def reseau_enfant_nouveau(request, reseau):
    """Ouvrir un réseau enfant, pour qui anime un réseau à qui l'installation le permet."""
    parent = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reseau.ouvrir_enfant", parent)
    retour = reverse("partenaires:reseaux_enfants", args=[parent.slug])
    return _ouvrir(request, retour=retour, parent=parent)


def _ouvrir(request, *, retour: str, parent: Reseau | None = None):
    """Le bouton « afficher » ne fait que montrer les intercommunalités."""
    form = ReseauForm(request.POST or None, par_parent=parent is not None)
    if request.method == "POST" and "afficher" in request.POST:
        form.seulement_departements()
    elif request.method == "POST" and form.is_valid():
        donnees = dict(form.cleaned_data)
        cle = donnees.pop("cle_envoi")
        del donnees["departements"]

        def agir() -> str:
            creer_reseau(acteur=request.acteur, parent=parent, **donnees)
            return retour

        try:
            suite = une_seule_fois(cle, request.acteur, agir)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(
                request,
                f"Le réseau {donnees['nom']} est créé. L’invitation à l’animer part à "
                f"{donnees['email']}.",
            )
            return redirect(suite)
    return render(
        request,
        "partenaires/reseau_nouveau.html",
        {"form": form, "parent": parent, "retour": retour},
    )


@require_POST
def reseau_permettre(request, slug):
    """Permet à un réseau d'en ouvrir d'autres, ou cesse de le lui permettre."""
    exiger(request.acteur, "partenaires.reseau.creer")
    reseau = get_object_or_404(Reseau, slug=slug)
    permis = request.POST.get("permis") == "oui"
    permettre_d_ouvrir(reseau=reseau, permis=permis)
    messages.success(
        request,
        f"{reseau.nom} peut maintenant ouvrir des réseaux enfants."
        if permis
        else f"{reseau.nom} n’ouvre plus de réseaux ; ceux qu’il a ouverts restent.",
    )
    return redirect("partenaires:reseaux")


@require_http_methods(["GET", "POST"])
def reseau_animateur(request, slug):
    """Inviter une autre personne à animer un réseau que nul n'anime encore."""
    exiger(request.acteur, "partenaires.reseau.creer")
    vise = get_object_or_404(Reseau, slug=slug)
    return _inviter_a_animer(request, vise, reverse("partenaires:reseaux"))


@require_http_methods(["GET", "POST"])
def reseau_enfant_animateur(request, reseau, slug):
    """La même chose, pour qui a ouvert ce réseau comme parent."""
    parent = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reseau.ouvrir_enfant", parent)
    vise = get_object_or_404(enfants_de(parent), slug=slug)
    return _inviter_a_animer(
        request, vise, reverse("partenaires:reseaux_enfants", args=[parent.slug])
    )


def _inviter_a_animer(request, vise: Reseau, retour: str):
    form = AnimateurForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        donnees = dict(form.cleaned_data)
        cle = donnees.pop("cle_envoi")

        def agir() -> str:
            inviter_a_animer(acteur=request.acteur, reseau=vise, **donnees)
            messages.success(
                request, f"L’invitation à animer {vise.nom} part à {donnees['email']}."
            )
            return retour

        try:
            return redirect(une_seule_fois(cle, request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ if refus.champ == "email" else None, refus.phrase)
    return render(
        request, "partenaires/reseau_animateur.html", {"vise": vise, "form": form, "retour": retour}
    )


@require_GET
def reseaux_enfants(request, reseau):
    """Les réseaux enfants, et ce qu'il faut pour qu'ils démarrent : rien de leurs dossiers."""
    parent = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.reseau.ouvrir_enfant", parent)
    enfants = avec_comptes(enfants_de(parent), request.acteur.jour)
    page = Paginator(enfants, PAR_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "partenaires/reseaux_enfants.html", {"reseau": parent, "page_reseaux": page}
    )


def enfants_de(parent: Reseau):
    """Ceux dont le lien est accepté, et ceux que ce réseau a ouverts et qui n'ont pas répondu."""
    return Reseau.objects.filter(
        Q(parent=parent) | Q(parent_propose=parent, propose_par_parent=True)
    )
