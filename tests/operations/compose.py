"""Reads docker-compose.yml as the engine would: merged, with its variables filled in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::(\?|-)([^}]*))?\}")


class Refused(Exception):
    pass


def plain() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def filled(value: Any, variables: dict[str, str]) -> Any:
    """Put the variables in; one that must be set and is empty is refused, as by the engine."""
    if isinstance(value, dict):
        return {key: filled(part, variables) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, variables) for part in value]
    if not isinstance(value, str):
        return value

    def one(match: re.Match[str]) -> str:
        name, sign, word = match.groups()
        if text := variables.get(name, ""):
            return text
        if sign == "?":
            raise Refused(word)
        return word or ""

    return VARIABLE.sub(one, value)


def example() -> dict[str, str]:
    """The variables that ops/env.example names, with its own values."""
    lines = (ROOT / "ops" / "env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
