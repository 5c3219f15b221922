"""PostgreSQL et Redis d'un même dossier : démarrés, surveillés et arrêtés ensemble."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from socle.embarque import externes
from socle.embarque.dossier import FIN, Dossier, ecrire_prive
from socle.embarque.erreurs import Refus
from socle.embarque.postgres import Postgres
from socle.embarque.processus import Trace, arreter_orphelins
from socle.embarque.redis_local import Redis
from socle.embarque.signaux import attendre

PORT = 8000


def lire_port(environnement: Mapping[str, str]) -> int:
    lu = environnement.get("PORT", "").strip() or str(PORT)
    if not lu.isascii() or not lu.isdigit() or not 1 <= int(lu) <= 65535:
        raise Refus(f"PORT vaut « {lu} » : donnez un nombre entre 1 et 65535.")
    return int(lu)


class Services:
    """Les services embarqués d'un dossier.

    ``essais`` : des données jetables (le rôle peut créer des bases, rien n'est garanti contre
    une coupure de courant). Une adresse donnée par l'environnement l'emporte : ce service-là
    n'est alors pas démarré, seulement vérifié.
    """

    def __init__(
        self,
        racine: Path,
        *,
        essais: bool = False,
        environnement: Mapping[str, str] | None = None,
        verifier: Callable[[], None] = lambda: None,
    ) -> None:
        self.dossier = Dossier(racine)
        self.essais = essais
        self.recu = dict(os.environ if environnement is None else environnement)
        self.verifier = verifier
        self.port = lire_port(self.recu)
        self.postgres: Postgres | None = None
        self.redis: Redis | None = None
        self.sockets: list[Path] = []
        self.autres: dict[str, Trace] = {}
        self._relances: dict[str, float] = {}
        self._pret = False

    # --- Démarrer ----------------------------------------------------------------------------

    def preparer(self) -> None:
        """Prend le dossier : verrou, restes d'un superviseur tué. Rien ne tourne encore."""
        if not self.dossier.tenu:
            self._prendre_le_verrou()
        sockets, traces = self.dossier.lire_etat()
        self.dossier.services_env.unlink(missing_ok=True)
        if not self.recu.get("DATABASE_URL"):
            version = self.recu.get("MAILLON_PG_VERSION", "18")
            self.postgres = Postgres(self.dossier, essais=self.essais, version=version)
        if not self.recu.get("REDIS_URL"):
            self.redis = Redis(self.dossier)
        # Les programmes du portail d'abord : ils emploient encore les deux services.
        services = [t for t in traces if t.nom in ("postgres", "redis")]
        arreter_orphelins([t for t in traces if t not in services], signal.SIGTERM, 10)
        if self.redis:
            self.redis.nettoyer(services)
        if self.postgres:
            self.postgres.nettoyer(services)
        self.dossier.effacer_sockets(sockets)
        self.dossier.ecrire_etat([], [])
        self._pret = True

    def _prendre_le_verrou(self) -> None:
        """Un superviseur qui s'en va a le temps de finir ; un autre, installé, est nommé."""
        if self.dossier.verrouiller():
            return
        depuis = time.monotonic()

        def libre_ou_tenu() -> bool:
            return self.dossier.verrouiller() or (
                not self.dossier.tenant()[1] and time.monotonic() - depuis > 1
            )

        attendre(libre_ou_tenu, 40, verifier=self.verifier, pas=0.1)
        if not self.dossier.tenu:
            raise Refus(
                f"Maillon tourne déjà depuis {self.dossier.racine} (processus"
                f" {self.dossier.tenant()[0]}) : employez-le, ou arrêtez-le avant de relancer."
            )

    def demarrer(self) -> "Services":
        """Démarre les deux à la fois, attend qu'ils répondent, écrit leurs adresses."""
        try:
            if not self._pret:
                self.preparer()
            if self.redis:
                self.redis.lancer(self._nouveau_dossier_de_sockets())
            if self.postgres:
                self.postgres.lancer(self._nouveau_dossier_de_sockets())
            self.noter()
            for service in (self.redis, self.postgres):
                if service:
                    service.attendre(self.verifier)
            if not self.postgres:
                externes.verifier_postgres(self.recu["DATABASE_URL"])
            if not self.redis:
                externes.verifier_redis(self.recu["REDIS_URL"])
            self._ecrire_adresses()
        except BaseException:
            self.arreter()
            raise
        return self

    def _nouveau_dossier_de_sockets(self) -> Path:
        nouveau = self.dossier.creer_sockets()
        self.sockets.append(nouveau)
        self.noter()
        return nouveau

    def noter(self) -> None:
        """Écrit de quoi retrouver nos processus si l'on nous tue."""
        traces = list(self.autres.values())
        for service in (self.redis, self.postgres):
            if service and service.enfant:
                traces.append(service.enfant.trace)
        self.dossier.ecrire_etat(self.sockets, traces)

    def adresses(self) -> dict[str, str]:
        """Ce que l'environnement ne donne pas déjà."""
        trouvees = {"PORT": str(self.port)}
        if self.postgres:
            trouvees["DATABASE_URL"] = self.postgres.adresse()
        if self.redis:
            trouvees["REDIS_URL"] = self.redis.adresse()
        if not self.recu.get("SECRET_KEY"):
            trouvees["SECRET_KEY"] = self.dossier.lire_secrets()["secret_key"]
        return trouvees

    def environnement(self) -> dict[str, str]:
        """L'environnement complet d'une commande qui emploie ces services."""
        return self.recu | self.adresses() | {"MAILLON_VAR": str(self.dossier.racine)}

    def _ecrire_adresses(self) -> None:
        lignes = [f"{nom}={valeur}\n" for nom, valeur in self.adresses().items()]
        ecrire_prive(
            self.dossier.services_env,
            "# Écrit par le superviseur à chaque démarrage, effacé à l'arrêt.\n" + "".join(lignes),
        )

    # --- Surveiller --------------------------------------------------------------------------

    def surveiller(self) -> None:
        """Relance un service mort, en espaçant les essais ; à appeler régulièrement."""
        for service in (self.redis, self.postgres):
            if service is None or service.enfant.vivant():
                continue
            nom, maintenant = service.enfant.nom, time.monotonic()
            if maintenant < self._relances.get(nom, 0):
                continue
            self._relances[nom] = maintenant + 2
            print(f"{nom} s’est arrêté : il est relancé.", file=sys.stderr, flush=True)
            service.enfant.achever()
            service.nettoyer([])
            service.lancer(service.sockets)
            self.noter()

    # --- Arrêter -----------------------------------------------------------------------------

    def annoncer_arret(self) -> None:
        if self.dossier.tenu:
            self.dossier.ecrire_tenant(f"{os.getpid()}{FIN}")

    def arreter(self) -> None:
        """Redis puis PostgreSQL, en dernier ; puis les sockets, les adresses et le verrou."""
        if not self.dossier.tenu:
            return
        # Refusé avant le ménage, on laisse l'état tel quel : il nomme encore des orphelins.
        if self._pret:
            for service in (self.redis, self.postgres):
                if service:
                    service.arreter()
            self.dossier.services_env.unlink(missing_ok=True)
            self.dossier.effacer_sockets(self.sockets)
            self.dossier.ecrire_etat([], [])
        self.sockets = []
        self._pret = False
        self.dossier.deverrouiller()

    def arreter_quand_libre(self, presser: Callable[[], bool]) -> None:
        """Arrête quand plus aucune autre commande n'emploie ces services."""
        while True:
            attendre(lambda: not self.dossier.employe_ailleurs() or presser(), 3600, pas=0.1)
            # Sans adresses, aucune commande nouvelle ne peut s'y joindre : on regarde encore.
            self.dossier.services_env.unlink(missing_ok=True)
            if presser() or not self.dossier.employe_ailleurs():
                break
            self._ecrire_adresses()
        self.arreter()

    def __enter__(self) -> "Services":
        return self.demarrer()

    def __exit__(self, *_erreur: object) -> None:
        self.arreter()
