from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from accueil.installation import sans_compte
from partenaires.territoires.chargement import charger, territoires_charges

# Deux démarrages à la fois : le second attend le premier, puis ne trouve rien à faire.
ATTENTE = "180s"
POSTGRES_MINIMUM = 15


class Command(BaseCommand):
    help = "Prépare l'installation avant de servir : ne fait que ce qui manque."
    requires_system_checks = []

    def handle(self, *args, **options):
        self._verifier_la_base()
        with _seul():
            for manque, phrase, faire in (
                (migrations_a_jouer, "Mise à jour de la base…", migrer),
                (lambda: not territoires_charges(), "Chargement des communes…", charger),
                (demonstration_absente, "Chargement de la démonstration…", demontrer),
                (statiques_a_rassembler, "Rassemblement des fichiers statiques…", rassembler),
            ):
                if manque():
                    self.stdout.write(phrase)
                    self._tenter(phrase, faire)

    def _verifier_la_base(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError:
            raise CommandError(
                "La base de données ne répond pas : vérifiez DATABASE_URL et que PostgreSQL tourne."
            ) from None
        if connection.pg_version < POSTGRES_MINIMUM * 10_000:
            raise CommandError(
                f"PostgreSQL {POSTGRES_MINIMUM} ou plus récent est nécessaire ; "
                f"celui de DATABASE_URL est le {connection.pg_version // 10_000}."
            )

    def _tenter(self, phrase: str, faire) -> None:
        """Une panne se dit en une phrase, avec l'étape où elle est arrivée."""
        try:
            faire()
        except DatabaseError as erreur:
            cause = str(erreur).strip().splitlines()[0]
            raise CommandError(f"{phrase} La base a refusé : {cause}") from erreur
        except OSError as erreur:
            raise CommandError(
                f"{phrase} Impossible d’écrire dans {settings.VAR} : {erreur.strerror}."
            ) from erreur


@contextmanager
def _seul():
    """Un seul processus prépare à la fois. Le verrou tient à la connexion : il ne survit à rien."""
    with connection.cursor() as curseur:
        curseur.execute(f"SET statement_timeout = '{ATTENTE}'")
        curseur.execute(f"SET lock_timeout = '{ATTENTE}'")
        try:
            curseur.execute("SELECT pg_advisory_lock(hashtext('accueil.preparer'))")
        except OperationalError:
            raise CommandError(
                "Une autre préparation est en cours depuis plus de trois minutes : "
                "attendez qu’elle finisse ou arrêtez-la, puis recommencez."
            ) from None
    try:
        yield
    finally:
        with connection.cursor() as curseur:
            curseur.execute("SELECT pg_advisory_unlock(hashtext('accueil.preparer'))")
            curseur.execute("RESET statement_timeout")
            curseur.execute("RESET lock_timeout")


def migrations_a_jouer() -> bool:
    executeur = MigrationExecutor(connection)
    return bool(executeur.migration_plan(executeur.loader.graph.leaf_nodes()))


def migrer() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def demonstration_absente() -> bool:
    return settings.MAILLON_DEMO and sans_compte()


def demontrer() -> None:
    call_command("demo", verbosity=0)


def statiques_a_rassembler() -> bool:
    """Le manifeste manque, ou précède les sources du projet ou le verrou des dépendances."""
    manifeste = settings.STATIC_ROOT / "staticfiles.json"
    if not manifeste.exists():
        return True
    sources = [settings.BASE_DIR / "requirements.lock"]
    for dossier in settings.STATICFILES_DIRS:
        # Les dossiers aussi : leur date change quand un fichier en est retiré.
        sources += [Path(dossier), *Path(dossier).rglob("*")]
    dernier = max(source.stat().st_mtime for source in sources if source.exists())
    return manifeste.stat().st_mtime < dernier


def rassembler() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
