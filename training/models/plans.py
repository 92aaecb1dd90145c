"""The yearly plan and its classes, with their places, teachers, rooms and timetable."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from training.authority import APPROVE_TRAINING, MANAGE_TRAINING
from training.enums import ClassState, CostKind, Half, PlanState, Region

_P = PlanState
_C = ClassState


class TrainingPlan(TenantOwned, Stateful):
    """What a unit means to teach in a year; classes are opened under an approved one."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_P, default=_P.DRAFT, editable=False)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="主办单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    aim = models.TextField("培训目标和重点", max_length=2000)
    budget = models.DecimalField(
        "经费预算（元）", max_digits=12, decimal_places=2, default=Decimal(0)
    )
    approved_by = models.CharField("批准人", max_length=200, blank=True, editable=False)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "submit", "报请批准", frozenset({_P.DRAFT}), _P.SUBMITTED, MANAGE_TRAINING,
            "training.plan.submitted", style="primary", icon="send",
        ),
        Step(
            "approve", "批准计划", frozenset({_P.SUBMITTED}), _P.APPROVED, APPROVE_TRAINING,
            "training.plan.approved", style="primary", icon="circle-check",
        ),
        Step(
            "return", "退回修改", frozenset({_P.SUBMITTED}), _P.DRAFT, APPROVE_TRAINING,
            "training.plan.returned", needs_reason=True, style="danger", icon="arrow-back-up",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "培训计划"
        ordering = ["-year", "-id"]
        constraints = [
            *wall("training_trainingplan", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "year"],
                name="training_plan_once",
                violation_error_message="这个单位当年已有培训计划，请在原计划中增加班次。",
            ),
            models.CheckConstraint(
                condition=models.Q(budget__gte=0),
                name="training_plan_budget",
                violation_error_message="经费预算不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.year}年培训计划"

    def get_absolute_url(self) -> str:
        return reverse("training:trainingplan_detail", args=[self.pk])


class TrainingClass(TenantOwned, Stateful):
    """One class (班次), from the plan to its archived file."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_C, default=_C.PLANNED, editable=False)
    plan = models.ForeignKey(
        TrainingPlan, on_delete=models.PROTECT, related_name="classes", verbose_name="培训计划"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="主办单位"
    )
    title = models.CharField("班次名称", max_length=80)
    region = models.CharField("区内区外", max_length=10, choices=Region, default=Region.INSIDE)
    audience = models.CharField("培训对象", max_length=200)
    aim = models.TextField("培训内容", max_length=2000, blank=True)
    starts_on = models.DateField("开班日期")
    ends_on = models.DateField("结班日期")
    place = models.CharField("地点", max_length=100)
    head = models.CharField("班主任", max_length=60, blank=True)
    contact = models.CharField("联系电话", max_length=30, blank=True, help_text="填工作电话。")
    capacity = models.PositiveSmallIntegerField("总名额")
    apply_by = models.DateField("报名截止")
    budget = models.DecimalField(
        "经费预算（元）", max_digits=12, decimal_places=2, default=Decimal(0)
    )
    questionnaire = models.ForeignKey(
        "questionnaires.QuestionnaireVersion", on_delete=models.PROTECT, null=True, blank=True,
        editable=False, related_name="+", verbose_name="评价问卷",
    )  # fmt: skip
    quotas_released_at = models.DateTimeField("放开名额时间", null=True, blank=True, editable=False)
    last_turn = models.PositiveIntegerField(default=0, editable=False)
    opening = models.TextField("开班议程", max_length=2000, blank=True, editable=False)
    summary = models.TextField("办班小结", max_length=4000, blank=True, editable=False)
    late_reason = models.CharField("材料不全的说明", max_length=500, blank=True, editable=False)
    late_granted_by = models.CharField("同意人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "open", "开放报名", frozenset({_C.PLANNED}), _C.OPEN, MANAGE_TRAINING,
            "training.class.opened", style="primary", icon="send",
        ),
        Step(
            "list", "确定名单", frozenset({_C.OPEN}), _C.LISTED, MANAGE_TRAINING,
            "training.class.listed", style="primary", icon="list-check",
        ),
        Step(
            "start", "开班", frozenset({_C.LISTED}), _C.RUNNING, MANAGE_TRAINING,
            "training.class.started", style="primary", icon="player-play",
        ),
        Step(
            "finish", "结班", frozenset({_C.RUNNING}), _C.FINISHED, MANAGE_TRAINING,
            "training.class.finished", style="primary", icon="circle-check",
        ),
        Step(
            "archive", "归档", frozenset({_C.FINISHED}), _C.ARCHIVED, MANAGE_TRAINING,
            "training.class.archived", style="primary", icon="archive",
        ),
        Step(
            "cancel", "取消班次", frozenset({_C.PLANNED, _C.OPEN, _C.LISTED}), _C.CANCELLED,
            MANAGE_TRAINING, "training.class.cancelled", needs_reason=True, style="danger",
            icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "培训班次"
        ordering = ["-starts_on", "-id"]
        constraints = [
            *wall(
                "training_trainingclass",
                plan_id="training_trainingplan",
                unit_id="orgs_unit",
                questionnaire_id="questionnaires_questionnaireversion",
            ),
            models.UniqueConstraint(
                fields=["tenant", "plan", "title"],
                name="training_class_once",
                violation_error_message="计划中已有同名的班次，请加上期次，如“第二期”。",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="training_class_days",
                violation_error_message="结班日期不能早于开班日期，请改正。",
            ),
            models.CheckConstraint(
                condition=models.Q(apply_by__lte=models.F("starts_on")),
                name="training_class_apply_by",
                violation_error_message="报名截止不能晚于开班日期，请改正。",
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__gte=1),
                name="training_class_capacity",
                violation_error_message="总名额至少为1。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "unit", "starts_on"], name="training_class_unit")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("training:trainingclass_detail", args=[self.pk])


class Quota(TenantOwned):
    """Places kept for a unit and all below it, until they are released."""

    reach_path: ClassVar[str | None] = "unit__path"

    training_class = models.ForeignKey(
        TrainingClass, on_delete=models.PROTECT, related_name="quotas", verbose_name="班次"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    places = models.PositiveSmallIntegerField("名额")

    class Meta(TenantOwned.Meta):
        verbose_name = "名额"
        ordering = ["unit__path"]
        constraints = [
            *wall(
                "training_quota", training_class_id="training_trainingclass", unit_id="orgs_unit"
            ),
            models.UniqueConstraint(
                fields=["tenant", "training_class", "unit"], name="training_quota_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.places}"


class Teacher(TenantOwned):
    """Who teaches, from the house or invited."""

    name = models.CharField("姓名", max_length=40)
    employer = models.CharField("工作单位", max_length=80)
    title = models.CharField("职务、职称", max_length=60, blank=True)
    is_invited = models.BooleanField("外请", default=False)
    subjects = models.CharField("讲授专题", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "师资"
        ordering = ["name", "id"]
        constraints = [
            *wall("training_teacher"),
            models.UniqueConstraint(
                fields=["tenant", "name", "employer"],
                name="training_teacher_once",
                violation_error_message="师资库中已有此人，请直接选用。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("training:teacher_detail", args=[self.pk])


class Room(TenantOwned):
    """Where lessons are held."""

    name = models.CharField("教室", max_length=80)
    seats = models.PositiveSmallIntegerField("座位数")
    address = models.CharField("地址", max_length=120, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "教室"
        ordering = ["name", "id"]
        constraints = [
            *wall("training_room"),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="training_room_once",
                violation_error_message="已有同名的教室，请直接选用，或在名称中注明所在地。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("training:room_list")


class Lesson(TenantOwned):
    """One line of the timetable. Who teaches and where may be in one place only."""

    reach_path: ClassVar[str | None] = "training_class__unit__path"

    training_class = models.ForeignKey(
        TrainingClass, on_delete=models.PROTECT, related_name="lessons", verbose_name="班次"
    )
    topic = models.CharField("课题", max_length=120)
    form = models.CharField("形式", max_length=20, default="专题讲座")
    day = models.DateField("日期", editable=False)
    half = models.CharField("时段", max_length=10, choices=Half, editable=False)
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    hours = models.DecimalField("学时", max_digits=4, decimal_places=1)
    teacher = models.ForeignKey(
        Teacher, on_delete=models.PROTECT, null=True, blank=True, related_name="lessons",
        verbose_name="授课人",
    )  # fmt: skip
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, blank=True, related_name="lessons",
        verbose_name="教室",
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "课程"
        ordering = ["starts_at", "id"]
        constraints = [
            *wall(
                "training_lesson",
                training_class_id="training_trainingclass",
                teacher_id="training_teacher",
                room_id="training_room",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="training_lesson_order",
                violation_error_message="结束时间须晚于开始时间，请改正。",
            ),
            models.CheckConstraint(
                condition=models.Q(hours__gt=0, hours__lte=8),
                name="training_lesson_hours",
                violation_error_message="每节课的学时应大于0、不超过8（半天按4学时计）。",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "teacher", "starts_at"], name="training_lesson_teacher"),
            models.Index(fields=["tenant", "room", "starts_at"], name="training_lesson_room"),
        ]

    def __str__(self) -> str:
        return self.topic

    @property
    def when_words(self) -> str:
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{start.month}月{start.day}日 {start:%H:%M}—{end:%H:%M}"


class Cost(TenantOwned):
    """One line of the cost sheet: what was planned and what was spent."""

    reach_path: ClassVar[str | None] = "training_class__unit__path"

    training_class = models.ForeignKey(
        TrainingClass, on_delete=models.PROTECT, related_name="costs", verbose_name="班次"
    )
    kind = models.CharField("科目", max_length=10, choices=CostKind)
    planned = models.DecimalField("预算（元）", max_digits=12, decimal_places=2, default=Decimal(0))
    spent = models.DecimalField("实支（元）", max_digits=12, decimal_places=2, default=Decimal(0))
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "经费"
        ordering = ["id"]
        constraints = [
            *wall("training_cost", training_class_id="training_trainingclass"),
            models.UniqueConstraint(
                fields=["tenant", "training_class", "kind"], name="training_cost_once"
            ),
            models.CheckConstraint(
                condition=models.Q(planned__gte=0, spent__gte=0),
                name="training_cost_positive",
                violation_error_message="金额不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
