"""Study topics on screen."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin, StepPage
from orgs.models import Unit
from seminars.authority import APPLY_TOPIC, DECIDE_TOPIC, VIEW_TOPIC
from seminars.enums import RUNNING, MilestoneKind, TopicState
from seminars.filters import TopicFilter
from seminars.forms import AnswerForm, ApproveForm, ExtensionForm, ReportForm, TopicForm
from seminars.models import StudyTopic, TopicMilestone
from seminars.services.topics import (
    answer_extension,
    apply_topic,
    approve_topic,
    ask_extension,
    decline_topic,
    expected_report,
    finish_topic,
    pass_topic,
    report_topic,
    send_back_topic,
    withdraw_topic,
    write_topic,
)
from seminars.tables import TopicTable

_WRITABLE = [TopicState.DRAFT, TopicState.DECLINED]
_CHAIN = (
    (TopicState.DRAFT, "申报"),
    (TopicState.APPLIED, "立项"),
    (TopicState.APPROVED, "开题"),
    (TopicState.OPENED, "中期检查"),
    (TopicState.MIDTERM, "结题报告"),
    (TopicState.FINISHING, "结题"),
)


class _Readable(RecordsMixin):
    """Topics within reach; a draft is its unit's alone."""

    queryset = StudyTopic.objects.select_related("unit")

    def get_queryset(self) -> Any:
        actor = self.actor  # type: ignore[attr-defined]
        hidden = Q(state=TopicState.DRAFT) & ~Q(unit=actor.unit_id)
        return super().get_queryset().exclude(hidden)


class TopicList(_Readable, ListPage):
    permission = VIEW_TOPIC
    table_class = TopicTable
    filterset_class = TopicFilter
    heading = "研究课题"

    def get_summary(self, records: Any) -> str:
        late = records.filter(state__in=RUNNING, due_on__lt=today()).count()
        return f"{late} 个课题已过结题时限。" if late else ""

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(APPLY_TOPIC)
        return {
            "create_url": reverse("seminars:topic_create") if may else "",
            "create_label": "申报课题",
        }


