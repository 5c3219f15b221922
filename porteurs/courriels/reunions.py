"""Le courriel d'avant réunion : composé quand il part, avec les droits du destinataire à cet instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.calendrier import quand
from porteurs.agenda import (
    Compte,
    Lecture,
    Ligne,
    Resume,
    Section,
    compte_de,
    grouper,
    jour_de,
    lectures,
    resumer,
)
from porteurs.calendrier import fichier_ics, methode
from porteurs.enums import EtatReunion, NatureReunion
from porteurs.models import Dossier, Reunion
from porteurs.services.reunion import (
    BUT_LIGNE,
    GENRE_ANNULATION,
    GENRE_DIGEST,
    MEMBRES_TECHNIQUES,
    SURSIS_LIGNE,
)
from socle import liens
from socle.acteur import Acteur, acteurs_de
from socle.courriels import Genre, Message, rendre
from socle.dates import jour_en_mots
from socle.models import Courriel, LienSigne
from socle.permissions import peut

# Un courriel se lit en deux minutes : le reste est compté, et la page le montre.
MIENS_MONTRES = 8
AUTRES_MONTRES = 3


@dataclass
class Envoi:
    """Un courriel en préparation : à qui, et les deux parties de son ordre du jour."""

    courriel: Courriel
    acteur: Acteur
    suivis: set[int]
    compte: Compte
    miens: list[Section]
    autres: list[Section]
    resumes: list[Resume]

    @property
    def annonce(self) -> str:
        """L'objet : ce qui est inscrit, ou à défaut ce qui se résume."""
        if self.compte.total:
            return self.compte.phrase
        return ", ".join(resume.phrase for resume in self.resumes)

    def lignes(self) -> list[Ligne]:
        return [ligne for section in (*self.miens, *self.autres) for ligne in section.lignes]


