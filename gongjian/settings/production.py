"""Settings of a server; a missing value stops the start."""

from __future__ import annotations

from gongjian.settings.base import *  # noqa: F403 -- settings are one namespace
from gongjian.settings.environment import env_bool, env_int, env_secret

DEBUG = False
SECRET_KEY = env_secret("SECRET_KEY")
OFFLINE_PAGES = env_bool("OFFLINE_PAGES", default=True)
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
