"""Ce que Maillon connaît déjà de ces lignes : par la référence du partenaire, et par elle seule.

Une case vide ne change rien ; un projet n'y recule pas ; un référent en place y reste. Qui a déposé
le tableau n'y apprend rien, et n'y change rien, d'un dossier qu'il ne suit pas.
"""

from datetime import date

from porteurs.coordonnees import cle_nom
from porteurs.enums import CHAINE, SORTIES, EtatOrientation, EtatRelais
from porteurs.models import (
    Affectation,
    Dossier,
    Echange,
    ImportDossiers,
    Orientation,
    Participation,
    Relais,
)
from porteurs.models.imports import EtatLigne
from porteurs.services.imports.champs import LIBELLES
from porteurs.services.imports.lignes import Lecture
from socle.texte import cle

# Elle ouvre l'espace de la personne : elle ne se change que dans le dossier, à visage découvert.
ADRESSE = "l’adresse qui est déjà au dossier reste\u00a0: elle ouvre l’espace de la personne"
AILLEURS = "Cette référence existe déjà dans un dossier que votre structure ne suit plus."


def connus(import_dossiers: ImportDossiers, references) -> dict[str, Dossier]:
    """Les dossiers que cette structure nomme ainsi, où qu'ils soient passés depuis."""
    dossiers = Dossier.objects.sans_vecteurs().filter(
        reseau=import_dossiers.reseau_id,
        reference_de=import_dossiers.structure_id,
        reference_partenaire__in=references,
    )
    return {d.reference_partenaire: d for d in dossiers}


def rapprocher(lecteur, lectures: list[Lecture]) -> None:
    """Dit de chaque ligne si elle met à jour un dossier, et ce qu'elle y change."""
    import_dossiers = lecteur.import_dossiers
    references = [x.valeurs["reference"] for x in lectures if "reference" in x.valeurs]
    dossiers = connus(import_dossiers, references)
    suivis = set(
        Dossier.objects.suivis_par(lecteur.deposant)
        .filter(pk__in=[d.pk for d in dossiers.values()])
        .values_list("pk", flat=True)
    )
    etat = Existant(d for d in dossiers.values() if d.pk in suivis)
    for lecture in lectures:
        dossier = dossiers.get(lecture.valeurs.get("reference"))
        if dossier is None:
            continue
        if dossier.pk not in suivis:
            lecture.erreurs["reference"] = AILLEURS
            continue
        lecture.dossier = dossier.pk
        if dossier.structure_responsable_id != import_dossiers.structure_id:
            lecture.etat = EtatLigne.INCHANGEE
            lecture.remarques["reference"] = (
                "ce dossier est suivi ailleurs maintenant\u00a0: rien ne change"
            )
            continue
        changes = changements(lecture, dossier, etat, lecteur.jour)
        lecture.etat = EtatLigne.MODIFIEE if changes else EtatLigne.INCHANGEE
        if changes and not lecture.erreurs:
            quoi = ", ".join(LIBELLES.get(c, c).lower() for c in changes)
            lecture.remarques["reference"] = f"change\u00a0: {quoi}"
    neuves = [x for x in lectures if x.valeurs.get("reference") not in dossiers]
    _deja_ouverts(import_dossiers, neuves)


class Existant:
    """Ce qu'il faut savoir d'un lot de dossiers déjà là, en un nombre fixe de requêtes."""

    def __init__(self, dossiers):
        ids = [d.pk for d in dossiers]
        parts = Participation.objects.filter(dossier__in=ids, rang=1).select_related("porteur")
        # Deux dossiers d'une même personne en partagent l'objet : un changement n'efface pas l'autre.
        personnes = {part.porteur_id: part.porteur for part in parts}
        self.porteurs = {part.dossier_id: personnes[part.porteur_id] for part in parts}
        self.referents = dict(
            Affectation.objects.en_cours()
            .filter(dossier__in=ids, role="referent")
            .values_list("dossier", "utilisateur")
        )
        self.notes = set(Echange.objects.filter(dossier__in=ids).values_list("dossier", "texte"))
        self.en_attente = {
            *Affectation.objects.proposees()
            .filter(dossier__in=ids)
            .values_list("dossier", flat=True),
            *Relais.objects.filter(dossier__in=ids, etat=EtatRelais.PROPOSE).values_list(
                "dossier", flat=True
            ),
            *Orientation.objects.filter(
                besoin__dossier__in=ids, etat=EtatOrientation.ENVOYEE
            ).values_list("besoin__dossier", flat=True),
        }


PERSONNE = ("prenom", "nom", "email", "naissance")
FICHE = ("intitule", "nature", "secteur")


