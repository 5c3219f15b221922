"""L'annuaire du réseau : ses structures, ses personnes, et la page de chaque structure."""

from django.core.paginator import Paginator
from django.db.models import Exists, F, Func, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Concat
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from partenaires.cartes import carte, carte_des_epci
from partenaires.couverture import competences_de
from partenaires.enums import Module, TypeStructure
from partenaires.horaires import en_phrases
from partenaires.models import (
    Commune,
    ConfirmationAnnuelle,
    ConventionStructure,
    Mandat,
    Reseau,
    Structure,
    StructureCommune,
)
from partenaires.models.confirmation import derniere_confirmation
from partenaires.models.structure import contient
from partenaires.permissions.adhesion import LECTEURS, structures_invitables
from partenaires.permissions.mandats import Adhesion
from partenaires.permissions.structures import Membre
from partenaires.services.administration import suivi_de
from partenaires.views.commun import reseau_de_la_page
from socle import recherches
from socle.permissions import exiger, peut
from socle.texte import mots_utiles

PAR_PAGE = 20
# Au-delà, la carte alourdirait la page.
COMMUNES_DESSINEES = 400
# Partout servi, le détail apprend moins : la carte reste en deçà de soixante kilooctets.
COMMUNES_PARTOUT = 170


@require_http_methods(["GET", "POST"])
def annuaire(request, reseau):
    """Les structures membres aujourd'hui et qui y joindre. Le nom cherché s'envoie en POST."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.annuaire", reseau)
    if request.method == "POST":
        adresse = reverse("partenaires:annuaire", args=[reseau.slug])
        return redirect(recherches.adresse(request, adresse))
    jour = reseau.aujourd_hui()
    structures = Structure.objects.visible_par(request.acteur).membres(reseau.pk, jour)
    saisie = " ".join(recherches.lire(request).split())
    nature = request.GET.get("nature", "")
    if saisie:
        structures = structures.filter(_repond_a(saisie, reseau, jour))
    if nature in TypeStructure.values:
        structures = structures.filter(type=nature)
    page = Paginator(_avec_personnes(structures, reseau, jour), PAR_PAGE).get_page(
        request.GET.get("page")
    )
    for structure in page:
        structure.personnes = _personnes(structure.mandats_du_reseau)
    parametres = request.GET.copy()
    parametres.pop("page", None)
    return render(
        request,
        "partenaires/annuaire.html",
        {
            "reseau": reseau,
            "page_structures": page,
            "saisie": saisie,
            "nature": nature,
            "natures": TypeStructure.choices,
            "filtree": bool(saisie or nature in TypeStructure.values),
            "parametres": parametres.urlencode(),
            "peut_inviter": peut(request.acteur, "partenaires.inviter", reseau),
            "peut_ajouter": peut(request.acteur, "partenaires.structure.ajouter", reseau),
            "peut_reunir": peut(request.acteur, "partenaires.structure.ajouter", reseau),
            "annuaire_public": Module.ANNUAIRE in reseau.modules,
        },
    )


def _repond_a(saisie: str, reseau, jour) -> Q:
    """Le nom de la structure, ou celui d'une de ses personnes, a tous les mots cherchés.

    Ni l'ordre, ni les accents, ni les petits mots ne comptent. Sans aucun mot, rien ne répond.
    """
    mots = mots_utiles(saisie)
    if not mots:
        return Q(pk__in=[])
    personnes = (
        Mandat.objects.actifs(jour)
        .filter(reseau=reseau, structure=OuterRef("pk"), utilisateur__is_active=True)
        .annotate(
            nom_cherche=Func(
                Concat("utilisateur__prenom", Value(" "), "utilisateur__nom"),
                function="sans_accent",
            )
        )
        .filter(contient("nom_cherche", mots))
    )
    return contient("cle_tri", mots) | Q(Exists(personnes))


def _avec_personnes(structures, reseau, jour):
    """La commune, les conventions en vigueur et les mandats du jour, en trois requêtes en tout."""
    mandats = (
        Mandat.objects.actifs(jour)
        .filter(reseau=reseau, utilisateur__is_active=True)
        .annotate(
            tri=Func(
                Concat("utilisateur__nom", Value(" "), "utilisateur__prenom"),
                function="sans_accent",
            )
        )
        .select_related("utilisateur")
        .order_by("tri", "utilisateur_id", "fonction", "pk")
    )
    parties = (
        ConventionStructure.objects.en_vigueur(jour)
        .filter(
            convention__reseau=reseau,
        )
        .select_related("convention")
        .order_by(F("convention__periode").desc(), "pk")
    )
    return (
        structures.select_related("commune")
        .annotate(
            confirmee_le=derniere_confirmation(),
            a_confirmer=Exists(
                ConfirmationAnnuelle.objects.ouvertes().filter(structure=OuterRef("pk"))
            ),
        )
        .prefetch_related(
            Prefetch("mandats", mandats, to_attr="mandats_du_reseau"),
            Prefetch("parties", parties, to_attr="parties_du_reseau"),
        )
        .order_by("cle_tri", "pk")
    )


def _personnes(mandats: list[Mandat]) -> list[dict]:
    """Une entrée par personne, avec tous ses mandats dans la structure."""
    personnes: dict[int, dict] = {}
    for mandat in mandats:
        personne = personnes.setdefault(
            mandat.utilisateur_id,
            {"personne": mandat.utilisateur, "mandats": [], "telephone": "", "administre": False},
        )
        personne["mandats"].append(mandat)
        personne["telephone"] = personne["telephone"] or mandat.telephone
        personne["administre"] = personne["administre"] or mandat.administre
    return list(personnes.values())


@require_GET
def structure(request, reseau, uuid):
    """Une structure membre : où la trouver, ce qu'elle fait, ce qui la lie au réseau, ses personnes."""
    reseau = reseau_de_la_page(request, reseau)
    exiger(request.acteur, "partenaires.annuaire", reseau)
    jour = reseau.aujourd_hui()
    membres = Structure.objects.visible_par(request.acteur).membres(reseau.pk, jour)
    objet = (
        _avec_personnes(membres, reseau, jour)
        .annotate(a_ses_communes=Exists(StructureCommune.objects.filter(structure=OuterRef("pk"))))
        .filter(uuid=uuid)
        .first()
    )
    if objet is None:
        return _suivre_la_fusion(membres, reseau, uuid)
    objet.personnes = _personnes(objet.mandats_du_reseau)
    for mandat in objet.mandats_du_reseau:
        mandat.peut_terminer = peut(request.acteur, "partenaires.mandat.terminer", mandat)
    peut_modifier = peut(request.acteur, "partenaires.structure.modifier", Membre(objet, reseau))
    competences = competences_de(objet, reseau)
    return render(
        request,
        "partenaires/structure.html",
        {
            "reseau": reseau,
            "structure": objet,
            "heures": en_phrases(objet.horaires),
            "competences": competences,
            "carte": _carte(objet, reseau)
            if objet.a_ses_communes
            else _carte_entiere(objet, reseau),
            "suivi": suivi_de(
                objet,
                reseau,
                jour,
                peut_tenir=peut(
                    request.acteur,
                    "partenaires.administration",
                    Adhesion(reseau.pk, objet.pk),
                ),
            ),
            "autres_reseaux": _autres_reseaux(request.acteur, objet, reseau),
            "coordinatrice": reseau.structure_coordinatrice_id == objet.pk,
            "peut_modifier": peut_modifier,
            "lit_conventions": peut(request.acteur, "partenaires.conventions", reseau),
            "manques": _manques(objet, competences) if peut_modifier else [],
            "peut_inviter": peut(request.acteur, "partenaires.inviter", reseau)
            and structures_invitables(request.acteur, reseau).filter(pk=objet.pk).exists(),
        },
    )


