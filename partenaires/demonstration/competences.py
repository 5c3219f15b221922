"""Ce que font les structures de la démonstration : une chaîne presque entière, avec de vrais trous.

Personne ne s'occupe du téléphone ni de l'emploi du conjoint, l'accès aux soins ne tient qu'à une
personne, et le financement se recouvre : c'est ce que la matrice doit faire voir.
"""

from datetime import datetime, time, timedelta

from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.structures import STRUCTURES
from partenaires.enums import CHAINE, Etape, Fonction, TypeStructure
from partenaires.models import (
    Commune,
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    GrilleCompetences,
    StructureCommune,
    Theme,
)

T, E = TypeStructure, Etape
AVANT = (E.IDEE, E.ETUDE, E.MONTAGE)
CREER = (*AVANT, E.FINANCEMENT, E.CREATION)
APRES = (E.INSTALLE, E.SUIVI, E.DEVELOPPEMENT)
TOUTES = tuple(CHAINE)
COMMERCE, FERME = ("C", "F", "G", "I", "S"), ("A",)

# Par nature de structure : {thème: étapes}.
PAR_TYPE = {
    T.CCI: {
        "etude-de-marche": AVANT,
        "statut-juridique": (E.ETUDE, E.MONTAGE, E.CREATION),
        "reprise": CREER,
        "formation": (E.MONTAGE, E.SUIVI),
        "numerique": (E.CREATION, *APRES),
        "financement": (E.ETUDE, E.MONTAGE),
    },
    T.CHAMBRE_AGRICULTURE: {
        "etude-de-marche": AVANT,
        "foncier": (*CREER, E.DEVELOPPEMENT),
        "reprise": CREER,
        "formation": (E.IDEE, E.MONTAGE, E.SUIVI),
        "financement": (E.MONTAGE, E.FINANCEMENT),
    },
    T.PLATEFORME: {"financement": (E.MONTAGE, E.FINANCEMENT, E.CREATION, E.SUIVI, E.DEVELOPPEMENT)},
    T.EPCI: {
        "local": (*CREER, E.DEVELOPPEMENT),
        "foncier": (E.ETUDE, E.MONTAGE),
        "logement": (*AVANT, E.CREATION, E.INSTALLE),
        "garde-d-enfants": (E.ETUDE, E.CREATION, E.INSTALLE),
        "demarches": (E.IDEE, E.CREATION, E.INSTALLE),
    },
    T.COMMUNE: {
        "ecole": (E.CREATION, E.INSTALLE),
        "vie-locale": (E.IDEE, *APRES),
        "demarches": (E.CREATION, E.INSTALLE),
        "logement": (E.INSTALLE,),
    },
    T.PARC: {
        "vie-locale": (E.IDEE, E.ETUDE, *APRES),
        "mobilite": (E.IDEE, E.ETUDE, E.INSTALLE),
        "reprise": (E.IDEE,),
    },
    T.BOUTIQUE_GESTION: {
        "etude-de-marche": AVANT,
        "statut-juridique": AVANT,
        "financement": (E.MONTAGE, E.FINANCEMENT),
    },
    T.CREDIT_SOLIDAIRE: {"financement": (E.MONTAGE, E.FINANCEMENT, E.SUIVI)},
    T.GARANTIE: {"financement": (E.FINANCEMENT,)},
    T.UNION_COOPERATIVES: {"reprise": (E.IDEE, E.ETUDE), "statut-juridique": (E.ETUDE, E.MONTAGE)},
    T.COOPERATIVE_ACTIVITES: {
        "statut-juridique": (*AVANT, *APRES),
        "formation": (*AVANT, *APRES),
        "numerique": (E.ETUDE, E.MONTAGE),
    },
    T.COMITE_EXPANSION: {
        "local": (E.ETUDE, E.MONTAGE),
        "recrutement": (E.INSTALLE, E.DEVELOPPEMENT),
    },
    T.AGENCE: {"etude-de-marche": (E.IDEE,), "recrutement": (E.IDEE, E.DEVELOPPEMENT)},
}
# En plus, pour certaines.
EN_PLUS = {
    "cc-ambert": {"acces-aux-soins": (E.IDEE, E.INSTALLE), "ecole": (E.IDEE, E.ETUDE)},
    "cc-thiers": {"mobilite": (E.INSTALLE, E.SUIVI), "demarches": TOUTES},
    "cc-saint-flour": {"acces-aux-soins": (E.IDEE, E.INSTALLE)},
    "cci-63": {"recrutement": (E.CREATION, *APRES)},
}
SECTEURS = {T.CCI: COMMERCE, T.CHAMBRE_AGRICULTURE: FERME}
# Les départements où vont celles qui n'en servent qu'un.
DEPARTEMENTS = {
    "cci-63": "63",
    "ca-63": "63",
    "cci-43": "43",
    "ca-43": "43",
    "pil-thiers": "63",
    "pil-brioude": "43",
    "comite": "43",
}
# Celles qui nomment qui s'en charge ; les autres répondent d'une seule voix.
NOMMENT = {"cc-ambert", "cci-63", "boutique", "cae", "pil-thiers", "cc-saint-flour"}
# Ambert sait accueillir à l'école, mais seulement dans ces trois communes.
ECOLES = ("63003", "63010", "63230")


