"""Choices of the suggestions."""

from __future__ import annotations

from django.db import models


class SuggestionKind(models.TextChoices):
    BURDEN = "burden", "反映负担"
    COMPLAINT = "complaint", "投诉"
    IDEA = "idea", "建议"
    FAULT = "fault", "系统故障"


class SuggestionState(models.TextChoices):
    OPEN = "open", "待受理"
    TAKEN = "taken", "办理中"
    ANSWERED = "answered", "已答复"


class Outcome(models.TextChoices):
    """What came of it."""

    ADOPTED = "adopted", "采纳"
    PARTLY = "partly", "部分采纳"
    EXPLAINED = "explained", "解释说明"
    DECLINED = "declined", "暂不采纳"


#: Still waiting for the office.
WAITING = (SuggestionState.OPEN, SuggestionState.TAKEN)
