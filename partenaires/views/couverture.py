"""« Qui fait quoi » : la matrice du réseau, une case en détail, le papier et la feuille de calcul."""

from functools import cached_property
from html import escape
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from partenaires.cartes import carte, carte_des_epci
from partenaires.couverture import PAR_ENDROITS, Case, Couverture, Membre, Zone, lire_couverture
from partenaires.enums import CHAINE, Cote, Etape, SectionNaf
from partenaires.permissions.competences import Membre as MembreDuReseau
from partenaires.permissions.competences import est_la_sienne
from partenaires.views.commun import reseau_de_la_page
from socle.dates import date_en_mots
from socle.pdf import composer
from socle.permissions import exiger, peut
from socle.tableurs import reponse_tableur

FORMATS = ("csv", "xlsx")
AXE = "toutes"
# Au-delà, les intercommunalités d'une case se comptent au lieu de se nommer.
REPERES = 6
# Au-delà, la carte dessine les intercommunalités : la page resterait lourde.
COMMUNES_DESSINEES = 400
LEGENDE_CARTE = (
    ("assure", "Plusieurs structures"),
    ("fragile", "Une seule structure"),
    ("vide", "Personne"),
)
ENTETES = (
    "Côté",
    "Thème",
    "Étape",
    "Intercommunalité",
    "État",
    "Structures",
    "Communes servies",
    "Communes",
    "Qui",
)


class Lecture:
    """Ce que demande l'adresse : le réseau, une intercommunalité ou toutes, un secteur."""

    def __init__(self, request, slug: str):
        self.reseau = reseau_de_la_page(request, slug)
        exiger(request.acteur, "partenaires.couverture", self.reseau)
        section = request.GET.get("secteur", "")
        self.section = section if section in SectionNaf.values else ""
        self.couverture: Couverture = lire_couverture(self.reseau, section=self.section)
        demandee = request.GET.get("epci", "")
        self.zone: Zone | None = next(
            (z for z in self.couverture.zones if z.code == demandee), None
        )
        self.par_epci = demandee == AXE and len(self.couverture.zones) > 1

    @cached_property
    def parametres(self) -> str:
        """La suite de l'adresse qui redemande la même lecture, ou rien."""
        epci = AXE if self.par_epci else self.zone.code if self.zone else ""
        choix = {nom: v for nom, v in (("epci", epci), ("secteur", self.section)) if v}
        return f"?{urlencode(choix)}" if choix else ""

    @cached_property
    def reperes(self) -> dict[str, str]:
        """Par code d'intercommunalité, la lettre qui la désigne dans les cases : A, B… Z, AA…"""
        return {z.code: _lettre(rang) for rang, z in enumerate(self.couverture.zones)}

    @cached_property
    def cases(self) -> dict[tuple[int, str], list[Case]]:
        """Par thème et par étape : une case, ou une par intercommunalité."""
        c = self.couverture
        zones = c.zones if self.par_epci else [self.zone]
        return {
            (theme.pk, etape): [c.case(theme.pk, etape, zone) for zone in zones]
            for theme in c.themes
            for etape in CHAINE
        }

    @property
    def ou(self) -> str:
        if self.par_epci:
            return "Par intercommunalité"
        return self.zone.nom if self.zone else "Tout le réseau"

    def par_cote(self):
        """``[(côté, [thème, …]), …]``, sans côté vide."""
        cotes = [(c, [t for t in self.couverture.themes if t.cote == c]) for c in Cote]
        return [(cote.label, themes) for cote, themes in cotes if themes]


def _lettre(rang: int) -> str:
    avant, rang = divmod(rang, 26)
    return (_lettre(avant - 1) if avant else "") + chr(ord("A") + rang)


@require_GET
def couverture(request, reseau):
    """La matrice : thèmes × étapes, pour une zone ou par intercommunalité."""
    lecture = Lecture(request, reseau)
    ecrire = _cellule_par_epci if lecture.par_epci else _cellule
    return render(
        request,
        "partenaires/couverture.html",
        {
            "reseau": lecture.reseau,
            "lecture": lecture,
            "etapes": [e.label for e in CHAINE],
            "cotes": [
                (cote, [(t.libelle, _cellules(lecture, t, ecrire)) for t in themes])
                for cote, themes in lecture.par_cote()
            ],
            "reperes": [(lecture.reperes[z.code], z) for z in lecture.couverture.zones],
            "resume": _resume(lecture),
            "sans_grille": _sans_grille(request.acteur, lecture),
            "peut_rappeler": peut(request.acteur, "partenaires.grilles.rappeler", lecture.reseau),
            "secteurs": SectionNaf.choices,
            "communes": len(lecture.couverture.communes_de(lecture.zone)),
            "structures": len(lecture.couverture.structures),
            "peut_tenir_les_themes": peut(request.acteur, "partenaires.themes", lecture.reseau),
        },
    )


