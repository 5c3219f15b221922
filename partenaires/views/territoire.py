"""Le territoire d'un réseau : ce qu'il couvre, et comment y ajouter ou en retirer des communes."""

from django.contrib import messages
from django.db.models import Func, Q
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from partenaires.cartes import carte_de_choix
from partenaires.forms.reseaux import lire_departements
from partenaires.models import Commune, Epci
from partenaires.services import territoire as service
from partenaires.views.commun import reseau_de_la_page
from partenaires.views.lancement import guide
from socle.permissions import exiger
from socle.refus import Refus
from socle.texte import cle

# Une recherche propose l'essentiel ; un département entier tient dans cette liste.
EPCI_PROPOSES, COMMUNES_PROPOSEES = 40, 15
# Au-delà, les cases d'un département pèseraient plus que la page.
COMMUNES_UNE_A_UNE = 550


@require_GET
def territoire(request, reseau):
    """Le territoire par intercommunalité ; « ?q= » cherche, « ?epci= » ouvre une intercommunalité."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.territoire", reseau)
    saisie = request.GET.get("q", "").strip()[:80]
    groupes = service.groupes(reseau)
    ouvert = request.GET.get("epci")
    return render(
        request,
        "partenaires/reseau_territoire.html",
        {
            "reseau": reseau,
            "saisie": saisie,
            "groupes": groupes,
            "nombre": sum(g["nombre"] for g in groupes),
            "ouvert": ouvert,
            "communes_ouvertes": _communes_de(reseau, ouvert) if ouvert is not None else [],
            "propositions": _propositions(reseau, saisie, groupes) if len(saisie) > 1 else None,
            **guide(request, reseau, "territoire"),
        },
    )


def _communes_de(reseau, code: str) -> list[Commune]:
    """Les communes que le réseau couvre dans cette intercommunalité ; vide, celles qui n'en ont pas."""
    communes = Commune.objects.filter(reseaux=reseau).order_by("cle_tri", "code")
    communes = communes.filter(epci__code=code) if code else communes.filter(epci=None)
    return _avec_les_autres_reseaux(reseau, list(communes))


def _avec_les_autres_reseaux(reseau, communes: list[Commune]) -> list[Commune]:
    noms = service.autres_reseaux(reseau, communes)
    for commune in communes:
        commune.autres = noms.get(commune.pk, [])
    return communes


def _propositions(reseau, saisie: str, groupes: list[dict]) -> dict:
    """Les intercommunalités et les communes que la saisie peut désigner, déjà là ou non."""
    entieres = {g["code"] for g in groupes if g["nombre"] == g["total"]}
    _, departements = lire_departements(saisie)
    nom = Func("nom", function="sans_accent")
    mots = Q()
    for mot in cle(saisie).split():
        mots &= Q(cherche__icontains=mot)
    condition = Q(communes__departement__in=departements) if departements else mots
    epcis = list(
        Epci.objects.annotate(cherche=nom)
        .filter(condition)
        .distinct()
        .order_by("cherche", "code")[:EPCI_PROPOSES]
    )
    voisins = service.reseaux_des_epcis(reseau, epcis)
    for epci in epcis:
        epci.deja = epci.code in entieres
        epci.voisins = voisins.get(epci.pk, [])
    communes = []
    if not departements:
        trouvees = Commune.objects.rechercher(saisie).select_related("departement")
        communes = _avec_les_autres_reseaux(reseau, list(trouvees[:COMMUNES_PROPOSEES]))
        deja = set(
            reseau.couvertures.filter(commune__in=[c.pk for c in communes]).values_list(
                "commune", flat=True
            )
        )
        for commune in communes:
            commune.deja = commune.pk in deja
    return {
        "epcis": epcis,
        "communes": communes,
        **_carte(reseau, [d.code for d in departements]),
    }


def _carte(reseau, departements: list[str]) -> dict:
    """La carte de ces départements : un appui y coche une intercommunalité ou une commune.

    Les communes ont aussi leurs cases, tant que la page reste légère ; sinon la carte ne choisit
    que des intercommunalités.
    """
    if not departements:
        return {"choix": None, "une_a_une": []}
    toutes = list(
        Commune.objects.filter(departement__code__in=departements)
        .order_by("cle_tri", "code")
        .values_list("code", "nom")[: COMMUNES_UNE_A_UNE + 1]
    )
    deja = Commune.objects.filter(reseaux=reseau, departement__code__in=departements)
    deja = set(deja.values_list("code", flat=True))
    legere = len(toutes) <= COMMUNES_UNE_A_UNE
    return {
        "choix": carte_de_choix(
            departements, deja=sorted(deja), communes="commune" if legere else "", epcis="epci"
        ),
        "une_a_une": [ligne for ligne in toutes if ligne[0] not in deja] if legere else [],
    }


@require_POST
def ajouter(request, reseau):
    return _changer(request, reseau, service.ajouter_communes, _phrase_d_ajout)


def _phrase_d_ajout(nombre: int) -> str:
    if not nombre:
        return "Elles y étaient déjà : rien n’a changé."
    return f"{nombre} commune{'s' if nombre > 1 else ''} de plus dans le réseau."


@require_POST
def retirer(request, reseau):
    return _changer(request, reseau, service.retirer_communes, _phrase_de_retrait)


def _phrase_de_retrait(nombre: int) -> str:
    if nombre == 1:
        return "1 commune en moins. Vous pouvez la remettre quand vous voulez."
    return f"{nombre} communes en moins. Vous pouvez les remettre quand vous voulez."


def _changer(request, slug: str, geste, phrase):
    """Ajoute ou retire ce qui est coché : des intercommunalités entières, des communes une à une."""
    reseau = reseau_de_la_page(request, slug)
    exiger(request.acteur, "partenaires.territoire", reseau)
    try:
        nombre = geste(
            reseau=reseau,
            epcis=request.POST.getlist("epci"),
            communes=request.POST.getlist("commune"),
        )
    except Refus as refus:
        messages.error(request, refus.phrase)
    else:
        messages.success(request, phrase(nombre))
    return redirect("partenaires:territoire", reseau=reseau.slug)
