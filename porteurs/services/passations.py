"""Confier d'un coup ce qu'une personne suit, quand elle part ou change de poste.

La personne, ou qui administre sa structure, choisit pour chaque dossier (ou pour tous) qui prend
la suite dans la même structure. Un référent technique prend la suite aussitôt ; un parrain doit
l'accepter, et l'ancien le reste jusque-là. Les rôles passés gardent leurs dates et leurs noms.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import uuid4

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.enums import EtatAffectation, EtatOrientation, EtatRelais, RoleAffectation, Volet
from porteurs.journal import consigner_dossier
from porteurs.models import Acces, Action, Affectation, Dossier, Orientation, Participation, Relais
from porteurs.models.acces import cle_personne, cle_structure
from porteurs.services.acces import recalculer
from porteurs.services.departs import FONCTION_DU_ROLE
from porteurs.services.suivi import terminer_affectations
from socle.courriels import Depot, deposer
from socle.enums import Operation
from socle.refus import Refus

GENRE_SUITE, GENRE_PERSONNE = "passation_suite", "passation_personne"
ROLE_DE_LA_FONCTION = {fonction: role for role, fonction in FONCTION_DU_ROLE.items()}
# Chaque dossier a sa liste déroulante : au-delà, le reste suit le choix « pour tous ».
CHOISIS_UN_A_UN = 200


@dataclass
class Suivi:
    """Ce que la personne porte dans un dossier."""

    dossier: Dossier
    roles: list[Affectation] = field(default_factory=list)
    propositions: list[Affectation] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    orientations: list[Orientation] = field(default_factory=list)

    @property
    def en_mots(self) -> str:
        """« référent, 2 actions à faire, 1 besoin »."""
        morceaux = [r.get_role_display() for r in self.roles]
        morceaux += [f"{r.get_role_display()} proposé" for r in self.propositions]
        for nombre, un, plusieurs in (
            (len(self.actions), "action à faire", "actions à faire"),
            (len(self.orientations), "besoin", "besoins"),
        ):
            if nombre:
                morceaux.append(f"{nombre} {plusieurs if nombre > 1 else un}")
        return ", ".join(morceaux)


# --- Ce qu'elle suit -------------------------------------------------------------------------


def suivis_de(mandat: Mandat, acteur) -> list[Suivi]:
    """Par dossier, ce que ce mandat porte ; seulement ce que l'acteur suit lui-même."""
    role = ROLE_DE_LA_FONCTION.get(mandat.fonction)
    if role is None:
        return []
    dossiers = Dossier.objects.filter(reseau=mandat.reseau_id).suivis_par(acteur)
    par_dossier: dict[int, Suivi] = {}

    def suivi(dossier: Dossier) -> Suivi:
        return par_dossier.setdefault(dossier.pk, Suivi(dossier))

    siens = {"utilisateur": mandat.utilisateur_id, "structure": mandat.structure_id, "role": role}
    roles = Affectation.objects.filter(**siens, dossier__in=dossiers).select_related(
        "dossier__reseau", "dossier__commune"
    )
    for affectation in roles.en_cours().order_by("pk"):
        suivi(affectation.dossier).roles.append(affectation)
    for affectation in roles.proposees().order_by("pk"):
        suivi(affectation.dossier).propositions.append(affectation)
    for action in _actions(mandat, dossiers):
        suivi(action.dossier).actions.append(action)
    if mandat.fonction == Fonction.TECHNICIEN:
        for orientation in _orientations(mandat, dossiers):
            suivi(orientation.besoin.dossier).orientations.append(orientation)
    return sorted(par_dossier.values(), key=lambda s: (s.dossier.reference, s.dossier.pk))


def _actions(mandat: Mandat, dossiers):
    """Ses actions à faire, là où ce mandat donne à suivre : par sa structure, ou par son rôle."""
    cles = [cle_personne(mandat.utilisateur_id, mandat.reseau_id)]
    if mandat.fonction == Fonction.TECHNICIEN:
        cles.append(cle_structure(mandat.structure_id, mandat.reseau_id))
    ouverts = Acces.objects.filter(beneficiaire__in=cles, volet=Volet.PROFESSIONNEL)
    return (
        Action.objects.filter(
            responsable=mandat.utilisateur_id,
            faite_le=None,
            dossier__in=dossiers.filter(pk__in=ouverts.values("dossier")),
        )
        .select_related("dossier__reseau", "dossier__commune")
        .order_by("echeance", "pk")
    )


def _orientations(mandat: Mandat, dossiers):
    return (
        Orientation.objects.filter(
            personne=mandat.utilisateur_id,
            structure=mandat.structure_id,
            etat__in=[EtatOrientation.ENVOYEE, EtatOrientation.PRISE],
            besoin__dossier__in=dossiers,
            besoin__clos_le=None,
        )
        .select_related("besoin__dossier__reseau", "besoin__dossier__commune")
        .order_by("pk")
    )


def relais_en_attente(mandat: Mandat) -> int:
    """Les relais proposés à sa structure : toute la structure peut y répondre, rien à confier."""
    if mandat.fonction != Fonction.TECHNICIEN:
        return 0
    return Relais.objects.filter(
        vers=mandat.structure_id, dossier__reseau=mandat.reseau_id, etat=EtatRelais.PROPOSE
    ).count()


