"""Les courriels de l'espace : l'entrée, l'invitation, un message arrivé, une demande et sa réponse.

Ceux qui vont à la personne accompagnée se lisent dans sa langue ; aucun ne dit un nom de famille.
"""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from porteurs.espace.acteur import normaliser, personnes_de
from porteurs.espace.langues import adresse, jour
from porteurs.models import AccordPartage, DemandeDroit, Dossier, EntreeEspace, Porteur
from porteurs.services.adresses import GENRE_ADRESSE
from porteurs.services.espace import GENRE_ENTREE, GENRE_INVITATION, armer
from porteurs.services.espace_gestes import GENRE_DROIT, GENRE_MESSAGE, GENRE_REPONSE
from porteurs.services.partage import GENRE_ACCORD
from socle import liens
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel


def _entrees_de(courriels: Sequence[Courriel]) -> dict[int, EntreeEspace]:
    """Celles que l'on peut encore envoyer : le lien n'a pas servi, l'adresse est toujours connue."""
    entrees = (
        EntreeEspace.objects.filter(lien__utilise_le=None, lien__revoque_le=None)
        .select_related("lien")
        .in_bulk([c.contexte["entree"] for c in courriels])
    )
    return {pk: e for pk, e in entrees.items() if personnes_de(e.adresse).exists()}


def _page(entree: EntreeEspace) -> str:
    chemin = adresse("entrer", entree.langue, jeton=liens.jeton(entree.lien))
    return settings.SITE_URL + chemin


