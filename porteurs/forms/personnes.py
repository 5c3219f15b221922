"""Un adulte du projet : son nom, ses coordonnées, d'où il vient."""

from django import forms

from partenaires.champs import ChampJour
from partenaires.models import Departement
from porteurs.enums import Langue, RoleParticipation
from porteurs.forms.commun import FormulaireDeReseau
from porteurs.models.porteur import PREMIERE_NAISSANCE
from socle.coordonnees import ChampCourriel, ChampTelephone
from socle.editions import FormulaireEnConcurrence
from socle.validateurs import une_ligne


class ChampDepartement(forms.ModelChoiceField):
    def label_from_instance(self, departement):
        return f"{departement.code} · {departement.nom}"


class PersonneForm(FormulaireEnConcurrence, FormulaireDeReseau):
    """Le nom et les coordonnées d'une personne accompagnée."""

    prenom = forms.CharField(label="Prénom", max_length=80, validators=[une_ligne])
    nom = forms.CharField(label="Nom", max_length=80, validators=[une_ligne])
    telephone_saisi = ChampTelephone()
    email = ChampCourriel()
    naissance = ChampJour(
        label="Date de naissance",
        required=False,
        help_text="Seulement si une aide la demande. Le réseau ne la lit pas.",
    )
    departement_origine = ChampDepartement(
        label="D’où vient-elle ?",
        queryset=Departement.objects.order_by("code"),
        required=False,
        empty_label="D’un autre pays, ou on ne sait pas",
    )
    langue = forms.ChoiceField(label="Dans quelle langue lui écrire ?", choices=Langue.choices)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["langue"].initial = Langue.FRANCAIS

    def taire_l_adresse(self) -> None:
        """L'adresse se lit sans se changer : c'est à la structure qui répond du dossier."""
        self.fields["email"].disabled = True
        self.fields[
            "email"
        ].help_text = "Elle ouvre son espace : la structure qui répond du dossier la change."

    def clean_naissance(self):
        naissance = self.cleaned_data["naissance"]
        if naissance is not None and naissance > self.jour:
            raise forms.ValidationError(
                "Cette date de naissance est dans l’avenir : vérifiez l’année."
            )
        if naissance is not None and naissance < PREMIERE_NAISSANCE:
            raise forms.ValidationError(
                "Cette année de naissance est trop lointaine : vérifiez-la."
            )
        return naissance


class AdulteForm(PersonneForm):
    """Un adulte de plus dans le projet ou dans le foyer."""

    role = forms.ChoiceField(
        label="Quelle place dans le projet ?",
        choices=[
            (RoleParticipation.FOYER, "Adulte du foyer, sans porter le projet"),
            (RoleParticipation.PORTEUR, "Porte le projet aussi"),
        ],
        widget=forms.RadioSelect,
        initial=RoleParticipation.FOYER,
    )
    field_order = ["role", "prenom", "nom", "telephone_saisi", "email"]

    def __init__(self, *args, repond: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not repond:
            self.fields["role"].choices = self.fields["role"].choices[:1]
            self.fields["role"].help_text = (
                "Quelqu’un qui porte le projet s’ajoute par la structure qui répond du dossier. Elle "
                "confirmera aussi l’adresse de cette personne avant d’ouvrir son espace."
            )
