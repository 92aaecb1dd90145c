"""Suggestions, with a name or without."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from gongjian.commons.feedback.authority import ANSWER_SUGGESTION, WRITE_SUGGESTION
from gongjian.commons.feedback.enums import Outcome, SuggestionKind, SuggestionState
from gongjian.commons.feedback.marks import mark_of
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step


class Suggestion(TenantOwned, Stateful):
    """What one person has to say.

    An unnamed one holds neither person nor unit: its author is known by ``mark`` alone, a keyed
    hash that nobody can turn back into a name, and only who reaches the whole tenant reads it,
    for the unit would give the name away to the unit's superiors.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    kind = models.CharField("类别", max_length=10, choices=SuggestionKind)
    text = models.TextField("内容", max_length=2000)
    page = models.CharField("有关页面", max_length=200, blank=True)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="suggestions",
        verbose_name="单位",
    )  # fmt: skip
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True,
        related_name="+", verbose_name="提出人",
    )  # fmt: skip
    author_label = models.CharField("提出人", max_length=200, blank=True, editable=False)
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="职务",
    )  # fmt: skip
    mark = models.CharField("隐名记号", max_length=64, blank=True, editable=False)
    created_on = models.DateField("提出日期")
    due_on = models.DateField("答复期限")
    state = models.CharField(
        "状态", max_length=10, choices=SuggestionState, default=SuggestionState.OPEN,
        editable=False,
    )  # fmt: skip
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    answer = models.TextField("答复", max_length=2000, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)

    lifecycle = Lifecycle(
        Step(
            "take", "受理", frozenset({SuggestionState.OPEN}), SuggestionState.TAKEN,
            ANSWER_SUGGESTION, "feedback.suggestion.taken", icon="check",
        ),
        Step(
            "answer", "答复", frozenset({SuggestionState.OPEN, SuggestionState.TAKEN}),
            SuggestionState.ANSWERED, ANSWER_SUGGESTION, "feedback.suggestion.answered",
            style="primary", icon="send",
        ),
        Step(
            "ask_again", "追问", frozenset({SuggestionState.ANSWERED}), SuggestionState.OPEN,
            WRITE_SUGGESTION, "feedback.suggestion.asked_again", needs_reason=True,
            icon="refresh",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "投诉建议"
        ordering = ["-created_on", "-id"]
        constraints = [
            *wall("feedback_suggestion", unit_id="orgs_unit", post_id="orgs_post"),
            models.CheckConstraint(
                name="suggestion_named_or_not",
                condition=models.Q(mark="")
                | models.Q(author=None, unit=None, post=None, author_label=""),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "state", "due_on"], name="suggestion_waiting"),
            models.Index(fields=["tenant", "mark"], name="suggestion_mark"),
        ]

    def __str__(self) -> str:
        text = " ".join(self.text.split())
        return f"{self.get_kind_display()}：{text[:24]}{'…' if len(text) > 24 else ''}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:suggestion_detail", args=[self.pk])

    @property
    def is_unnamed(self) -> bool:
        return bool(self.mark)

    def is_of(self, actor: Actor) -> bool:
        if self.is_unnamed:
            return self.mark == mark_of(actor)
        return actor.user_id is not None and self.author_id == actor.user_id
