"""Model cases and who did the same."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from bulletins.authority import LIST_CASE, VIEW_CASE, WRITE_CASE
from bulletins.enums import CaseState, CopyState
from bulletins.filters import CaseFilter
from bulletins.forms import CaseForm, CopyForm, ProposeForm
from bulletins.models import ModelCase
from bulletins.services.cases import (
    confirm_copy,
    decline_case,
    list_case,
    nominate_case,
    propose_copy,
    refuse_copy,
    write_case,
)
from bulletins.tables import CASE_TONES, CaseTable
from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin, StepPage
from orgs.models import Unit

_WRITABLE = [CaseState.DRAFT, CaseState.DECLINED]


class _Readable(RecordsMixin):
    """The library for everybody; what is not in it for its unit and the office."""

    queryset = ModelCase.objects.select_related("unit")

    def get_queryset(self) -> Any:
        rows = ModelCase.objects.select_related("unit")
        actor = self.actor  # type: ignore[attr-defined]
        own = Q(unit=actor.unit_id)
        if actor.may(LIST_CASE):
            return rows.filter(own | ~Q(state=CaseState.DRAFT))
        return rows.filter(own | Q(state=CaseState.LISTED))


class CaseList(_Readable, ListPage):
    permission = VIEW_CASE
    table_class = CaseTable
    filterset_class = CaseFilter
    heading = "典型案例"

    def get_queryset(self) -> Any:
        copied = Count("copies", filter=Q(copies__state=CopyState.CONFIRMED))
        return super().get_queryset().annotate(copies_count=copied)

    def get_summary(self, records: Any) -> str:
        return "被别的单位照着做的，才是典型。"

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(WRITE_CASE)
        return {
            "create_url": reverse("bulletins:case_create") if may else "",
            "create_label": "推荐案例",
        }


class CaseDetail(_Readable, DetailPage):
    permission = VIEW_CASE
    template_name = "bulletins/case_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        case: ModelCase = self.object
        return [
            ("类别", case.get_kind_display()),
            ("单位", case.unit),
            ("入库日期", long_date(case.listed_on) if case.listed_on else "尚未入库"),
        ]

    def get_extra(self) -> dict[str, Any]:
        case: ModelCase = self.object
        copies = list(case.copies.select_related("unit"))
        mine = next((copy for copy in copies if copy.unit_id == self.actor.unit_id), None)
        listed = case.state == CaseState.LISTED
        writes = self.actor.may(WRITE_CASE)
        return {
            "tone": CASE_TONES[CaseState(case.state)],
            "copies": copies,
            "confirmed": sum(copy.state == CopyState.CONFIRMED for copy in copies),
            "may_write": case.state in _WRITABLE and self.actor.may(WRITE_CASE, at=case.unit),
            "may_answer": listed
            and writes
            and case.unit_id != self.actor.unit_id
            and (mine is None or mine.state == CopyState.PROPOSED),
            "may_propose": listed and self.actor.may(LIST_CASE),
        }


class CaseCreate(FormPage):
    permission = WRITE_CASE
    form_class = CaseForm
    heading = "推荐典型案例"
    submit_label = "保存"
    help_text = "先写解决了什么问题，再写怎么做的、效果如何。保存后可以推荐。"

    def perform(self, form: Any) -> ModelCase:
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        return write_case(None, actor=self.actor, unit=unit, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("bulletins:case_list")


class CaseEdit(RecordsMixin, FormPage):
    permission = WRITE_CASE
    queryset = ModelCase.objects.filter(state__in=_WRITABLE).select_related("unit")
    form_class = CaseForm
    heading = "修改案例"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": CaseForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> ModelCase:
        case: ModelCase = self.get_object()
        return write_case(case, actor=self.actor, unit=case.unit, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CaseStep(_Readable, StepPage):
    permission = VIEW_CASE
    services = {"nominate": nominate_case, "list": list_case, "decline": decline_case}

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class CaseAnswer(_Readable, FormPage):
    """我们照做了: the unit's own word."""

    permission = WRITE_CASE
    form_class = CopyForm
    heading = "确认复制推广"
    submit_label = "确认"

    def perform(self, form: Any) -> ModelCase:
        case: ModelCase = self.get_object()
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        answer = confirm_copy if form.cleaned_data["answer"] == "confirm" else refuse_copy
        answer(case, actor=self.actor, unit=unit, done=form.cleaned_data["done"])
        return case

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CasePropose(_Readable, FormPage):
    permission = LIST_CASE
    form_class = ProposeForm
    template_name = "bulletins/unit_form.html"
    heading = "提请单位确认"
    submit_label = "提请"
    success_message = "已提请，该单位会收到提醒。"

    def get_form_kwargs(self) -> dict[str, Any]:
        units = Unit.objects.within(self.scope).filter(closed_on=None)
        return {"units": units.exclude(pk=self.get_object().unit_id)}

    def perform(self, form: Any) -> ModelCase:
        case: ModelCase = self.get_object()
        propose_copy(case, actor=self.actor, unit=form.cleaned_data["unit"])
        return case

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