def successeurs(mandat: Mandat, jour):
    """Qui peut prendre la suite : les mêmes fonctions, dans la même structure, ce jour-là."""
    return (
        Mandat.objects.actifs(jour)
        .filter(
            reseau=mandat.reseau_id,
            structure=mandat.structure_id,
            fonction=mandat.fonction,
            utilisateur__is_active=True,
        )
        .exclude(utilisateur=mandat.utilisateur_id)
        .select_related("utilisateur", "structure")
        .order_by("utilisateur__nom", "utilisateur__prenom", "pk")
    )


# --- Confier ---------------------------------------------------------------------------------


@transaction.atomic
def confier(*, acteur, mandat: Mandat, vers: dict[int, Mandat]) -> int:
    """Confie chaque dossier à la personne choisie, tous ou aucun ; rend leur nombre.

    ``vers`` : par dossier, le mandat de qui prend la suite. Se rejoue : ce qui n'est plus à la
    personne n'est plus à confier. Un courriel à chaque personne qui prend la suite, un à chaque
    personne accompagnée dont le référent change.
    """
    jour = mandat.reseau.aujourd_hui()
    possibles = set(successeurs(mandat, jour).values_list("pk", flat=True))
    if any(suite.pk not in possibles for suite in vers.values()):
        raise Refus("L’une des personnes choisies n’agit plus pour cette structure.", "tous")
    verrous = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=vers).order_by("pk")
    list(verrous.values_list("pk", flat=True))
    confies: dict[int, list[int]] = defaultdict(list)
    changes: dict[int, list[int]] = defaultdict(list)
    for suivi in suivis_de(mandat, acteur):
        suite = vers.get(suivi.dossier.pk)
        if suite is None:
            continue
        if _confier(suivi, suite, acteur):
            changes[suite.pk].append(suivi.dossier.pk)
        confies[suite.pk].append(suivi.dossier.pk)
        consigner_dossier(acteur, Operation.MODIFICATION, suivi.dossier, motif="confié")
    recalculer(pk for pks in confies.values() for pk in pks)
    _prevenir(mandat, {s.pk: s for s in vers.values()}, confies, changes)
    return sum(len(pks) for pks in confies.values())


def _confier(suivi: Suivi, suite: Mandat, acteur) -> bool:
    """Un dossier change de mains ; vrai si son référent n'est plus le même."""
    dossier, maintenant = suivi.dossier, timezone.now()
    Action.objects.filter(pk__in=[a.pk for a in suivi.actions]).update(
        responsable=suite.utilisateur
    )
    Orientation.objects.filter(pk__in=[o.pk for o in suivi.orientations]).update(
        personne=suite.utilisateur
    )
    for proposition in suivi.propositions:
        Affectation.objects.filter(pk=proposition.pk).update(
            etat=EtatAffectation.RETIREE, repondue_le=maintenant
        )
        _proposer(dossier, proposition.role, suite, acteur)
    change = False
    for role in suivi.roles:
        if role.role == RoleAffectation.PARRAIN:
            _proposer(dossier, role.role, suite, acteur)
            continue
        jour = dossier.reseau.aujourd_hui()
        terminer_affectations(dossier, jour, pk=role.pk)
        Affectation.objects.create(
            dossier=dossier,
            role=role.role,
            utilisateur=suite.utilisateur,
            structure=suite.structure,
            etat=EtatAffectation.ACCEPTEE,
            periode=DateRange(jour, None),
            proposee_par=acteur.utilisateur,
            repondue_le=maintenant,
        )
        change = True
    return change


def _proposer(dossier: Dossier, role: str, suite: Mandat, acteur) -> None:
    """Propose le rôle, sauf si quelqu'un d'autre y réfléchit déjà ou si la personne le tient."""
    if dossier.affectations.proposees().filter(role=role).exists():
        return
    if dossier.affectations.en_cours().filter(role=role, utilisateur=suite.utilisateur).exists():
        return
    Affectation.objects.create(
        dossier=dossier,
        role=role,
        utilisateur=suite.utilisateur,
        structure=suite.structure,
        proposee_par=acteur.utilisateur,
    )


def _prevenir(mandat: Mandat, suites: dict[int, Mandat], confies, changes) -> None:
    geste = uuid4().hex
    depots = [
        Depot(
            GENRE_SUITE,
            geste,
            utilisateur=suites[pk].utilisateur,
            contexte={"mandat": mandat.pk, "dossiers": dossiers},
        )
        for pk, dossiers in confies.items()
    ]
    deposer(depots + _aux_personnes(mandat, suites, changes, geste))


def _aux_personnes(mandat: Mandat, suites, changes, geste: str) -> list[Depot]:
    """Un courriel par personne accompagnée et informée, même si elle a deux dossiers."""
    suite_de = {dossier: pk for pk, dossiers in changes.items() for dossier in dossiers}
    parts = Participation.objects.filter(
        Q(rang=1, dossier__informe_le__isnull=False) | Q(rang__gt=1, informe_le__isnull=False),
        dossier__in=suite_de,
    ).exclude(porteur__email="")
    siens: dict[str, dict] = {}
    lignes = parts.order_by("dossier", "rang").values_list("porteur", "porteur__email", "dossier")
    for porteur, email, dossier in lignes:
        contexte = siens.setdefault(
            email.lower(), {"porteur": porteur, "mandat": mandat.pk, "suites": {}}
        )
        contexte["suites"][str(dossier)] = suites[suite_de[dossier]].pk
    return [
        Depot(GENRE_PERSONNE, geste, adresse=adresse, contexte=contexte)
        for adresse, contexte in siens.items()
    ]
