"""Les valeurs d'un évènement en clair : libellés, dates, noms, lus en une requête."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import models
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from partenaires.models import Commune, Departement, Structure, Theme
from porteurs.historique.lecture import Evenement
from porteurs.historique.portee import Portee
from porteurs.models import Porteur
from socle.dates import date_en_mots
from socle.models import Utilisateur

# Plus long, un texte ne se recopie pas dans l'historique : il se lit où il est.
TEXTE_COURT = 200

NOMS = {
    Structure: "nom",
    Commune: "nom",
    Departement: "nom",
    Theme: "libelle",
    Utilisateur: Concat("prenom", Value(" "), "nom"),
}


class Noms:
    """Les noms des objets que citent des évènements ; ceux des porteurs, à qui lit les coordonnées."""

    def __init__(self, cites: Iterable[tuple[type, object]], portee: Portee):
        par_modele: dict[type, set] = {}
        for modele, cle in cites:
            par_modele.setdefault(modele, set()).add(cle)
        personnes = {Porteur: Concat("prenom", Value(" "), "nom")} if portee.coordonnees else {}
        self._noms = self._lire(par_modele, NOMS | personnes)

    def _lire(self, par_modele, expressions) -> dict:
        requetes = [
            modele.objects.order_by()
            .filter(pk__in=par_modele[modele])
            .annotate(
                genre=Value(modele.__name__),
                cle=Cast("pk", CharField()),
                texte=Cast(expression, CharField()),
            )
            .values_list("genre", "cle", "texte")
            for modele, expression in expressions.items()
            if par_modele.get(modele)
        ]
        if not requetes:
            return {}
        premiere, *suite = requetes
        return {
            (genre, cle): texte.strip() for genre, cle, texte in premiere.union(*suite, all=True)
        }

    def de(self, modele, cle) -> str:
        defaut = "une personne du projet" if modele is Porteur else "…"
        return self._noms.get((modele.__name__, str(cle)), defaut)


def cites(evenements: Iterable[Evenement]) -> set[tuple[type, object]]:
    """Les objets que nomment ces évènements, avant comme après."""
    trouves = set()
    for evenement in evenements:
        for champ in evenement.modele._meta.local_fields:
            if isinstance(champ, models.ForeignKey):
                for version in (evenement.ligne, evenement.avant or {}):
                    if version.get(champ.attname) is not None:
                        trouves.add((champ.related_model, version[champ.attname]))
    return trouves


def montrable(champ: models.Field) -> bool:
    """Faux pour un texte long : l'historique dit qu'il a changé, sans le recopier."""
    if isinstance(champ, (models.TextField, models.JSONField)):
        return False
    return not (
        type(champ) is models.CharField and not champ.choices and champ.max_length > TEXTE_COURT
    )


def en_clair(champ: models.Field, valeur, noms: Noms) -> str:
    """La valeur d'un champ telle qu'on la dirait ; vide quand il n'y en a pas."""
    if valeur is None or valeur == "":
        return ""
    if isinstance(champ, models.ForeignKey):
        return noms.de(champ.related_model, valeur)
    if champ.choices:
        return str(dict(champ.flatchoices).get(valeur, valeur))
    if isinstance(champ, models.BooleanField):
        return "oui" if valeur else "non"
    if isinstance(champ, models.DateTimeField):
        return date_en_mots(timezone.localtime(datetime.fromisoformat(valeur)).date())
    if isinstance(champ, models.DateField):
        return date_en_mots(date.fromisoformat(valeur))
    if isinstance(champ, models.DecimalField):
        return f"{float(valeur):,.2f}".replace(",", " ").removesuffix(".00").replace(".", ",")
    if champ.get_internal_type() == "DateRangeField":
        return _periode(valeur)
    return str(valeur)


def _periode(texte: str) -> str:
    debut, _, fin = texte.strip("[]()").partition(",")
    if not debut:
        return "jamais"
    mots = f"depuis le {date_en_mots(date.fromisoformat(debut))}"
    return f"{mots}, jusqu’au {date_en_mots(date.fromisoformat(fin))} (exclu)" if fin else mots
