"""Buttons that make letters of responsibility and amendment slips."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.foundation.web.pages import ConfirmPage, RecordsMixin
from orgs.models import Unit
from responsibilities.authority import MAKE_LETTER
from responsibilities.documents import request_letter, request_letters, request_slip
from responsibilities.models import Amendment, AnnualPlan


class _LetterPage(RecordsMixin, ConfirmPage, base=True):
    """Ask for a letter about a unit and a plan, both named in the address."""

    permission = MAKE_LETTER
    submit_label = "生成"
    queryset = Unit.objects.all()
    question = ""

    @cached_property
    def plan(self) -> AnnualPlan:
        plan = AnnualPlan.objects.filter(pk=self.kwargs["plan"]).first()
        if plan is None:
            raise Http404
        return plan

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:target_list")

    def get_extra(self) -> dict[str, Any]:
        unit = self.get_object()
        return {"object": unit, "question": self.question.format(unit=unit, plan=self.plan)}


class UnitLetter(_LetterPage):
    permission = MAKE_LETTER
    heading = "生成目标责任书"
    question = "将按“{plan}”已下达的目标，生成“{unit}”的目标责任书（PDF）。进度在报告中心查看。"

    def perform(self, form: Any) -> ReportJob:
        return request_letter(self.get_object(), plan=self.plan, actor=self.actor)


class LettersBelow(_LetterPage):
    """The letters of all units directly below; ``?merged=1`` binds them into one PDF."""

    permission = MAKE_LETTER
    heading = "批量生成目标责任书"
    question = (
        "将为“{unit}”的各直接下级单位生成“{plan}”的目标责任书，"
        "未收到目标的单位不生成。进度在报告中心查看。"
    )

    def perform(self, form: Any) -> ReportJob:
        return request_letters(
            self.get_object(),
            plan=self.plan,
            actor=self.actor,
            merged=self.request.GET.get("merged") == "1",
        )

    def get_cancel_url(self) -> str:
        query = f"?plan={self.plan.pk}&unit={self.kwargs['pk']}"
        return reverse("responsibilities:allocation_overview") + query


class AmendmentSlip(RecordsMixin, ConfirmPage):
    permission = MAKE_LETTER
    heading = "生成目标调整单"
    submit_label = "生成"
    queryset = Amendment.objects.select_related("target__unit", "target__indicator")

    def perform(self, form: Any) -> ReportJob:
        return request_slip(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().target.get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {
            "object": self.get_object(),
            "question": "将生成可打印的目标调整单（PDF），双方签字存档。进度在报告中心查看。",
        }
