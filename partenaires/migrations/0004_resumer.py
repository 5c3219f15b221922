"""Ce que les déclencheurs appellent pour résumer les compétences d’une structure, et le premier résumé.

Le rang d’une étape est celui de ``partenaires.enums.CHAINE`` ; un essai le compare.
"""

from django.db import migrations

FONCTIONS = """
CREATE FUNCTION partenaires_competences_resumees(quelles bigint[])
RETURNS TABLE (structure_id bigint, contenu text) LANGUAGE sql STABLE AS $$
  WITH lues AS (
    SELECT k.structure_id,
           array_to_string(ARRAY(SELECT s FROM unnest(k.sections) AS s ORDER BY s), '') AS sections,
           ARRAY(SELECT l.commune_id FROM partenaires_competencecommune l
                  WHERE l.competence_id = k.id ORDER BY l.commune_id) AS communes,
           ARRAY(SELECT n.utilisateur_id FROM partenaires_competencepersonne n
                  WHERE n.competence_id = k.id ORDER BY n.utilisateur_id) AS personnes,
           k.theme_id * 8 + array_position(
             '{idee,etude,montage,financement,creation,installe,suivi,developpement}'::text[],
             k.etape::text) - 1 AS rang
      FROM partenaires_competence k
     WHERE k.structure_id = ANY(quelles)
  ), profils AS (
    SELECT structure_id, sections, communes, personnes, json_agg(rang ORDER BY rang) AS cases
      FROM lues GROUP BY structure_id, sections, communes, personnes
  )
  SELECT p.structure_id,
         json_build_object(
           'dessertes', (SELECT coalesce(json_agg(d.commune_id ORDER BY d.commune_id), '[]'::json)
                           FROM partenaires_structurecommune d
                          WHERE d.structure_id = p.structure_id),
           'profils', json_agg(json_build_array(sections, communes, personnes, cases)
                               ORDER BY sections, communes, personnes))::text
    FROM profils p GROUP BY p.structure_id
$$;

-- Une structure à la fois : deux écritures simultanées se suivent, et la seconde voit la première.
CREATE FUNCTION partenaires_resumer_competences(quelles bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF quelles = '{}' THEN
    RETURN;
  END IF;
  PERFORM 1 FROM partenaires_structure s WHERE s.id = ANY(quelles) ORDER BY s.id
    FOR NO KEY UPDATE;
  DELETE FROM partenaires_resumecompetences r
   WHERE r.structure_id = ANY(quelles)
     AND NOT EXISTS (SELECT 1 FROM partenaires_competence k WHERE k.structure_id = r.structure_id);
  INSERT INTO partenaires_resumecompetences AS ancien (structure_id, contenu)
  SELECT * FROM partenaires_competences_resumees(quelles)
      ON CONFLICT (structure_id) DO UPDATE SET contenu = EXCLUDED.contenu
   WHERE ancien.contenu <> EXCLUDED.contenu;
END $$;
"""
RETIRER = """
DROP FUNCTION partenaires_resumer_competences(bigint[]);
DROP FUNCTION partenaires_competences_resumees(bigint[]);
"""
RESUMER = "SELECT partenaires_resumer_competences(ARRAY(SELECT id FROM partenaires_structure))"


class Migration(migrations.Migration):
    dependencies = [("partenaires", "0003_themes")]

    operations = [
        migrations.RunSQL(FONCTIONS, RETIRER),
        migrations.RunSQL(RESUMER, migrations.RunSQL.noop),
    ]
