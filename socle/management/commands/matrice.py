"""Écrit docs/droits.md d'après la matrice des droits : la documentation ne peut pas mentir."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from socle.listes import contributions
from socle.permissions import Regle

SORTIE = settings.BASE_DIR / "docs" / "droits.md"
GENERAUX = {
    "public": "tout le monde, sans compte",
    "connecte": "toute personne connectée",
    "administrateur": "qui administre l’installation",
    "porteur": "la personne accompagnée, dans son espace",
}
ENTETE = """\
# Qui peut quoi

Cette page est écrite par `manage.py matrice` d’après les règles que lit le portail
(`permissions.py` de chaque application) ; un essai vérifie qu’elle est à jour. Ne la corrigez
pas à la main.

Deux questions se suivent à chaque page. *Voit-on l’objet ?* Sinon il n’existe pas : la réponse
est 404, et il manque aux listes, aux comptes, aux recherches et aux courriels. *Peut-on agir ?*
C’est le tableau ci-dessous : qui voit sans pouvoir reçoit 403.

Une fonction s’exerce dans un réseau, au titre d’une structure, tant que le mandat court. Elle
ne vaut rien dans un autre réseau.
"""


class Command(BaseCommand):
    help = "Écrit la matrice des droits dans docs/droits.md."

    def add_arguments(self, parser):
        parser.add_argument("--sortie", type=Path, default=SORTIE)

    def handle(self, *args, sortie: Path, **options):
        sortie.write_text(document(), encoding="utf-8")
        self.stdout.write(f"{sortie} est à jour.")


def document() -> str:
    """La page entière, une section par application, dans l'ordre des réglages."""
    sections: dict[str, list[Regle]] = {}
    for regle in contributions("MAILLON_PERMISSIONS"):
        sections.setdefault(regle.action.partition(".")[0], []).append(regle)
    return "\n".join([ENTETE, *(_section(nom, lignes) for nom, lignes in sections.items())])


def _section(application: str, lignes: list[Regle]) -> str:
    tableau = ["| geste | qui | à condition que | pages |", "|---|---|---|---|"]
    tableau += [_ligne(regle) for regle in lignes]
    return f"## {application}\n\n" + "\n".join(tableau) + "\n"


def _ligne(regle: Regle) -> str:
    """Les rôles qui partagent une condition sont nommés ensemble."""
    par_etat: dict[str, list[str]] = {}
    for role, etat in regle.roles.items():
        par_etat.setdefault(etat.libelle, []).append(_role(role))
    libelle = regle.libelle + (" (second facteur)" if regle.second_facteur else "")
    qui = "<br>".join(", ".join(roles) for roles in par_etat.values())
    etats = "<br>".join(par_etat)
    pages = ", ".join(f"`{route}`" for route in regle.routes)
    return f"| {libelle} | {qui} | {etats} | {pages} |"


def _role(role: str) -> str:
    """Une fonction de mandat porte son libellé ; les rôles généraux ont le leur ici."""
    return GENERAUX.get(str(role)) or str(role.label)
