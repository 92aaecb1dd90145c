"""Choices of the questionnaires."""

from __future__ import annotations

from django.db import models


class Purpose(models.TextChoices):
    INSPECTION = "inspection", "督查检查表"
    EVALUATION = "evaluation", "培训评价"
    REVIEW = "review", "论文评审"
    SURVEY = "survey", "调查问卷"


class QuestionKind(models.TextChoices):
    YES_NO = "yes_no", "是/否"
    SCALE = "scale", "等级"
    CHOICE = "choice", "单选"
    NUMBER = "number", "数字"
    TEXT = "text", "文字"
    DATE = "date", "日期"


#: An answer of these kinds is worth points.
SCORED_KINDS = frozenset({QuestionKind.YES_NO, QuestionKind.SCALE, QuestionKind.CHOICE})


class VersionState(models.TextChoices):
    DRAFT = "draft", "编制中"
    PUBLISHED = "published", "已启用"
    RETIRED = "retired", "已停用"
