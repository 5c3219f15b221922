from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accueil.installation import cle_juste, creer_administrateur, depuis_la_machine, sans_compte
from partenaires.forms.invitations import COURRIEL_INCOMPLET, MotDePasseForm
from socle.debit import adresse, depasse
from socle.refus import Refus

# Essais de clé, par adresse et par heure.
ESSAIS, FENETRE = 20, 3600


class PremierCompteForm(MotDePasseForm):
    """Le premier compte ; la clé d'installation est demandée à qui n'est pas sur la machine."""

    cle = forms.CharField(
        label="Clé d’installation",
        max_length=40,
        help_text="Elle s’affiche au démarrage, ou par la commande « manage.py cle_installation ».",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    email = forms.EmailField(
        label="Votre adresse de courriel",
        error_messages=COURRIEL_INCOMPLET,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["cle", "email", "prenom", "nom", "password1", "password2"]

    def __init__(self, *args, sur_place: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if sur_place:
            del self.fields["cle"]

    def clean_cle(self):
        if not cle_juste(self.cleaned_data["cle"]):
            raise forms.ValidationError("Cette clé n’est pas celle de cette installation.")
        return self.cleaned_data["cle"]


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2", "cle")
@require_http_methods(["GET", "POST"])
def premier_lancement(request):
    """Crée le premier compte ; dès qu'il existe, la page n'existe plus."""
    if not sans_compte():
        raise Http404
    form = PremierCompteForm(request.POST or None, sur_place=depuis_la_machine(request))
    statut = 200
    if request.method == "POST":
        if depasse(f"premier-lancement:{adresse(request)}", ESSAIS, FENETRE):
            statut = 429
            form.add_error(None, "Trop d’essais depuis votre connexion : revenez dans une heure.")
        elif form.is_valid():
            try:
                utilisateur = creer_administrateur(
                    email=form.cleaned_data["email"],
                    prenom=form.cleaned_data["prenom"],
                    nom=form.cleaned_data["nom"],
                    mot_de_passe=form.cleaned_data["password1"],
                )
            except Refus:
                raise Http404 from None
            login(request, utilisateur)
            messages.success(
                request,
                "Votre compte est prêt. Posez un second facteur : ouvrir le premier réseau, depuis "
                "votre tableau, le demande.",
            )
            # Droit au second facteur : passer par le réseau ajouterait un second bandeau.
            return redirect("mfa_index")
    return render(request, "accueil/premier_lancement.html", {"form": form}, status=statut)
