"""Secrets that are shown once: they name their tenant, so they are found behind the wall."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """``12-Xy…``: the tenant's number and 256 bits of chance."""

    tenant_id: int
    secret: str

    @classmethod
    def new(cls, tenant_id: int) -> Key:
        return cls(tenant_id, secrets.token_urlsafe(32))

    @classmethod
    def read(cls, text: str) -> Key | None:
        tenant, dash, secret = text.partition("-")
        if not dash or not tenant.isascii() or not tenant.isdigit() or len(tenant) > 12:
            return None
        return cls(int(tenant), secret) if len(secret) >= 40 else None

    @property
    def hash(self) -> str:
        """So much chance needs no salt and no slow hash."""
        return hashlib.sha256(str(self).encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.tenant_id}-{self.secret}"
