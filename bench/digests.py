"""Mesure le courriel de réunion : 10 000 destinataires composés et remis, en combien de temps.

``python -m bench.digests [--reseaux 200] [--membres 50] [--dossiers 500] [--ouvriers 2]``

Démarre ses propres services dans un dossier jetable, sème des réseaux dont tous les dossiers
ouverts sont à l'ordre du jour, lance un vrai ouvrier et un serveur d'envoi local, et imprime le
temps, la mémoire et les budgets (EXIGENCES, Vitesse 5). Rien n'est affirmé : c'est une mesure.
"""

import argparse
import tempfile
import time
from pathlib import Path

import psutil

from tests.chaos.banc import Banc

BUDGET_S = 120

# Tout en SQL : cent mille dossiers en quelques secondes. Chaque structure répond du même nombre.
SEMIS = """
INSERT INTO partenaires_region (code, nom) VALUES ('84', 'Auvergne-Rhône-Alpes') ON CONFLICT DO NOTHING;
INSERT INTO partenaires_departement (code, nom, region_id)
  SELECT '63', 'Puy-de-Dôme', id FROM partenaires_region WHERE code = '84' ON CONFLICT DO NOTHING;
INSERT INTO partenaires_commune (code, nom, cle_tri, departement_id, codes_postaux, population)
  SELECT '63003', 'Ambert', 'ambert', id, '{{63600}}', 6600 FROM partenaires_departement
   WHERE code = '63' ON CONFLICT DO NOTHING;
INSERT INTO partenaires_reseau
  (nom, slug, fuseau, modules, seuil_masquage, partage_ouvert_le, aipd_le, accord_conjoint_le,
   cree_le)
  SELECT 'Réseau ' || n, 'reseau-' || n, 'Europe/Paris', '{{dossiers,reunions}}', 5,
         current_date - 400, current_date - 400, current_date - 400, now()
    FROM generate_series(1, {reseaux}) n;
INSERT INTO partenaires_structure
  (nom, cle_tri, type, siret, base_legale, email, telephone, cree_le)
  SELECT 'Structure ' || r.id || '.' || n, 'structure ' || r.id || ' ' || n, 'association', '',
         'mission_publique', '', '', now()
    FROM partenaires_reseau r, generate_series(1, 10) n;
INSERT INTO partenaires_convention (reseau_id, intitule, etat, periode, cree_le)
  SELECT id, 'Convention', 'signee', daterange(current_date - 400, NULL), now()
    FROM partenaires_reseau;
INSERT INTO partenaires_conventionstructure (convention_id, structure_id)
  SELECT c.id, s.id FROM partenaires_convention c
    JOIN partenaires_structure s ON s.cle_tri LIKE 'structure ' || c.reseau_id || ' %';
INSERT INTO socle_utilisateur (password, email, prenom, nom, est_administrateur, is_active, cree_le)
  SELECT '!', 'membre' || n || '@reseau-' || r.id || '.test', 'Camille', 'Membre ' || n, false,
         true, now()
    FROM partenaires_reseau r, generate_series(1, {membres}) n;
INSERT INTO partenaires_mandat
  (utilisateur_id, structure_id, reseau_id, fonction, periode, administre, telephone, cree_le)
  SELECT u.id, s.id, r.id, 'technicien', daterange(current_date - 400, NULL), false, '', now()
    FROM partenaires_reseau r
    JOIN socle_utilisateur u ON u.email LIKE 'membre%@reseau-' || r.id || '.test'
    JOIN partenaires_structure s ON s.cle_tri = 'structure ' || r.id || ' ' || (1 + u.id % 10);
INSERT INTO porteurs_dossier
  (reference, reseau_id, structure_responsable_id, intitule, nature, secteur, commune_id, etape,
   etape_depuis, prochaine_etape, informe_le, information_mode, ouvert_le, dernier_contact_le,
   activite_le, revision)
  SELECT '2026-' || lpad(n::text, 4, '0'), r.id, s.id, 'Reprise d’un commerce numéro ' || n,
         'reprise', 'G', c.id, 'etude', current_date - n % 60, '', current_date - n % 60, 'oral',
         current_date - n % 60, current_date - n % 60, now() - (n % 60) * interval '1 day', 1
    FROM partenaires_reseau r
   CROSS JOIN generate_series(1, {dossiers}) n
    JOIN partenaires_structure s ON s.cle_tri = 'structure ' || r.id || ' ' || (1 + n % 10)
    JOIN partenaires_commune c ON c.code = '63003';
INSERT INTO porteurs_acces (dossier_id, beneficiaire, volet, activite_le)
  SELECT id, 'r' || reseau_id, 'fiche', activite_le FROM porteurs_dossier
  UNION ALL
  SELECT id, 's' || structure_responsable_id || ':' || reseau_id, 'professionnel', activite_le
    FROM porteurs_dossier;
INSERT INTO porteurs_reunion (reseau_id, nature, debut, duree_minutes, lieu, etat, sequence, cree_le)
  SELECT id, 'technique', now() + interval '5 days', 120, 'Salle commune', 'prevue', 0, now()
    FROM partenaires_reseau;
"""


