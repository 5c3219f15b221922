"""« Mes courriels », et le refus d'un geste depuis un courriel (RFC 8058)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from socle import courriels
from socle.courriels import cle_destinataire
from socle.enums import Frequence
from socle.forms import PreferencesForm
from socle.permissions import exiger
from socle.preferences import choix_de, choix_du_lien, lire_jeton, regler


def preferences(request):
    """Une ligne par famille : ce qu'elle apporte, et à quel rythme on la veut."""
    exiger(request.acteur, "socle.preferences")
    form = PreferencesForm(request.POST or None, initial=choix_de(request.user))
    if request.method == "POST" and form.is_valid():
        regler(
            cle_destinataire(request.user, request.user.email),
            form.cleaned_data,
            utilisateur_id=request.user.pk,
        )
        messages.success(request, "Vos choix sont enregistrés\u00a0; ils valent dès maintenant.")
        return redirect("socle:preferences")
    imperatifs = [genre.libelle for genre in courriels.genres().values() if genre.imperatif]
    return render(request, "socle/preferences.html", {"form": form, "imperatifs": imperatifs})


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def refus(request, jeton):
    """GET présente, POST agit : le geste d'une messagerie, sans témoin ni session, ou la page.

    Le jeton signé tient lieu d'autorisation, d'où l'absence de jeton de formulaire. La messagerie
    n'envoie que « List-Unsubscribe=One-Click » : sans rythme choisi, c'est un refus. Redire la
    même chose ne change rien. Pas de redirection : une messagerie ne la suivrait pas.
    """
    lu = lire_jeton(jeton)
    if lu is None:
        return render(request, "socle/preferences_lien_invalide.html", status=410)
    ligne, famille = lu
    regle = False
    if request.method == "POST":
        rythme = request.POST.get("rythme", Frequence.JAMAIS)
        if rythme in famille.frequences:
            regler(
                ligne.cle_destinataire,
                {famille.code: rythme},
                utilisateur_id=ligne.destinataire_id,
            )
            regle = True
    rythme = choix_du_lien(ligne, famille)
    return render(
        request,
        "socle/preferences_refus.html",
        {
            "famille": famille,
            "regle": regle,
            "rythme": rythme,
            "rythme_libelle": famille.mot(rythme),
            "autres": [code for code in famille.frequences if code != rythme],
            "compte": bool(ligne.destinataire_id),
        },
    )
