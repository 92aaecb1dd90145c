"""Settings of one's own machine, as ``make run`` uses them."""

from __future__ import annotations

from gongjian.settings.base import *  # noqa: F403 -- settings are one namespace
from gongjian.settings.base import DATA_DIR
from gongjian.settings.environment import env, env_bool, env_secret

DEBUG = env_bool("DEBUG")
# The demo's administrators have no telephone to scan with; ask with SECOND_FACTOR_REQUIRED=1.
SECOND_FACTOR_REQUIRED = env_bool("SECOND_FACTOR_REQUIRED")
# This machine has no certificate; a browser takes its own machine as secure all the same.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
if not env("SECRET_KEY") and not env("SECRET_KEY_FILE"):
    # Written once by ``make run``; a path here keeps this module free of side effects.
    SECRET_KEY = (DATA_DIR / "secret_key").read_text(encoding="utf-8").strip()
else:
    SECRET_KEY = env_secret("SECRET_KEY")
