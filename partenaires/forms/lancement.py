"""Inviter plusieurs personnes d'un coup : une ligne par personne, rien ne part s'il y a une faute."""

from django import forms
from django.forms import BaseFormSet, formset_factory

from partenaires.enums import Fonction
from partenaires.forms.invitations import COURRIEL_INCOMPLET, choix_de_fonctions
from partenaires.permissions.adhesion import fonctions_accordables
from socle.validateurs import une_ligne

LIGNES, LIGNES_MAXIMUM = 3, 50


class LigneInvitationForm(forms.Form):
    prenom = forms.CharField(label="Prénom", max_length=80, validators=[une_ligne])
    nom = forms.CharField(label="Nom", max_length=80, validators=[une_ligne])
    email = forms.EmailField(
        label="Courriel professionnel",
        error_messages=COURRIEL_INCOMPLET,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    structure = forms.ChoiceField(
        label="Structure", error_messages={"required": "Choisissez sa structure."}
    )
    fonction = forms.ChoiceField(label="À quel titre ?", initial=Fonction.TECHNICIEN)
    administre = forms.BooleanField(label="Pourra inviter ses collègues", required=False)

    def __init__(self, *args, structures, fonctions, acteur, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.acteur, self.reseau = acteur, reseau
        self.structures = {str(s.uuid): s for s in structures}
        choix = [(cle, s.nom) for cle, s in self.structures.items()]
        self.fields["structure"].choices = [("", "Choisir…"), *choix]
        self.fields["fonction"].choices = fonctions
        if Fonction.TECHNICIEN not in dict(fonctions):
            self.fields["fonction"].initial = fonctions[0][0] if fonctions else None

    def clean_structure(self):
        return self.structures[self.cleaned_data["structure"]]

    def clean(self):
        donnees = super().clean()
        structure, fonction = donnees.get("structure"), donnees.get("fonction")
        if (
            structure
            and fonction
            and fonction not in fonctions_accordables(self.acteur, self.reseau, structure)
        ):
            self.add_error("fonction", "Vous ne pouvez pas donner ce titre dans cette structure.")
        if donnees.get("administre") and fonction == Fonction.AUDITEUR:
            self.add_error(
                "administre", "Une personne chargée d’audit n’administre pas de structure."
            )
        return donnees

    def has_changed(self) -> bool:
        """Une ligne dont seul le titre est choisi est une ligne vide."""
        return bool({*self.changed_data} - {"fonction"})


class LignesInvitations(BaseFormSet):
    """Les lignes vides ne comptent pas ; deux lignes au même titre se signalent."""

    def __init__(self, *args, acteur, reseau, structures, **kwargs):
        structures = list(structures)
        proposees = {f for s in structures for f in fonctions_accordables(acteur, reseau, s)}
        kwargs["form_kwargs"] = {
            "acteur": acteur,
            "reseau": reseau,
            "structures": structures,
            "fonctions": choix_de_fonctions(proposees),
        }
        super().__init__(*args, **kwargs)

    @property
    def remplies(self) -> list[LigneInvitationForm]:
        return [f for f in self.forms if f.has_changed()]

    def clean(self):
        vues: dict[tuple, int] = {}
        for rang, form in enumerate(self.forms, start=1):
            donnees = getattr(form, "cleaned_data", None)
            if not donnees or "email" not in donnees:
                continue
            cle = (donnees["email"].lower(), donnees.get("structure"), donnees.get("fonction"))
            if cle in vues:
                form.add_error("email", f"Cette personne est déjà à la ligne {vues[cle]}.")
            vues.setdefault(cle, rang)
        if not self.remplies and not any(self.errors):
            raise forms.ValidationError("Remplissez au moins une ligne.")


InvitationsFormSet = formset_factory(
    LigneInvitationForm,
    formset=LignesInvitations,
    extra=LIGNES,
    max_num=LIGNES_MAXIMUM,
    absolute_max=LIGNES_MAXIMUM,
)
