"""Prendre un tableau : le lire en entier, mettre ses lignes en attente, proposer ses colonnes."""

import csv
import hashlib
import io
import json

from django.db import connection, transaction
from django.utils import timezone

from porteurs.models import CorrespondanceImport, ImportDossiers, LigneImport
from porteurs.models.imports import EN_ATTENTE, GARDE_ATTENTE, EtatImport, EtatLigne
from porteurs.services.imports.champs import CODES, NATURE_PAR_DEFAUT, TITRES, manques
from socle.enums import Operation
from socle.journal import consigner
from socle.refus import Refus
from socle.tableurs import associer, lire
from socle.texte import cle

MAX_LIGNES = 20_000
COPIE = (
    "COPY porteurs_ligneimport (import_dossiers_id, numero, saisie, etat, valeurs, erreurs,"
    " remarques, repere, avant, empreinte) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (repere, empreinte))"
)


@transaction.atomic
def deposer(*, acteur, reseau, structure, fichier, nom: str) -> ImportDossiers:
    """Lit le tableau et met ses lignes en attente. Lève ``Refus`` s'il ne se lit pas en entier."""
    feuille = lire(fichier, nom=nom, max_lignes=MAX_LIGNES)
    correspondance = CorrespondanceImport.objects.filter(
        reseau=reseau, structure=structure, empreinte=empreinte_des_titres(feuille.entetes)
    ).first()
    titres = associer(feuille.entetes, TITRES)
    if correspondance:
        titres = correspondance.colonnes
    import_dossiers = ImportDossiers.objects.create(
        reseau=reseau,
        structure=structure,
        par_id=acteur.utilisateur_id,
        nom_fichier=nom[:120],
        entetes=feuille.entetes,
        colonnes=_rangs(titres, feuille.entetes),
        reglages=correspondance.reglages if correspondance else {"nature": NATURE_PAR_DEFAUT},
        reponses=correspondance.reponses if correspondance else {},
        avertissements=feuille.avertissements,
        total=len(feuille.lignes),
    )
    import_dossiers.refresh_from_db()
    _copier(import_dossiers, feuille.lignes)
    consigner(acteur, Operation.MODIFICATION, "import", str(import_dossiers.uuid), "dépôt")
    return import_dossiers


def _rangs(titres: dict[str, str], entetes: list[str]) -> dict[str, int]:
    reperes = {cle(entete): rang for rang, entete in enumerate(entetes)}
    return {
        code: reperes[cle(titre)]
        for code, titre in titres.items()
        if code in CODES and cle(titre) in reperes
    }


def _copier(import_dossiers: ImportDossiers, lignes) -> None:
    flux = io.StringIO()
    plume = csv.writer(flux, lineterminator="\n")
    for ligne in lignes:
        saisie = json.dumps(ligne.cases, ensure_ascii=False)
        plume.writerow(
            [import_dossiers.pk, ligne.numero, saisie, EtatLigne.ATTENTE.value]
            + ["{}", "{}", "{}", "", "{}", ""]
        )
    flux.seek(0)
    with connection.cursor() as curseur:
        curseur.copy_expert(COPIE, flux)


def empreinte_des_titres(entetes: list[str]) -> str:
    """La même pour les mêmes titres, dans n'importe quel ordre et à la casse près."""
    titres = json.dumps(sorted(cle(entete) for entete in entetes))
    return hashlib.sha256(titres.encode()).hexdigest()


def exemples(import_dossiers: ImportDossiers) -> list[str]:
    """Par colonne, la première valeur qui s'y trouve : de quoi reconnaître ce qu'elle contient."""
    lignes = LigneImport.objects.filter(import_dossiers=import_dossiers).order_by("numero")
    montres = [""] * len(import_dossiers.entetes)
    for saisie in lignes.values_list("saisie", flat=True)[:20]:
        for rang, case in enumerate(saisie):
            montres[rang] = montres[rang] or case[:60]
    return montres


@transaction.atomic
def associer_colonnes(
    *, acteur, import_dossiers: ImportDossiers, colonnes: dict[str, int], nature: str
) -> None:
    """Retient à quoi répond chaque colonne, pour cette structure et ces titres, et demande la lecture."""
    if phrase := manques(colonnes):
        raise Refus(phrase)
    import_dossiers = _reserver(import_dossiers)
    import_dossiers.colonnes = colonnes
    import_dossiers.reglages = {"nature": nature}
    import_dossiers.save(update_fields=["colonnes", "reglages"])
    retenir(import_dossiers)
    relire(import_dossiers)


def retenir(import_dossiers: ImportDossiers) -> None:
    entetes = import_dossiers.entetes
    CorrespondanceImport.objects.update_or_create(
        reseau_id=import_dossiers.reseau_id,
        structure_id=import_dossiers.structure_id,
        empreinte=empreinte_des_titres(entetes),
        defaults={
            "colonnes": {c: entetes[rang] for c, rang in import_dossiers.colonnes.items()},
            "reglages": import_dossiers.reglages,
            "reponses": import_dossiers.reponses,
        },
    )


@transaction.atomic
def preciser(*, acteur, import_dossiers: ImportDossiers, reponses: dict[str, dict]) -> None:
    """Garde ce que la personne a dit des valeurs qu'on ne comprenait pas, et relit tout."""
    import_dossiers = _reserver(import_dossiers)
    for champ, valeurs in reponses.items():
        import_dossiers.reponses.setdefault(champ, {}).update(valeurs)
    import_dossiers.save(update_fields=["reponses"])
    retenir(import_dossiers)
    relire(import_dossiers)


def _reserver(import_dossiers: ImportDossiers) -> ImportDossiers:
    reserve = ImportDossiers.objects.select_for_update(of=("self",)).get(pk=import_dossiers.pk)
    if reserve.etat not in (EtatImport.DEPOSE, EtatImport.VERIFIE):
        raise Refus("Ce tableau est en cours de traitement\u00a0: attendez qu’il ait fini.")
    return reserve


def relire(import_dossiers: ImportDossiers) -> None:
    """Toutes les lignes redeviennent à lire ; une tâche s'en charge."""
    LigneImport.objects.filter(import_dossiers=import_dossiers).update(
        etat=EtatLigne.ATTENTE, valeurs={}, erreurs={}, remarques={}, repere="", dossier=None
    )
    ImportDossiers.objects.filter(pk=import_dossiers.pk).update(
        etat=EtatImport.VERIFICATION,
        traitees=0,
        comptes={},
        message="",
        signe_le=timezone.now(),
    )


@transaction.atomic
def abandonner(*, acteur, import_dossiers: ImportDossiers) -> None:
    """Le tableau est oublié : rien n'en avait été écrit."""
    oublies, _ = ImportDossiers.objects.filter(pk=import_dossiers.pk, etat__in=EN_ATTENTE).delete()
    if not oublies:
        raise Refus("Ce tableau est déjà importé\u00a0: il se défait, il ne s’oublie pas.")
    consigner(acteur, Operation.MODIFICATION, "import", str(import_dossiers.uuid), "oublié")


def purger() -> int:
    """Un tableau qu'on n'a pas fini de relire s'efface de lui-même."""
    vieux = ImportDossiers.objects.filter(
        etat__in=EN_ATTENTE, depose_le__lt=timezone.now() - GARDE_ATTENTE
    )
    return vieux.delete()[1].get("porteurs.ImportDossiers", 0)
