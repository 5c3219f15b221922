"""Deux personnes sur le même formulaire : la seconde est prévenue et voit les deux versions.

Le formulaire porte l'empreinte de ce qu'il a montré ; le service la compare, la ligne réservée, à
ce qui est enregistré. Rien ne s'écrase en silence (EXIGENCES Fiabilité 8).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model

from socle.dates import date_en_mots
from socle.refus import Refus
from socle.unicite import FormulaireUnique

RIEN = "Rien de noté"


class Conflit(Refus):
    """Ce qui est enregistré n'est plus ce que la personne avait sous les yeux."""

    def __init__(self, actuelles: Mapping[str, Any]):
        super().__init__(
            "Quelqu’un a modifié ceci pendant que vous écriviez. Voici sa version à côté de la "
            "vôtre : vérifiez, puis enregistrez de nouveau."
        )
        self.actuelles = dict(actuelles)


def valeurs_de(objet: Model, champs: Iterable[str]) -> dict[str, Any]:
    """Les valeurs de ces champs ; une relation s'y lit par sa clé."""
    return {nom: objet._meta.get_field(nom).value_from_object(objet) for nom in champs}


def empreinte(valeurs: Mapping[str, Any]) -> str:
    """Un résumé de ces valeurs, le même tant que pas une ne change."""
    texte = json.dumps([[nom, str(valeurs[nom])] for nom in sorted(valeurs)])
    return hashlib.sha256(texte.encode()).hexdigest()[:32]


def verifier_la_version(lu: str, actuelles: Mapping[str, Any]) -> None:
    """Lève ``Conflit`` si ``lu`` n'est pas l'empreinte de ce qui est enregistré."""
    if lu != empreinte(actuelles):
        raise Conflit(actuelles)


def _sans_centimes(valeur):
    """« 85000 » plutôt que « 85000.00 », quand il n'y en a pas."""
    if isinstance(valeur, Decimal) and valeur == valeur.to_integral_value():
        return int(valeur)
    return valeur


class FormulaireEnConcurrence(FormulaireUnique):
    """Un formulaire qui dit de quelle version il part, et montre l'autre quand elle a changé."""

    lu = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)
    # Après un conflit : ``(libellé, valeur enregistrée, valeur tapée)``, ce qui diffère seulement.
    versions: tuple[tuple[str, str, str], ...] = ()
    conflit = False

    def partir_de(self, actuelles: Mapping[str, Any]):
        """Montre ces valeurs, et s'en souvient."""
        montrees = {nom: _sans_centimes(valeur) for nom, valeur in actuelles.items()}
        self.initial = montrees | {"lu": empreinte(actuelles)}
        return self

    def montrer_le_conflit(self, conflit: Conflit) -> None:
        """Range les deux versions côte à côte ; l'envoi suivant partira de celle qu'on a vue."""
        self.conflit = True
        self.versions = tuple(
            (self[nom].label, self._en_mots(nom, valeur), self._en_mots(nom, self._tapee(nom)))
            for nom, valeur in conflit.actuelles.items()
            if nom in self.fields and (valeur or None) != (self._tapee(nom) or None)
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("lu")] = empreinte(conflit.actuelles)
        self.add_error(None, conflit.phrase)

    def _tapee(self, nom: str):
        valeur = self.cleaned_data.get(nom)
        return valeur.pk if isinstance(valeur, Model) else valeur

    def _en_mots(self, nom: str, valeur) -> str:
        if valeur in (None, ""):
            return RIEN
        if isinstance(valeur, Decimal):
            return f"{valeur:f}".removesuffix(".00").replace(".", ",")
        if isinstance(valeur, date):
            return date_en_mots(valeur)
        for cle, libelle in getattr(self.fields[nom], "choices", ()):
            if str(cle) == str(valeur):
                return str(libelle)
        return str(valeur)
