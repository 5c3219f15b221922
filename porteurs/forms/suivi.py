from django import forms

from partenaires.champs import ChampJour
from porteurs.enums import (
    CHAINE,
    NATURES_NOTEES,
    SORTIES,
    Audience,
    Etape,
    ModeInformation,
)
from porteurs.forms.commun import FormulaireDeReseau, selon_la_reponse
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

REGLE_DE_REDACTION = (
    "Des faits, rien sur la santé ni les opinions. La personne accompagnée peut demander à le lire."
)


class EtapeForm(FormulaireUnique, FormulaireDeReseau):
    etape = forms.ChoiceField(
        label="Où en est le projet ?",
        choices=[
            ("Il avance", [(e.value, e.label.capitalize()) for e in CHAINE]),
            ("Il s’arrête", [(e.value, e.label.capitalize()) for e in SORTIES]),
        ],
    )
    le = ChampJour(label="Depuis le")
    motif = selon_la_reponse(
        forms.CharField(
            label="Pourquoi",
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="Nécessaire si le projet s’arrête ou revient en arrière. "
            + REGLE_DE_REDACTION,
        )
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["le"].initial = self.jour


class InformationForm(FormulaireDeReseau):
    le = ChampJour(label="Informée le")
    mode = forms.ChoiceField(label="Comment", choices=ModeInformation.choices)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["le"].initial = self.jour


class OppositionForm(FormulaireDeReseau):
    le = ChampJour(label="Elle s’y oppose depuis le")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["le"].initial = self.jour


class EchangeForm(FormulaireUnique, FormulaireDeReseau):
    texte = forms.CharField(
        label="Ce qui s’est dit, ce qui s’est passé",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=REGLE_DE_REDACTION,
        error_messages={"required": "Écrivez au moins une ligne."},
    )
    nature = forms.ChoiceField(
        label="C’était", choices=[(n.value, n.label) for n in NATURES_NOTEES]
    )
    le = ChampJour(label="Le")
    audience = forms.ChoiceField(
        label="Qui le lira ?", choices=Audience.choices, widget=forms.RadioSelect
    )

    prive = forms.BooleanField(
        label="Touche à la vie privée du foyer : réservé à qui lit le volet privé", required=False
    )
    pour_porteur = forms.BooleanField(
        label="La personne accompagnée le lira aussi, dans son espace",
        required=False,
        help_text="Les autres adultes du projet aussi, sauf ce qui touche à la vie privée : "
        "le porteur principal seul le lit.",
    )

    def __init__(self, *args, lecteurs=None, lit_le_prive=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not lit_le_prive:
            del self.fields["prive"]
        self.fields["le"].initial = self.jour
        self.fields["audience"].initial = Audience.EQUIPE
        if lecteurs is not None:
            self.fields["audience"].choices = [
                (audience.value, avec_lecteurs(audience, lecteurs[audience]))
                for audience in Audience
                if audience in lecteurs
            ]


def avec_lecteurs(audience: Audience, personnes: list[str]) -> str:
    """« L’équipe du dossier (3 personnes : Anne, Luc, Zoé) » : lu avant d'enregistrer."""
    nombre = len(personnes)
    if nombre == 0:
        qui = "vous seulement pour l’instant"
    elif nombre <= 6:
        qui = f"{nombre} personne{'s' if nombre > 1 else ''} : {', '.join(personnes)}"
    else:
        qui = f"{nombre} personnes"
    if audience == Audience.EQUIPE:
        qui += ", et qui la rejoindra"
    libelle = audience.label
    return f"{libelle[:1].upper()}{libelle[1:]} ({qui})"


class ActionForm(FormulaireUnique, FormulaireDeReseau):
    libelle = forms.CharField(label="Quoi", max_length=200, validators=[une_ligne])
    responsable = forms.TypedChoiceField(label="Qui", coerce=int)
    echeance = ChampJour(label="Avant le")

    def __init__(self, *args, personnes=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsable"].choices = personnes


class AffectationForm(FormulaireUnique, FormulaireDeReseau):
    """Le choix d'une personne parmi les mandats en cours, groupée par structure."""

    mandat = forms.TypedChoiceField(
        label="À qui le proposer ?",
        coerce=int,
        error_messages={
            "invalid_choice": "Cette personne n’a pas de mandat en cours pour ce rôle."
        },
    )

    def __init__(self, *args, mandats=(), **kwargs):
        super().__init__(*args, **kwargs)
        groupes: dict[str, list] = {}
        for mandat in mandats:
            groupes.setdefault(mandat.structure.nom, []).append(
                (mandat.pk, mandat.utilisateur.nom_complet)
            )
        self.fields["mandat"].choices = [("", "Choisissez"), *groupes.items()]


class RelaisForm(FormulaireUnique, FormulaireDeReseau):
    vers = forms.TypedChoiceField(
        label="À quelle structure ?",
        coerce=int,
        error_messages={
            "invalid_choice": "Choisissez une autre structure du réseau, où un technicien est en "
            "poste."
        },
    )
    resume = forms.CharField(
        label="Ce qu’elle doit savoir pour reprendre la suite",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Ce qui est fait, ce qui reste, ce que la personne attend. " + REGLE_DE_REDACTION,
        error_messages={
            "required": "Un relais sans un mot n’en est pas un : deux lignes suffisent."
        },
    )

    def __init__(self, *args, possibles=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["vers"].choices = [("", "Choisissez"), *((s.pk, s.nom) for s in possibles)]


class RefusForm(FormulaireUnique):
    """Le motif d'un refus : qui a proposé doit savoir."""

    motif = forms.CharField(
        label="Pourquoi ?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi en quelques mots : qui a proposé doit savoir."},
    )


def etapes_proposees(actuelle: str) -> str:
    """L'étape présélectionnée : la suivante dans la chaîne."""
    if actuelle in CHAINE and actuelle != CHAINE[-1]:
        return CHAINE[CHAINE.index(Etape(actuelle)) + 1]
    return actuelle
