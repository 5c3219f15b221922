"""Dire ce que chaque ligne deviendra : un nouveau dossier, une mise à jour, rien, ou une faute.

La même analyse sert à l'aperçu et à l'écriture : ce qui est montré est ce qui sera écrit.
"""

from datetime import date

from porteurs.coordonnees import cle_nom
from porteurs.models import ImportDossiers, LigneImport
from porteurs.models.imports import EtatLigne
from porteurs.services.imports import cellules
from porteurs.services.imports.communes import OFFICIEL, Communes
from porteurs.services.imports.correspondances import Valeurs
from porteurs.services.imports.lignes import Lecture
from porteurs.services.imports.rapprochement import rapprocher
from socle.acteur import acteur_de
from socle.texte import cle

INTITULE_MAXIMAL = 160
NOTE_MAXIMALE = 5000


class Lecteur:
    """Lit les lignes d'un import, par lots. Il se souvient des communes et des mots déjà traduits."""

    def __init__(self, import_dossiers: ImportDossiers):
        self.import_dossiers = import_dossiers
        self.reseau = import_dossiers.reseau
        # Relu à chaque passage : un mandat fini ne met plus rien à jour.
        self.deposant = acteur_de(import_dossiers.par)
        self.jour: date = self.reseau.aujourd_hui()
        self.communes = Communes(self.reseau)
        self.valeurs = Valeurs(import_dossiers)
        self.colonnes = import_dossiers.colonnes

    def lire(self, lignes: list[LigneImport]) -> list[Lecture]:
        lectures = [
            Lecture(ligne, {c: ligne.saisie[rang] for c, rang in self.colonnes.items()})
            for ligne in lignes
        ]
        self.communes.preparer(filter(None, (lieu(x.cases) for x in lectures)))
        for lecture in lectures:
            self._comprendre(lecture)
        rapprocher(self, lectures)
        for lecture in lectures:
            if lecture.erreurs:
                lecture.etat = EtatLigne.FAUTIVE
        return lectures

    def _comprendre(self, lecture: Lecture) -> None:
        self._personne(lecture)
        self._lire_commune(lecture)
        self._projet(lecture)
        for champ in ("secteur", "etape", "referent"):
            self._traduire(lecture, champ)
        self._jours(lecture)
        _note(lecture)
        _repere(lecture)

    def _personne(self, lecture: Lecture) -> None:
        cases = lecture.cases
        reunis = next((c for c in ("prenom_nom", "nom_prenom") if cases.get(c, "").strip()), "")
        if reunis and not cases.get("nom", "").strip():
            with _Essai(lecture, reunis):
                prenom, nom = cellules.separer(cases[reunis], nom_d_abord=reunis == "nom_prenom")
                lecture.valeurs |= {"prenom": prenom, "nom": nom}
        else:
            for champ, quoi in (("prenom", "prénom"), ("nom", "nom")):
                with _Essai(lecture, champ):
                    lecture.valeurs[champ] = cellules.lire_nom(cases.get(champ, ""), quoi)
        if texte := cases.get("email", "").strip():
            with _Essai(lecture, "email"):
                lecture.valeurs["email"] = cellules.lire_courriel(texte)
        if texte := cases.get("telephone", "").strip():
            with _Essai(lecture, "telephone"):
                numero, autres = cellules.lire_telephones(texte)
                lecture.valeurs["telephone"] = numero
                if autres:
                    lecture.valeurs["autres_numeros"] = autres
                    lecture.remarques["telephone"] = "les autres numéros vont dans la note"
        if texte := cases.get("naissance", "").strip():
            with _Essai(lecture, "naissance"):
                lue = cellules.lire_naissance(texte, self.jour)
                lecture.valeurs["naissance"] = lue.isoformat()

    def _lire_commune(self, lecture: Lecture) -> None:
        texte = lieu(lecture.cases)
        champ = next(
            (c for c in ("commune", "code_insee", "code_postal") if c in lecture.cases), ""
        )
        if not texte:
            lecture.erreurs[champ] = "La commune manque."
            return
        reponse = self.import_dossiers.reponses.get("commune", {}).get(texte)
        trouvaille = self.communes.trouver(OFFICIEL + reponse if reponse else texte)
        if trouvaille.commune is None:
            lecture.erreurs[champ] = trouvaille.phrase
            return
        lecture.valeurs["commune"] = trouvaille.commune
        if trouvaille.remarque:
            lecture.remarques[champ] = trouvaille.remarque

    def _projet(self, lecture: Lecture) -> None:
        intitule = " ".join(lecture.cases.get("intitule", "").split())
        if not cle(intitule):
            lecture.erreurs["intitule"] = "Le projet manque\u00a0: une ligne suffit."
        elif len(intitule) > INTITULE_MAXIMAL:
            lecture.valeurs["intitule"] = intitule[: INTITULE_MAXIMAL - 1].rstrip() + "…"
            lecture.valeurs["intitule_entier"] = intitule
            lecture.remarques["intitule"] = "raccourci\u00a0; le texte entier va dans la note"
        else:
            lecture.valeurs["intitule"] = intitule
        if lecture.cases.get("nature", "").strip():
            self._traduire(lecture, "nature")
        reference = " ".join(lecture.cases.get("reference", "").split())
        if len(reference) > 60:
            lecture.erreurs["reference"] = "Cette référence dépasse 60 caractères."
        elif reference:
            lecture.valeurs["reference"] = reference

    def _traduire(self, lecture: Lecture, champ: str) -> None:
        texte = " ".join(lecture.cases.get(champ, "").split())[:120]
        if not texte:
            return
        valeur = self.valeurs.traduire(champ, texte)
        if valeur is None:
            lecture.erreurs[champ] = (
                f"«\u00a0{texte}\u00a0» n’est personne de votre structure\u00a0: dites qui c’est."
                if champ == "referent"
                else f"«\u00a0{texte}\u00a0» n’est pas dans nos listes\u00a0: dites ce que c’est."
            )
        elif valeur:
            lecture.valeurs[champ] = int(valeur) if champ == "referent" else valeur

    def _jours(self, lecture: Lecture) -> None:
        lus = {}
        for champ in ("ouvert_le", "contact_le", "etape_le"):
            if texte := lecture.cases.get(champ, "").strip():
                with _Essai(lecture, champ):
                    lus[champ] = cellules.lire_jour_passe(texte, self.jour)
        ouverture = lus.get("ouvert_le") or min([*lus.values(), self.jour])
        for champ, quoi in (("contact_le", "Le dernier contact"), ("etape_le", "L’étape")):
            if champ in lus and lus[champ] < ouverture:
                lecture.erreurs[champ] = f"{quoi} précède l’ouverture du dossier."
        lecture.valeurs |= {champ: lu.isoformat() for champ, lu in lus.items()}


