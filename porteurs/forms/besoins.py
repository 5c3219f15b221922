"""Les formulaires des besoins."""

from datetime import timedelta

from django import forms

from partenaires.champs import ChampJour
from partenaires.enums import CHAINE, Cote
from porteurs.enums import EtatBesoin
from porteurs.forms.commun import FormulaireDeReseau
from porteurs.forms.suivi import REGLE_DE_REDACTION
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

RELANCE = timedelta(days=14)


class BesoinForm(FormulaireUnique):
    """Un thème suffit ; l'étape est celle du dossier, les précisions peuvent attendre."""

    theme = forms.TypedChoiceField(
        label="De quoi a-t-on besoin\u00a0?",
        coerce=int,
        error_messages={
            "required": "Choisissez un thème.",
            "invalid_choice": "Ce thème n’est pas de ceux de votre réseau.",
        },
    )
    etape = forms.ChoiceField(
        label="À quelle étape\u00a0?", choices=[(e.value, e.label.capitalize()) for e in CHAINE]
    )
    precisions = forms.CharField(
        label="Précisions",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lues par celles et ceux qui suivent le dossier\u00a0; du côté privé, par les seules "
        "structures que chaque adulte a nommées. " + REGLE_DE_REDACTION,
    )

    def __init__(self, *args, themes=(), etape=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.themes = {theme.pk: theme for theme in themes}
        groupes = {cote.value: [] for cote in Cote}
        for theme in self.themes.values():
            groupes[theme.cote].append((theme.pk, theme.libelle.capitalize()))
        self.fields["theme"].choices = [
            ("", "Choisissez"),
            *((Cote(cote).label.capitalize(), choix) for cote, choix in groupes.items() if choix),
        ]
        if etape in CHAINE:
            self.fields["etape"].initial = etape

    def clean_theme(self):
        return self.themes[self.cleaned_data["theme"]]


class OrienterForm(FormulaireUnique):
    """À qui, dans la structure choisie, et avec quel mot."""

    structure = forms.TypedChoiceField(
        label="À quelle structure\u00a0?",
        coerce=int,
        error_messages={"invalid_choice": "Cette structure ne peut plus recevoir ce besoin."},
    )
    personne = forms.TypedChoiceField(
        label="À qui penser\u00a0?",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Toute la structure pourra répondre.",
        error_messages={"invalid_choice": "Cette personne n’est plus en poste dans la structure."},
    )
    message = forms.CharField(
        label="Un mot pour la structure",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qu’il lui faut pour dire oui ou non. " + REGLE_DE_REDACTION,
    )

    def __init__(self, *args, propositions=(), choisie=None, message_permis=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["structure"].choices = [
            ("", "Choisissez"),
            *((p.partenaire.pk, p.partenaire.nom) for p in propositions),
        ]
        if choisie is not None:
            self.fields["structure"].choices = [(choisie.partenaire.pk, choisie.partenaire.nom)]
            self.fields["structure"].widget = forms.HiddenInput()
            self.fields["structure"].initial = choisie.partenaire.pk
            self.fields["personne"].choices = [
                ("", "Toute la structure"),
                *((c.personne.pk, f"{c.personne.nom} ({c.raison})") for c in choisie.personnes),
            ]
            presente = next(
                (c for c in choisie.personnes if c.nommee and not c.personne.retour), None
            )
            if presente:
                self.fields["personne"].initial = presente.personne.pk
        else:
            del self.fields["personne"]
        if not message_permis:
            del self.fields["message"]


class CloreBesoinForm(FormulaireUnique):
    etat = forms.ChoiceField(
        label="Comment cela s’est-il fini\u00a0?",
        choices=[
            (EtatBesoin.REPONDU.value, "Le besoin a eu sa réponse"),
            (EtatBesoin.ABANDONNE.value, "Il n’a plus d’objet"),
        ],
        widget=forms.RadioSelect,
        initial=EtatBesoin.REPONDU,
    )
    conclusion = forms.CharField(
        label="En une ligne",
        required=False,
        max_length=500,
        validators=[une_ligne],
        help_text=REGLE_DE_REDACTION,
    )


class RevoirForm(FormulaireUnique, FormulaireDeReseau):
    jusqua = ChampJour(label="À revoir le")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["jusqua"].initial = self.jour + RELANCE
