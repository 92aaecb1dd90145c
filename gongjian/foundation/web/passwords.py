"""Password hash sized so that a whole county can sign in at once."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane (OWASP): about 17 ms a sign-in."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
