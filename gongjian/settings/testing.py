"""Settings of the tests: the real engine, no network, jobs run when a test says so."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gongjian.settings.base import *  # noqa: F403 -- settings are one namespace
from gongjian.settings.base import DATABASES

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105 -- tests hold no secret
DATA_DIR = Path(tempfile.gettempdir()) / "gongjian-tests"
FILES_DIR = DATA_DIR / "files"
ALLOWED_HOSTS = ["*"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Fast on purpose; the real hasher has its own test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
# The package's own limits count in the process and would carry over from test to test.
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
