"""La fiche d'un dossier en PDF : pour une réunion, ou à remettre à la personne.

Le même dossier lu que sa page (``dossier_lu``) : ce que le lecteur ne voit pas à l'écran n'est pas
demandé à la base, et n'entre donc pas dans le document.
"""

from django.utils import timezone

from porteurs.enums import NatureFinancement, RoleAffectation
from porteurs.fil import chaine
from porteurs.models import Besoin, Dossier
from porteurs.services.volets import (
    CHAMPS_D_UN_ADULTE,
    CHAMPS_PRIVES,
    CHAMPS_PROFESSIONNELS,
)
from socle.dates import date_en_mots, instant_en_mots
from socle.pdf import composer

GABARIT = "porteurs/fiche.typ"


def fiche_pdf(dossier: Dossier, acteur) -> bytes:
    """Le PDF de ce que cet acteur lit du dossier ; ``dossier`` vient de ``lire_dossier``."""
    return composer(GABARIT, donnees(dossier, acteur))


def donnees(dossier: Dossier, acteur) -> dict:
    """Ce que le gabarit affiche : des textes, des listes de couples (libellé, texte)."""
    return {
        "titre": dossier.intitule,
        "reseau": dossier.reseau.nom,
        "sous_titre": f"Dossier {dossier.reference} · {dossier.noms} · {dossier.commune.nom}",
        "mention": f"Fiche de {dossier.reference}, lue par {acteur.utilisateur.nom_complet} le "
        f"{instant_en_mots(timezone.now().astimezone(dossier.reseau.tz))}. "
        + (
            "Contient des données personnelles\u00a0: à ne remettre qu’à qui suit le projet."
            if dossier.suivi
            else "Fiche partagée\u00a0: ni coordonnées, ni notes."
        ),
        "etapes": [
            [m["libelle"], date_en_mots(m["detail"]) if m["detail"] else "", m["etat"]]
            for m in chaine(dossier)
        ],
        "rubriques": [
            {"titre": titre, "lignes": lignes}
            for titre, lignes in _rubriques(dossier, acteur)
            if lignes
        ],
    }


def _rubriques(dossier: Dossier, acteur):
    yield "Qui suit ce projet", _equipe(dossier)
    yield "Les besoins", _besoins(dossier, acteur)
    if dossier.suivi:
        yield "Coordonnées", _coordonnees(dossier)
        yield "À faire", _actions(dossier)
        yield "Le projet d’activité", _champs(dossier.professionnel_lu, CHAMPS_PROFESSIONNELS)
        yield "Financements", _financements(dossier)
    if dossier.prive:
        yield "La vie du foyer", _champs(dossier.prive_lu, CHAMPS_PRIVES)
    for participation in dossier.personnes:
        if part := dossier.parts_lues.get(participation.pk):
            yield f"Pour {participation.porteur.prenom}", _champs(part, CHAMPS_D_UN_ADULTE)


def _equipe(dossier: Dossier) -> list[list[str]]:
    lignes = [["Structure qui en répond", dossier.structure_responsable.nom]]
    en_cours = {role.role: role for role in dossier.roles if role.en_cours}
    referent = en_cours.get(RoleAffectation.REFERENT)
    lignes.append(
        [
            "Référent",
            referent.utilisateur.nom_complet if referent else "sans référent pour l’instant",
        ]
    )
    if parrain := en_cours.get(RoleAffectation.PARRAIN):
        lignes.append(["Parrain", parrain.utilisateur.nom_complet])
    lignes.append(
        [
            "Étape",
            f"{dossier.get_etape_display()}, depuis le {date_en_mots(dossier.etape_depuis)}",
        ]
    )
    if dossier.prochaine_etape:
        lignes.append(["Ensuite", dossier.prochaine_etape])
    return lignes


def _besoins(dossier: Dossier, acteur) -> list[list[str]]:
    besoins = (
        Besoin.objects.visible_par(acteur)
        .avec_precisions(acteur)
        .filter(dossier=dossier)
        .select_related("theme")
        .order_by("pk")
    )
    return [
        [
            besoin.theme.libelle,
            besoin.get_etat_display()
            + (f"\n{besoin.precisions}" if besoin.lisible and besoin.precisions else ""),
        ]
        for besoin in besoins
    ]


def _coordonnees(dossier: Dossier) -> list[list[str]]:
    return [
        [
            str(p.porteur),
            " · ".join(t for t in (p.porteur.telephone_saisi, p.porteur.email) if t)
            or "ni téléphone ni courriel",
        ]
        for p in dossier.personnes
    ]


def _actions(dossier: Dossier) -> list[list[str]]:
    return [
        [
            f"Avant le {date_en_mots(action.echeance)}",
            f"{action.libelle} ({action.responsable.nom_complet})",
        ]
        for action in dossier.actions_lues
    ]


def _financements(dossier: Dossier) -> list[list[str]]:
    return [
        [
            NatureFinancement(f["nature"]).label.capitalize(),
            f"{float(f['montant']):,.0f}".replace(",", "\u202f") + f"\u00a0€, {f['structure']}",
        ]
        for f in dossier.financements_lus
    ]


def _champs(objet, noms) -> list[list[str]]:
    """Les champs remplis, sous leur nom de tous les jours."""
    lignes = []
    for nom in noms:
        valeur = getattr(objet, nom)
        if valeur not in (None, ""):
            libelle = objet._meta.get_field(nom).verbose_name
            texte = date_en_mots(valeur) if hasattr(valeur, "isoformat") else str(valeur)
            lignes.append([libelle[0].upper() + libelle[1:], texte])
    return lignes
