"""Faire entrer une structure dans le réseau, ou toute une liste ; tenir sa fiche."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.enums import TypeStructure
from partenaires.forms.structures import FicheForm, ImportForm, StructureForm
from partenaires.models import ImportStructures, Structure
from partenaires.permissions.structures import Membre
from partenaires.services import imports
from partenaires.services.structures import ajouter_structure, modifier_fiche
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger
from socle.refus import Refus
from socle.tableurs import reponse_tableur
from socle.unicite import une_seule_fois

# Au-delà, les lignes à corriger attendent leur tour : une page reste lisible, et son envoi permis.
A_CORRIGER = 50


@require_http_methods(["GET", "POST"])
def structure_nouvelle(request, reseau):
    """La structure entre par un engagement de principe ; inviter ses personnes vient ensuite."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.structure.ajouter", reseau)
    suite = _suite(request, request.POST.get("suite") or request.GET.get("suite", ""))
    form = StructureForm(request.POST or None)
    form.fields["commune"].preferer(reseau)
    if request.method == "POST" and form.is_valid():
        donnees = form.cleaned_data

        def agir() -> str:
            structure = ajouter_structure(
                reseau=reseau,
                nom=donnees["nom"],
                type_=donnees["type"],
                commune=donnees["commune"],
                email=donnees["email"],
                telephone=donnees["telephone"],
            )
            messages.success(
                request,
                f"{structure.nom} entre dans le réseau. Invitez maintenant les personnes qui y "
                "travaillent.",
            )
            return suite or reverse("partenaires:structure", args=[reseau.slug, structure.uuid])

        try:
            return redirect(une_seule_fois(donnees["cle_envoi"], request.acteur, agir))
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
    return render(
        request,
        "partenaires/structure_nouvelle.html",
        {"reseau": reseau, "form": form, "suite": suite},
    )


@require_http_methods(["GET", "POST"])
def structure_modifier(request, reseau, uuid):
    """La fiche d'une structure, tenue par qui l'administre ou par l'animation."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.annuaire", reseau)
    membres = Structure.objects.visible_par(request.acteur).membres(reseau.pk, reseau.aujourd_hui())
    structure = get_object_or_404(membres.select_related("commune"), uuid=uuid)
    exiger(request.acteur, "partenaires.structure.modifier", Membre(structure, reseau))
    form = FicheForm(request.POST or None, structure=structure)
    form.fields["commune"].preferer(reseau)
    if request.method == "POST" and form.is_valid():
        try:
            modifier_fiche(acteur=request.acteur, structure=structure, fiche=form.fiche())
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, "La fiche est à jour.")
            return redirect("partenaires:structure", reseau=reseau.slug, uuid=structure.uuid)
    return render(
        request,
        "partenaires/structure_modifier.html",
        {"reseau": reseau, "structure": structure, "form": form},
    )


# --- Importer une liste ----------------------------------------------------------------------


def _suite(request, saisie: str) -> str:
    """L'adresse où revenir après l'import, si elle est bien d'ici."""
    sure = saisie.startswith("/") and url_has_allowed_host_and_scheme(saisie, allowed_hosts=None)
    return saisie[:300] if sure else ""


@require_http_methods(["GET", "POST"])
def structures_import(request, reseau):
    """Coller une liste ou déposer un tableau ; la relecture vient ensuite, rien n'est écrit."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.structures.importer", reseau)
    suite = _suite(request, request.POST.get("suite") or request.GET.get("suite", ""))
    form = ImportForm(request.POST or None, request.FILES or None, initial={"suite": suite})
    if request.method == "POST" and form.is_valid():
        fichier = form.cleaned_data["fichier"]
        try:
            import_ = imports.deposer(
                acteur=request.acteur,
                reseau=reseau,
                fichier_ou_texte=fichier or form.cleaned_data["liste"],
                nom=fichier.name if fichier else "la liste collée",
                suite=suite,
            )
        except Refus as refus:
            form.add_error("fichier" if fichier else "liste", refus.phrase)
        else:
            return redirect(
                "partenaires:structures_import_relire", reseau=reseau.slug, uuid=import_.uuid
            )
    return render(
        request,
        "partenaires/structures_import.html",
        {"reseau": reseau, "form": form, "suite": suite, "natures": TypeStructure.labels},
    )


@require_GET
def structures_import_modele(request, reseau):
    """Le tableau à remplir, avec deux lignes d'exemple."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.structures.importer", reseau)
    exemples = [
        ["Communauté de communes des Monts", "Intercommunalité", "Ambert", "63600", "", "", ""],
        ["Boutique de gestion", "Boutique de gestion", "Thiers", "63300", "", "04 65 71 00 00", ""],
    ]
    return reponse_tableur("Structures du réseau", imports.MODELE, exemples)


