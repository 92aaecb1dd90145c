"""Lists: classes, plans, teachers, rooms, certificates, people; and the plan's own page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)
from orgs.models import Appointment, Unit
from training.authority import (
    MANAGE_TRAINING,
    SIGN_UP,
    VIEW_TRAINING,
)
from training.enums import SEATED, EnrolmentState, PlanState
from training.filters import ClassFilter
from training.forms import (
    ClassForm,
    OtherForm,
    PlanContentForm,
    PlanForm,
    RoomForm,
    TeacherForm,
)
from training.models import (
    Certificate,
    OtherTraining,
    Room,
    Teacher,
    Trainee,
    TrainingClass,
    TrainingPlan,
)
from training.queries.classes import classes_for, plans_for
from training.queries.people import (
    YEARLY_HOURS,
    own_trainee,
    trainees_for,
    untrained,
    years_of,
)
from training.services.closing import note_other
from training.services.planning import (
    approve_plan,
    draft_plan,
    edit_plan,
    plan_class,
    return_plan,
    submit_plan,
)
from training.services.teaching import keep_room, keep_teacher
from training.tables import (
    PLAN_TONES,
    CertificateTable,
    ClassTable,
    PlanTable,
    RoomTable,
    TeacherTable,
    TraineeTable,
    UntrainedTable,
)

#: Years without training from which a person is listed, and what may be chosen.
YEARS, CHOICES = 2, (1, 2, 3, 5)


def with_counts(classes: Any) -> Any:
    """Who has a seat and who waits, for a list of classes."""
    return classes.annotate(
        seated_count=Count("enrolments", filter=Q(enrolments__state__in=SEATED)),
        waiting_count=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.WAITING)),
    )


def open_units() -> Any:
    return Unit.objects.filter(closed_on__isnull=True)


class ClassList(ListPage):
    """培训班次: of the reach, and those of units above that take sign-ups."""

    permission = VIEW_TRAINING
    queryset = TrainingClass.objects.all()
    table_class = ClassTable
    filterset_class = ClassFilter
    template_name = "training/class_list.html"
    heading = "干部培训"

    def get_queryset(self) -> TenantQuerySet[Any]:
        counted: TenantQuerySet[Any] = with_counts(classes_for(self.actor))
        return counted

    def get_extra(self) -> dict[str, Any]:
        return {
            "manages": self.actor.may(MANAGE_TRAINING),
            "own": own_trainee(self.actor),
        }


class PlanList(ListPage):
    permission = VIEW_TRAINING
    queryset = TrainingPlan.objects.all()
    table_class = PlanTable
    heading = "年度培训计划"

    def get_queryset(self) -> TenantQuerySet[Any]:
        counted: TenantQuerySet[Any] = plans_for(self.actor).annotate(class_count=Count("classes"))
        return counted

    def get_extra(self) -> dict[str, Any]:
        if not self.actor.may(MANAGE_TRAINING):
            return {}
        return {"create_url": reverse("training:plan_create"), "create_label": "编制计划"}


class PlanCreate(FormPage):
    permission = MANAGE_TRAINING
    form_class = PlanForm
    template_name = "training/act.html"
    heading = "编制年度培训计划"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            "units": open_units().within(self.scope),
            "initial": {"unit": self.actor.unit_id, "year": (today() + timedelta(days=60)).year},
        }

    def perform(self, form: Any) -> TrainingPlan:
        values = dict(form.cleaned_data)
        return draft_plan(values.pop("unit"), actor=self.actor, values=values)

    def get_cancel_url(self) -> str:
        return reverse("training:plan_list")


class PlanDetail(DetailPage):
    permission = VIEW_TRAINING
    queryset = TrainingPlan.objects.all()
    template_name = "training/plan_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return plans_for(self.actor)

    def get_facts(self) -> list[tuple[str, Any]]:
        plan: TrainingPlan = self.object
        planned = plan.classes.aggregate(total=Sum("budget"))["total"] or 0
        return [
            ("主办单位", plan.unit),
            ("年度", f"{plan.year}年"),
            ("经费预算", f"{plan.budget:,.2f}元"),
            ("班次预算合计", f"{planned:,.2f}元"),
            ("批准人", plan.approved_by or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        plan: TrainingPlan = self.object
        manages = self.actor.may(MANAGE_TRAINING, at=plan.unit)
        return {
            "tone": PLAN_TONES[PlanState(plan.state)],
            "classes": with_counts(plan.classes.order_by("starts_on", "pk")),
            "may_edit": manages and plan.state == PlanState.DRAFT,
            "may_add": manages and plan.state != PlanState.SUBMITTED,
            "manages": manages,
        }


class _OfPlan(RecordsMixin, FormPage, base=True):
    permission = MANAGE_TRAINING
    queryset = TrainingPlan.objects.select_related("unit")
    template_name = "training/act.html"

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class PlanEdit(_OfPlan):
    form_class = PlanContentForm
    heading = "修改培训计划"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        plan = self.get_object()
        return {"initial": {"aim": plan.aim, "budget": plan.budget}}

    def perform(self, form: Any) -> TrainingPlan:
        return edit_plan(self.get_object(), actor=self.actor, values=form.cleaned_data)


class ClassCreate(_OfPlan):
    form_class = ClassForm
    heading = "增加班次"
    success_message = "已列入计划。接着可以分配名额、排课表。"

    def perform(self, form: Any) -> TrainingClass:
        return plan_class(self.get_object(), actor=self.actor, values=form.cleaned_data)


class PlanStep(StepPage):
    permission = VIEW_TRAINING
    queryset = TrainingPlan.objects.select_related("unit")
    services = {"submit": submit_plan, "approve": approve_plan, "return": return_plan}


class TeacherList(ListPage):
    permission = MANAGE_TRAINING
    queryset = Teacher.objects.all()
    table_class = TeacherTable
    heading = "师资库"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return Teacher.objects.annotate(hours_taught=Sum("lessons__hours"))  # type: ignore[return-value]

    def get_extra(self) -> dict[str, Any]:
        return {"create_url": reverse("training:teacher_create"), "create_label": "登记师资"}


class TeacherDetail(DetailPage):
    permission = MANAGE_TRAINING
    queryset = Teacher.objects.all()
    template_name = "training/teacher_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        teacher: Teacher = self.object
        return [
            ("工作单位", teacher.employer),
            ("职务、职称", teacher.title or "—"),
            ("来源", "外请" if teacher.is_invited else "本地"),
            ("讲授专题", teacher.subjects or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        lessons = self.object.lessons.select_related("training_class", "room")
        return {"lessons": lessons.order_by("-starts_at")[:50]}


class TeacherCreate(FormPage):
    permission = MANAGE_TRAINING
    form_class = TeacherForm
    template_name = "training/act.html"
    heading = "登记师资"

    def perform(self, form: Any) -> Teacher:
        return keep_teacher(None, actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("training:teacher_list")


class TeacherEdit(RecordsMixin, FormPage):
    permission = MANAGE_TRAINING
    queryset = Teacher.objects.all()
    form_class = TeacherForm
    template_name = "training/act.html"
    heading = "修改师资"

    def get_form_kwargs(self) -> dict[str, Any]:
        teacher = self.get_object()
        names = ("name", "employer", "title", "is_invited", "subjects")
        return {"initial": {name: getattr(teacher, name) for name in names}}

    def perform(self, form: Any) -> Teacher:
        return keep_teacher(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class RoomList(ListPage):
    permission = MANAGE_TRAINING
    queryset = Room.objects.all()
    table_class = RoomTable
    heading = "教室"

    def get_extra(self) -> dict[str, Any]:
        return {"create_url": reverse("training:room_create"), "create_label": "登记教室"}


class RoomCreate(FormPage):
    permission = MANAGE_TRAINING
    form_class = RoomForm
    template_name = "training/act.html"
    heading = "登记教室"

    def perform(self, form: Any) -> Room:
        return keep_room(None, actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("training:room_list")


class CertificateList(ListPage):
    permission = VIEW_TRAINING
    queryset = Certificate.objects.select_related(
        "enrolment__trainee", "enrolment__unit", "enrolment__training_class"
    )
    table_class = CertificateTable
    heading = "结业证书"


class TraineeList(ListPage):
    """学时档案: hours are recorded here and compared nowhere (R2)."""

    permission = VIEW_TRAINING
    queryset = Trainee.objects.all()
    table_class = TraineeTable
    template_name = "training/trainee_list.html"
    heading = "学时档案"

    def get_queryset(self) -> TenantQuerySet[Any]:
        words = self.request.GET.get("words", "").strip()
        people = trainees_for(self.actor)
        if words:
            people = people.filter(Q(name__icontains=words) | Q(unit__name__icontains=words))
        return people.annotate(
            year_hours=Sum(
                "enrolments__hours",
                filter=Q(enrolments__training_class__ends_on__year=today().year),
            )
        )

    def get_extra(self) -> dict[str, Any]:
        return {
            "words": self.request.GET.get("words", ""),
            "signs_up": self.actor.may(SIGN_UP),
        }


class TraineeDetail(DetailPage):
    permission = VIEW_TRAINING
    queryset = Trainee.objects.all()
    template_name = "training/trainee_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return trainees_for(self.actor)

    def get_facts(self) -> list[tuple[str, Any]]:
        return [("单位", self.object.unit), ("职务", self.object.duty or "—")]

    def get_extra(self) -> dict[str, Any]:
        return {
            "heading": f"{self.object.name}的学时档案",
            "years": years_of(self.object),
            "yearly": YEARLY_HOURS,
            "others": self.object.others.all(),
        }


class OtherNote(FormPage):
    """登记外部培训."""

    permission = SIGN_UP
    form_class = OtherForm
    template_name = "training/act.html"
    heading = "登记外部培训"
    help_text = "同一次培训只登记一次；登记后可在学时档案中附上结业证明。"
    success_message = "已登记。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            "units": open_units().within(self.scope),
            "initial": {"unit": self.actor.unit_id},
        }

    def perform(self, form: Any) -> OtherTraining:
        values = dict(form.cleaned_data)
        unit, name, duty = values.pop("unit"), values.pop("name"), values.pop("duty")
        return note_other(unit, actor=self.actor, name=name, duty=duty, values=values)

    def get_success_url(self, result: OtherTraining) -> str:
        return str(result.trainee.get_absolute_url())

    def get_cancel_url(self) -> str:
        return reverse("training:trainee_list")


class UntrainedList(ListPage):
    """多年未训: holders of posts who completed nothing for so many years."""

    permission = VIEW_TRAINING
    queryset = Appointment.objects.all()
    table_class = UntrainedTable
    template_name = "training/untrained.html"
    heading = "多年未参加培训的人员"

    @property
    def years(self) -> int:
        asked = self.request.GET.get("years", "")
        return int(asked) if asked in {str(choice) for choice in CHOICES} else YEARS

    def get_queryset(self) -> TenantQuerySet[Any]:
        return untrained(self.actor, years=self.years)

    def get_extra(self) -> dict[str, Any]:
        return {"years": self.years, "choices": CHOICES}