def changements(lecture: Lecture, dossier: Dossier, existant: Existant, jour: date) -> list[str]:
    """Les champs que la ligne changerait ; une case vide ne change rien."""
    valeurs, porteur = lecture.valeurs, existant.porteurs[dossier.pk]
    changes = [
        champ
        for champ in PERSONNE
        if champ in valeurs and valeurs[champ] != _texte(getattr(porteur, champ))
    ]
    if "email" in changes and porteur.email:
        changes.remove("email")
        if valeurs["email"] != porteur.email.lower():
            lecture.remarques["email"] = ADRESSE
    if "telephone" in valeurs and valeurs["telephone"] != porteur.telephone_saisi:
        changes.append("telephone")
    changes += [c for c in FICHE if c in valeurs and valeurs[c] != getattr(dossier, c)]
    if "commune" in valeurs and valeurs["commune"] != dossier.commune_id:
        changes.append("commune")
    if _etape_change(lecture, dossier, existant, jour):
        changes.append("etape")
    if _texte(dossier.dernier_contact_le) < valeurs.get("contact_le", ""):
        changes.append("contact_le")
    if _referent_change(lecture, dossier, existant):
        changes.append("referent")
    if "note" in valeurs and (dossier.pk, valeurs["note"]) not in existant.notes:
        changes.append("commentaire")
    return changes


def _texte(valeur) -> str:
    if isinstance(valeur, date):
        return valeur.isoformat()
    return valeur or ""


def _etape_change(lecture: Lecture, dossier: Dossier, existant: Existant, jour: date) -> bool:
    """Un tableau fait avancer un projet ou le clôt ; il ne le fait ni reculer ni rouvrir."""
    voulue = lecture.valeurs.get("etape")
    if not voulue or voulue == dossier.etape:
        return False
    if not dossier.ouvert or (
        voulue not in SORTIES and CHAINE.index(voulue) < CHAINE.index(dossier.etape)
    ):
        lecture.remarques["etape"] = (
            "le dossier est déjà plus loin dans Maillon\u00a0: son étape reste"
        )
        return False
    if voulue in SORTIES and dossier.pk in existant.en_attente:
        lecture.erreurs["etape"] = (
            "Une proposition attend une réponse dans ce dossier\u00a0: retirez-la avant de le clore."
        )
    if etape_le(lecture.valeurs, dossier, jour) < dossier.etape_depuis:
        lecture.erreurs["etape"] = "Cette date précède l’étape où en est le dossier dans Maillon."
    return True


def etape_le(valeurs: dict, dossier: Dossier, jour: date) -> date:
    """Depuis quand : ce que dit le tableau, sinon le dernier contact, s'il n'est pas trop ancien."""
    if dite := valeurs.get("etape_le"):
        return date.fromisoformat(dite)
    contact = valeurs.get("contact_le")
    return max(date.fromisoformat(contact) if contact else jour, dossier.etape_depuis)


def _referent_change(lecture: Lecture, dossier: Dossier, existant: Existant) -> bool:
    voulu = lecture.valeurs.get("referent")
    actuel = existant.referents.get(dossier.pk)
    if not voulu or voulu == actuel or not dossier.ouvert:
        return False
    if actuel is not None or dossier.pk in existant.en_attente:
        lecture.remarques["referent"] = "le dossier a déjà un référent dans Maillon\u00a0: il reste"
        return False
    return True


def _deja_ouverts(import_dossiers: ImportDossiers, lectures: list[Lecture]) -> None:
    """Sans référence, la même personne et le même projet, dans la même structure : un doublon."""
    cles = {
        cle_nom(x.valeurs["prenom"], x.valeurs["nom"])
        for x in lectures
        if {"prenom", "nom"} <= x.valeurs.keys()
    }
    parts = Participation.objects.filter(
        porteur__reseau=import_dossiers.reseau_id,
        porteur__cle_nom__in=cles,
        dossier__structure_responsable=import_dossiers.structure_id,
        dossier__reseau=import_dossiers.reseau_id,
    ).values_list(
        "porteur__cle_nom",
        "dossier__intitule",
        "dossier__reference",
        "dossier__reference_partenaire",
    )
    deja = {(nom, cle(intitule)): (ref, partenaire) for nom, intitule, ref, partenaire in parts}
    for lecture in lectures:
        valeurs = lecture.valeurs
        if not {"prenom", "nom", "intitule"} <= valeurs.keys():
            continue
        repere = (cle_nom(valeurs["prenom"], valeurs["nom"]), cle(valeurs["intitule"]))
        reference, partenaire = deja.get(repere, ("", ""))
        # Deux références différentes du partenaire disent bien deux dossiers.
        if reference and not (partenaire and valeurs.get("reference")):
            if valeurs.get("reference"):
                lecture.remarques["nom"] = f"ressemble au dossier {reference}"
            else:
                lecture.erreurs["nom"] = (
                    f"Le dossier {reference} de votre structure est déjà à cette personne, pour ce "
                    "projet. Retirez la ligne, ou donnez-lui une référence."
                )
