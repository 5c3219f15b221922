"""Les personnes importées que le réseau connaît déjà, dites à l'animation et à elle seule."""

from django.db import connection
from django.utils import timezone

from porteurs.models import ImportDossiers

# Trois recherches, chacune par son index. La structure qui importe voit ses propres dossiers : on
# ne signale que ceux des autres.
SIGNALER = """
WITH neufs AS (
  SELECT q.dossier_id, p.* FROM porteurs_participation q JOIN porteurs_porteur p ON p.id = q.porteur_id
   WHERE q.dossier_id = ANY(%(ids)s)
), memes AS (
  SELECT n.dossier_id, p.id AS porteur_id FROM neufs n
    JOIN porteurs_porteur p ON p.reseau_id = n.reseau_id AND p.cle_nom = n.cle_nom
   WHERE p.id <> n.id
  UNION
  SELECT n.dossier_id, p.id FROM neufs n
    JOIN porteurs_porteur p ON p.reseau_id = n.reseau_id AND p.email = n.email AND p.email <> ''
   WHERE p.id <> n.id AND n.email <> ''
  UNION
  SELECT n.dossier_id, p.id FROM neufs n
    JOIN porteurs_porteur p ON p.reseau_id = n.reseau_id AND p.telephone = n.telephone
         AND p.telephone <> ''
   WHERE p.id <> n.id AND n.telephone <> ''
)
INSERT INTO porteurs_doublonsignale (dossier_id, autre_id, signale_le)
SELECT DISTINCT m.dossier_id, q.dossier_id, %(maintenant)s::timestamptz
  FROM memes m JOIN porteurs_participation q ON q.porteur_id = m.porteur_id
  JOIN porteurs_dossier d ON d.id = q.dossier_id
 WHERE d.structure_responsable_id <> %(structure)s AND q.dossier_id <> m.dossier_id
ON CONFLICT DO NOTHING
"""


def signaler(import_dossiers: ImportDossiers, ids: list[int]) -> int:
    with connection.cursor() as curseur:
        curseur.execute(
            SIGNALER,
            {
                "ids": ids,
                "structure": import_dossiers.structure_id,
                "maintenant": timezone.now(),
            },
        )
        return curseur.rowcount
