"""Pages of the office: forms and the opening of a quarter."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse

from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, StepPage
from orgs.models import Unit
from orgs.services import change_filing_window
from responsibilities.authority import OPEN_QUARTER
from responsibilities.burden import minutes_of
from responsibilities.enums import BurdenState, FormState
from responsibilities.forms.returns import FormDraft, OpenQuarterForm
from responsibilities.models import ReturnForm
from responsibilities.models.returns import QUARTERLY
from responsibilities.queries.designer import budget_minutes, minutes_with
from responsibilities.queries.returns import form_of, latest_form
from responsibilities.services.designer import archive_form, obstacles, publish_form
from responsibilities.services.obligations import FILING_LEVELS, draft_form, open_period
from responsibilities.tables.returns import ReturnFormTable


class ReturnFormList(ListPage):
    """报表格式: versions of the quarterly form."""

    permission = OPEN_QUARTER
    queryset = ReturnForm.objects.annotate(used=Count("obligations__period", distinct=True))
    table_class = ReturnFormTable
    heading = "报表格式"
    template_name = "responsibilities/returnform_list.html"

    def get_extra(self) -> dict[str, Any]:
        return {
            "create_url": reverse("responsibilities:returnform_create"),
            "create_label": "从指标拟订新版",
            "begin_url": reverse("responsibilities:form_begin"),
        }


class ReturnFormDetail(DetailPage):
    permission = OPEN_QUARTER
    queryset = ReturnForm.objects.all()
    template_name = "responsibilities/returnform_detail.html"

    def get_place(self) -> None:
        return None

    def get_facts(self) -> list[tuple[str, Any]]:
        cells = self.object.whole_layout()
        computed = sum(cell.is_total for cell in cells)
        return [
            ("版本", f"第{self.object.version}版"),
            ("状态", self.object.get_state_display()),
            ("栏目", f"{len(cells)} 栏" + (f"，其中合计 {computed} 栏" if computed else "")),
            ("检查", f"{len(self.object.checks)} 条"),
            ("本表用时", f"每家单位约 {minutes_of(cells)} 分钟"),
            (
                "全部报表",
                f"每家单位每季约 {minutes_with(self.object)} 分钟，上限 {budget_minutes()} 分钟",
            ),
        ]

    def get_extra(self) -> dict[str, Any]:
        form = self.object
        is_draft = form.state == FormState.DRAFT
        reviews = list(form.burden_reviews.all()) if is_draft else []
        asked = any(review.state == BurdenState.ASKED for review in reviews)
        over = is_draft and minutes_with(form) > budget_minutes()
        return {
            "cells": form.whole_layout(),
            "checks": form.own_checks(),
            "is_draft": is_draft,
            "obstacles": obstacles(form) if is_draft else [],
            "reviews": reviews,
            "may_open_year": form.state == FormState.PUBLISHED and form.key != QUARTERLY,
            "may_ask": over and not asked,
            "crumbs": [("报表格式", reverse("responsibilities:returnform_list"))],
        }


class ReturnFormCreate(FormPage):
    permission = OPEN_QUARTER
    form_class = FormDraft
    heading = "拟订报表格式"
    submit_label = "保存草稿"
    success_message = "已保存。发布后才能用于填报。"

    def perform(self, form: Any) -> ReturnForm:
        return draft_form(
            actor=self.actor,
            title=form.cleaned_data["title"],
            indicators=form.cleaned_data["indicators"],
        )

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:returnform_list")


class ReturnFormStep(StepPage):
    permission = OPEN_QUARTER
    queryset = ReturnForm.objects.all()
    services = {"publish": publish_form, "archive": archive_form}


class OpenQuarter(FormPage):
    """开启季度填报: one quarter, one form, one window; what is owed follows by itself."""

    permission = OPEN_QUARTER
    form_class = OpenQuarterForm
    template_name = "responsibilities/open_quarter.html"
    heading = "开启季度填报"
    submit_label = "开启填报"

    def get_form_kwargs(self) -> dict[str, Any]:
        day = today()
        # The quarter that ended last is the one that is filed now.
        year, quarter = (day.year, (day.month - 1) // 3) if day.month > 3 else (day.year - 1, 4)
        period = ensure_quarter(year, quarter)
        form = form_of(period) or latest_form()
        return {
            "initial": {
                "year": year,
                "quarter": quarter,
                "opens_on": min(period.opens_on, day),
                "due_on": max(period.due_on, day),
                "form": form.pk if form else None,
            }
        }

    def perform(self, form: Any) -> int:
        data = form.cleaned_data
        period = ensure_quarter(data["year"], data["quarter"])
        period = change_filing_window(
            period,
            actor=self.actor,
            opens_on=data["opens_on"],
            due_on=data["due_on"],
            reason="开启填报",
        )
        count = open_period(period, form=data["form"], actor=self.actor)
        self.say(f"已开启{period}填报，{count} 家单位应报。" if count else "没有新增的应报单位。")
        return count

    def get_success_url(self, result: Any) -> str:
        return reverse("web:desk")

    def get_cancel_url(self) -> str:
        return reverse("web:desk")

    def get_extra(self) -> dict[str, Any]:
        units = Unit.objects.filter(level__in=FILING_LEVELS, closed_on__isnull=True)
        return {"unit_count": units.count()}
