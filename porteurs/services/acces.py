"""Tenir la table des accès et l'index de recherche, par lot, dans la transaction qui les change.

Deux écritures de la même règle vivent ici côte à côte, exprès : ``RECALCUL`` en SQL, pour un
million de dossiers, et ``regle_en_clair`` en Python, pour la lire et la vérifier.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from porteurs.enums import EtatAffectation, EtatRelais, Volet
from porteurs.models import Dossier
from porteurs.models.acces import cle_personne, cle_reseau, cle_structure

# Dossiers recalculés par requête : bien en dessous du délai d'une page.
LOT = 2000

# Pour un même bénéficiaire, le volet le plus large l'emporte : « professionnel » suit
# « fiche » dans l'ordre alphabétique, max() suffit.
SOUHAITES = """
SELECT dossier_id, beneficiaire, max(volet) AS volet, activite_le FROM (
  SELECT d.id AS dossier_id, 's' || d.structure_responsable_id || ':' || d.reseau_id AS beneficiaire,
         'professionnel' AS volet, d.activite_le
    FROM porteurs_dossier d WHERE d.id = ANY(%(ids)s)
  UNION ALL
  SELECT d.id, 'r' || d.reseau_id, 'fiche', d.activite_le
    FROM porteurs_dossier d JOIN partenaires_reseau r ON r.id = d.reseau_id
   WHERE d.id = ANY(%(ids)s) AND d.informe_le IS NOT NULL AND d.opposition_le IS NULL
     AND r.partage_ouvert_le IS NOT NULL
  UNION ALL
  SELECT d.id, 's' || l.vers_id || ':' || d.reseau_id, 'fiche', d.activite_le
    FROM porteurs_dossier d JOIN porteurs_relais l ON l.dossier_id = d.id AND l.etat = 'propose'
   WHERE d.id = ANY(%(ids)s)
  UNION ALL
  SELECT d.id, 'u' || a.utilisateur_id || ':' || d.reseau_id, 'professionnel', d.activite_le
    FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
   WHERE d.id = ANY(%(ids)s) AND a.etat = 'acceptee' AND upper_inf(a.periode)
  UNION ALL
  SELECT d.id, 's' || a.structure_id || ':' || d.reseau_id, 'professionnel', d.activite_le
    FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
   WHERE d.id = ANY(%(ids)s) AND a.etat = 'acceptee' AND upper_inf(a.periode)
     AND a.role = 'referent'
  UNION ALL
  SELECT d.id, 'u' || a.utilisateur_id || ':' || d.reseau_id, 'fiche', d.activite_le
    FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
   WHERE d.id = ANY(%(ids)s) AND a.etat = 'proposee'
) AS regle GROUP BY dossier_id, beneficiaire, activite_le
"""

RECALCUL = f"""
WITH souhaites AS ({SOUHAITES}),
retires AS (
  DELETE FROM porteurs_acces a WHERE a.dossier_id = ANY(%(ids)s)
     AND NOT EXISTS (SELECT 1 FROM souhaites s
                      WHERE s.dossier_id = a.dossier_id AND s.beneficiaire = a.beneficiaire)
)
INSERT INTO porteurs_acces (dossier_id, beneficiaire, volet, activite_le)
SELECT dossier_id, beneficiaire, volet, activite_le FROM souhaites
ON CONFLICT (dossier_id, beneficiaire)
DO UPDATE SET volet = EXCLUDED.volet, activite_le = EXCLUDED.activite_le
 WHERE (porteurs_acces.volet, porteurs_acces.activite_le)
       IS DISTINCT FROM (EXCLUDED.volet, EXCLUDED.activite_le)
"""  # noqa: S608 — assemblage de deux constantes, les valeurs restent des paramètres

# Un vecteur par lectorat : la fiche ne contient ni nom entier ni coordonnées, et la recherche
# ne peut donc pas les deviner.
INDEXATION = """
UPDATE porteurs_dossier d SET
  vecteur_fiche = vecteur_francais(concat_ws(' ', d.reference, d.intitule, c.nom, p.courts)),
  vecteur_suivi = vecteur_francais(concat_ws(' ', d.reference, d.intitule, c.nom, p.entiers))
FROM partenaires_commune c, (
  SELECT q.dossier_id, string_agg(p.prenom, ' ') AS courts,
         string_agg(concat_ws(' ', p.prenom, p.nom, p.email, p.telephone_saisi, p.telephone), ' ')
           AS entiers
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
            curseur.execute(RECALCUL, {"ids": ids})


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


def regle_en_clair(dossier: Dossier) -> set[tuple[str, str, date | None]]:
    """Les lignes que doit avoir ce dossier : la règle de CONCEPTION §2, phrase par phrase."""
    reseau = dossier.reseau_id
    lignes: dict[str, Volet] = {}

    def ouvrir(cle: str, volet: Volet):
        if lignes.get(cle) != Volet.PROFESSIONNEL:
            lignes[cle] = volet

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
    return {(cle, volet.value, None) for cle, volet in lignes.items()}


def ecarts(dossiers: Iterable[Dossier]) -> list[str]:
    """Compare la table à la règle en clair ; une phrase par écart, vide quand tout concorde."""
    phrases = []
    for dossier in dossiers:
        attendues = regle_en_clair(dossier)
        presentes = {(a.beneficiaire, a.volet, a.jusqua) for a in dossier.acces.all()}
        phrases += [f"{dossier.reference} : manque {ligne}" for ligne in attendues - presentes]
        phrases += [f"{dossier.reference} : de trop {ligne}" for ligne in presentes - attendues]
        phrases += [
            f"{dossier.reference} : clé de tri périmée pour {a.beneficiaire}"
            for a in dossier.acces.all()
            if a.activite_le != dossier.activite_le
        ]
    return sorted(phrases)
