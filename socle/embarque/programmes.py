"""Les programmes du portail : serveur web, ouvrier, planificateur. Lancés, relancés, arrêtés."""

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from socle.embarque.journaux import Relais, borner, ouvrir
from socle.embarque.processus import Enfant
from socle.embarque.signaux import attendre

# L'attente avant de relancer un programme mort double jusqu'à ce plafond.
PREMIERE_ATTENTE = 0.5
ATTENTE_MAXIMALE = 30.0
# Au-delà, un programme est tenu pour bien démarré : la prochaine mort repart de zéro.
DUREE_SAINE = 60.0


@dataclass(frozen=True)
class Programme:
    nom: str
    commande: tuple[str, ...]
    environnement: Mapping[str, str]
    transmis: tuple[int, ...] = ()


class Programmes:
    """Le groupe des programmes ; ``noter`` est appelé quand leurs processus changent."""

    def __init__(self, journaux: Path, dossier: Path, noter: Callable[[list[Enfant]], None]):
        self.journaux = journaux
        self.dossier = dossier
        self.noter = noter
        self.enfants: dict[str, Enfant] = {}
        self.morts: dict[str, int] = {}
        self._plans: dict[str, Programme] = {}
        self._relais: dict[str, Relais] = {}
        self._pas_avant: dict[str, float] = {}
        self._echecs: dict[str, int] = {}

    def lancer(self, programme: Programme) -> None:
        if programme.nom not in self._relais:
            chemin = ouvrir(self.journaux, programme.nom)
            self._relais[programme.nom] = Relais(chemin, programme.nom)
        self._plans[programme.nom] = programme
        self.enfants[programme.nom] = Enfant(
            programme.nom,
            programme.commande,
            journal=self._relais[programme.nom].chemin,
            environnement=programme.environnement,
            dossier=self.dossier,
            transmis=programme.transmis,
        )
        self.noter(list(self.enfants.values()))

    def surveiller(self) -> None:
        """Montre les journaux, les borne, et relance ce qui est mort."""
        for nom, enfant in list(self.enfants.items()):
            self._relais[nom].montrer()
            borner(enfant.journal)
            if enfant.vivant():
                continue
            maintenant = time.monotonic()
            if nom not in self._pas_avant:
                self._constater(nom, enfant, maintenant)
            elif maintenant >= self._pas_avant[nom]:
                del self._pas_avant[nom]
                self.lancer(self._plans[nom])

    def _constater(self, nom: str, enfant: Enfant, maintenant: float) -> None:
        # Les processus qu'il laisse (ouvriers de gunicorn, de Celery) finissent avant lui.
        enfant.trace.signaler_groupe(signal.SIGTERM)
        attendre(lambda: not enfant.trace.groupe_vivant(), 5, pas=0.05)
        enfant.achever()
        self.morts[nom] = self.morts.get(nom, 0) + 1
        if maintenant - enfant.depuis > DUREE_SAINE:
            self._echecs[nom] = 0
        self._echecs[nom] = self._echecs.get(nom, 0) + 1
        attente = min(PREMIERE_ATTENTE * 2 ** (self._echecs[nom] - 1), ATTENTE_MAXIMALE)
        self._pas_avant[nom] = time.monotonic() + attente
        print(
            f"{nom} s’est arrêté (code {enfant.popen.returncode}) : il est relancé dans"
            f" {attente:g} s.",
            file=sys.stderr,
            flush=True,
        )

    def arreter(self, delai: float, presser: Callable[[], bool] = lambda: False) -> None:
        """Demande à tous de finir ce qu'ils font ; tue ceux qui tardent plus de ``delai``."""
        for enfant in self.enfants.values():
            enfant.signaler(signal.SIGTERM)
        attendre(lambda: self._tous_finis() or presser(), delai, pas=0.05)
        for nom, enfant in self.enfants.items():
            enfant.achever()
            self._relais[nom].montrer()
        self.enfants = {}

    def _tous_finis(self) -> bool:
        return not any(enfant.vivant() for enfant in self.enfants.values())


def commande_preparation(python: str, comptes: Path) -> Sequence[str]:
    return (python, "-m", "socle.embarque.preparation", str(comptes))


def commande_web(python: str, descripteur: int) -> Sequence[str]:
    """gunicorn hérite de la prise d'écoute : une relance ne refuse aucune connexion."""
    return (
        *(python, "-m", "gunicorn", "accueil.wsgi:application"),
        *("--bind", f"fd://{descripteur}", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "4", "--preload", "--graceful-timeout", "20"),
        *("--keep-alive", "5", "--log-level", "warning", "--no-control-socket"),
    )


def commande_ouvrier(python: str) -> Sequence[str]:
    return (
        # Celery déconseille root à chaque démarrage ; celui qui lance Maillon l'a déjà choisi.
        *(python, "-W", "ignore::UserWarning:celery.platforms"),
        *("-m", "celery", "--quiet", "-A", "accueil", "worker"),
        *("--concurrency", "2", "--loglevel", "WARNING"),
        *("--without-mingle", "--without-gossip"),
    )


def commande_planificateur(python: str, horaire: Path) -> Sequence[str]:
    return (
        *(python, "-m", "celery", "--quiet", "-A", "accueil", "beat"),
        *("--schedule", str(horaire), "--pidfile", "", "--loglevel", "WARNING"),
    )
