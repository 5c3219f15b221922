"""Des milliers de dossiers en quelques secondes, pour lire les plans que PostgreSQL choisit."""

from django.db import connection

from tests.fabriques.partenaires import commune

# Le réseau observé en a un sur dix ; les autres sont répartis dans cinquante réseaux.
DOSSIERS, RESEAUX, PART = 20_000, 50, 10

REMPLIR = """
INSERT INTO partenaires_reseau (nom, slug, fuseau, modules, seuil_masquage, cree_le,
                                partage_ouvert_le, aipd_le, accord_conjoint_le)
SELECT 'Volume ' || n, 'volume-' || n, 'Europe/Paris', '{dossiers}', 5, now(), '2020-01-01',
       '2020-01-01', '2020-01-01'
  FROM generate_series(1, %(reseaux)s) n;

CREATE TEMP TABLE numeros ON COMMIT DROP AS
SELECT n, CASE WHEN n %% %(part)s = 0 THEN %(reseau)s ELSE r.id END AS reseau_id
  FROM generate_series(1, %(dossiers)s) n
  JOIN partenaires_reseau r ON r.slug = 'volume-' || (1 + n %% %(reseaux)s);

INSERT INTO porteurs_porteur (reseau_id, prenom, nom, cle_nom, email, telephone_saisi, telephone,
    langue)
SELECT reseau_id, 'Zoé', 'Volume' || n, 'volume' || n || ' zoe', 'v' || n || '@porteur.test', '', '',
       'fr'
  FROM numeros;

INSERT INTO porteurs_dossier (reference, reseau_id, structure_responsable_id, intitule, nature,
    secteur, commune_id, etape, etape_depuis, prochaine_etape, informe_le, information_mode,
    ouvert_le, dernier_contact_le, activite_le, revision, origine, reference_partenaire,
    vecteur_fiche, vecteur_suivi)
SELECT 'V' || n, reseau_id, %(structure)s, 'Projet ' || n || ' ' || (ARRAY['boulangerie','gîte',
    'menuiserie','ferme','garage','librairie','épicerie','atelier'])[1 + n %% 8], 'creation', 'G',
    %(commune)s, 'etude', current_date - 30, '', current_date - 60, 'oral', current_date - 90,
    current_date - n %% 60, now() - n * interval '10 minutes', 1, 'passage', '',
    to_tsvector('simple', 'projet ' || n || ' mot' || n %% 500),
    to_tsvector('simple', 'projet ' || n || ' mot' || n %% 500 || ' nom' || n)
  FROM numeros;

INSERT INTO porteurs_participation (dossier_id, porteur_id, rang, role, information_mode)
SELECT d.id, p.id, 1, 'porteur', '' FROM porteurs_dossier d
  JOIN porteurs_porteur p ON p.nom = 'Volume' || substr(d.reference, 2) WHERE d.reference ~ '^V';

INSERT INTO porteurs_etapedossier (dossier_id, etape, le, motif, cree_le)
SELECT id, 'idee', ouvert_le, '', now() FROM porteurs_dossier WHERE reference ~ '^V';

INSERT INTO porteurs_echange (dossier_id, structure_id, nature, audience, le, texte, cree_le)
SELECT id, structure_responsable_id, 'note', 'equipe', ouvert_le + e, 'échange mot' || id %% 500,
       now()
  FROM porteurs_dossier, generate_series(1, 2) e WHERE reference ~ '^V';

INSERT INTO porteurs_acces (dossier_id, beneficiaire, volet, activite_le)
SELECT id, 's' || structure_responsable_id || ':' || reseau_id, 'professionnel', activite_le
  FROM porteurs_dossier WHERE reference ~ '^V'
UNION ALL
SELECT id, 'r' || reseau_id, 'fiche', activite_le FROM porteurs_dossier WHERE reference ~ '^V';

INSERT INTO porteurs_affectation (dossier_id, role, utilisateur_id, structure_id, etat, periode,
                                  motif, proposee_le)
SELECT id, 'referent', %(referent)s, structure_responsable_id, 'acceptee',
       daterange(ouvert_le, NULL), '', now()
  FROM porteurs_dossier WHERE reference ~ '^V' AND id %% 3 = 0;

INSERT INTO porteurs_action (dossier_id, libelle, responsable_id, echeance, cree_le)
SELECT id, 'Rappeler', %(referent)s, current_date + 5, now()
  FROM porteurs_dossier WHERE reference ~ '^V' AND id %% 5 = 0;
SELECT gin_clean_pending_list('dossier_texte_fiche'), gin_clean_pending_list('dossier_texte_suivi'),
       gin_clean_pending_list('echange_texte');
ANALYZE;
"""


def remplir(distribution, autre_personne) -> None:
    """Vingt mille dossiers, dont deux mille dans le réseau A, suivis par S1."""
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL statement_timeout = 0")
        curseur.execute(
            REMPLIR,
            {
                "dossiers": DOSSIERS,
                "reseaux": RESEAUX,
                "part": PART,
                "reseau": distribution.reseau.pk,
                "structure": distribution.s1.pk,
                "commune": commune().pk,
                "referent": autre_personne.pk,
            },
        )
