"""Le territoire d'un réseau : sa carte, ses intercommunalités, sa population d'année en année."""

from itertools import groupby

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import F
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from partenaires import cartes, population
from partenaires.models import Commune, Departement, Epci, Reseau, Structure
from partenaires.services.territoire import autres_reseaux
from partenaires.views.commun import reseau_de_la_page
from socle.permissions import exiger
from socle.tableurs import reponse_tableur

# Au-delà, la carte montre des intercommunalités entières : la page reste légère.
COMMUNES_DESSINEES = 400
# Celles qu'un autre réseau couvre aussi : au-delà, la page en dit le nombre.
NOMMEES = 30
HORS_EPCI = Epci(code="", nom="Hors de toute intercommunalité")
VUES = {"epci": "Par intercommunalité", "evolution": "Population\u00a0: qui gagne, qui perd"}
PARTAGE = "aussi couverte par un autre réseau"


@require_GET
def carte(request, reseau):
    """Le réseau entier par intercommunalité ; « ?epci= » entre dans l'une d'elles, commune par commune."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.carte", reseau)
    toutes = _communes(reseau)
    groupes = {epci: list(lot) for epci, lot in groupby(toutes, key=lambda c: c.epci or HORS_EPCI)}
    ouverte = _ouverte(request, groupes)
    communes = groupes[ouverte] if ouverte else toutes
    series = population.par_commune(toutes)
    annees = population.annees_connues(series)
    ailleurs = _ailleurs(reseau, communes)
    vue = request.GET.get("vue") if request.GET.get("vue") in VUES else "epci"
    ensemble = population.total(communes, series, annees)
    contexte = {
        "reseau": reseau,
        "ouverte": ouverte,
        "vue": vue,
        "vues": VUES.items(),
        "annees": annees,
        "ensemble": ensemble,
        "courbe": population.courbe(ensemble),
        "nombre": len(communes),
        "partagees": _par_reseau(communes, ailleurs),
        "carte": _carte(reseau, communes, groupes, series, annees, vue, ailleurs, ouverte),
    }
    if ouverte:
        contexte["lignes"] = [
            (c, series[c.pk], series[c.pk].sur(annees), ailleurs.get(c.pk, [])) for c in communes
        ]
    else:
        contexte["epcis"] = [
            (epci, len(lot), population.total(lot, series, annees)) for epci, lot in groupes.items()
        ]
    return render(request, "partenaires/carte.html", contexte)


@require_GET
def export(request, reseau):
    """La population de chaque commune, une colonne par année."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.carte", reseau)
    communes = _communes(reseau)
    series = population.par_commune(communes)
    annees = population.annees_connues(series)
    ailleurs = _ailleurs(reseau, communes)
    lignes = (
        [
            c.code,
            c.nom,
            c.epci.nom if c.epci else "",
            *series[c.pk].sur(annees),
            series[c.pk].ecart,
            ", ".join(ailleurs.get(c.pk, [])),
        ]
        for c in communes
    )
    entetes = ["Code", "Commune", "Intercommunalité", *map(str, annees), "Écart", "Aussi dans"]
    format_ = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return reponse_tableur(f"population-{reseau.slug}", entetes, lignes, format_)


@require_GET
def contours(request, departement):
    """Le dessin des communes d'un département, pour la carte de choix : le script seul le demande."""
    exiger(request.acteur, "partenaires.contours")
    if not Departement.objects.filter(code=departement).exists():
        raise Http404
    return JsonResponse(
        cartes.contours_du_departement(departement), json_dumps_params={"ensure_ascii": False}
    )


def _communes(reseau: Reseau) -> list[Commune]:
    """Les communes du réseau, par intercommunalité puis par nom ; les isolées à la fin."""
    return list(
        Commune.objects.filter(reseaux=reseau)
        .select_related("epci")
        .order_by(F("epci__nom").asc(nulls_last=True), "epci", "cle_tri", "code")
    )


def _ouverte(request, groupes: dict[Epci, list[Commune]]) -> Epci | None:
    demandee = request.GET.get("epci")
    if demandee is None:
        return None
    trouvee = next((epci for epci in groupes if epci.code == demandee), None)
    if trouvee is None:
        raise Http404
    return trouvee