@require_http_methods(["GET", "POST"])
def structures_import_relire(request, reseau, uuid):
    """Chaque ligne et ce qu'elle deviendra ; on corrige, on laisse de côté, puis on importe tout."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.structures.importer", reseau)
    import_ = get_object_or_404(
        ImportStructures.objects.select_related("reseau"),
        uuid=uuid,
        reseau=reseau,
        utilisateur=request.acteur.utilisateur,
    )
    erreur = ""
    if request.method == "POST":
        if "abandonner" in request.POST:
            imports.abandonner(import_=import_)
            messages.info(request, "La liste est oubliée\u00a0: rien n’a été importé.")
            return redirect("partenaires:structures_import", reseau=reseau.slug)
        imports.corriger(import_, _reponses(request.POST, import_))
        if "importer" not in request.POST:
            return redirect("partenaires:structures_import_relire", reseau=reseau.slug, uuid=uuid)
        try:
            comptes = imports.importer(acteur=request.acteur, import_=import_)
        except Refus as refus:
            erreur = refus.phrase
            import_.refresh_from_db()
        else:
            messages.success(request, _bilan(comptes))
            return redirect(import_.suite or reverse("partenaires:annuaire", args=[reseau.slug]))
    rangees = imports.analyser(import_, request.acteur)
    fautives = [r for r in rangees if r.etat == "fautive"]
    return render(
        request,
        "partenaires/structures_import_relire.html",
        {
            "reseau": reseau,
            "import": import_,
            "rangees": [r for r in rangees if r.etat != "fautive"],
            "a_corriger": [_a_corriger(r) for r in fautives[:A_CORRIGER]],
            "autres_fautives": len(fautives) - len(fautives[:A_CORRIGER]),
            "comptes": imports.compter(rangees),
            "erreur": erreur,
        },
    )


def _bilan(comptes) -> str:
    entrees = comptes["nouvelle"] + comptes["connue"]
    if not entrees:
        return "Toutes ces structures étaient déjà membres\u00a0: rien n’a changé."
    pluriel = "s" if entrees > 1 else ""
    verbe = "entrent" if entrees > 1 else "entre"
    return f"{entrees} structure{pluriel} {verbe} dans le réseau par un engagement de principe."


LIBELLES = {
    "nom": "Nom",
    "type": "Nature",
    "commune": "Commune",
    "siret": "SIRET",
    "telephone": "Téléphone",
    "email": "Courriel",
    "connue": "Est-ce la même\u00a0?",
}


def _a_corriger(rangee: imports.Rangee) -> dict:
    """Une ligne fautive et, à sa place, de quoi corriger chacun de ses champs en défaut."""
    champs = []
    for champ, phrase in rangee.erreurs.items():
        choix = rangee.choix.get(champ, [])
        if champ == "type":
            choix = list(TypeStructure.choices)
        champs.append(
            {
                "nom": f"l{rangee.numero}-{champ}",
                "libelle": LIBELLES[champ],
                "phrase": phrase,
                "choix": choix,
                "valeur": rangee.saisie.get(champ, ""),
            }
        )
    return {"rangee": rangee, "champs": champs}


# Ce qu'on tape : montré puis vidé, le champ s'efface. Un choix laissé vide, lui, ne change rien.
TAPES = ("nom", "siret", "telephone", "email")


def _reponses(post, import_: ImportStructures) -> dict[int, dict]:
    """Les réponses données aux lignes montrées."""
    reponses = {}
    for ligne in import_.lignes:
        prefixe = f"l{ligne['n']}-"
        if f"{prefixe}montree" not in post:
            continue
        reponse = {
            champ: post[prefixe + champ]
            for champ in (*imports.CHAMPS, "connue")
            if post.get(prefixe + champ) or (champ in TAPES and prefixe + champ in post)
        }
        if reponse.get("connue") not in (imports.MEME, imports.AUTRE, None):
            del reponse["connue"]
        reponses[ligne["n"]] = reponse | {"ecarter": f"{prefixe}ecarter" in post}
    return reponses
