"""Le superviseur du portail, avec un petit serveur à la place de l'application.

Tout le reste est vrai : services, gunicorn, relances, signaux, arrêt. Ce que la préparation
doit faire se lit dans FACTICE_PREPARATION (un code Python).
"""

import os
import sys
import time
from pathlib import Path


def application(environ, start_response):
    chemin = environ["PATH_INFO"]
    if chemin == "/lent":
        time.sleep(1.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {os.getppid()} {chemin}".encode()]


def main() -> int:
    from socle.embarque import __main__ as entree
    from socle.embarque import portail, programmes

    ici = Path(__file__)
    vrai_web = programmes.commande_web

    def commande_web(python, descripteur):
        commande = list(vrai_web(python, descripteur))
        commande[commande.index("accueil.wsgi:application")] = f"{ici.stem}:application"
        return (*commande, "--pythonpath", str(ici.parent))

    # L'ouvrier finit sa tâche avant de s'en aller, comme celui de Celery.
    ouvrier = (
        "import signal, sys, time\n"
        "fini = []\n"
        "signal.signal(signal.SIGTERM, lambda *_: fini.append(1))\n"
        "while not fini: time.sleep(0.05)\n"
        "time.sleep(0.5); print('tâche finie', flush=True)\n"
    )
    preparation = os.environ.get("FACTICE_PREPARATION", "")
    portail.commande_web = commande_web
    portail.commande_ouvrier = lambda python: (python, "-c", ouvrier)
    portail.commande_planificateur = lambda python, horaire: (python, "-c", ouvrier)
    portail.commande_preparation = lambda python, comptes: (python, "-c", preparation, str(comptes))
    return entree.main(["run"])


if __name__ == "__main__":
    sys.exit(main())
