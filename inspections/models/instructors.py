"""工建指导员: who is sent to which units without a union, and what came of each walk."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall


class Instructor(TenantOwned):
    """A person on the roster for one term; a name, because not everybody has an account."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="instructors", verbose_name="选派单位"
    )
    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("单位和职务", max_length=100)
    phone = models.CharField("办公电话", max_length=30, blank=True)
    account = models.ForeignKey(
        "orgs.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="账号",
    )
    starts_on = models.DateField("聘任日期")
    ends_on = models.DateField("期满日期")

    class Meta(TenantOwned.Meta):
        verbose_name = "工建指导员"
        ordering = ["unit__path", "name", "id"]
        constraints = [
            *wall("inspections_instructor", unit_id="orgs_unit"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="instructor_term_in_order",
                violation_error_message="期满日期要晚于聘任日期，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inspections:instructor_detail", args=[self.pk])


class InstructorAssignment(TenantOwned):
    """A unit that an instructor looks after; it ends when the union is founded or he leaves."""

    reach_path: ClassVar[str | None] = "unit__path"

    instructor = models.ForeignKey(
        Instructor, on_delete=models.PROTECT, related_name="assignments", verbose_name="指导员"
    )
    unit = models.ForeignKey(
        "orgs.Unit",
        on_delete=models.PROTECT,
        related_name="instructor_assignments",
        verbose_name="联系单位",
    )
    starts_on = models.DateField("开始联系日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    end_reason = models.CharField("结束原因", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "指导员联系单位"
        ordering = ["unit__path", "id"]
        constraints = [
            *wall(
                "inspections_instructorassignment",
                instructor_id="inspections_instructor",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "unit"],
                condition=models.Q(ends_on__isnull=True),
                name="unit_one_instructor",
                violation_error_message="这个单位已有指导员联系；要换人的，请先结束原来的联系。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instructor} {self.unit}"

    def get_absolute_url(self) -> str:
        return self.instructor.get_absolute_url()


class InstructorVisit(TenantOwned):
    """A walk to a unit. A few words are enough: no photo, no position is asked for."""

    reach_path: ClassVar[str | None] = "unit__path"

    assignment = models.ForeignKey(
        InstructorAssignment, on_delete=models.PROTECT, related_name="visits", verbose_name="联系"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    visited_on = models.DateField("走访日期")
    days = models.DecimalField("天数", max_digits=3, decimal_places=1, default=1)
    note = models.CharField("了解到的情况", max_length=1000)
    solved = models.CharField("当场解决的问题", max_length=500, blank=True)
    needs = models.CharField("需要上级解决的问题", max_length=500, blank=True)
    author = models.CharField("填写人", max_length=200, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "走访记录"
        ordering = ["-visited_on", "-id"]
        constraints = [
            *wall(
                "inspections_instructorvisit",
                assignment_id="inspections_instructorassignment",
                unit_id="orgs_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(days__gt=0, days__lte=30),
                name="instructor_visit_days",
                violation_error_message="天数应在0.5到30之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.visited_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return self.assignment.instructor.get_absolute_url()
