"""Le registre de conformité, par parties : chacune s'enregistre seule."""

from django import forms

from partenaires.champs import ChampJour
from partenaires.enums import BaseLegale
from partenaires.forms.invitations import COURRIEL_INCOMPLET
from partenaires.models import Structure
from partenaires.services.conformite import ROLES, empreinte, valeur_de
from socle.validateurs import une_ligne


class PartieForm(forms.Form):
    """Une partie du registre. ``lu`` : la version que la personne avait sous les yeux."""

    lu = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, registre, reseau, **kwargs):
        self.registre, self.reseau = registre, reseau
        champs = [c for c in self.base_fields if c != "lu"]
        initial = {c: valeur_de(registre, reseau, c) for c in champs}
        initial["lu"] = empreinte(registre, reseau, champs)
        super().__init__(*args, initial=initial, **kwargs)


class RolesForm(PartieForm):
    """Qui informe, qui répond, qui notifie (article 26), et où écrire."""

    informe = forms.ModelChoiceField(
        label="Qui tient la notice remise aux personnes ?", queryset=Structure.objects.none()
    )
    repond = forms.ModelChoiceField(
        label="Qui répond à leurs demandes ?", queryset=Structure.objects.none()
    )
    notifie = forms.ModelChoiceField(
        label="Qui prévient la CNIL en cas d’incident ?", queryset=Structure.objects.none()
    )
    contact = forms.CharField(
        label="Où les personnes peuvent-elles écrire ?",
        max_length=200,
        required=False,
        validators=[une_ligne],
        help_text="Une adresse de courriel ou postale, qui figurera sur la notice.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        membres = Structure.objects.membres(self.reseau.pk, self.reseau.aujourd_hui())
        choix = [("", "Choisir…"), *membres.order_by("cle_tri", "pk").values_list("pk", "nom")]
        for role in ROLES:
            champ = self.fields[role]
            champ.queryset = membres
            champ.choices = choix
            champ.error_messages["required"] = "Choisissez une structure."


class DpoForm(PartieForm):
    dpo_nom = forms.CharField(
        label="Nom du délégué ou de la déléguée",
        max_length=120,
        validators=[une_ligne],
        error_messages={"required": "Écrivez un nom, ou celui du service."},
    )
    dpo_email = forms.EmailField(
        label="Son adresse de courriel", required=False, error_messages=COURRIEL_INCOMPLET
    )


class AipdForm(PartieForm):
    aipd_le = ChampJour(label="Approuvée le")
    aipd_par = forms.CharField(
        label="Par qui ?",
        max_length=160,
        validators=[une_ligne],
        help_text="La personne qui engage la structure coordinatrice : sa présidente, son directeur…",
    )


class HebergeurForm(PartieForm):
    hebergeur = forms.CharField(label="Nom de l’hébergeur", max_length=160, validators=[une_ligne])
    pays_hebergement = forms.CharField(
        label="Pays où sont les données", max_length=80, required=False, validators=[une_ligne]
    )
    clause_le = ChampJour(label="Clause signée le", required=False)


class AccordForm(PartieForm):
    accord_conjoint_le = ChampJour(
        label="Accord signé le",
        help_text="Le jour de la dernière signature des structures présentes aujourd’hui.",
    )


class BaseLegaleForm(forms.Form):
    base_legale = forms.ChoiceField(
        label="Base légale",
        choices=[(b.value, b.label.capitalize()) for b in BaseLegale],
    )
