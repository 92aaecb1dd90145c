"""Where things lie: the repository, the data folder, the virtual environment."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
STAMPS = BUILD / "stamps"
FRONTEND = ROOT / "frontend"
STATIC_BUILT = ROOT / "static_built"


def data_dir() -> Path:
    """Where everything lives that must survive: databases, files, fonts, logs."""
    chosen = Path(os.environ.get("DATA_DIR") or "var").expanduser()
    return (chosen if chosen.is_absolute() else ROOT / chosen).resolve()


def venv_dir() -> Path:
    """Return `.venv`, or the environment the developer shares between clones."""
    chosen = os.environ.get("GONGJIAN_VENV")
    return Path(chosen).expanduser().resolve() if chosen else ROOT / ".venv"


def venv_python() -> Path:
    return venv_dir() / "bin" / "python"


def inside_venv() -> bool:
    return Path(sys.prefix).resolve() == venv_dir().resolve()


def short_name(path: Path) -> str:
    """Name a path in eight characters, so that two clones never meet in a shared folder."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]
