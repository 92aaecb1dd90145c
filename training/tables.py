"""Tables of the training."""

from __future__ import annotations

import django_tables2

from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from orgs.models import Appointment
from training.enums import (
    CertificateState,
    ClassState,
    EnrolmentState,
    LeaveState,
    PlanState,
)
from training.models import Certificate, Room, Teacher, Trainee, TrainingClass, TrainingPlan

PLAN_TONES = {
    PlanState.DRAFT: "draft",
    PlanState.SUBMITTED: "submitted",
    PlanState.APPROVED: "ok",
}
CLASS_TONES = {
    ClassState.PLANNED: "draft",
    ClassState.OPEN: "info",
    ClassState.LISTED: "info",
    ClassState.RUNNING: "warn",
    ClassState.FINISHED: "submitted",
    ClassState.ARCHIVED: "ok",
    ClassState.CANCELLED: "draft",
}
ENROLMENT_TONES = {
    EnrolmentState.REQUESTED: "submitted",
    EnrolmentState.DECLINED: "draft",
    EnrolmentState.WAITING: "warn",
    EnrolmentState.BOOKED: "info",
    EnrolmentState.CANCELLED: "draft",
    EnrolmentState.MOVED: "draft",
    EnrolmentState.EXPELLED: "bad",
    EnrolmentState.COMPLETED: "ok",
    EnrolmentState.INCOMPLETE: "bad",
}
LEAVE_TONES = {LeaveState.ASKED: "submitted", LeaveState.GRANTED: "ok", LeaveState.REFUSED: "bad"}
CERTIFICATE_TONES = {CertificateState.VALID: "ok", CertificateState.REVOKED: "bad"}


class PlanTable(GongjianTable):
    title = django_tables2.Column(
        "计划",
        accessor="__str__",
        orderable=False,
        linkify=lambda record: record.get_absolute_url(),
    )
    year = django_tables2.Column("年度")
    classes = NumberColumn(verbose_name="班次", accessor="class_count", orderable=False)
    budget = NumberColumn(verbose_name="预算（元）")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = TrainingPlan
        fields = ["title", "year", "classes", "budget", "state"]
        sequence = fields
        order_by = ("-year",)
        empty_text = "还没有培训计划。"

    def render_state(self, record: TrainingPlan) -> str:
        return chip(record.get_state_display(), PLAN_TONES[PlanState(record.state)])


class ClassTable(GongjianTable):
    title = django_tables2.Column("班次", linkify=lambda record: record.get_absolute_url())
    region = django_tables2.Column("区内区外")
    starts_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="开班")
    ends_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="结班")
    place = django_tables2.Column("地点")
    seats = django_tables2.Column(
        "录取／名额", empty_values=(), orderable=False, attrs={"td": {"class": "num nowrap"}}
    )
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = TrainingClass
        fields = ["title", "region", "starts_on", "ends_on", "place", "seats", "state"]
        sequence = fields
        order_by = ("-starts_on",)
        empty_text = "还没有培训班次。编制并批准年度计划后，班次会出现在这里。"

    def render_seats(self, record: TrainingClass) -> str:
        waiting = getattr(record, "waiting_count", 0)
        text = f"{getattr(record, 'seated_count', 0)}／{record.capacity}"
        return f"{text}（候补{waiting}）" if waiting else text

    def render_state(self, record: TrainingClass) -> str:
        return chip(record.get_state_display(), CLASS_TONES[ClassState(record.state)])


class TeacherTable(GongjianTable):
    name = django_tables2.Column("姓名", linkify=lambda record: record.get_absolute_url())
    employer = django_tables2.Column("工作单位")
    title = django_tables2.Column("职务、职称")
    is_invited = django_tables2.BooleanColumn(verbose_name="外请", yesno="是,否")
    subjects = django_tables2.Column("讲授专题")
    taught = NumberColumn(verbose_name="授课学时", accessor="hours_taught", orderable=False)

    class Meta(GongjianTable.Meta):
        model = Teacher
        fields = ["name", "employer", "title", "is_invited", "subjects", "taught"]
        sequence = fields
        empty_text = "还没有登记师资。"


class RoomTable(GongjianTable):
    name = django_tables2.Column("教室")
    seats = NumberColumn(verbose_name="座位数")
    address = django_tables2.Column("地址")

    class Meta(GongjianTable.Meta):
        model = Room
        fields = ["name", "seats", "address"]
        sequence = fields
        empty_text = "还没有登记教室。"


class CertificateTable(GongjianTable):
    number = django_tables2.Column("证书编号", linkify=lambda record: record.get_absolute_url())
    name = django_tables2.Column("姓名", accessor="enrolment__trainee__name")
    unit = django_tables2.Column("单位", accessor="enrolment__unit__name")
    training_class = django_tables2.Column("班次", accessor="enrolment__training_class__title")
    issued_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="发证日期")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Certificate
        fields = ["number", "name", "unit", "training_class", "issued_on", "state"]
        sequence = fields
        order_by = ("-issued_on",)
        empty_text = "还没有结业证书。"

    def render_state(self, record: Certificate) -> str:
        return chip(record.get_state_display(), CERTIFICATE_TONES[CertificateState(record.state)])


class TraineeTable(GongjianTable):
    name = django_tables2.Column("姓名", linkify=lambda record: record.get_absolute_url())
    unit = django_tables2.Column("单位")
    duty = django_tables2.Column("职务")
    hours = NumberColumn(verbose_name="本年学时", accessor="year_hours", orderable=False)

    class Meta(GongjianTable.Meta):
        model = Trainee
        fields = ["name", "unit", "duty", "hours"]
        sequence = fields
        empty_text = "还没有学员。"


class UntrainedTable(GongjianTable):
    name = django_tables2.Column("姓名", accessor="user__person_name", orderable=False)
    unit = django_tables2.Column("单位", accessor="post__unit__name", orderable=False)
    post = django_tables2.Column("职务", accessor="post__title", orderable=False)
    starts_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="任职日期", orderable=False)
    last_on = django_tables2.DateColumn(
        format="Y-m-d", verbose_name="最近一次培训", orderable=False, default="没有记录"
    )

    class Meta(GongjianTable.Meta):
        model = Appointment
        fields = ["name", "unit", "post", "starts_on", "last_on"]
        sequence = fields
        empty_text = "没有多年未参加培训的人员。"
