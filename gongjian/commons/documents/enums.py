"""States of documents and of report jobs."""

from __future__ import annotations

from django.db import models


class DocumentState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SIGNED_OFF = "signed_off", "已签发"
    ISSUED = "issued", "已印发"
    SUPERSEDED = "superseded", "已被替代"
    VOID = "void", "已作废"


class JobStatus(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "生成中"
    DONE = "done", "已完成"
    FAILED = "failed", "未成功"
    CANCELLED = "cancelled", "已取消"