def _sans_grille(acteur, lecture: Lecture) -> list[tuple[Membre, str]]:
    """Les structures qui n'ont rien dit, et l'adresse de leur grille pour qui en est.

    L'animation passe par leur fiche, qui dit si la grille est à sa portée : le savoir ici coûterait
    une requête par structure.
    """
    reseau = lecture.reseau
    return [
        (
            structure,
            reverse("partenaires:competences", args=[reseau.slug, structure.uuid])
            if est_la_sienne(acteur, MembreDuReseau(reseau.pk, structure.pk))
            else "",
        )
        for structure in lecture.couverture.sans_grille
    ]


# Les cases s'écrivent ici, et non dans le gabarit : elles sont des centaines. Rien de ce qu'une
# personne a écrit n'y entre : des nombres, des lettres, et une adresse échappée une fois par ligne.
# L'adresse part de celle de la page : répétée des centaines de fois, l'entière pèserait huit ko.


def _cellules(lecture: Lecture, theme, ecrire) -> SafeString:
    adresse, suite = f"{theme.uuid}/", escape(lecture.parametres)
    return mark_safe(  # noqa: S308 — voir ci-dessus
        "".join(
            ecrire(lecture, lecture.cases[theme.pk, e], f"{adresse}{e}/{suite}") for e in CHAINE
        )
    )


def _cellule(lecture: Lecture, cases: list[Case], adresse: str) -> str:
    """Une case : son signe, son nombre, et la part des communes si elle n'est pas entière."""
    (case,) = cases
    if case.manque:
        return (
            f'<td class="manque"><a href="{adresse}"><b>✕</b><span class=v>personne</span></a></td>'
        )
    partie = ""
    if case.partielle:
        partie = f"<i>{case.servies}/{case.communes}<span class=v> communes</span></i>"
    classe, nombre = "", f"{case.structures}"
    if case.fragile:
        classe, nombre = "seul", f"!\u00a0{case.structures}"
    elif case.recouvrement:
        classe, nombre = "plus", f"{case.structures}\u00a0+"
    mot = "structure"
    if case.structures > 1 and case.seule_personne:
        mot = "une seule personne"
    elif case.par_endroits:
        mot = "structures, une seule"
        partie = "<i>par endroits</i>" + partie
    return (
        f'<td class="{classe}"><a href="{adresse}"><b>{nombre}</b>'
        f"<span class=v> {mot}</span>{partie}</a></td>"
    )


def _cellule_par_epci(lecture: Lecture, cases: list[Case], adresse: str) -> str:
    """Nomme par leur lettre les intercommunalités sans personne, fragiles, ou servies en partie."""
    par_zone = list(zip(lecture.reperes.values(), cases, strict=True))
    manques = [lettre for lettre, case in par_zone if case.manque]
    seules = [lettre for lettre, case in par_zone if case.fragile]
    partielles = [lettre for lettre, case in par_zone if case.partielle]
    contenu = "".join(
        f'<span class="{classe}"><b>{signe}</b> {_noms(lettres, par_zone)}</span>'
        for classe, signe, lettres in (
            ("manque", "✕", manques),
            ("seul", "!", seules),
            ("partie", "½", partielles),
        )
        if lettres
    )
    classe = "manque" if manques else "seul" if seules else ""
    contenu = contenu or "<b>✓</b><span class=v>assuré partout</span>"
    return f'<td class="{classe}"><a href="{adresse}">{contenu}</a></td>'


def _noms(lettres: list[str], par_zone: list) -> str:
    if len(lettres) == len(par_zone):
        return "partout"
    return " ".join(lettres) if len(lettres) <= REPERES else f"{len(lettres)} sur {len(par_zone)}"