def memoire(ouvrier) -> int:
    """La mémoire de l'ouvrier et de ses enfants, en Mo."""
    try:
        meneur = psutil.Process(ouvrier.pid)
        famille = [meneur, *meneur.children(recursive=True)]
        return sum(p.memory_info().rss for p in famille) // 2**20
    except psutil.NoSuchProcess:
        return 0


def travail(meneur: int) -> float:
    """Les secondes de processeur prises par ce processus et ses enfants."""
    famille = [psutil.Process(meneur), *psutil.Process(meneur).children(recursive=True)]
    return sum(p.cpu_times().user + p.cpu_times().system for p in famille)


def mesurer(options) -> None:
    attendus = options.reseaux * options.membres
    with (
        tempfile.TemporaryDirectory(prefix="maillon-digests-") as dossier,
        Banc(Path(dossier), DJANGO_SETTINGS_MODULE="accueil.settings") as banc,
    ):
        banc.sql(
            SEMIS.format(
                reseaux=options.reseaux, membres=options.membres, dossiers=options.dossiers
            )
        )
        banc.sql("ANALYZE")
        print(
            f"{attendus} destinataires, {options.reseaux} réseaux, "
            f"{options.dossiers} dossiers ouverts par réseau, {options.ouvriers} processus"
        )
        ouvrier = banc.ouvrier(options.ouvriers)
        time.sleep(4)
        releves = [memoire(ouvrier)]
        avant = travail(ouvrier.pid)
        debut = time.monotonic()
        banc.geste("preparer")
        depot = time.monotonic() - debut
        while banc.etats()["envoye"] < attendus and time.monotonic() - debut < 10 * BUDGET_S:
            time.sleep(1)
            releves.append(memoire(ouvrier))
        duree = time.monotonic() - debut
        processeur = travail(ouvrier.pid) - avant
        moitie = releves[len(releves) // 2]
        print(f"dépôt des lignes      {depot:6.1f} s")
        print(f"tout composé et remis {duree:6.1f} s   (budget {BUDGET_S} s)")
        print(f"par courriel          {1000 * duree / attendus:6.1f} ms")
        # Sur une machine occupée, la durée dépend des voisins ; le travail, non.
        print(f"travail de l’ouvrier   {processeur:6.1f} s de processeur")
        print(
            f"mémoire de l’ouvrier  {releves[0]} Mo au départ, {moitie} à mi-course,"
            f" {releves[-1]} à la fin, {max(releves)} au plus"
        )
        print(
            f"états {dict(banc.etats())}, reçus par le serveur {len(banc.serveur.recus)},"
            f" au plus {max(banc.serveur.recus.values(), default=0)} fois chacun"
        )


if __name__ == "__main__":
    lecture = argparse.ArgumentParser(description=__doc__)
    lecture.add_argument("--reseaux", type=int, default=200)
    lecture.add_argument("--membres", type=int, default=50)
    lecture.add_argument("--dossiers", type=int, default=500)
    lecture.add_argument("--ouvriers", type=int, default=2)
    mesurer(lecture.parse_args())
