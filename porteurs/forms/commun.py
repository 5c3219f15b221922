"""Ce que partagent les formulaires des dossiers."""

from django import forms
from django.utils import timezone

from partenaires.models import Structure


def selon_la_reponse(champ: forms.Field) -> forms.Field:
    """Un champ que la réponse à un autre rend nécessaire : le dire « facultatif » tromperait."""
    champ.required = False
    champ.selon_la_reponse = True
    return champ


class FormulaireDeReseau(forms.Form):
    """Un formulaire qui connaît le jour du réseau et demande au nom de qui l'on agit.

    ``structures`` : ``{pk: nom}`` de celles pour qui l'acteur agit ; le champ n'apparaît que
    s'il y en a plusieurs.
    """

    def __init__(self, *args, structures=None, jour=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.jour = jour or timezone.localdate()
        self.structures = structures or {}
        if len(self.structures) > 1:
            self.fields["structure"] = forms.TypedChoiceField(
                label="Au nom de quelle structure ?",
                choices=list(self.structures.items()),
                coerce=int,
            )

    @property
    def structure(self) -> Structure:
        """La structure choisie, ou la seule possible. Après validation."""
        choisie = self.cleaned_data.get("structure") or next(iter(self.structures))
        return Structure.objects.get(pk=choisie)
