"""Which tests a change asks for: `make check` runs these beside the rules of the house."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import PurePosixPath

from tools.places import ROOT

#: What any change may break: the rules of the house, the foundation, the front end.
ALWAYS = ("tests/architecture", "tests/foundation", "tests/frontend")


def changed_files() -> list[str]:
    """Files not committed yet, and those of the commits that were not published."""
    since = _git("rev-parse", "--verify", "--quiet", "@{upstream}") or ["HEAD~1"]
    named = _git("diff", "--name-only", since[0]) or _git("diff", "--name-only", "HEAD")
    return sorted({*named, *_git("ls-files", "--others", "--exclude-standard")})


def folders_for(files: Iterable[str]) -> list[str]:
    """Folders of tests that belong to the files, without journeys."""
    found = {folder for file in files if (folder := _folder(PurePosixPath(file).parts))}
    return [folder for folder in (*ALWAYS, *sorted(found - {*ALWAYS})) if (ROOT / folder).is_dir()]


def _folder(parts: tuple[str, ...]) -> str | None:
    if parts[:1] in {("tests",), ("templates",)} or parts[:1] == ("gongjian",):
        parts = parts[1:]
    if parts[:1] == ("commons",) and len(parts) > 2:
        return f"tests/commons/{parts[1]}"
    # Templates of a common part lie beside those of the apps.
    if len(parts) > 1 and (ROOT / "tests/commons" / parts[0]).is_dir():
        return f"tests/commons/{parts[0]}"
    if len(parts) < 2 or parts[0] == "journeys":
        return None
    return f"tests/{parts[0]}"


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.split() if done.returncode == 0 else []
