"""Reconnaître la nature d'une structure à ce que les gens écrivent, ou à son nom."""

from difflib import get_close_matches

from partenaires.enums import TypeStructure
from socle.texte import cle

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
    """La phrase qui le dit, avec les natures les plus proches de ce qui est tapé."""
    if not saisie:
        return "La nature manque\u00a0: choisissez-la dans la liste."
    libelles = {cle(nature.label): nature.label for nature in TypeStructure}
    mots = [cle(saisie), cle(saisie).rstrip("s")]
    proches = [
        libelle for repere, libelle in libelles.items() if any(m in repere for m in mots if m)
    ]
    proches = proches[:3] or [
        libelles[p] for p in get_close_matches(cle(saisie), list(libelles), 2, 0.5)
    ]
    suite = f" Vouliez-vous dire {' ou '.join(proches)}\u00a0?" if proches else ""
    return f"Nous ne connaissons pas la nature «\u00a0{saisie}\u00a0».{suite}"
