"""Verification codes (核验码): which tenant, then eight characters nobody can guess."""

from __future__ import annotations

import re
import secrets

# No I, L, O, U: read out over the telephone they are mistaken for others.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(rf"([0-9]{{4,9}})-([{ALPHABET}]{{4}})-([{ALPHABET}]{{4}})")


def new_code(tenant_id: int) -> str:
    """The tenant stands in front: the public page has no other way to know where to look."""
    token = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{tenant_id:04d}-{token[:4]}-{token[4:]}"


def tenant_of(code: str) -> int | None:
    match = _SHAPE.fullmatch(tidy(code))
    return int(match[1]) if match else None


def tidy(code: str) -> str:
    """Read a code as people type it: small letters, spaces, O for 0, I and L for 1."""
    code = re.sub(r"[\s\u2010-\u2015－]", lambda m: "" if m[0].isspace() else "-", code).upper()
    return code.translate(str.maketrans("OIL", "011"))
