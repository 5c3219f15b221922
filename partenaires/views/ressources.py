"""Les ressources du réseau : chercher, lire, partager, en parler."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Func, Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.enums import NatureRessource
from partenaires.forms.ressources import QuestionForm, RessourceForm
from partenaires.models import Mandat, QuestionRessource, Ressource, VersionRessource
from partenaires.services.ressources import demander, partager, reecrire, retirer
from partenaires.views.commun import reseau_de_la_page
from socle import recherches
from socle.fichiers import servir
from socle.pdf import structurer
from socle.permissions import exiger, peut
from socle.recherche import correspond
from socle.refus import Refus
from socle.unicite import une_seule_fois

PAR_PAGE = 20
MOTS_MONTRES = 20


def _ressources(request, reseau):
    """Celles que l’acteur voit dans ce réseau ; une retirée, s’il peut la remettre."""
    visibles = Ressource.objects.visible_par(request.acteur).du_reseau(reseau)
    return visibles.select_related("reseau", "auteur", "fichier")


def _ressource(request, reseau, uuid) -> Ressource:
    objet = get_object_or_404(_ressources(request, reseau), uuid=uuid)
    if objet.retiree_le and not peut(request.acteur, "partenaires.ressource.tenir", objet):
        raise Http404
    return objet


@require_http_methods(["GET", "POST"])
def ressources(request, reseau):
    """Les plus récentes d’abord ; ce qu’on cherche s’envoie en POST."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.ressources", reseau)
    if request.method == "POST":
        adresse = reverse("partenaires:ressources", args=[reseau.slug])
        return redirect(recherches.adresse(request, adresse))
    toutes = _ressources(request, reseau).publiees()
    saisie, nature = recherches.lire(request), request.GET.get("nature", "")
    mot = request.GET.get("mot", "")[:40].replace("\0", "")
    trouvees = toutes
    if saisie:
        trouvees = trouvees.filter(correspond("vecteur", saisie))
    if nature in NatureRessource.values:
        trouvees = trouvees.filter(nature=nature)
    if mot:
        trouvees = trouvees.filter(mots_cles__contains=[mot])
    page = Paginator(trouvees.order_by("-modifiee_le", "-pk"), PAR_PAGE).get_page(
        request.GET.get("page")
    )
    parametres = request.GET.copy()
    parametres.pop("page", None)
    return render(
        request,
        "partenaires/ressources.html",
        {
            "reseau": reseau,
            "page_ressources": page,
            "saisie": saisie,
            "nature": nature,
            "mot": mot,
            "mots": _mots(toutes),
            "natures": NatureRessource.choices,
            "filtree": bool(saisie or mot or nature in NatureRessource.values),
            "parametres": parametres.urlencode(),
            "peut_ecrire": peut(request.acteur, "partenaires.ressource.ecrire", reseau),
        },
    )


def _mots(toutes) -> list[str]:
    """Les mots-clés employés, par ordre alphabétique."""
    mots = (
        toutes.order_by()
        .annotate(mot=Func(F("mots_cles"), function="unnest"))
        .values_list("mot", flat=True)
        .distinct()[:MOTS_MONTRES]
    )
    return sorted(mots)


