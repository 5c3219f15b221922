"""Ce qu’un réseau emporte de ses partenaires, dans l’ordre où cela se relit.

Les comptes, les structures et les fichiers partent s’ils sont nommés par le réseau. Restent : les
courriels, les liens d’entrée, le journal d’accès de l’installation, ce que le parent a donné.
"""

from uuid import uuid4

from django.db.models import Exists, OuterRef, Q

from partenaires.models import Mandat
from socle.emport.table import Table


def _gens(reseau):
    """Qui a eu un jour une fonction dans le réseau."""
    return Mandat.objects.filter(reseau=reseau).values_list("utilisateur", flat=True)


def _par_ses_gens(reseau, champ: str) -> Q:
    return Q(Exists(Mandat.objects.filter(reseau=reseau, utilisateur=OuterRef(champ))))


def _de_ses_themes(reseau) -> Q:
    """D’une structure partagée ne partent que les thèmes que ce réseau lit."""
    return Q(theme__reseau=None) | Q(theme__reseau__in=[reseau.pk, reseau.parent_id or reseau.pk])


TABLES = [
    # D'où vient une personne, où se tient une permanence : cela se retrouve à l'arrivée, comme une commune.
    Table("partenaires.Region", cles=("code",), trouver_seulement=True, sauf=("nom",)),
    Table(
        "partenaires.Departement", cles=("code",), trouver_seulement=True, sauf=("nom", "region")
    ),
    Table("partenaires.Epci", cles=("code",), trouver_seulement=True, sauf=("nom", "type")),
    Table(
        "partenaires.Commune",
        cles=("code",),
        trouver_seulement=True,
        sauf=(
            "nom",
            "cle_tri",
            "departement",
            "epci",
            "codes_postaux",
            "population",
            "latitude",
            "longitude",
        ),
    ),
    Table(
        "socle.Utilisateur",
        cles=("email",),
        parmi=_gens,
        sauf=("est_administrateur", "last_login"),
        # Nul mot de passe ne voyage : on entre par « mot de passe oublié ».
        neuf=(("password", lambda: f"!{uuid4().hex}"),),
    ),
    Table("socle.Fichier", neuf=(("rangement", lambda: uuid4().hex),)),
    Table("partenaires.Structure", cles=("uuid", "siret"), sauf=("fusionnee_dans",)),
    Table("partenaires.Reseau", chemin="pk", sauf=("parent", "parent_propose", "peut_ouvrir")),
    Table("partenaires.Theme", cles=("code",), ici=(("reseau", None),), rattacher="reseau"),
    Table("partenaires.ReseauCommune", chemin="reseau"),
    Table("partenaires.StructureCommune", avec="structure"),
    Table("partenaires.Competence", avec="structure", filtre=_de_ses_themes),
    Table("partenaires.CompetenceCommune", avec="competence"),
    Table(
        "partenaires.CompetencePersonne",
        avec="competence",
        filtre=lambda reseau: _par_ses_gens(reseau, "utilisateur"),
    ),
    Table("partenaires.GrilleCompetences", avec="structure"),
    Table(
        "partenaires.ConfirmationAnnuelle",
        avec="structure",
        filtre=lambda reseau: Q(par=None) | _par_ses_gens(reseau, "par"),
    ),
    Table("partenaires.AdministrationSeule", chemin="reseau"),
    Table("partenaires.Conformite", chemin="reseau", sauf=("reprise_de",)),
    Table("partenaires.ModeleConvention", chemin="reseau"),
    Table("partenaires.Convention", chemin="reseau"),
    Table("partenaires.ConventionStructure", chemin="convention__reseau"),
    Table("partenaires.Avenant", chemin="convention__reseau"),
    Table("partenaires.AvenantStructure", chemin="avenant__convention__reseau"),
    Table("partenaires.Objectif", chemin="convention__reseau"),
    Table("partenaires.SuiviObjectif", chemin="objectif__convention__reseau"),
    Table("partenaires.DocumentConvention", chemin="convention__reseau"),
    Table("partenaires.CharteFonctionnement", chemin="reseau"),
    Table("partenaires.AcceptationCharte", chemin="charte__reseau"),
    Table("partenaires.Mandat", chemin="reseau"),
    Table("partenaires.Invitation", chemin="reseau", sauf=("lien",)),
    Table("partenaires.Evenement", chemin="reseau"),
    Table("partenaires.Inscription", chemin="evenement__reseau"),
    Table("partenaires.Exposant", chemin="evenement__reseau"),
    Table("partenaires.LigneBudget", chemin="evenement__reseau"),
    Table("partenaires.Evaluation", chemin="evenement__reseau"),
    Table("partenaires.Jalon", chemin="reseau"),
    Table("partenaires.RubriqueDiagnostic", chemin="reseau"),
    Table("partenaires.Ressource", chemin="reseau"),
    Table("partenaires.VersionRessource", chemin="ressource__reseau"),
    Table("partenaires.QuestionRessource", chemin="ressource__reseau"),
]

# Ce qui ne part pas, et pourquoi.
RESTENT = {
    "socle.Courriel": "la boîte d’envoi est celle de l’installation",
    "socle.AccesJournal": "le journal est celui de l’installation, gardé douze mois",
    "socle.LienSigne": "un lien d’entrée n’ouvre que l’installation qui l’a écrit",
    "socle.PreferenceCourriel": "chacun choisit à nouveau ses courriels",
    "socle.Debit": "technique",
    "socle.Battement": "technique",
    "socle.EnvoiUnique": "technique",
    "socle.Brouillon": "ce que chacun est en train d’écrire finit là où il l’a commencé",
    "partenaires.PopulationCommune": "donnée de référence",
    "partenaires.ContourCommune": "donnée de référence",
    "partenaires.CommuneAncienne": "donnée de référence",
    "partenaires.Fusion": "une fusion ne se défait que là où elle s’est faite",
    "partenaires.ImportStructures": "un import en cours n’a pas encore eu lieu",
    "partenaires.DepartSignale": "un départ signalé se traite avant le déménagement",
    "partenaires.AgendaPersonnel": "une adresse secrète ne vaut que dans l’installation qui l’a donnée",
    "partenaires.Emport": "le fichier lui-même",
    "partenaires.ResumeCompetences": "la base le refait à mesure que les compétences arrivent",
    "porteurs.EntreeEspace": "un code d’entrée n’ouvre que l’installation qui l’a envoyé",
    "porteurs.AvertissementConservation": "le nouveau portail prévient de nouveau, avec son adresse",
    "porteurs.LectureMotivee": "une lecture ne vaut que deux jours, là où elle fut demandée",
    "porteurs.Acces": "les droits se recalculent à l’arrivée",
    "porteurs.Export": "un export expire en deux jours, là où il fut demandé",
    "porteurs.ImportDossiers": "un import ne se relit et ne se défait que là où il s’est fait",
    "porteurs.LigneImport": "un import ne se relit et ne se défait que là où il s’est fait",
    "porteurs.CorrespondanceImport": "les titres de colonnes se reconnaissent à nouveau",
}
