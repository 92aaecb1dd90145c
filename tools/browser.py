"""The browser of the journeys: from an npm package, the environment, or the system."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tarfile
from pathlib import Path

from tools.places import BUILD, FRONTEND

PACKAGE = FRONTEND / "node_modules" / "@sparticuz" / "chromium"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def unpack(package: Path, folder: Path) -> Path:
    """Unpack the compressed browser with the libraries it carries; return what starts it.

    A start script sets the library path, since the package is made for a machine without NSS.
    """
    import brotli

    shutil.rmtree(folder, ignore_errors=True)
    unfinished = folder.with_name(folder.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    browser = unfinished / "chromium"
    browser.write_bytes(brotli.decompress((package / "bin" / "chromium.br").read_bytes()))
    browser.chmod(0o755)
    for name in ("al2023", "swiftshader"):
        packed = unfinished / f"{name}.tar"
        packed.write_bytes(brotli.decompress((package / "bin" / f"{name}.tar.br").read_bytes()))
        with tarfile.open(packed) as archive:
            archive.extractall(unfinished, filter="data")
        packed.unlink()
    start = unfinished / "start"
    start.write_text(
        "#!/bin/sh\n"
        'here=$(dirname "$(readlink -f "$0")")\n'
        'LD_LIBRARY_PATH="$here/lib:$here${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" '
        'exec "$here/chromium" "$@"\n',
        encoding="ascii",
    )
    start.chmod(0o755)
    unfinished.rename(folder)
    return folder / "start"


def find() -> Path | None:
    """Return a browser Playwright can start, or None where there is none."""
    if chosen := os.environ.get("CHROMIUM"):
        return Path(chosen)
    if (PACKAGE / "package.json").exists() and platform.machine() in {"x86_64", "AMD64"}:
        facts = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
        folder = BUILD / f"chromium-{facts['version']}"
        return folder / "start" if (folder / "start").exists() else unpack(PACKAGE, folder)
    found = next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None
