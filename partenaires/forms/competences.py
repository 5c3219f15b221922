"""La grille d'une structure, les précisions d'un thème, un thème de plus."""

from itertools import groupby

from django import forms

from partenaires.enums import CHAINE, Cote, SectionNaf
from partenaires.services.competences import Etat, Precision, Saisie, Vue
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

TOUT, CERTAINES = "tout", "certaines"
CASE_PERIMEE = {"invalid_choice": "Cette case n’est plus proposée : rechargez la page."}
# Au-delà, une intercommunalité ne déplie ses communes qu'à la demande : la page resterait lourde.
COMMUNES_LISTEES = 200
CHOIX_PERIME = {"invalid_choice": "Un de ces choix n’est plus proposé : rechargez la page."}


def valeur_de(theme_id: int, etape: str) -> str:
    return f"{theme_id}-{etape}"


class PrecisionsForm(forms.Form):
    """Où, pour quels secteurs, par qui ; ``empreinte`` dit sur quelle version on travaille.

    Dans un grand réseau, « ouvrir » déplie les communes d'une intercommunalité : ce n'est pas encore
    une saisie, le formulaire revient tel qu'il était, sans rien reprocher.
    """

    sections = forms.MultipleChoiceField(
        label="Secteurs",
        required=False,
        choices=SectionNaf.choices,
        error_messages=CHOIX_PERIME,
        widget=forms.CheckboxSelectMultiple,
    )
    territoire = forms.ChoiceField(label="Communes", widget=forms.RadioSelect)
    epcis = forms.MultipleChoiceField(
        label="Intercommunalités entières", required=False, error_messages=CHOIX_PERIME
    )
    communes = forms.MultipleChoiceField(
        label="Communes une à une", required=False, error_messages=CHOIX_PERIME
    )
    personnes = forms.MultipleChoiceField(
        label="Personnes",
        required=False,
        error_messages=CHOIX_PERIME,
        widget=forms.CheckboxSelectMultiple,
    )
    empreinte = forms.CharField(widget=forms.HiddenInput, max_length=32)
    partout = "Tout le territoire du réseau"

    def __init__(self, *args, vue: Vue, **kwargs):
        super().__init__(*args, **kwargs)
        self.vue = vue
        self.fields["territoire"].choices = [
            (TOUT, self.partout),
            (CERTAINES, "Certaines communes seulement"),
        ]
        self.fields["communes"].choices = [(str(c.pk), c.nom) for c in vue.communes]
        self.par_epci = {
            code: list(groupe)
            for code, groupe in groupby(vue.communes, key=lambda c: c.epci.code if c.epci else "")
        }
        self.fields["epcis"].choices = [(code, code) for code in self.par_epci if code]
        self.fields["personnes"].choices = [(str(p.pk), p.nom_complet) for p in vue.personnes]

    @property
    def ouvertes(self) -> set[str]:
        """Les intercommunalités dont on a demandé les communes une à une."""
        if not self.is_bound:
            return set()
        return {*self.data.getlist("ouvertes"), self.data.get("ouvrir", "")} & set(self.par_epci)

    def is_valid(self):
        return "ouvrir" not in self.data and super().is_valid()

    def full_clean(self):
        super().full_clean()
        if "ouvrir" in self.data:
            self._errors.clear()

    def clean(self):
        donnees = super().clean()
        lieux = donnees.get("epcis") or donnees.get("communes")
        if donnees.get("territoire") == CERTAINES and not lieux and not self.errors:
            self.add_error(
                "territoire",
                f"Cochez au moins une commune, ou choisissez « {self.partout} ».",
            )
        return donnees

    @property
    def communes_choisies(self) -> frozenset[int] | None:
        if self.cleaned_data["territoire"] == TOUT:
            return None
        entieres = {c.pk for code in self.cleaned_data["epcis"] for c in self.par_epci[code]}
        return frozenset(entieres | {int(pk) for pk in self.cleaned_data["communes"]})

    @property
    def precision(self) -> Precision:
        """Secteurs et personnes tels que saisis ; les communes sont à part."""
        return Precision(
            sections=frozenset(self.cleaned_data["sections"]),
            personnes=frozenset(int(pk) for pk in self.cleaned_data["personnes"]),
        )

    @property
    def zones(self) -> list[dict]:
        """Les communes par intercommunalité, cochées ou non, pour le gabarit.

        ``listee`` : toutes y sont ; sinon, les seules cochées.
        """
        entieres, seules = set(self["epcis"].value() or ()), set(self["communes"].value() or ())
        peu, ouvertes = len(self.vue.communes) <= COMMUNES_LISTEES, self.ouvertes
        zones = []
        for code, toutes in self.par_epci.items():
            communes = [(c.pk, c.nom, str(c.pk) in seules) for c in toutes]
            cochees = [commune for commune in communes if commune[2]]
            listee = peu or not code or code in ouvertes
            zones.append(
                {
                    "code": code,
                    "nom": toutes[0].epci.nom if code else "Communes sans intercommunalité",
                    "entiere": code in entieres,
                    "nombre": len(communes),
                    "communes": communes if listee else cochees,
                    "listee": listee,
                    "demandee": code in ouvertes,
                    "ouverte": bool(cochees) or code in ouvertes,
                }
            )
        return zones

    @property
    def partielle(self) -> bool:
        """Le territoire est borné : sa liste s'ouvre d'emblée."""
        return self["territoire"].value() == CERTAINES


