"""Dire ce que fait une structure : la grille, les précisions d'un thème, les thèmes du réseau."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from partenaires.enums import CHAINE, Cote, SectionNaf
from partenaires.forms.competences import (
    GrilleForm,
    PrecisionsThemeForm,
    ThemeForm,
    grille_initiale,
    precisions_initiales,
    valeur_de,
)
from partenaires.models import Mandat, Reseau, Structure, Theme
from partenaires.permissions.competences import Membre
from partenaires.services import competences as services
from partenaires.services.grilles import Rappel, rappeler
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger
from socle.refus import Refus
from socle.unicite import une_seule_fois


def _structure_a_saisir(request, slug: str, uuid) -> tuple[Reseau, Structure]:
    """La structure membre de ce réseau, si l'acteur peut en écrire la grille."""
    reseau = reseau_de_la_page(request, slug)
    membres = Structure.objects.visible_par(request.acteur).membres(reseau.pk, reseau.aujourd_hui())
    structure = get_object_or_404(
        membres.select_related("grille_competences__modifiee_par"), uuid=uuid
    )
    membre = Membre(reseau.pk, structure.pk)
    exiger(request.acteur, "partenaires.competences.saisir", membre)
    return reseau, structure


@require_http_methods(["GET", "POST"])
def competences(request, reseau, uuid):
    """La grille entière. Si quelqu'un l'a enregistrée entre-temps, les deux versions se montrent."""
    reseau, structure = _structure_a_saisir(request, reseau, uuid)
    vue = services.vue_du_reseau(reseau, structure)
    etat, conflit = None, None
    if request.method == "POST":
        form = GrilleForm(request.POST, vue=vue)
        if form.is_valid():
            try:
                nombre = services.enregistrer_grille(
                    acteur=request.acteur,
                    reseau=reseau,
                    structure=structure,
                    saisie=form.saisie,
                    empreinte=form.cleaned_data["empreinte"],
                )
            except services.GrilleModifiee as refus:
                conflit = _conflit(reseau, form, vue, refus)
                etat = refus.etat
                form = _sur_la_version(request, form, refus.etat)
            else:
                messages.success(request, _enregistree(structure, nombre))
                return redirect("partenaires:structure", reseau=reseau.slug, uuid=structure.uuid)
    etat = etat or services.lire_etat(structure)
    if request.method == "GET":
        form = GrilleForm(initial=grille_initiale(etat, vue), vue=vue)
    return render(
        request,
        "partenaires/competences.html",
        {
            "reseau": reseau,
            "structure": structure,
            "form": form,
            "etapes": [e.label for e in CHAINE],
            "cotes": _lignes(form, vue, etat, conflit),
            "conflit": conflit,
            **_derniere_saisie(reseau, structure),
        },
    )


def _derniere_saisie(reseau: Reseau, structure: Structure) -> dict:
    """Quand la grille a été enregistrée ; par qui, seulement si ce réseau connaît cette personne."""
    grille = getattr(structure, "grille_competences", None)
    return {"grille": grille, "par": _nom_dans(reseau, grille)}


def _nom_dans(reseau: Reseau, grille) -> str:
    """Qui a enregistré la grille, si c'est une personne du réseau : sinon, personne n'est nommé."""
    if grille is None or grille.modifiee_par_id is None:
        return ""
    jour = reseau.aujourd_hui()
    presente = Mandat.objects.actifs(jour).filter(reseau=reseau, utilisateur=grille.modifiee_par_id)
    return grille.modifiee_par.nom_complet if presente.exists() else ""


def _enregistree(structure, nombre: int) -> str:
    if not nombre:
        return f"La grille de {structure.nom} est enregistrée, vide : elle ne couvre rien."
    return f"C’est enregistré : {structure.nom} répond de {nombre} case{'s' if nombre > 1 else ''}."


