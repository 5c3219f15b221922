"""Les mandats de la démonstration : des périmètres écrits, des fins proches, des gens attendus.

Une structure reste à confirmer et y signale un départ ; une autre n'a qu'une personne pour
l'administrer et dit pourquoi. Tout le reste vient d'être confirmé.
"""

from datetime import datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.courriels.invitations import sujet_de
from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.personnes import DOMAINE
from partenaires.demonstration.structures import LIVRADOIS
from partenaires.enums import Fonction
from partenaires.models import (
    AdministrationSeule,
    Competence,
    ConfirmationAnnuelle,
    DepartSignale,
    Invitation,
    Mandat,
)
from partenaires.services.invitations import BUT as BUT_INVITATION
from partenaires.services.invitations import DUREE, periode_relance
from socle.enums import EtatCourriel
from socle.models import Courriel, LienSigne

PERIMETRES = {
    Fonction.TECHNICIEN: "Reçoit et suit les projets de l’intercommunalité et des communes "
    "voisines ; propose un relais quand la compétence manque.",
    Fonction.PARRAIN: "Accompagne deux projets à la fois au plus, sur leur seul volet professionnel.",
    Fonction.ANIMATEUR: "Anime le réseau, prépare les réunions et les comités, tient l’annuaire.",
    Fonction.ELU: "Siège aux deux comités de l’année et porte la parole de sa collectivité.",
    Fonction.PREMIER_ACCUEIL: "Oriente les personnes reçues en mairie vers la bonne structure.",
}
# Adresse locale, jours avant le dernier jour.
FINISSENT = {"judith.lavest": 12, "serge.ollier": 26, "alain.bourdier": 51}
SUPPLEANCE = ("thomas.granouillet", "animatrice")
# Prénom, nom, structure, fonction, envoyée il y a tant de jours, en échec.
INVITEES = [
    ("Blandine", "Rouvet", "ville-arlanc", Fonction.PREMIER_ACCUEIL, 4, False),
    ("Luc", "Faverolle", "cc-brioude", Fonction.TECHNICIEN, 11, False),
    ("Solène", "Mathias", "boutique", Fonction.PARRAIN, 2, True),
]
A_CONFIRMER = "cci-43"
SEULE = ("credit", "Une seule salariée pour le département ; la relève vient du siège régional.")


def construire(contexte: Contexte) -> None:
    _preciser(contexte)
    _inviter(contexte)
    _confirmer(contexte)


def _preciser(contexte: Contexte) -> None:
    """Un périmètre à un mandat sur deux, trois fins proches, une suppléance."""
    changes = []
    for rang, mandat in enumerate(contexte.mandats):
        locale = mandat.utilisateur.email.partition("@")[0]
        if locale in FINISSENT:
            fin = contexte.jour + timedelta(days=FINISSENT[locale] + 1)
            mandat.periode = DateRange(mandat.periode.lower, fin)
        if rang % 2 == 0 and mandat.fonction in PERIMETRES:
            mandat.perimetre = PERIMETRES[mandat.fonction]
        changes.append(mandat)
    titulaire = contexte.mandat_de(f"{SUPPLEANCE[1]}@{DOMAINE}")
    contexte.mandat_de(f"{SUPPLEANCE[0]}@{DOMAINE}").supplee = titulaire
    Mandat.objects.bulk_update(changes, ["periode", "perimetre", "supplee"])
    contexte.indexer_mandats()
    reseau = contexte.reseaux[LIVRADOIS]
    AdministrationSeule.objects.create(
        reseau=reseau,
        structure=contexte.structures[SEULE[0]],
        motif=SEULE[1],
        par=titulaire.utilisateur,
    )


