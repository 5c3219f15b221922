"""Les lignes d'un export : chaque dossier, dans ce que la personne en lit au moment où il s'écrit.

Lu par lots, le long de la clé : cinquante mille dossiers ne tiennent jamais ensemble en mémoire.
Chaque volet vient par sa propre règle de lecture ; ce qui n'est pas lu n'est pas demandé à la base.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db.models import Prefetch

from partenaires.enums import Cote
from porteurs.enums import RoleAffectation
from porteurs.models import (
    Affectation,
    Besoin,
    Dossier,
    PartAdulte,
    Participation,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.models.dossier import DossierQuerySet
from porteurs.models.export import ContenuExport
from porteurs.models.porteur import noms_pour
from porteurs.services.volets import CHAMPS_D_UN_ADULTE, CHAMPS_PRIVES, CHAMPS_PROFESSIONNELS

LOT = 1000

FICHE, SUIVI, PRIVE = ContenuExport.FICHE, ContenuExport.SUIVI, ContenuExport.PRIVE
NIVEAUX = (FICHE, SUIVI, PRIVE)


@dataclass
class Ligne:
    """Un dossier et ce qui s'en lit. ``suivi`` et ``prive`` : ce que le fichier en montre."""

    dossier: Dossier
    suivi: bool
    prive: bool
    besoins: list[Besoin] = field(default_factory=list)
    professionnel: VoletProfessionnel | None = None
    foyer: VoletPrive | None = None
    parts: dict[int, PartAdulte] = field(default_factory=dict)

    @property
    def adultes(self) -> list[Participation]:
        """Tous pour qui suit ; sur une fiche, ceux qu'elle nomme."""
        return [p for p in self.dossier.personnes if self.suivi or p.nommee]


@dataclass(frozen=True)
class Colonne:
    titre: str
    niveau: ContenuExport
    lire: Callable[[Ligne], object]


@dataclass
class Releve:
    """Ce qui a été écrit, par identifiants : de quoi savoir, plus tard, s'il se lit encore."""

    fiches: list[int] = field(default_factory=list)
    suivis: list[int] = field(default_factory=list)
    prives: list[int] = field(default_factory=list)
    adultes: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)

    def noter(self, ligne: Ligne) -> None:
        pk = ligne.dossier.pk
        self.fiches.append(pk)
        if ligne.suivi:
            self.suivis.append(pk)
        else:
            self.adultes += [p.pk for p in ligne.adultes if p.rang > 1]
        if ligne.prive:
            self.prives.append(pk)
        self.parts += [part.pk for part in ligne.parts.values()]


# --- Les colonnes ----------------------------------------------------------------------------


def _portee(ligne: Ligne) -> str:
    if ligne.prive:
        return "dossier suivi et volet privé"
    return "dossier suivi" if ligne.suivi else "fiche partagée"


def _noms(ligne: Ligne) -> str:
    return noms_pour(ligne.dossier.personnes, ligne.suivi)


def _themes(ligne: Ligne) -> str:
    return ", ".join(dict.fromkeys(b.theme.libelle for b in ligne.besoins))


def _des_adultes(lire: Callable) -> Callable[[Ligne], str]:
    """Une même information de chaque adulte, sans les vides ni les redites."""
    return lambda ligne: ", ".join(
        dict.fromkeys(str(v) for p in ligne.adultes if (v := lire(p.porteur)))
    )


def _role(role: RoleAffectation) -> Callable[[Ligne], str]:
    return lambda ligne: ", ".join(
        a.utilisateur.nom_complet for a in ligne.dossier.equipe if a.role == role
    )


def _precisions(prive: bool) -> Callable[[Ligne], str]:
    return lambda ligne: "\n".join(
        f"{b.theme.libelle}\u00a0: {b.precisions}"
        for b in ligne.besoins
        if b.lisible and b.precisions and (b.cote == Cote.PRIVE) == prive
    )


def _champ(porte: str, nom: str) -> Callable[[Ligne], object]:
    return lambda ligne: getattr(getattr(ligne, porte), nom, None)


def _de_chaque_part(nom: str) -> Callable[[Ligne], str]:
    return lambda ligne: "\n".join(
        f"{p.porteur.prenom}\u00a0: {valeur}"
        for p in ligne.dossier.personnes
        if (part := ligne.parts.get(p.pk)) and (valeur := getattr(part, nom))
    )


def _titre(modele, nom: str) -> str:
    libelle = str(modele._meta.get_field(nom).verbose_name)
    return libelle[0].upper() + libelle[1:]


