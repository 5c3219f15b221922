"""La tuile des installations dont il faut prendre des nouvelles par téléphone."""

from django.db.models import Exists, OuterRef, Q

from partenaires.enums import Fonction, Module
from porteurs.enums import RoleAffectation
from porteurs.models import Affectation, SuiviInstallation
from socle.tuiles import Tuile, quand_il_y_a

MONTREES = 5


def _suivis(acteur):
    """Les suivis sans réponse des dossiers dont la personne est référente, ou sa structure répond."""
    acteur = acteur.pour(Module.DOSSIERS)
    return _a_appeler(acteur) if acteur.reseaux(Fonction.TECHNICIEN) else None


@quand_il_y_a(_suivis)
def a_appeler(acteur) -> Tuile:
    suivis = list(_suivis(acteur)[: MONTREES + 1])
    return Tuile(
        gabarit="porteurs/installations/_tuile.html",
        contexte={"suivis_a_appeler": suivis[:MONTREES], "reste_a_appeler": len(suivis) > MONTREES},
        attentes=min(len(suivis), MONTREES),
    )


def _a_appeler(acteur):
    referente = Affectation.objects.en_cours().filter(
        dossier=OuterRef("installation__dossier"),
        role=RoleAffectation.REFERENT,
        utilisateur=acteur.utilisateur_id,
    )
    a_moi = Q(Exists(referente))
    for mandat in acteur.mandats:
        if mandat.fonction == Fonction.TECHNICIEN:
            a_moi |= Q(
                installation__dossier__structure_responsable=mandat.structure_id,
                installation__dossier__reseau=mandat.reseau_id,
            )
    return (
        SuiviInstallation.objects.visible_par(acteur)
        .a_appeler()
        .filter(a_moi)
        .select_related("installation__dossier__reseau", "installation__commune")
        .defer("installation__dossier__vecteur_fiche", "installation__dossier__vecteur_suivi")
        .order_by("a_appeler_le", "pk")
    )