def construire_competences(contexte: Contexte) -> None:
    themes = {t.code: t.pk for t in Theme.objects.filter(reseau=None)}
    competences = []
    for demo in STRUCTURES:
        for code, etapes in {**PAR_TYPE[demo.type], **EN_PLUS.get(demo.cle, {})}.items():
            competences += [
                Competence(
                    structure=contexte.structures[demo.cle],
                    theme_id=themes[code],
                    etape=etape,
                    sections=list(SECTEURS.get(demo.type, ())),
                )
                for etape in etapes
            ]
    competences = Competence.objects.bulk_create(competences)
    _dessertes(contexte)
    _personnes(contexte, competences)
    ambert = contexte.structures["cc-ambert"].pk
    ecoles = Commune.objects.filter(code__in=ECOLES).order_by("code")
    CompetenceCommune.objects.bulk_create(
        CompetenceCommune(competence=c, commune=commune)
        for c in competences
        if c.structure_id == ambert and c.theme_id == themes["ecole"]
        for commune in ecoles
    )


def _dessertes(contexte: Contexte) -> None:
    """Une intercommunalité sert ses communes, une commune la sienne, une chambre son département."""
    lignes = []
    for demo in STRUCTURES:
        communes = Commune.objects.order_by("code")
        if demo.epci:
            communes = communes.filter(epci__code=demo.epci)
        elif demo.type == T.COMMUNE:
            communes = communes.filter(code=demo.commune)
        elif demo.cle in DEPARTEMENTS:
            communes = communes.filter(
                departement__code=DEPARTEMENTS[demo.cle],
                couvertures__reseau__in=[contexte.reseaux[slug] for slug in demo.reseaux],
            )
        else:
            continue
        lignes += [
            StructureCommune(structure=contexte.structures[demo.cle], commune_id=pk)
            for pk in communes.values_list("pk", flat=True)
        ]
    StructureCommune.objects.bulk_create(lignes)


def _personnes(contexte: Contexte, competences: list[Competence]) -> None:
    """Qui s'en charge, et quand la structure l'a dit."""
    noms, grilles = [], []
    for demo in STRUCTURES:
        structure = contexte.structures[demo.cle]
        reseau = contexte.reseaux[demo.reseaux[0]]
        en_poste = contexte.en_poste(reseau, structure.pk, contexte.jour, Fonction.TECHNICIEN)
        personnes = list(dict.fromkeys(m.utilisateur_id for m in en_poste))[:2]
        if demo.cle in NOMMENT:
            noms += [
                CompetencePersonne(competence=c, utilisateur_id=pk)
                for c in competences
                if c.structure_id == structure.pk
                for pk in personnes
            ]
        dit_le = datetime.combine(contexte.fin - timedelta(days=60), time(10, 30), reseau.tz)
        if personnes:
            grilles.append(
                GrilleCompetences(
                    structure=structure, modifiee_le=dit_le, modifiee_par_id=personnes[0]
                )
            )
    CompetencePersonne.objects.bulk_create(noms)
    GrilleCompetences.objects.bulk_create(grilles)
