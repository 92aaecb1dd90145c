"""Words of delivery: channels and how far a digest has come."""

from __future__ import annotations

from django.db import models


class Channel(models.TextChoices):
    EMAIL = "email", "电子邮件"


class DigestState(models.TextChoices):
    """How far the digest of one person and day has come."""

    PENDING = "pending", "待发送"
    CLAIMED = "claimed", "发送中"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败，将重试"
    DEAD = "dead", "多次失败，已停止"
    SKIPPED = "skipped", "无可发送内容"
