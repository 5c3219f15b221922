"""Les mots d'une transmission : un cédant suit la même chaîne que les autres, à sa façon."""

from porteurs.enums import Etape, NatureProjet

# Céder n'est ni créer ni s'installer ; les sorties se disent comme partout.
MOTS = {
    Etape.IDEE: "envie de transmettre",
    Etape.ETUDE: "diagnostic",
    Etape.MONTAGE: "préparation",
    Etape.FINANCEMENT: "négociation",
    Etape.CREATION: "cession",
    Etape.INSTALLE: "activité transmise",
    Etape.SUIVI: "suivi après cession",
    Etape.DEVELOPPEMENT: "la suite",
}


def mot_de_l_etape(nature: str, etape: str) -> str:
    """L'étape telle que la vit ce projet : « cession » plutôt que « création ou reprise »."""
    if nature == NatureProjet.CESSION and etape in MOTS:
        return MOTS[Etape(etape)]
    return Etape(etape).label
