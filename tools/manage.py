"""Calls of Django's own commands, by the application's role or the owner's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from tools.console import Refusal
from tools.places import ROOT


def manage(
    environment: Mapping[str, str], *arguments: str, as_owner: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py and keep what it says."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment, **({"DATABASE_ROLE": "owner"} if as_owner else {})},
        capture_output=True,
        text=True,
        check=False,
    )


def must_manage(
    failure: str, environment: Mapping[str, str], *arguments: str, as_owner: bool = False
) -> str:
    """Run a command of manage.py that has to succeed; return what it printed."""
    done = manage(environment, *arguments, as_owner=as_owner)
    if done.returncode != 0:
        raise Refusal(failure, (done.stderr or done.stdout).strip()[-3000:])
    return done.stdout


def follow(failure: str, environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command of manage.py that takes its time, its words straight to the terminal."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )
    if done.returncode != 0:
        raise Refusal(failure, f"manage.py {' '.join(arguments)} failed.")
