"""Les courriels des besoins : proposés, pris, refusés, oubliés ; et à la personne accompagnée.

Chacun se relit au départ avec les droits du destinataire : ce qui a reçu sa réponse entre-temps se
tait. Aux membres, un dossier se nomme par sa référence et son projet.
"""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Cote, Fonction
from partenaires.models import Mandat
from porteurs.enums import EtatBesoin, EtatOrientation, Langue
from porteurs.models import Besoin, Orientation
from porteurs.services import besoins_annonces as annonces
from porteurs.services.besoins import LUS, structures_au_prive
from porteurs.services.besoins_delais import ANIMATION, COLLEGUES, PERSONNE
from porteurs.services.besoins_delais import GENRES as RAPPELS
from porteurs.services.orientations import BUT_PRENDRE, BUT_REFUSER, DUREE_LIEN
from socle import liens
from socle.acteur import acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.models import Courriel, LienSigne
from socle.preferences import Famille

FAMILLE = "besoins"
FAMILLES = [
    Famille(
        FAMILLE,
        "Les besoins proposés à ma structure",
        "Un besoin vous est proposé, attend depuis neuf ou vingt et un jours, ou a reçu sa réponse\u00a0; "
        "si vous animez, personne n’a répondu depuis trente jours.",
    )
]


def _orientations(pks) -> dict[int, Orientation]:
    return Orientation.objects.select_related(
        *(f"besoin__{lu}" for lu in LUS), "structure", "personne", "envoyee_par", "repondue_par"
    ).in_bulk(set(pks))


def _page(besoin: Besoin) -> str:
    chemin = reverse("porteurs:besoin", args=[besoin.dossier.reseau.slug, besoin.uuid])
    return settings.SITE_URL + chemin


def _visibles(courriels: Sequence[Courriel], pks) -> dict[int, set[int]]:
    """Par destinataire, les orientations dont il voit encore le dossier."""
    return {
        personne: set(
            Orientation.objects.visible_par(acteur)
            .filter(pk__in=pks, besoin__clos_le=None)
            .values_list("pk", flat=True)
        )
        for personne, acteur in acteurs_de(
            [c.destinataire for c in courriels if c.destinataire]
        ).items()
    }


def _titre(besoin: Besoin) -> str:
    return f"{besoin.theme.libelle.capitalize()}, dossier {besoin.dossier.reference}"


# --- Ce qui attend une réponse -----------------------------------------------------------------


