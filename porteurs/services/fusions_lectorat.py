"""Réunir deux dossiers n'élargit pas le cercle : qui n'en lisait qu'un ne lit pas les deux.

Un tiers garde son droit s'il l'avait, aussi large et aussi long, dans l'autre dossier. Deux
exceptions, dites avant : la structure qui répond du dossier réuni, et la personne référente qu'on
garde, quand la fiche réunie reste partagée.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from porteurs.enums import (
    EtatAffectation,
    EtatBesoin,
    EtatDemandeAcces,
    EtatOrientation,
    RoleAffectation,
    Volet,
)
from porteurs.models import Acces, Affectation, Besoin, DemandeAcces, Dossier, Orientation
from porteurs.models.acces import cle_reseau, cle_structure, cles
from socle.acteur import acteur_de
from socle.fusion_lignes import Deplacement


@dataclass(frozen=True)
class Droit:
    """Un droit donné à un tiers par l'un des deux dossiers."""

    ligne: Affectation | Orientation | DemandeAcces
    qui: str
    cles: frozenset[str]
    volet: str
    dossier: Dossier
    autre: Dossier
    jusqua: date | None = None

    @property
    def referent(self) -> bool:
        ligne = self.ligne
        return (
            isinstance(ligne, Affectation)
            and ligne.role == RoleAffectation.REFERENT
            and ligne.etat == EtatAffectation.ACCEPTEE
        )


@dataclass(frozen=True)
class Lectorat:
    """Ce que la réunion ferme, et à qui elle ouvre davantage."""

    finis: list[Droit]
    elargis: list[Droit]

    def en_mots(self) -> list[str]:
        phrases = [
            f"{droit.qui} lira aussi ce qui vient de {droit.autre.reference}, comme référent du dossier "
            "réuni."
            for droit in self.elargis
        ]
        return phrases + [
            f"{droit.qui} ne lisait pas {droit.autre.reference}\u00a0: son accès à "
            f"{droit.dossier.reference} prend fin. Vous pourrez le lui rouvrir."
            for droit in self.finis
        ]


def lectorat(garde: Dossier, absorbe: Dossier, *, ouvert: bool) -> Lectorat:
    """Les droits des tiers, un dossier après l'autre. ``ouvert`` : la fiche réunie reste partagée."""
    finis, elargis = [], []
    responsable = cle_structure(garde.structure_responsable_id, garde.reseau_id)
    for dossier, autre in ((garde, absorbe), (absorbe, garde)):
        en_cours = Acces.objects.en_cours(garde.reseau.aujourd_hui()).filter(dossier=autre)
        lus = {acces.beneficiaire: acces for acces in en_cours}
        for droit in _droits(dossier, autre):
            if responsable in droit.cles or _lit(lus, droit):
                continue
            (elargis if droit.referent and ouvert else finis).append(droit)
    return Lectorat(finis, elargis)


def _lit(lus: dict[str, Acces], droit: Droit) -> bool:
    """Ce tiers a déjà, dans l'autre dossier, un droit aussi large et aussi long."""
    return any(
        (droit.volet == Volet.FICHE or acces.volet == Volet.PROFESSIONNEL)
        and (acces.jusqua is None or (droit.jusqua is not None and droit.jusqua <= acces.jusqua))
        for acces in (lus[cle] for cle in droit.cles if cle in lus)
    )


def _droits(dossier: Dossier, autre: Dossier) -> Iterable[Droit]:
    reseau, jour = dossier.reseau_id, dossier.reseau.aujourd_hui()
    deux = {"dossier": dossier, "autre": autre}
    roles = dossier.affectations.en_cours() | dossier.affectations.proposees()
    for role in roles.select_related("utilisateur", "structure").order_by("pk"):
        yield Droit(
            role,
            f"{role.utilisateur.nom_complet} ({role.structure.nom})",
            frozenset(cles(acteur_de(role.utilisateur))),
            Volet.PROFESSIONNEL if role.etat == EtatAffectation.ACCEPTEE else Volet.FICHE,
            **deux,
        )
    orientations = Orientation.objects.filter(
        besoin__dossier=dossier,
        besoin__clos_le=None,
        etat__in=[EtatOrientation.ENVOYEE, EtatOrientation.PRISE],
    )
    acceptees = dossier.demandes_acces.filter(etat=EtatDemandeAcces.ACCEPTEE, jusqua__gt=jour)
    for lignes in (orientations, acceptees):
        for ligne in lignes.select_related("structure").order_by("pk"):
            yield Droit(
                ligne,
                ligne.structure.nom,
                frozenset({cle_structure(ligne.structure_id, reseau), cle_reseau(reseau)}),
                Volet.FICHE if ligne.etat == EtatOrientation.ENVOYEE else Volet.PROFESSIONNEL,
                **deux,
                jusqua=getattr(ligne, "jusqua", None),
            )


def fermer(deplacement: Deplacement, finis: Iterable[Droit], jour: date) -> list[str]:
    """Met fin à ces droits, chaque ligne notée pour être remontée ; rend ce qu'on en dit au fil."""
    besoins = set()
    for droit in finis:
        ligne = droit.ligne
        deplacement.modifier(type(ligne), ligne.pk, **_fin(ligne, jour))
        if isinstance(ligne, Orientation):
            besoins.add(ligne.besoin_id)
    for pk in sorted(besoins):
        etats = set(Orientation.objects.filter(besoin=pk).values_list("etat", flat=True))
        etat = EtatBesoin.ORIENTE if EtatOrientation.ENVOYEE in etats else EtatBesoin.OUVERT
        if EtatOrientation.PRISE not in etats:
            deplacement.modifier(Besoin, pk, etat=etat)
    return [
        f"Accès à {droit.dossier.reference} fini, faute de lire l’autre dossier\u00a0: {droit.qui}"
        for droit in finis
    ]


def _fin(ligne, jour: date) -> dict:
    maintenant = timezone.now()
    if isinstance(ligne, Orientation):
        return {
            "etat": EtatOrientation.RETIREE,
            "repondue_le": maintenant,
            "motif": "Le dossier a été réuni à un autre, que la structure ne lisait pas.",
        }
    if isinstance(ligne, DemandeAcces):
        return {"etat": EtatDemandeAcces.TERMINEE, "jusqua": jour}
    if ligne.etat == EtatAffectation.PROPOSEE:
        return {"etat": EtatAffectation.RETIREE, "repondue_le": maintenant}
    fin = max(jour, ligne.periode.lower + timedelta(days=1))
    return {"periode": DateRange(ligne.periode.lower, fin)}
