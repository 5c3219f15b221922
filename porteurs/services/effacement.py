"""Effacer pour de bon : le dossier, ses personnes, leurs fichiers, leurs courriels, leur histoire.

Un seul chemin pour l'anonymisation et pour l'effacement demandé. La base reste juste : ce que les
indicateurs comptaient est figé avant (``services.anonymisation``).
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from porteurs.enums import EtatDroit, ModeInformation, NatureDroit, RoleParticipation
from porteurs.models import (
    AccordPartage,
    Demande,
    DemandeDroit,
    Dossier,
    Echange,
    EntreeEspace,
    Export,
    Financement,
    LigneImport,
    Orientation,
    Participation,
    Piece,
    Porteur,
)
from porteurs.services import exports, fusions_dossiers, historique, tombes
from socle import brouillons
from socle.effacement import oublier
from socle.enums import EtatCourriel
from socle.fichiers import effacer as effacer_fichiers
from socle.models import LienSigne

# Rien de ce nom ne reçoit de courriel (RFC 2606) : la ligne reste, sa clé aussi, la personne non.
ADRESSE_EFFACEE = "efface@maillon.invalid"

VIDER_LES_COURRIELS = """
UPDATE socle_courriel SET corps_texte = '', corps_html = '', pieces = '[]', sujet = '', erreur = '',
       vide_le = now(),
       etat = CASE WHEN etat IN %(vivants)s
                    AND (adresse = ANY(%(adresses)s) OR (contexte ->> 'dossier') = ANY(%(dossiers)s))
                   THEN %(sans_objet)s ELSE etat END
 WHERE adresse = ANY(%(adresses)s)
    OR (vide_le IS NULL AND (
         (contexte ->> 'dossier') = ANY(%(dossiers)s)
         OR concat_ws(' ', sujet, corps_texte, corps_html, pieces) LIKE ANY(%(mots)s)))
"""
TAIRE_LES_ADRESSES = """
UPDATE socle_courriel SET adresse = %(muette)s, cle_destinataire = %(muette)s || ':' || id
 WHERE adresse = %(adresse)s AND destinataire_id IS NULL
"""


@transaction.atomic
def effacer_dossiers(dossiers: Iterable[int]) -> None:
    """Efface ces dossiers et les personnes qu'aucun autre ne retient. Rejouable sans effet."""
    ids = list(dossiers)
    lignes = list(Dossier.objects.filter(pk__in=ids).values_list("pk", "uuid", "reference"))
    personnes = set(
        Participation.objects.filter(dossier__in=ids).values_list("porteur_id", flat=True)
    )
    fichiers = list(Piece.objects.filter(dossier__in=ids).values_list("fichier_id", flat=True))
    demandes = list(Demande.objects.filter(dossier__in=ids).values_list("pk", flat=True))
    fusions_dossiers.oublier(ids)
    exports.oublier(ids)
    # Une demande prise n'existe pas sans son dossier : elle part avec lui, et ses comptes sont figés.
    Demande.objects.filter(pk__in=demandes).delete()
    LigneImport.objects.filter(dossier__in=ids).delete()
    partantes = list(_sans_autre_dossier(personnes, ids))
    _vider_les_courriels(
        [p.email for p in partantes if p.email],
        ids,
        [reference for _, _, reference in lignes],
        [str(uuid) for _, uuid, _ in lignes],
    )
    parts = Participation.objects.filter(dossier__in=ids).values_list("uuid", flat=True)
    brouillons.effacer_de([uuid for _, uuid, _ in lignes] + list(parts))
    _effacer_les_brouillons(partantes)
    tombes.inscrire(
        timezone.localdate(),
        [tombes.empreinte("dossier", uuid) for _, uuid, _ in lignes]
        + [tombes.empreinte("porteur", p.uuid) for p in partantes],
    )
    for personne in partantes:
        # Un nom tapé dans une recherche y reste avec la demande d'export.
        Export.objects.filter(reseau=personne.reseau_id, texte__icontains=personne.nom).update(
            texte=""
        )
    # Les personnes tiennent aux messages et aux pièces des dossiers : ceux-ci d'abord.
    # Un prix tient à sa candidature, une orientation à celle d'avant : ces liens ne cascadent pas.
    Financement.objects.filter(dossier__in=ids).delete()
    Orientation.objects.filter(besoin__dossier__in=ids).update(suite_de=None)
    Dossier.objects.filter(pk__in=ids).delete()
    effacer_fichiers(fichiers)
    for porteur in partantes:
        _effacer_la_personne(porteur)
    # En dernier : les suppressions viennent elles-mêmes de s'écrire dans l'histoire.
    historique.effacer(ids)


