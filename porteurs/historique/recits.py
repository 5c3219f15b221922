"""Comment chaque table suivie se raconte : les verbes, ce qui se tait, ce qui se voile.

Dans les phrases, ``{champ}`` devient la valeur en clair de ce champ. Les champs absents de
``articles`` se nomment par leur libellé, entre guillemets.
"""

from dataclasses import dataclass, field

from porteurs.models import (
    AccordPartage,
    Action,
    Affectation,
    Besoin,
    Candidature,
    DemandeAcces,
    Dossier,
    Echange,
    EtapeDossier,
    Financement,
    Installation,
    Orientation,
    PartAdulte,
    Participation,
    Piece,
    Porteur,
    Relais,
    SuiviInstallation,
    VoletPrive,
    VoletProfessionnel,
)


@dataclass(frozen=True)
class Recit:
    """``etats`` : la phrase d'un champ quand il prend une valeur (« * » : dès qu'il en a une)."""

    ajout: str
    suppression: str
    # Où se produit un changement, après « a changé … » : « de l’action « … » ».
    lieu: str = ""
    # Conséquences d'un autre champ, ou mécanique interne : on n'en parle pas.
    muets: frozenset[str] = frozenset()
    # Les valeurs qui se disent même à qui ne suit pas le dossier : la fiche, et qui tient quoi.
    # Toutes les autres lui sont voilées ; il apprend qu'elles ont changé.
    dits: frozenset[str] = frozenset()
    articles: dict[str, str] = field(default_factory=dict)
    etats: dict[str, dict[str, str]] = field(default_factory=dict)
    # Qui a écrit la ligne, quand le geste ne le dit pas (COPY, ligne reprise d'ailleurs).
    auteurs: tuple[str, ...] = ()
    # Un ajout qui en accompagne toujours un autre, du même geste, ne se répète pas.
    tu_avec: tuple[type, ...] = ()


TOUJOURS_MUETS = frozenset({"id", "uuid", "dossier", "participation", "besoin", "reseau"})

