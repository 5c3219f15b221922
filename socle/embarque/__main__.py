"""``python -m socle.embarque`` : run, services, exec, resetdb."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from socle.embarque.dossier import Dossier
from socle.embarque.erreurs import ArretDemande, Refus
from socle.embarque.portail import BASE_DIR, Portail, relayer
from socle.embarque.services import Services
from socle.embarque.signaux import Signaux


def _var() -> Path:
    return Path(os.environ.get("MAILLON_VAR") or BASE_DIR / "var")


def _run(_options: argparse.Namespace, signaux: Signaux) -> int:
    return Portail(_var(), signaux).tourner()


def _services(options: argparse.Namespace, signaux: Signaux) -> int:
    """PostgreSQL et Redis seuls, au premier plan."""
    with _ouvrir(options, signaux) as services:
        print(f"Services prêts ; adresses dans {services.dossier.services_env}", flush=True)
        while not signaux.relever():
            services.surveiller()
            time.sleep(0.2)
    return 0


def _ouvrir(options: argparse.Namespace, signaux: Signaux) -> Services:
    racine, essais = (options.racine, True) if options.racine else (_var(), False)
    return Services(racine, essais=essais, verifier=signaux.verifier)


def _exec(options: argparse.Namespace, signaux: Signaux) -> int:
    """Une commande avec les services : ceux qui tournent, ou d'autres, démarrés pour elle."""
    commande = [mot for mot in options.commande if mot != "--"] or ["env"]
    services = _ouvrir(options, signaux)
    dossier = services.dossier
    dossier.creer()
    dossier.s_en_servir()
    a_nous = True
    while not dossier.verrouiller():
        # Un autre les démarre ou les tient : ses adresses suffisent.
        if dossier.services_env.exists():
            a_nous = False
            break
        signaux.verifier()
        time.sleep(0.1)
    if a_nous:
        services.preparer()
        services.demarrer()
        environnement = services.environnement()
    else:
        environnement = os.environ | _adresses_lues(dossier) | {"MAILLON_VAR": str(dossier.racine)}
    try:
        try:
            # La commande est celle de la personne : ses fichiers gardent leurs droits habituels.
            processus = subprocess.Popen(commande, env=environnement, umask=options.masque)
        except OSError as erreur:
            raise Refus(f"La commande « {commande[0]} » ne se lance pas : {erreur}.") from erreur
        return relayer(processus, signaux)
    finally:
        dossier.liberer_usage()
        if a_nous:
            # Une autre commande peut s'en servir encore : elle finit avant qu'on arrête tout.
            services.arreter_quand_libre(lambda: signaux.relever() > 0)


def _adresses_lues(dossier: Dossier) -> dict[str, str]:
    """Ce que le superviseur a écrit ; l'environnement l'emporte."""
    lignes = [
        ligne.partition("=")
        for ligne in dossier.services_env.read_text().splitlines()
        if ligne and not ligne.startswith("#")
    ]
    return {nom: valeur for nom, _, valeur in lignes if not os.environ.get(nom)}


def _resetdb(options: argparse.Namespace, signaux: Signaux) -> int:
    if os.environ.get("DATABASE_URL"):
        raise Refus(
            "« resetdb » ne touche que la base embarquée : DATABASE_URL en désigne une autre,"
            " retirez-la ou videz cette base vous-même."
        )
    services = Services(_var(), verifier=signaux.verifier)
    services.preparer()
    try:
        if not options.oui and not _confirme():
            print("Rien n’a été effacé.")
            return 1
        services.demarrer()
        services.postgres.refaire_base()
        if services.redis:
            services.redis.vider()
    finally:
        services.arreter()
    for nom in ("fichiers", "celerybeat-schedule", "preparation", "comptes-demo.txt"):
        chemin = services.dossier.racine / nom
        if chemin.is_dir():
            shutil.rmtree(chemin)
        else:
            chemin.unlink(missing_ok=True)
    print("La base est vide : « make run » la remplira.")
    return 0


def _confirme() -> bool:
    print(
        f"La base de {_var()}, sa file de tâches et ses fichiers déposés vont être effacés."
        " Tapez « oui » pour continuer :",
        end=" ",
        flush=True,
    )
    return sys.stdin.readline().strip().lower() == "oui"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    lecteur = argparse.ArgumentParser(prog="python -m socle.embarque", description=__doc__)
    commandes = lecteur.add_subparsers(required=True, metavar="commande")
    run = commandes.add_parser("run", help="le portail entier")
    run.set_defaults(action=_run)
    services = commandes.add_parser("services", help="PostgreSQL et Redis seuls")
    services.add_argument("--racine", type=Path, help="un dossier de données d’essai")
    services.set_defaults(action=_services)
    execution = commandes.add_parser("exec", help="une commande avec les services")
    execution.add_argument("--racine", type=Path, help="un dossier de données d’essai")
    execution.add_argument("commande", nargs=argparse.REMAINDER)
    execution.set_defaults(action=_exec)
    remise = commandes.add_parser("resetdb", help="efface et recrée la base")
    remise.add_argument("--oui", action="store_true", help="sans demander confirmation")
    remise.set_defaults(action=_resetdb)
    return lecteur.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    # Ce que le superviseur et ses services écrivent (file, horaire, base) ne se lit que par lui.
    options.masque = os.umask(0o077)
    signaux = Signaux().installer()
    try:
        return options.action(options, signaux)
    except ArretDemande:
        return 128 + (signaux.dernier or 0)
    except Refus as refus:
        if str(refus):
            print(refus, file=sys.stderr)
        return 2
    finally:
        os.umask(options.masque)


if __name__ == "__main__":
    sys.exit(main())
