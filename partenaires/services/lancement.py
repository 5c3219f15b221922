"""Le guide d'un réseau qui commence : ses pas, dans l'ordre, et ce qui manque encore.

Chaque application apporte les siens (liste MAILLON_LANCEMENT) : une fonction qui reçoit des
réseaux et rend ``{pk: [Pas, …]}``. Un pas est fait quand la base le montre ; rien n'est à cocher,
sauf ce que seule la personne peut dire (« c'est bien cela »).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from partenaires.enums import Fonction, Module
from partenaires.models import ConventionStructure, Invitation, Mandat, Reseau, ReseauCommune
from partenaires.services.mandats import verrouiller
from socle.listes import contributions

IDENTITE, MODULES = "identite", "modules"
CONFIRMABLES = (IDENTITE, MODULES)


@dataclass(frozen=True)
class Pas:
    """Un pas du guide. ``etat`` dit où il en est ; ``requis`` : sans lui le guide n'est pas fini."""

    code: str
    libelle: str
    etat: str
    fait: bool
    url: str
    bouton: str
    requis: bool = True


@dataclass(frozen=True)
class Avancement:
    """Les pas d'un réseau. ``prochain`` : le premier qui reste à faire."""

    reseau: Reseau
    pas: tuple[Pas, ...]

    @property
    def requis(self) -> list[Pas]:
        return [p for p in self.pas if p.requis]

    @property
    def restants(self) -> list[Pas]:
        return [p for p in self.requis if not p.fait]

    @property
    def prochain(self) -> Pas | None:
        return next(iter(self.restants), None)

    @property
    def fini(self) -> bool:
        return not self.restants

    def apres(self, code: str) -> Pas | None:
        """Le pas à faire ensuite, en descendant la liste depuis celui-ci, puis en la reprenant."""
        codes = [p.code for p in self.requis]
        rang = codes.index(code) + 1 if code in codes else 0
        suite = [*self.requis[rang:], *self.requis[:rang]]
        return next((p for p in suite if not p.fait and p.code != code), None)


def avancements(reseaux: Iterable[Reseau]) -> list[Avancement]:
    """Où en est chaque réseau, tous ensemble : le nombre de requêtes n'en dépend pas."""
    reseaux = list(reseaux)
    if not reseaux:
        return []
    apports = [contribution(reseaux) for contribution in contributions("MAILLON_LANCEMENT")]
    return [
        Avancement(reseau, tuple(p for apport in apports for p in apport.get(reseau.pk, [])))
        for reseau in reseaux
    ]


def fondations(reseaux: list[Reseau]) -> dict[int, list[Pas]]:
    """Le nom, le territoire, les structures, les personnes."""
    comptes = {r.pk: r for r in _comptes(reseaux)}
    return {r.pk: _fondations(r, comptes[r.pk]) for r in reseaux}


def _fondations(reseau: Reseau, comptes) -> list[Pas]:
    def adresse(nom):
        return reverse(f"partenaires:{nom}", args=[reseau.slug])

    return [
        Pas(
            IDENTITE,
            "Vérifier le nom du réseau",
            f"« {reseau.nom} »",
            IDENTITE in reseau.confirmes,
            adresse("lancement_identite"),
            "Vérifier le nom",
        ),
        Pas(
            "territoire",
            "Choisir les communes",
            _nombre(comptes.nb_communes, "commune", "Aucune commune encore"),
            comptes.nb_communes > 0,
            adresse("territoire"),
            "Choisir les communes",
        ),
        Pas(
            "structures",
            "Faire entrer les structures partenaires",
            "Seule la vôtre est là"
            if comptes.nb_structures == 1
            else _nombre(comptes.nb_structures, "structure", "Aucune structure encore"),
            comptes.nb_structures > 1,
            adresse("lancement_structures"),
            "Ajouter des structures",
        ),
        Pas(
            "personnes",
            "Inviter les personnes",
            _etat_des_personnes(reseau, comptes),
            comptes.nb_personnes + comptes.nb_invitations > 1
            and (comptes.a_technicien or Module.DOSSIERS not in reseau.modules),
            adresse("lancement_personnes"),
            "Inviter des personnes",
        ),
    ]


