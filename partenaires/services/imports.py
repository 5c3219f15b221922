"""Faire entrer une liste de structures dans un réseau : relire, corriger, tout ou rien.

Ce qui est lu attend dans ``ImportStructures`` avec les réponses de la personne. Chaque lecture
refait l'analyse entière : l'aperçu et l'écriture ne peuvent pas dire deux choses différentes.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from partenaires.enums import TypeStructure, base_legale_de
from partenaires.models import Commune, ImportStructures, Reseau, Structure
from partenaires.natures import nature_inconnue, reconnaitre_nature
from partenaires.services.import_communes import Communes
from partenaires.services.mandats import verrouiller
from partenaires.services.structures import engager, vivante
from partenaires.siret import lire_siret
from socle.coordonnees import lire_telephone
from socle.enums import Operation
from socle.journal import consigner
from socle.refus import Refus
from socle.tableurs import Feuille, associer, lire
from socle.tableurs.valeurs import propre
from socle.texte import cle

MAX_LIGNES = 1000
GARDE = timedelta(days=1)
MEME, AUTRE = "meme", "autre"
CHAMPS = ("nom", "type", "commune", "siret", "telephone", "email")
# Les titres qu'on reconnaît, pour chaque champ.
TITRES = {
    "nom": ("structure", "organisme", "nom de la structure", "partenaire", "raison sociale"),
    "type": ("nature", "nature de la structure", "catégorie", "statut"),
    "commune": ("ville", "siège", "commune du siège", "localité"),
    "code_postal": ("code postal", "cp"),
    "siret": ("numéro siret", "n siret"),
    "telephone": ("téléphone", "tél", "tel", "numéro de téléphone"),
    "email": ("courriel", "mail", "e-mail", "adresse électronique", "adresse de courriel"),
}
# Les titres du modèle à remplir, et l'ordre d'une liste collée sans titres.
MODELE = ["Nom", "Nature", "Commune", "Code postal", "SIRET", "Téléphone", "Courriel"]
LISTE = ["Nom", "Nature", "Commune", "SIRET", "Téléphone", "Courriel"]


@dataclass
class Rangee:
    """Une ligne relue. ``erreurs`` : une phrase par champ ; ``choix`` : ce qu'on peut y répondre.

    ``etat`` : « nouvelle », « connue » (elle existe déjà ailleurs), « membre » (rien à faire),
    « ecartee » ou « fautive ».
    """

    numero: int
    saisie: dict
    etat: str = "nouvelle"
    type: str = ""
    commune: Commune | None = None
    siret: str = ""
    telephone: str = ""
    structure: Structure | None = None
    visible: bool = False
    erreurs: dict[str, str] = field(default_factory=dict)
    choix: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def nom(self) -> str:
        return self.saisie.get("nom", "")

    @property
    def repere(self) -> tuple:
        return (cle(self.nom)[:160], self.type, self.commune.pk if self.commune else None)

    @property
    def type_libelle(self) -> str:
        return TypeStructure(self.type).label if self.type else self.saisie.get("type", "")


# --- Lire ------------------------------------------------------------------------------------


def lire_liste(fichier_ou_texte, nom: str = "") -> Feuille:
    """La feuille lue. Une liste collée peut se passer de titres : une structure par ligne."""
    if isinstance(fichier_ou_texte, str) and not _a_des_titres(fichier_ou_texte):
        return lire(fichier_ou_texte, nom=nom, entetes=LISTE, max_lignes=MAX_LIGNES)
    feuille = lire(fichier_ou_texte, nom=nom, max_lignes=MAX_LIGNES)
    if "nom" not in associer(feuille.entetes, TITRES):
        raise Refus(
            "Aucune colonne ne s’appelle «\u00a0Nom\u00a0» ni «\u00a0Structure\u00a0»\u00a0; les titres lus "
            f"sont\u00a0: {', '.join(feuille.entetes)}. Renommez la colonne, ou partez du modèle."
        )
    return feuille


def _a_des_titres(texte: str) -> bool:
    """La première ligne nomme des colonnes : deux titres connus, ou le seul nom."""
    premiere = next((ligne for ligne in texte.splitlines() if ligne.strip()), "")
    cases = [case for case in re.split(r"[;\t|,]", premiere) if case.strip()]
    titres = associer(cases, TITRES)
    return len(titres) > 1 or (
        len(cases) == 1 and cle(cases[0]) in {"nom", *map(cle, TITRES["nom"])}
    )


def abandonner(*, import_: ImportStructures) -> None:
    """La liste est oubliée : rien n’en avait encore été importé."""
    import_.delete()


def purger() -> None:
    """Une liste qu’on n’a pas fini de relire s’efface d’elle-même."""
    ImportStructures.objects.filter(cree_le__lt=timezone.now() - GARDE).delete()


@transaction.atomic
def deposer(
    *, acteur, reseau: Reseau, fichier_ou_texte, nom: str = "", suite: str = ""
) -> ImportStructures:
    """Lit la liste et la met en attente de relecture. Lève ``Refus`` si elle ne se lit pas."""
    feuille = lire_liste(fichier_ou_texte, nom)
    titres = associer(feuille.entetes, TITRES)
    avertissements = list(feuille.avertissements)
    ignores = [titre for titre in feuille.entetes if titre not in titres.values()]
    if ignores:
        avertissements.append(f"Ces colonnes ne servent pas ici\u00a0: {', '.join(ignores)}.")
    lignes = []
    for numero, valeurs in feuille.par_code(titres):
        saisie = {champ: " ".join(valeurs.get(champ, "").split()) for champ in CHAMPS}
        if code := valeurs.get("code_postal", "").strip():
            saisie["commune"] = f"{saisie['commune']} ({code})".strip()
        if any(saisie.values()):
            lignes.append({"n": numero, "saisie": saisie, "connue": "", "ecarter": False})
    purger()
    ImportStructures.objects.filter(reseau=reseau, utilisateur=acteur.utilisateur).delete()
    return ImportStructures.objects.create(
        reseau=reseau,
        utilisateur=acteur.utilisateur,
        lignes=lignes,
        avertissements=avertissements,
        suite=suite,
    )


# --- Relire ----------------------------------------------------------------------------------


def analyser(import_: ImportStructures, acteur) -> list[Rangee]:
    """Chaque ligne, ce qu'elle deviendra, ou ce qui l'empêche. Le même nombre de requêtes toujours."""
    communes = Communes(import_.reseau, [ligne["saisie"]["commune"] for ligne in import_.lignes])
    rangees = [_lire_rangee(ligne, communes) for ligne in import_.lignes]
    _rapprocher(rangees, import_, acteur)
    _doublons(rangees)
    for ligne, rangee in zip(import_.lignes, rangees, strict=True):
        if ligne["ecarter"]:
            rangee.etat, rangee.erreurs = "ecartee", {}
        elif rangee.erreurs:
            rangee.etat = "fautive"
    return rangees


def _lire_rangee(ligne: dict, communes: Communes) -> Rangee:
    rangee = Rangee(ligne["n"], ligne["saisie"])
    saisie, erreurs = rangee.saisie, rangee.erreurs
    if not cle(saisie["nom"]):
        erreurs["nom"] = "Le nom de la structure manque."
    elif len(saisie["nom"]) > 160:
        erreurs["nom"] = "Ce nom dépasse 160 caractères\u00a0: est-ce bien un nom\u00a0?"
    rangee.type = reconnaitre_nature(saisie["type"], saisie["nom"])
    if not rangee.type:
        erreurs["type"] = nature_inconnue(saisie["type"])
    rangee.commune, phrase, candidates = communes.trouver(saisie["commune"])
    if rangee.commune is None:
        erreurs["commune"] = phrase
        rangee.choix["commune"] = candidates
    try:
        rangee.siret = lire_siret(saisie["siret"])
    except ValueError as erreur:
        erreurs["siret"] = str(erreur)
    try:
        rangee.telephone = lire_telephone(saisie["telephone"]) if saisie["telephone"] else ""
    except ValueError as erreur:
        erreurs["telephone"] = f"«\u00a0{saisie['telephone']}\u00a0»\u00a0: {erreur}"
    if saisie["email"]:
        try:
            validate_email(saisie["email"])
        except ValidationError:
            erreurs["email"] = f"L’adresse «\u00a0{saisie['email']}\u00a0» n’est pas complète."
    return rangee


def _rapprocher(rangees: list[Rangee], import_: ImportStructures, acteur) -> None:
    """Retrouve les structures que l'installation connaît : par le SIRET, par le nom et le lieu."""
    cles = {r.repere[0] for r in rangees if r.nom}
    sirets = {r.siret for r in rangees if r.siret}
    connues = list(
        Structure.objects.filter(cle_tri__in=cles)
        .select_related("fusionnee_dans", "commune")
        .order_by("pk")
    )
    par_siret = {s.siret: s for s in Structure.objects.vivantes().filter(siret__in=sirets)}
    reperes = {(s.cle_tri, s.type, s.commune_id): vivante(s) for s in reversed(connues)}
    candidates = {s.pk for s in [*connues, *par_siret.values(), *reperes.values()]}
    visibles = set(
        Structure.objects.visible_par(acteur).filter(pk__in=candidates).values_list("pk", flat=True)
    )
    jour = import_.reseau.aujourd_hui()
    membres = set(
        Structure.objects.membres(import_.reseau_id, jour)
        .filter(pk__in=candidates)
        .values_list("pk", flat=True)
    )
    reponses = {ligne["n"]: ligne["connue"] for ligne in import_.lignes}
    for rangee in rangees:
        rangee.structure = par_siret.get(rangee.siret) or reperes.get(rangee.repere)
        if rangee.structure is None and rangee.type and rangee.commune:
            voisines = [
                s
                for s in connues
                if s.pk in visibles
                and s.fusionnee_dans_id is None
                and s.cle_tri == rangee.repere[0]
                and (s.type == rangee.type or s.commune_id == rangee.commune.pk)
            ]
            _demander(rangee, voisines, reponses[rangee.numero])
        if rangee.structure is not None:
            pk = rangee.structure.pk
            rangee.visible = pk in visibles
            rangee.etat = "membre" if pk in membres else "connue"