def _digests(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Compose un lot. Ce qui est commun à une réunion est lu une fois pour tous ses destinataires."""
    acteurs = acteurs_de([c.destinataire for c in courriels if c.destinataire])
    reunions = _reunions_a_annoncer(courriels)
    messages: dict[int, Message | None] = {}
    for pk, reunion in reunions.items():
        groupe = [
            (c, acteurs[c.destinataire_id])
            for c in courriels
            if c.contexte["reunion"] == pk
            and c.contexte["jour"] == jour_de(reunion).isoformat()
            and c.destinataire_id in acteurs
            and acteurs[c.destinataire_id].fonctions(reunion.reseau_id) & set(MEMBRES_TECHNIQUES)
        ]
        if groupe:
            messages |= _messages(reunion, groupe)
    return messages


def _reunions_a_annoncer(courriels: Sequence[Courriel]) -> dict[int, Reunion]:
    """Celles qui tiennent toujours : ni annulées, ni commencées."""
    return (
        Reunion.objects.filter(
            etat=EtatReunion.PREVUE,
            nature=NatureReunion.TECHNIQUE,
            debut__gt=timezone.now(),
        )
        .select_related("reseau")
        .in_bulk({c.contexte["reunion"] for c in courriels})
    )


def _messages(
    reunion: Reunion, groupe: Sequence[tuple[Courriel, Acteur]]
) -> dict[int, Message | None]:
    lus = lectures(reunion, [acteur for _, acteur in groupe])
    envois = [_envoi(c, acteur, lus[acteur.utilisateur_id]) for c, acteur in groupe]
    envois = [envoi for envoi in envois if envoi.annonce]
    dossiers = (
        Dossier.objects.sans_vecteurs()
        .select_related("commune")
        .in_bulk({ligne.dossier_id for envoi in envois for ligne in envoi.lignes()})
    )
    adresses = _liens_des_lignes(reunion, envois, dossiers)
    commun = _contexte_commun(reunion)
    piece = _rendez_vous(reunion)
    return {
        envoi.courriel.pk: _message(reunion, envoi, dossiers, adresses, commun, piece)
        for envoi in envois
    }


def _envoi(courriel: Courriel, acteur: Acteur, lecture: Lecture) -> Envoi:
    return Envoi(
        courriel=courriel,
        acteur=acteur,
        suivis=lecture.suivis,
        compte=compte_de(lecture.lignes),
        miens=grouper((ligne for ligne in lecture.lignes if ligne.a_vous), MIENS_MONTRES),
        autres=grouper((ligne for ligne in lecture.lignes if not ligne.a_vous), AUTRES_MONTRES),
        resumes=resumer(lecture.lignes),
    )


def _liens_des_lignes(
    reunion: Reunion, envois: Iterable[Envoi], dossiers: dict[int, Dossier]
) -> dict[tuple[int, int], str]:
    """Un lien « ajouter une ligne » par dossier à soi que l'on peut noter ; écrits d'un seul tenant."""
    maintenant = timezone.now()
    cles, nouveaux = [], []
    for envoi in envois:
        for ligne in (ligne for section in envoi.miens for ligne in section.lignes):
            dossier = dossiers[ligne.dossier_id]
            # Lu par la matrice des droits, comme l'annotation que pose avec_volet.
            dossier.suivi = dossier.pk in envoi.suivis
            if peut(envoi.acteur, "porteurs.echange.noter", dossier):
                cles.append((envoi.courriel.pk, dossier.pk))
                nouveaux.append(
                    LienSigne(
                        # Tirés ici : laissés à la base, ils coûtent la moitié de la composition.
                        uuid=uuid4(),
                        cree_le=maintenant,
                        but=BUT_LIGNE,
                        utilisateur=envoi.acteur.utilisateur,
                        contexte={"dossier": dossier.pk, "reunion": reunion.pk},
                        expire_le=reunion.debut + SURSIS_LIGNE,
                    )
                )
    crees = LienSigne.objects.bulk_create(nouveaux)
    return {
        cle: settings.SITE_URL + reverse("porteurs:ligne", args=[liens.jeton(lien)])
        for cle, lien in zip(cles, crees, strict=True)
    }


def _contexte_commun(reunion: Reunion) -> dict:
    reseau = reunion.reseau
    return {
        "reunion": reunion,
        "reseau": reseau,
        "quand": quand(reunion.debut, reseau.tz),
        "page": settings.SITE_URL + reverse("porteurs:reunion", args=[reseau.slug, reunion.uuid]),
        "liste": settings.SITE_URL + reverse("porteurs:dossiers", args=[reseau.slug]),
    }


def _message(reunion, envoi: Envoi, dossiers, adresses, commun: dict, piece: dict) -> Message:
    jour = jour_en_mots(jour_de(reunion), annee=False)
    return rendre(
        "porteurs/courriels/reunion_j7",
        f"Réunion du {jour}\u00a0: {envoi.annonce}",
        commun
        | {
            "annonce": envoi.annonce,
            "resumes": [
                {"phrase": resume.phrase, "page": f"{commun['liste']}?{resume.raison.liste}"}
                for resume in envoi.resumes
            ],
            "miens": _presenter(envoi, envoi.miens, dossiers, adresses, reunion.reseau.slug),
            "autres": _presenter(envoi, envoi.autres, dossiers, adresses, reunion.reseau.slug),
        },
        [piece],
    )


def _presenter(envoi: Envoi, sections, dossiers, adresses, slug: str) -> list[dict]:
    """Ce que le gabarit affiche : une référence, un projet, une commune ; aucun nom de personne."""
    return [
        {
            "titre": section.raison.titre,
            "reste": section.autres,
            "lignes": [
                {
                    "dossier": dossiers[ligne.dossier_id],
                    "raisons": [raison.mot for raison in ligne.raisons[1:]],
                    "page": settings.SITE_URL
                    + reverse("porteurs:dossier", args=[slug, dossiers[ligne.dossier_id].uuid]),
                    "ecrire": adresses.get((envoi.courriel.pk, ligne.dossier_id), ""),
                }
                for ligne in section.lignes
            ],
        }
        for section in sections
    ]


def _rendez_vous(reunion: Reunion) -> dict:
    return {
        "nom": "reunion.ics",
        "type": f"text/calendar; method={methode(reunion)}",
        "contenu": fichier_ics(reunion),
    }


def _annulations(courriels: Sequence[Courriel]) -> dict[int, Message | None]:
    """Le même message pour tous : une date et un lieu, que chacun connaissait déjà."""
    reunions = (
        Reunion.objects.filter(etat=EtatReunion.ANNULEE, debut__gt=timezone.now())
        .select_related("reseau")
        .in_bulk({c.contexte["reunion"] for c in courriels})
    )
    messages = {
        pk: rendre(
            "porteurs/courriels/reunion_annulee",
            f"Annulée\u00a0: réunion du {jour_en_mots(jour_de(reunion), annee=False)}",
            _contexte_commun(reunion),
            [_rendez_vous(reunion)],
        )
        for pk, reunion in reunions.items()
    }
    return {c.pk: messages.get(c.contexte["reunion"]) for c in courriels}


GENRES = [
    # Chaque ligne porte un lien qui écrit au nom de la personne : le corps n'est pas gardé.
    Genre(
        GENRE_DIGEST,
        "Réunion technique, avant la réunion",
        _digests,
        secret=True,
        famille="reunions",
    ),
    Genre(GENRE_ANNULATION, "Réunion annulée", _annulations, famille="reunions"),
]