def _sans_autre_dossier(personnes: set[int], partants: list[int]):
    ailleurs = Participation.objects.filter(porteur=OuterRef("pk")).exclude(dossier__in=partants)
    return Porteur.objects.filter(~Exists(ailleurs), pk__in=personnes).order_by("pk")


def _effacer_les_brouillons(personnes: Iterable[Porteur]) -> None:
    """Ceux qui parlent d'elles, et les ouvertures commencées où on les a nommées."""
    personnes = list(personnes)
    brouillons.effacer_de([p.uuid for p in personnes])
    mots = [mot for p in personnes for mot in (p.nom, p.email, p.telephone_saisi)]
    brouillons.effacer_qui_disent("dossier_ouvrir", mots)


def _effacer_la_personne(porteur: Porteur) -> None:
    """Elle-même, et les entrées de son espace ; une adresse à deux reste à l'autre."""
    entrees = EntreeEspace.objects.filter(adresse__iexact=porteur.email)
    LienSigne.objects.filter(pk__in=entrees.values("lien")).delete()
    tenue = (
        Echange.objects.filter(porteur=porteur).exists()
        or Piece.objects.filter(porteur=porteur).exists()
        or DemandeDroit.objects.filter(porteur=porteur).exists()
    )
    if tenue:
        # Un message reste dans le dossier d'autrui : il garde un numéro, plus de nom.
        _rendre_anonyme(porteur)
    else:
        porteur.delete()
    historique.effacer_personnes([porteur.pk])


def _rendre_anonyme(porteur: Porteur) -> None:
    porteur.prenom, porteur.nom = "Personne", "effacée"
    porteur.email = porteur.telephone = porteur.telephone_saisi = ""
    porteur.naissance = porteur.departement_origine = None
    porteur.save()


def _vider_les_courriels(adresses, dossiers, references, adresses_de_pages) -> None:
    """Ce que la boîte d'envoi tient encore : les corps se vident, les clés restent."""
    vivants = (EtatCourriel.ATTENTE, EtatCourriel.SEMAINE, EtatCourriel.COMPOSITION)
    with connection.cursor() as curseur:
        curseur.execute(
            VIDER_LES_COURRIELS,
            {
                "adresses": adresses,
                "dossiers": [str(pk) for pk in dossiers],
                "mots": [f"%{mot}%" for mot in [*references, *adresses_de_pages, *adresses]],
                "vivants": tuple(str(etat) for etat in vivants),
                "sans_objet": EtatCourriel.SANS_OBJET,
            },
        )
        for adresse in adresses:
            curseur.execute(TAIRE_LES_ADRESSES, {"adresse": adresse, "muette": ADRESSE_EFFACEE})


# --- Une personne ----------------------------------------------------------------------------


