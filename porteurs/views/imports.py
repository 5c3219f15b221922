"""Reprendre un tableau existant : le déposer, le relire, l'écrire, le défaire."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from partenaires.views.commun import reseau_de_la_page
from porteurs.forms.imports import ColonnesForm, DepotForm, PrecisionsForm
from porteurs.models import ImportDossiers, LigneImport
from porteurs.models.imports import EtatImport, EtatLigne
from porteurs.permissions.imports import tient
from porteurs.services.imports import annulation, lecture, travaux
from porteurs.services.imports.champs import LIBELLES, MODELE
from socle import fichiers
from socle.enums import Operation
from socle.journal import consigner
from socle.permissions import exiger, peut
from socle.refus import Refus
from socle.tableurs import reponse_tableur
from socle.unicite import une_seule_fois

PAR_PAGE = 40
RECENTS = 50
# Au-delà, la page pèserait trop : les réponses données, les suivantes viennent.
QUESTIONS = 30
EXEMPLE = [
    "A-12", "Zoé", "Durand", "zoe@exemple.invalid", "06 39 98 00 12", "12/05/1988", "Ambert", "63600",
    "Reprise d’une boulangerie", "Reprise", "Commerce", "Étude", "03/02/2026", "10/03/2026", "",
    "Un local, un prêt", "",
]  # fmt: skip


def import_de_la_page(request, slug: str, uuid) -> ImportDossiers:
    """L'import visible de l'acteur, dans le réseau de l'adresse."""
    return get_object_or_404(
        ImportDossiers.objects.visible_par(request.acteur).select_related(
            "reseau", "structure", "par", "annule_par"
        ),
        reseau__slug=slug,
        uuid=uuid,
    )


def _tenu(request, slug: str, uuid) -> ImportDossiers:
    import_dossiers = import_de_la_page(request, slug, uuid)
    exiger(request.acteur, "porteurs.import.tenir", import_dossiers)
    return import_dossiers


def _page(import_dossiers: ImportDossiers):
    return redirect(
        "porteurs:import", reseau=import_dossiers.reseau.slug, uuid=import_dossiers.uuid
    )


@require_GET
def liste(request, reseau):
    """Les tableaux repris, les plus récents d'abord : qui, quand, combien."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.imports", reseau)
    imports = (
        ImportDossiers.objects.visible_par(request.acteur)
        .filter(reseau=reseau)
        .select_related("structure", "par")
        .order_by("-depose_le", "-pk")[:RECENTS]
    )
    return render(request, "porteurs/imports/liste.html", {"reseau": reseau, "imports": imports})


@require_http_methods(["GET", "POST"])
def nouveau(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.import.deposer", reseau)
    structures = structures_nommees(request.acteur, reseau.pk, Fonction.TECHNICIEN)
    form = DepotForm(
        request.POST or None, request.FILES or None, acteur=request.acteur, structures=structures
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_deposer(request, reseau, form))
        except Refus as refus:
            form.add_error("fichier", refus.phrase)
    return render(request, "porteurs/imports/nouveau.html", {"reseau": reseau, "form": form})


def _deposer(request, reseau, form) -> str:
    fichier = form.cleaned_data["fichier"]

    def agir() -> str:
        with fichiers.ouvrir(fichier) as contenu:
            import_dossiers = lecture.deposer(
                acteur=request.acteur,
                reseau=reseau,
                structure=form.structure,
                fichier=contenu,
                nom=fichier.nom,
            )
        # Les lignes sont à l'abri : rien n'a plus besoin du fichier, plein de noms.
        fichiers.effacer([fichier.pk])
        return reverse("porteurs:import_associer", args=[reseau.slug, import_dossiers.uuid])

    return une_seule_fois(form.cleaned_data.get("cle_envoi"), request.acteur, agir)


@require_GET
def modele(request, reseau):
    """Un tableau à remplir, avec une ligne d'exemple."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "porteurs.import.deposer", reseau)
    return reponse_tableur("Suivi des porteurs de projet", MODELE, [EXEMPLE])


