"""Qui peut quoi sur les dossiers. Qui *voit* : ``visible_par`` et la table acces."""

from partenaires.enums import Fonction, Module
from porteurs.enums import Volet
from porteurs.espace.acteur import ROLE
from porteurs.models import Acces, Dossier
from socle.permissions import TOUJOURS, Etat, Regle

T, P, A, E = Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR, Fonction.ELU


def suit(acteur, dossier: Dossier) -> bool:
    """L'acteur a le volet professionnel ; lu sur l'annotation quand la requête l'a posée."""
    if not hasattr(dossier, "suivi"):
        dossier.suivi = (
            Acces.objects.de(acteur, Volet.PROFESSIONNEL).filter(dossier=dossier.pk).exists()
        )
    return dossier.suivi


def lit_le_prive(acteur, dossier: Dossier) -> bool:
    """L'acteur a aussi le volet privé ; lu sur l'annotation quand la requête l'a posée."""
    if not hasattr(dossier, "prive"):
        dossier.prive = Acces.objects.prives(acteur).filter(dossier=dossier.pk).exists()
    return dossier.prive


def repond(acteur, objet) -> bool:
    """La structure de l'acteur répond du dossier ; ``objet`` : le dossier, ou ce qui en porte un."""
    dossier = getattr(objet, "dossier", objet)
    return dossier.structure_responsable_id in acteur.structures(dossier.reseau_id, T)


def _porte_la_fiche(acteur, dossier: Dossier) -> bool:
    """La personne que la fiche nomme en premier, dans son espace."""
    return hasattr(acteur, "parts") and acteur.parts.filter(dossier=dossier.pk, rang=1).exists()


SA_FICHE = Etat("c’est sa fiche, et il le fait depuis son espace", _porte_la_fiche)
SUIVI = Etat("sa structure ou lui-même suit le dossier", suit)
SUIVI_OUVERT = Etat(
    "il suit le dossier, encore ouvert", lambda acteur, d: d.ouvert and suit(acteur, d)
)
RESPONSABLE = Etat("sa structure répond du dossier", repond)
RESPONSABLE_OUVERT = Etat(
    "sa structure répond du dossier, encore ouvert",
    lambda acteur, d: d.ouvert and repond(acteur, d),
)
SUIVI_OU_SORTI = Etat("il suit le dossier, ouvert ou sorti de la chaîne", suit)
STRUCTURE_PRESSENTIE = Etat(
    "sa structure est celle à qui le relais est proposé",
    lambda acteur, relais: relais.vers_id in acteur.structures(relais.reseau_id, T),
)
STRUCTURE_DU_RELAIS = Etat(
    "sa structure a proposé le relais",
    lambda acteur, relais: relais.de_id in acteur.structures(relais.reseau_id, T),
)
PERSONNE_PRESSENTIE = Etat(
    "c’est à lui que le rôle est proposé",
    lambda acteur, affectation: affectation.utilisateur_id == acteur.utilisateur_id,
)
ACTION_SUIVIE = Etat(
    "il suit le dossier de l’action", lambda acteur, action: suit(acteur, action.dossier)
)
VISIBLE = Etat("il voit le dossier", lambda acteur, objet: True)

REGLES = [
    Regle(
        "porteurs.dossiers",
        "Lister et chercher les dossiers visibles",
        ("porteurs:dossiers",),
        {T: TOUJOURS, P: TOUJOURS, A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.dossier.ouvrir",
        "Ouvrir un dossier",
        ("porteurs:dossier_ouvrir",),
        {T: TOUJOURS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.dossier.voir",
        "Lire la fiche partagée, et plus quand on suit le dossier",
        ("porteurs:dossier",),
        {T: VISIBLE, P: VISIBLE, A: VISIBLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.dossier.soutiens",
        "Lire les financements et l’installation d’un dossier",
        ("porteurs:dossier_soutiens",),
        {T: SUIVI, P: SUIVI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.dossier.modifier",
        "Modifier la fiche",
        ("porteurs:dossier_modifier",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.personne.modifier",
        "Corriger le nom ou les coordonnées d’une personne accompagnée",
        ("porteurs:personne_modifier",),
        {T: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.dossier.etape",
        "Changer l’étape, clore ou rouvrir",
        ("porteurs:dossier_etape",),
        {T: SUIVI_OU_SORTI},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.dossier.information",
        "Noter que la personne est informée, ou qu’elle s’oppose",
        ("porteurs:dossier_information", "porteurs:dossier_opposition"),
        {T: RESPONSABLE, ROLE: SA_FICHE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.echange.noter",
        "Noter un échange",
        ("porteurs:echange_noter",),
        {T: SUIVI_OUVERT, P: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.action.ajouter",
        "Ajouter une action",
        ("porteurs:action_ajouter",),
        {T: SUIVI_OUVERT, P: SUIVI_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.action.terminer",
        "Marquer une action faite",
        ("porteurs:action_terminer",),
        {T: ACTION_SUIVIE, P: ACTION_SUIVIE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.affectation.proposer",
        "Proposer un référent ou un parrain",
        ("porteurs:affectation_proposer",),
        {T: RESPONSABLE_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.affectation.repondre",
        "Accepter ou décliner un rôle",
        ("porteurs:affectation_repondre",),
        {T: PERSONNE_PRESSENTIE, P: PERSONNE_PRESSENTIE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.affectation.retirer",
        "Retirer une proposition de rôle sans réponse",
        ("porteurs:affectation_retirer",),
        {T: RESPONSABLE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.relais.proposer",
        "Passer le relais à une autre structure",
        ("porteurs:relais_proposer",),
        {T: RESPONSABLE_OUVERT},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.relais.repondre",
        "Accepter ou refuser un relais",
        ("porteurs:relais_repondre",),
        {T: STRUCTURE_PRESSENTIE},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.relais.annuler",
        "Retirer un relais sans réponse",
        ("porteurs:relais_annuler",),
        {T: STRUCTURE_DU_RELAIS},
        module=Module.DOSSIERS,
    ),
    Regle(
        "porteurs.doublon.traiter",
        "Classer un doublon signalé",
        ("porteurs:doublon_traiter",),
        {A: TOUJOURS},
        module=Module.DOSSIERS,
    ),
]