@transaction.atomic
def retirer_la_personne(porteur: Porteur, dossier: Dossier) -> None:
    """Retire une personne d'un dossier que d'autres portent : sa part, ses messages, ses pièces."""
    pieces = Piece.objects.filter(dossier=dossier, porteur=porteur)
    fichiers = list(pieces.values_list("fichier_id", flat=True))
    pieces.delete()
    Echange.objects.filter(dossier=dossier, porteur=porteur).delete()
    DemandeDroit.objects.filter(dossier=dossier, porteur=porteur).delete()
    exports.oublier([dossier.pk])
    fusions_dossiers.oublier([dossier.pk])
    part = Participation.objects.get(dossier=dossier, porteur=porteur)
    part_pk, etait_principale = part.pk, part.rang == 1
    brouillons.effacer_de([part.uuid])
    AccordPartage.objects.filter(participation__dossier=dossier).retirer()
    part.delete()
    restantes = list(Participation.objects.filter(dossier=dossier).order_by("rang"))
    if etait_principale:
        # Qui porte le projet passe devant ; sinon l'ordre ne change pas.
        restantes.sort(key=lambda p: (p.role != RoleParticipation.PORTEUR, p.rang))
        _partager_selon(restantes[0], dossier)
    # La place de la partante est libre, celle du suivant le devient : jamais deux au même rang.
    for rang, restante in enumerate(restantes, start=1):
        if restante.rang != rang:
            restante.rang = rang
            restante.save(update_fields=["rang"])
    effacer_fichiers(fichiers)
    historique.effacer_participation(part_pk, porteur.pk, dossier.pk)


def _partager_selon(principale: Participation, dossier: Dossier) -> None:
    """L'information et l'opposition du dossier deviennent celles de qui le porte désormais.

    Celles de la personne effacée n'engageaient qu'elle : sans information de la nouvelle
    principale, la fiche se ferme au réseau.
    """
    informee = principale.informe_le is not None
    mode = principale.information_mode or ModeInformation.ORAL
    dossier.informe_le = principale.informe_le
    dossier.information_mode = mode if informee else ""
    dossier.opposition_le = principale.opposition_le if informee else None
    dossier.save(update_fields=["informe_le", "information_mode", "opposition_le"])


def a_effacer_avec(porteur: Porteur) -> tuple[list[int], list[int]]:
    """Les dossiers qui partent avec la personne, et ceux que d'autres continuent de porter."""
    siens = Participation.objects.filter(porteur=porteur)
    autres = Participation.objects.filter(
        ~Q(porteur=porteur.pk), dossier=OuterRef("dossier"), role=RoleParticipation.PORTEUR
    )
    partent = list(siens.filter(~Exists(autres)).values_list("dossier_id", flat=True))
    restent = list(siens.filter(Exists(autres)).values_list("dossier_id", flat=True))
    return partent, restent


def suivis_par_d_autres(porteur: Porteur, structures: Iterable[int]) -> list[Dossier]:
    """Les dossiers de la personne dont aucune de ces structures ne répond, et qui la retiennent.

    Celui dont la structure a déjà dit « c'est fait » à sa demande d'effacement ne retient plus rien.
    """
    faites = DemandeDroit.objects.filter(
        dossier=OuterRef("pk"),
        porteur=porteur,
        nature=NatureDroit.EFFACEMENT,
        etat=EtatDroit.FAITE,
    )
    siens = Participation.objects.filter(dossier=OuterRef("pk"), porteur=porteur)
    return list(
        Dossier.objects.sans_vecteurs()
        .filter(Exists(siens), ~Exists(faites))
        .exclude(structure_responsable__in=list(structures))
        .select_related("reseau", "structure_responsable")
        .order_by("pk")
    )


def oublier_la_personne(porteur: Porteur) -> None:
    """Ce qui la nommait hors des dossiers : demandes, courriels, entrées, brouillons, et elle-même."""
    if not Porteur.objects.filter(pk=porteur.pk).exists():
        return
    tombes.inscrire(timezone.localdate(), [tombes.empreinte("porteur", porteur.uuid)])
    partagee = Porteur.objects.filter(email__iexact=porteur.email).exclude(pk=porteur.pk)
    if porteur.email and not partagee.exists():
        oublier([porteur.email])
        _vider_les_courriels([porteur.email], [], [], [])
    _effacer_les_brouillons([porteur])
    _effacer_la_personne(porteur)
