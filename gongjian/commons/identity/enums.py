"""Words of sign-in."""

from __future__ import annotations

from django.db import models


class Profile(models.TextChoices):
    """Two schools of passwords; a tenant follows one of them."""

    DENGBAO = "dengbao", "等保三级（字符种类、九十天更换）"
    ASVS = "asvs", "长口令（十五字以上，不强制更换）"
    PLAIN = "plain", "基本（十字以上，不强制更换）"


class Vendor(models.TextChoices):
    """Kinds of directories that people may sign in through."""

    WECOM = "wecom", "企业微信"
    DINGTALK = "dingtalk", "钉钉"
    OIDC = "oidc", "统一身份平台"
