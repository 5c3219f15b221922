"""Demander un export : ce qu'on emporte, sous quelle forme, et pourquoi."""

from django import forms

from porteurs.models.export import ContenuExport, FormatExport
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne


class ExportForm(FormulaireUnique):
    contenu = forms.ChoiceField(
        label="Ce que vous emportez",
        help_text="Le moins suffit souvent\u00a0: chaque ligne ne montre que ce que vous en lisez.",
        choices=[
            (
                ContenuExport.FICHE,
                "La fiche partagée\u00a0: référence, prénom et initiale, projet, commune, étape, besoins, "
                "structure, prochaine étape",
            ),
            (
                ContenuExport.SUIVI,
                "Et, des dossiers que vous suivez, les noms, les coordonnées et le côté "
                "professionnel",
            ),
            (
                ContenuExport.PRIVE,
                "Et le volet privé, là où les adultes l’ont accepté",
            ),
        ],
        initial=ContenuExport.FICHE,
        widget=forms.RadioSelect,
    )
    format = forms.ChoiceField(
        label="Format", choices=FormatExport.choices, initial=FormatExport.XLSX
    )
    motif = forms.CharField(
        label="À quoi servira ce fichier\u00a0?",
        help_text="Sans nommer personne. Inscrit au journal avec votre nom\u00a0; chaque personne lit dans "
        "son espace que vous avez exporté son dossier.",
        min_length=10,
        max_length=250,
        validators=[une_ligne],
        error_messages={"min_length": "Dites-le en une phrase\u00a0: dix caractères au moins."},
    )
