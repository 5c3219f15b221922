"""Un mot se retrouve derrière son article élidé, que l’apostrophe soit droite ou typographique."""

from django.db import migrations

FONCTIONS = """
CREATE OR REPLACE FUNCTION vecteur_francais(t text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT to_tsvector('french'::regconfig, minuscules({texte}))
      || to_tsvector('french'::regconfig, sans_accent({texte}))
      || to_tsvector('simple'::regconfig, sans_accent({texte}))
$$;

CREATE OR REPLACE FUNCTION requete_francaise(t text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT plainto_tsquery('french'::regconfig, minuscules({texte}))
      || plainto_tsquery('french'::regconfig, sans_accent({texte}))
      || to_tsquery('simple'::regconfig,
           (SELECT coalesce(string_agg(mot || ':*', ' & '), 'aucunmot')
              FROM regexp_split_to_table(sans_accent(t), '[^a-z0-9]+') AS mot
             WHERE length(mot) >= 2))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("socle", "0003_preferences")]

    operations = [
        migrations.RunSQL(
            FONCTIONS.format(texte="translate(t, '’ʼ', '''''')"), FONCTIONS.format(texte="t")
        )
    ]
