"""Anonymiser : figer ce que les années closes comptaient, garder de quoi compter, effacer le reste."""

from datetime import date

from django.db import connection, transaction

from partenaires.enums import Fonction
from partenaires.models import Reseau
from porteurs.enums import NatureDroit, TrancheAge
from porteurs.indicateurs import INDICATEURS
from porteurs.models import DemandeDroit, Dossier, DossierAnonyme, Participation, Porteur
from porteurs.services import effacement, tombes
from porteurs.services.acces import indexer, recalculer
from porteurs.services.espace_gestes import inscrire_un_droit
from socle.indicateurs import calculer_tous
from socle.refus import Refus

# Aucun dossier n'est plus vieux que les réseaux d'accueil.
PREMIERE_ANNEE = 1990
TRANSMISE = "Demande reçue par une autre structure du réseau, qui la transmet."

CUMULER = """
INSERT INTO porteurs_faitfige (reseau_id, annee, code, valeur) VALUES (%s, %s, %s, %s)
ON CONFLICT (reseau_id, annee, code)
DO UPDATE SET valeur = porteurs_faitfige.valeur + EXCLUDED.valeur
"""


def anonymiser(reseau: Reseau, dossiers: list[int]) -> int:
    """Anonymise ces dossiers du réseau, d'un seul tenant ; rend leur nombre.

    Les indicateurs sont lus avant et après : leur différence est ce que ces dossiers apportaient,
    une personne de deux dossiers comprise. Elle est figée, et le total ne bouge pas.
    """
    with transaction.atomic():
        _voir_un_seul_instant()
        lignes = list(
            Dossier.objects.select_for_update(of=("self",))
            .filter(reseau=reseau, pk__in=dossiers)
            .order_by("pk")
        )
        if not lignes:
            return 0
        annees = _annees(lignes, reseau.aujourd_hui())
        avant = calculer_tous(INDICATEURS, [reseau], annees)
        DossierAnonyme.objects.bulk_create(_anonymes(lignes))
        effacement.effacer_dossiers([d.pk for d in lignes])
        _figer(reseau, annees, avant, calculer_tous(INDICATEURS, [reseau], annees))
    return len(lignes)


def _voir_un_seul_instant() -> None:
    """Ce que d'autres écrivent pendant ce temps n'entre pas dans la différence.

    Ne se demande qu'au début d'une transaction : déjà dedans, l'appelant en répond.
    """
    if len(connection.savepoint_ids) == 0 and not connection.needs_rollback:
        with connection.cursor() as curseur:
            curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _annees(lignes: list[Dossier], jour: date) -> list[int]:
    premiere = max(PREMIERE_ANNEE, min(d.ouvert_le.year for d in lignes) - 1)
    return list(range(premiere, jour.year + 1))


def _anonymes(lignes: list[Dossier]) -> list[DossierAnonyme]:
    principales = {
        p.dossier_id: p.porteur
        for p in Participation.objects.filter(dossier__in=lignes)
        .select_related("porteur__departement_origine")
        .order_by("-rang")
    }
    return [_anonyme(d, principales.get(d.pk)) for d in lignes]


def _anonyme(dossier: Dossier, porteur) -> DossierAnonyme:
    origine = porteur.departement_origine if porteur else None
    return DossierAnonyme(
        reseau_id=dossier.reseau_id,
        trimestre=f"{dossier.ouvert_le.year}-T{(dossier.ouvert_le.month + 2) // 3}",
        age=tranche(porteur.naissance if porteur else None, dossier.ouvert_le),
        region_origine_id=origine.region_id if origine else None,
        etape=dossier.etape,
        secteur=dossier.secteur,
    )


def tranche(naissance: date | None, jour: date) -> TrancheAge:
    """La tranche de quinze ans où la personne était ce jour-là."""
    if naissance is None:
        return TrancheAge.INCONNU
    ages = jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))
    tranches = [t for t in TrancheAge if t != TrancheAge.INCONNU]
    return tranches[max(0, min(ages // 15, len(tranches) - 1))]


def _figer(reseau: Reseau, annees: list[int], avant: dict, apres: dict) -> None:
    with connection.cursor() as curseur:
        for code, valeurs in avant.items():
            for annee in annees:
                perdu = (valeurs[reseau.pk, annee] or 0) - (apres[code][reseau.pk, annee] or 0)
                if perdu:
                    curseur.execute(CUMULER, [reseau.pk, annee, code, perdu])


# --- À la demande d'une personne -----------------------------------------------------------------


def effacer_personne(porteur: Porteur) -> tuple[int, int]:
    """Efface une personne de partout ; rend les dossiers effacés, et ceux que d'autres gardent.

    Un dossier qu'elle seule portait part avec elle, ses comptes figés. D'un dossier que d'autres
    portent, elle est retirée : sa part, ses messages, ses pièces, et son histoire.
    """
    with transaction.atomic():
        _voir_un_seul_instant()
        partent, restent = effacement.a_effacer_avec(porteur)
        for dossier in Dossier.objects.filter(pk__in=restent).select_related("reseau"):
            annees = _annees([dossier], dossier.reseau.aujourd_hui())
            avant = calculer_tous(INDICATEURS, [dossier.reseau], annees)
            effacement.retirer_la_personne(porteur, dossier)
            apres = calculer_tous(INDICATEURS, [dossier.reseau], annees)
            _figer(dossier.reseau, annees, avant, apres)
        anonymiser(porteur.reseau, partent)
        effacement.oublier_la_personne(porteur)
    indexer(restent)
    recalculer(restent)
    return len(partent), len(restent)


def effacer_a_la_demande(*, acteur, porteur: Porteur) -> tuple[int, int]:
    """L'effacement par une structure : elle n'efface que ce dont elle répond.

    Lève ``Refus`` sans rien toucher si une autre répond d'un dossier de la personne, après lui
    avoir transmis la demande.
    """
    structures = acteur.structures(porteur.reseau_id, Fonction.TECHNICIEN)
    autres = effacement.suivis_par_d_autres(porteur, structures)
    if not autres:
        return effacer_personne(porteur)
    with transaction.atomic():
        for dossier in autres:
            attend = DemandeDroit.objects.en_attente().filter(
                dossier=dossier, porteur=porteur, nature=NatureDroit.EFFACEMENT
            )
            if not attend.exists():
                inscrire_un_droit(
                    dossier=dossier,
                    porteur=porteur,
                    nature=NatureDroit.EFFACEMENT,
                    mot=TRANSMISE,
                )
    raise Refus(
        "Une autre structure du réseau répond aussi d’un dossier de cette personne\u00a0: sa demande "
        "vient de lui être transmise, et elle a un mois pour y répondre. Rien n’est effacé\u00a0; "
        "revenez ici quand elle aura dit que c’est fait."
    )


def rejouer() -> tuple[int, int]:
    """Après une restauration : efface de nouveau ce qui l'avait été. Rejouable sans effet."""
    dossiers, personnes = tombes.revenus()
    # Les comptes d'alors sont revenus avec la sauvegarde : on les fige de nouveau.
    for reseau in Reseau.objects.filter(dossiers__in=dossiers).distinct():
        anonymiser(reseau, dossiers)
    restantes = Porteur.objects.filter(pk__in=personnes).select_related("reseau")
    for porteur in restantes:
        effacer_personne(porteur)
    return len(dossiers), len(personnes)