@require_GET
def ressource(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.ressources", reseau)
    return _page(request, reseau, _ressource(request, reseau, uuid), QuestionForm())


def _signatures(reseau, objet, auteurs) -> dict[int, str]:
    """Qui parle, par compte : son nom aux gens de son réseau, le nom de son réseau aux autres.

    Une ressource partagée avec les enfants se discute entre réseaux ; les personnes, elles, ne se
    montrent que chez elles, y compris celles dont le mandat a pris fin.
    """
    famille = Q(reseau=reseau) | Q(reseau=objet.reseau_id) | Q(reseau__parent=objet.reseau_id)
    mandats = Mandat.objects.filter(famille, utilisateur__in={a.pk for a in auteurs})
    ailleurs, ici = {}, set()
    for compte, reseau_id, nom in mandats.order_by("pk").values_list(
        "utilisateur", "reseau", "reseau__nom"
    ):
        ailleurs.setdefault(compte, nom)
        if reseau_id == reseau.pk:
            ici.add(compte)
    return {
        a.pk: a.nom_complet if a.pk in ici else ailleurs.get(a.pk, "un autre réseau")
        for a in auteurs
    }


def _page(request, reseau, objet, form, question=None):
    """Les versions d'avant un partage restent au réseau qui l'a écrite : rien ne dit qu'il les offre."""
    reponses = QuestionRessource.objects.select_related("auteur").order_by("cree_le", "pk")
    questions = list(
        reponses.filter(ressource=objet, question=None).prefetch_related(
            Prefetch("reponses", reponses)
        )
    )
    dites = [*questions, *(r for q in questions for r in q.reponses.all())]
    signatures = _signatures(reseau, objet, {d.auteur for d in dites if d.auteur})
    for dite in dites:
        dite.signature = signatures.get(dite.auteur_id, "Quelqu’un")
    chez_soi = objet.reseau_id == reseau.pk
    return render(
        request,
        "partenaires/ressource.html",
        {
            "reseau": reseau,
            "ressource": objet,
            "blocs": structurer(objet.texte),
            "versions": objet.versions.order_by("-numero") if chez_soi else (),
            "questions": questions,
            "form": form,
            "reponse_a": question,
            "peut_tenir": peut(request.acteur, "partenaires.ressource.tenir", objet),
        },
    )


@require_GET
def fichier(request, reseau, uuid):
    """Le fichier de la version courante, ou, dans son réseau, celui de la version ``?version=``."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.ressources", reseau)
    objet = _ressource(request, reseau, uuid)
    numero = request.GET.get("version", "")
    porteur = objet
    if numero.isdecimal() and len(numero) < 9:
        if objet.reseau_id != reseau.pk:
            raise Http404
        porteur = get_object_or_404(
            VersionRessource.objects.select_related("fichier"), ressource=objet, numero=int(numero)
        )
    if porteur.fichier is None:
        raise Http404
    return servir(request, porteur.fichier, objet="ressource", reference=str(objet.uuid))


@require_http_methods(["GET", "POST"])
def nouvelle(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.ressource.ecrire", reseau)
    form = RessourceForm(
        request.POST or None, request.FILES or None, acteur=request.acteur, reseau=reseau
    )
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data
        cle = champs.pop("cle_envoi")
        champs.pop("numero")

        def agir() -> str:
            objet = partager(acteur=request.acteur, reseau=reseau, **champs)
            messages.success(request, "La ressource est partagée avec le réseau.")
            return reverse("partenaires:ressource", args=[reseau.slug, objet.uuid])

        try:
            return redirect(une_seule_fois(cle, request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(request, "partenaires/ressource_ecrire.html", {"reseau": reseau, "form": form})


@require_http_methods(["GET", "POST"])
def modifier(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    objet = _ressource(request, reseau, uuid)
    exiger(request.acteur, "partenaires.ressource.tenir", objet)
    noms = ["titre", "nature", "resume", "texte", "lien", "fichier", "pour_les_enfants", "numero"]
    initial = {nom: getattr(objet, nom) for nom in noms}
    initial["mots_cles"] = ", ".join(objet.mots_cles)
    form = RessourceForm(
        request.POST or None,
        request.FILES or None,
        acteur=request.acteur,
        reseau=objet.reseau,
        initial=initial,
    )
    conflit = None
    if request.method == "POST" and form.is_valid():
        champs = form.cleaned_data
        cle = champs.pop("cle_envoi")

        def agir() -> str:
            reecrire(acteur=request.acteur, ressource=objet, **champs)
            messages.success(request, "La nouvelle version est en ligne.")
            return reverse("partenaires:ressource", args=[reseau.slug, uuid])

        try:
            return redirect(une_seule_fois(cle, request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
            if champs["numero"] != objet.numero:
                conflit = objet
                form.data = form.data.copy()
                form.data["numero"] = objet.numero
    return render(
        request,
        "partenaires/ressource_ecrire.html",
        {"reseau": reseau, "ressource": objet, "form": form, "conflit": conflit},
    )


@require_POST
def retirer_ou_remettre(request, reseau, uuid):
    reseau = reseau_de_la_page(request, reseau)
    objet = _ressource(request, reseau, uuid)
    exiger(request.acteur, "partenaires.ressource.tenir", objet)
    retirer(ressource=objet, remettre="remettre" in request.POST)
    messages.success(
        request,
        "La ressource est de nouveau lisible."
        if "remettre" in request.POST
        else "La ressource est retirée. Vous seul et l’animation la voyez encore, et pouvez la "
        "remettre.",
    )
    return redirect("partenaires:ressource", reseau=reseau.slug, uuid=uuid)


@require_POST
def question(request, reseau, uuid):
    """Une question, ou une réponse à la question que nomme le champ ``question``."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.ressources", reseau)
    objet = _ressource(request, reseau, uuid)
    form = QuestionForm(request.POST)
    valable = form.is_valid()
    parente = None
    if uuid_question := form.cleaned_data.get("question"):
        posees = QuestionRessource.objects.select_related("auteur")
        parente = get_object_or_404(posees, ressource=objet, question=None, uuid=uuid_question)
    if not valable:
        return _page(request, reseau, objet, form, parente)

    def agir() -> str:
        posee = demander(
            acteur=request.acteur,
            ressource=objet,
            texte=form.cleaned_data["texte"],
            question=parente,
        )
        posee.refresh_from_db(fields=["uuid"])
        messages.success(request, _dit(request, reseau, objet, parente))
        adresse = reverse("partenaires:ressource", args=[reseau.slug, uuid])
        return f"{adresse}#question-{posee.uuid}"

    return redirect(une_seule_fois(form.cleaned_data["cle_envoi"], request.acteur, agir))


def _dit(request, reseau, objet, parente) -> str:
    """Ce qui vient d'être publié, et qui un courriel prévient."""
    fait = "Votre réponse est publiée" if parente else "Votre question est posée"
    prevenu = parente.auteur if parente else objet.auteur
    if not prevenu or not prevenu.is_active or prevenu.pk == request.acteur.utilisateur_id:
        return f"{fait}."
    qui = _signatures(reseau, objet, {prevenu})[prevenu.pk]
    return f"{fait}\u00a0: un courriel en prévient {qui}."
