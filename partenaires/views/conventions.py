"""Les conventions d'un réseau : la liste, une convention, ses versions, son document."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, OuterRef, Prefetch, Subquery, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from partenaires.enums import CONVENTION_EN_VIGUEUR
from partenaires.models import Avenant, Convention, ConventionStructure, Structure
from partenaires.services.conventions import texte_en_vigueur, texte_rempli
from partenaires.services.conventions_fins import palier
from partenaires.views.commun import reseau_de_la_page
from socle.dates import date_en_mots
from socle.pdf import composer, structurer
from socle.permissions import exiger, peut
from socle.tableurs import reponse_tableur

PAR_PAGE = 30
VUES = {"vigueur": "En vigueur", "finies": "Finies", "toutes": "Toutes"}


def conventions_lisibles(request, reseau):
    """Celles du réseau, si l'acteur lit les conventions (403 sinon), parties comprises."""
    exiger(request.acteur, "partenaires.conventions", reseau)
    parties = ConventionStructure.objects.select_related("structure").order_by(
        "structure__cle_tri", "structure_id"
    )
    # La base porte déjà la fin qu'un avenant à venir donnera ; d'ici là, l'ancienne se lit encore.
    a_venir = Avenant.objects.filter(
        convention=OuterRef("pk"), change_fin=True, effet__gt=reseau.aujourd_hui()
    ).order_by("effet", "numero")
    return (
        Convention.objects.visible_par(request.acteur)
        .filter(reseau=reseau)
        .select_related("reseau__structure_coordinatrice")
        .annotate(
            fin_change_le=Subquery(a_venir.values("effet")[:1]),
            fin_d_ici_la=Subquery(a_venir.values("fin_avant")[:1]),
        )
        .prefetch_related(Prefetch("parties", parties))
    )


def convention_de_la_page(request, reseau, uuid) -> Convention:
    """La convention de l'adresse ; celle d'un autre réseau n'existe pas (404)."""
    return get_object_or_404(conventions_lisibles(request, reseau), uuid=uuid)


