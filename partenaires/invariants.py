"""Ce qui doit toujours être vrai d'un réseau et de ses membres, au-delà des contraintes de la base.

Chaque vérification reçoit des réseaux et rend une phrase par invariant violé. Les écritures en
masse (démonstration, import) passent par elles comme les formulaires passent par les services.
"""

from django.db import connection

COORDINATION = """
SELECT r.nom FROM partenaires_reseau r
 WHERE r.id = ANY(%(ids)s) AND r.structure_coordinatrice_id IS NOT NULL AND NOT EXISTS (
   SELECT 1 FROM partenaires_convention c
     JOIN partenaires_conventionstructure p ON p.convention_id = c.id
    WHERE c.reseau_id = r.id AND p.structure_id = r.structure_coordinatrice_id)
 ORDER BY r.nom
"""
MANDATS = """
SELECT r.nom, u.email, s.nom FROM partenaires_mandat m
  JOIN partenaires_reseau r ON r.id = m.reseau_id
  JOIN partenaires_structure s ON s.id = m.structure_id
  JOIN socle_utilisateur u ON u.id = m.utilisateur_id
 WHERE m.reseau_id = ANY(%(ids)s) AND NOT EXISTS (
   SELECT 1 FROM partenaires_convention c
     JOIN partenaires_conventionstructure p ON p.convention_id = c.id
    WHERE c.reseau_id = m.reseau_id AND p.structure_id = m.structure_id
      AND c.periode && m.periode)
 ORDER BY r.nom, u.email
"""
COMMUNES = """
SELECT r.nom FROM partenaires_reseau r
 WHERE r.id = ANY(%(ids)s) AND r.partage_ouvert_le IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM partenaires_reseaucommune c WHERE c.reseau_id = r.id)
 ORDER BY r.nom
"""
PARTAGE = """
SELECT r.nom FROM partenaires_reseau r
 WHERE r.id = ANY(%(ids)s) AND r.partage_ouvert_le IS NOT NULL
   AND GREATEST(r.aipd_le, r.accord_conjoint_le) > r.partage_ouvert_le
 ORDER BY r.nom
"""
# Ce que la matrice lit est ce que les compétences disent (partenaires.models.resume).
RESUMES = """
WITH membres AS (
  SELECT DISTINCT c.reseau_id, p.structure_id FROM partenaires_convention c
    JOIN partenaires_conventionstructure p ON p.convention_id = c.id
   WHERE c.reseau_id = ANY(%(ids)s)
), justes AS (
  SELECT * FROM partenaires_competences_resumees(ARRAY(SELECT structure_id FROM membres))
)
SELECT r.nom, s.nom FROM membres m
  JOIN partenaires_reseau r ON r.id = m.reseau_id
  JOIN partenaires_structure s ON s.id = m.structure_id
  LEFT JOIN justes j ON j.structure_id = m.structure_id
  LEFT JOIN partenaires_resumecompetences l ON l.structure_id = m.structure_id
 WHERE j.contenu IS DISTINCT FROM l.contenu
 ORDER BY r.nom, s.nom
"""


def _phrases(requete: str, modele: str, reseaux) -> list[str]:
    with connection.cursor() as curseur:
        curseur.execute(requete, {"ids": [r.pk for r in reseaux]})
        return [modele.format(*ligne) for ligne in curseur.fetchall()]


def coordination(reseaux) -> list[str]:
    return _phrases(COORDINATION, "{} : sa structure coordinatrice n'a pas de convention.", reseaux)


def mandats(reseaux) -> list[str]:
    return _phrases(MANDATS, "{} : {} a un mandat de {}, qu'aucune convention ne couvre.", reseaux)


def communes(reseaux) -> list[str]:
    """Un réseau qui commence n'a pas encore de territoire ; celui qui partage des dossiers, si."""
    return _phrases(
        COMMUNES, "{} : le réseau partage des dossiers sans couvrir aucune commune.", reseaux
    )


def partage(reseaux) -> list[str]:
    return _phrases(
        PARTAGE, "{} : le partage est ouvert avant l'un de ses deux documents.", reseaux
    )


def resumes(reseaux) -> list[str]:
    return _phrases(
        RESUMES, "{} : la matrice ne lit pas les compétences de {} telles qu'elles sont.", reseaux
    )


VERIFICATIONS = [coordination, mandats, communes, partage, resumes]
