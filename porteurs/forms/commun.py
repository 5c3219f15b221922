"""Ce que partagent les formulaires des dossiers."""

from django import forms
from django.utils import timezone


class ChampJour(forms.DateField):
    """Une date, saisie par le sélecteur du navigateur ou tapée à la française."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y"])
        kwargs.setdefault(
            "error_messages",
            {"invalid": "Cette date n’existe pas. Écrivez-la ainsi : 31/12/2026."},
        )
        super().__init__(**kwargs)


class FormulaireDeReseau(forms.Form):
    """Un formulaire qui connaît le jour du réseau et demande au nom de qui l'on agit.

    Le champ ``structure`` n'apparaît que si l'acteur agit pour plusieurs structures.
    """

    def __init__(self, *args, structures=(), jour=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.jour = jour or timezone.localdate()
        self.structures = list(structures)
        if len(self.structures) > 1:
            self.fields["structure"] = forms.TypedChoiceField(
                label="Au nom de quelle structure ?",
                choices=[(s.pk, s.nom) for s in self.structures],
                coerce=int,
            )

    @property
    def structure(self):
        """La structure choisie, ou la seule possible."""
        choisie = self.cleaned_data.get("structure")
        return next((s for s in self.structures if s.pk == choisie), self.structures[0])