def _resume(lecture: Lecture) -> dict:
    """Les manques, les fragilités et les recouvrements : combien, et lesquels, par thème."""
    resume = {"manques": 0, "fragiles": 0, "recouvrements": 0, "a_combler": [], "a_epauler": []}
    for theme in lecture.couverture.themes:
        vides, seules = [], []
        for etape in CHAINE:
            cases = lecture.cases[theme.pk, etape]
            resume["manques"] += (absents := sum(c.manque for c in cases))
            resume["fragiles"] += (seuls := sum(c.fragile for c in cases))
            resume["recouvrements"] += sum(c.recouvrement for c in cases)
            if absents:
                vides.append(etape.label)
            if seuls:
                seules.append(etape.label)
        for liste, etapes in (("a_combler", vides), ("a_epauler", seules)):
            if etapes:
                mots = "toute la chaîne" if len(etapes) == len(CHAINE) else ", ".join(etapes)
                resume[liste].append((theme.libelle, mots))
    return resume


@require_GET
def couverture_case(request, reseau, theme, etape):
    """Une case : qui la sert, comment les joindre, où, et les communes qui n'ont personne."""
    lecture = Lecture(request, reseau)
    theme = next((t for t in lecture.couverture.themes if t.uuid == theme), None)
    if theme is None or etape not in CHAINE:
        raise Http404("Cette case n’existe pas.")
    servies = lecture.couverture.servies(theme.pk, etape, lecture.zone)
    lieux = lecture.couverture.lieux_de(lecture.zone)
    return render(
        request,
        "partenaires/couverture_case.html",
        {
            "reseau": lecture.reseau,
            "lecture": lecture,
            "theme": theme,
            "etape": Etape(etape),
            "case": lecture.couverture.case(theme.pk, etape, lecture.zone),
            "qui": _qui(lecture, theme, etape),
            "sans_personne": [lieu.nom for pk, lieu in lieux.items() if not servies[pk]],
            "carte": _carte(lecture, theme, etape, servies),
            "zones": [
                (z, lecture.couverture.case(theme.pk, etape, z)) for z in lecture.couverture.zones
            ],
        },
    )


def _carte(lecture: Lecture, theme, etape: str, servies: dict[int, int]) -> dict:
    """Les communes servies, fragiles ou sans personne ; un grand réseau se dessine par EPCI."""
    c, reseau = lecture.couverture, lecture.reseau
    lieux = list(c.lieux_de(lecture.zone).values())
    nom = f"{theme.libelle.capitalize()}, {Etape(etape).label} : communes servies"
    if len(lieux) <= COMMUNES_DESSINEES:
        return carte(
            lieux,
            classes={pk: _classe(nombre, nombre == 1) for pk, nombre in servies.items()},
            titres={pk: _combien(nombre) for pk, nombre in servies.items()},
            epcis={z.epci_id: z.nom for z in c.zones if z.epci_id},
            legende=LEGENDE_CARTE,
            nom=nom,
            tableau=False,
        )
    cases = {z.epci_id: c.case(theme.pk, etape, z) for z in c.zones if z.epci_id}
    base = reverse("partenaires:couverture_case", args=[reseau.slug, theme.uuid, etape])
    return carte_des_epci(
        lieux,
        epcis={z.epci_id: z.nom for z in c.zones if z.epci_id},
        classes={pk: _classe(case.structures, case.fragile) for pk, case in cases.items()},
        titres={pk: _combien(case.structures) for pk, case in cases.items()},
        liens={z.epci_id: f"{base}?epci={z.code}" for z in c.zones if z.epci_id},
        legende=LEGENDE_CARTE,
        nom=nom,
        tableau=False,
    )


def _classe(structures: int, fragile: bool) -> str:
    return "vide" if not structures else "fragile" if fragile else "assure"


def _combien(structures: int) -> str:
    return "personne" if not structures else f"{structures} structure{'s' * (structures > 1)}"


def _qui(lecture: Lecture, theme, etape: str) -> list[dict]:
    """Les structures de la case dans la zone, avec leurs personnes nommées et leurs limites."""
    c = lecture.couverture
    dans_la_zone = c.lieux_de(lecture.zone)
    par_structure = {p.structure_id: p for p in c.profils_de(c.presents.get((theme.pk, etape), 0))}
    lignes = []
    for pk, structure in c.structures.items():
        if pk not in par_structure:
            continue
        profil = par_structure[pk]
        servies = [
            lieu.nom for commune, lieu in dans_la_zone.items() if profil.lieux & c.bits[commune]
        ]
        if servies:
            lignes.append(
                {
                    "structure": structure,
                    "personnes": [
                        {"personne": fiche, "telephone": fiche.telephone}
                        for (de, qui), fiche in c.personnes.items()
                        if de == pk and profil.personnes & c.bits_des_personnes[qui]
                    ],
                    "accueil": {"personne": structure, "telephone": structure.telephone}
                    if structure.telephone or structure.email
                    else None,
                    "servies": servies,
                    "partielle": len(servies) < len(dans_la_zone),
                    "secteurs": [SectionNaf(s).label for s in c.sections_de(pk, theme.pk, etape)],
                }
            )
    return lignes


