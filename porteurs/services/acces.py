"""Tenir la table des accès et l'index de recherche, par lot, dans la transaction qui les change.

Deux écritures de la même règle vivent ici côte à côte, exprès : ``REGLE`` et ``ACCORDS`` en SQL, pour un
million de dossiers, et ``regle_en_clair`` en Python, pour la lire et la vérifier.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from porteurs.enums import (
    EtatAffectation,
    EtatDemandeAcces,
    EtatOrientation,
    EtatRelais,
    Volet,
)
from porteurs.models import Acces, Dossier
from porteurs.models.acces import cle_personne, cle_reseau, cle_structure

# Dossiers recalculés par requête : bien en dessous du délai d'une page.
LOT = 2000

# Pour un même bénéficiaire, le volet le plus large l'emporte, puis le plus durable :
# « professionnel » suit « fiche » dans l'ordre alphabétique, et une fin absente vient en tête.
REGLE = """
SELECT DISTINCT ON (dossier_id, beneficiaire)
       dossier_id, beneficiaire, volet, jusqua, activite_le
FROM (
  SELECT d.id AS dossier_id, 's' || d.structure_responsable_id || ':' || d.reseau_id AS beneficiaire,
         'professionnel' AS volet, NULL::date AS jusqua, d.activite_le
    FROM porteurs_dossier d WHERE d.id = ANY(%(ids)s)
  UNION ALL
  SELECT d.id, 'r' || d.reseau_id, 'fiche', NULL, d.activite_le
    FROM porteurs_dossier d JOIN partenaires_reseau r ON r.id = d.reseau_id
   WHERE d.id = ANY(%(ids)s) AND d.informe_le IS NOT NULL AND d.opposition_le IS NULL
     AND r.partage_ouvert_le IS NOT NULL
  UNION ALL
  SELECT d.id, 's' || l.vers_id || ':' || d.reseau_id, 'fiche', NULL, d.activite_le
    FROM porteurs_dossier d JOIN porteurs_relais l ON l.dossier_id = d.id AND l.etat = 'propose'
   WHERE d.id = ANY(%(ids)s)
  UNION ALL
  SELECT d.id, 'u' || a.utilisateur_id || ':' || d.reseau_id, 'professionnel', NULL, d.activite_le
    FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
   WHERE d.id = ANY(%(ids)s) AND a.etat = 'acceptee' AND upper_inf(a.periode)
  UNION ALL
  SELECT d.id, 's' || a.structure_id || ':' || d.reseau_id, 'professionnel', NULL, d.activite_le
    FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
   WHERE d.id = ANY(%(ids)s) AND a.etat = 'acceptee' AND upper_inf(a.periode)
     AND a.role = 'referent'
  UNION ALL
  SELECT d.id, 'u' || a.utilisateur_id || ':' || d.reseau_id, 'fiche', NULL, d.activite_le
    FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
   WHERE d.id = ANY(%(ids)s) AND a.etat = 'proposee'
  UNION ALL
  SELECT d.id, 's' || o.structure_id || ':' || d.reseau_id,
         CASE o.etat WHEN 'prise' THEN 'professionnel' ELSE 'fiche' END, NULL, d.activite_le
    FROM porteurs_dossier d JOIN porteurs_besoin b ON b.dossier_id = d.id AND b.clos_le IS NULL
    JOIN porteurs_orientation o ON o.besoin_id = b.id AND o.etat IN ('envoyee', 'prise')
   WHERE d.id = ANY(%(ids)s)
  UNION ALL
  SELECT d.id, 's' || m.structure_id || ':' || d.reseau_id, 'professionnel', m.jusqua, d.activite_le
    FROM porteurs_dossier d JOIN porteurs_demandeacces m ON m.dossier_id = d.id
   WHERE d.id = ANY(%(ids)s) AND m.etat = 'acceptee' AND m.jusqua > %(jour)s
) AS regle
ORDER BY dossier_id, beneficiaire, volet DESC, jusqua DESC NULLS FIRST
"""

# Le volet privé parle de tout le foyer : il s'ouvre à une structure quand chaque adulte lui a
# donné son accord, et se ferme au premier qui finit.
ACCORDS = """
SELECT q.dossier_id, 's' || a.structure_id || ':' || d.reseau_id AS beneficiaire,
       min(a.jusqua) AS jusqua
  FROM porteurs_dossier d
  JOIN porteurs_participation q ON q.dossier_id = d.id
  JOIN porteurs_accordpartage a ON a.participation_id = q.id
 WHERE d.id = ANY(%(ids)s) AND a.retire_le IS NULL AND a.donne_le <= %(jour)s
   AND (a.jusqua IS NULL OR a.jusqua > %(jour)s)
 GROUP BY q.dossier_id, a.structure_id, d.reseau_id
