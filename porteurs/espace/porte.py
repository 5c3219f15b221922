"""La porte des pages de l'espace : la langue, la session de la personne, et rien dans les caches."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils import translation

from porteurs.espace import session
from porteurs.espace.acteur import acteur_du_porteur
from porteurs.espace.langues import adresse
from socle.comptes import AUTRE_SESSION
from socle.enums import Operation
from socle.historique import preciser
from socle.journal import consigner


def _sans_cache(reponse):
    reponse.headers["Cache-Control"] = "no-store, private"
    return reponse


def page_d_entree(vue):
    """Une page publique de l'espace, dans la langue de son adresse."""

    @wraps(vue)
    def rendre(request, langue, *args, **kwargs):
        with translation.override(langue):
            return _sans_cache(vue(request, langue, *args, **kwargs))

    setattr(rendre, AUTRE_SESSION, True)
    return login_not_required(rendre)


def page_de_l_espace(vue):
    """Une page qui demande la session d'une personne accompagnée ; sans elle, l'entrée.

    ``request.acteur`` y devient cette personne, jamais le membre que le navigateur connaîtrait
    aussi. Un envoi arrivé après la fin de la session rend ce qui était écrit.
    """

    @wraps(vue)
    def rendre(request, langue, *args, **kwargs):
        with translation.override(langue):
            prouvee = session.adresse_ouverte(request)
            acteur = acteur_du_porteur(prouvee) if prouvee else None
            if acteur is None:
                return _sans_cache(_renvoyer(request, langue))
            request.acteur = acteur
            # L'historique dira « la personne accompagnée », jamais le membre du même navigateur.
            preciser(utilisateur=None, porteur=acteur.personnes_ids[0])
            try:
                return _sans_cache(vue(request, langue, *args, **kwargs))
            except (Http404, PermissionDenied):
                consigner(
                    acteur,
                    Operation.REFUS,
                    request.resolver_match.view_name,
                    " ".join(str(v) for v in kwargs.values()),
                    f"{request.method}, depuis l’espace d’une personne accompagnée",
                )
                raise

    setattr(rendre, AUTRE_SESSION, True)
    return rendre


def _renvoyer(request, langue: str):
    reponse = redirect(adresse("entree", langue))
    if texte := request.POST.get("texte", "").strip():
        session.garder(request, reponse, texte[:5000])
    return reponse
