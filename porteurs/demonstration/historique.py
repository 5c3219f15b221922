"""L'histoire des dossiers de la démonstration : chaque ligne datée du jour qu'elle raconte.

Les déclencheurs ont tout écrit à l'instant du chargement. Un vrai réseau aurait écrit au fil des
ans : les dates et les auteurs sont ceux des récits.
"""

from django.db import connection

from partenaires.demonstration.contexte import Contexte
from porteurs.models import HISTORIQUES
from porteurs.models.dossier import Dossier, EtapeDossier
from porteurs.models.financement import Financement
from porteurs.models.historique import AJOUT
from porteurs.models.porteur import Participation, Porteur
from porteurs.models.suivi import Action, Affectation, Echange, Relais
from porteurs.models.suivi_installation import Installation
from socle.historique import effacement_ouvert

OUVERTURE = "(SELECT d.ouvert_le FROM porteurs_dossier d WHERE d.id = e.dossier_id)"
OUVRIR_PAR = "(SELECT d.ouvert_par_id FROM porteurs_dossier d WHERE d.id = e.dossier_id)"
SON_DOSSIER = "(SELECT min({}) FROM porteurs_dossier d JOIN porteurs_participation q"
SON_DOSSIER += " ON q.dossier_id = d.id WHERE q.porteur_id = e.pgh_obj_id)"

# Pour chaque table : quand, qui, et ce qui réunit les lignes d'un même geste.
RECITS = {
    Dossier: ("e.ouvert_le", "e.ouvert_par_id", "'ouvrir' || e.pgh_obj_id"),
    Participation: (OUVERTURE, OUVRIR_PAR, "'ouvrir' || e.dossier_id"),
    Porteur: (
        SON_DOSSIER.format("d.ouvert_le"),
        SON_DOSSIER.format("d.ouvert_par_id"),
        SON_DOSSIER.format("'ouvrir' || d.id"),
    ),
    EtapeDossier: ("e.le", "e.par_id", "'etape' || e.pgh_id"),
    Affectation: ("e.proposee_le", "e.proposee_par_id", "'role' || e.pgh_id"),
    Relais: ("e.propose_le", "e.propose_par_id", "'relais' || e.pgh_id"),
    Echange: ("e.le", "e.auteur_id", "'echange' || e.pgh_id"),
    Action: (
        "(SELECT a.cree_le FROM porteurs_action a WHERE a.id = e.pgh_obj_id)",
        "e.responsable_id",
        "'action' || e.pgh_id",
    ),
    Financement: ("e.accorde_le", OUVRIR_PAR, "'financement' || e.pgh_id"),
    Installation: ("e.le", OUVRIR_PAR, "'installation' || e.pgh_id"),
}

# Dix heures du matin, comme les récits ; sans date connue, la ligne garde la sienne.
DATER = """
UPDATE {table} e SET
  pgh_created_at = least(now(), coalesce(({quand})::date + time '10:00', e.pgh_created_at)),
  pgh_context_id = md5({geste})::uuid,
  pgh_context = CASE WHEN ({qui}) IS NULL THEN NULL
                     ELSE jsonb_build_object('utilisateur', ({qui}), 'geste', 'demonstration') END
 WHERE e.pgh_label = %s AND e.pgh_context IS NULL
"""


def construire(contexte: Contexte) -> None:
    with effacement_ouvert(), connection.cursor() as curseur:
        for modele, (quand, qui, geste) in RECITS.items():
            table = HISTORIQUES[modele]._meta.db_table
            curseur.execute(DATER.format(table=table, quand=quand, qui=qui, geste=geste), [AJOUT])