HAVING count(*) = (SELECT count(*) FROM porteurs_participation p WHERE p.dossier_id = q.dossier_id)
"""

RECALCUL = f"""
WITH regle AS ({REGLE}), accords AS ({ACCORDS}),
souhaites AS (
  SELECT g.*, c.dossier_id IS NOT NULL AND g.volet = 'professionnel' AS prive,
         CASE WHEN g.volet = 'professionnel' THEN c.jusqua END AS prive_jusqua
    FROM regle g LEFT JOIN accords c USING (dossier_id, beneficiaire)
),
retires AS (
  DELETE FROM porteurs_acces a WHERE a.dossier_id = ANY(%(ids)s)
     AND NOT EXISTS (SELECT 1 FROM souhaites s
                      WHERE s.dossier_id = a.dossier_id AND s.beneficiaire = a.beneficiaire)
)
INSERT INTO porteurs_acces
       (dossier_id, beneficiaire, volet, jusqua, activite_le, prive, prive_jusqua)
SELECT dossier_id, beneficiaire, volet, jusqua, activite_le, prive, prive_jusqua FROM souhaites
ON CONFLICT (dossier_id, beneficiaire)
DO UPDATE SET volet = EXCLUDED.volet, jusqua = EXCLUDED.jusqua, activite_le = EXCLUDED.activite_le,
              prive = EXCLUDED.prive, prive_jusqua = EXCLUDED.prive_jusqua
 WHERE (porteurs_acces.volet, porteurs_acces.jusqua, porteurs_acces.activite_le,
        porteurs_acces.prive, porteurs_acces.prive_jusqua)
       IS DISTINCT FROM (EXCLUDED.volet, EXCLUDED.jusqua, EXCLUDED.activite_le,
                         EXCLUDED.prive, EXCLUDED.prive_jusqua)
"""  # noqa: S608 — assemblage de constantes, les valeurs restent des paramètres

# Un vecteur par lectorat : la fiche ne contient ni nom entier ni coordonnées, et la recherche
# ne peut donc pas les deviner.
INDEXATION = """
UPDATE porteurs_dossier d SET
  vecteur_fiche = vecteur_francais(concat_ws(' ', d.reference, p.reunies, d.intitule, c.nom, p.courts)),
  vecteur_suivi = vecteur_francais(concat_ws(' ', d.reference, p.reunies, d.intitule, c.nom, p.entiers))