def _demander(rangee: Rangee, voisines: list[Structure], reponse: str) -> None:
    """Même nom, mais ailleurs ou d'une autre nature : la personne dit si c'est la même."""
    if not voisines or reponse == AUTRE:
        return
    voisine = voisines[0]
    if reponse == MEME:
        rangee.structure = voisine
        return
    lieu = f", {voisine.commune.nom}" if voisine.commune else ""
    rangee.erreurs["connue"] = (
        f"Une structure porte déjà ce nom\u00a0: {voisine.nom} ({voisine.get_type_display()}{lieu}). "
        "Est-ce la même\u00a0?"
    )
    rangee.choix["connue"] = [(MEME, "C’est la même"), (AUTRE, "C’en est une autre")]


def _doublons(rangees: list[Rangee]) -> None:
    """La même structure, ou le même SIRET, deux fois dans la liste."""
    reperes: dict = {}
    sirets: dict[str, int] = {}
    for rangee in rangees:
        if rangee.erreurs:
            continue
        repere = rangee.structure.pk if rangee.structure else rangee.repere
        premiere = reperes.setdefault(repere, rangee.numero)
        if premiere != rangee.numero:
            rangee.erreurs["nom"] = f"C’est la même structure qu’à la ligne {premiere}."
            continue
        if rangee.siret and sirets.setdefault(rangee.siret, rangee.numero) != rangee.numero:
            rangee.erreurs["siret"] = f"Ce SIRET est déjà à la ligne {sirets[rangee.siret]}."


