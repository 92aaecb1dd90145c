"""People in classes: trainees, enrolments, leave, certificates, training elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from training.authority import APPROVE_SIGN_UP, MANAGE_TRAINING, SIGN_UP
from training.enums import CertificateState, EnrolmentState, LeaveKind, LeaveState
from training.models.plans import TrainingClass

_E = EnrolmentState
_L = LeaveState
_V = CertificateState


class Trainee(TenantOwned):
    """A person who is trained, over the years. Name, unit, post and no more (R8)."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("职务", max_length=60, blank=True)
    # The account, where the person has one: the personal page and the evaluation hang on it.
    user_ref = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "学员"
        ordering = ["unit__path", "name", "id"]
        constraints = [
            *wall("training_trainee", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "name"],
                name="training_trainee_once",
                violation_error_message="此人已登记；同单位同名的，请在姓名后注明以便区分。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "user_ref"], name="training_trainee_user")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("training:trainee_detail", args=[self.pk])


class Enrolment(TenantOwned, Stateful):
    """A person's way through one class. ``turn``: who waits, waits by the order of approval."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField(
        "状态", max_length=20, choices=_E, default=_E.REQUESTED, editable=False
    )
    training_class = models.ForeignKey(
        TrainingClass, on_delete=models.PROTECT, related_name="enrolments", verbose_name="班次"
    )
    trainee = models.ForeignKey(
        Trainee, on_delete=models.PROTECT, related_name="enrolments", verbose_name="学员"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    turn = models.PositiveIntegerField("次序", null=True, blank=True, editable=False)
    lodging = models.BooleanField("需要住宿", default=False)
    note = models.CharField("备注", max_length=200, blank=True)
    nominated_by = models.CharField("报名人", max_length=200, blank=True, editable=False)
    approved_by = models.CharField("批准人", max_length=200, blank=True, editable=False)
    moved_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False,
        related_name="moved_to", verbose_name="转自",
    )  # fmt: skip
    score = models.DecimalField(
        "考核成绩", max_digits=5, decimal_places=1, null=True, blank=True, editable=False
    )
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=1, null=True, blank=True, editable=False
    )
    missed_hours = models.DecimalField(
        "缺课学时", max_digits=5, decimal_places=1, default=Decimal(0), editable=False
    )
    result_reason = models.CharField("结果说明", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        # Places are given by the order of turns and by nobody's hand: see services.places.
        Step(
            "book", "录取", frozenset({_E.REQUESTED, _E.WAITING}), _E.BOOKED, MANAGE_TRAINING,
            "training.enrolment.booked", style="primary", icon="circle-check",
        ),
        Step(
            "wait", "列入候补", frozenset({_E.REQUESTED}), _E.WAITING, MANAGE_TRAINING,
            "training.enrolment.waiting", icon="clock",
        ),
        Step(
            "decline", "不同意参加", frozenset({_E.REQUESTED}), _E.DECLINED, APPROVE_SIGN_UP,
            "training.enrolment.declined", needs_reason=True, style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "cancel", "取消报名", frozenset({_E.REQUESTED, _E.WAITING, _E.BOOKED}), _E.CANCELLED,
            SIGN_UP, "training.enrolment.cancelled", needs_reason=True, style="danger", icon="x",
        ),
        Step(
            "move", "转班", frozenset({_E.WAITING, _E.BOOKED}), _E.MOVED, SIGN_UP,
            "training.enrolment.moved", icon="arrow-right",
        ),
        Step(
            "expel", "退学", frozenset({_E.BOOKED}), _E.EXPELLED, MANAGE_TRAINING,
            "training.enrolment.expelled", needs_reason=True, style="danger", icon="ban",
        ),
        Step(
            "complete", "结业", frozenset({_E.BOOKED}), _E.COMPLETED, MANAGE_TRAINING,
            "training.enrolment.completed", style="primary", icon="circle-check",
        ),
        Step(
            "fail", "未结业", frozenset({_E.BOOKED}), _E.INCOMPLETE, MANAGE_TRAINING,
            "training.enrolment.incomplete", icon="alert-circle",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "报名"
        ordering = ["turn", "id"]
        constraints = [
            *wall(
                "training_enrolment",
                training_class_id="training_trainingclass",
                trainee_id="training_trainee",
                unit_id="orgs_unit",
                moved_from_id="training_enrolment",
            ),
            models.UniqueConstraint(
                fields=["tenant", "training_class", "trainee"],
                condition=models.Q(
                    state__in=["requested", "waiting", "booked", "completed", "incomplete"]
                ),
                name="training_enrolment_once",
                violation_error_message="此人已报名这个班次，不必重复报名。",
            ),
            models.UniqueConstraint(
                fields=["tenant", "training_class", "turn"], name="training_enrolment_turn"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["waiting", "booked"]) | models.Q(turn__isnull=False),
                name="training_enrolment_in_turn",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "training_class", "state"], name="training_enrol_state")
        ]

    def __str__(self) -> str:
        return f"{self.trainee.name}（{self.training_class.title}）"

    def get_absolute_url(self) -> str:
        return reverse("training:enrolment_detail", args=[self.pk])


class Leave(TenantOwned, Stateful):
    """Leave from some half-days of a class; ``sessions`` are those of the roll."""

    reach_path: ClassVar[str | None] = "enrolment__unit__path"

    state = models.CharField("状态", max_length=20, choices=_L, default=_L.ASKED, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="leaves", verbose_name="学员"
    )
    kind = models.CharField("类别", max_length=10, choices=LeaveKind)
    reason = models.CharField("事由", max_length=200)
    sessions = ArrayField(models.BigIntegerField(), verbose_name="请假场次")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1, editable=False)
    asked_by = models.CharField("申请人", max_length=200, editable=False)
    decided_by = models.CharField("批准人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "grant", "准假", frozenset({_L.ASKED}), _L.GRANTED, MANAGE_TRAINING,
            "training.leave.granted", style="primary", icon="circle-check",
        ),
        Step(
            "refuse", "不准假", frozenset({_L.ASKED}), _L.REFUSED, MANAGE_TRAINING,
            "training.leave.refused", needs_reason=True, style="danger", icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "请假"
        ordering = ["-id"]
        constraints = wall("training_leave", enrolment_id="training_enrolment")

    def __str__(self) -> str:
        return f"{self.enrolment.trainee.name}{self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return self.enrolment.get_absolute_url()


class Certificate(TenantOwned, Stateful):
    """结业证书: what was printed is kept, and anyone may ask whether it still holds."""

    reach_path: ClassVar[str | None] = "enrolment__unit__path"

    state = models.CharField("状态", max_length=20, choices=_V, default=_V.VALID, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="certificates", verbose_name="学员"
    )
    number = models.CharField("证书编号", max_length=40, editable=False)
    code = models.CharField("核验码", max_length=20, editable=False)
    issued_on = models.DateField("发证日期", editable=False)
    #: Every printed field as it was printed, in its order: [[label, value], …].
    printed = models.JSONField("证书内容", default=list, editable=False)
    revoked_on = models.DateField("撤销日期", null=True, blank=True, editable=False)
    revoked_reason = models.CharField("撤销理由", max_length=500, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "revoke", "撤销证书", frozenset({_V.VALID}), _V.REVOKED, MANAGE_TRAINING,
            "training.certificate.revoked", needs_reason=True, style="danger", icon="ban",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "结业证书"
        ordering = ["number", "id"]
        constraints = [
            *wall("training_certificate", enrolment_id="training_enrolment"),
            models.UniqueConstraint(
                fields=["tenant", "number"], name="training_certificate_number"
            ),
            models.UniqueConstraint(fields=["tenant", "code"], name="training_certificate_code"),
            models.UniqueConstraint(
                fields=["tenant", "enrolment"],
                condition=models.Q(state="valid"),
                name="training_certificate_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("training:certificate_detail", args=[self.pk])


class OtherTraining(TenantOwned):
    """Training elsewhere, written down once with its proof."""

    reach_path: ClassVar[str | None] = "trainee__unit__path"

    trainee = models.ForeignKey(
        Trainee, on_delete=models.PROTECT, related_name="others", verbose_name="学员"
    )
    title = models.CharField("培训名称", max_length=120)
    organizer = models.CharField("主办单位", max_length=100)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    noted_by = models.CharField("登记人", max_length=200, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "外部培训"
        ordering = ["-ends_on", "-id"]
        constraints = [
            *wall("training_othertraining", trainee_id="training_trainee"),
            models.UniqueConstraint(
                fields=["tenant", "trainee", "title", "starts_on"],
                name="training_other_once",
                violation_error_message="这次培训已经登记过，不必重复登记。",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="training_other_days",
                violation_error_message="结束日期不能早于开始日期，请改正。",
            ),
            models.CheckConstraint(
                condition=models.Q(hours__gt=0, hours__lte=550),
                name="training_other_hours",
                violation_error_message="学时应大于0（半天4学时，一天8学时）。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
