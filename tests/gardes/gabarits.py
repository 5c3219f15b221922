"""Une variable inconnue dans un gabarit du projet fait échouer l'essai.

Django la remplace par ``string_if_invalid``, qu'il ne consulte (« if string_if_invalid »)
qu'en la rencontrant : la vérité de cette chaîne vide est donc le bon endroit où regarder quel
gabarit la demande. Ceux de Django, d'allauth et de crispy gardent leur comportement.
"""

import sys

from django.conf import settings
from django.template import engines
from django.template.base import FilterExpression, Node

GABARITS = str(settings.BASE_DIR / "templates")


class VariableIndefinie(AssertionError):
    """Un gabarit du projet nomme une variable que la vue ne lui donne pas."""


class ChaineVigilante(str):
    __slots__ = ()

    def __bool__(self):
        expression, origine, ligne = _qui_demande()
        if origine.startswith(GABARITS):
            court = origine.removeprefix(GABARITS).lstrip("/")
            raise VariableIndefinie(f"« {expression} » est inconnue ({court}, ligne {ligne})")
        return False


def _qui_demande() -> tuple[str, str, int | None]:
    """L'expression, le gabarit et la ligne qui évaluent une variable inconnue."""
    expression, cadre = "?", sys._getframe(2)
    while cadre is not None:
        sujet = cadre.f_locals.get("self")
        if isinstance(sujet, FilterExpression) and expression == "?":
            expression = sujet.token
        elif isinstance(sujet, Node) and getattr(sujet, "origin", None) is not None:
            jeton = getattr(sujet, "token", None)
            return expression, str(sujet.origin.name), getattr(jeton, "lineno", None)
        cadre = cadre.f_back
    return expression, "", None


def installer():
    """Pose la chaîne vigilante ; rend de quoi défaire."""
    moteur = engines["django"].engine
    avant, moteur.string_if_invalid = moteur.string_if_invalid, ChaineVigilante()

    def defaire():
        moteur.string_if_invalid = avant

    return defaire
