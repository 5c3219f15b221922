"""Ce qui se mesure dans le temps : délais, pérennité, satisfaction (CONCEPTION §4).

Un délai appartient à l'année où il s'achève, et la pérennité ne se dit que d'une année close : les
années passées ne bougent pas quand une réponse tarde.
"""

from django.db import connection

from partenaires.indicateurs import bornes
from porteurs.indicateurs import comptes
from socle.indicateurs import Indicateur, Valeurs

# Du jour où la demande arrive au premier échange de son dossier, et du besoin à sa prise en charge.
DELAIS = """
WITH contacts AS (
  SELECT q.reseau_id, p.le, greatest(p.le - timezone(r.fuseau, q.recue_le)::date, 0) AS jours
    FROM porteurs_demande q JOIN partenaires_reseau r ON r.id = q.reseau_id
         JOIN LATERAL (SELECT min(e.le) AS le FROM porteurs_echange e
                        WHERE e.dossier_id = q.dossier_id
                          AND e.le >= timezone(r.fuseau, q.recue_le)::date) p ON p.le IS NOT NULL
   WHERE q.reseau_id = ANY(%(reseaux)s) AND q.dossier_id IS NOT NULL
     AND q.recue_le < %(fin)s
), prises AS (
  SELECT d.reseau_id, timezone(r.fuseau, b.pris_le)::date AS le,
         greatest(timezone(r.fuseau, b.pris_le)::date - timezone(r.fuseau, b.cree_le)::date, 0)
           AS jours
    FROM porteurs_besoin b JOIN porteurs_dossier d ON d.id = b.dossier_id
         JOIN partenaires_reseau r ON r.id = d.reseau_id
   WHERE d.reseau_id = ANY(%(reseaux)s) AND b.pris_le >= %(debut)s AND b.pris_le < %(fin)s
), delais AS (
  SELECT 'premier_contact' AS quoi, reseau_id, le, jours FROM contacts
  UNION ALL SELECT 'prise_en_charge', reseau_id, le, jours FROM prises
)
SELECT quoi, reseau_id, extract(year FROM le)::int AS annee, count(*),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY jours),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY jours)
  FROM delais WHERE extract(year FROM le)::int = ANY(%(annees)s)
 GROUP BY quoi, reseau_id, annee
"""
MESURES = ("premier_contact", "prise_en_charge")


# Active à une échéance ou à une suivante : qui l'est à deux ans l'était à un an. L'année en cours
# attend : ses échéances ne sont pas toutes venues.
PERENNITE = """
SELECT m.mois::text, d.reseau_id, extract(year FROM i.le)::int + m.mois / 12, count(*),
       count(*) FILTER (WHERE EXISTS (
         SELECT 1 FROM porteurs_suiviinstallation s
          WHERE s.installation_id = i.id AND s.mois >= m.mois AND s.reponse = 'active')), NULL
  FROM porteurs_installation i JOIN porteurs_dossier d ON d.id = i.dossier_id
       JOIN partenaires_reseau r ON r.id = d.reseau_id
       CROSS JOIN unnest(%(mois)s) AS m(mois)
 WHERE d.reseau_id = ANY(%(reseaux)s)
   AND i.le >= make_date(%(du)s, 1, 1) AND i.le < make_date(%(au)s, 1, 1)
   AND extract(year FROM i.le)::int + m.mois / 12 = ANY(%(annees)s)
   AND extract(year FROM i.le)::int + m.mois / 12
       < extract(year FROM timezone(r.fuseau, now()))::int
 GROUP BY 1, 2, 3
"""
ECHEANCES = (12, 24, 36)


