"""Les valeurs qu'on ne comprend pas : demandées une fois chacune, pas ligne par ligne."""

from porteurs.models import ImportDossiers, LigneImport
from porteurs.models.imports import EtatLigne
from porteurs.services.imports.champs import LIBELLES
from porteurs.services.imports.lignes import LOT
from porteurs.services.imports.verification import Lecteur, lieu

# Ce qui se demande au plus : au-delà, c'est une autre colonne qu'il fallait choisir.
QUESTIONS = 200
TRADUITS = ("nature", "secteur", "etape", "referent")


def a_preciser(import_dossiers: ImportDossiers, lecteur: Lecteur) -> list[dict]:
    """Les valeurs qu'on ne comprend pas, chacune une fois, avec ce qu'on peut y répondre."""
    questions: dict[tuple[str, str], dict] = {}
    fautives = LigneImport.objects.filter(
        import_dossiers=import_dossiers, etat=EtatLigne.FAUTIVE
    ).order_by("numero")
    for ligne in fautives.iterator(chunk_size=LOT):
        cases = {c: ligne.saisie[rang] for c, rang in lecteur.colonnes.items()}
        for champ in ligne.erreurs:
            texte, choix = _question(lecteur, champ, cases)
            if choix:
                question = questions.setdefault(
                    (champ, texte),
                    {"champ": champ, "texte": texte, "choix": choix, "lignes": 0,
                     "phrase": ligne.erreurs[champ], "libelle": LIBELLES[champ]},
                )  # fmt: skip
                question["lignes"] += 1
    return sorted(questions.values(), key=lambda q: -q["lignes"])[:QUESTIONS]


def _question(lecteur: Lecteur, champ: str, cases: dict) -> tuple[str, list]:
    if champ in ("commune", "code_insee", "code_postal"):
        texte = lieu(cases)
        return texte, lecteur.communes.trouver(texte).choix if texte else []
    texte = " ".join(cases.get(champ, "").split())[:120]
    if champ in TRADUITS and texte and lecteur.valeurs.traduire(champ, texte) is None:
        return texte, lecteur.valeurs.choix(champ)
    return texte, []
