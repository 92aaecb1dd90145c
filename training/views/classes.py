"""The page of one class and the acts of its organizer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.documents.authority import DRAFT_DOCUMENT
from gongjian.commons.documents.models import OfficialDocument, ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.documents.views import file_answer
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    Page,
    RecordsMixin,
    StepPage,
)
from orgs.models import Unit
from training.authority import (
    APPROVE_SIGN_UP,
    APPROVE_TRAINING,
    MANAGE_TRAINING,
    SIGN_UP,
    VIEW_TRAINING,
)
from training.documents import ARCHIVE, CERTIFICATES, SHEETS, TIMETABLE
from training.enums import (
    ENROLLING,
    HELD,
    SEATED,
    ClassState,
    EnrolmentState,
    LeaveState,
)
from training.forms import (
    ClassForm,
    CostForm,
    LateForm,
    LessonForm,
    PapersForm,
    QuestionnaireForm,
    QuotaForm,
)
from training.models import Cost, Leave, Lesson, TrainingClass
from training.queries.classes import classes_for, notices_of
from training.queries.closing import SLOTS, closing_pack, evaluation_of
from training.queries.hours import RULE, half_days, roll_of, tallies
from training.queries.people import enrolments_for
from training.queries.places import Places
from training.services.closing import (
    archive_class,
    explain_late,
    grant_late,
    issue_certificates,
    write_papers,
)
from training.services.planning import (
    cancel_class,
    draft_notice,
    edit_class,
    open_class,
    release_quotas,
    set_quotas,
    write_cost,
)
from training.services.running import (
    choose_questionnaire,
    finish_class,
    own_seat,
    settle_list,
    start_class,
)
from training.services.teaching import drop_lesson, edit_lesson, put_lesson
from training.tables import CLASS_TONES, ENROLMENT_TONES
from training.workbook import roster

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CLASSES = TrainingClass.objects.select_related("unit", "plan__unit")
#: What the line of stages shows; a cancelled class has none.
STAGES = (
    ClassState.PLANNED,
    ClassState.OPEN,
    ClassState.LISTED,
    ClassState.RUNNING,
    ClassState.FINISHED,
    ClassState.ARCHIVED,
)


class ClassDetail(DetailPage):
    permission = VIEW_TRAINING
    queryset = TrainingClass.objects.all()
    template_name = "training/class_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return classes_for(self.actor)

    def get_facts(self) -> list[tuple[str, Any]]:
        item: TrainingClass = self.object
        return [
            ("时间", f"{item.starts_on:%Y-%m-%d} 至 {item.ends_on:%Y-%m-%d}"),
            ("地点", f"{item.place}（{item.get_region_display()}）"),
            ("培训对象", item.audience),
            ("主办单位", item.unit),
            ("班主任", " ".join(filter(None, [item.head, item.contact])) or "—"),
            ("报名截止", f"{item.apply_by:%Y-%m-%d}"),
        ]

    def get_extra(self) -> dict[str, Any]:
        item: TrainingClass = self.object
        manages = self.actor.may(MANAGE_TRAINING, at=item.unit)
        return {
            "tone": CLASS_TONES[ClassState(item.state)],
            "stages": self._stages(),
            "manages": manages,
            "places": Places(item),
            "shares": self._shares(manages),
            "people": self._people(),
            "timetable": half_days(item),
            "may_sign_up": item.state == ClassState.OPEN and self.actor.may(SIGN_UP),
            "may_schedule": manages and item.state in {ClassState.PLANNED, ClassState.OPEN},
            "may_alter_lessons": manages
            and item.state
            in {ClassState.PLANNED, ClassState.OPEN, ClassState.LISTED, ClassState.RUNNING},
            "may_edit": manages and item.state in {ClassState.PLANNED, *ENROLLING},
            "may_release": manages
            and item.state in ENROLLING
            and item.quotas_released_at is None
            and item.quotas.exists(),
            "own_seat": own_seat(item, self.actor.user_id),
            **(self._organizer() if manages else {}),
            **self._late(manages),
        }

    def _stages(self) -> list[tuple[str, str]]:
        if self.object.state == ClassState.CANCELLED:
            return []
        now = STAGES.index(ClassState(self.object.state))
        return [
            (str(state.label), "past" if place < now else "now" if place == now else "")
            for place, state in enumerate(STAGES)
        ]

    def _shares(self, manages: bool) -> list[Any]:  # noqa: FBT001 -- who looks
        """All quotas for the organizer; a unit sees the one that it draws on."""
        places = Places(self.object)
        if manages:
            return list(places.shares.values())
        share = places.share_of(self.actor.path)
        return [share] if share else []

    def _people(self) -> list[dict[str, Any]]:
        found = tallies(self.object)
        enrolments = enrolments_for(self.actor).filter(training_class=self.object)
        return [
            {
                "enrolment": enrolment,
                "tone": ENROLMENT_TONES[EnrolmentState(enrolment.state)],
                "tally": found.get((enrolment.unit_id, enrolment.trainee.name)),
                "may_approve": enrolment.state == EnrolmentState.REQUESTED
                and self.actor.may(APPROVE_SIGN_UP, at=enrolment.unit),
            }
            for enrolment in enrolments.order_by("turn", "pk")
        ]

    def _organizer(self) -> dict[str, Any]:
        item: TrainingClass = self.object
        roll = roll_of(item)
        costs = list(item.costs.all())
        totals = item.costs.aggregate(planned=Sum("planned"), spent=Sum("spent"))
        seated = item.enrolments.filter(state__in=SEATED).count()
        spent = totals["spent"] or Decimal(0)
        held = item.state in HELD
        pack = closing_pack(item) if item.state == ClassState.RUNNING or held else []
        return {
            "sessions": roll.sessions.all() if roll else [],
            "is_sealed": roll is not None and roll.closed_at is not None,
            "leaves": Leave.objects.filter(
                enrolment__training_class=item, state=LeaveState.ASKED
            ).select_related("enrolment__trainee", "enrolment__unit"),
            "rule": RULE,
            "notices": notices_of(item),
            "may_draft_notice": item.state in {ClassState.PLANNED, ClassState.OPEN}
            and self.actor.may(DRAFT_DOCUMENT),
            "evaluation": evaluation_of(item),
            "pack": pack,
            "is_incomplete": any(not piece.is_there for piece in pack),
            "slots": SLOTS.items(),
            "costs": costs,
            "cost_total": totals,
            "cost_each": spent / seated if seated else None,
            "may_cost": item.state not in {ClassState.ARCHIVED, ClassState.CANCELLED},
            "may_score": item.state == ClassState.RUNNING,
            "may_evaluate_on_paper": item.questionnaire_id
            and item.state in {ClassState.RUNNING, ClassState.FINISHED},
            "may_certify": held
            and item.enrolments.filter(state=EnrolmentState.COMPLETED)
            .exclude(certificates__state="valid")
            .exists(),
            "has_certificates": item.enrolments.filter(certificates__state="valid").exists(),
        }

    def _late(self, manages: bool) -> dict[str, Any]:  # noqa: FBT001 -- who looks
        item: TrainingClass = self.object
        waits = item.state == ClassState.FINISHED and item.late_reason and not item.late_granted_by
        decides = self.actor.may(APPROVE_TRAINING, at=item.unit)
        return {
            "late": item.late_reason if manages or decides else "",
            "may_grant_late": bool(waits) and decides,
        }


class ClassStep(StepPage):
    permission = MANAGE_TRAINING
    queryset = _CLASSES
    services = {
        "open": open_class,
        "list": settle_list,
        "start": start_class,
        "finish": finish_class,
        "archive": archive_class,
        "cancel": cancel_class,
    }


class OfClass(RecordsMixin, FormPage, base=True):
    """An act of the organizer on one class."""

    permission = MANAGE_TRAINING
    queryset = _CLASSES
    template_name = "training/act.html"

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class ClassEdit(OfClass):
    form_class = ClassForm
    heading = "修改班次安排"
    success_message = "已保存。名额增加的，候补人员已按次序录取。"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        return {"initial": {name: getattr(item, name) for name in ClassForm.base_fields}}

    def perform(self, form: Any) -> TrainingClass:
        return edit_class(self.get_object(), actor=self.actor, values=form.cleaned_data)


class QuotaEdit(OfClass):
    form_class = QuotaForm
    template_name = "training/quotas.html"
    heading = "分配名额"
    success_message = "名额已分配。"

    def get_help(self) -> str:
        return f"总名额{self.get_object().capacity}个；填0表示不单列，单位人员可登记候补。"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        below = Unit.objects.filter(closed_on__isnull=True, path__under=item.unit.path)
        units = [unit for unit in below.order_by("path") if unit.depth <= item.unit.depth + 1]
        known = {quota.unit_id: quota.places for quota in item.quotas.select_related("unit")}
        shown = {unit.pk for unit in units}
        units += list(Unit.objects.filter(pk__in=set(known) - shown))
        return {"units": units, "known": known}

    def perform(self, form: Any) -> TrainingClass:
        return set_quotas(self.get_object(), actor=self.actor, places=form.places())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object(), "help_text": self.get_help()}


class QuotaRelease(RecordsMixin, ConfirmPage):
    permission = MANAGE_TRAINING
    queryset = _CLASSES
    heading = "放开名额"
    submit_label = "放开"
    success_message = "名额已放开，候补人员已按次序录取。"

    def perform(self, form: Any) -> TrainingClass:
        return release_quotas(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {
            "question": "各单位没有用完的名额将统一使用，由候补人员按次序录取。"
            "放开后不能再按单位分配。"
        }


class NoticeDraft(RecordsMixin, ConfirmPage):
    permission = MANAGE_TRAINING
    queryset = _CLASSES
    heading = "起草培训通知"
    submit_label = "起草"

    def perform(self, form: Any) -> OfficialDocument:
        return draft_notice(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {
            "question": "由班次安排、名额分配和课程表生成通知草稿，之后在公文中修改、签发、印发。"
        }


class Roster(RecordsMixin, Page):
    """学员名册 as a workbook."""

    permission = MANAGE_TRAINING
    queryset = _CLASSES

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item = self.get_object()
        return file_answer(
            roster(item), name=f"{item}学员名册.xlsx", content_type=XLSX, as_attachment=True
        )


class LessonAdd(OfClass):
    form_class = LessonForm
    heading = "排课"
    success_message = "已排入课表。"

    def get_form_kwargs(self) -> dict[str, Any]:
        start = self.get_object().starts_on
        return {"initial": {"starts_at": f"{start}T09:00", "ends_at": f"{start}T11:30"}}

    def perform(self, form: Any) -> Lesson:
        return put_lesson(self.get_object(), actor=self.actor, values=form.cleaned_data)


class _OfLesson(RecordsMixin, FormPage, base=True):
    permission = MANAGE_TRAINING
    queryset = Lesson.objects.select_related("training_class__unit")
    template_name = "training/act.html"

    def get_cancel_url(self) -> str:
        return str(self.get_object().training_class.get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        held = result if isinstance(result, TrainingClass) else result.training_class
        return str(held.get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class LessonEdit(_OfLesson):
    form_class = LessonForm
    heading = "调整课程"
    success_message = "课表已调整。"

    def get_form_kwargs(self) -> dict[str, Any]:
        lesson = self.get_object()
        return {"initial": {name: getattr(lesson, name) for name in LessonForm.base_fields}}

    def perform(self, form: Any) -> Lesson:
        return edit_lesson(self.get_object(), actor=self.actor, values=form.cleaned_data)


class LessonDrop(_OfLesson, ConfirmPage):
    template_name = "web/confirm.html"
    heading = "删除课程"
    submit_label = "删除"
    success_message = "已从课表删除。"

    def perform(self, form: Any) -> TrainingClass:
        return drop_lesson(self.get_object(), actor=self.actor)

    def get_extra(self) -> dict[str, Any]:
        lesson = self.get_object()
        return {"question": f"从课表中删除“{lesson}”（{lesson.when_words}）？"}


class CostWrite(OfClass):
    form_class = CostForm
    heading = "登记经费"
    help_text = "一个科目一行；再次填写同一科目即修改。"
    success_message = "已登记。"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        cost = item.costs.filter(kind=self.request.GET.get("kind", "")).first()
        if cost is None:
            return {}
        return {"initial": {name: getattr(cost, name) for name in CostForm.base_fields}}

    def perform(self, form: Any) -> Cost:
        return write_cost(self.get_object(), actor=self.actor, values=form.cleaned_data)


class PapersWrite(OfClass):
    form_class = PapersForm
    heading = "开班议程和办班小结"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        return {"initial": {"opening": item.opening, "summary": item.summary}}

    def perform(self, form: Any) -> TrainingClass:
        return write_papers(self.get_object(), actor=self.actor, values=form.cleaned_data)


class QuestionnaireChoose(OfClass):
    form_class = QuestionnaireForm
    heading = "设定评价问卷"
    success_message = "已设定。课程结束后学员可匿名评价。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.get_object().questionnaire_id}}

    def perform(self, form: Any) -> TrainingClass:
        return choose_questionnaire(
            self.get_object(), actor=self.actor, version=form.cleaned_data["version"]
        )


class LateExplain(OfClass):
    form_class = LateForm
    heading = "说明材料不全的原因"
    submit_label = "报请同意"
    success_message = "已报领导小组领导，同意后可以归档。"

    def perform(self, form: Any) -> TrainingClass:
        return explain_late(self.get_object(), actor=self.actor, reason=form.cleaned_data["reason"])


class LateGrant(RecordsMixin, ConfirmPage):
    permission = APPROVE_TRAINING
    queryset = _CLASSES
    heading = "同意材料不全归档"
    submit_label = "同意"
    success_message = "已同意，主办单位可以归档。"

    def perform(self, form: Any) -> TrainingClass:
        return grant_late(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        missing = "、".join(p.label for p in closing_pack(self.get_object()) if not p.is_there)
        return {"question": f"缺少：{missing or '无'}。说明：{self.get_object().late_reason}"}


class CertificatesIssue(RecordsMixin, ConfirmPage):
    permission = MANAGE_TRAINING
    queryset = _CLASSES
    heading = "发结业证书"
    submit_label = "编号发证"
    success_message = "已编号发证，可以打印。"

    def perform(self, form: Any) -> Any:
        return issue_certificates(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        count = (
            self.get_object()
            .enrolments.filter(state=EnrolmentState.COMPLETED)
            .exclude(certificates__state="valid")
            .count()
        )
        return {"question": f"给{count}名结业学员编号发证。证书可由任何人凭核验码核验。"}


class PrintClass(RecordsMixin, ConfirmPage):
    """Ask for one of the papers of a class."""

    permission = VIEW_TRAINING
    queryset = _CLASSES
    submit_label = "生成"
    papers = {
        "timetable": TIMETABLE,
        "sheets": SHEETS,
        "certificates": CERTIFICATES,
        "archive": ARCHIVE,
    }

    def get_queryset(self) -> TenantQuerySet[Any]:
        if self.kwargs["paper"] == "timetable":
            return classes_for(self.actor)
        managed: TenantQuerySet[Any] = TrainingClass.objects.within(
            self.actor.scope(MANAGE_TRAINING)
        ).select_related("unit", "plan__unit")
        return managed

    def get_heading(self) -> str:
        return f"打印{self.papers[self.kwargs['paper']].label}"

    def perform(self, form: Any) -> ReportJob:
        kind = self.papers[self.kwargs["paper"]]
        item = self.get_object()
        return request_report(
            kind.key, actor=self.actor, parameters={"training_class": item.pk},
            title=f"{item}{kind.label}",
        )  # fmt: skip

    def get_success_url(self, result: ReportJob) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
