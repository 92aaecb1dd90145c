"""States of documents and of report jobs."""

from __future__ import annotations

from django.db import models


class DocumentState(models.TextChoices):
    DRAFT = "draft", "草稿"
    REVIEW = "review", "核稿中"
    COUNTERSIGN = "countersign", "会签中"
    SIGNING = "signing", "待签发"
    SIGNED_OFF = "signed_off", "已签发"
    ISSUED = "issued", "已印发"
    SUPERSEDED = "superseded", "已被替代"
    VOID = "void", "已作废"


class SignOffAct(models.TextChoices):
    """What is asked of the one whose turn it is, in the order of the chain."""

    REVIEW = "review", "核稿"
    COUNTERSIGN = "countersign", "会签"
    SIGN = "sign", "签发"


class Answer(models.TextChoices):
    """What became of a turn."""

    WAITING = "waiting", "等待办理"
    AGREED = "agreed", "同意"
    RETURNED = "returned", "退回修改"
    DELEGATED = "delegated", "转请他人办理"
    ENDED = "ended", "未办理"


class NumberState(models.TextChoices):
    """What became of a number that was taken."""

    RESERVED = "reserved", "预留"
    USED = "used", "已用"
    OUTSIDE = "outside", "系统外已用"
    CANCELLED = "cancelled", "注销"


class Face(models.TextChoices):
    """Typefaces of official documents that a tenant may hold a licence for."""

    FANGSONG = "fangsong", "仿宋（正文）"
    XIAOBIAOSONG = "xiaobiaosong", "小标宋（版头、标题）"
    KAITI = "kaiti", "楷体（二级标题、签发人）"
    HEITI = "heiti", "黑体（一级标题）"
    SONGTI = "songti", "宋体（页码、表格）"


class JobStatus(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "生成中"
    DONE = "done", "已完成"
    FAILED = "failed", "未成功"
    CANCELLED = "cancelled", "已取消"
