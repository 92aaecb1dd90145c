"""A wave (一轮督查): many units at once by one item of an approved plan."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from inspections import authority
from inspections.enums import Pool, WaveState

_W = WaveState


class Wave(TenantOwned, Stateful):
    """Who is visited in one round. The seed is kept, so that anybody can draw again and compare."""

    reach_path: ClassVar[str | None] = "organizer__path"

    state = models.CharField("状态", max_length=20, choices=_W, default=_W.DRAFT, editable=False)
    organizer = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="督查单位"
    )
    line = models.ForeignKey(
        "inspections.PlanLine",
        on_delete=models.PROTECT,
        related_name="waves",
        verbose_name="计划事项",
    )
    title = models.CharField("名称", max_length=120)
    version = models.ForeignKey(
        "questionnaires.QuestionnaireVersion",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="检查表",
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    per_day = models.PositiveSmallIntegerField(
        "每组每天几家",
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(6)],
    )
    pool = models.CharField("范围", max_length=12, choices=Pool, default=Pool.ALL)
    levels = models.JSONField("层级", default=list, blank=True)
    categories = models.JSONField("类别", default=list, blank=True)
    share = models.PositiveSmallIntegerField(
        "抽取比例（%）",
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    seed = models.CharField("抽签种子", max_length=32, editable=False)
    over_limit_reason = models.CharField("超过次数的理由", max_length=300, blank=True)
    drawn_by = models.CharField("抽取人", max_length=200, editable=False)
    arranged_at = models.DateTimeField("安排时间", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "arrange", "全部安排", frozenset({_W.DRAFT}), _W.ARRANGED, authority.PLAN_INSPECTION,
            "inspections.wave.arranged", style="primary", icon="calendar-plus",
        ),
        Step(
            "drop", "放弃", frozenset({_W.DRAFT}), _W.DROPPED, authority.PLAN_INSPECTION,
            "inspections.wave.dropped", needs_reason=True, style="danger", icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "一轮督查"
        ordering = ["-id"]
        constraints = [
            *wall(
                "inspections_wave",
                organizer_id="orgs_unit",
                line_id="inspections_planline",
                version_id="questionnaires_questionnaireversion",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="wave_days_in_order",
                violation_error_message="结束日期不能早于开始日期，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("inspections:wave_detail", args=[self.pk])


class WaveUnit(TenantOwned):
    """A unit of the pool in the order of the draw, with team and day when it was drawn."""

    reach_path: ClassVar[str | None] = "unit__path"

    wave = models.ForeignKey(
        Wave, on_delete=models.CASCADE, related_name="units", verbose_name="一轮督查"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    place = models.PositiveIntegerField("抽签顺序", editable=False)
    is_drawn = models.BooleanField("抽中", default=False, editable=False)
    team = models.PositiveSmallIntegerField("组别", null=True, blank=True)
    starts_on = models.DateField("日期", null=True, blank=True)
    left_out = models.CharField("不去的理由", max_length=200, blank=True)
    visit = models.ForeignKey(
        "inspections.Visit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="waves",
        verbose_name="督查",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "一轮督查的单位"
        ordering = ["place"]
        constraints = [
            *wall(
                "inspections_waveunit",
                wave_id="inspections_wave",
                unit_id="orgs_unit",
                visit_id="inspections_visit",
            ),
            models.UniqueConstraint(fields=["tenant", "wave", "unit"], name="wave_unit_once"),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class WaveMember(TenantOwned):
    """A member of one of the teams of a wave."""

    reach_path: ClassVar[str | None] = "wave__organizer__path"

    wave = models.ForeignKey(
        Wave, on_delete=models.CASCADE, related_name="members", verbose_name="一轮督查"
    )
    team = models.PositiveSmallIntegerField("组别")
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="+", verbose_name="职务"
    )
    user_id_held = models.BigIntegerField("账号", editable=False)
    name = models.CharField("姓名", max_length=40)
    is_leader = models.BooleanField("组长", default=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "一轮督查的成员"
        ordering = ["team", "-is_leader", "id"]
        constraints = [
            *wall("inspections_wavemember", wave_id="inspections_wave", post_id="orgs_post"),
            models.UniqueConstraint(
                fields=["tenant", "wave", "user_id_held"], name="wave_member_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
