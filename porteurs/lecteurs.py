"""Qui lira un échange : les noms, avant de l'enregistrer et sous chaque note."""

from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.enums import Audience, Volet
from porteurs.models import Dossier
from porteurs.models.acces import cles_du_mandat


def lecteurs(dossier: Dossier, structure_ids: list[int]) -> dict[Audience, list[str]]:
    """Par audience, les noms des personnes qui liront ; deux requêtes quel que soit le réseau.

    ``structure_ids`` : les structures au nom desquelles la personne peut écrire.
    """
    if hasattr(dossier, "droits_lus"):
        droits = {d["beneficiaire"]: d["volet"] for d in dossier.droits_lus}
    else:
        droits = dict(
            dossier.acces.en_cours(dossier.reseau.aujourd_hui()).values_list(
                "beneficiaire", "volet"
            )
        )
    mandats = (
        Mandat.objects.actifs(dossier.reseau.aujourd_hui())
        .filter(
            reseau=dossier.reseau_id,
            fonction__in=[Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ANIMATEUR],
            utilisateur__is_active=True,
        )
        .select_related("utilisateur")
        .order_by("utilisateur__nom", "utilisateur__prenom", "pk")
    )
    noms: dict[Audience, dict[int, str]] = {audience: {} for audience in Audience}
    for mandat in mandats:
        personne, nom = mandat.utilisateur_id, mandat.utilisateur.nom_complet
        volets = {droits[cle] for cle in cles_du_mandat(mandat, personne) if cle in droits}
        if not volets:
            continue
        noms[Audience.RESEAU][personne] = nom
        if Volet.PROFESSIONNEL in volets:
            noms[Audience.EQUIPE][personne] = nom
        if mandat.fonction == Fonction.TECHNICIEN and mandat.structure_id in structure_ids:
            noms[Audience.STRUCTURE][personne] = nom
    if not structure_ids:
        del noms[Audience.STRUCTURE]
    if not dossier.ouvert_aux_autres:
        # Le réseau ne voit pas le dossier : lui écrire ne serait lu que plus tard, sans qu'on y pense.
        del noms[Audience.RESEAU]
    return {audience: list(personnes.values()) for audience, personnes in noms.items()}
