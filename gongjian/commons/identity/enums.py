"""Words of sign-in."""

from __future__ import annotations

from django.db import models

from orgs.enums import Role

#: 三员: who holds one of these signs in with a second factor, and holds none of the others.
ADMINISTRATORS = frozenset({Role.TENANT_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})


class Profile(models.TextChoices):
    """Two schools of passwords; a tenant follows one of them."""

    DENGBAO = "dengbao", "等保三级（字符种类、九十天更换）"
    ASVS = "asvs", "长口令（十五字以上，不强制更换）"
    PLAIN = "plain", "基本（十字以上，不强制更换）"
