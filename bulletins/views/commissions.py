"""Commissions: asking units for pieces."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bulletins.authority import COMMISSION, VIEW_DISPATCH, WRITE_DISPATCH
from bulletins.enums import CommissionState
from bulletins.forms import CloseTaskForm, CommissionForm
from bulletins.models import Commission, CommissionTask
from bulletins.queries import open_tasks_by_unit
from bulletins.services.desk import accept_task, ask_commission, close_task
from bulletins.tables import TASK_TONES, CommissionTable
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
)
from orgs.models import Unit

_OPEN = [CommissionState.ASKED, CommissionState.ACCEPTED]


class _Asked(RecordsMixin):
    """Commissions of which at least one unit is in the reach of the post."""

    def get_queryset(self) -> Any:
        tasks = CommissionTask.objects.within(self.scope)
        return Commission.objects.filter(pk__in=tasks.values("commission"))


class CommissionList(_Asked, ListPage):
    permission = VIEW_DISPATCH
    table_class = CommissionTable
    template_name = "bulletins/commission_list.html"
    heading = "约稿"

    def get_queryset(self) -> Any:
        delivered = Count("tasks", filter=Q(tasks__state=CommissionState.DELIVERED))
        return super().get_queryset().annotate(asked=Count("tasks"), delivered=delivered)

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(COMMISSION)
        return {
            "create_url": reverse("bulletins:commission_create") if may else "",
            "create_label": "约稿",
        }


class CommissionCalendar(_Asked, Page):
    """约稿日历: a year by months, each commission on the day its pieces are due."""

    permission = VIEW_DISPATCH
    template_name = "bulletins/commission_calendar.html"
    heading = "约稿日历"

    def get_queryset(self) -> Any:
        states = {"asked": _OPEN, "delivered": [CommissionState.DELIVERED]}
        counts = {
            name: Count("tasks", filter=Q(tasks__state__in=values))
            for name, values in states.items()
        }
        return super().get_queryset().annotate(**counts, units=Count("tasks"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("year", "")
        day = today()
        year = int(asked) if asked.isdigit() and 2000 <= int(asked) <= 2100 else day.year
        months: dict[int, list[Commission]] = {month: [] for month in range(1, 13)}
        for commission in self.get_queryset().filter(due_on__year=year).order_by("due_on", "pk"):
            months[commission.due_on.month].append(commission)
        return self.render(
            {
                "year": year,
                "months": list(months.items()),
                "this_month": day.month if year == day.year else 0,
                "today": day,
                "total": sum(map(len, months.values())),
                "may_ask": self.actor.may(COMMISSION),
            }
        )


class CommissionCreate(FormPage):
    permission = COMMISSION
    form_class = CommissionForm
    template_name = "bulletins/commission_form.html"
    heading = "约稿"
    submit_label = "发出约稿"
    success_message = "约稿已发出，单位会收到提醒。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": Unit.objects.within(self.scope).filter(closed_on=None)}

    def perform(self, form: Any) -> Commission:
        values = dict(form.cleaned_data)
        return ask_commission(actor=self.actor, units=values.pop("units"), values=values)

    def get_cancel_url(self) -> str:
        return reverse("bulletins:commission_list")

    def get_extra(self) -> dict[str, Any]:
        carried = open_tasks_by_unit()
        units = Unit.objects.filter(pk__in=carried).order_by("path")
        return {"carried": [(unit, carried[unit.pk]) for unit in units]}


class CommissionDetail(_Asked, DetailPage):
    permission = VIEW_DISPATCH
    template_name = "bulletins/commission_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        row: Commission = self.object
        return [
            ("类型", row.get_kind_display()),
            ("约稿日期", long_date(row.asked_on)),
            ("交稿日期", long_date(row.due_on)),
            ("要求", row.requirement),
        ]

    def get_extra(self) -> dict[str, Any]:
        tasks = (
            CommissionTask.objects.within(self.scope)
            .filter(commission=self.object)
            .select_related("unit")
            .prefetch_related("dispatches")
        )
        return {
            "tasks": [
                {
                    "task": task,
                    "tone": TASK_TONES[CommissionState(task.state)],
                    "dispatch": next(iter(task.dispatches.all()), None),
                    "may_write": task.state in _OPEN
                    and task.unit_id == self.actor.unit_id
                    and self.actor.may(WRITE_DISPATCH, at=task.unit),
                    "may_close": task.state in _OPEN and self.actor.may(COMMISSION),
                }
                for task in tasks
            ]
        }


class TaskAccept(RecordsMixin, ConfirmPage):
    permission = WRITE_DISPATCH
    queryset = CommissionTask.objects.select_related("commission", "unit")
    heading = "接收约稿"
    submit_label = "接收"
    success_message = "已接收，请按期交稿。"

    def perform(self, form: Any) -> Commission:
        return accept_task(self.get_object(), actor=self.actor).commission

    def get_cancel_url(self) -> str:
        return str(self.get_object().commission.get_absolute_url())


class TaskClose(RecordsMixin, FormPage):
    permission = COMMISSION
    queryset = CommissionTask.objects.select_related("commission", "unit")
    form_class = CloseTaskForm
    heading = "了结约稿"
    submit_label = "办理"
    success_message = "已办理。"

    def perform(self, form: Any) -> Commission:
        values = form.cleaned_data
        task = close_task(
            self.get_object(),
            actor=self.actor,
            is_failed=values["outcome"] == "failed",
            reason=values["reason"],
            is_office_fault=values["is_office_fault"],
        )
        return task.commission

    def get_cancel_url(self) -> str:
        return str(self.get_object().commission.get_absolute_url())