RECITS: dict[type, Recit] = {
    Dossier: Recit(
        "a ouvert le dossier",
        "a supprimé le dossier",
        muets=frozenset(
            {
                "reference",
                "etape_depuis",
                "clos_le",
                "dernier_contact_le",
                "ouvert_le",
                "ouvert_par",
            }
        ),
        articles={
            "structure_responsable": "la structure qui répond du dossier",
            "intitule": "le projet en une ligne",
            "nature": "la nature du projet",
            "secteur": "le secteur",
            "commune": "la commune",
            "etape": "l’étape",
            "prochaine_etape": "la prochaine étape",
            "origine": "l’origine",
            "informe_le": "la date d’information",
            "information_mode": "la façon dont la personne a été informée",
            "opposition_le": "la date d’opposition au partage",
        },
        etats={
            "informe_le": {"*": "a noté que la personne est informée depuis le {informe_le}"},
            "opposition_le": {"*": "a noté que la personne s’oppose au partage"},
        },
        auteurs=("ouvert_par",),
        dits=frozenset(
            {
                "structure_responsable",
                "intitule",
                "commune",
                "etape",
                "prochaine_etape",
                "informe_le",
                "opposition_le",
            }
        ),
    ),
    Porteur: Recit(
        "a enregistré une personne",
        "a effacé une personne",
        lieu="d’une personne du projet",
        muets=frozenset({"telephone"}),
        articles={
            "prenom": "le prénom",
            "nom": "le nom",
            "email": "l’adresse de courriel",
            "telephone_saisi": "le téléphone",
            "naissance": "la date de naissance",
            "departement_origine": "le département d’origine",
            "langue": "la langue des courriels",
        },
        tu_avec=(Participation,),
    ),
    Participation: Recit(
        "a ajouté {porteur} au dossier",
        "a retiré {porteur} du dossier",
        lieu="de {porteur}",
        muets=frozenset({"rang", "porteur", "information_mode", "adresse_a_confirmer_depuis"}),
        articles={"role": "la place dans le projet", "informe_le": "la date d’information"},
        etats={
            "informe_le": {"*": "a noté que {porteur} a reçu l’information"},
            "opposition_le": {"*": "a noté que {porteur} s’oppose au partage"},
        },
        tu_avec=(Dossier,),
        dits=frozenset({"porteur", "role", "informe_le", "opposition_le"}),
    ),
    EtapeDossier: Recit(
        "a noté l’étape «\u00a0{etape}\u00a0» au {le}",
        "a effacé l’étape «\u00a0{etape}\u00a0»",
        lieu="de l’étape «\u00a0{etape}\u00a0»",
        articles={"etape": "le nom", "le": "la date", "motif": "le motif"},
        auteurs=("par",),
        tu_avec=(Dossier,),
        dits=frozenset({"etape", "le"}),
    ),
    Affectation: Recit(
        "a proposé à {utilisateur} d’être {role}",
        "a effacé la proposition faite à {utilisateur} d’être {role}",
        lieu="du rôle de {role} de {utilisateur}",
        muets=frozenset({"repondue_le", "proposee_par", "proposee_le", "utilisateur", "role"}),
        articles={"periode": "la période", "motif": "le motif", "structure": "la structure"},
        etats={
            "etat": {
                "acceptee": "a noté l’accord de {utilisateur} pour être {role}",
                "declinee": "a noté que {utilisateur} ne sera pas {role}",
                "retiree": "a retiré la proposition faite à {utilisateur} d’être {role}",
            }
        },
        auteurs=("proposee_par",),
        dits=frozenset({"utilisateur", "role", "structure", "etat", "periode"}),
    ),
    Relais: Recit(
        "a proposé de passer le relais à {vers}",
        "a effacé le relais proposé à {vers}",
        lieu="du relais vers {vers}",
        muets=frozenset({"propose_le", "propose_par", "repondu_le", "repondu_par", "de", "vers"}),
        articles={"resume": "le résumé", "motif": "le motif"},
        etats={
            "etat": {
                "accepte": "a accepté le relais pour {vers}",
                "refuse": "a refusé le relais pour {vers}",
                "annule": "a retiré le relais proposé à {vers}",
            }
        },
        auteurs=("propose_par",),
        dits=frozenset({"vers", "etat"}),
    ),
    Echange: Recit(
        "a noté un échange\u00a0: {nature} du {le}",
        "a supprimé un échange\u00a0: {nature} du {le}",
        lieu="d’un échange du {le}",
        muets=frozenset({"auteur", "structure", "porteur"}),
        articles={"texte": "le texte", "audience": "les lecteurs", "nature": "la nature"},
        auteurs=("auteur", "porteur"),
        dits=frozenset({"nature", "le", "audience"}),
    ),
    Action: Recit(
        "a ajouté l’action «\u00a0{libelle}\u00a0» pour le {echeance}",
        "a supprimé l’action «\u00a0{libelle}\u00a0»",
        lieu="de l’action «\u00a0{libelle}\u00a0»",
        articles={
            "libelle": "le libellé",
            "responsable": "la personne chargée",
            "echeance": "l’échéance",
        },
        etats={"faite_le": {"*": "a marqué faite l’action «\u00a0{libelle}\u00a0»"}},
        dits=frozenset({"echeance", "responsable", "faite_le"}),
    ),
    Financement: Recit(
        "a ajouté un financement\u00a0: {nature} de {montant}\u00a0€",
        "a supprimé un financement\u00a0: {nature} de {montant}\u00a0€",
        lieu="du financement ({nature})",
        articles={
            "nature": "la nature",
            "structure": "qui accorde",
            "montant": "le montant en euros",
            "accorde_le": "la date",
            "concours": "le concours",
        },
        dits=frozenset({"nature"}),
    ),
    Installation: Recit(
        "a noté l’installation à {commune} le {le}",
        "a effacé l’installation à {commune}",
        lieu="de l’installation",
        articles={"le": "la date", "commune": "la commune", "emplois": "les emplois"},
        dits=frozenset({"commune", "le"}),
    ),
    Candidature: Recit(
        "a présenté le projet au concours «\u00a0{concours}\u00a0»",
        "a retiré le projet du concours «\u00a0{concours}\u00a0»",
        lieu="de la candidature à «\u00a0{concours}\u00a0»",
        muets=frozenset({"concours", "presentee_par", "presentee_le", "accord_mode"}),
        dits=frozenset({"concours", "etat"}),
        articles={"etat": "l’état", "rang": "le rang", "montant": "le prix"},
        auteurs=("presentee_par",),
    ),
    SuiviInstallation: Recit(
        "a prévu de prendre des nouvelles à {mois}",
        "a effacé les nouvelles à {mois}",
        lieu="des nouvelles à {mois}",
        muets=frozenset(
            {"installation", "demande_le", "relance_le", "a_appeler_le", "clos_le", "par"}
            | {"repondu_le"}
        ),
        articles={"reponse": "la réponse", "satisfaction": "la satisfaction", "mot": "le mot"},
        tu_avec=(Installation,),
        dits=frozenset({"mois"}),
    ),
    VoletProfessionnel: Recit(
        "a commencé le volet professionnel",
        "a effacé le volet professionnel",
        lieu="du volet professionnel",
    ),
    VoletPrive: Recit(
        "a commencé le volet privé", "a effacé le volet privé", lieu="du volet privé"
    ),
    PartAdulte: Recit(
        "a commencé la part privée d’un adulte",
        "a effacé la part privée d’un adulte",
        lieu="de la part privée d’un adulte",
    ),
    AccordPartage: Recit(
        "a noté l’accord d’un adulte pour que {structure} lise le volet privé",
        "a effacé un accord de partage avec {structure}",
        lieu="de l’accord de partage avec {structure}",
        muets=frozenset({"structure", "note_par"}),
        etats={"retire_le": {"*": "a noté la fin de l’accord de partage avec {structure}"}},
        auteurs=("note_par",),
        dits=frozenset({"structure", "retire_le"}),
    ),
    DemandeAcces: Recit(
        "a demandé l’accès au dossier pour {structure}",
        "a effacé la demande d’accès de {structure}",
        lieu="de la demande d’accès de {structure}",
        muets=frozenset({"demandeur", "demandee_le", "repondu_par", "repondu_le", "structure"}),
        etats={
            "etat": {
                "acceptee": "a accepté la demande d’accès de {structure}",
                "refusee": "a refusé la demande d’accès de {structure}",
                "retiree": "a retiré la demande d’accès de {structure}",
                "terminee": "a mis fin à l’accès de {structure}",
            }
        },
        auteurs=("demandeur",),
        dits=frozenset({"structure", "etat"}),
    ),
    Besoin: Recit(
        "a noté un besoin\u00a0: {theme}",
        "a supprimé le besoin\u00a0: {theme}",
        lieu="du besoin «\u00a0{theme}\u00a0»",
        muets=frozenset({"cote", "cree_par", "pris_le", "clos_le", "sans_solution_le"}),
        articles={"theme": "le thème", "etat": "la situation", "etape": "l’étape"},
        auteurs=("cree_par",),
        dits=frozenset({"theme", "etat", "etape"}),
    ),
    Orientation: Recit(
        "a proposé un besoin à {structure}",
        "a effacé une proposition faite à {structure}",
        lieu="de la proposition faite à {structure}",
        muets=frozenset(
            {"raisons", "envoyee_le", "envoyee_par", "repondue_le", "repondue_par", "suite_de"}
            | {"structure"}
        ),
        articles={"revoir_le": "la date à laquelle revoir", "personne": "la personne pressentie"},
        etats={
            "etat": {
                "prise": "a pris en charge un besoin pour {structure}",
                "refusee": "a refusé un besoin pour {structure}",
                "passee": "a passé un besoin de {structure} à une autre structure",
                "retiree": "a retiré un besoin proposé à {structure}",
            }
        },
        auteurs=("envoyee_par",),
        dits=frozenset({"structure", "etat", "revoir_le", "personne"}),
    ),
    Piece: Recit(
        "a déposé la pièce «\u00a0{intitule}\u00a0»",
        "a retiré la pièce «\u00a0{intitule}\u00a0»",
        lieu="de la pièce «\u00a0{intitule}\u00a0»",
        muets=frozenset({"fichier", "porteur", "structure", "deposee_par", "deposee_le"}),
        articles={"intitule": "l’intitulé", "audience": "les lecteurs"},
        auteurs=("deposee_par", "porteur"),
        dits=frozenset({"audience"}),
    ),
}