FROM partenaires_commune c, (
  SELECT q.dossier_id,
         (SELECT string_agg(f.absorbe_reference, ' ' ORDER BY f.id) FROM porteurs_fusiondossiers f
           WHERE f.garde_id = q.dossier_id AND f.etat = 'faite') AS reunies,
         string_agg(p.prenom, ' ' ORDER BY q.rang) FILTER (
           WHERE q.rang = 1 OR (q.informe_le IS NOT NULL AND q.opposition_le IS NULL)
         ) AS courts,
         string_agg(concat_ws(' ', p.prenom, p.nom, p.email, p.telephone_saisi, p.telephone), ' '
                    ORDER BY q.rang) AS entiers
    FROM porteurs_participation q JOIN porteurs_porteur p ON p.id = q.porteur_id
   WHERE q.dossier_id = ANY(%(ids)s)
   GROUP BY q.dossier_id
) p
WHERE c.id = d.commune_id AND p.dossier_id = d.id AND d.id = ANY(%(ids)s)
"""


def recalculer(dossier_ids: Iterable[int]) -> None:
    """Met les accès de ces dossiers au net. À appeler dans la transaction qui change un droit."""
    ids = list(dossier_ids)
    if ids:
        with connection.cursor() as curseur:
            curseur.execute(RECALCUL, {"ids": ids, "jour": timezone.localdate()})


def indexer(dossier_ids: Iterable[int]) -> None:
    """Refait les deux vecteurs de recherche de ces dossiers."""
    ids = list(dossier_ids)
    if ids:
        with connection.cursor() as curseur:
            curseur.execute(INDEXATION, {"ids": ids})


def recalculer_reseau(reseau) -> None:
    """Après l'ouverture ou la fermeture du partage d'un réseau ; par lots, chacun bref."""
    recalculer_lots(Dossier.objects.filter(reseau=reseau))


def rattraper_le_partage(reseau) -> None:
    """Rouvre les fiches qu'une ouverture interrompue aurait laissées fermées. Se rejoue."""
    if reseau.partage_ouvert_le is not None:
        recalculer_lots(
            Dossier.objects.non_partages(reseau).filter(
                informe_le__isnull=False, opposition_le=None
            )
        )


def recalculer_lots(dossiers) -> None:
    """Recalcule les accès d'un grand nombre de dossiers, par requêtes brèves."""
    ids = list(dossiers.order_by("pk").values_list("pk", flat=True))
    for debut in range(0, len(ids), LOT):
        recalculer(ids[debut : debut + LOT])


def rattraper_les_echeances() -> int:
    """Recalcule les dossiers dont un droit vient de finir ou de commencer ; rend leur nombre.

    Un droit échu ne se lit déjà plus : ceci remet en place le droit plus étroit qu'il recouvrait.
    """
    jour = timezone.localdate()
    finis = Acces.objects.filter(Q(jusqua__lte=jour) | Q(prive_jusqua__lte=jour))
    ids = sorted(set(finis.values_list("dossier", flat=True)))
    for debut in range(0, len(ids), LOT):
        recalculer(ids[debut : debut + LOT])
    return len(ids)


@dataclass(frozen=True)
class Droit:
    """Une ligne d'accès, telle que la règle la veut."""

    volet: str
    jusqua: date | None = None
    prive: bool = False
    prive_jusqua: date | None = None


