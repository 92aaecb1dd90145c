"""A call for papers (征文) with its prizes."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from seminars import authority
from seminars.enums import CallState

_S = CallState


class Call(TenantOwned, Stateful):
    """What is asked for, until when, and how it is judged."""

    title = models.CharField("征文名称", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    guide = models.TextField("选题指南", max_length=2000)
    closes_on = models.DateField("截稿日期")
    corrections_until = models.DateField(
        "修改截止",
        null=True,
        blank=True,
        help_text="截稿后仍可修改已交论文的最后一天，不填即同截稿。",
    )
    shortest = models.PositiveIntegerField("最少字数", default=2000)
    longest = models.PositiveIntegerField("最多字数", default=8000)
    unit_quota = models.PositiveSmallIntegerField("每单位限报篇数", default=2)
    experts_each = models.PositiveSmallIntegerField("每篇评委人数", default=3)
    drops_extremes = models.BooleanField(
        "去掉最高分和最低分", default=True, help_text="评委少于五人时不去。"
    )
    criteria = models.ForeignKey(
        "questionnaires.QuestionnaireVersion",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="评分标准",
    )
    state = models.CharField(
        "状态", max_length=12, choices=CallState, default=CallState.DRAFT, editable=False
    )
    notice_from = models.DateField("公示开始", null=True, editable=False)
    notice_until = models.DateField("公示截止", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "open", "发布征文", frozenset({_S.DRAFT}), _S.OPEN, authority.MANAGE_CALL,
            "seminars.call.opened", style="primary", icon="send",
        ),
        Step(
            "close", "截稿", frozenset({_S.OPEN}), _S.CLOSED, authority.MANAGE_CALL,
            "seminars.call.closed", style="primary", icon="lock",
        ),
        Step(
            "review", "开始评审", frozenset({_S.CLOSED}), _S.REVIEWING, authority.MANAGE_CALL,
            "seminars.call.reviewing", style="primary", icon="users",
        ),
        Step(
            "rank", "按得分拟奖", frozenset({_S.REVIEWING}), _S.RANKED, authority.MANAGE_CALL,
            "seminars.call.ranked", style="primary", icon="trophy",
        ),
        Step(
            "back", "退回评审", frozenset({_S.RANKED}), _S.REVIEWING, authority.MANAGE_CALL,
            "seminars.call.back_to_review", needs_reason=True, style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "announce", "公示", frozenset({_S.RANKED}), _S.NOTICE, authority.MANAGE_CALL,
            "seminars.call.announced", style="primary", icon="speakerphone",
        ),
        Step(
            "award", "审定公布", frozenset({_S.NOTICE}), _S.AWARDED, authority.DECIDE_AWARD,
            "seminars.call.awarded", style="primary", icon="award",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "征文"
        ordering = ["-year", "-id"]
        constraints = [
            *wall("seminars_call", criteria_id="questionnaires_questionnaireversion"),
            models.UniqueConstraint(
                fields=["tenant", "year", "title"],
                name="call_title_once",
                violation_error_message="今年已有同名征文，请换一个名称。",
            ),
            models.CheckConstraint(
                condition=models.Q(longest__gte=models.F("shortest")),
                name="call_length_order",
                violation_error_message="最多字数不能少于最少字数。",
            ),
            models.CheckConstraint(
                condition=models.Q(experts_each__gte=2, experts_each__lte=15),
                name="call_experts_range",
                violation_error_message="每篇评委应为2至15人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年{self.title}"

    def get_absolute_url(self) -> str:
        return reverse("seminars:call_detail", args=[self.pk])


class AwardTier(TenantOwned):
    """A prize and how many there are of it."""

    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, related_name="tiers", verbose_name="征文"
    )
    label = models.CharField("奖项", max_length=20)
    places = models.PositiveSmallIntegerField("名额")
    position = models.PositiveSmallIntegerField("次序")

    class Meta(TenantOwned.Meta):
        verbose_name = "奖项"
        ordering = ["position"]
        constraints = [
            *wall("seminars_awardtier", call_id="seminars_call"),
            models.UniqueConstraint(fields=["tenant", "call", "label"], name="award_tier_once"),
        ]

    def __str__(self) -> str:
        return self.label