def _lignes(form, vue, etat, conflit) -> list[tuple[str, list[dict]]]:
    """Les thèmes par côté ; chaque case a sa valeur, son étape, et si elle est cochée."""
    cochees = set(form["cases"].value() or ())
    differentes = conflit["cases"] if conflit else {}
    courantes = [etat.courante(nom, vue.themes_ids) for nom in ("sections", "personnes")]
    cotes = []
    for cote in Cote:
        lignes = []
        for theme in (t for t in vue.themes if t.cote == cote):
            precision = etat.du_theme(theme.pk)
            lignes.append(
                {
                    "theme": theme,
                    "cases": [
                        {
                            "valeur": valeur_de(theme.pk, e),
                            "etape": e.label,
                            "cochee": valeur_de(theme.pk, e) in cochees,
                            "differente": (theme.pk, e) in differentes,
                        }
                        for e in CHAINE
                    ],
                    "connu": precision is not None,
                    "precise": precision is not None
                    and (
                        bool(precision.communes)
                        or [precision.sections, precision.personnes] != courantes
                    ),
                }
            )
        if lignes:
            cotes.append((cote.label, lignes))
    return cotes


def _sur_la_version(request, form, etat):
    """Le même formulaire, avec tout ce qui est tapé, sur la version qu'on vient de montrer."""
    donnees = request.POST.copy()
    donnees["empreinte"] = etat.empreinte
    return type(form)(donnees, vue=form.vue)


def _qui(reseau: Reseau, refus) -> dict:
    grille = refus.grille
    return {"par": _nom_dans(reseau, grille), "le": grille.modifiee_le if grille else None}


def _conflit(reseau, form, vue, refus) -> dict:
    """Les deux versions, côte à côte : les cases qui diffèrent, puis les précisions."""
    etat, saisie = refus.etat, form.saisie
    enregistrees = {case for case in etat.cases if case[0] in vue.themes_ids}
    differentes = saisie.cases ^ enregistrees
    themes = {t.pk: t.libelle for t in vue.themes}
    rang = {pk: n for n, pk in enumerate(themes)}
    cases = {
        (theme, etape): {
            "quoi": f"{themes[theme].capitalize()}, {etape.label}",
            "vous": "cochée" if (theme, etape) in saisie.cases else "non cochée",
            "enregistre": "cochée" if (theme, etape) in enregistrees else "non cochée",
        }
        for theme, etape in sorted(
            ((t, CHAINE[CHAINE.index(e)]) for t, e in differentes),
            key=lambda case: (rang[case[0]], CHAINE.index(case[1])),
        )
    }
    courante = services.Precision(
        etat.courante("sections", vue.themes_ids),
        etat.communes,
        etat.courante("personnes", vue.themes_ids),
    )
    return {
        **_qui(reseau, refus),
        "cases": cases,
        "lignes": [*cases.values(), *_precisions_differentes(form, vue, courante)],
    }


def _precisions_differentes(form, vue, enregistree) -> list[dict]:
    """Secteurs, communes et personnes, en mots, quand les deux versions ne s'accordent pas."""
    p = form.precision
    deux = [
        ("Secteurs", _secteurs(p.sections), _secteurs(enregistree.sections)),
        (
            "Communes",
            _communes(form.communes_choisies, vue, form.partout),
            _communes(enregistree.communes or None, vue, form.partout),
        ),
        ("Personnes", _personnes(p.personnes, vue), _personnes(enregistree.personnes, vue)),
    ]
    return [
        {"quoi": quoi, "vous": vous, "enregistre": autre}
        for quoi, vous, autre in deux
        if vous != autre
    ]


def _secteurs(sections) -> str:
    return ", ".join(SectionNaf(s).label for s in sorted(sections)) or "tous"


def _communes(communes, vue, partout: str) -> str:
    dedans = vue.communes_ids if communes is None else communes & vue.communes_ids
    if dedans == vue.communes_ids:
        return partout.lower()
    return ", ".join(c.nom for c in vue.communes if c.pk in dedans)


def _personnes(personnes, vue) -> str:
    return ", ".join(p.nom_complet for p in vue.personnes if p.pk in personnes) or "personne"