def _dans_l_ordre(conventions):
    """Ce qui court d'abord, et parmi elles ce qui finit le plus tôt."""
    en_cours = Case(
        When(etat__in=CONVENTION_EN_VIGUEUR, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return conventions.order_by(
        en_cours, F("periode__endswith").asc(nulls_last=True), "intitule", "pk"
    )


def situer(convention: Convention, jour: date) -> Convention:
    """Ce que la page en dit ce jour-là : ses parties, et si sa fin approche."""
    convention.parties_du_jour = [
        p
        for p in convention.parties.all()
        if (p.entree_le is None or p.entree_le <= jour)
        and (p.retrait_le is None or p.retrait_le > jour)
    ]
    fin = convention.periode.upper
    if convention.fin_change_le:
        avant = convention.fin_d_ici_la
        convention.terme = avant and avant - timedelta(days=1)
        # Une fin avancée se dit dès aujourd'hui ; une fin repoussée, au jour d'effet seulement.
        fin = min(filter(None, [avant, fin]), default=None)
    else:
        convention.terme = convention.dernier_jour
    proche = convention.en_vigueur and fin and palier(fin, jour)
    convention.reste = (fin - jour).days - 1 if proche else None
    return convention


@require_GET
def conventions(request, reseau):
    reseau = reseau_de_la_page(request, reseau)
    lignes = conventions_lisibles(request, reseau)
    vue = request.GET.get("vue") if request.GET.get("vue") in VUES else "vigueur"
    if vue == "vigueur":
        lignes = lignes.filter(etat__in=CONVENTION_EN_VIGUEUR)
    elif vue == "finies":
        lignes = lignes.exclude(etat__in=CONVENTION_EN_VIGUEUR)
    page = Paginator(_dans_l_ordre(lignes), PAR_PAGE).get_page(request.GET.get("page"))
    jour = reseau.aujourd_hui()
    for convention in page:
        situer(convention, jour)
    contexte = {
        "reseau": reseau,
        "page_conventions": page,
        "vue": vue,
        "vues": VUES.items(),
        "peut_ecrire": peut(request.acteur, "partenaires.convention.tenir", reseau),
    }
    return render(request, "partenaires/conventions.html", contexte)


@require_GET
def export(request, reseau):
    """Toutes les conventions du réseau, en feuille de calcul."""
    reseau = reseau_de_la_page(request, reseau)
    jour = reseau.aujourd_hui()
    lignes = (
        [
            convention.intitule,
            convention.get_etat_display(),
            convention.debut,
            convention.dernier_jour,
            convention.signee_le,
            convention.denoncee_le,
            ", ".join(p.structure.nom for p in situer(convention, jour).parties_du_jour),
        ]
        for convention in _dans_l_ordre(conventions_lisibles(request, reseau))
    )
    entetes = ["Convention", "État", "Premier jour", "Dernier jour", "Signée le", "Dénoncée le"]
    format_ = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return reponse_tableur(
        f"conventions-{reseau.slug}", [*entetes, "Structures aujourd’hui"], lignes, format_
    )


@require_GET
def convention(request, reseau, uuid):
    """Une convention : où elle en est, ce qu'elle dit aujourd'hui, ses versions, ses objectifs."""
    reseau = reseau_de_la_page(request, reseau)
    objet = situer(convention_de_la_page(request, reseau, uuid), reseau.aujourd_hui())
    avenants = list(
        objet.avenants.select_related("ecrit_par")
        .prefetch_related("mouvements__structure")
        .order_by("numero")
    )
    telecharge = peut(request.acteur, "partenaires.convention.document", objet)
    documents = (
        objet.documents.select_related("fichier", "avenant").order_by("cree_le", "pk")
        if telecharge
        else ()
    )
    jour = reseau.aujourd_hui()
    texte, avenant = _texte(objet, jour)
    contexte = {
        "reseau": reseau,
        "convention": objet,
        "chaine": _chaine(objet),
        "avenants": avenants,
        "blocs": structurer(texte),
        "avenant_en_vigueur": avenant,
        "objectifs": objet.objectifs.order_by("echeance", "pk"),
        "documents": documents,
        "telecharge": telecharge,
        "jour": jour,
        "tete_menacee": _tete_menacee(objet),
        "peut_ecrire": peut(request.acteur, "partenaires.convention.tenir", objet),
    }
    return render(request, "partenaires/convention.html", contexte)


def _tete_menacee(objet: Convention) -> bool:
    """Sa fin approche, et la structure qui coordonne le réseau n'y serait plus liée."""
    coordinatrice = objet.reseau.structure_coordinatrice_id
    if objet.reste is None or coordinatrice is None:
        return False
    membres = Structure.objects.membres(objet.reseau_id, objet.periode.upper)
    return not membres.filter(pk=coordinatrice).exists()


def _texte(objet: Convention, jour: date):
    """Le texte de ce jour ; tant que rien n'est signé, ses repères sont remplacés à la lecture."""
    if objet.etat == "principe":
        return texte_rempli(objet, jour), None
    return texte_en_vigueur(objet, jour)


def _chaine(objet: Convention) -> list[dict]:
    """Les trois temps d'une convention, tels que la page les montre."""
    signee, finie = objet.signee_le or objet.etat == "signee", not objet.en_vigueur
    dernier = objet.get_etat_display().capitalize() if finie else "Terme"
    return [
        {
            "libelle": "Engagement de principe",
            "detail": f"depuis le {date_en_mots(objet.debut)}" if not signee else "",
            "etat": "fait" if signee or finie else "courant",
        },
        {
            "libelle": "Signée",
            "detail": f"le {date_en_mots(objet.signee_le)}" if objet.signee_le else "",
            "etat": "fait" if signee and finie else "courant" if signee else "avenir",
        },
        {
            "libelle": dernier,
            "detail": _terme_en_mots(objet),
            "etat": "courant" if finie else "avenir",
        },
    ]


def _terme_en_mots(objet: Convention) -> str:
    """Le dernier jour tel qu'il vaut aujourd'hui, puis celui qu'un avenant à venir lui donnera."""
    if not objet.fin_change_le:
        return f"le {date_en_mots(objet.terme)}" if objet.terme else ""
    avant, apres = (
        f"le {date_en_mots(d)}" if d else "sans limite" for d in (objet.terme, objet.dernier_jour)
    )
    return f"{avant} ; à partir du {date_en_mots(objet.fin_change_le)} : {apres}"


@require_GET
def version(request, reseau, uuid, numero):
    """Une version du texte : 0 pour celui d'origine, sinon l'avenant de ce numéro."""
    reseau = reseau_de_la_page(request, reseau)
    objet = convention_de_la_page(request, reseau, uuid)
    avenant = get_object_or_404(objet.avenants, numero=numero) if numero else None
    texte = avenant.texte if avenant else _texte_d_origine(objet, reseau)
    contexte = {
        "reseau": reseau,
        "convention": objet,
        "avenant": avenant,
        "blocs": structurer(texte),
        "jour": reseau.aujourd_hui(),
    }
    return render(request, "partenaires/convention_version.html", contexte)


def _texte_d_origine(objet: Convention, reseau) -> str:
    if objet.etat == "principe":
        return texte_rempli(objet, reseau.aujourd_hui())
    return objet.texte


@require_GET
def pdf(request, reseau, uuid):
    """Le texte en vigueur au jour demandé (« le », aujourd'hui à défaut), prêt à signer."""
    reseau = reseau_de_la_page(request, reseau)
    objet = convention_de_la_page(request, reseau, uuid)
    jour = reseau.aujourd_hui()
    if demande := request.GET.get("le"):
        try:
            jour = date.fromisoformat(demande)
        except ValueError:
            raise Http404 from None
    texte, avenant = _texte(objet, jour)
    lues = max(jour, objet.debut)
    noms = list(
        Structure.objects.filter(
            pk__in=[p.structure_id for p in situer(objet, lues).parties_du_jour]
        )
        .order_by("cle_tri", "pk")
        .values_list("nom", flat=True)
    )
    donnees = {
        "titre": objet.intitule,
        "reseau": reseau.nom,
        "sous_titre": f"Texte issu de l’avenant n° {avenant.numero}" if avenant else "",
        "mention": f"{reseau.nom} · {objet.intitule}",
        "fiche": [
            ("État", objet.get_etat_display()),
            ("Premier jour", objet.debut),
            ("Dernier jour", objet.dernier_jour or "sans limite de durée"),
        ],
        "blocs": structurer(texte),
        "signataires": noms,
    }
    reponse = HttpResponse(composer("socle/texte.typ", donnees), content_type="application/pdf")
    nom = f"convention-{slugify(objet.intitule)[:60] or objet.uuid}.pdf"
    reponse["Content-Disposition"] = content_disposition_header(False, nom)
    reponse["Cache-Control"] = "no-store"
    return reponse
