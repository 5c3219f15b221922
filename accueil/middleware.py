from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse

from accueil.installation import sans_compte


class PremierLancement:
    """Tant que l'installation n'a aucun compte, toute page mène à la création du premier.

    Dès qu'un compte a été vu, le processus ne le demande plus jamais à la base. L'état de
    santé et les fichiers statiques restent servis ; la démonstration apporte ses comptes.
    """

    LAISSES = ("/sante/", settings.STATIC_URL)

    def __init__(self, get_response):
        self.get_response = get_response
        self.commence = False

    def __call__(self, request):
        if not (self.commence or settings.MAILLON_DEMO or request.path.startswith(self.LAISSES)):
            adresse = reverse("accueil:premier_lancement")
            if not sans_compte():
                self.commence = True
            elif request.path != adresse:
                return redirect(adresse)
        return self.get_response(request)
