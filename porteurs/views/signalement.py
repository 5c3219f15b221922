"""Signaler quelqu'un : la même page sans compte et avec, une minute, sur un téléphone."""

from hashlib import sha256
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from partenaires.enums import LECTEURS, Module
from partenaires.models import Reseau
from porteurs.enums import SourceDemande
from porteurs.forms.demandes import SignalementForm
from porteurs.models import Demande
from porteurs.models.demande import signalees_par
from porteurs.services import demandes as service
from porteurs.services.aiguillage import reseaux_de
from socle.debit import adresse, depasse
from socle.pagination import paginer
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import deja_fait, une_seule_fois

# Par connexion : une maison de services signale souvent, derrière un même accès. Par personne
# signalée : de quoi corriger une faute, pas de quoi importuner quelqu'un.
ESSAIS, HEURE = 40, 3600
PAR_PERSONNE, JOUR = 2, 86_400
SEL_RECU = "porteurs.signaler.recu"


def _structures(acteur, reseau: Reseau | None) -> dict[int, str]:
    """Les structures au nom desquelles un membre signale ; celles du réseau de la page d'abord."""
    siennes = [m for m in acteur.mandats if m.fonction in LECTEURS]
    ici = [m for m in siennes if reseau is not None and m.reseau_id == reseau.pk]
    return {m.structure_id: m.structure_nom for m in ici or siennes}


def _reseau_de_l_adresse(slug: str | None) -> Reseau | None:
    if slug is None:
        return None
    return get_object_or_404(Reseau, slug=slug, modules__contains=[Module.DOSSIERS])


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signaler(request, reseau=None):
    """La page commune à toute l'installation, ou celle d'un réseau."""
    ici = _reseau_de_l_adresse(reseau)
    form = SignalementForm(
        request.POST or None, structures=_structures(request.acteur, ici), reseau=ici
    )
    if request.method == "POST" and form.is_valid():
        try:
            suite = _envoyer(request, form, ici)
        except Refus as refus:
            form.add_error(refus.champ if refus.champ in form.fields else None, refus.phrase)
        else:
            if suite:
                return redirect(suite)
    return render(
        request,
        "porteurs/demandes/signaler.html",
        {"reseau_public": ici, "form": form, "mes_structures": form.structures},
    )


def _envoyer(request, form: SignalementForm, ici: Reseau | None) -> str:
    """L'adresse de la confirmation ; vide quand il reste à choisir entre plusieurs réseaux."""
    cle = form.cleaned_data.get("cle_envoi")
    if fait := deja_fait(cle, request.acteur):
        return fait
    possibles = reseaux_de(form.cleaned_data["commune"])
    if not possibles:
        raise Refus("Aucun réseau n’est encore ouvert ici. Appelez votre mairie.")
    choisis = possibles
    if len(possibles) > 1:
        form.demander_les_reseaux(possibles, ici if ici in possibles else None)
        choisis = form.choisis(possibles)
        if not choisis:
            if "choix" in request.POST:
                raise Refus("Choisissez au moins un réseau.", "reseaux")
            return ""
    if depasse(f"signaler:{adresse(request)}", ESSAIS, HEURE):
        raise Refus("Trop d’envois depuis votre connexion\u00a0: revenez dans une heure.")
    return une_seule_fois(cle, request.acteur, lambda: _recevoir(request, form, choisis))


def _recevoir(request, form: SignalementForm, reseaux: list[Reseau]) -> str:
    """Un robot, ou trop d'envois pour une même personne : la même réponse, et rien ne s'écrit."""
    personne = form.personne()
    joindre = (personne.email or personne.telephone).lower()
    empreinte = sha256(joindre.encode()).hexdigest()[:40]
    depot = uuid4()
    if not form.piege and not depasse(f"signaler-a:{empreinte}", PAR_PERSONNE, JOUR):
        depot = service.recevoir(
            acteur=request.acteur,
            reseaux=reseaux,
            personne=personne,
            source=SourceDemande.SIGNALEMENT,
            signalant=form.signalant(),
        )[0].depot
    return reverse("porteurs:signaler_recu", args=[jeton_du_depot(depot)])


def jeton_du_depot(depot: UUID) -> str:
    """Ce qui mène à la confirmation, un jour durant : rien de la personne n'y est."""
    return signing.TimestampSigner(salt=SEL_RECU).sign(depot.hex)


@login_not_required
@never_cache
@require_safe
def recu(request, jeton):
    """Qui la rappelle et pour quand. Aucun nom : l'adresse de cette page peut rester sur l'écran."""
    try:
        brut = signing.TimestampSigner(salt=SEL_RECU).unsign(jeton, max_age=JOUR)
        depot = UUID(brut)
    except (signing.BadSignature, ValueError):
        return render(request, "porteurs/demandes/signaler_perime.html", status=410)
    demandes = (
        Demande.objects.filter(depot=depot)
        .select_related("reseau__structure_coordinatrice", "structure", "commune")
        .order_by("reseau__nom", "pk")
    )
    contexte = {"demandes": list(demandes), "ecrit": any(d.email for d in demandes)}
    return render(request, "porteurs/demandes/signaler_recu.html", contexte)


@require_GET
def signalements(request):
    """Ce que j'ai signalé, qui l'a pris et quand ; rien de plus."""
    exiger(request.acteur, "porteurs.signalements")
    page = paginer(
        Demande.objects.filter(signalees_par(request.acteur)).pour_liste(),
        "recue_le",
        request.GET.get("apres"),
    )
    return render(request, "porteurs/demandes/signalements.html", {"page": page})
