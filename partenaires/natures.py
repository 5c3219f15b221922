"""Reconnaître la nature d'une structure à ce que les gens écrivent, ou à son nom."""

from difflib import get_close_matches

from partenaires.enums import TypeStructure
from socle.texte import cle, mots_utiles

# Comment les gens nomment une nature, et comment un nom de structure la trahit.
SYNONYMES = {
    TypeStructure.CCI: ("cci", "chambre de commerce"),
    TypeStructure.CMA: ("cma", "chambre de metiers", "chambre des metiers"),
    TypeStructure.CHAMBRE_AGRICULTURE: ("chambre d agriculture", "chambre agriculture"),
    TypeStructure.PLATEFORME: ("plateforme", "plate forme", "initiative locale", "pfil"),
    TypeStructure.EPCI: (
        "epci",
        "communaute de communes",
        "communaute d agglomeration",
        "com com",
        "agglo",
        "metropole",
    ),
    TypeStructure.COMMUNE: ("mairie", "ville", "commune de", "commune d"),
    TypeStructure.PARC: ("pnr", "parc naturel", "parc"),
    TypeStructure.PAYS: ("pays", "petr", "pole territorial", "pole d equilibre"),
    TypeStructure.BOUTIQUE_GESTION: ("boutique de gestion", "bge"),
    TypeStructure.CREDIT_SOLIDAIRE: ("credit solidaire", "microcredit"),
    TypeStructure.GARANTIE: ("fonds de garantie",),
    TypeStructure.COOPERATIVE_ACTIVITES: ("cae", "cooperative d activites"),
    TypeStructure.UNION_COOPERATIVES: ("union de cooperatives", "union regionale des cooperatives"),
    TypeStructure.STRUCTURE_AGRICOLE: ("agricole", "safer"),
    TypeStructure.SANTE: ("assurance maladie", "cpam", "msa", "sante", "hopital"),
    TypeStructure.AGENCE: ("agence",),
    TypeStructure.COMITE_EXPANSION: ("comite d expansion",),
    TypeStructure.ASSOCIATION: ("association", "asso"),
    TypeStructure.ENTREPRISE: ("entreprise", "sarl", "sas", "societe"),
    TypeStructure.ETAT: ("etat", "prefecture", "sous prefecture", "ddt"),
}


# Ces mots n'annoncent rien : « service des eaux » n'est pas un service de l'État.
VAGUES = {"structure", "service", "fonds", "maison", "activite", "emploi"}
# En deçà, la proximité de deux textes ne tient qu'à des lettres en commun.
RESSEMBLANCE = 0.8


def reconnaitre_nature(saisie: str, nom: str = "") -> str:
    """La nature que désigne ce texte ; à défaut de texte, celle que le nom annonce. Vide si on doute."""
    texte = cle(saisie)
    if texte:
        for nature in TypeStructure:
            if texte in (cle(nature.label), cle(nature.value), *SYNONYMES.get(nature, ())):
                return nature
        return _annoncee(texte)
    return _annoncee(cle(nom))


def _annoncee(texte: str) -> str:
    """La nature dont un synonyme ouvre ce texte ; le plus long l'emporte."""
    trouvees = [
        (len(mot), nature)
        for nature, mots in SYNONYMES.items()
        for mot in (*mots, cle(nature.label))
        if f"{texte} ".startswith(f"{mot} ")
    ]
    return max(trouvees)[1] if trouvees else ""


def nature_inconnue(saisie: str) -> str:
    """La phrase qui le dit, avec les natures les plus proches de ce qui est tapé, s'il y en a."""
    if not saisie:
        return "La nature manque\u00a0: choisissez-la dans la liste."
    proches = [nature.label for nature in _proches(cle(saisie))[:3]]
    suite = f" Vouliez-vous dire {' ou '.join(proches)}\u00a0?" if proches else ""
    return f"Nous ne connaissons pas la nature «\u00a0{saisie}\u00a0».{suite}"


def _proches(texte: str) -> list[TypeStructure]:
    """Le libellé qui contient ce texte, sinon un mot qui compte en commun, sinon une faute de frappe."""
    textes = [m for m in (texte, texte.rstrip("s")) if m]
    contiennent = [n for n in TypeStructure if any(t in cle(n.label) for t in textes)]
    if contiennent:
        return contiennent
    noms = {n: (cle(n.label), *SYNONYMES.get(n, ())) for n in TypeStructure}
    dits = _mots(texte)
    communs = [n for n in TypeStructure if dits & _mots(" ".join(noms[n]))]
    if communs:
        return communs
    natures = {nom: nature for nature, siens in noms.items() for nom in siens}
    voisins = get_close_matches(texte, list(natures), 2, RESSEMBLANCE)
    return list(dict.fromkeys(natures[voisin] for voisin in voisins))


def _mots(texte: str) -> set[str]:
    """Les mots qui comptent, au singulier."""
    return {mot.rstrip("s") for mot in mots_utiles(texte)} - VAGUES
