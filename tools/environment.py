"""The variables every process of the program is started with."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from tools import fonts
from tools.places import ROOT


def secret_key_file(data_dir: Path) -> Path:
    """Return the file of Django's secret, made once and readable by the operator alone."""
    file = data_dir / "secret_key"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        unfinished = data_dir / "secret_key.new"
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
        unfinished.replace(file)
    return file


def variables(data_dir: Path, *, fonts_from: Path | None = None) -> dict[str, str]:
    """Return our variables without the addresses of the servers; those come from the stack."""
    result = {
        "DATA_DIR": str(data_dir),
        "FONTCONFIG_FILE": str(fonts.configuration_file(fonts_from or data_dir)),
        "DJANGO_SETTINGS_MODULE": os.environ.get(
            "DJANGO_SETTINGS_MODULE", "gongjian.settings.development"
        ),
        "CELERYBEAT_SCHEDULE": str(data_dir / "beat-schedule"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    if not (os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE")):
        result["SECRET_KEY_FILE"] = str(secret_key_file(data_dir))
    return result
