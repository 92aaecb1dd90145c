"""Rulebooks by year, facts that earn points, accounts, and entries that are only reversed."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from gongjian.commons.points import authority
from gongjian.commons.points.enums import PointLevel, RulesState
from gongjian.commons.points.rules import Rulebook, read_rulebook
from gongjian.commons.points.shelf import point_mechanisms
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = RulesState


class PointRules(TenantOwned, Stateful):
    """One version of the rules of a mechanism, in force for a year and those after it.

    Once in force a version is never changed; a new one takes its place and the
    year is reckoned again, with reversals wherever points become others.
    """

    mechanism = models.CharField("事项", max_length=40, editable=False)
    year = models.PositiveSmallIntegerField("施行年度")
    version = models.PositiveSmallIntegerField("版次", editable=False)
    title = models.CharField("名称", max_length=100)
    basis = models.CharField("依据文件", max_length=200, blank=True)
    data = models.JSONField("规则", default=dict)
    state = models.CharField(
        "状态", max_length=20, choices=RulesState, default=RulesState.DRAFT, editable=False
    )
    in_force_at = models.DateTimeField("施行时间", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "enforce", "施行", frozenset({_S.DRAFT}), _S.IN_FORCE, authority.KEEP_RULES,
            "points.rules.enforced", style="primary", icon="circle-check",
        ),
        Step(
            "replace", "由新版替代", frozenset({_S.IN_FORCE}), _S.REPLACED,
            authority.KEEP_RULES, "points.rules.replaced",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "积分规则"
        ordering = ["mechanism", "-year", "-version"]
        constraints = [
            *wall("points_pointrules"),
            models.UniqueConstraint(
                fields=["tenant", "mechanism", "year", "version"], name="point_rules_version"
            ),
            models.UniqueConstraint(
                fields=["tenant", "mechanism", "year"],
                condition=models.Q(state=RulesState.IN_FORCE),
                name="point_rules_in_force",
                violation_error_message="本年度已有施行中的规则，请先修订成新版。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.year}年第{self.version}版）"

    def get_absolute_url(self) -> str:
        return reverse("points:rules_detail", args=[self.pk])

    @property
    def book(self) -> Rulebook:
        return read_rulebook(self.data)

    @property
    def mechanism_label(self) -> str:
        mechanism = point_mechanisms.get(self.mechanism)
        return self.mechanism if mechanism is None else mechanism.label


class PointFact(TenantOwned):
    """Something a mechanism vouches for: a piece was sent in, adopted, published.

    What was noted wrongly is withdrawn and noted anew; nothing is edited, so
    that every entry stays explained by the fact it was made from.
    """

    mechanism = models.CharField("事项", max_length=40)
    kind = models.CharField("类型", max_length=40)
    family = models.CharField("稿件", max_length=60)
    title = models.CharField("标题", max_length=200)
    level = models.CharField("层级", max_length=20, choices=PointLevel, blank=True)
    outlet = models.CharField("载体", max_length=100, blank=True)
    outlet_class = models.CharField("载体类别", max_length=40, blank=True)
    traits = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name="情形"
    )
    happened_on = models.DateField("发生日期")
    reported_on = models.DateField("报送日期")
    source_kind = models.CharField("来源类型", max_length=60)
    source_id = models.BigIntegerField("来源编号")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "计分事实"
        ordering = ["happened_on", "id"]
        constraints = [
            *wall("points_pointfact"),
            models.UniqueConstraint(
                fields=["tenant", "source_kind", "source_id", "kind"],
                condition=models.Q(withdrawn_at=None),
                name="point_fact_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PointShare(TenantOwned):
    """An author of the piece, in order of signing; an author belongs to a unit."""

    reach_path: ClassVar[str | None] = "unit__path"

    fact = models.ForeignKey(
        PointFact, on_delete=models.CASCADE, related_name="shares", verbose_name="计分事实"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    person = models.CharField("作者", max_length=40, blank=True)
    weight = models.DecimalField("份额", max_digits=6, decimal_places=2, default=Decimal(1))
    position = models.PositiveSmallIntegerField("署名次序")

    class Meta(TenantOwned.Meta):
        verbose_name = "作者份额"
        ordering = ["position"]
        constraints = [
            *wall("points_pointshare", fact_id="points_pointfact", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "fact", "position"], name="point_share_position"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.person}".strip()


class PointAccount(TenantOwned):
    """Points of a unit in one mechanism and year; ``total`` is the sum of its entries."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    mechanism = models.CharField("事项", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    total = models.DecimalField(
        "得分", max_digits=9, decimal_places=2, default=Decimal(0), editable=False
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "积分台账"
        constraints = [
            *wall("points_pointaccount", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "mechanism", "year"], name="point_account_once"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "mechanism", "year"], name="point_account_year")]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}年{self.mechanism_label}积分"

    def get_absolute_url(self) -> str:
        return reverse("points:account_detail", args=[self.pk])

    @property
    def mechanism_label(self) -> str:
        mechanism = point_mechanisms.get(self.mechanism)
        return self.mechanism if mechanism is None else mechanism.label


class PointEntry(TenantOwned):
    """A line of the ledger. Never changed and never deleted; a wrong one is reversed."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "account__unit__path"

    account = models.ForeignKey(
        PointAccount, on_delete=models.PROTECT, related_name="entries", verbose_name="台账"
    )
    rules = models.ForeignKey(
        PointRules,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="依据规则",
    )
    fact = models.ForeignKey(
        PointFact,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="计分事实",
    )
    key = models.CharField("计分项", max_length=60)
    day = models.DateField("日期")
    person = models.CharField("作者", max_length=40, blank=True)
    amount = models.DecimalField("分值", max_digits=8, decimal_places=2)
    sentence = models.CharField("依据", max_length=500)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        verbose_name="冲正的记录",
    )
    author = models.CharField("登记人", max_length=200)
    at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "积分记录"
        ordering = ["-id"]
        constraints = [
            *wall(
                "points_pointentry",
                account_id="points_pointaccount",
                rules_id="points_pointrules",
                fact_id="points_pointfact",
                reverses_id="points_pointentry",
            ),
            models.UniqueConstraint(
                fields=["tenant", "reverses"], name="point_entry_reversed_once"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "account", "key"], name="point_entry_account")]

    def __str__(self) -> str:
        return f"{self.sentence[:40]} {self.amount}"
