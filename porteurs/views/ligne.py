"""« Ajouter une ligne » depuis un courriel, sans se connecter : GET présente, POST écrit, une fois."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from partenaires.acteurs import structures_nommees
from partenaires.enums import Fonction
from porteurs.forms.reunion import LigneForm
from porteurs.journal import consigner_dossier
from porteurs.services import reunion as service
from socle import liens
from socle.debit import adresse, depasse
from socle.enums import Operation
from socle.refus import Refus

# Par adresse et par heure : toute une structure peut écrire derrière le même accès.
ESSAIS, FENETRE = 60, 3600


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def ligne(request, jeton):
    """Le jeton rend la personne du lien ; ce qu'elle peut se relit à chaque fois.

    Seule l'écriture se journalise : un filtre de messagerie qui suit le lien ne consulte au nom
    de personne. Un lien qui ne vaut pas répond 410,
    jamais 404 : le journal des refus n'a pas à garder un jeton.
    """
    if request.method == "POST" and depasse(f"ligne:{adresse(request)}", ESSAIS, FENETRE):
        return _refuser(
            request, "Trop d’essais depuis votre connexion\u00a0: revenez dans une heure.", 429
        )
    try:
        lien = liens.lire(jeton, service.BUT_LIGNE)
        acteur, dossier = service.dossier_de_la_ligne(lien)
        structures = structures_nommees(
            acteur, dossier.reseau_id, Fonction.TECHNICIEN, Fonction.PARRAIN
        )
        form = LigneForm(
            request.POST or None, structures=structures, jour=dossier.reseau.aujourd_hui()
        )
        if request.method == "POST" and form.is_valid():
            service.noter_la_ligne(
                lien=lien, structure=form.structure, texte=form.cleaned_data["texte"]
            )
            consigner_dossier(acteur, Operation.MODIFICATION, dossier)
            return render(
                request, "porteurs/ligne.html", {"dossier": dossier, "form": None, "lien": lien}
            )
    except liens.LienInvalide as erreur:
        return _refuser(request, erreur.raison, 410)
    except Refus as refus:
        form.add_error(None, refus.phrase)
    return render(request, "porteurs/ligne.html", {"dossier": dossier, "form": form, "lien": lien})


def _refuser(request, raison: str, statut: int):
    return render(request, "porteurs/ligne_invalide.html", {"raison": raison}, status=statut)