@require_http_methods(["GET", "POST"])
def associer(request, reseau, uuid):
    """Dire ce que contient chaque colonne ; les titres déjà vus se reconnaissent seuls."""
    import_dossiers = _tenu(request, reseau, uuid)
    if import_dossiers.acheve or import_dossiers.en_cours:
        return _page(import_dossiers)
    form = ColonnesForm(
        request.POST or None,
        entetes=import_dossiers.entetes,
        colonnes=import_dossiers.colonnes,
        exemples=lecture.exemples(import_dossiers),
        initial=import_dossiers.reglages,
    )
    if request.method == "POST" and form.is_valid():
        try:
            lecture.associer_colonnes(
                acteur=request.acteur,
                import_dossiers=import_dossiers,
                colonnes=form.cleaned_data["colonnes"],
                nature=form.cleaned_data["nature"],
            )
        except Refus as refus:
            form.add_error(None, refus.phrase)
        else:
            travaux.demander()
            return _page(import_dossiers)
    return render(
        request,
        "porteurs/imports/colonnes.html",
        {"reseau": import_dossiers.reseau, "import": import_dossiers, "form": form},
    )


@require_GET
def detail(request, reseau, uuid):
    """L'avancement, la relecture ligne à ligne, ou le résumé : selon où en est l'import."""
    import_dossiers = import_de_la_page(request, reseau, uuid)
    exiger(request.acteur, "porteurs.imports", import_dossiers)
    tenu = tient(request.acteur, import_dossiers)
    if tenu and import_dossiers.etat == EtatImport.DEPOSE:
        return redirect("porteurs:import_associer", reseau=reseau, uuid=uuid)
    contexte = {
        "reseau": import_dossiers.reseau,
        "import": import_dossiers,
        "tenu": tenu,
        "avancement": _avancement(import_dossiers),
        "peut_informer": peut(request.acteur, "porteurs.import.informer", import_dossiers),
    }
    if tenu and import_dossiers.etat == EtatImport.VERIFIE:
        return _relire(request, import_dossiers, contexte)
    reponse = render(request, "porteurs/imports/detail.html", contexte)
    if request.htmx and not import_dossiers.en_cours:
        # Le travail est fini : la page entière se recharge, et change de visage.
        reponse = HttpResponse(headers={"HX-Refresh": "true"})
    return reponse


def _avancement(import_dossiers: ImportDossiers) -> int:
    return round(100 * import_dossiers.traitees / max(1, import_dossiers.total))


def _relire(request, import_dossiers: ImportDossiers, contexte: dict):
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    consigner(request.acteur, Operation.CONSULTATION, "import", str(import_dossiers.uuid))
    etat = request.GET.get("etat", "")
    lignes = LigneImport.objects.filter(import_dossiers=import_dossiers)
    if etat in EtatLigne.values:
        lignes = lignes.filter(etat=etat)
    apres = request.GET.get("apres", "")
    if apres.isdecimal() and len(apres) < 8:
        lignes = lignes.filter(numero__gt=int(apres))
    montrees = list(lignes.order_by("numero")[: PAR_PAGE + 1])
    questions = import_dossiers.questions
    contexte |= {
        "etat": etat,
        "lignes": [_rangee(import_dossiers, ligne) for ligne in montrees[:PAR_PAGE]],
        "suite": montrees[PAR_PAGE - 1].numero if len(montrees) > PAR_PAGE else None,
        "debut": not apres,
        "precisions": PrecisionsForm(questions=questions[:QUESTIONS]),
        "autres_questions": max(0, len(questions) - QUESTIONS),
        "filtres": [("", "Toutes", import_dossiers.total)]
        + [
            (e.value, e.label.capitalize(), import_dossiers.comptes.get(e.value, 0))
            for e in (
                EtatLigne.FAUTIVE,
                EtatLigne.NOUVELLE,
                EtatLigne.MODIFIEE,
                EtatLigne.INCHANGEE,
            )
        ],
    }
    return render(request, "porteurs/imports/relire.html", contexte)


# À côté de chaque case, quelques mots suffisent.
COURTS = {
    "reference": "Référence",
    "prenom_nom": "Personne",
    "nom_prenom": "Personne",
    "intitule": "Projet",
    "commune": "Commune",
}
MONTRES = ("reference", "prenom", "nom", "prenom_nom", "nom_prenom", "commune", "intitule")


