"""Champs de formulaire : une commune telle qu'on la tape, un jour tel qu'on l'écrit."""

import re
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from partenaires.models import Commune, Reseau, ReseauCommune
from partenaires.models.territoire import cle_de_nom

PROPOSEES = 10
CANDIDATES = 5
CODE = re.compile(r"\b(\d{5}|2[AB]\d{3})\b", re.IGNORECASE)


def libelle(commune: Commune) -> str:
    """« Ambert (63600) » : ce que le champ montre, et qu'il relit sans se tromper."""
    return f"{commune.nom} ({(commune.codes_postaux or [commune.code])[0]})"


def detail(commune: Commune) -> str:
    """« Puy-de-Dôme · 63600 », pour distinguer les homonymes."""
    return " · ".join([commune.departement.nom, *commune.codes_postaux[:1]])


def proposer(saisie: str, reseau: Reseau | None = None, nombre: int = PROPOSEES) -> list[Commune]:
    """Les communes les plus vraisemblables pour ce qu'on tape ; celles du réseau passent devant."""
    if len(saisie.strip()) < 2:
        return []
    communes = _dans(reseau, Commune.objects.rechercher(saisie[:80]))
    if reseau is not None:
        communes = communes.order_by("-du_reseau", "rang", "-population", "cle_tri", "code")
    return list(communes[:nombre])


def _dans(reseau: Reseau | None, communes):
    """Dit de chaque commune si elle est du réseau (``du_reseau``), quand il y en a un."""
    communes = communes.select_related("departement")
    if reseau is None:
        return communes
    couverte = ReseauCommune.objects.filter(reseau=reseau.pk, commune=OuterRef("pk"))
    return communes.annotate(du_reseau=Exists(couverte))


class SaisieCommune(forms.TextInput):
    """Un champ de texte ordinaire ; ``data-communes-url`` permet au script de proposer."""

    reseau: Reseau | None = None

    def get_context(self, name, value, attrs):
        contexte = super().get_context(name, value, attrs)
        adresse = reverse("partenaires:communes")
        if self.reseau is not None:
            adresse += "?" + urlencode({"reseau": self.reseau.slug})
        contexte["widget"]["attrs"] |= {"data-communes-url": adresse, "autocomplete": "off"}
        return contexte


class ChampCommune(forms.Field):
    """Rend une ``Commune`` à partir de ce qu'une personne tape.

    « Ambert », « ambert 63600 », « Ambert (63600) », un code postal, un code officiel. Inconnue
    ou ambiguë, l'erreur le dit, nomme les candidates, et garde ce qui a été tapé. Les communes
    du réseau passent avant leurs homonymes (``preferer``).
    """

    widget = SaisieCommune
    default_error_messages = {
        "required": "Indiquez une commune.",
        "inconnue": "Nous ne connaissons pas cette commune. Essayez avec son code postal.",
        "ambigue": "Plusieurs communes répondent à « %(saisie)s » : %(candidates)s. "
        "Ajoutez le code postal.",
        "proche": "Nous ne connaissons pas « %(saisie)s ». Vouliez-vous dire %(candidates)s ?",
    }

    def __init__(self, *, reseau: Reseau | None = None, **kwargs):
        super().__init__(**kwargs)
        self.preferer(reseau)

    def preferer(self, reseau: Reseau | None) -> None:
        """Les communes de ce réseau d'abord, dans les propositions comme parmi les homonymes."""
        self.reseau = self.widget.reseau = reseau

    def __deepcopy__(self, memo):
        copie = super().__deepcopy__(memo)
        copie.preferer(self.reseau)
        return copie

    def prepare_value(self, value):
        return libelle(value) if isinstance(value, Commune) else value

    def has_changed(self, initial, data):
        avant = self.prepare_value(initial) or ""
        return str(avant).strip() != str(data or "").strip()

    def to_python(self, value):
        saisie = " ".join(str(value or "").split())
        if not saisie:
            return None
        codes = [code.upper() for code in CODE.findall(saisie)]
        nom = cle_de_nom(CODE.sub(" ", saisie))
        if len(codes) > 1 or not (codes or nom):
            raise self._erreur("inconnue", saisie, [])
        trouvees = self._exactes(nom, codes[0] if codes else "")
        if len(trouvees) == 1:
            return trouvees[0]
        if trouvees:
            raise self._erreur("ambigue", saisie, trouvees)
        proches = proposer(saisie, self.reseau, CANDIDATES + 1) if nom else []
        raise self._erreur("proche" if proches else "inconnue", saisie, proches)

    def _exactes(self, nom: str, code: str) -> list[Commune]:
        """Celles que la saisie désigne en entier ; celles du réseau évincent leurs homonymes."""
        communes = _dans(self.reseau, Commune.objects.order_by("cle_tri", "code"))
        if self.reseau is not None:
            communes = communes.order_by("-du_reseau", "cle_tri", "code")
        if nom:
            communes = communes.filter(cle_tri=nom)
        if code:
            communes = communes.filter(Q(code=code) | Q(codes_postaux__contains=[code]))
        trouvees = list(communes[: CANDIDATES + 1])
        if nom and code and len(trouvees) > 1:
            # Un nom et un code officiel ne désignent qu'une commune, fût-il aussi un code postal.
            return [c for c in trouvees if c.code == code] or trouvees
        if nom and self.reseau is not None:
            return [c for c in trouvees if c.du_reseau] or trouvees
        return trouvees

    def _erreur(self, code: str, saisie: str, communes: list[Commune]) -> forms.ValidationError:
        noms = [f"{c.nom} ({detail(c)})" for c in communes[:CANDIDATES]]
        if len(communes) > CANDIDATES:
            noms.append("d’autres encore")
        return forms.ValidationError(
            self.error_messages[code],
            code=code,
            params={"saisie": saisie, "candidates": ", ".join(noms)},
        )


class ChampJour(forms.DateField):
    """Une date, saisie par le sélecteur du navigateur ou tapée à la française."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y"])
        kwargs.setdefault(
            "error_messages",
            {
                "required": "Indiquez une date.",
                "invalid": "Cette date n’existe pas. Écrivez-la ainsi : 31/12/2026.",
            },
        )
        super().__init__(**kwargs)
