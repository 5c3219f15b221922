"""Inviter, voir qui n'est pas encore venu, se raviser ; et, de l'autre côté, accepter."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import Fonction
from partenaires.forms.invitations import InvitationForm, MotDePasseForm
from partenaires.models import Invitation
from partenaires.permissions.adhesion import structures_invitables
from partenaires.services import invitations as service
from partenaires.views.commun import reseau_de_la_page
from socle.debit import adresse, depasse
from socle.liens import LienInvalide
from socle.models import Utilisateur
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 30
# Par adresse et par heure : une salle de formation entière peut accepter derrière un même accès.
ESSAIS, FENETRE = 60, 3600


@require_GET
def invitations(request, reseau):
    """Qui est invité et n'est pas encore venu, les plus récents d'abord."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.inviter", reseau)
    lignes = (
        Invitation.objects.visible_par(request.acteur)
        .filter(reseau=reseau, acceptee_le=None, revoquee_le=None)
        .select_related("structure", "invitee_par")
        .order_by("-cree_le", "-pk")
    )
    page = Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page"))
    maintenant = timezone.now()
    service.avec_envois(list(page))
    for invitation in page:
        invitation.peut_tenir = peut(request.acteur, "partenaires.invitation.tenir", invitation)
    return render(
        request,
        "partenaires/invitations.html",
        {"reseau": reseau, "page_invitations": page, "maintenant": maintenant},
    )


@require_http_methods(["GET", "POST"])
def inviter(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.inviter", reseau)
    form = InvitationForm(
        request.POST or None,
        initial={c: v for c in ("structure", "fonction") if (v := request.GET.get(c))},
        acteur=request.acteur,
        reseau=reseau,
        structures=structures_invitables(request.acteur, reseau),
    )
    if request.method == "POST" and form.is_valid():
        donnees = dict(form.cleaned_data)
        cle = donnees.pop("cle_envoi")

        phrases = [f"L’invitation part à {donnees['email']}."]

        def agir() -> str:
            invitation = service.inviter(acteur=request.acteur, reseau=reseau, **donnees)
            if invitation.remplace:
                phrases.append(
                    "Cette personne était déjà invitée à ce titre : le lien précédent "
                    "ne vaut plus, seul le nouveau compte."
                )
            return reverse("partenaires:invitations", args=[reseau.slug])

        try:
            suite = une_seule_fois(cle, request.acteur, agir)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, " ".join(phrases))
            return redirect(suite)
    return render(request, "partenaires/inviter.html", {"reseau": reseau, "form": form})


@require_POST
def revoquer(request, reseau, uuid):
    reseau, invitation = _invitation_de_la_page(request, reseau, uuid)
    try:
        service.revoquer(invitation=invitation)
    except Refus as refus:
        messages.info(request, refus.phrase)
    else:
        messages.success(
            request,
            f"L’invitation de {invitation.email} est annulée : son lien ne vaut plus. "
            "Vous pouvez l’inviter de nouveau quand vous voulez.",
        )
    return redirect("partenaires:invitations", reseau=reseau.slug)


@require_POST
def renvoyer(request, reseau, uuid):
    reseau, invitation = _invitation_de_la_page(request, reseau, uuid)
    try:
        service.renvoyer(acteur=request.acteur, invitation=invitation)
    except Refus as refus:
        messages.info(request, refus.phrase)
    else:
        messages.success(
            request,
            f"Une nouvelle invitation part à {invitation.email}, pour quatorze jours. "
            "Le lien précédent ne vaut plus.",
        )
    return redirect("partenaires:invitations", reseau=reseau.slug)


def _invitation_de_la_page(request, slug, uuid):
    reseau = reseau_de_la_page(request, slug)
    invitation = get_object_or_404(
        Invitation.objects.visible_par(request.acteur)
        .filter(reseau=reseau)
        .select_related("reseau", "structure"),
        uuid=uuid,
    )
    exiger(request.acteur, "partenaires.invitation.tenir", invitation)
    return reseau, invitation


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def accepter(request, jeton):
    """La page du lien reçu : GET présente l'invitation, POST l'accepte.

    Un lien qui ne vaut pas répond 410, jamais 404 : le journal des refus n'a pas à garder un jeton.
    """
    if request.method == "POST" and depasse(f"invitation:{adresse(request)}", ESSAIS, FENETRE):
        return _refuser(
            request, "Trop d’essais depuis votre connexion : revenez dans une heure.", 429
        )
    try:
        invitation = service.invitation_du_jeton(jeton)
    except LienInvalide as erreur:
        if request.user.is_authenticated and service.acceptee_par(jeton, request.user):
            messages.info(request, "Vous avez déjà accepté cette invitation : tout est en place.")
            return redirect("accueil:tableau")
        return _refuser(request, erreur.raison, 410)
    compte = Utilisateur.objects.filter(email__iexact=invitation.email).first()
    if compte is not None and compte == request.user:
        return _accepter_connecte(request, invitation, compte)
    if request.user.is_authenticated:
        situation = "autre"
    elif compte is not None:
        situation = "connexion" if compte.is_active else "ferme"
    else:
        return _accepter_en_ouvrant_un_compte(request, invitation)
    return _page(request, invitation, situation=situation)


def _accepter_connecte(request, invitation, compte):
    if request.method == "POST":
        try:
            service.accepter(invitation=invitation, utilisateur=compte)
        except Refus as refus:
            return _refuser(request, refus.phrase, 410)
        return _bienvenue(request, invitation)
    return _page(request, invitation, situation="pret")


def _accepter_en_ouvrant_un_compte(request, invitation):
    form = MotDePasseForm(
        request.POST or None,
        email=invitation.email,
        initial={"prenom": invitation.prenom, "nom": invitation.nom},
    )
    if request.method == "POST" and form.is_valid():
        try:
            mandat = service.accepter(
                invitation=invitation,
                prenom=form.cleaned_data["prenom"],
                nom=form.cleaned_data["nom"],
                mot_de_passe=form.cleaned_data["password1"],
            )
        except Refus as refus:
            return _refuser(request, refus.phrase, 410)
        login(request, mandat.utilisateur)
        return _bienvenue(request, invitation)
    return _page(request, invitation, situation="nouveau", form=form)


def _bienvenue(request, invitation):
    messages.success(
        request,
        f"Bienvenue dans le réseau {invitation.reseau.nom} : vous y êtes au titre de "
        f"{invitation.structure.nom}.",
    )
    if invitation.fonction == Fonction.ANIMATEUR and not invitation.reseau.lance_le:
        return redirect("partenaires:lancement", reseau=invitation.reseau.slug)
    return redirect("accueil:tableau")


def _page(request, invitation, **contexte):
    return render(
        request,
        "partenaires/invitation.html",
        {
            "invitation": invitation,
            "expire_le": timezone.localtime(invitation.expire_le, invitation.reseau.tz),
            **contexte,
        },
    )


def _refuser(request, raison: str, statut: int):
    return render(
        request, "partenaires/invitation_invalide.html", {"raison": raison}, status=statut
    )
