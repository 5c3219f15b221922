"""Ce qui doit toujours être vrai d'un dossier, au-delà des contraintes de la base.

Les services tiennent ces règles geste par geste ; la démonstration et les imports, qui écrivent
en masse, sont vérifiés après coup par les mêmes. Une règle est une requête qui rend la référence
des dossiers en faute, et la phrase qui le dit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from porteurs.coordonnees import cle_nom
from porteurs.models import Dossier, Porteur
from porteurs.services.acces import LUS_PAR_LA_REGLE, ecarts
from socle.coordonnees import telephone_international

# Les accès se comparent dossier par dossier : par lots, pour une mémoire bornée.
LOT = 2000


@dataclass(frozen=True)
class Regle:
    """``requete`` rend les identifiants en faute parmi ``%(ids)s``."""

    code: str
    phrase: str
    requete: str


REGLES = [
    Regle(
        "etapes_ordonnees",
        "une étape est datée avant la précédente",
        """SELECT x.dossier_id FROM (
             SELECT e.dossier_id, e.le,
                    lag(e.le) OVER (PARTITION BY e.dossier_id ORDER BY e.id) AS precedente
               FROM porteurs_etapedossier e WHERE e.dossier_id = ANY(%(ids)s)) x
            WHERE x.le < x.precedente""",
    ),
    Regle(
        "etape_courante",
        "l'étape en cours n'est pas la dernière franchie",
        """SELECT d.id FROM porteurs_dossier d LEFT JOIN LATERAL (
             SELECT e.etape, e.le FROM porteurs_etapedossier e
              WHERE e.dossier_id = d.id ORDER BY e.id DESC LIMIT 1) l ON true
            WHERE d.id = ANY(%(ids)s)
              AND (l.etape IS DISTINCT FROM d.etape OR l.le IS DISTINCT FROM d.etape_depuis)""",
    ),
    Regle(
        "etapes_depuis_l_ouverture",
        "une étape précède l'ouverture",
        """SELECT d.id FROM porteurs_dossier d JOIN porteurs_etapedossier e ON e.dossier_id = d.id
            WHERE d.id = ANY(%(ids)s) AND e.le < d.ouvert_le""",
    ),
    Regle(
        "cloture",
        "la clôture n'est pas datée de la sortie",
        """SELECT d.id FROM porteurs_dossier d
            WHERE d.id = ANY(%(ids)s) AND d.clos_le IS NOT NULL AND d.clos_le <> d.etape_depuis""",
    ),
    Regle(
        "dernier_contact",
        "le dernier contact précède un échange ou une étape",
        """SELECT d.id FROM porteurs_dossier d
            WHERE d.id = ANY(%(ids)s) AND d.dernier_contact_le < GREATEST(d.etape_depuis,
              (SELECT max(e.le) FROM porteurs_echange e WHERE e.dossier_id = d.id))""",
    ),
    Regle(
        "porteur_principal",
        "personne ne porte le projet",
        """SELECT d.id FROM porteurs_dossier d
            WHERE d.id = ANY(%(ids)s) AND NOT EXISTS (
              SELECT 1 FROM porteurs_participation p WHERE p.dossier_id = d.id AND p.rang = 1)""",
    ),
    Regle(
        "porteurs_du_reseau",
        "une personne vient d'un autre réseau",
        """SELECT d.id FROM porteurs_dossier d
             JOIN porteurs_participation p ON p.dossier_id = d.id
             JOIN porteurs_porteur q ON q.id = p.porteur_id
            WHERE d.id = ANY(%(ids)s) AND q.reseau_id <> d.reseau_id""",
    ),
    Regle(
        "responsable_membre",
        "la structure responsable n'a jamais conventionné avec le réseau",
        """SELECT d.id FROM porteurs_dossier d
            WHERE d.id = ANY(%(ids)s) AND NOT EXISTS (
              SELECT 1 FROM partenaires_convention c
                JOIN partenaires_conventionstructure p ON p.convention_id = c.id
               WHERE c.reseau_id = d.reseau_id AND p.structure_id = d.structure_responsable_id)""",
    ),
    Regle(
        "roles_dans_la_vie_du_dossier",
        "un rôle commence hors de la vie du dossier",
        """SELECT d.id FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
            WHERE d.id = ANY(%(ids)s) AND a.etat = 'acceptee'
              AND (lower(a.periode) < d.ouvert_le OR lower(a.periode) > d.clos_le)""",
    ),
    Regle(
        "un_role_a_la_fois",
        "deux personnes tiennent le même rôle en même temps",
        """SELECT a.dossier_id FROM porteurs_affectation a JOIN porteurs_affectation b
               ON b.dossier_id = a.dossier_id AND b.role = a.role AND b.id > a.id
            WHERE a.dossier_id = ANY(%(ids)s) AND a.etat = 'acceptee' AND b.etat = 'acceptee'
              AND a.periode && b.periode
              -- Pris et quitté le même jour : la journée compte pour les deux.
              AND (upper_inf(a.periode * b.periode)
                   OR upper(a.periode * b.periode) - lower(a.periode * b.periode) > 1)
              -- Deux dossiers réunis avaient chacun le sien.
              AND NOT EXISTS (SELECT 1 FROM porteurs_fusiondossiers f
                               WHERE f.garde_id = a.dossier_id AND f.etat = 'faite')""",
    ),
    Regle(
        "roles_mandates",
        "un rôle est tenu par une personne qui n'avait pas mandat pour le prendre",
        """SELECT d.id FROM porteurs_dossier d JOIN porteurs_affectation a ON a.dossier_id = d.id
            WHERE d.id = ANY(%(ids)s) AND a.etat = 'acceptee' AND NOT EXISTS (
              SELECT 1 FROM partenaires_mandat m
               WHERE m.utilisateur_id = a.utilisateur_id AND m.structure_id = a.structure_id
                 AND m.reseau_id = d.reseau_id AND m.periode @> lower(a.periode)
                 AND m.fonction = CASE a.role WHEN 'referent' THEN 'technicien' ELSE 'parrain' END
            )""",
    ),
    Regle(
        "propositions_ouvertes",
        "un dossier clos attend encore une réponse",
        """SELECT d.id FROM porteurs_dossier d WHERE d.id = ANY(%(ids)s)
              AND d.clos_le IS NOT NULL AND (
                EXISTS (SELECT 1 FROM porteurs_affectation a
                         WHERE a.dossier_id = d.id AND a.etat = 'proposee')
                OR EXISTS (SELECT 1 FROM porteurs_relais r
                            WHERE r.dossier_id = d.id AND r.etat = 'propose'))""",
    ),
    Regle(
        "relais_de_la_responsable",
        "un relais attend, que la structure responsable n'a pas proposé",
        """SELECT d.id FROM porteurs_dossier d JOIN porteurs_relais r ON r.dossier_id = d.id
            WHERE d.id = ANY(%(ids)s) AND r.etat = 'propose'
              AND r.de_id <> d.structure_responsable_id""",
    ),
    Regle(
        "relais_dates",
        "un relais a une réponse sans date, ou datée avant la proposition",
        """SELECT r.dossier_id FROM porteurs_relais r
            WHERE r.dossier_id = ANY(%(ids)s) AND (r.repondu_le < r.propose_le
              OR (r.etat IN ('accepte', 'refuse') AND r.repondu_le IS NULL))""",
    ),
    Regle(
        "relais_accepte",
        "la structure responsable n'est pas celle qui a accepté le dernier relais",
        # La coordinatrice reprend les dossiers d'une structure qui quitte le réseau.
        """SELECT d.id FROM porteurs_dossier d
             JOIN partenaires_reseau x ON x.id = d.reseau_id
             JOIN LATERAL (
               SELECT r.vers_id FROM porteurs_relais r
                WHERE r.dossier_id = d.id AND r.etat = 'accepte'
                ORDER BY r.repondu_le DESC, r.id DESC LIMIT 1) l ON true
            WHERE d.id = ANY(%(ids)s) AND d.structure_responsable_id <> l.vers_id
              AND d.structure_responsable_id IS DISTINCT FROM x.structure_coordinatrice_id
              -- Le dernier relais accepté était peut-être celui du dossier qu'on lui a réuni.
              AND NOT EXISTS (SELECT 1 FROM porteurs_fusiondossiers f
                               WHERE f.garde_id = d.id AND f.etat = 'faite')""",
    ),
    Regle(
        "auteurs_mandates",
        "un échange est écrit par une personne qui n'avait pas mandat ce jour-là",
        """SELECT d.id FROM porteurs_dossier d
             JOIN partenaires_reseau x ON x.id = d.reseau_id
             JOIN porteurs_echange e ON e.dossier_id = d.id
            WHERE d.id = ANY(%(ids)s) AND e.auteur_id IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM partenaires_mandat m
               WHERE m.utilisateur_id = e.auteur_id AND m.structure_id = e.structure_id
                 AND m.reseau_id = d.reseau_id
                 -- Écrit le matin, mandat terminé l'après-midi : le jour de fin compte encore.
                 AND timezone(x.fuseau, e.cree_le)::date >= lower(m.periode)
                 AND (upper_inf(m.periode)
                      OR timezone(x.fuseau, e.cree_le)::date <= upper(m.periode)))
              -- Ouvert et terminé le même jour, le mandat disparaît : l'invitation en témoigne.
              AND NOT EXISTS (
              SELECT 1 FROM partenaires_invitation i
               WHERE i.acceptee_par_id = e.auteur_id AND i.structure_id = e.structure_id
                 AND i.reseau_id = d.reseau_id
                 AND timezone(x.fuseau, i.acceptee_le)::date
                     = timezone(x.fuseau, e.cree_le)::date)""",
    ),
    Regle(
        "installation_dans_la_vie_du_dossier",
        "l'installation est datée d'après la clôture du dossier",
        """SELECT d.id FROM porteurs_dossier d JOIN porteurs_installation i ON i.dossier_id = d.id
            WHERE d.id = ANY(%(ids)s) AND i.le > d.clos_le""",
    ),
    Regle(
        "decisions_datees",
        "un point de réunion a une décision sans date, une date sans décision, ou n'est pas du réseau",
        """SELECT d.id FROM porteurs_dossier d JOIN porteurs_pointreunion p ON p.dossier_id = d.id
             JOIN porteurs_reunion r ON r.id = p.reunion_id
            WHERE d.id = ANY(%(ids)s) AND (r.reseau_id <> d.reseau_id
              OR (p.decision = '') <> (p.decide_le IS NULL))""",
    ),
]


def _regle(regle: Regle, ids: list[int]) -> list[str]:
    with connection.cursor() as curseur:
        curseur.execute(regle.requete, {"ids": ids})
        fautifs = {pk for (pk,) in curseur.fetchall()}
    if not fautifs:
        return []
    references = Dossier.objects.filter(pk__in=fautifs).order_by("reference")
    return [f"{ref} : {regle.phrase}." for ref in references.values_list("reference", flat=True)]


def acces(dossiers: QuerySet) -> list[str]:
    """La table des accès dit ce que dit la règle écrite en clair."""
    complets = dossiers.select_related("reseau").prefetch_related(*LUS_PAR_LA_REGLE).order_by("pk")
    return ecarts(complets.iterator(chunk_size=LOT))


def coordonnees(dossiers: QuerySet) -> list[str]:
    """Les formes qui servent à comparer les personnes suivent ce qui a été tapé."""
    porteurs = Porteur.objects.filter(participations__dossier__in=dossiers).distinct()
    return [
        f"{porteur.uuid} : les formes de comparaison de la personne sont périmées."
        for porteur in porteurs.order_by("pk").iterator(chunk_size=LOT)
        if porteur.cle_nom != cle_nom(porteur.prenom, porteur.nom)
        or porteur.telephone != telephone_international(porteur.telephone_saisi)
    ]


AUTRES: list[Callable[[QuerySet], list[str]]] = [acces, coordonnees]


def verifier(dossiers: QuerySet) -> list[str]:
    """Toutes les règles sur ces dossiers ; une phrase par faute, vide quand tout va bien."""
    ids = list(dossiers.order_by().values_list("pk", flat=True))
    return verifier_les_regles(ids) + [p for controle in AUTRES for p in controle(dossiers)]


def verifier_les_regles(ids: list[int]) -> list[str]:
    """Les règles que la base sait dire, sans relire les dossiers un à un."""
    return [phrase for regle in REGLES for phrase in _regle(regle, ids)]


def verifier_reseaux(reseaux) -> list[str]:
    return verifier(Dossier.objects.filter(reseau__in=[r.pk for r in reseaux]))


VERIFICATIONS = [verifier_reseaux]
