"""Déclarer une absence et qui prend la suite."""

from django import forms

from partenaires.champs import ChampJour
from partenaires.models import Mandat
from socle.unicite import FormulaireUnique


class ChoixDeMandat(forms.ModelChoiceField):
    def label_from_instance(self, mandat):
        return f"{mandat.utilisateur.nom_complet}, {mandat.structure.nom}"


class RemplacementForm(FormulaireUnique):
    """``absences`` : les mandats dont on peut déclarer l'absence ; ``collegues`` : qui peut remplacer."""

    mandat = ChoixDeMandat(label="Qui s’absente", queryset=Mandat.objects.none(), empty_label=None)
    du = ChampJour(label="Premier jour d’absence")
    au = ChampJour(label="Dernier jour d’absence")
    remplacant = ChoixDeMandat(
        label="Qui prend la suite",
        queryset=Mandat.objects.none(),
        required=False,
        empty_label="Personne pour l’instant",
        help_text="Une personne de la même structure. Elle recevra aussi les rappels.",
    )
    mot = forms.CharField(
        label="Un mot pour elle",
        max_length=300,
        required=False,
        help_text="Par exemple où sont les papiers. Ne nommez pas une personne accompagnée.",
    )

    def __init__(self, *args, absences, collegues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mandat"].queryset = absences
        self.fields["remplacant"].queryset = collegues
