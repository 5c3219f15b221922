"""Ce que partagent les formulaires des dossiers."""

from django import forms
from django.utils import timezone


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
