"""À qui confier chaque dossier."""

from django import forms

from partenaires.models import Mandat
from porteurs.services.passations import CHOISIS_UN_A_UN, Suivi
from socle.unicite import FormulaireUnique

COMME_TOUS, RESTE = "", "reste"


class PassationForm(FormulaireUnique):
    """Un choix pour tous, et un par dossier qui l'emporte."""

    def __init__(self, *args, suivis: list[Suivi], successeurs: list[Mandat], **kwargs):
        super().__init__(*args, **kwargs)
        self.suivis = suivis
        self.par_cle = {str(m.uuid): m for m in successeurs}
        personnes = [(cle, m.utilisateur.nom_complet) for cle, m in self.par_cle.items()]
        self.fields["tous"] = forms.ChoiceField(
            label="Pour tous les dossiers",
            required=False,
            choices=[("", "Je choisis dossier par dossier"), *personnes],
        )
        for suivi in suivis[:CHOISIS_UN_A_UN]:
            self.fields[self._nom(suivi)] = forms.ChoiceField(
                label=f"Qui prend la suite du dossier {suivi.dossier.reference}",
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
                choices=[
                    (COMME_TOUS, "comme pour tous"),
                    (RESTE, "ne change pas de mains"),
                    *personnes,
                ],
            )

    @staticmethod
    def _nom(suivi: Suivi) -> str:
        return f"vers-{suivi.dossier.uuid}"

    @property
    def lignes(self) -> list[tuple[Suivi, object]]:
        """Chaque dossier et son choix ; sans choix, au-delà de ce qui se choisit un à un."""
        return [
            (s, self[self._nom(s)] if self._nom(s) in self.fields else None) for s in self.suivis
        ]

    @property
    def vers(self) -> dict[int, Mandat]:
        """Par dossier, le mandat de qui prend la suite."""
        tous = self.cleaned_data.get("tous", "")
        choix = {
            s.dossier.pk: self.cleaned_data.get(self._nom(s), COMME_TOUS) or tous
            for s in self.suivis
        }
        return {pk: self.par_cle[cle] for pk, cle in choix.items() if cle in self.par_cle}