def _inviter(contexte: Contexte) -> None:
    """Trois personnes attendues : l'une relancée, l'autre deux fois, la dernière sans courriel reçu."""
    reseau = contexte.reseaux[LIVRADOIS]
    animatrice = contexte.mandat_de(f"animatrice@{DOMAINE}").utilisateur
    hasard = contexte.hasard("invitations")
    for prenom, nom, structure, fonction, age, echec in INVITEES:
        le = instant(reseau, contexte.jour - timedelta(days=age), 9, 10)
        lien = LienSigne.objects.create(
            uuid=uuid_de(hasard), but=BUT_INVITATION, cree_le=le, expire_le=le + DUREE
        )
        invitation = Invitation.objects.create(
            uuid=uuid_de(hasard),
            reseau=reseau,
            structure=contexte.structures[structure],
            fonction=fonction,
            email=f"{prenom}.{nom}@{DOMAINE}".lower().replace("è", "e"),
            prenom=prenom,
            nom=nom,
            invitee_par=animatrice,
            expire_le=lien.expire_le,
            lien=lien,
        )
        Invitation.objects.filter(pk=invitation.pk).update(cree_le=le)
        rangs = [0, *(rang for rang, jours in ((1, 3), (2, 10)) if age >= jours)]
        Courriel.objects.bulk_create(
            _courriel(invitation, rang, le, hasard, echec=echec) for rang in rangs
        )


def _courriel(invitation: Invitation, rang: int, le: datetime, hasard, *, echec: bool) -> Courriel:
    """La ligne d'un courriel d'invitation déjà traité, ou refusé par le serveur."""
    genre = "invitation_relance" if rang else "invitation"
    periode = periode_relance(invitation.pk, rang) if rang else f"invitation:{invitation.pk}"
    le += timedelta(days={0: 0, 1: 3, 2: 10}[rang])
    return Courriel(
        uuid=uuid_de(hasard),
        genre=genre,
        adresse=invitation.email,
        cle_destinataire=invitation.email,
        periode=periode,
        contexte={"invitation": invitation.pk, "rang": rang},
        sujet=sujet_de(invitation, rang),
        etat=EtatCourriel.ECHEC if echec else EtatCourriel.GARDE,
        erreur="550 boîte inconnue" if echec else "",
        tentatives=1,
        message_id=Courriel.identifiant(genre, invitation.email, periode),
        a_partir_de=le,
        cree_le=le,
        envoye_le=None if echec else le,
        # Le texte portait un lien d’entrée : il ne se garde pas une fois remis.
        vide_le=le,
    )


def _confirmer(contexte: Contexte) -> None:
    """Chaque structure a confirmé dans l'année, sauf une, relancée, qui signale un départ."""
    hasard = contexte.hasard("confirmations")
    administrent = {
        m.structure_id: m
        for m in reversed(contexte.mandats)
        if m.administre and (m.periode.upper is None or m.periode.upper > contexte.jour)
    }
    confirmations = []
    for cle, structure in contexte.structures.items():
        mandat = administrent.get(structure.pk)
        if mandat is None or cle == A_CONFIRMER:
            continue
        confirmations.append(_confirmation(contexte, structure, mandat, hasard))
    ConfirmationAnnuelle.objects.bulk_create(confirmations)
    structure = contexte.structures[A_CONFIRMER]
    ancienne = _confirmation(contexte, structure, administrent[structure.pk], hasard)
    ancienne.demandee_le -= timedelta(days=365)
    ancienne.confirmee_le -= timedelta(days=365)
    ancienne.save()
    ConfirmationAnnuelle.objects.create(
        uuid=uuid_de(hasard),
        structure=structure,
        demandee_le=contexte.jour - timedelta(days=34),
        envois=3,
    )
    parti = next(
        m for m in contexte.mandats if m.utilisateur.email == f"veronique.sugeres@{DOMAINE}"
    )
    DepartSignale.objects.create(
        mandat=parti,
        confirmation=next(c for c in confirmations if c.structure_id == parti.structure_id),
        depuis=contexte.calendrier.avant(contexte.jour - timedelta(days=9)),
        par=administrent[parti.structure_id].utilisateur,
    )


def _confirmation(contexte: Contexte, structure, mandat: Mandat, hasard) -> ConfirmationAnnuelle:
    jour = contexte.calendrier.avant(contexte.jour - timedelta(days=hasard.randrange(15, 290)))
    return ConfirmationAnnuelle(
        uuid=uuid_de(hasard),
        structure=structure,
        demandee_le=jour - timedelta(days=3),
        envois=1,
        confirmee_le=datetime.combine(jour, time(11, 20), tzinfo=mandat.reseau.tz),
        par=mandat.utilisateur,
        par_lien=True,
        nb_personnes=len(
            {m.utilisateur_id for m in contexte.mandats if m.structure_id == structure.pk}
        ),
        nb_competences=Competence.objects.filter(structure=structure).count(),
    )
