"""Ce que toute requête traverse. L'ordre est celui des réglages, et il compte."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from socle.acteur import acteur_de
from socle.comptes import (
    AUTRE_SESSION,
    connexion_renforcee,
    route_de_compte,
    second_facteur_pose,
)
from socle.enums import Operation
from socle.journal import consigner
from socle.permissions import module_de, regles_par_route
from socle.reprise import garder_la_saisie, nommer_la_session_fermee, oublier_si_renvoyee


def _porte_une_session(request) -> bool:
    """Sans cookie, ne pas lire la session : la page publique reste la même pour tout le monde."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and hasattr(request, "user")


class SanteSansBase:
    """Répond à /sante/vivant avant tout ce qui peut tomber : ni base, ni session, ni nom d'hôte.

    Seuls les en-têtes de sécurité viennent avant, et ne lisent rien.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/sante/vivant":
            return HttpResponse("vivant\n", content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class EntetesDeSecurite:
    """Permissions-Policy partout ; rien de ce qui est lu connecté ne reste dans un cache."""

    POLITIQUE = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        reponse = self.get_response(request)
        reponse.headers.setdefault("Permissions-Policy", self.POLITIQUE)
        if _porte_une_session(request) and request.user.is_authenticated:
            reponse.headers["Cache-Control"] = "no-store, private"
        return reponse


class SessionBornee:
    """Ferme une session restée sans geste, ou trop longue (EXIGENCES Sécurité 3)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _porte_une_session(request) and request.user.is_authenticated:
            maintenant = int(time.time())
            debut = request.session.setdefault("debut", maintenant)
            vu = request.session.get("vu", maintenant)
            if (
                maintenant - vu > settings.SESSION_INACTIVITE
                or maintenant - debut > settings.SESSION_DUREE_MAXIMALE
            ):
                personne = request.user.pk
                logout(request)
                nommer_la_session_fermee(request, personne)
            elif maintenant - vu > 60 or "vu" not in request.session:
                # Une écriture par minute au plus : la session n'est pas un compteur de pages.
                request.session["vu"] = maintenant
        return self.get_response(request)


class ActeurDeLaRequete:
    """``request.acteur`` : construit une fois, à la première lecture."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.acteur = SimpleLazyObject(lambda: acteur_de(request.user))
        return self.get_response(request)


class ConnexionParDefaut(LoginRequiredMiddleware):
    """Toute page demande une connexion, sauf celles qui se disent publiques.

    Un formulaire envoyé après l'expiration de la session n'est pas perdu : la saisie attend
    la reconnexion.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.method == "POST" and request.user.is_authenticated:
            oublier_si_renvoyee(request)
        if getattr(view_func, AUTRE_SESSION, False):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        gardee = request.method == "POST" and garder_la_saisie(request)
        entree = redirect_to_login(reverse("socle:reprise")) if gardee else None
        if request.htmx:
            reponse = HttpResponse(status=204)
            reponse["HX-Redirect"] = entree.url if entree else reverse(settings.LOGIN_URL)
            return reponse
        return entree or super().handle_no_permission(request, view_func)


SECOND_FACTEUR_ICI = (
    "Cette page demande un second facteur : une application de codes ou une clé d’accès. "
    "Posez-en un ici, puis revenez."
)
SECOND_FACTEUR_PARTOUT = (
    "Maillon n’envoie pas encore de courriels : aucun code ne peut donc confirmer que c’est bien "
    "vous. Posez ici une application de codes ou une clé d’accès, une fois pour toutes ; le reste "
    "s’ouvre ensuite."
)


class SecondFacteur:
    """Exige une connexion renforcée là où la matrice des droits le demande.

    Sans serveur d'envoi, aucun code ne complète le mot de passe à la connexion : toute page qui
    n'est ni publique ni de compte l'exige alors. La démonstration en dispense, et le bandeau de
    chaque page le dit.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, args, kwargs):
        if settings.MAILLON_DEMO or not request.user.is_authenticated:
            return None
        route = request.resolver_match.view_name
        if not _demande_un_second_facteur(route) or connexion_renforcee(request):
            return None
        if second_facteur_pose(request.user):
            return redirect(f"{reverse('mfa_reauthenticate')}?next={request.path}")
        messages.info(request, SECOND_FACTEUR_ICI if settings.EMAIL_URL else SECOND_FACTEUR_PARTOUT)
        return redirect("mfa_index")


def _demande_un_second_facteur(route: str) -> bool:
    regles = regles_par_route().get(route, ())
    if any(r.second_facteur for r in regles):
        return True
    if settings.EMAIL_URL or route_de_compte(route):
        return False
    return not any("public" in r.roles for r in regles)


class ModuleEmploye:
    """Une page d'un module que le réseau de l'adresse n'emploie pas n'existe pas (404)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, args, kwargs):
        module = module_de(request.resolver_match.view_name)
        slug = kwargs.get("reseau")
        if not module or slug is None or not request.user.is_authenticated:
            return
        if any(
            module not in mandat.modules
            for mandat in request.acteur.mandats
            if mandat.reseau_slug == slug
        ):
            raise Http404("Le réseau n'emploie pas ce module.")
        return


class JournalDesRefus:
    """Inscrit au journal ce qu'une personne a tenté d'ouvrir sans y avoir droit."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        reponse = self.get_response(request)
        route = request.resolver_match
        # Une page interdite se note toujours ; une page absente, seulement si elle désigne un objet.
        if (
            route is not None
            and (reponse.status_code == 403 or (reponse.status_code == 404 and route.kwargs))
            and request.user.is_authenticated
        ):
            reference = " ".join(str(v) for v in route.kwargs.values())
            consigner(
                request.acteur,
                Operation.REFUS,
                route.view_name,
                reference,
                f"{request.method} {reponse.status_code}",
            )
        return reponse
