"""Model cases (典型案例): nominated, listed, and done again by other units."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from bulletins import authority
from bulletins.enums import CaseKind, CaseState, CopyState
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = CaseState
_C = CopyState


class ModelCase(TenantOwned, Stateful):
    """A case in the fixed shape of the library: problem, practice, effect, lesson."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    kind = models.CharField("类别", max_length=10, choices=CaseKind, default=CaseKind.TYPICAL)
    title = models.CharField("名称", max_length=60)
    problem = models.TextField("解决的问题", max_length=400)
    practice = models.TextField("主要做法", max_length=1200)
    effect = models.TextField("成效", max_length=600)
    lesson = models.TextField("可复制的经验", max_length=600, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=CaseState, default=CaseState.DRAFT, editable=False
    )
    listed_on = models.DateField("入库日期", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "nominate", "推荐", frozenset({_S.DRAFT, _S.DECLINED}), _S.NOMINATED,
            authority.WRITE_CASE, "bulletins.case.nominated", style="primary", icon="send",
        ),
        Step(
            "list", "入库", frozenset({_S.NOMINATED}), _S.LISTED, authority.LIST_CASE,
            "bulletins.case.listed", style="primary", icon="circle-check",
        ),
        Step(
            "decline", "不入库", frozenset({_S.NOMINATED}), _S.DECLINED, authority.LIST_CASE,
            "bulletins.case.declined", needs_reason=True, style="danger", icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "典型案例"
        ordering = ["-listed_on", "-id"]
        constraints = wall("bulletins_modelcase", unit_id="orgs_unit")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("bulletins:case_detail", args=[self.pk])


class CaseCopy(TenantOwned, Stateful):
    """Another unit that does as the case shows: what makes a case a model."""

    reach_path: ClassVar[str | None] = "unit__path"

    case = models.ForeignKey(
        ModelCase, on_delete=models.PROTECT, related_name="copies", verbose_name="案例"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    state = models.CharField(
        "状态", max_length=12, choices=CopyState, default=CopyState.PROPOSED, editable=False
    )
    done = models.CharField("怎样做的", max_length=500, blank=True)
    decided_on = models.DateField("确认日期", null=True, editable=False)
    decided_by = models.CharField("确认人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "confirm", "确认复制推广", frozenset({_C.PROPOSED, _C.REFUSED}), _C.CONFIRMED,
            authority.WRITE_CASE, "bulletins.case_copy.confirmed",
        ),
        Step(
            "refuse", "没有采用", frozenset({_C.PROPOSED}), _C.REFUSED,
            authority.WRITE_CASE, "bulletins.case_copy.refused",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "复制推广"
        ordering = ["-id"]
        constraints = [
            *wall("bulletins_casecopy", case_id="bulletins_modelcase", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "case", "unit"],
                name="case_copy_once",
                violation_error_message="该单位已登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}：{self.case}"