COLONNES = (
    Colonne("Référence", FICHE, lambda ligne: ligne.dossier.reference),
    Colonne("Personnes", FICHE, _noms),
    Colonne("Projet", FICHE, lambda ligne: ligne.dossier.intitule),
    Colonne("Commune", FICHE, lambda ligne: ligne.dossier.commune.nom),
    Colonne("Étape", FICHE, lambda ligne: ligne.dossier.get_etape_display()),
    Colonne("Besoins en cours", FICHE, _themes),
    Colonne(
        "Structure qui en répond", FICHE, lambda ligne: ligne.dossier.structure_responsable.nom
    ),
    Colonne("Ensuite", FICHE, lambda ligne: ligne.dossier.prochaine_etape),
    Colonne("Ce que vous en lisez", FICHE, _portee),
    Colonne("Téléphone", SUIVI, _des_adultes(lambda p: p.telephone_saisi)),
    Colonne("Courriel", SUIVI, _des_adultes(lambda p: p.email)),
    Colonne("Arrive de", SUIVI, _des_adultes(lambda p: p.departement_origine)),
    Colonne("Nature", SUIVI, lambda ligne: ligne.dossier.get_nature_display()),
    Colonne("Secteur", SUIVI, lambda ligne: ligne.dossier.get_secteur_display()),
    Colonne("Origine", SUIVI, lambda ligne: ligne.dossier.get_origine_display()),
    Colonne("Référent", SUIVI, _role(RoleAffectation.REFERENT)),
    Colonne("Parrain", SUIVI, _role(RoleAffectation.PARRAIN)),
    Colonne("Ouvert le", SUIVI, lambda ligne: ligne.dossier.ouvert_le),
    Colonne("Étape depuis le", SUIVI, lambda ligne: ligne.dossier.etape_depuis),
    Colonne("Dernier contact le", SUIVI, lambda ligne: ligne.dossier.dernier_contact_le),
    Colonne("Clos le", SUIVI, lambda ligne: ligne.dossier.clos_le),
    *(
        Colonne(_titre(VoletProfessionnel, nom), SUIVI, _champ("professionnel", nom))
        for nom in CHAMPS_PROFESSIONNELS
    ),
    Colonne("Besoins, précisions", SUIVI, _precisions(False)),
    *(Colonne(_titre(VoletPrive, nom), PRIVE, _champ("foyer", nom)) for nom in CHAMPS_PRIVES),
    *(Colonne(_titre(PartAdulte, nom), PRIVE, _de_chaque_part(nom)) for nom in CHAMPS_D_UN_ADULTE),
    Colonne("Besoins de la vie privée, précisions", PRIVE, _precisions(True)),
)


def colonnes(contenu: str) -> list[Colonne]:
    """Celles qu'un export de ce contenu peut remplir."""
    admis = NIVEAUX[: NIVEAUX.index(contenu) + 1]
    return [c for c in COLONNES if c.niveau in admis]


def cellules(ligne: Ligne, choisies: list[Colonne]) -> list:
    """Une colonne du dossier suivi reste vide pour qui n'en lit que la fiche."""
    return [c.lire(ligne) if c.niveau != SUIVI or ligne.suivi else None for c in choisies]


# --- La lecture ------------------------------------------------------------------------------


def lots(dossiers: DossierQuerySet, acteur, contenu: str) -> Iterator[list[Ligne]]:
    """Les lignes de ces dossiers visibles, par lots, dans l'ordre où ils furent ouverts."""
    dossiers = (
        dossiers.avec_volet(acteur)
        .sans_vecteurs()
        .select_related("commune", "structure_responsable")
        .prefetch_related(
            Prefetch(
                "affectations",
                Affectation.objects.en_cours().select_related("utilisateur").order_by("pk"),
                to_attr="equipe",
            ),
            Prefetch(
                "participations",
                Participation.objects.select_related("porteur__departement_origine").order_by(
                    "rang"
                ),
                to_attr="personnes",
            ),
        )
        .order_by("pk")
    )
    dernier = 0
    while lot := list(dossiers.filter(pk__gt=dernier)[:LOT]):
        dernier = lot[-1].pk
        yield _lire(lot, acteur, contenu)
        if len(lot) < LOT:
            return


def _lire(lot: list[Dossier], acteur, contenu: str) -> list[Ligne]:
    ids = [d.pk for d in lot]
    lignes = {
        d.pk: Ligne(d, d.suivi and contenu != FICHE, d.prive and contenu == PRIVE) for d in lot
    }
    besoins = Besoin.objects.visible_par(acteur).avec_precisions(acteur).en_cours()
    for besoin in besoins.filter(dossier__in=ids).select_related("theme").order_by("pk"):
        lignes[besoin.dossier_id].besoins.append(besoin)
    if contenu != FICHE:
        volets = VoletProfessionnel.objects.visible_par(acteur).defer("vecteur")
        for volet in volets.filter(dossier__in=ids):
            lignes[volet.dossier_id].professionnel = volet
    if contenu == PRIVE:
        foyers = VoletPrive.objects.visible_par(acteur).defer("vecteur")
        for foyer in foyers.filter(dossier__in=ids):
            lignes[foyer.dossier_id].foyer = foyer
        for dossier, parts in _parts(ids, acteur).items():
            lignes[dossier].parts = parts
    return list(lignes.values())


def _parts(ids: list[int], acteur) -> dict[int, dict[int, PartAdulte]]:
    """La part de chaque adulte se lit par son accord à lui, même quand le foyer reste fermé."""
    parts: dict[int, dict[int, PartAdulte]] = defaultdict(dict)
    lues = PartAdulte.objects.visible_par(acteur).filter(participation__dossier__in=ids)
    for part in lues.defer("vecteur").select_related("participation"):
        parts[part.participation.dossier_id][part.participation_id] = part
    return parts
