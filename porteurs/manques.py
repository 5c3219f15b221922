"""Ce qui manque à un dossier pour avancer : déduit de ce qu'on vient d'en lire, le plus gênant d'abord."""

from dataclasses import dataclass

from django.urls import reverse

from partenaires.enums import Fonction
from porteurs.enums import CHAINE, Etape, RoleAffectation
from porteurs.models import Dossier
from socle.permissions import peut
from socle.texte import de, enumerer


@dataclass(frozen=True)
class Manque:
    """Une phrase, le geste qui y répond, et son adresse."""

    phrase: str
    geste: str
    adresse: str


def manques(acteur, dossier: Dossier) -> list[Manque]:
    """Vide pour qui ne suit pas le dossier : ce n'est pas à lui de le compléter.

    ``dossier`` vient de ``porteurs.dossier_lu`` ; rien n'est relu.
    """
    if not dossier.suivi or not dossier.ouvert:
        return []
    trouves = [
        *_information(acteur, dossier),
        *_coordonnees(acteur, dossier),
        *_suite(acteur, dossier),
        *_accompagnement(acteur, dossier),
        *_volets(acteur, dossier),
    ]
    return [m for m in trouves if m is not None]


def _manque(acteur, action: str, dossier: Dossier, phrase: str, geste: str, route: str, *suite):
    """Le manque, si l'acteur peut y répondre."""
    if not peut(acteur, action, dossier):
        return None
    adresse = reverse(f"porteurs:{route}", args=[dossier.reseau.slug, dossier.uuid, *suite])
    return Manque(phrase, geste, adresse)


def _information(acteur, dossier: Dossier):
    action = "porteurs.dossier.information"
    if dossier.informe_le is None:
        yield _manque(
            acteur,
            action,
            dossier,
            "La personne n’est pas encore informée : le réseau ne voit rien de ce dossier.",
            "Noter qu’elle est informée",
            "dossier_information",
        )
    for adulte in dossier.personnes:
        if adulte.rang > 1 and adulte.informe_le is None:
            yield _manque(
                acteur,
                action,
                dossier,
                f"On n’a pas encore dit à {adulte.porteur.prenom} ce qui est partagé.",
                "Noter l’information",
                "adulte_information",
                adulte.uuid,
            )


def _coordonnees(acteur, dossier: Dossier):
    principal = dossier.personnes[0].porteur
    if not principal.telephone_saisi and not principal.email:
        yield _manque(
            acteur,
            "porteurs.personne.modifier",
            dossier,
            "Ni téléphone ni courriel : on ne sait pas comment la joindre.",
            "Ajouter ses coordonnées",
            "personne_modifier",
            principal.uuid,
        )


def _suite(acteur, dossier: Dossier):
    if dossier.nouvelles_dues and peut(acteur, "porteurs.installation.suivre", dossier):
        yield Manque(
            "Des nouvelles de l’installation sont à prendre.",
            "Noter les nouvelles",
            reverse("porteurs:suivi_noter", args=[dossier.reseau.slug, dossier.nouvelles_dues]),
        )
    atteinte = dossier.etape in CHAINE and CHAINE.index(dossier.etape) >= CHAINE.index(
        Etape.INSTALLE
    )
    if atteinte and getattr(dossier, "installation", None) is None:
        yield _manque(
            acteur,
            "porteurs.installation.saisir",
            dossier,
            "Le projet est installé, et son installation n’est pas notée.",
            "Noter l’installation",
            "installation_saisir",
        )
    if not dossier.actions_lues:
        yield _manque(
            acteur,
            "porteurs.action.ajouter",
            dossier,
            "Aucune action datée : rien ne rappellera ce dossier.",
            "Prévoir une action",
            "action_ajouter",
        )
    if not dossier.prochaine_etape:
        yield _manque(
            acteur,
            "porteurs.dossier.modifier",
            dossier,
            "Ce qui vient ensuite n’est pas dit sur la fiche.",
            "Le dire en une ligne",
            "dossier_modifier",
        )


def _accompagnement(acteur, dossier: Dossier):
    referents = [r for r in dossier.roles if r.role == RoleAffectation.REFERENT]
    if not any(r.en_cours or r.etat == "proposee" for r in referents):
        yield _manque(
            acteur,
            "porteurs.affectation.proposer",
            dossier,
            "Sans référent pour l’instant.",
            "Proposer un référent",
            "affectation_proposer",
            RoleAffectation.REFERENT,
        )
    if not dossier.a_un_besoin:
        yield _manque(
            acteur,
            "porteurs.besoin.ajouter",
            dossier,
            "Aucun besoin noté : Maillon ne peut proposer personne.",
            "Noter un besoin",
            "besoin_ajouter",
        )


def _volets(acteur, dossier: Dossier):
    siennes = acteur.structures(dossier.reseau_id, Fonction.TECHNICIEN)
    accordes = {a.participation_id for a in dossier.accords_lus if a.structure_id in siennes}
    sans_accord = [p for p in dossier.personnes if p.pk not in accordes]
    if siennes and sans_accord:
        noms = enumerer(de(p.porteur.prenom) for p in sans_accord)
        yield _manque(
            acteur,
            "porteurs.accord.noter",
            dossier,
            f"Il manque l’accord {noms} pour parler logement, école, emploi du conjoint.",
            "Noter l’accord",
            "accord_noter",
        )
    if dossier.professionnel_lu.pk is None:
        yield _manque(
            acteur,
            "porteurs.volet.professionnel",
            dossier,
            "Le volet professionnel est vide : activité, budget, locaux.",
            "Le commencer",
            "volet_professionnel",
        )