class _Essai:
    """``with _Essai(lecture, champ)`` : ce qui ne se lit pas devient l'erreur de cette case."""

    def __init__(self, lecture: Lecture, champ: str):
        self.lecture, self.champ = lecture, champ

    def __enter__(self):
        return self

    def __exit__(self, genre, erreur, trace):
        if isinstance(erreur, cellules.Illisible):
            self.lecture.erreurs[self.champ] = str(erreur)
            return True
        return False


def _note(lecture: Lecture) -> None:
    """La première note : ce que le tableau dit et que nos champs n'ont pas."""
    morceaux = []
    if entier := lecture.valeurs.pop("intitule_entier", ""):
        morceaux.append(f"Projet\u00a0: {entier}")
    for champ, libelle in (("besoins", "Besoins"), ("commentaire", "")):
        if texte := lecture.cases.get(champ, "").strip():
            morceaux.append(f"{libelle}\u00a0: {texte}" if libelle else texte)
    if autres := lecture.valeurs.pop("autres_numeros", []):
        morceaux.append(f"Autre numéro\u00a0: {', '.join(autres)}")
    note = "\n\n".join(morceaux)
    if len(note) > NOTE_MAXIMALE:
        champ = "commentaire" if "commentaire" in lecture.cases else "besoins"
        lecture.erreurs[champ] = f"Ce texte dépasse {NOTE_MAXIMALE} caractères."
    elif note:
        lecture.valeurs["note"] = note


def _repere(lecture: Lecture) -> None:
    valeurs = lecture.valeurs
    if "reference" in valeurs:
        lecture.repere = f"r:{valeurs['reference']}"
    elif {"prenom", "nom", "intitule"} <= valeurs.keys():
        personne = cle_nom(valeurs["prenom"], valeurs["nom"])
        lecture.repere = f"p:{personne}:{cle(valeurs['intitule'])}"[:400]


def lieu(cases: dict[str, str]) -> str:
    """Le texte qui désigne la commune : le code officiel s'il y est, sinon le nom et le code postal."""
    if code := cases.get("code_insee", "").strip():
        return OFFICIEL + code.zfill(5)
    nom, postal = cases.get("commune", "").strip(), cases.get("code_postal", "").strip()
    if postal.isdigit() and len(postal) == 4:
        # Le tableur a ôté le zéro de tête d'un code pris pour un nombre.
        postal = f"0{postal}"
    return " ".join(f"{nom} {postal}".split())[:200]
