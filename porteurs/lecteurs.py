"""Qui lira un échange : les noms, avant de l'enregistrer et sous chaque note."""

from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.enums import Audience, Volet
from porteurs.models import Dossier
from porteurs.models.acces import cles_du_mandat

# Parmi les lecteurs, ceux qui ont aussi le volet privé : seuls à lire ce qui touche au foyer.
PRIVE = "prive"


def lecteurs(dossier: Dossier, structure_ids: list[int]) -> dict[str, list[str]]:
    """Par audience, les noms des personnes qui liront ; deux requêtes quel que soit le réseau.

    La clé ``PRIVE`` nomme celles qui liraient aussi ce qui touche à la vie privée.

    ``structure_ids`` : les structures au nom desquelles la personne peut écrire.
    """
    jour = dossier.reseau.aujourd_hui()
    if not hasattr(dossier, "droits_lus"):
        dossier.droits_lus = list(
            dossier.acces.en_cours(jour).values("beneficiaire", "volet", "prive", "prive_jusqua")
        )
    droits = {d["beneficiaire"]: d["volet"] for d in dossier.droits_lus}
    privees = {
        d["beneficiaire"]
        for d in dossier.droits_lus
        if d["prive"] and (d["prive_jusqua"] is None or str(d["prive_jusqua"]) > str(jour))
    }
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
    noms: dict[str, dict[int, str]] = {audience: {} for audience in [*Audience, PRIVE]}
    for mandat in mandats:
        personne, nom = mandat.utilisateur_id, mandat.utilisateur.nom_complet
        cles = cles_du_mandat(mandat, personne)
        volets = {droits[cle] for cle in cles if cle in droits}
        if cles & privees:
            noms[PRIVE][personne] = nom
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
