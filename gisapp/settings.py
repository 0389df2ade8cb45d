"""Every setting, read from the environment here and nowhere else.

docs/reference/settings.md describes each variable (a test compares), gisapp/checks.py says what is wrong with
a value.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from gisapp import env
from gisapp.cluster import socket_dir
from gisapp.databases import OWNER_ALIAS as OWNER_ALIAS  # noqa: PLC0414  read as settings.OWNER_ALIAS
from gisapp.databases import databases
from gisapp.geolibs import bundled_library
from gisapp.local_secrets import local_secret
from gisapp.static import read_release

BASE_DIR = Path(__file__).resolve().parent.parent

# How strict: `production` wants https and its own secrets; `demo` serves plain http on this machine;
# `development` adds tracebacks and re-read files to that.
MODE = env.one_of("GISAPP_MODE", ("demo", "development", "production"), default="demo")
PRODUCTION = MODE == "production"
DEBUG = MODE == "development"

# Everything that is written while it runs: cluster, uploads, secrets of a demo.
VAR_DIR = env.folder("GISAPP_VAR", BASE_DIR / "var")


# Secrets: from the environment in production, made once below var/ elsewhere.
def _secret(name: str) -> str:
    given = env.text(name)
    return given if given or PRODUCTION else local_secret(VAR_DIR / "secrets", name.lower())


SECRET_KEY = _secret("GISAPP_SECRET_KEY") or "missing"
# Wraps the keys of households, which seal personal data; losing it loses them all, so it is not derived from
# SECRET_KEY, which may be changed at any time.
PERSONAL_DATA_KEY = _secret("GISAPP_PERSONAL_DATA_KEY")
# Keys the hashes by which an ID number or a phone is found without being opened.
PERSONAL_HASH_KEY = _secret("GISAPP_PERSONAL_HASH_KEY")
# Earlier ones, still read until `rotate_keys` has been through.
PERSONAL_DATA_KEYS_OLD = env.words("GISAPP_PERSONAL_DATA_KEYS_OLD")
PERSONAL_HASH_KEYS_OLD = env.words("GISAPP_PERSONAL_HASH_KEYS_OLD")

# The web
ALLOWED_HOSTS = env.words("GISAPP_ALLOWED_HOSTS", () if PRODUCTION else ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("GISAPP_TRUSTED_ORIGINS")
ROOT_URLCONF = "gisapp.urls"
WSGI_APPLICATION = "gisapp.wsgi.application"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

SECURE_SSL_REDIRECT = PRODUCTION
# Probes of a load balancer come without TLS, and are answered without asking whose session it is.
PROBES = ("/healthz", "/readyz")
SECURE_REDIRECT_EXEMPT = [f"^{path.lstrip('/')}$" for path in PROBES]
SECURE_HSTS_SECONDS = env.integer("GISAPP_HSTS_S", 31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
# Only behind a proxy that sets X-Forwarded-Proto, X-Forwarded-For and X-Request-ID itself may they be believed.
BEHIND_PROXY = env.flag("GISAPP_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# A sentence a clerk understands instead of Django's page.
CSRF_FAILURE_VIEW = "gisapp.error_views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
# Maps open dossiers in new tabs; none of them may reach back into the opener.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Field work needs where one is and a picture of it; nothing here needs anything else of a device.
PERMISSIONS_POLICY = {
    "geolocation": ["self"],
    "camera": ["self"],
    **dict.fromkeys(
        ("accelerometer", "autoplay", "display-capture", "encrypted-media", "gyroscope", "hid",
         "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
        (),
    ),
}  # fmt: skip

# The only hosts besides our own that a page may ask for anything: those of base maps. None unless named.
BASEMAP_HOSTS = env.words("GISAPP_BASEMAP_HOSTS")

# Nothing from elsewhere and nothing inline; only the import map of a page carries the nonce.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "worker-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *BASEMAP_HOSTS],
        "font-src": [SELF],
        "connect-src": [SELF, *BASEMAP_HOSTS],  # MapLibre fetches its tiles
        "manifest-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

INSTALLED_APPS = [
    "gisapp.admin_site.OneMapAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "leaflet",
    "pgtrigger",
    "pghistory",
    "django_filters",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_tasks",
    "django_tasks_db",
    "gisapp",
    "accounts",
    "jobs",
    "layers",
    "importers",
    "tiles",
    "spatial_analysis",
    "fieldwork",
    "oversight",
    "ogcapi",
]

MIDDLEWARE = [
    "accounts.request_id.RequestIdMiddleware",  # first: nothing is logged without the number
    "gisapp.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "gisapp.headers.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.sessions.SeenMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.language.UserLanguageMiddleware",  # the user's own language comes before the browser's
    "gisapp.theme.ThemeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # the innermost: it answers in place of a login that is locked
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "gisapp" / "templates"],  # before the admin's own pages for passwords
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "gisapp.context_processors.shell",
            ],
        },
    },
]

# The database: a real server where DATABASE_URL names one, else the embedded cluster in var/.
EMBEDDED_DATABASE = not env.text("DATABASE_URL")
CLUSTER_HOME = VAR_DIR / "pg"
# Where initdb and pg_ctl are; unset, the newest system version that has PostGIS.
PG_BINDIR = Path(env.text("GISAPP_PG_BINDIR")) if env.text("GISAPP_PG_BINDIR") else None
DATABASES = databases(
    url=env.text("DATABASE_URL"),
    owner_url=env.text("DATABASE_OWNER_URL"),
    backup_url=env.text("DATABASE_BACKUP_URL"),
    # apart from the addresses, so that each can come from a file of its own
    passwords={
        "default": env.text("DATABASE_PASSWORD"),
        "owner": env.text("DATABASE_OWNER_PASSWORD"),
        "backup": env.text("DATABASE_BACKUP_PASSWORD"),
    },
    socket_dir=socket_dir(CLUSTER_HOME),
    conn_max_age_s=env.integer("GISAPP_CONN_MAX_AGE_S", 60),
    statement_timeout_s=env.integer("GISAPP_STATEMENT_TIMEOUT_S", 0),
    problems=env.problems,
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# One GDAL a process: rasterio's.
GDAL_LIBRARY_PATH = bundled_library("libgdal")
GEOS_LIBRARY_PATH = bundled_library("libgeos_c")
# They send rasterio and pyproj to the files of another PROJ ("LAYOUT.VERSION.MINOR"); a check warns.
FOREIGN_GEO_DATA = env.present("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")

# People
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Sessions are rows with their user: listed on a page, ended in every process at once.
SESSION_ENGINE = "accounts.sessions"

# Guessing passwords: counted by name and address together, so that nobody can lock a colleague out from elsewhere.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"  # one count for all processes
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.integer("GISAPP_LOGIN_FAILURES", 5, least=1)
AXES_COOLOFF_TIME = timedelta(minutes=env.integer("GISAPP_LOGIN_PAUSE_MIN", 15, least=1))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the moment that the page promises stays
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "accounts.client.throttled_address"
AXES_SENSITIVE_PARAMETERS = ["csrfmiddlewaretoken", "code"]
AXES_ENABLE_ADMIN = False  # the page of the user has what an administrator does about it
OTP_TOTP_ISSUER = "Resettlement One Map"

# Words and times
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "gisapp" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# What browsers load. Packages are served as they came: no bundler.
NODE_MODULES = BASE_DIR / "node_modules"
STATIC_ROOT = BASE_DIR / "staticfiles"
# collectstatic names the whole tree by its content: modules that import their siblings by relative path (MapLibre,
# our own) keep working and everything may be cached for ever. Empty while nothing is collected or files change.
STATIC_RELEASE = "" if DEBUG else read_release(STATIC_ROOT)
STATIC_URL = f"/static/{STATIC_RELEASE}/" if STATIC_RELEASE else "/static/"
VENDORED = [
    ("vendor/maplibre-gl", "maplibre-gl/dist"),
    ("vendor/maplibre-gl-leaflet", "@maplibre/maplibre-gl-leaflet/dist"),
    ("vendor/leaflet-geoman", "@geoman-io/leaflet-geoman-free/dist"),
    ("vendor/tabler/css", "@tabler/core/dist/css"),
    ("vendor/tabler/js", "@tabler/core/dist/js"),
    ("vendor/echarts", "echarts/dist"),
    ("vendor/pmtiles", "pmtiles/dist/esm"),
]
# An image for production has collected them and needs no packages any more.
STATICFILES_DIRS = [(prefix, NODE_MODULES / folder) for prefix, folder in VENDORED if NODE_MODULES.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gisapp.static.ReleaseStorage"},
}
WHITENOISE_IMMUTABLE_FILE_TEST = (lambda _path, _url: True) if STATIC_RELEASE else None
# Static files are for our own pages alone.
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"

# The import page: larger files go by command; what is handed in and not committed is not kept for ever.
IMPORT_MAX_MB = env.integer("GISAPP_IMPORT_MAX_MB", 200, least=1)
IMPORT_KEEP_DAYS = env.integer("GISAPP_IMPORT_KEEP_DAYS", 7, least=1)

# Background work: the database is the queue.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "backups"]}}

# The nightly backup: none without a folder, which must be there (a disk that is not mounted is no place for it).
BACKUP_DIR = Path(env.text("GISAPP_BACKUP_DIR")) if env.text("GISAPP_BACKUP_DIR") else None
BACKUP_AT = env.clock("GISAPP_BACKUP_AT", (2, 30))
# How many days, weeks and months keep one.
BACKUPS_DAILY = env.integer("GISAPP_BACKUPS_DAILY", 7, least=1)
BACKUPS_WEEKLY = env.integer("GISAPP_BACKUPS_WEEKLY", 5)
BACKUPS_MONTHLY = env.integer("GISAPP_BACKUPS_MONTHLY", 12)
# A night and some hours for making it: older than this, the steward's page warns.
BACKUP_LATE_H = env.integer("GISAPP_BACKUP_LATE_H", 30, least=1)

# GCJ-02 and BD-09 are offsets that the state keeps; undoing them on other people's data can need a permit.
ALLOW_GCJ02 = env.flag("GISAPP_ALLOW_GCJ02", default=not PRODUCTION)

# The table editor of django-leaflet rounds to 6 decimals (0.1 m) unless told; 9 is 0.1 mm.
LEAFLET_CONFIG: dict[str, Any] = {
    "SRID": None,
    "PRECISION": 9,
    "TILES": [],
    "DEFAULT_CENTER": (23.8, 108.8),
    "DEFAULT_ZOOM": 7,
    "ATTRIBUTION_PREFIX": "",
    "RESET_VIEW": False,
}

# What is watched. Lines for people, objects for programs; neither holds personal data (gisapp/logs.py).
LOG_LEVEL = env.one_of("GISAPP_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOG_FORMAT = env.one_of("GISAPP_LOG_FORMAT", ("lines", "json"), default="json" if PRODUCTION else "lines")
SLOW_QUERY_MS = env.integer("GISAPP_SLOW_QUERY_MS", 1000)
SLOW_REQUEST_MS = env.integer("GISAPP_SLOW_REQUEST_MS", 3000)
# Below this the service calls itself not ready: PostgreSQL stops where it cannot write.
LEAST_FREE_MB = env.integer("GISAPP_LEAST_FREE_MB", 500)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "gisapp.logs.RequestFilter"}},
    "formatters": {
        "lines": {
            "()": "gisapp.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {request_id} {user_id} {message}",
            "style": "{",
        },
        "json": {
            "()": "gisapp.logs.ObjectFormatter",
            "format": "{levelname}{name}{message}{request_id}{user_id}",
            "style": "{",
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "at",
            "json_ensure_ascii": False,
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"axes": {"level": "WARNING"}},  # it greets at each start
}
