"""Screens of the box."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.feedback.authority import (
    ANSWER_SUGGESTION,
    VIEW_SUGGESTION,
    WRITE_SUGGESTION,
)
from gongjian.commons.feedback.enums import WAITING
from gongjian.commons.feedback.filters import SuggestionFilter
from gongjian.commons.feedback.forms import AnswerForm, SuggestionForm
from gongjian.commons.feedback.marks import UNNAMED
from gongjian.commons.feedback.models import Suggestion
from gongjian.commons.feedback.queries import figures, readable_by, written_by
from gongjian.commons.feedback.services import (
    answer_suggestion,
    ask_again,
    take_suggestion,
    write_suggestion,
)
from gongjian.commons.feedback.tables import MineTable, SuggestionTable
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from gongjian.foundation.workflow.lifecycle import Step

_SUGGESTIONS = Suggestion.objects.select_related("unit")


class SuggestionList(ListPage):
    permission = VIEW_SUGGESTION
    queryset = _SUGGESTIONS
    table_class = SuggestionTable
    filterset_class = SuggestionFilter
    heading = "投诉建议"
    template_name = "feedback/suggestion_list.html"


class MineList(ListPage):
    permission = WRITE_SUGGESTION
    queryset = _SUGGESTIONS
    table_class = MineTable
    heading = "我的意见"

    def get_queryset(self) -> TenantQuerySet[Suggestion]:
        return written_by(self.actor)

    def get_extra(self) -> dict[str, Any]:
        return {"create_url": reverse("feedback:suggestion_write"), "create_label": "提意见"}


class SuggestionWrite(FormPage):
    permission = WRITE_SUGGESTION
    form_class = SuggestionForm
    heading = "提意见"
    submit_label = "提交"
    help_text = "投诉、建议、反映负担、报告系统故障。办公室答复，答复在“我的意见”中查看。"

    def get_form(self, data: Any = None, files: Any = None) -> SuggestionForm:
        came_from = self.request.GET.get("from", "")
        # Only a page of this house, never another address.
        page = came_from[:200] if came_from.startswith("/") and "//" not in came_from else ""
        return SuggestionForm(data, initial={"page": page})

    def perform(self, form: Any) -> Suggestion:
        return write_suggestion(actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        if result.is_unnamed:
            # The record of submitted forms knows person and address: it is not to tie them.
            self.say("已隐名提交。办公室十个工作日内答复，请在这里查看。")
            return reverse("feedback:mine")
        self.say("已提交。可以在下面附上截图。")
        return str(result.get_absolute_url())

    def get_cancel_url(self) -> str:
        return reverse("feedback:mine")


class _Readable(RecordsMixin):
    """What the actor wrote, or may see."""

    queryset = _SUGGESTIONS
    actor: Any

    def get_queryset(self) -> TenantQuerySet[Suggestion]:
        return readable_by(self.actor).select_related("unit")


class SuggestionDetail(_Readable, DetailPage):
    permission = WRITE_SUGGESTION
    template_name = "feedback/suggestion_detail.html"

    def get_place(self) -> None:
        return None

    def get_steps(self) -> list[dict[str, str]]:
        mine = self.object.is_of(self.actor)
        steps = self.object.lifecycle.open_to(self.object, self.actor, at=None)
        return [
            {"label": step.label, "url": self.get_step_url(step), "style": step.style,
             "icon": step.icon}
            for step in steps
            if mine or step.permission != WRITE_SUGGESTION
        ]  # fmt: skip

    def get_step_url(self, step: Step) -> str:
        if step.name == "answer":
            return reverse("feedback:suggestion_answer", args=[self.object.pk])
        return super().get_step_url(step)

    def get_facts(self) -> list[tuple[str, Any]]:
        one: Suggestion = self.object
        return [
            ("类别", one.get_kind_display()),
            ("提出人", UNNAMED if one.is_unnamed else one.author_label),
            ("有关页面", one.page or "—"),
            ("提出日期", long_date(one.created_on)),
            ("答复期限", long_date(one.due_on)),
        ]

    def get_extra(self) -> dict[str, Any]:
        one: Suggestion = self.object
        return {
            "state_label": one.get_state_display(),
            "is_waiting": one.state in WAITING,
            "is_late": one.state in WAITING and one.due_on < today(),
        }


class SuggestionAnswer(_Readable, FormPage):
    permission = ANSWER_SUGGESTION
    form_class = AnswerForm
    template_name = "feedback/suggestion_answer.html"
    heading = "答复"
    submit_label = "答复"
    success_message = "已答复，提出人可以看到。"

    def get_queryset(self) -> TenantQuerySet[Suggestion]:
        return Suggestion.objects.within(self.scope).select_related("unit")

    def perform(self, form: Any) -> Suggestion:
        return answer_suggestion(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class SuggestionStep(_Readable, StepPage):
    permission = WRITE_SUGGESTION
    services = {"take": take_suggestion, "ask_again": ask_again}

    def get_success_url(self, result: Any) -> str:
        if result.is_unnamed:
            # As when it was written: no record ties the person to this address.
            return reverse(
                "feedback:mine" if result.is_of(self.actor) else "feedback:suggestion_list"
            )
        return str(result.get_absolute_url())


class Statistics(Page):
    permission = VIEW_SUGGESTION
    template_name = "feedback/statistics.html"
    heading = "投诉建议统计"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        day = today()
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else day.year
        return self.render(
            {"figures": figures(self.scope, year=year, on=day), "year": year, "today": day}
        )