@require_GET
def couverture_pdf(request, reseau):
    """La même matrice, à imprimer ou à joindre à une convocation."""
    lecture = Lecture(request, reseau)
    mots = _mots_par_epci if lecture.par_epci else _mots
    donnees = {
        "titre": "Qui fait quoi",
        "paysage": True,
        "sous_titre": _sous_titre(lecture),
        "reseau": lecture.reseau.nom,
        "mention": f"Au {date_en_mots(lecture.reseau.aujourd_hui())}",
        "entetes": ["Thème", *(e.label.capitalize() for e in CHAINE)],
        "cotes": [
            {
                "titre": cote.capitalize(),
                "rangees": [
                    [t.libelle.capitalize(), *(mots(lecture, t, e) for e in CHAINE)] for t in themes
                ],
            }
            for cote, themes in lecture.par_cote()
        ],
        "reperes": (
            [f"{lecture.reperes[z.code]} : {z.nom}" for z in lecture.couverture.zones]
            if lecture.par_epci
            else []
        ),
        "legende": _legende(lecture),
    }
    reponse = HttpResponse(
        composer("partenaires/couverture.typ", donnees), content_type="application/pdf"
    )
    nom = f"Qui fait quoi, {lecture.reseau.nom}.pdf"
    reponse["Content-Disposition"] = content_disposition_header(True, nom)
    reponse["Cache-Control"] = "no-store"
    return reponse


def _sous_titre(lecture: Lecture) -> str:
    secteur = f", secteur : {SectionNaf(lecture.section).label}" if lecture.section else ""
    return f"{lecture.ou}{secteur}"


def _legende(lecture: Lecture) -> str:
    if lecture.par_epci:
        return (
            "Les lettres sont celles des intercommunalités. « Manque » : personne. « Seul » : une "
            "seule structure, ou une seule personne. « En partie » : certaines communes seulement."
        )
    return (
        "Le nombre est celui des structures. « Manque » : personne. « Seul » : une seule structure, "
        "ou une seule personne ; « par endroits » : dans une partie des communes. "
        "« 3/58 » : trois communes servies sur cinquante-huit."
    )


def _mots(lecture: Lecture, theme, etape: str) -> str:
    case = lecture.couverture.case(theme.pk, etape, lecture.zone)
    if case.manque:
        return "Manque"
    nombre = f"{case.structures}"
    if case.fragile:
        nombre += ", seul par endroits" if case.etat == PAR_ENDROITS else ", seul"
    return f"{nombre}\n{case.servies}/{case.communes}" if case.partielle else nombre


def _mots_par_epci(lecture: Lecture, theme, etape: str) -> str:
    reperes = lecture.reperes
    par_zone = [
        (reperes[z.code], lecture.couverture.case(theme.pk, etape, z))
        for z in lecture.couverture.zones
    ]
    groupes = (
        ("Manque", [lettre for lettre, c in par_zone if c.manque]),
        ("Seul", [lettre for lettre, c in par_zone if c.fragile]),
        ("En partie", [lettre for lettre, c in par_zone if c.partielle]),
    )
    dits = [f"{mot} : {_noms(lettres, par_zone)}" for mot, lettres in groupes if lettres]
    return "\n".join(dits) or "Partout"


@require_GET
def couverture_export(request, reseau, format):
    """Une ligne par thème, étape et intercommunalité, avec qui la sert."""
    if format not in FORMATS:
        raise Http404("Le format est csv ou xlsx.")
    lecture = Lecture(request, reseau)
    zones = [lecture.zone] if lecture.zone else lecture.couverture.zones
    nom = f"Qui fait quoi, {lecture.reseau.nom}"
    return reponse_tableur(nom, ENTETES, _lignes(lecture, zones), format)


def _lignes(lecture: Lecture, zones):
    c = lecture.couverture
    for theme in c.themes:
        for etape in CHAINE:
            presents = c.presents.get((theme.pk, etape), 0)
            for zone in zones:
                case = c.case(theme.pk, etape, zone)
                yield (
                    Cote(theme.cote).label,
                    theme.libelle,
                    etape.label,
                    zone.nom,
                    case.etat,
                    case.structures,
                    case.servies,
                    case.communes,
                    ", ".join(c.noms_des_structures(presents, zone)),
                )
