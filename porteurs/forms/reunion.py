"""Les formulaires des réunions : une date à l'heure du réseau, un dossier à inscrire, une ligne."""

from django import forms
from django.utils import timezone

from partenaires.calendrier import instant_local
from partenaires.champs import ChampJour
from porteurs.calendrier import dates_de_serie
from porteurs.enums import NatureReunion
from porteurs.forms.commun import FormulaireDeReseau
from porteurs.forms.suivi import REGLE_DE_REDACTION
from porteurs.services.reunion import LONGUEUR_LIGNE
from socle.dates import jour_en_mots
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

DUREES = {
    "min_value": "Un quart d’heure au moins.",
    "max_value": "Douze heures au plus : pour plusieurs jours, prévoyez plusieurs réunions.",
    "invalid": "Écrivez un nombre de minutes : 120 pour deux heures.",
}


class ReunionForm(FormulaireUnique):
    """Quand, où, combien de temps. ``debut`` est l'instant, calculé dans le fuseau du réseau."""

    nature = forms.ChoiceField(
        label="Quelle réunion ?",
        choices=[(n.value, n.label.capitalize()) for n in NatureReunion],
        initial=NatureReunion.TECHNIQUE,
    )
    jour = ChampJour(label="Jour")
    heure = forms.TimeField(
        label="Heure",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%Hh%M", "%H h %M", "%Hh", "%H"],
        error_messages={"invalid": "Cette heure n’existe pas. Écrivez-la ainsi\u00a0: 09:30."},
    )
    duree_minutes = forms.IntegerField(
        label="Durée, en minutes",
        min_value=15,
        max_value=720,
        initial=120,
        error_messages=DUREES,
    )
    lieu = forms.CharField(
        label="Lieu",
        max_length=200,
        required=False,
        validators=[une_ligne],
        help_text="La salle et la commune, ou l’adresse de la visioconférence.",
    )
    # La version lue : un autre changement entre-temps se voit (EXIGENCES Fiabilité 8).
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.fuseau = reseau.tz

    def clean(self):
        champs = super().clean()
        jour, heure = champs.get("jour"), champs.get("heure")
        if jour and heure:
            try:
                champs["debut"] = instant_local(jour, heure, self.fuseau)
            except OverflowError:
                # Au bord du calendrier, l'instant universel n'existe pas.
                self.add_error("jour", "Cette année n’est pas la bonne\u00a0: vérifiez la date.")
                return champs
            if champs["debut"] is None:
                self.add_error(
                    "heure",
                    f"Cette heure n’existe pas le {jour_en_mots(jour)}\u00a0: on passe à l’heure d’été.",
                )
        return champs

    def reunion(self) -> dict:
        """Les champs de la réunion, pour le service."""
        return {c: self.cleaned_data[c] for c in ("nature", "debut", "duree_minutes", "lieu")}


class PointForm(FormulaireUnique):
    reference = forms.CharField(
        label="Référence du dossier",
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "2026-0417", "autocomplete": "off"}),
        help_text="Elle est en tête de chaque dossier.",
    )
    mot = forms.CharField(
        label="Pourquoi en parler",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Lu par les membres qui voient ce dossier. " + REGLE_DE_REDACTION,
    )


class LigneForm(FormulaireDeReseau):
    texte = forms.CharField(
        label="Votre ligne",
        max_length=LONGUEUR_LIGNE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"{LONGUEUR_LIGNE} caractères au plus. " + REGLE_DE_REDACTION,
        error_messages={"required": "Écrivez au moins un mot."},
    )


class SerieForm(FormulaireUnique):
    """Une série mensuelle : le premier jour donne le rang (« le premier mardi ») à tous les mois."""

    jour = ChampJour(label="Première réunion le")
    heure = forms.TimeField(
        label="Heure",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%Hh%M", "%H h %M", "%Hh", "%H"],
        error_messages={"invalid": "Cette heure n’existe pas. Écrivez-la ainsi : 09:30."},
        initial="09:30",
    )
    duree_minutes = forms.IntegerField(
        label="Durée, en minutes",
        min_value=15,
        max_value=720,
        initial=120,
        error_messages=DUREES,
    )
    lieu = forms.CharField(
        label="Lieu",
        max_length=200,
        required=False,
        validators=[une_ligne],
        help_text="La salle et la commune, ou l’adresse de la visioconférence.",
    )
    nombre = forms.TypedChoiceField(
        label="Combien de mois ?",
        coerce=int,
        choices=[(3, "Trois"), (6, "Six"), (10, "Dix"), (12, "Douze")],
        initial=6,
    )
    sans_ete = forms.BooleanField(label="Sauter juillet et août", required=False, initial=True)

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.reseau = reseau

    def clean(self):
        champs = super().clean()
        if champs.get("jour") and champs.get("heure") and champs.get("nombre"):
            try:
                champs["dates"] = dates_de_serie(
                    champs["jour"],
                    champs["heure"],
                    champs["nombre"],
                    self.reseau,
                    sans_ete=champs["sans_ete"],
                )
            except (OverflowError, ValueError):
                self.add_error("jour", "Cette année n’est pas la bonne : vérifiez la date.")
            else:
                # Les dates se proposent dans l'ordre : la première passée, on le dit d'emblée.
                if champs["dates"][0].debut <= timezone.now():
                    self.add_error("jour", self._deja_passe(champs["jour"]))
        return champs

    def _deja_passe(self, jour) -> str:
        if jour == self.reseau.aujourd_hui():
            return "Cette heure est passée. Choisissez une heure ou un jour à venir."
        return "Ce jour est passé. Choisissez un jour à venir."
