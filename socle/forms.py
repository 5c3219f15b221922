from allauth.account import forms as allauth
from django import forms

from socle import preferences


class MotifForm(forms.Form):
    """Le motif d'un accès exceptionnel, inscrit au journal."""

    motif = forms.CharField(
        label="Pourquoi ouvrez-vous ce courriel ?",
        help_text="Votre nom, l’heure et ce motif sont inscrits au journal d’accès.",
        min_length=10,
        max_length=300,
        error_messages={"min_length": "Dites-le en une phrase : dix caractères au moins."},
    )


class PreferencesForm(forms.Form):
    """Un rythme par famille de courriels, dans l'ordre où les applications les déclarent."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for famille in preferences.familles().values():
            self.fields[famille.code] = forms.ChoiceField(
                label=famille.libelle,
                help_text=famille.phrase,
                choices=[(code, famille.mot(code).capitalize()) for code in famille.frequences],
                widget=forms.RadioSelect,
            )


ADRESSE = "Adresse de courriel"


class _AdresseDeCourriel:
    """Un même mot pour l'adresse sur toutes les pages de compte : étiquette et indication."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        champ = self.fields["login" if "login" in self.fields else "email"]
        champ.label = champ.widget.attrs["placeholder"] = ADRESSE


class EntreeForm(_AdresseDeCourriel, allauth.LoginForm):
    pass


class OubliForm(_AdresseDeCourriel, allauth.ResetPasswordForm):
    pass


class AdresseForm(_AdresseDeCourriel, allauth.AddEmailForm):
    pass


class CodeDemandeForm(_AdresseDeCourriel, allauth.RequestLoginCodeForm):
    pass
