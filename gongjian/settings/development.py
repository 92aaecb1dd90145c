"""Settings of one's own machine, as ``make run`` uses them."""

from __future__ import annotations

from gongjian.settings.base import *  # noqa: F403 -- settings are one namespace
from gongjian.settings.base import DATA_DIR
from gongjian.settings.environment import env, env_bool, env_secret

DEBUG = env_bool("DEBUG")
if not env("SECRET_KEY") and not env("SECRET_KEY_FILE"):
    # Written once by ``make run``; a path here keeps this module free of side effects.
    SECRET_KEY = (DATA_DIR / "secret_key").read_text(encoding="utf-8").strip()
else:
    SECRET_KEY = env_secret("SECRET_KEY")