def regle_en_clair(dossier: Dossier, jour: date | None = None) -> dict[str, Droit]:
    """Par bénéficiaire, le droit qu'il doit avoir : CONCEPTION §2, phrase par phrase."""
    jour = jour or timezone.localdate()
    reseau = dossier.reseau_id
    droits: dict[str, Droit] = {}

    def ouvrir(cle: str, volet: Volet, jusqua: date | None = None):
        actuel = droits.get(cle)
        if actuel is None or _plus_large(volet, jusqua) > _plus_large(actuel.volet, actuel.jusqua):
            droits[cle] = Droit(volet.value, jusqua)

    # La structure responsable suit tout le dossier.
    ouvrir(cle_structure(dossier.structure_responsable_id, reseau), Volet.PROFESSIONNEL)
    # Le réseau voit la fiche quand la personne est informée et ne s'y oppose pas.
    if dossier.ouvert_aux_autres:
        ouvrir(cle_reseau(reseau), Volet.FICHE)
    # La structure à qui l'on propose le relais voit la fiche pour répondre.
    for relais in dossier.relais.all():
        if relais.etat == EtatRelais.PROPOSE:
            ouvrir(cle_structure(relais.vers_id, reseau), Volet.FICHE)
    for affectation in dossier.affectations.all():
        personne = cle_personne(affectation.utilisateur_id, reseau)
        if affectation.etat == EtatAffectation.PROPOSEE:
            # La personne pressentie voit la fiche pour répondre.
            ouvrir(personne, Volet.FICHE)
        elif affectation.etat == EtatAffectation.ACCEPTEE and affectation.periode.upper is None:
            # La personne référente ou marraine suit ; la structure du référent aussi.
            ouvrir(personne, Volet.PROFESSIONNEL)
            if affectation.role == "referent":
                ouvrir(cle_structure(affectation.structure_id, reseau), Volet.PROFESSIONNEL)
    for besoin in dossier.besoins.all():
        if besoin.clos_le is None:
            for orientation in besoin.orientations.all():
                # Qui reçoit un besoin voit la fiche pour répondre ; qui le prend suit le dossier.
                structure = cle_structure(orientation.structure_id, reseau)
                if orientation.etat == EtatOrientation.ENVOYEE:
                    ouvrir(structure, Volet.FICHE)
                elif orientation.etat == EtatOrientation.PRISE:
                    ouvrir(structure, Volet.PROFESSIONNEL)
    for demande in dossier.demandes_acces.all():
        # Qui a demandé l'accès et l'a reçu suit le dossier, jusqu'à la date dite.
        if demande.etat == EtatDemandeAcces.ACCEPTEE and demande.jusqua > jour:
            ouvrir(cle_structure(demande.structure_id, reseau), Volet.PROFESSIONNEL, demande.jusqua)
    return _ouvrir_le_prive(dossier, droits, jour)


def _plus_large(volet: str, jusqua: date | None) -> tuple[bool, date]:
    return volet == Volet.PROFESSIONNEL, jusqua or date.max


def _ouvrir_le_prive(dossier: Dossier, droits: dict[str, Droit], jour: date) -> dict[str, Droit]:
    """Le volet privé, pour les structures qui suivent et que chaque adulte a nommées."""
    adultes = list(dossier.participations.all())
    par_structure: dict[int, list[date | None]] = {}
    for adulte in adultes:
        for accord in adulte.accords.all():
            if (
                accord.retire_le is None
                and accord.donne_le <= jour
                and (accord.jusqua is None or accord.jusqua > jour)
            ):
                par_structure.setdefault(accord.structure_id, []).append(accord.jusqua)
    for structure, fins in par_structure.items():
        cle = cle_structure(structure, dossier.reseau_id)
        droit = droits.get(cle)
        if droit and droit.volet == Volet.PROFESSIONNEL and len(fins) == len(adultes):
            fin = min((f for f in fins if f is not None), default=None)
            droits[cle] = replace(droit, prive=True, prive_jusqua=fin)
    return droits


# Ce que la règle lit, à charger d'avance pour la vérifier sur un lot de dossiers.
LUS_PAR_LA_REGLE = (
    "acces",
    "relais",
    "affectations",
    "besoins__orientations",
    "demandes_acces",
    "participations__accords",
)


def ecarts(dossiers: Iterable[Dossier]) -> list[str]:
    """Compare la table à la règle en clair ; une phrase par écart, vide quand tout concorde."""
    phrases = []
    for dossier in dossiers:
        attendus = set(regle_en_clair(dossier).items())
        presents = {
            (a.beneficiaire, Droit(a.volet, a.jusqua, a.prive, a.prive_jusqua))
            for a in dossier.acces.all()
        }
        phrases += [f"{dossier.reference} : manque {ligne}" for ligne in attendus - presents]
        phrases += [f"{dossier.reference} : de trop {ligne}" for ligne in presents - attendus]
        phrases += [
            f"{dossier.reference} : clé de tri périmée pour {a.beneficiaire}"
            for a in dossier.acces.all()
            if a.activite_le != dossier.activite_le
        ]
    return sorted(phrases)
