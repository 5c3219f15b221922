"""Les réseaux et les structures de la démonstration, nommées par ce qu'elles sont."""

from dataclasses import dataclass

from partenaires.enums import EtatConvention, TypeStructure

T, PRINCIPE, SIGNEE = TypeStructure, EtatConvention.PRINCIPE, EtatConvention.SIGNEE
LIVRADOIS, SANFLORAIN, AUVERGNE = "livradois-forez", "saint-flour-hautes-terres", "auvergne"


@dataclass(frozen=True)
class ReseauDemo:
    """``territoire`` : des EPCI entiers, ou des départements."""

    slug: str
    nom: str
    coordonne_par: str
    epcis: tuple[str, ...] = ()
    departements: tuple[str, ...] = ()
    parent: str = ""


RESEAUX = [
    ReseauDemo(AUVERGNE, "Auvergne", "agence", departements=("03", "15", "43", "63")),
    ReseauDemo(
        LIVRADOIS,
        "Livradois-Forez",
        "parc",
        # Ambert, Thiers, Billom, Auzon, Brioude, Lezoux : 166 communes d'un seul tenant.
        epcis=("200070761", "200070712", "200067627", "244301099", "200085728", "246301097"),
        parent=AUVERGNE,
    ),
    ReseauDemo(
        SANFLORAIN,
        "Saint-Flour et Hautes Terres",
        "cc-saint-flour",
        epcis=("200066660", "200066637"),
        parent=AUVERGNE,
    ),
]


@dataclass(frozen=True)
class StructureDemo:
    """``commune`` : le code de celle où elle siège ; ``epci`` : celui dont elle est."""

    cle: str
    nom: str
    type: str
    commune: str
    reseaux: tuple[str, ...] = (LIVRADOIS,)
    engagement: str = SIGNEE
    epci: str = ""


S = StructureDemo
DEUX = (LIVRADOIS, SANFLORAIN)
CANTAL = (SANFLORAIN,)
STRUCTURES = [
    S("parc", "Parc naturel régional Livradois-Forez", T.PARC, "63355"),
    S(
        "pil-thiers",
        "Plateforme d’initiative locale de Thiers et d’Ambert",
        T.PLATEFORME,
        "63430",
    ),
    S("pil-brioude", "Plateforme d’initiative locale du Brivadois", T.PLATEFORME, "43040"),
    S("cci-63", "Chambre de commerce et d’industrie du Puy-de-Dôme", T.CCI, "63430"),
    S("cci-43", "Chambre de commerce et d’industrie de la Haute-Loire", T.CCI, "43040"),
    S("cci-region", "Chambre de commerce et d’industrie de région", T.CCI, "63430"),
    S("ca-63", "Chambre d’agriculture du Puy-de-Dôme", T.CHAMBRE_AGRICULTURE, "63003"),
    S("ca-43", "Chambre d’agriculture de la Haute-Loire", T.CHAMBRE_AGRICULTURE, "43040"),
    S(
        "cc-ambert",
        "Communauté de communes Ambert Livradois Forez",
        T.EPCI,
        "63003",
        epci="200070761",
    ),
    S(
        "cc-thiers",
        "Communauté de communes Thiers Dore et Montagne",
        T.EPCI,
        "63430",
        epci="200070712",
    ),
    S("cc-billom", "Billom Communauté", T.EPCI, "63040", epci="200067627"),
    S("cc-auzon", "Auzon Communauté", T.EPCI, "43185", engagement=PRINCIPE, epci="244301099"),
    S(
        "cc-brioude",
        "Communauté de communes Brioude Sud Auvergne",
        T.EPCI,
        "43040",
        engagement=PRINCIPE,
        epci="200085728",
    ),
    S(
        "cc-lezoux",
        "Communauté de communes Entre Dore et Allier",
        T.EPCI,
        "63195",
        epci="246301097",
    ),
    S("ville-ambert", "Commune d’Ambert", T.COMMUNE, "63003"),
    S("ville-thiers", "Commune de Thiers", T.COMMUNE, "63430"),
    S("ville-arlanc", "Commune d’Arlanc", T.COMMUNE, "63010"),
    S("ville-courpiere", "Commune de Courpière", T.COMMUNE, "63125"),
    S("ville-cunlhat", "Commune de Cunlhat", T.COMMUNE, "63132", engagement=PRINCIPE),
    S("ville-lezoux", "Commune de Lezoux", T.COMMUNE, "63195"),
    S(
        "comite",
        "Comité d’expansion économique de la Haute-Loire",
        T.COMITE_EXPANSION,
        "43040",
    ),
    S("credit", "Association de crédit solidaire d’Auvergne", T.CREDIT_SOLIDAIRE, "63430"),
    S("boutique", "Boutique de gestion d’Auvergne", T.BOUTIQUE_GESTION, "63430", DEUX),
    S("garantie", "Fonds de garantie d’Auvergne", T.GARANTIE, "63430", engagement=PRINCIPE),
    S("union", "Union régionale des coopératives", T.UNION_COOPERATIVES, "63003"),
    S(
        "cae",
        "Coopérative d’activités et d’emploi du Livradois",
        T.COOPERATIVE_ACTIVITES,
        "63003",
    ),
    S("cc-saint-flour", "Saint-Flour Communauté", T.EPCI, "15187", CANTAL, epci="200066660"),
    S("cc-hautes-terres", "Hautes Terres Communauté", T.EPCI, "15138", CANTAL, epci="200066637"),
    S("cci-15", "Chambre de commerce et d’industrie du Cantal", T.CCI, "15187", CANTAL),
    S("ca-15", "Chambre d’agriculture du Cantal", T.CHAMBRE_AGRICULTURE, "15187", CANTAL),
    S("pil-cantal", "Plateforme d’initiative locale du Cantal", T.PLATEFORME, "15187", CANTAL),
    S("agence", "Agence des territoires d’Auvergne", T.AGENCE, "63113", (AUVERGNE,)),
]
