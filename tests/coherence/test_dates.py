"""Une date se lit : « 1ᵉʳ décembre », « 9 h 30 », jamais « 1 décembre », « 9:30 » ni « 01/12/2026 »."""

import ast
import re
from datetime import UTC, date, datetime

from django.template import Context, Template

from socle import dates
from tests.coherence.test_typographie import RACINE

GABARITS = sorted(p for s in ("html", "txt") for p in (RACINE / "templates").rglob(f"*.{s}"))
BRUTE = re.compile(r"""date:["'][^"']*(?:j F|H:i|d/m)|\btime:["']""")
# Là où une machine relit : colonnes de tableur, champs de saisie, et ce que seul le code montre.
RELUES = {"socle/tableurs/ecriture.py", "partenaires/champs.py", "socle/models/lien.py"}
APPLICATIONS = ("accueil", "partenaires", "porteurs", "socle")
MODULES = sorted(
    str(p.relative_to(RACINE))
    for app in APPLICATIONS
    for p in (RACINE / app).rglob("*.py")
    if not {"management", "migrations"} & set(p.parts)
)


def test_les_gabarits_ecrivent_leurs_dates_en_mots():
    fautes = {str(g): BRUTE.findall(g.read_text("utf-8")) for g in GABARITS}
    assert {gabarit: trouvees for gabarit, trouvees in fautes.items() if trouvees} == {}


def _dates_en_chiffres(source: str) -> list[int]:
    """Les lignes où une phrase porte un format « jour/mois/année »."""
    phrases = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FormattedValue))
    return [
        n.lineno
        for n in phrases
        if n.format_spec is not None and "%d/%m" in ast.unparse(n.format_spec)
    ]


def test_les_phrases_ecrivent_leurs_dates_en_mots():
    sources = {m: (RACINE / m).read_text("utf-8") for m in MODULES if m not in RELUES}
    # L'arbre ne se lit que là où le format paraît : le reste n'a rien à se reprocher.
    suspectes = {m: source for m, source in sources.items() if "%d/%m" in source}
    fautes = {m: _dates_en_chiffres(source) for m, source in suspectes.items()}
    assert {module: lignes for module, lignes in fautes.items() if lignes} == {}


def test_la_faute_se_verrait():
    assert BRUTE.search('le {{ jour|date:"j F Y" }}')
    assert _dates_en_chiffres('f"le {jour:%d/%m/%Y}"') == [1]


def test_une_date_en_mots():
    premier = date(2026, 12, 1)
    assert dates.date_en_mots(premier) == "1ᵉʳ décembre 2026"
    assert dates.date_en_mots(date(2026, 11, 21), annee=False) == "21 novembre"
    assert dates.jour_en_mots(premier) == "mardi 1ᵉʳ décembre 2026"


def test_les_filtres_lisent_l_heure_locale_et_taisent_ce_qui_manque():
    gabarit = Template(
        "{{ le|jour }} · {{ le|jour:'court' }} · {{ le|jour:'semaine' }} · {{ le|heure }}"
        " · {{ le|instant }} · {{ rien|jour }}{{ rien|heure }}{{ rien|instant }}"
    )
    # 23 h 30 à Greenwich le 30 novembre : minuit et demi, le 1ᵉʳ, à Paris.
    contexte = {"le": datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "rien": None}
    assert gabarit.render(Context(contexte)) == (
        "1ᵉʳ décembre 2026 · 1ᵉʳ décembre · mardi 1ᵉʳ décembre 2026 · 0\u00a0h\u00a030"
        " · 1ᵉʳ décembre 2026 à 0\u00a0h\u00a030 · "
    )