def _proposes(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À qui peut répondre : le besoin, le mot s'il est permis, et deux liens d'un geste."""
    orientations = _orientations(c.contexte["orientation"] for c in courriels)
    repondent = _qui_repondent(courriels, orientations)
    vues = _visibles(courriels, orientations)
    a_dire = []
    for courriel in courriels:
        orientation = orientations.get(courriel.contexte["orientation"])
        if (
            orientation
            and orientation.etat == EtatOrientation.ENVOYEE
            and orientation.pk in vues.get(courriel.destinataire_id, ())
        ):
            a_dire.append((courriel, orientation))
    adresses = _gestes([(c, o) for c, o in a_dire if (c.pk, o.pk) in repondent])
    messages = dict.fromkeys(c.pk for c in courriels)
    for courriel, orientation in a_dire:
        besoin = orientation.besoin
        messages[courriel.pk] = rendre(
            "porteurs/courriels/besoin_propose",
            f"Un besoin pour vous\u00a0? {_titre(besoin)}",
            {
                "prenom": courriel.destinataire.prenom,
                "orientation": orientation,
                "besoin": besoin,
                "dossier": besoin.dossier,
                "mot": _mot(orientation),
                "gestes": adresses.get(courriel.pk),
                "page": _page(besoin),
            },
        )
    return messages


def _qui_repondent(courriels, orientations) -> set[tuple[int, int]]:
    """Les couples (courriel, orientation) où le destinataire est technicien de la structure."""
    couples = set()
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    for courriel in courriels:
        orientation = orientations.get(courriel.contexte["orientation"])
        acteur = acteurs.get(courriel.destinataire_id)
        if orientation and acteur:
            siennes = acteur.structures(orientation.reseau_id, Fonction.TECHNICIEN)
            if orientation.structure_id in siennes:
                couples.add((courriel.pk, orientation.pk))
    return couples


def _mot(orientation: Orientation) -> str:
    """Le mot du côté privé suit l'accord : retiré depuis, il ne part pas."""
    besoin = orientation.besoin
    if besoin.cote != Cote.PRIVE or not orientation.message:
        return orientation.message
    permis = orientation.structure_id in structures_au_prive(besoin.dossier)
    return orientation.message if permis else ""


def _gestes(lignes: list[tuple[Courriel, Orientation]]) -> dict[int, dict[str, str]]:
    """Par courriel, ses deux adresses ; un lien par personne, par besoin et par geste."""
    buts = (("prendre", BUT_PRENDRE), ("refuser", BUT_REFUSER))
    nouveaux = [
        LienSigne(
            but=but,
            utilisateur_id=courriel.destinataire_id,
            contexte={"orientation": orientation.pk},
            expire_le=timezone.now() + DUREE_LIEN,
        )
        for courriel, orientation in lignes
        for _, but in buts
    ]
    crees = iter(LienSigne.objects.bulk_create(nouveaux))
    return {
        courriel.pk: {
            geste: settings.SITE_URL
            + reverse(f"porteurs:besoin_{geste}_lien", args=[liens.jeton(next(crees))])
            for geste, _ in buts
        }
        for courriel, _ in lignes
    }


def _rappels(palier: int, sujet: str):
    """Un composeur de rappels : les besoins d'une même personne qui attendent encore."""

    def composer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
        orientations = _orientations(pk for c in courriels for pk in c.contexte["orientations"])
        vues = _visibles(courriels, orientations)
        messages = {}
        for courriel in courriels:
            attendent = [
                orientations[pk]
                for pk in courriel.contexte["orientations"]
                if pk in vues.get(courriel.destinataire_id, ())
                and orientations[pk].etat == EtatOrientation.ENVOYEE
            ]
            messages[courriel.pk] = (
                rendre(
                    "porteurs/courriels/besoin_rappel",
                    sujet
                    if len(attendent) > 1
                    else f"{sujet}\u00a0: {_titre(attendent[0].besoin)}",
                    {
                        "prenom": courriel.destinataire.prenom,
                        "palier": palier,
                        "anime": palier == ANIMATION,
                        "collegue": palier == COLLEGUES,
                        "lignes": [(o, _page(o.besoin)) for o in attendent],
                    },
                )
                if attendent
                else None
            )
        return messages

    return composer


# --- Ce qui a reçu sa réponse ------------------------------------------------------------------


def _reponses(gabarit: str, etats: tuple, sujet: str):
    """À qui avait proposé, s'il voit encore le dossier."""

    def composer(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
        orientations = _orientations(c.contexte["orientation"] for c in courriels)
        vues = _visibles(courriels, orientations)
        messages = {}
        for courriel in courriels:
            orientation = orientations.get(courriel.contexte["orientation"])
            dite = (
                orientation
                and orientation.pk in vues.get(courriel.destinataire_id, ())
                and orientation.etat in etats
            )
            messages[courriel.pk] = (
                rendre(
                    gabarit,
                    f"{sujet}\u00a0: {_titre(orientation.besoin)}",
                    {
                        "prenom": courriel.destinataire.prenom,
                        "orientation": orientation,
                        "besoin": orientation.besoin,
                        "dossier": orientation.besoin.dossier,
                        "page": _page(orientation.besoin),
                    },
                )
                if dite
                else None
            )
        return messages

    return composer


def _repris(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """À la structure qui l'avait pris : la référence et le thème, car elle ne lit peut-être plus rien."""
    orientations = _orientations(c.contexte["orientation"] for c in courriels)
    messages: dict[int, Message | None] = {}
    for courriel in courriels:
        orientation = orientations.get(courriel.contexte["orientation"])
        vaut = orientation is not None and orientation.etat == EtatOrientation.RETIREE
        messages[courriel.pk] = (
            rendre(
                "porteurs/courriels/besoin_repris",
                f"Ce besoin n’est plus à vous\u00a0: {_titre(orientation.besoin)}",
                {
                    "prenom": courriel.destinataire.prenom,
                    "orientation": orientation,
                    "besoin": orientation.besoin,
                    "dossier": orientation.besoin.dossier,
                },
            )
            if vaut
            else None
        )
    return messages


def _rouverts(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    besoins = Besoin.objects.select_related(*LUS).in_bulk({c.contexte["besoin"] for c in courriels})
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    messages = {}
    for courriel in courriels:
        besoin = besoins.get(courriel.contexte["besoin"])
        acteur = acteurs.get(courriel.destinataire_id)
        vaut = (
            besoin
            and acteur
            and besoin.etat == EtatBesoin.OUVERT
            and Besoin.objects.visible_par(acteur).filter(pk=besoin.pk).exists()
        )
        messages[courriel.pk] = (
            rendre(
                "porteurs/courriels/besoin_rouvert",
                f"Quelqu’un peut maintenant répondre\u00a0: {_titre(besoin)}",
                {
                    "prenom": acteur.utilisateur.prenom,
                    "besoin": besoin,
                    "dossier": besoin.dossier,
                    "page": _page(besoin),
                },
            )
            if vaut
            else None
        )
    return messages


# --- À la personne accompagnée -----------------------------------------------------------------


def _au_porteur(courriel: Courriel, dossier) -> dict | None:
    """Le prénom et la langue de qui lit, si l'adresse est toujours la sienne et le dossier ouvert."""
    principale = dossier.participations.select_related("porteur").order_by("rang").first()
    if (
        not dossier.ouvert
        or dossier.informe_le is None
        or principale is None
        or principale.porteur.email.lower() != courriel.adresse.lower()
    ):
        return None
    anglais = principale.porteur.langue == Langue.ANGLAIS
    return {"prenom": principale.porteur.prenom, "anglais": anglais}


def _porteurs_pris(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Qui s'en charge, et comment l'appeler ; rien si la structure n'en a plus la charge."""
    orientations = _orientations(c.contexte["orientation"] for c in courriels)
    messages = {}
    for courriel in courriels:
        orientation = orientations.get(courriel.contexte["orientation"])
        lecteur = orientation and _au_porteur(courriel, orientation.besoin.dossier)
        prise = lecteur and orientation.etat == EtatOrientation.PRISE
        messages[courriel.pk] = _pris(orientation, lecteur) if prise else None
    return messages


def _pris(orientation: Orientation, lecteur: dict) -> Message:
    theme = orientation.besoin.theme.libelle
    mandat = (
        Mandat.objects.actifs_maintenant()
        .filter(
            utilisateur=orientation.personne_id,
            structure=orientation.structure_id,
            reseau=orientation.reseau_id,
        )
        .first()
    )
    sujet = (
        f"{orientation.structure.nom} will help you: {theme}"
        if lecteur["anglais"]
        else f"{orientation.structure.nom} s’occupe de votre besoin\u00a0: {theme}"
    )
    return rendre(
        "porteurs/courriels/besoin_porteur_pris",
        sujet,
        lecteur
        | {
            "theme": theme,
            "structure": orientation.structure,
            "personne": orientation.personne.nom_complet if mandat else "",
            "telephone": (mandat and mandat.telephone) or orientation.structure.telephone_public,
            "email": orientation.structure.email_public,
            "dossier": orientation.besoin.dossier,
        },
    )


def _porteurs_attente(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """On cherche encore, et qui reste son interlocuteur ; rien du chemin parcouru entre partenaires."""
    besoins = Besoin.objects.select_related(*LUS).in_bulk({c.contexte["besoin"] for c in courriels})
    messages = {}
    for courriel in courriels:
        besoin = besoins.get(courriel.contexte["besoin"])
        lecteur = besoin and _au_porteur(courriel, besoin.dossier)
        if not lecteur or besoin.clos or besoin.etat == EtatBesoin.PRIS:
            messages[courriel.pk] = None
            continue
        theme = besoin.theme.libelle
        messages[courriel.pk] = rendre(
            "porteurs/courriels/besoin_porteur_attente",
            f"We are still looking: {theme}"
            if lecteur["anglais"]
            else f"Nous cherchons encore pour vous\u00a0: {theme}",
            lecteur
            | {
                "theme": theme,
                "structure": besoin.dossier.structure_responsable,
                "dossier": besoin.dossier,
            },
        )
    return messages


E = EtatOrientation
GENRES = [
    # Chaque courriel porte deux liens qui répondent au nom de la personne : le corps n'est pas gardé.
    Genre(
        annonces.GENRE_PROPOSE,
        "Un besoin est proposé à votre structure",
        _proposes,
        secret=True,
        famille=FAMILLE,
    ),
    Genre(
        annonces.GENRE_PRIS,
        "Un besoin que vous aviez proposé est pris en charge",
        _reponses("porteurs/courriels/besoin_pris", (E.PRISE,), "Pris en charge"),
        famille=FAMILLE,
        peut_attendre=True,
    ),
    Genre(
        annonces.GENRE_RETOUR,
        "Un besoin que vous aviez proposé vous revient",
        _reponses(
            "porteurs/courriels/besoin_retour",
            (E.REFUSEE, E.PASSEE, E.RETIREE),
            "Une réponse à lire",
        ),
        famille=FAMILLE,
    ),
    Genre(
        annonces.GENRE_REPRIS,
        "Un besoin que votre structure avait pris lui est retiré",
        _repris,
        famille=FAMILLE,
    ),
    Genre(
        annonces.GENRE_ROUVERT,
        "Une structure sait maintenant répondre à un besoin",
        _rouverts,
        famille=FAMILLE,
        peut_attendre=True,
    ),
    Genre(
        RAPPELS[PERSONNE],
        "Des besoins attendent votre réponse depuis neuf jours",
        _rappels(PERSONNE, "Une réponse est attendue"),
        famille=FAMILLE,
        peut_attendre=True,
    ),
    Genre(
        RAPPELS[COLLEGUES],
        "Des besoins attendent votre structure depuis trois semaines",
        _rappels(COLLEGUES, "Votre structure est attendue"),
        famille=FAMILLE,
    ),
    Genre(
        RAPPELS[ANIMATION],
        "Des besoins restent sans réponse depuis trente jours",
        _rappels(ANIMATION, "Sans réponse depuis trente jours"),
        famille=FAMILLE,
    ),
    # La personne apprend qui s'occupe d'elle, ou qu'on cherche encore : cela ne se refuse pas.
    Genre(
        annonces.GENRE_PORTEUR_PRIS,
        "À la personne accompagnée\u00a0: qui s’occupe de son besoin",
        _porteurs_pris,
        imperatif=True,
    ),
    Genre(
        annonces.GENRE_PORTEUR_ATTENTE,
        "À la personne accompagnée\u00a0: on cherche encore",
        _porteurs_attente,
        imperatif=True,
    ),
]