def _entrees(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    entrees = _entrees_de(courriels)
    return {
        c.pk: _entree(entrees[c.contexte["entree"]]) if c.contexte["entree"] in entrees else None
        for c in courriels
    }


def _entree(entree: EntreeEspace) -> Message:
    code = armer(entree)
    with translation.override(entree.langue):
        return rendre(
            "porteurs/courriels/espace_entree",
            _("Votre lien pour ouvrir votre espace"),
            {"page": _page(entree), "code": f"{code[:3]}\u00a0{code[3:]}", "langue": entree.langue},
        )


def _invitations(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    entrees = _entrees_de(courriels)
    dossiers = (
        Dossier.objects.sans_vecteurs()
        .select_related("structure_responsable", "reseau")
        .in_bulk([c.contexte["dossier"] for c in courriels])
    )
    return {
        c.pk: _invitation(entrees[c.contexte["entree"]], dossiers[c.contexte["dossier"]])
        if c.contexte["entree"] in entrees and c.contexte["dossier"] in dossiers
        else None
        for c in courriels
    }


def _invitation(entree: EntreeEspace, dossier: Dossier) -> Message:
    with translation.override(entree.langue):
        return rendre(
            "porteurs/courriels/espace_invitation",
            _("Votre projet : l’espace où le suivre"),
            {
                "page": _page(entree),
                "entree": settings.SITE_URL + adresse("entree", entree.langue),
                "dossier": dossier,
                "langue": entree.langue,
            },
        )


def _messages(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui suit encore le dossier ; le message se lit dans Maillon, pas dans le courriel."""
    dossiers = (
        Dossier.objects.sans_vecteurs()
        .select_related("reseau", "structure_responsable")
        .in_bulk({c.contexte["dossier"] for c in courriels})
    )
    lisibles = _lisibles(courriels, lambda c: c.contexte["dossier"])
    return {
        c.pk: rendre(
            "porteurs/courriels/espace_message",
            f"Un message attend dans le dossier {dossiers[c.contexte['dossier']].reference}",
            _contexte(dossiers[c.contexte["dossier"]]),
        )
        if c.pk in lisibles and c.contexte["dossier"] in dossiers
        else None
        for c in courriels
    }


def _contexte(dossier: Dossier) -> dict:
    page = reverse("porteurs:dossier", args=[dossier.reseau.slug, dossier.uuid])
    return {"dossier": dossier, "page": settings.SITE_URL + page}


def _lisibles(courriels: Sequence[Courriel], dossier_de) -> set[int]:
    """Les lignes dont le destinataire suit toujours le dossier, ou est l'adresse de sa structure."""
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    lisibles = {c.pk for c in courriels if not c.destinataire_id}
    for personne, acteur in acteurs.items():
        siennes = [c for c in courriels if c.destinataire_id == personne]
        suivis = set(
            Dossier.objects.suivis_par(acteur)
            .filter(pk__in={dossier_de(c) for c in siennes})
            .values_list("pk", flat=True)
        )
        lisibles |= {c.pk for c in siennes if dossier_de(c) in suivis}
    return lisibles


def _demandes_de(courriels: Sequence[Courriel]) -> dict[int, DemandeDroit]:
    return DemandeDroit.objects.select_related(
        "dossier__reseau", "dossier__structure_responsable", "porteur"
    ).in_bulk({c.contexte["demande"] for c in courriels})


def _droits(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    demandes = _demandes_de(courriels)
    connus = [c for c in courriels if c.contexte["demande"] in demandes]
    lisibles = _lisibles(connus, lambda c: demandes[c.contexte["demande"]].dossier_id)
    return {
        c.pk: _droit(demandes[c.contexte["demande"]]) if c.pk in lisibles else None
        for c in courriels
    }


def _droit(demande: DemandeDroit) -> Message | None:
    if demande.repondue_le:
        return None
    dossier = demande.dossier
    page = reverse("porteurs:droit_repondre", args=[dossier.reseau.slug, demande.uuid])
    return rendre(
        "porteurs/courriels/espace_droit",
        f"Dossier {dossier.reference}\u00a0: une demande à traiter avant un mois",
        {"demande": demande, "dossier": dossier, "page": settings.SITE_URL + page},
    )


def _reponses(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    demandes = _demandes_de(courriels)
    return {
        c.pk: _reponse(demandes[c.contexte["demande"]])
        if c.contexte["demande"] in demandes
        else None
        for c in courriels
    }


def _reponse(demande: DemandeDroit) -> Message:
    langue = demande.porteur.langue
    with translation.override(langue):
        return rendre(
            "porteurs/courriels/espace_reponse",
            _("La réponse à votre demande vous attend"),
            {
                "demande": demande,
                "dossier": demande.dossier,
                "page": settings.SITE_URL + adresse("entree", langue),
                "langue": langue,
            },
        )


# --- Ce qu'une structure note à la place de la personne ---------------------------------------


def _accords_notes(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À l'adulte dont on dit tenir l'accord : il vaut encore, et l'adresse est toujours la sienne."""
    accords = (
        AccordPartage.objects.filter(retire_le=None)
        .select_related(
            "structure",
            "participation__porteur",
            "participation__dossier__reseau",
            "participation__dossier__structure_responsable",
        )
        .defer("participation__dossier__vecteur_fiche", "participation__dossier__vecteur_suivi")
        .in_bulk([c.contexte["accord"] for c in courriels])
    )
    return {
        c.pk: _accord_note(accord)
        if (accord := accords.get(c.contexte["accord"]))
        and normaliser(accord.participation.porteur.email) == normaliser(c.adresse)
        else None
        for c in courriels
    }


def _accord_note(accord: AccordPartage) -> Message:
    dossier, langue = accord.participation.dossier, accord.participation.porteur.langue
    with translation.override(langue):
        return rendre(
            "porteurs/courriels/accord_note",
            _("On a noté votre accord : est-ce bien cela ?"),
            {
                "lectrice": accord.structure,
                "jusqua": jour(accord.jusqua),
                "dossier": dossier,
                "page": settings.SITE_URL + adresse("entree", langue),
                "langue": langue,
            },
        )


def _adresses_changees(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À l'adresse que la personne n'a plus : ni nom, ni projet, la structure à qui le dire."""
    dossiers = (
        Dossier.objects.sans_vecteurs()
        .select_related("structure_responsable")
        .in_bulk({c.contexte["dossier"] for c in courriels})
    )
    porteurs = Porteur.objects.in_bulk({c.contexte["porteur"] for c in courriels})
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        dossier = dossiers.get(courriel.contexte["dossier"])
        porteur = porteurs.get(courriel.contexte["porteur"])
        # Remise entre-temps, l'adresse n'a rien à apprendre.
        change = porteur and normaliser(porteur.email) != normaliser(courriel.adresse)
        messages[courriel.pk] = (
            _adresse_changee(dossier, porteur.langue) if dossier and change else None
        )
    return messages


def _adresse_changee(dossier: Dossier, langue: str) -> Message:
    with translation.override(langue):
        return rendre(
            "porteurs/courriels/adresse_changee",
            _("Cette adresse n’ouvre plus votre espace"),
            {"structure": dossier.structure_responsable, "langue": langue},
        )


GENRES = [
    # Le corps porte un lien et un code d'entrée : il n'est pas gardé une fois remis.
    Genre(
        GENRE_ENTREE,
        "Espace d’une personne accompagnée : son lien et son code",
        _entrees,
        secret=True,
        imperatif=True,
    ),
    Genre(
        GENRE_INVITATION,
        "Espace d’une personne accompagnée : l’invitation",
        _invitations,
        secret=True,
        imperatif=True,
    ),
    Genre(
        GENRE_ADRESSE,
        "Espace d’une personne accompagnée : son adresse a changé",
        _adresses_changees,
        imperatif=True,
    ),
    Genre(GENRE_ACCORD, "Accord noté : la personne l’apprend", _accords_notes, imperatif=True),
    Genre(GENRE_MESSAGE, "Message d’une personne accompagnée", _messages, famille="porteurs"),
    Genre(GENRE_DROIT, "Demande de copie ou d’effacement", _droits, imperatif=True),
    Genre(
        GENRE_REPONSE, "Réponse à une demande de copie ou d’effacement", _reponses, imperatif=True
    ),
]
