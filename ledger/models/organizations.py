"""Party and union organizations of the ledger, whom they cover and since when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from ledger.enums import Form
from ledger.models.entries import Entry
from orgs.enums import Line, OrganizationKind
from orgs.models import Unit


class Body(TenantOwned):
    """One organization. A joint union is one body that covers many entries."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="ledger_bodies", verbose_name="属地单位"
    )
    line = models.CharField("线", max_length=8, choices=Line)
    kind = models.CharField("类型", max_length=30, choices=OrganizationKind)
    name = models.CharField("组织名称", max_length=120)
    superior = models.CharField("上级组织", max_length=120, blank=True)
    approval_number = models.CharField("批复文号", max_length=60, blank=True)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    union_code = models.CharField("工会统一社会信用代码", max_length=18, blank=True)
    has_audit = models.BooleanField("已建经审组织", default=False)
    has_women = models.BooleanField("已建女职工组织", default=False)
    has_account = models.BooleanField("独立开户或独立核算", default=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "台账组织"
        ordering = ["unit__path", "line", "name"]
        constraints = [
            *wall("ledger_body", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "line", "name"],
                condition=models.Q(dissolved_on__isnull=True),
                name="body_name_once",
                violation_error_message="本属地已有同名组织，请直接选择原有组织。",
            ),
            models.CheckConstraint(
                condition=models.Q(dissolved_on__isnull=True)
                | models.Q(dissolved_on__gte=models.F("founded_on")),
                name="body_days_in_order",
                violation_error_message="撤销日期不能早于成立日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("ledger:body_detail", args=[self.pk])


class Term(TenantOwned):
    """A term of a body's committee (届): who leads it and until when. Kept for good."""

    reach_path: ClassVar[str | None] = "body__unit__path"

    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="terms", verbose_name="组织"
    )
    number = models.PositiveSmallIntegerField("届次")
    starts_on = models.DateField("选举日期")
    due_on = models.DateField("届满日期")
    #: The day the next committee was elected; empty for the one that sits.
    ended_on = models.DateField("换届日期", null=True, blank=True)
    head = models.CharField("书记或主席", max_length=40)
    head_duty = models.CharField("行政职务", max_length=60, blank=True)
    is_full_time = models.BooleanField("专职", default=False)
    is_crossed = models.BooleanField(
        "党工交叉任职", default=False, help_text="党组织班子成员与工会主席（副主席）互相兼任。"
    )
    approval_number = models.CharField("批复文号", max_length=60, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "届次"
        ordering = ["-number"]
        constraints = [
            *wall("ledger_term", body_id="ledger_body"),
            models.UniqueConstraint(fields=["tenant", "body", "number"], name="term_number_once"),
            models.UniqueConstraint(
                fields=["tenant", "body"],
                condition=models.Q(ended_on__isnull=True),
                name="term_one_sits",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gt=models.F("starts_on")),
                name="term_days_in_order",
                violation_error_message="届满日期必须晚于选举日期，请更正。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "due_on"], name="term_due")]

    def __str__(self) -> str:
        return f"{self.body}第{self.number}届"

    def get_absolute_url(self) -> str:
        return self.body.get_absolute_url()


class Coverage(TenantOwned):
    """An entry is covered by a body from a day on: a relation with days, not a flag."""

    reach_path: ClassVar[str | None] = "entry__unit__path"

    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="coverages", verbose_name="台账单位"
    )
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="coverages", verbose_name="组织"
    )
    line = models.CharField("线", max_length=8, choices=Line)
    form = models.CharField("组建方式", max_length=10, choices=Form)
    starts_on = models.DateField("自")
    #: The first day it was no longer covered.
    ends_on = models.DateField("至", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=100, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "覆盖关系"
        ordering = ["line", "-starts_on", "-id"]
        constraints = [
            *wall("ledger_coverage", entry_id="ledger_entry", body_id="ledger_body"),
            models.UniqueConstraint(
                fields=["tenant", "entry", "line"],
                condition=models.Q(ends_on__isnull=True),
                name="coverage_one_running",
                violation_error_message="这个单位在该线上已有组织覆盖，请先终止原有覆盖关系。",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="coverage_days_in_order",
                violation_error_message="终止日期不能早于开始日期。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "body"], name="coverage_body")]

    def __str__(self) -> str:
        return f"{self.entry} {self.body}"

    def get_absolute_url(self) -> str:
        return self.entry.get_absolute_url()