def _rangee(import_dossiers: ImportDossiers, ligne: LigneImport) -> dict:
    """La ligne telle que tapée, et à côté de chaque case ce qui l'empêche ou ce qu'on en a compris."""
    colonnes = import_dossiers.colonnes
    codes = [c for c in MONTRES if c in colonnes]
    signales = {*ligne.erreurs, *ligne.remarques}
    codes += [c for c in colonnes if c in signales and c not in codes]
    cases = [
        {
            "libelle": COURTS.get(code, LIBELLES[code]),
            "texte": ligne.saisie[colonnes[code]],
            "erreur": ligne.erreurs.get(code, ""),
            "remarque": ligne.remarques.get(code, ""),
        }
        for code in codes
    ]
    autres = [ligne.erreurs[c] for c in ligne.erreurs if c not in colonnes]
    repliees = [
        {"libelle": LIBELLES[code], "texte": texte}
        for code, place in colonnes.items()
        if code not in codes and (texte := ligne.saisie[place].strip())
    ]
    return {"ligne": ligne, "cases": cases, "autres": autres, "repliees": repliees}


@require_POST
def preciser(request, reseau, uuid):
    """Ce que la personne dit des valeurs qu'on n'avait pas comprises ; tout se relit."""
    import_dossiers = _tenu(request, reseau, uuid)
    form = PrecisionsForm(request.POST, questions=import_dossiers.questions[:QUESTIONS])
    if not form.is_valid():
        messages.error(request, "Ce choix n’est plus possible\u00a0: la liste a changé, la voici.")
        return _page(import_dossiers)
    if reponses := form.reponses():
        try:
            lecture.preciser(
                acteur=request.acteur, import_dossiers=import_dossiers, reponses=reponses
            )
        except Refus as refus:
            messages.error(request, refus.phrase)
        else:
            travaux.demander()
    return _page(import_dossiers)


@require_GET
def fautives(request, reseau, uuid):
    """Les lignes à corriger, telles que tapées, et ce qui ne va pas dans une colonne de plus."""
    import_dossiers = _tenu(request, reseau, uuid)
    consigner(request.acteur, Operation.EXPORT, "import", str(import_dossiers.uuid), "à corriger")
    lignes = LigneImport.objects.filter(
        import_dossiers=import_dossiers, etat=EtatLigne.FAUTIVE
    ).order_by("numero")
    return reponse_tableur(
        "Lignes à corriger",
        [*import_dossiers.entetes, "Ce qui ne va pas"],
        (
            [*ligne.saisie, " ".join(ligne.erreurs.values())]
            for ligne in lignes.iterator(chunk_size=1000)
        ),
    )


@require_POST
def ecrire(request, reseau, uuid):
    import_dossiers = _tenu(request, reseau, uuid)
    try:
        travaux.demander_l_ecriture(acteur=request.acteur, import_dossiers=import_dossiers)
    except Refus as refus:
        messages.error(request, refus.phrase)
    return _page(import_dossiers)


@require_POST
def abandonner(request, reseau, uuid):
    import_dossiers = _tenu(request, reseau, uuid)
    try:
        lecture.abandonner(acteur=request.acteur, import_dossiers=import_dossiers)
    except Refus as refus:
        messages.error(request, refus.phrase)
        return _page(import_dossiers)
    messages.info(request, "Ce tableau est oublié\u00a0: rien n’a été écrit.")
    return redirect("porteurs:imports", reseau=reseau)


@require_http_methods(["GET", "POST"])
def annuler(request, reseau, uuid):
    """Les conséquences d'abord ; un seul bouton ensuite."""
    import_dossiers = _tenu(request, reseau, uuid)
    if request.method == "POST":
        try:
            annulation.demander(acteur=request.acteur, import_dossiers=import_dossiers)
        except Refus as refus:
            messages.error(request, refus.phrase)
            return redirect("porteurs:import_annuler", reseau=reseau, uuid=uuid)
        travaux.demander()
        return _page(import_dossiers)
    if not import_dossiers.annulable:
        return _page(import_dossiers)
    return render(
        request,
        "porteurs/imports/annuler.html",
        {
            "reseau": import_dossiers.reseau,
            "import": import_dossiers,
            "obstacle": annulation.obstacle(import_dossiers),
        },
    )
