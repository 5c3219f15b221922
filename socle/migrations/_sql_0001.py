"""Fonctions SQL de texte. Cœur de PostgreSQL ≥ 15 seulement : ni extension, ni locale fr_FR."""

# En locale C, lower() ignore les lettres accentuées : elles sont traduites une à une.
MAJUSCULES = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸŒÆ"
MINUSCULES = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿœæ"

CREER = f"""
CREATE FUNCTION minuscules(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT lower(translate(normalize(t, NFC), '{MAJUSCULES}', '{MINUSCULES}'))
$$;

CREATE FUNCTION sans_accent(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT replace(replace(
    regexp_replace(normalize(minuscules(t), NFD), '[\\u0300-\\u036f]', '', 'g'),
    'œ', 'oe'), 'æ', 'ae')
$$;

CREATE FUNCTION vecteur_francais(t text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT to_tsvector('french'::regconfig, minuscules(t))
      || to_tsvector('french'::regconfig, sans_accent(t))
      || to_tsvector('simple'::regconfig, sans_accent(t))
$$;

CREATE FUNCTION requete_francaise(t text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT plainto_tsquery('french'::regconfig, minuscules(t))
      || plainto_tsquery('french'::regconfig, sans_accent(t))
      || to_tsquery('simple'::regconfig,
           (SELECT coalesce(string_agg(mot || ':*', ' & '), 'aucunmot')
              FROM regexp_split_to_table(sans_accent(t), '[^a-z0-9]+') AS mot
             WHERE length(mot) >= 2))
$$;
"""

DEFAIRE = """
DROP FUNCTION requete_francaise(text);
DROP FUNCTION vecteur_francais(text);
DROP FUNCTION sans_accent(text);
DROP FUNCTION minuscules(text);
"""

# La table du cache, telle que la crée « createcachetable » : elle suit les migrations.
CACHE = """
CREATE TABLE socle_cache (
  cache_key varchar(255) NOT NULL PRIMARY KEY,
  value text NOT NULL,
  expires timestamp with time zone NOT NULL
);
CREATE INDEX socle_cache_expires ON socle_cache (expires);
"""