@require_http_methods(["GET", "POST"])
def competences_theme(request, reseau, uuid, theme):
    """Ce qui borne un seul thème de la structure : ses secteurs, ses communes, ses personnes."""
    reseau, structure = _structure_a_saisir(request, reseau, uuid)
    theme = get_object_or_404(Theme.objects.du_reseau(reseau), uuid=theme)
    vue = services.vue_du_reseau(reseau, structure)
    etat, conflit = services.lire_etat(structure), None
    suite = redirect("partenaires:competences", reseau=reseau.slug, uuid=structure.uuid)
    if (precision := etat.du_theme(theme.pk)) is None:
        messages.info(request, f"Cochez d’abord au moins une étape de « {theme.libelle} ».")
        return suite
    if request.method == "POST":
        form = PrecisionsThemeForm(request.POST, vue=vue)
        if form.is_valid():
            try:
                services.preciser_theme(
                    acteur=request.acteur,
                    reseau=reseau,
                    structure=structure,
                    theme=theme,
                    sections=form.precision.sections,
                    communes=form.communes_choisies,
                    personnes=form.precision.personnes,
                    empreinte=form.cleaned_data["empreinte"],
                )
            except services.GrilleModifiee as refus:
                enregistree = refus.etat.du_theme(theme.pk)
                conflit = {
                    **_qui(reseau, refus),
                    "lignes": _precisions_differentes(form, vue, enregistree or precision),
                }
                form = _sur_la_version(request, form, refus.etat)
            else:
                messages.success(request, f"« {theme.libelle.capitalize()} » est précisé.")
                return suite
    else:
        initial = precisions_initiales(precision, precision.communes, vue)
        form = PrecisionsThemeForm(initial=initial | {"empreinte": etat.empreinte}, vue=vue)
    return render(
        request,
        "partenaires/competences_theme.html",
        {
            "reseau": reseau,
            "structure": structure,
            "theme": theme,
            "form": form,
            "conflit": conflit,
        },
    )


@require_http_methods(["GET", "POST"])
def themes(request, reseau):
    """Les thèmes du réseau : les communs, ceux du parent, les siens, qu'il ajoute et retire."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.themes", reseau)
    form = ThemeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        donnees = form.cleaned_data

        def agir() -> str:
            services.ajouter_theme(reseau=reseau, libelle=donnees["libelle"], cote=donnees["cote"])
            return reverse("partenaires:themes", args=[reseau.slug])

        try:
            suite = une_seule_fois(donnees["cle_envoi"], request.acteur, agir)
        except Refus as refus:
            form.add_error(refus.champ, refus.phrase)
        else:
            messages.success(request, f"Le thème « {donnees['libelle']} » est ajouté.")
            return redirect(suite)
    liste = list(Theme.objects.du_reseau(reseau).select_related("reseau"))
    return render(
        request,
        "partenaires/competences_themes.html",
        {
            "reseau": reseau,
            "form": form,
            "cotes": [(c.label, [t for t in liste if t.cote == c]) for c in Cote],
        },
    )


@require_POST
def theme_retirer(request, reseau, uuid):
    """Retire un thème du réseau ; il revient, avec ce qu'on y avait dit, si on l'ajoute de nouveau."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.themes", reseau)
    theme = get_object_or_404(Theme.objects.filter(reseau=reseau, retire_le=None), uuid=uuid)
    services.retirer_theme(reseau=reseau, theme=theme)
    messages.success(
        request,
        f"« {theme.libelle} » ne figure plus dans les grilles. Ajoutez-le de nouveau sous ce nom "
        "pour retrouver ce qui y était déclaré.",
    )
    return redirect("partenaires:themes", reseau=reseau.slug)


@require_POST
def grilles_rappeler(request, reseau):
    """L'animation rappelle aux structures sans grille de la remplir."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.grilles.rappeler", reseau)
    rappel = rappeler(reseau=reseau)
    dire = messages.success if rappel.prevenues else messages.info
    dire(request, _rappel_en_mots(rappel))
    return redirect("partenaires:couverture", reseau=reseau.slug)


def _rappel_en_mots(rappel: Rappel) -> str:
    def structures(n: int) -> str:
        return f"{n} structure{'s' if n > 1 else ''}"

    phrases = []
    if rappel.prevenues:
        phrases.append(f"Le rappel part à qui administre {structures(rappel.prevenues)}.")
    if rappel.deja:
        phrases.append(f"Déjà rappelées depuis moins de sept jours : {structures(rappel.deja)}.")
    if rappel.sans_personne:
        phrases.append(
            f"Personne à prévenir pour {structures(rappel.sans_personne)} : invitez quelqu’un à "
            "les administrer, ou remplissez leur grille avec elles."
        )
    return " ".join(phrases) or "Toutes les grilles sont remplies."