def compter(rangees: list[Rangee]) -> Counter:
    return Counter(rangee.etat for rangee in rangees)


@transaction.atomic
def corriger(import_: ImportStructures, reponses: dict[int, dict]) -> None:
    """Garde ce qu'a répondu la personne : ``{numéro: {champ: texte}}``, « connue » et « ecarter » compris."""
    import_ = ImportStructures.objects.select_for_update(of=("self",)).get(pk=import_.pk)
    for ligne in import_.lignes:
        reponse = reponses.get(ligne["n"], {})
        for champ in CHAMPS:
            if champ in reponse:
                # Le même nettoyage que pour un fichier : la base refuse le caractère nul.
                ligne["saisie"][champ] = " ".join(propre(reponse[champ]).split())[:200]
        ligne["connue"] = reponse.get("connue", ligne["connue"])
        ligne["ecarter"] = reponse.get("ecarter", ligne["ecarter"])
    import_.save(update_fields=["lignes"])


# --- Écrire ----------------------------------------------------------------------------------


@transaction.atomic
def importer(*, acteur, import_: ImportStructures) -> Counter:
    """Fait entrer toutes les structures, ou aucune. Rend les comptes ; l'attente disparaît.

    Une structure déjà membre n'est pas touchée : réimporter la même liste ne change rien.
    """
    verrouiller(import_.reseau_id)
    import_ = ImportStructures.objects.select_for_update(of=("self",)).get(pk=import_.pk)
    rangees = analyser(import_, acteur)
    comptes = compter(rangees)
    if comptes["fautive"]:
        raise Refus(
            "Il reste des lignes à corriger ou à laisser de côté\u00a0: rien n’a été importé."
        )
    try:
        with transaction.atomic():
            for rangee in rangees:
                if rangee.etat == "nouvelle":
                    engager(_creer(rangee), import_.reseau)
                elif rangee.etat == "connue":
                    engager(rangee.structure, import_.reseau)
    except IntegrityError:
        raise Refus(
            "Une de ces structures vient d’être créée par quelqu’un d’autre\u00a0: rien n’a été "
            "importé. Relisez la liste et recommencez."
        ) from None
    consigner(
        acteur,
        Operation.MODIFICATION,
        "import",
        import_.reseau.slug,
        f"{comptes['nouvelle']} créées, {comptes['connue']} déjà connues",
    )
    import_.delete()
    return comptes


def _creer(rangee: Rangee) -> Structure:
    return Structure.objects.create(
        nom=rangee.nom,
        type=rangee.type,
        base_legale=base_legale_de(rangee.type),
        commune=rangee.commune,
        siret=rangee.siret,
        telephone=rangee.telephone,
        email=rangee.saisie["email"],
    )
