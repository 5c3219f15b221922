"""Ce qui passe d'un dossier à l'autre, avec les mots de qui le lit."""

from django import template

from porteurs.models import Acces, Affectation, Orientation, Participation

register = template.Library()

# Le nom d'un modèle dit ce que la base range ; voici ce que les gens en disent.
EN_CLAIR = {
    Acces: (
        "structure ou personne qui lit le dossier",
        "structures ou personnes qui lisent le dossier",
    ),
    Affectation: ("rôle tenu auprès du projet", "rôles tenus auprès du projet"),
    Orientation: ("besoin proposé à une structure", "besoins proposés à des structures"),
    Participation: ("personne du projet", "personnes du projet"),
}
MOTS = {
    str(nom): mots
    for modele, mots in EN_CLAIR.items()
    for nom in (modele._meta.verbose_name, modele._meta.verbose_name_plural)
}


@register.filter
def en_clair(mouvements):
    """``(nature, nombre)`` en mots de tous les jours."""
    return [
        (MOTS.get(nature, (nature, nature))[nombre > 1], nombre) for nature, nombre in mouvements
    ]