def durees(reseaux: list, annees: list[int]) -> Valeurs:
    """Les délais et la pérennité, en une seule instruction.

    D'un délai, combien, la médiane, le neuvième décile ; sans mesure, ni l'une ni l'autre
    n'existent.
    """
    ids = [r.pk for r in reseaux]
    valeurs: Valeurs = {}
    for quoi in MESURES:
        valeurs[f"{quoi}_nombre"] = {}
        for rang in ("median", "decile"):
            valeurs[f"{quoi}_{rang}"] = {(r, a): None for r in ids for a in annees}
    for mois in ECHEANCES:
        valeurs[f"dues_{mois}"], valeurs[f"actives_{mois}"] = {}, {}
    debut, fin = bornes(annees)
    with connection.cursor() as curseur:
        curseur.execute(
            f"{DELAIS} UNION ALL {PERENNITE}",
            {
                "reseaux": ids,
                "annees": annees,
                "debut": debut,
                "fin": fin,
                "mois": list(ECHEANCES),
                "du": min(annees) - ECHEANCES[-1] // 12,
                "au": max(annees),
            },
        )
        for quoi, reseau, annee, nombre, suite, decile in curseur.fetchall():
            if quoi in MESURES:
                valeurs[f"{quoi}_nombre"][reseau, annee] = nombre
                valeurs[f"{quoi}_median"][reseau, annee] = suite
                valeurs[f"{quoi}_decile"][reseau, annee] = decile
            else:
                valeurs[f"dues_{quoi}"][reseau, annee] = nombre
                valeurs[f"actives_{quoi}"][reseau, annee] = suite
    return valeurs


def _delai(code: str, libelle: str, debut: str, fin: str) -> list[Indicateur]:
    """Un délai : combien de mesures, la médiane, le neuvième décile."""
    phrase = f"{debut} {fin}."
    return [
        Indicateur(f"{code}_nombre", f"{libelle} : mesures", phrase, "", durees),
        Indicateur(
            f"{code}_median",
            f"{libelle} : médiane",
            "La moitié ont attendu au plus ce nombre de jours. Mesuré dans le réseau même.",
            "j",
            durees,
            sensible=False,
            suit=f"{code}_nombre",
            additif=False,
        ),
        Indicateur(
            f"{code}_decile",
            f"{libelle} : neuvième décile",
            "Neuf sur dix ont attendu au plus ce nombre de jours. Mesuré dans le réseau même.",
            "j",
            durees,
            sensible=False,
            suit=f"{code}_nombre",
            additif=False,
        ),
    ]


def _perennite(mois: int, duree: str) -> list[Indicateur]:
    return [
        Indicateur(
            f"dues_{mois}",
            f"installations de {duree}",
            f"Installations qui ont eu {duree} dans l’année ; dit une fois l’année close.",
            "",
            durees,
        ),
        Indicateur(
            f"actives_{mois}",
            f"toujours en activité à {duree}",
            f"Parmi elles, celles dont on a su, à {duree} ou plus tard, qu’elles étaient en activité. "
            "Celles dont on n’a pas de nouvelles n’y sont pas.",
            "",
            durees,
            partie_de=f"dues_{mois}",
        ),
    ]


INDICATEURS = [
    *_delai(
        "premier_contact",
        "délai de premier contact",
        "Jours entre l’arrivée d’une demande et le premier échange de son dossier ;",
        "compté l’année de cet échange",
    ),
    *_delai(
        "prise_en_charge",
        "délai de prise en charge",
        "Jours entre un besoin et sa prise en charge par une structure ;",
        "compté l’année de cette prise en charge",
    ),
    *_perennite(12, "un an"),
    *_perennite(24, "deux ans"),
    *_perennite(36, "trois ans"),
    Indicateur(
        "avis_donnes",
        "avis de personnes installées",
        "Personnes installées qui ont noté, dans l’année, l’accueil et l’accompagnement.",
        "",
        comptes,
    ),
    Indicateur(
        "satisfaits",
        "satisfaites",
        "Parmi ces avis, ceux qui donnent 4 ou 5 sur 5.",
        "",
        comptes,
        partie_de="avis_donnes",
    ),
]
