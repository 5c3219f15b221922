"""Refait ce qui est indexé : les fonctions de recherche lisent désormais l’apostrophe typographique."""

from django.db import migrations

REINDEXER = """
UPDATE porteurs_echange SET texte = texte;
UPDATE porteurs_dossier d SET
  vecteur_fiche = vecteur_francais(concat_ws(' ', d.reference, d.intitule, c.nom, p.courts)),
  vecteur_suivi = vecteur_francais(concat_ws(' ', d.reference, d.intitule, c.nom, p.entiers))
FROM partenaires_commune c, (
  SELECT q.dossier_id, string_agg(p.prenom, ' ') AS courts,
         string_agg(concat_ws(' ', p.prenom, p.nom, p.email, p.telephone_saisi, p.telephone), ' ')
           AS entiers
    FROM porteurs_participation q JOIN porteurs_porteur p ON p.id = q.porteur_id
   GROUP BY q.dossier_id
) p
WHERE c.id = d.commune_id AND p.dossier_id = d.id;
"""


class Migration(migrations.Migration):
    dependencies = [("porteurs", "0001_initial"), ("socle", "0004_apostrophes")]

    # Au retour, les vecteurs gardent un peu plus que nécessaire : rien n’est perdu.
    operations = [migrations.RunSQL(REINDEXER, migrations.RunSQL.noop)]