class TopicDetail(_Readable, DetailPage):
    permission = VIEW_TOPIC
    template_name = "seminars/topic_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        topic: StudyTopic = self.object
        return [
            ("承担单位", topic.unit),
            ("负责人", topic.leader),
            ("课题组成员", topic.members or "—"),
            ("课题编号", topic.number or "立项时编号"),
            ("级别", topic.get_level_display() or "立项时确定"),
            ("结题时限", long_date(topic.due_on) if topic.due_on else "立项时确定"),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        # Approving asks for level and day and has a page of its own.
        return [step for step in super().get_steps() if step["label"] != "批准立项"]

    def get_extra(self) -> dict[str, Any]:
        topic: StudyTopic = self.object
        own = self.actor.may(APPLY_TOPIC, at=topic.unit)
        decides = self.actor.may(DECIDE_TOPIC)
        expected = expected_report(topic)
        return {
            "stages": _stages(topic),
            "milestones": topic.milestones.all(),
            "papers": topic.papers.exclude(state="draft").order_by("pk"),
            "may_write": own and topic.state in _WRITABLE,
            "may_approve": decides and topic.state == TopicState.APPLIED,
            "report": expected if own else None,
            "report_label": expected.label if expected else "",
            "may_extend": own and topic.state in RUNNING and topic.due_on and not topic.asked_until,
            "may_answer": decides and topic.asked_until is not None,
            "is_late": topic.state in RUNNING and topic.due_on and topic.due_on < today(),
        }


def _stages(topic: StudyTopic) -> list[tuple[str, str]]:
    order = [state for state, _ in _CHAIN]
    done = topic.state == TopicState.CONCLUDED
    here = order.index(TopicState(topic.state)) if topic.state in order else -1
    return [
        (word, "past" if done or place < here else "now" if place == here else "")
        for place, (_, word) in enumerate(_CHAIN)
    ]


class TopicCreate(FormPage):
    permission = APPLY_TOPIC
    form_class = TopicForm
    heading = "申报课题"
    help_text = "保存后可以继续修改，申报后交办公室立项。"

    def perform(self, form: Any) -> StudyTopic:
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        return write_topic(None, actor=self.actor, unit=unit, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("seminars:topic_list")


class TopicEdit(RecordsMixin, FormPage):
    permission = APPLY_TOPIC
    queryset = StudyTopic.objects.filter(state__in=_WRITABLE).select_related("unit")
    form_class = TopicForm
    heading = "修改课题申报"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": TopicForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> StudyTopic:
        topic: StudyTopic = self.get_object()
        return write_topic(topic, actor=self.actor, unit=topic.unit, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class TopicApprove(RecordsMixin, FormPage):
    permission = DECIDE_TOPIC
    queryset = StudyTopic.objects.filter(state=TopicState.APPLIED).select_related("unit")
    form_class = ApproveForm
    heading = "批准立项"
    submit_label = "批准立项"
    help_text = "立项时编号，编号不再更改。"
    success_message = "已立项，承担单位会收到提醒。"

    def perform(self, form: Any) -> StudyTopic:
        return approve_topic(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class TopicReport(RecordsMixin, FormPage):
    """开题, 中期 and 结题 report; which one it is follows from the state."""

    permission = APPLY_TOPIC
    queryset = StudyTopic.objects.select_related("unit")
    form_class = ReportForm
    submit_label = "提交"
    success_message = "已提交，办公室会收到提醒。"

    def kind(self) -> MilestoneKind:
        expected = expected_report(self.get_object())
        if expected is None:
            raise Http404
        return expected

    def get_heading(self) -> str:
        return f"填写{self.kind().label}"

    def get_extra(self) -> dict[str, Any]:
        return {
            "help_text": {
                MilestoneKind.OPENING: "研究思路、分工、时间安排和已做的准备。",
                MilestoneKind.MIDTERM: "已完成什么、初步结论、困难和下一步安排。",
                MilestoneKind.FINAL: "主要结论、建议、成果目录和应用情况。",
            }[self.kind()]
        }

    def perform(self, form: Any) -> TopicMilestone:
        return report_topic(
            self.get_object(), actor=self.actor, kind=self.kind(), text=form.cleaned_data["text"]
        )

    def get_success_url(self, result: Any) -> str:
        return str(result.topic.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class TopicExtend(RecordsMixin, FormPage):
    permission = APPLY_TOPIC
    queryset = StudyTopic.objects.filter(state__in=RUNNING).select_related("unit")
    form_class = ExtensionForm
    heading = "申请延期"
    submit_label = "申请延期"
    success_message = "已申请，等待办公室审批。"

    def perform(self, form: Any) -> StudyTopic:
        return ask_extension(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class TopicAnswer(RecordsMixin, FormPage):
    permission = DECIDE_TOPIC
    queryset = StudyTopic.objects.filter(asked_until__isnull=False).select_related("unit")
    form_class = AnswerForm
    heading = "审批延期"
    submit_label = "确定"

    def get_extra(self) -> dict[str, Any]:
        topic: StudyTopic = self.get_object()
        until = topic.asked_until
        return {"help_text": f"{topic.unit.name}申请延至{long_date(until)}。" if until else ""}

    def perform(self, form: Any) -> StudyTopic:
        return answer_extension(
            self.get_object(),
            actor=self.actor,
            granted=form.cleaned_data["answer"] == "yes",
            reason=form.cleaned_data["reason"],
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


def _pass(step: str) -> Any:
    def act(topic: StudyTopic, *, actor: Any, reason: str = "") -> StudyTopic:
        return pass_topic(topic, step, actor=actor, reason=reason)

    return act


class TopicStep(_Readable, StepPage):
    permission = VIEW_TOPIC
    services = {
        "apply": apply_topic,
        "decline": decline_topic,
        "open": _pass("open"),
        "midterm": _pass("midterm"),
        "finish": finish_topic,
        "conclude": _pass("conclude"),
        "send_back": send_back_topic,
        "withdraw": withdraw_topic,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())