def _ailleurs(reseau: Reseau, communes: list[Commune]) -> dict[int, list[str]]:
    """Par commune, les autres réseaux ; ni le parent ni les enfants : ils se superposent par nature."""
    parents = {reseau.parent_id} - {None}
    famille = set(
        (reseau.enfants.all() | Reseau.objects.filter(pk__in=parents)).values_list("nom", flat=True)
    )
    ailleurs = {
        pk: [nom for nom in noms if nom not in famille]
        for pk, noms in autres_reseaux(reseau, communes).items()
    }
    return {pk: noms for pk, noms in ailleurs.items() if noms}


def _par_reseau(communes: list[Commune], ailleurs: dict[int, list[str]]) -> list[dict]:
    """Par autre réseau, les communes communes ; nommées tant qu'elles sont peu."""
    noms: dict[str, list[str]] = {}
    for c in communes:
        for autre in ailleurs.get(c.pk, []):
            noms.setdefault(autre, []).append(c.nom)
    return [
        {"reseau": autre, "nombre": len(siennes), "noms": siennes[:NOMMEES]}
        for autre, siennes in sorted(noms.items())
    ]


def _carte(reseau, communes, groupes, series, annees, vue, ailleurs, ouverte) -> dict:
    sieges = _sieges(reseau, {c.pk for c in communes})
    if not ouverte and len(communes) > COMMUNES_DESSINEES:
        return _carte_generale(reseau, groupes, series, annees, vue, sieges)
    noms = {} if ouverte else {epci.pk: epci.nom for epci in groupes if epci.pk}
    if vue == "evolution" or ouverte:
        classes = {c.pk: series[c.pk].classe for c in communes}
        titres = {c.pk: _en_mots(series[c.pk]) for c in communes}
        legende = list(population.LEGENDE)
    else:
        couleurs = cartes.categories(noms)
        classes = {c.pk: couleurs.get(c.epci_id, "neutre") for c in communes}
        titres = {}
        legende = [(couleurs[pk], nom) for pk, nom in noms.items()]
        if len(noms) < len(groupes):
            legende.append(("neutre", HORS_EPCI.nom.lower()))
    for pk, autres in ailleurs.items():
        titres[pk] = f"{titres[pk]}, " if titres.get(pk) else ""
        titres[pk] += "aussi couverte par " + ", ".join(autres)
    if ailleurs:
        legende.append(("partage", PARTAGE))
    lieu = ouverte.nom if ouverte else reseau.nom
    return cartes.carte(
        communes,
        classes=classes,
        titres=titres,
        points=sieges,
        legende=legende,
        surcouches=dict.fromkeys(ailleurs, "partage"),
        epcis=noms,
        nom=f"Carte des communes\u00a0: {lieu}",
        tableau=False,
    )


def _carte_generale(reseau, groupes, series, annees, vue, sieges) -> dict:
    """Un grand réseau : une forme par intercommunalité, qui mène à ses communes."""
    noms = {epci.pk: epci.nom for epci in groupes if epci.pk}
    totaux = {e.pk: population.total(lot, series, annees) for e, lot in groupes.items()}
    couleurs = cartes.categories(noms)
    evolution = vue == "evolution"
    adresse = reverse("partenaires:carte", args=[reseau.slug])
    return cartes.carte_des_epci(
        [c for lot in groupes.values() for c in lot],
        epcis=noms,
        classes={pk: totaux[pk].classe for pk in noms} if evolution else couleurs,
        titres={pk: _en_mots(totaux[pk]) for pk in noms},
        liens={epci.pk: f"{adresse}?epci={epci.code}" for epci in groupes if epci.pk},
        points=sieges,
        legende=population.LEGENDE if evolution else [],
        nom=f"Carte des intercommunalités\u00a0: {reseau.nom}",
        tableau=False,
    )


def _sieges(reseau, communes: set[int]) -> list[cartes.Point]:
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui())
    return [
        cartes.Point(
            s.commune.longitude,
            s.commune.latitude,
            f"{s.nom}, à {s.commune.nom}",
            reverse("partenaires:structure", args=[reseau.slug, s.uuid]),
        )
        for s in membres.select_related("commune").order_by("cle_tri", "pk")
        if s.commune_id in communes and s.commune.longitude is not None
    ]


def _en_mots(serie: population.Serie) -> str:
    if serie.fin is None:
        return "population inconnue"
    habitants = f"{intcomma(serie.fin)}\u00a0habitants"
    return f"{habitants} ({serie.signe})" if serie.signe else habitants