def precisions_initiales(precision: Precision, communes: frozenset, vue: Vue) -> dict:
    """Les valeurs d'un formulaire ; une intercommunalité entière se coche d'un coup."""
    dedans = communes & vue.communes_ids
    bornees = bool(communes) and dedans != vue.communes_ids
    epcis, seules = [], []
    if bornees:
        for code, groupe in groupby(vue.communes, key=lambda c: c.epci.code if c.epci else ""):
            du_groupe = {c.pk for c in groupe}
            if code and du_groupe <= dedans:
                epcis.append(code)
            else:
                seules += [str(pk) for pk in sorted(du_groupe & dedans)]
    return {
        "sections": sorted(precision.sections),
        "territoire": CERTAINES if bornees else TOUT,
        "epcis": epcis,
        "communes": seules,
        "personnes": [str(pk) for pk in sorted(precision.personnes & vue.personnes_ids)],
    }


class GrilleForm(PrecisionsForm):
    """Thèmes × étapes, et ce qui vaut pour tous les thèmes sans précision."""

    cases = forms.MultipleChoiceField(
        label="Ce que fait la structure", required=False, error_messages=CASE_PERIMEE
    )

    def __init__(self, *args, vue: Vue, **kwargs):
        super().__init__(*args, vue=vue, **kwargs)
        self.fields["cases"].choices = [
            (valeur_de(t.pk, e), t.libelle) for t in vue.themes for e in CHAINE
        ]

    @property
    def cases_choisies(self) -> frozenset:
        paires = (valeur.split("-") for valeur in self.cleaned_data["cases"])
        return frozenset((int(theme), etape) for theme, etape in paires)

    @property
    def saisie(self) -> Saisie:
        p = self.precision
        return Saisie(self.cases_choisies, p.sections, self.communes_choisies, p.personnes)


def grille_initiale(etat: Etat, vue: Vue) -> dict:
    courante = Precision(
        sections=etat.courante("sections", vue.themes_ids),
        personnes=etat.courante("personnes", vue.themes_ids),
    )
    return {
        "cases": [valeur_de(*case) for case in etat.cases],
        "empreinte": etat.empreinte,
        **precisions_initiales(courante, etat.communes, vue),
    }


class PrecisionsThemeForm(PrecisionsForm):
    partout = "Partout où va la structure"


class ThemeForm(FormulaireUnique):
    """Un thème propre au réseau."""

    libelle = forms.CharField(
        label="Nom du thème",
        max_length=60,
        validators=[une_ligne],
        help_text="Court, tel qu’on le dirait\u00a0: « circuits courts », « tourisme à la ferme ».",
    )
    cote = forms.ChoiceField(label="De quel côté\u00a0?", choices=Cote.choices)