def _carte(objet, reseau) -> dict | None:
    """Où va la structure dans ce réseau ; rien pour un territoire trop grand pour se dessiner."""
    servie = StructureCommune.objects.filter(structure=objet, commune=OuterRef("pk"))
    communes = list(
        Commune.objects.filter(couvertures__reseau=reseau)
        .annotate(servie=Exists(servie))
        .order_by("cle_tri", "code")[: COMMUNES_DESSINEES + 1]
    )
    if len(communes) > COMMUNES_DESSINEES:
        return None
    servies = {c.pk for c in communes if c.servie}
    return carte(
        communes,
        classes={c.pk: "assure" if c.pk in servies else "neutre" for c in communes},
        titres=dict.fromkeys(servies, "desservie"),
        legende=[("assure", "desservie"), ("neutre", "non desservie")],
        nom=f"Les communes où va {objet.nom}",
    )


def _carte_entiere(objet, reseau) -> dict | None:
    """Tout le territoire du réseau, que sert la structure ; un grand se dessine par intercommunalités."""
    communes = list(
        Commune.objects.filter(couvertures__reseau=reseau)
        .select_related("epci")
        .order_by("cle_tri", "code")
    )
    if not communes:
        return None
    epcis = {c.epci_id: c.epci.nom for c in communes if c.epci_id}
    choix = {"legende": [("assure", "desservie")], "tableau": False}
    choix["nom"] = f"Le territoire où va {objet.nom}\u00a0: tout le réseau"
    if len(communes) > COMMUNES_PARTOUT and epcis:
        return carte_des_epci(
            communes, epcis=epcis, classes=dict.fromkeys(epcis, "assure"), **choix
        )
    return carte(
        communes,
        classes={c.pk: "assure" for c in communes},
        titres={c.pk: "desservie" for c in communes},
        **choix,
    )


def _suivre_la_fusion(membres, reseau, uuid):
    """L'adresse d'une fiche réunie à une autre mène à celle-ci, pour qui la voit."""
    gardee = get_object_or_404(membres, absorbees__uuid=uuid)
    return redirect("partenaires:structure", reseau=reseau.slug, uuid=gardee.uuid)


def _autres_reseaux(acteur, objet, reseau) -> list[Reseau]:
    """Ceux de l'acteur, et ceux-là seulement, où la structure est aussi membre."""
    if set(acteur.reseaux(*LECTEURS)) <= {reseau.pk}:
        return []
    parties = ConventionStructure.objects.en_vigueur(acteur.jour).filter(
        structure=objet,
        convention__reseau=OuterRef("pk"),
    )
    reseaux = Reseau.objects.de_l_acteur(acteur, *LECTEURS).exclude(pk=reseau.pk)
    return list(reseaux.filter(Exists(parties)).order_by("nom", "pk"))


def _manques(objet, competences) -> list[str]:
    """Ce qui reste à dire de la structure, pour qui tient sa fiche.

    Qui l'administre et de quand date sa confirmation se lisent à côté, avec le geste qui répond.
    """
    constats = [
        (not objet.personnes, "personne n’agit encore pour elle dans ce réseau"),
        (not competences, "ce qu’elle sait faire n’est pas dit"),
        (not objet.horaires and not objet.horaires_precision, "ses heures d’ouverture manquent"),
        (not objet.description, "sa description manque"),
        (not (objet.telephone or objet.email), "aucun moyen général de la joindre"),
        (not objet.siret, "son SIRET manque\u00a0: il évite les doublons"),
    ]
    return [phrase for vrai, phrase in constats if vrai]
