"""Les réglages de Maillon : un seul fichier, lu dans l'environnement.

Sans aucune variable, l'installation emploie les services embarqués, dont le superviseur
(``python -m socle.embarque``) note l'adresse dans ``var/services.env`` : ce fichier est lu
ici, et l'environnement l'emporte toujours sur lui. Chaque variable est lue par un lecteur
strict : une valeur qui ne se comprend pas arrête le démarrage.
"""

from datetime import timedelta
from pathlib import Path

import pghistory
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(Env().str("MAILLON_VAR", str(BASE_DIR / "var")))

env = Env()
env.read_env(str(VAR / "services.env"), recurse=False)

# --- Ce que règle l'hébergeur -------------------------------------------------------------

# DEBUG n'existe que pour développer ; la production refuse de démarrer avec (voir plus bas).
DEBUG = env.bool("DEBUG", False)
# L'adresse publique : elle décide de TLS, des liens des courriels et de l'origine des passkeys.
SITE_URL = env.str("SITE_URL", f"http://localhost:{env.int('PORT', 8000)}").rstrip("/")
TLS = SITE_URL.startswith("https://")
# Une installation « de production » est celle qui se nomme : SITE_URL en https.
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
# Réseau de démonstration : chargé quand la base est vide, annoncé sur chaque page.
MAILLON_DEMO = env.bool("MAILLON_DEMO", not TLS)
# Adresses des mandataires dont on croit l'en-tête X-Forwarded-For (liste vide : aucun).
MANDATAIRES_DE_CONFIANCE = env.list("MANDATAIRES_DE_CONFIANCE", [])

if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY manque : lancez « make run » (services embarqués) ou définissez-la."
    )
if TLS:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG est interdit quand SITE_URL est en https.")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
        raise ImproperlyConfigured("SECRET_KEY est trop faible : 50 caractères tirés au hasard.")
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS ne peut pas contenir « * » en production.")

# --- Applications ------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "accueil.statiques.Statiques",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "bs_icon_templates",
    "django_filters",
    "django_htmx",
    "csp",
    "pgtrigger",
    "pghistory",
    "socle",
    "partenaires",
    "porteurs",
    "bourse",
    "accueil",
]

MIDDLEWARE = [
    # Les en-têtes d'abord : les fichiers statiques et /sante/vivant les portent aussi.
    "socle.middleware.EntetesDeSecurite",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Une sonde interroge la machine par son adresse : /sante/vivant ne vérifie pas le nom d'hôte.
    "socle.middleware.SanteSansBase",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "socle.middleware.SessionBornee",
    "socle.middleware.ActeurDeLaRequete",
    # Après la session : le geste nomme la personne ; avant tout ce qui écrit.
    "socle.historique.GesteDeLaPage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "socle.middleware.ConnexionParDefaut",
    "socle.middleware.SecondFacteur",
    "socle.middleware.ModuleEmploye",
    "socle.middleware.JournalDesRefus",
    "accueil.middleware.PremierLancement",
]

ROOT_URLCONF = "accueil.urls"
WSGI_APPLICATION = "accueil.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "socle.Utilisateur"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["socle.templatetags.dates"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accueil.contexte.page",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Base de données, Redis, courriel ------------------------------------------------------

# Toute PostgreSQL ≥ 15 convient. Les délais valent pour le web ; les tâches les relèvent.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgresql://maillon@localhost/maillon")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    f"-c statement_timeout={env.int('DELAI_REQUETE_MS', 10_000)}"
    f" -c lock_timeout={env.int('DELAI_VERROU_MS', 5_000)}"
    " -c jit=off"
)
DATABASES["default"]["OPTIONS"]["connect_timeout"] = 3

REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
# Le cache (limites de débit d'allauth comprises) vit dans PostgreSQL : les formulaires
# continuent donc de marcher quand Redis est tombé.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "socle_cache",
        "TIMEOUT": 3600,
        # Au-delà, des entrées vivantes sont jetées : trois cents, la valeur d'usine, laisseraient
        # un passant effacer les limites de débit en les remplissant.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Sans EMAIL_URL, les courriels restent dans la boîte d'envoi, lisible à /courriels/.
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    _courriel = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = _courriel["EMAIL_BACKEND"]
    EMAIL_HOST = _courriel["EMAIL_HOST"]
    EMAIL_PORT = _courriel["EMAIL_PORT"]
    EMAIL_HOST_USER = _courriel["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _courriel["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _courriel["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = _courriel["EMAIL_USE_SSL"]
else:
    EMAIL_BACKEND = "socle.courriels.SansEnvoi"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("COURRIEL_EXPEDITEUR", "Maillon <ne-pas-repondre@maillon.invalid>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Le domaine des Message-ID, dérivés de la clé de chaque courriel.
COURRIEL_DOMAINE = DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")

# Au-delà, l'ouvrier qui tenait un courriel est mort : une tâche est coupée à dix minutes.
COURRIEL_ABANDON = timedelta(seconds=env.int("COURRIEL_ABANDON_S", 720))

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "Europe/Paris"
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Courtier en panne : la page répond, la ligne attend le balayeur (chaque minute).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "visibility_timeout": 3600,
    # Une seule tentative : quelqu'un attend sa page.
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
# Le travail dû se déduit de la base : un passage manqué est rattrapé par le suivant. Un appel
# qui a attendu plus que sa période ne vaut plus rien, il est écarté.
CELERY_BEAT_SCHEDULE = {
    "balayer-courriels": {
        "task": "socle.tasks.balayer_courriels",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "preparer-digests": {
        "task": "porteurs.tasks.preparer_digests",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 900},
    },
    "reprendre-les-suivis": {
        "task": "porteurs.tasks.reprendre_les_suivis",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    # Le jour, en semaine : un courriel qui prend des nouvelles ne s'écrit pas la nuit.
    "prendre-des-nouvelles": {
        "task": "porteurs.tasks.prendre_des_nouvelles",
        "schedule": crontab(hour="8-18", minute=35),
        "options": {"expires": 3600},
    },
    # De jour, chaque heure : une alerte manquée se rattrape dans la matinée.
    "suivre-les-demandes": {
        "task": "porteurs.tasks.suivre_les_demandes",
        "schedule": crontab(hour="7-19", minute=25),
        "options": {"expires": 3600},
    },
    # Le matin, en semaine : rattrapé le lendemain, une seule fois par semaine et par personne.
    "rappeler-les-actions": {
        "task": "porteurs.tasks.rappeler_les_actions",
        "schedule": crontab(hour=7, minute=15, day_of_week="1-5"),
    },
    # De jour, chaque heure : rappeler les besoins oubliés, rouvrir ceux que l'on sait servir.
    "suivre-les-besoins": {
        "task": "porteurs.tasks.suivre_les_besoins",
        "schedule": crontab(hour="7-19", minute=15),
        "options": {"expires": 3600},
    },
    "mener-les-imports": {
        "task": "porteurs.tasks.mener_les_imports",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "mener-les-exports": {
        "task": "porteurs.tasks.mener_les_exports",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "preparer-les-semaines": {
        "task": "socle.tasks.preparer_les_semaines",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "soigner-fichiers": {
        "task": "socle.tasks.soigner_fichiers",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "preparer-les-emports": {
        "task": "partenaires.tasks.preparer_les_emports",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 600},
    },
    "relancer-les-invitations": {
        "task": "partenaires.tasks.relancer_les_invitations",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    # De jour, chaque heure : une fin se constate, un rappel manqué se rattrape le matin même.
    "suivre-les-conventions": {
        "task": "partenaires.tasks.suivre_les_conventions",
        "schedule": crontab(hour="6-20", minute=20),
        "options": {"expires": 3600},
    },
    # De jour, chaque heure : un rappel manqué se rattrape dans la matinée.
    "suivre-les-evenements": {
        "task": "partenaires.tasks.suivre_les_evenements",
        "schedule": crontab(hour="7-19", minute=10),
        "options": {"expires": 3600},
    },
    # Le matin : ces courriels se lisent au bureau.
    "prevenir-les-partenaires": {
        "task": "partenaires.tasks.prevenir_les_partenaires",
        "schedule": crontab(hour=7, minute=40),
    },
    "passer-la-conservation": {
        "task": "porteurs.tasks.passer_la_conservation",
        "schedule": crontab(hour=4, minute=10),
    },
    "purger": {
        "task": "socle.tasks.purger",
        "schedule": crontab(hour=3, minute=15),
    },
}

# --- Conservation (EXIGENCES Vie privée 1) ---------------------------------------------------

# Prévenir et anonymiser ne se défont pas : l'hébergeur le décide, après un passage à blanc.
CONSERVATION_POUR_DE_VRAI = env.bool("CONSERVATION_POUR_DE_VRAI", False)

# --- Historique (docs/decisions/0012-historique.md) ------------------------------------------

# Le geste tient à chaque ligne : ni table de contextes à réécrire, ni jointure à la lecture.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
# Un évènement se retrouve par son dossier : un index par table, et non un par clé étrangère.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="+", db_index=False)

# --- Langue et temps ---------------------------------------------------------------------

LANGUAGE_CODE = "fr"
USE_I18N = True
# L’espace des personnes accompagnées se lit aussi en anglais, par son adresse.
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- Fichiers statiques ------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR / "fichiers"

# --- Sécurité ----------------------------------------------------------------------------

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
# Une session s'éteint après deux heures sans geste, et au bout de douze heures en tout cas.
SESSION_INACTIVITE = 2 * 3600
SESSION_DUREE_MAXIMALE = 12 * 3600
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "socle.views.csrf_refuse"

SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MANDATAIRES_DE_CONFIANCE else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- Fichiers déposés (docs/decisions/0006-documents-et-fichiers.md) ------------------------

# Le plus gros fichier qu'un champ accepte, et ce qu'un compte dépose au plus en un jour.
FICHIER_TAILLE_MAX = (
    env.int("FICHIER_TAILLE_MAX_MO", 20, validate=validate.Range(1, 100)) * 1024 * 1024
)
FICHIERS_QUOTA_JOUR = env.int("FICHIERS_QUOTA_JOUR_MO", 200) * 1024 * 1024
# L'antivirus : « unix:/chemin » ou « hôte:port » d'un clamd ; vide, il n'y en a pas.
MAILLON_CLAMD = env.str("MAILLON_CLAMD", "")
# Un envoi démesuré est compté, pas gardé : c'est le champ qui répond, dans la langue du portail.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "socle.fichiers.televersement.TeleversementBorne",
]
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Comptes (django-allauth) --------------------------------------------------------------

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accueil:tableau"
LOGOUT_REDIRECT_URL = "accueil:accueil"
# Les droits du jour d'une personne, fournis par l'application qui connaît les mandats.
MAILLON_ATTRIBUTIONS = "partenaires.acteurs.mandats_du_jour"

ACCOUNT_ADAPTER = "socle.comptes.AdaptateurCompte"
ACCOUNT_FORMS = {
    "login": "socle.forms.EntreeForm",
    "reset_password": "socle.forms.OubliForm",
    "add_email": "socle.forms.AdresseForm",
    "request_login_code": "socle.forms.CodeDemandeForm",
}
MFA_ADAPTER = "socle.comptes.AdaptateurSecondFacteur"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
# Sur un appareil inconnu, un code envoyé par courriel complète le mot de passe ; l'appareil
# est reconnu 90 jours. La démonstration en dispense, et le dit sur chaque page.
# Sans serveur d'envoi, aucun code ne pourrait arriver : le second facteur est alors une
# application (TOTP) ou une clé d'accès.
ACCOUNT_LOGIN_BY_CODE_ENABLED = not MAILLON_DEMO and bool(EMAIL_URL)
ACCOUNT_LOGIN_BY_CODE_REQUIRED = not MAILLON_DEMO and bool(EMAIL_URL)
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED = True
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = 90 * 24 * 3600
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Maillon"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS
USERSESSIONS_TRACK_ACTIVITY = False

# --- Ce que plusieurs applications apportent à un même endroit ----------------------------
# Des listes ordonnées de chemins : ajouter une ligne ici est la seule façon de contribuer.

MAILLON_PERMISSIONS = [
    "socle.permissions.REGLES",
    "partenaires.permissions.adhesion.REGLES",
    "partenaires.permissions.structures.REGLES",
    "partenaires.permissions.reseaux.REGLES",
    "partenaires.permissions.competences.REGLES",
    "partenaires.permissions.mandats.REGLES",
    "partenaires.permissions.conventions.REGLES",
    "partenaires.permissions.carnet.REGLES",
    "partenaires.permissions.cartes.REGLES",
    "partenaires.permissions.emport.REGLES",
    "partenaires.permissions.ressources.REGLES",
    "partenaires.permissions.evenements.REGLES",
    "porteurs.permissions.dossiers.REGLES",
    "porteurs.permissions.imports.REGLES",
    "porteurs.permissions.exports.REGLES",
    "porteurs.permissions.volets.REGLES",
    "porteurs.permissions.partage.REGLES",
    "porteurs.permissions.demandes.REGLES",
    "porteurs.permissions.fusions.REGLES",
    "porteurs.permissions.passations.REGLES",
    "porteurs.permissions.remplacements.REGLES",
    "porteurs.permissions.pieces.REGLES",
    "porteurs.permissions.historique.REGLES",
    "porteurs.permissions.conservation.REGLES",
    "porteurs.permissions.reunions.REGLES",
    "porteurs.permissions.besoins.REGLES",
    "porteurs.permissions.financements.REGLES",
    "porteurs.permissions.concours.REGLES",
    "porteurs.permissions.installations.REGLES",
    "porteurs.permissions.espace.REGLES",
    "accueil.permissions.REGLES",
]
MAILLON_MENUS = [
    "accueil.menus.menu",
    "porteurs.menus.menu",
    "partenaires.menus.menu",
    "accueil.menus.chiffres",
]
MAILLON_TUILES = [
    "partenaires.tuiles.lancement",
    "porteurs.tuiles.a_vous_de_jouer",
    "porteurs.tuiles_besoins.besoins_en_attente",
    "porteurs.tuiles_besoins.besoins_sans_personne",
    "porteurs.tuiles_installations.a_appeler",
    "porteurs.tuiles_demandes.a_rappeler",
    "porteurs.tuiles_demandes.mes_signalements",
    "porteurs.tuiles_partage.acces_demandes",
    "porteurs.tuiles_droits.droits_demandes",
    "porteurs.tuiles_fusions.a_repondre",
    "porteurs.tuiles_remplacements.a_la_place",
    "porteurs.tuiles.mes_dossiers",
    "partenaires.tuiles.partage_a_ouvrir",
    "partenaires.tuiles.charte_a_accepter",
    "partenaires.tuiles.personnes_a_regler",
    "porteurs.tuiles.prochaine_reunion",
]
MAILLON_FAMILLES_COURRIELS = [
    "porteurs.courriels.FAMILLES",
    "porteurs.courriels.besoins.FAMILLES",
    "porteurs.courriels.partage.FAMILLES",
    "porteurs.courriels.passations.FAMILLES",
    "porteurs.courriels.actions.FAMILLES",
    "porteurs.courriels.installations.FAMILLES",
    "porteurs.courriels.demandes.FAMILLES",
    "partenaires.courriels.FAMILLES",
    "socle.preferences.FAMILLES",
]
# Les pas du guide d'un réseau qui commence, dans l'ordre où on les lit.
MAILLON_LANCEMENT = [
    "partenaires.services.lancement.fondations",
    "porteurs.lancement.serie",
    "partenaires.services.grilles.pas",
    "partenaires.services.lancement.finitions",
]
MAILLON_COURRIELS = [
    "socle.courriels.GENRES",
    "socle.semaine.GENRES",
    "partenaires.courriels.invitations.GENRES",
    "partenaires.courriels.mandats.GENRES",
    "partenaires.courriels.confirmations.GENRES",
    "partenaires.courriels.competences.GENRES",
    "partenaires.courriels.ressources.GENRES",
    "partenaires.courriels.structures.GENRES",
    "partenaires.courriels.emport.GENRES",
    "partenaires.courriels.evenements.GENRES",
    "partenaires.courriels.conventions.GENRES",
    "porteurs.courriels.demandes.GENRES",
    "porteurs.courriels.historique.GENRES",
    "porteurs.courriels.conservation.GENRES",
    "porteurs.courriels.passations.GENRES",
    "porteurs.courriels.reunions.GENRES",
    "porteurs.courriels.imports.GENRES",
    "porteurs.courriels.besoins.GENRES",
    "porteurs.courriels.partage.GENRES",
    "porteurs.courriels.actions.GENRES",
    "porteurs.courriels.installations.GENRES",
    "porteurs.courriels.espace.GENRES",
]
# Ce qui change de mains quand un mandat finit, avant que ses droits ne cessent.
MAILLON_DEPARTS = ["porteurs.services.departs.DEPARTS"]
MAILLON_AGENDA = ["porteurs.agenda.RAISONS"]
# Ce que montrent les agendas « .ics », celui de chacun et celui d'un réseau.
MAILLON_AGENDAS = ["partenaires.services.evenements.rendez_vous", "porteurs.agendas.reunions"]
MAILLON_INDICATEURS = [
    "porteurs.indicateurs.INDICATEURS",
    "porteurs.indicateurs_durees.INDICATEURS",
    "partenaires.indicateurs.INDICATEURS",
    "bourse.indicateurs.INDICATEURS",
]
# Ce que des lignes effacées apportaient aux années closes.
MAILLON_INDICATEURS_FIGES = ["porteurs.indicateurs.faits_figes"]
MAILLON_SANTE = ["socle.sante.CONTROLES", "socle.fichiers.sante.CONTROLES"]
MAILLON_DEMONSTRATION = [
    "partenaires.demonstration.construire",
    "partenaires.demonstration.lancement.construire",
    "partenaires.demonstration.fiches.construire",
    "partenaires.demonstration.competences.construire_competences",
    "partenaires.demonstration.mandats.construire",
    "partenaires.demonstration.carnet.construire",
    "partenaires.demonstration.conventions.construire",
    "partenaires.demonstration.ressources.construire",
    "porteurs.demonstration.construire",
    "porteurs.demonstration.volets.construire",
    "porteurs.demonstration.espace.construire",
    "porteurs.demonstration.besoins.construire",
    "porteurs.demonstration.remplacements.construire",
    "porteurs.demonstration.demandes.construire",
    "porteurs.demonstration.financements.construire",
    "porteurs.demonstration.historique.construire",
    "bourse.demonstration.construire",
]
# Ce qui empêche, un temps, de réunir deux fiches d'une même structure.
MAILLON_FUSION_OBSTACLES = ["porteurs.services.fusion.obstacles"]
# Ce qu'un réseau emporte, dans l'ordre où cela se relit ; et ce qui se refait à l'arrivée.
MAILLON_EMPORT = [
    "partenaires.emport.TABLES",
    "porteurs.emport.TABLES",
    "bourse.emport.TABLES",
]
MAILLON_EMPORT_SUITES = ["porteurs.emport.apres"]
# Où l'on garde quelque chose d'une personne, et ce qu'un effacement en fait.
MAILLON_EFFACEMENT = [
    "socle.effacement.MEMOIRES",
    "partenaires.effacement.MEMOIRES",
    "porteurs.effacement.MEMOIRES",
]
MAILLON_INVARIANTS = ["partenaires.invariants.VERIFICATIONS", "porteurs.invariants.VERIFICATIONS"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "ligne": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "filters": {"sans_jetons": {"()": "socle.traces.SansJetons"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "ligne",
            "filters": ["sans_jetons"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("NIVEAU_JOURNAL", "WARNING")},
}