def _nombre(n: int, nom: str, aucun: str) -> str:
    if not n:
        return aucun
    return f"{n} {nom}{'s' if n > 1 else ''}"


def _etat_des_personnes(reseau: Reseau, comptes) -> str:
    if comptes.nb_personnes + comptes.nb_invitations <= 1:
        return "Personne d’autre que vous pour l’instant"
    phrases = [f"{comptes.nb_personnes} personne{'s' if comptes.nb_personnes > 1 else ''} déjà là"]
    if comptes.nb_invitations:
        phrases.append(_nombre(comptes.nb_invitations, "invitation", "") + " en attente")
    if not comptes.a_technicien and Module.DOSSIERS in reseau.modules:
        phrases.append("pas encore de technicien : eux seuls ouvrent des dossiers")
    return ", ".join(p for p in phrases if p)


def _comptes(reseaux: list[Reseau]):
    """Ce que comptent ces réseaux aujourd'hui, en une requête."""
    mandats = Mandat.objects.actifs_maintenant().filter(
        reseau=OuterRef("pk"), utilisateur__is_active=True
    )
    invitations = Invitation.objects.en_attente(timezone.now()).filter(reseau=OuterRef("pk"))
    technicien = Q(fonction=Fonction.TECHNICIEN)
    parties = ConventionStructure.objects.en_vigueur(timezone.localdate()).filter(
        convention__reseau=OuterRef("pk"),
    )
    return Reseau.objects.filter(pk__in=[r.pk for r in reseaux]).annotate(
        nb_communes=compte(ReseauCommune.objects.filter(reseau=OuterRef("pk")), "commune"),
        nb_structures=compte(parties, "structure", "convention__reseau"),
        nb_personnes=compte(mandats, "utilisateur"),
        nb_invitations=compte(invitations, "email"),
        a_technicien=Exists(mandats.filter(technicien)) | Exists(invitations.filter(technicien)),
    )


def compte(lignes, champ: str, reseau: str = "reseau"):
    """Le nombre de valeurs distinctes de ``champ``, par réseau, en sous-requête."""
    comptes = lignes.order_by().values(reseau).annotate(n=Count(champ, distinct=True))
    return Coalesce(Subquery(comptes.values("n")), 0)


def finitions(reseaux: list[Reseau]) -> dict[int, list[Pas]]:
    """Les modules, et les documents qui précèdent le partage : ceux-là peuvent attendre."""
    return {r.pk: _finitions(r) for r in reseaux}


def _finitions(reseau: Reseau) -> list[Pas]:
    employes = [str(Module(m).label) for m in reseau.modules]
    pas = [
        Pas(
            MODULES,
            "Choisir ce que le réseau emploie",
            f"Aujourd’hui : {', '.join(employes)}",
            MODULES in reseau.confirmes,
            reverse("partenaires:modules", args=[reseau.slug]),
            "Choisir",
        )
    ]
    if Module.DOSSIERS in reseau.modules:
        pas.append(
            Pas(
                "conformite",
                "Écrire les documents de vie privée, puis ouvrir le partage",
                "Le partage est ouvert"
                if reseau.partage_ouvert_le
                else "Peut attendre : d’ici là chaque structure ne voit que ses dossiers",
                reseau.partage_ouvert_le is not None,
                reverse("partenaires:conformite", args=[reseau.slug]),
                "Voir les documents",
                requis=False,
            )
        )
    return pas


@transaction.atomic
def confirmer(*, reseau: Reseau, code: str) -> None:
    """La personne a regardé ce pas et dit que c'est bien cela."""
    if code not in CONFIRMABLES:
        raise ValueError(f"Le pas {code} se lit dans la base, il ne se confirme pas.")
    reseau = verrouiller(reseau.pk)
    if code not in reseau.confirmes:
        reseau.confirmes = [*reseau.confirmes, code]
        reseau.save(update_fields=["confirmes"])


@transaction.atomic
def ranger(*, reseau: Reseau, range_: bool = True) -> None:
    """Le tableau ne rappelle plus le guide, ou le rappelle de nouveau ; il se relit toujours."""
    Reseau.objects.filter(pk=reseau.pk).update(lance_le=timezone.now() if range_ else None)
