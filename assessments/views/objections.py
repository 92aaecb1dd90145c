"""Pages of the joint review, the public notice and the objections against it."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2
from django.http import Http404
from django.urls import reverse

from assessments import services
from assessments.authority import (
    DECIDE_OBJECTION,
    RAISE_OBJECTION,
    RUN_ASSESSMENT,
    VIEW_RESULT,
)
from assessments.enums import ObjectionState, RunState
from assessments.forms_chain import DecideForm, MeetingForm, ObjectionForm
from assessments.models import Objection, Run, UnitScore
from assessments.queries import visible_scores
from assessments.views.runs import OfRun
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin
from gongjian.foundation.web.tables import GongjianTable

OBJECTIONS = Objection.objects.select_related("score__run__scheme", "score__unit", "item")


def crumbs() -> list[tuple[str, str]]:
    return [("异议和申诉", reverse("assessments:objection_list"))]


class ObjectionTable(GongjianTable):
    raised_on = django_tables2.DateColumn(verbose_name="提出日期", format="Y-m-d")
    unit = django_tables2.Column(
        verbose_name="单位",
        accessor="score__unit_name",
        linkify=lambda record: record.get_absolute_url(),
        orderable=False,
    )
    text = django_tables2.Column(verbose_name="内容", orderable=False)
    raised_by = django_tables2.Column(verbose_name="提出人", orderable=False)
    state = django_tables2.TemplateColumn(
        "{% chip record.get_state_display record.state %}", verbose_name="状态"
    )

    class Meta(GongjianTable.Meta):
        model = Objection
        fields = ("raised_on", "unit", "text", "raised_by", "state")
        order_by = ("-raised_on",)


class ObjectionFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label="状态", choices=ObjectionState.choices, empty_label="全部"
    )

    class Meta:
        model = Objection
        fields: list[str] = []


class ObjectionPages(RecordsMixin):
    actor: Any
    permission: ClassVar[str]

    def get_queryset(self) -> Any:
        rows: Any = OBJECTIONS
        return rows.within(self.actor.scope(self.permission))


class ObjectionList(ObjectionPages, ListPage):
    permission = VIEW_RESULT
    heading = "异议和申诉"
    queryset = OBJECTIONS
    table_class = ObjectionTable
    filterset_class = ObjectionFilter

    def get_extra(self) -> dict[str, Any]:
        return {"empty_text": "没有异议。公示期间，可在单位得分页面提出。"}


class ObjectionDetail(ObjectionPages, DetailPage):
    permission = VIEW_RESULT
    queryset = OBJECTIONS
    template_name = "assessments/objection_detail.html"

    def get_place(self) -> Any:
        return self.object.score.unit

    def get_steps(self) -> list[dict[str, str]]:
        return []

    def get_facts(self) -> list[tuple[str, Any]]:
        one = self.object
        return [
            ("单位", one.score.unit_name),
            ("考核结果", one.score.run),
            ("项目", one.item.name if one.item else "不针对某一项"),
            ("异议内容", one.text),
            ("提出人", one.raised_by),
            ("提出日期", one.raised_on.strftime("%Y-%m-%d")),
            ("复核意见", one.decision or "—"),
            ("状态", one.get_state_display()),
        ]

    def get_extra(self) -> dict[str, Any]:
        is_open = self.object.state == ObjectionState.RAISED
        return {"crumbs": crumbs(), "may_decide": is_open and self.actor.may(DECIDE_OBJECTION)}


class ObjectionCreate(RecordsMixin, FormPage):
    permission = RAISE_OBJECTION
    heading = "提出异议"
    queryset = UnitScore.objects.select_related("run__scheme__period", "unit")
    submit_label = "提出异议"
    success_message = "异议已受理，复核后在这里答复。"

    def get_queryset(self) -> Any:
        return visible_scores(self.actor, self.permission).filter(run__state=RunState.NOTICED)

    @property
    def score(self) -> UnitScore:
        if not hasattr(self, "_score"):
            self._score: UnitScore = self.get_object()
        return self._score

    def get_form(self, data: Any = None, files: Any = None) -> ObjectionForm:
        items = self.score.run.scheme.items.all()
        return ObjectionForm(data, items=items, may_enter=self.actor.may(RUN_ASSESSMENT))

    def perform(self, form: Any) -> Objection:
        data = form.cleaned_data
        return services.raise_objection(
            self.score,
            actor=self.actor,
            text=data["text"],
            item=data["item"],
            by=data.get("by", ""),
        )

    def get_cancel_url(self) -> str:
        return self.score.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [(str(self.score), self.score.get_absolute_url())]}


class ObjectionDecide(ObjectionPages, FormPage):
    permission = DECIDE_OBJECTION
    heading = "复核异议"
    queryset = OBJECTIONS
    form_class = DecideForm
    submit_label = "作出结论"
    success_message = "复核结论已记录。异议成立的，正在重新测算，完成后可与上次比较。"

    def perform(self, form: Any) -> Objection:
        objection: Objection = self.get_object()
        data = form.cleaned_data
        if data["outcome"] == "reject":
            return services.reject_objection(objection, actor=self.actor, decision=data["decision"])
        services.uphold_objection(
            objection, actor=self.actor, decision=data["decision"], value=data["value"]
        )
        return objection

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs()}


class RunMeeting(OfRun):
    permission = RUN_ASSESSMENT
    heading = "登记联审会"
    form_class = MeetingForm
    help_text = "等次建议提出前，由各成员单位一起审核得分，记录日期和意见。"
    success_message = "联审记录已保存。"

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        if self.run.state != RunState.COMPUTED:
            raise Http404
        return super().get_form(data, files)

    def perform(self, form: Any) -> Run:
        return services.record_meeting(self.run, actor=self.actor, **form.cleaned_data)
