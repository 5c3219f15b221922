"""Les personnes d'un réseau, pour qui l'anime : présentes, attendues, sur le départ."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Func, Q, Value
from django.db.models.functions import Concat
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.enums import Fonction
from partenaires.models import DepartSignale, Invitation, Mandat
from partenaires.models.structure import contient
from partenaires.services.administration import structures_a_completer
from partenaires.services.confirmations import en_retard
from partenaires.services.invitations import avec_envois
from partenaires.services.mandats_fins import qui_finissent
from partenaires.views.commun import reseau_de_la_page
from socle import recherches
from socle.enums import Operation
from socle.journal import consigner
from socle.permissions import exiger
from socle.tableurs import reponse_tableur
from socle.texte import mots_utiles

PAR_PAGE = 30
PAR_NOM = ("tri", "structure__cle_tri", "pk")
BIENTOT = timedelta(days=60)
VUES = {
    "presentes": "Présentes",
    "finissent": "Mandats qui finissent",
    "a_venir": "Mandats à venir",
    "attendues": "Pas encore venues",
    "departs": "Départs signalés",
    "structures": "Structures à compléter",
    "confirmations": "À confirmer",
}


# Les vues dont chaque ligne est un mandat : on y cherche par nom, structure et fonction.
FILTRABLES = ("presentes", "finissent", "a_venir")


def _mandats(reseau, jour):
    return (
        Mandat.objects.filter(reseau=reseau, utilisateur__is_active=True)
        .filter(Q(periode__endswith=None) | Q(periode__endswith__gt=jour))
        .select_related("utilisateur", "structure")
        # Sans les accents, comme l'annuaire : « Élan » se range avec les E.
        .annotate(
            tri=Func(
                Concat("utilisateur__nom", Value(" "), "utilisateur__prenom"),
                function="sans_accent",
            )
        )
    )


def _invitations(reseau):
    return (
        Invitation.objects.filter(reseau=reseau, acceptee_le=None, revoquee_le=None)
        .select_related("structure", "invitee_par")
        .order_by("-cree_le", "-pk")
    )


def lignes_de(vue: str, reseau, jour):
    """Les lignes d'une vue, triées : des mandats, des invitations, des départs ou des structures."""
    if vue == "finissent":
        return (
            qui_finissent(jour, BIENTOT).filter(reseau=reseau).order_by("periode__endswith", "pk")
        )
    if vue == "a_venir":
        return _mandats(reseau, jour).filter(periode__startswith__gt=jour).order_by("periode", "pk")
    if vue == "attendues":
        return _invitations(reseau)
    if vue == "departs":
        return (
            DepartSignale.objects.filter(mandat__reseau=reseau, regle_le=None)
            .select_related("mandat__utilisateur", "mandat__structure", "par")
            .order_by("depuis", "pk")
        )
    if vue == "structures":
        return structures_a_completer(reseau, jour)
    if vue == "confirmations":
        return en_retard(reseau, jour)
    return _mandats(reseau, jour).filter(periode__startswith__lte=jour).order_by(*PAR_NOM)


def _filtrer(mandats, saisie: str, fonction: str):
    """Tous les mots, dans le nom de la personne ou celui de sa structure ; et cette fonction."""
    if fonction:
        mandats = mandats.filter(fonction=fonction)
    if not saisie:
        return mandats
    mots = mots_utiles(saisie)
    if not mots:
        return mandats.none()
    personne = Concat("utilisateur__prenom", Value(" "), "utilisateur__nom")
    return mandats.annotate(
        cherche=Func(
            Concat(personne, Value(" "), "structure__nom"),
            function="sans_accent",
        )
    ).filter(contient("cherche", mots))


@require_http_methods(["GET", "POST"])
def personnes(request, reseau):
    """Sept façons de regarder les mêmes gens ; chaque vue dit ce qu'il y a à faire.

    Le nom cherché s'envoie en POST et reste dans la session : l'adresse n'en porte rien.
    """
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.personnes", reseau)
    if request.method == "POST":
        adresse = reverse("partenaires:personnes", args=[reseau.slug])
        return redirect(recherches.adresse(request, adresse))
    vue = request.GET.get("vue") if request.GET.get("vue") in VUES else "presentes"
    jour = reseau.aujourd_hui()
    lignes, saisie, fonction = lignes_de(vue, reseau, jour), "", ""
    if vue in FILTRABLES:
        saisie = " ".join(recherches.lire(request).split())
        demandee = request.GET.get("fonction", "")
        fonction = demandee if demandee in Fonction.values else ""
        lignes = _filtrer(lignes, saisie, fonction)
    page = Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page"))
    parametres = request.GET.copy()
    parametres.pop("page", None)
    parametres["vue"] = vue
    if vue == "attendues":
        avec_envois(list(page))
        for invitation in page:
            # L'animation tient toutes les invitations de son réseau.
            invitation.peut_tenir = True
    return render(
        request,
        "partenaires/personnes.html",
        {
            "reseau": reseau,
            "jour": jour,
            "maintenant": timezone.now(),
            "vue": vue,
            "vues": VUES.items(),
            "titre": VUES[vue],
            "page_lignes": page,
            "parametres": parametres.urlencode(),
            "filtrable": vue in FILTRABLES,
            "saisie": saisie,
            "fonction": fonction,
            "fonctions": Fonction.choices,
            "filtree": bool(saisie or fonction),
        },
    )


@require_GET
def export(request, reseau):
    """Les personnes présentes et à venir, en feuille de calcul."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.personnes.exporter", reseau)
    consigner(request.acteur, Operation.EXPORT, "personnes", reseau.uuid)
    mandats = _mandats(reseau, reseau.aujourd_hui()).order_by(*PAR_NOM)
    lignes = (
        [
            m.utilisateur.nom,
            m.utilisateur.prenom,
            m.utilisateur.email,
            m.telephone,
            m.structure.nom,
            m.get_fonction_display(),
            m.periode.lower,
            m.dernier_jour,
            "oui" if m.administre else "",
            m.perimetre,
        ]
        for m in mandats.iterator()
    )
    entetes = [
        "Nom",
        "Prénom",
        "Courriel",
        "Téléphone",
        "Structure",
        "Fonction",
        "Premier jour",
        "Dernier jour",
        "Administre l’adhésion",
        "Périmètre",
    ]
    format_ = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return reponse_tableur(f"personnes-{reseau.slug}", entetes, lignes, format_)
