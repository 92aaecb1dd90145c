"""Settings that hold everywhere. Choices of a tenant are data, not settings."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE

from gongjian.settings.environment import (
    database,
    env,
    env_bool,
    env_int,
    env_list,
    env_secret,
)
from gongjian.settings.reporting import report_errors

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / "var"))).resolve()

# --- applications -----------------------------------------------------------------

INSTALLED_APPS = [
    "gongjian.foundation.tenancy",
    "gongjian.foundation.calendar",
    "gongjian.foundation.audit",
    "gongjian.foundation.workflow",
    "gongjian.foundation.web",
    "orgs",
    "gongjian.commons.notices",
    "gongjian.commons.documents",
    "gongjian.commons.evidence",
    "gongjian.commons.feedback",
    "gongjian.commons.follow_ups",
    "gongjian.commons.honours",
    "gongjian.commons.identity",
    "gongjian.commons.points",
    "gongjian.commons.rolls",
    "gongjian.commons.search",
    "gongjian.commons.calendars",
    "gongjian.commons.questionnaires",
    "meetings",
    "responsibilities",
    "assessments",
    "bulletins",
    "seminars",
    "commendations",
    "inspections",
    "training",
    "publicity",
    "ledger",
    "gongjian.demo",
    "gongjian.operations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
]

MIDDLEWARE = [
    "gongjian.foundation.web.logs.observed",
    "gongjian.operations.metrics.measured",
    # Asked within the machine, without TLS, so it stands before the redirection to https.
    "gongjian.foundation.web.health.health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gongjian.foundation.web.middleware.private_pages",
    "orgs.middleware.acting",
    "gongjian.commons.identity.refusals.refusals",
    "gongjian.commons.identity.gate.gate",
]

ROOT_URLCONF = "gongjian.urls"
WSGI_APPLICATION = "gongjian.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gongjian.foundation.web.context.shell",
            ],
            "builtins": ["gongjian.foundation.web.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database, broker ---------------------------------------------------------------

#: ``owner`` for migrations and for the making of test databases, else ``app``.
DATABASE_ROLE = env("DATABASE_ROLE", "app")
_app_url = env_secret("DATABASE_URL", default="")
_owner_url = env_secret("OWNER_DATABASE_URL", default="") or _app_url
DATABASES = {"default": database(_owner_url if DATABASE_ROLE == "owner" else _app_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_secret("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Sessions and limits live in PostgreSQL and in the process: a dead broker must not stop filing.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY_BROKER_URL = REDIS_URL
# The queue that the outbox names; without this a worker listens to "celery".
CELERY_TASK_DEFAULT_QUEUE = "default"
#: All queues that anything is sent to.
QUEUES = ("default", "documents")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The hard limit of a task (600 s) stays below this, else a job would run twice at once.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 10,
}

# --- people ---------------------------------------------------------------------------

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["orgs.terms.AccountBackend"]
PASSWORD_HASHERS = [
    "gongjian.foundation.web.passwords.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "gongjian.commons.identity.passwords.TenantPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "gongjian.commons.identity.accounts.IdentityAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_PREVENT_ENUMERATION = "strict"
#: Minutes in which a proof of identity serves for exports of personal data and for publishing.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# A whole county sits behind one address; failed tries are counted in the database, see
# ``identity/tries.py``.
ACCOUNT_RATE_LIMITS = {"login": "1200/m/ip", "login_failed": "10/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", 0)
MFA_ADAPTER = "gongjian.commons.identity.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "gongjian.commons.identity.factor_forms.CodeForm",
    "reauthenticate": "gongjian.commons.identity.factor_forms.CodeAgainForm",
    "activate_totp": "gongjian.commons.identity.factor_forms.FirstCodeForm",
    "add_webauthn": "gongjian.commons.identity.factor_forms.NewKeyForm",
    "edit_webauthn": "gongjian.commons.identity.factor_forms.KeyNameForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
#: URL name → steps (all when empty) for which a person proves again who they are: exports
#: with names and telephones, and what is published to everybody.
PROOF_OF_IDENTITY: dict[str, frozenset[str]] = {
    "assessments:run_step": frozenset({"open_notice", "publish"}),
    "assessments:commendation_step": frozenset({"issue"}),
    "bulletins:issue_send_out": frozenset(),
    "bulletins:issuemail_step": frozenset({"release"}),
    "commendations:programme_step": frozenset({"announce", "decide"}),
    "documents:officialdocument_step": frozenset({"issue"}),
    "honours:register_export": frozenset(),
    "identity:factor_reset": frozenset(),
    "identity:token_create": frozenset(),
    "inspections:circular_step": frozenset({"issue"}),
    "orgs:password_reset": frozenset(),
    "orgs:role_grant_edit": frozenset(),
    "publicity:placement_release": frozenset(),
    "responsibilities:duty_export": frozenset(),
    "responsibilities:phone_export": frozenset(),
    "seminars:call_step": frozenset({"announce", "award"}),
}
#: Administrators show a second factor before any other page.
SECOND_FACTOR_REQUIRED = True
# The longest that any tenant may allow; the rules themselves are in ``identity/gate.py``.
SESSION_COOKIE_AGE = 24 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "gongjian.foundation.web.errors.csrf_failure"

# --- language, time ---------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

# --- files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "staticfiles")))
STATICFILES_DIRS = [path for path in [BASE_DIR / "static_built"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
#: Stored files (reports, evidence) are served by a checked view, never by path.
FILES_DIR = DATA_DIR / "files"
#: Bytes of evidence that one tenant may keep.
EVIDENCE_QUOTA = env_int("EVIDENCE_QUOTA_GB", 20) * 1024**3
#: Such as "/protected/": nginx sends the file itself (X-Accel-Redirect) from an internal
#: location over FILES_DIR. Empty: the application sends it.
EVIDENCE_ACCEL_PREFIX = env("EVIDENCE_ACCEL_PREFIX")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- mail --------------------------------------------------------------------------------

EMAIL_BACKEND = env("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
# A frozen mail server must not hold a claim until another worker takes it.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "党工共建 <noreply@gongjian.invalid>")
PUBLIC_URL = env("PUBLIC_URL", f"http://127.0.0.1:{env_int('PORT', 8000)}")

# --- the browser's side --------------------------------------------------------------------

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
#: Keeps the sheet of a return in the browser for a dead network; needs https (or this machine).
OFFLINE_PAGES = env_bool("OFFLINE_PAGES")
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Widths of bars and the tooltips of charts; nothing else is styled inline.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["gongjian.foundation.web.api.DenyAll"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "gongjian.api.schema.Described",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "党工共建 · 数据接口",
    "DESCRIPTION": "与屏幕同一套数据、同一套规则；令牌只能做它所属职务能做的事。",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/",
    # The pages bring their own files; nothing is fetched from elsewhere.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Validating at an address outside, and storing tokens in the browser, stay off.
    "SWAGGER_UI_SETTINGS": {"validatorUrl": None, "persistAuthorization": False},
    "COMPONENT_SPLIT_REQUEST": True,
    # PATCH of a return asks for its body in full.
    "COMPONENT_SPLIT_PATCH": False,
}
DJANGO_TABLES2_TEMPLATE = "web/_table.html"

#: Who asks for /metrics from another machine says "Authorization: Bearer …".
METRICS_TOKEN = env_secret("METRICS_TOKEN", default="")
#: Address of an error collector (Sentry or one that speaks the same); empty: nothing leaves.
ERROR_REPORTS = env_secret("SENTRY_DSN", default="")
report_errors(ERROR_REPORTS, env("RELEASE"), env("ENVIRONMENT", "production"))
#: "json": one object per line, for a collector; "plain": for people.
LOG_FORMAT = env("LOG_FORMAT", "plain")
#: A line for each request; nginx writes its own, so this is for what has no nginx before it.
LOG_REQUESTS = env_bool("LOG_REQUESTS", default=LOG_FORMAT == "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "gongjian.foundation.web.logs.PlainLines",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "gongjian.foundation.web.logs.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        # Tells at each start that its bridge is there.
        "pikepdf": {"level": "WARNING"},
    },
}
