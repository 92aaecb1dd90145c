"""工建指导员: roster, one instructor, coverage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse

from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin
from inspections.authority import MANAGE_INSTRUCTORS, NOTE_INSTRUCTION, VIEW_INSTRUCTORS
from inspections.forms import EndForm, InstructorForm, SendForm, WalkForm
from inspections.models import Instructor, InstructorAssignment, InstructorVisit
from inspections.queries.instructors import coverage, with_care, without_union
from inspections.services.instructing import (
    appoint_instructor,
    end_assignment,
    note_walk,
    send_instructor,
)
from inspections.tables import CoverageTable, InstructorTable
from orgs.models import Unit


def plain_days(days: Decimal | int) -> str:
    """“2” and “2.5”, never “2.0”."""
    return f"{Decimal(days).normalize():f}"


class InstructorList(ListPage):
    permission = VIEW_INSTRUCTORS
    queryset = Instructor.objects.select_related("unit")
    table_class = InstructorTable
    heading = "工建指导员"

    def get_queryset(self) -> TenantQuerySet[Any]:
        records: TenantQuerySet[Any] = super().get_queryset()
        this_year = Q(assignments__visits__visited_on__year=today().year)
        return records.annotate(
            unit_count=Count(
                "assignments", filter=Q(assignments__ends_on__isnull=True), distinct=True
            ),
            walk_count=Count("assignments__visits", filter=this_year, distinct=True),
        )

    def get_summary(self, records: Any) -> str:
        year = today().year
        held = coverage(self.scope, date(year, 1, 1), date(year, 12, 31))
        return (
            f"未建工会的基层单位 {held.units} 家，已有指导员联系 {held.cared} 家，"
            f"本年已走访 {held.walked} 家（覆盖率 {held.rate}）"
        )

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(MANAGE_INSTRUCTORS)
        return {
            "create_url": reverse("inspections:instructor_create") if may else "",
            "create_label": "聘任指导员",
            "export_url": reverse("inspections:coverage"),
            "export_label": "联系覆盖情况",
        }


class CoverageList(ListPage):
    """Units without a union, those nobody looks after first."""

    permission = VIEW_INSTRUCTORS
    queryset = Unit.objects.all()
    table_class = CoverageTable
    heading = "指导员联系覆盖情况"

    def get_queryset(self) -> TenantQuerySet[Any]:
        year = today().year
        units = with_care(without_union().within(self.scope), date(year, 1, 1), date(year, 12, 31))
        found: TenantQuerySet[Any] = units.select_related("parent").order_by(
            "has_instructor", "-worker_count", "pk"
        )
        return found


class InstructorDetail(DetailPage):
    permission = VIEW_INSTRUCTORS
    queryset = Instructor.objects.select_related("unit")
    template_name = "inspections/instructor_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        item: Instructor = self.object
        walks = InstructorVisit.objects.filter(
            assignment__instructor=item, visited_on__year=today().year
        )
        days = sum(walk.days for walk in walks)
        return [
            ("单位和职务", item.duty),
            ("选派单位", item.unit),
            ("办公电话", item.phone or "—"),
            ("聘期", f"{long_date(item.starts_on)}至{long_date(item.ends_on)}"),
            ("本年走访", f"{len(walks)}次，{plain_days(days)}天"),
        ]

    def get_extra(self) -> dict[str, Any]:
        item: Instructor = self.object
        manages = self.actor.may(MANAGE_INSTRUCTORS, at=item.unit)
        return {
            "assignments": item.assignments.select_related("unit__parent").annotate(
                walk_count=Count("visits")
            ),
            "walks": InstructorVisit.objects.filter(assignment__instructor=item).select_related(
                "unit"
            )[:30],
            "may_manage": manages,
            "may_note": manages or item.account_id == self.actor.user_id,
        }


class _InstructorForm(FormPage, base=True):
    permission = MANAGE_INSTRUCTORS
    form_class = InstructorForm
    template_name = "inspections/act.html"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        units = Unit.objects.filter(closed_on__isnull=True)
        return {"units": units.within(self.scope)}  # type: ignore[attr-defined]


class InstructorCreate(_InstructorForm):
    heading = "聘任指导员"

    def get_form_kwargs(self) -> dict[str, Any]:
        start = today()
        initial = {"starts_on": start, "ends_on": start.replace(month=12, day=31)}
        return {**super().get_form_kwargs(), "initial": {**initial, "unit": self.actor.unit_id}}

    def perform(self, form: Any) -> Instructor:
        values = dict(form.cleaned_data)
        return appoint_instructor(values.pop("unit"), actor=self.actor, values=values)

    def get_cancel_url(self) -> str:
        return reverse("inspections:instructor_list")


class InstructorEdit(RecordsMixin, _InstructorForm):
    heading = "修改指导员"
    queryset = Instructor.objects.select_related("unit")

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        initial = {name: getattr(item, name) for name in InstructorForm.base_fields}
        return {**super().get_form_kwargs(), "initial": initial}

    def perform(self, form: Any) -> Instructor:
        item = self.get_object()
        return appoint_instructor(
            item.unit, actor=self.actor, values=form.cleaned_data, instructor=item
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class Send(RecordsMixin, FormPage):
    permission = MANAGE_INSTRUCTORS
    form_class = SendForm
    template_name = "inspections/act.html"
    heading = "安排联系单位"
    submit_label = "安排"
    success_message = "已安排。"
    queryset = Instructor.objects.select_related("unit")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": without_union().within(self.scope)}

    def perform(self, form: Any) -> InstructorAssignment:
        return send_instructor(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object(), "help_text": "列出的是还没有建立工会的基层单位。"}


class _AssignmentForm(FormPage, base=True):
    template_name = "inspections/act.html"

    def get_object(self) -> InstructorAssignment:
        found = (
            InstructorAssignment.objects.within(self.scope)
            .select_related("unit", "instructor__unit")
            .filter(pk=self.kwargs["pk"])
            .first()
        )
        if found is None:
            raise Http404
        return found

    def get_cancel_url(self) -> str:
        return self.get_object().get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class End(_AssignmentForm):
    permission = MANAGE_INSTRUCTORS
    form_class = EndForm
    heading = "结束联系"
    submit_label = "结束"
    success_message = "已结束联系。"

    def perform(self, form: Any) -> InstructorAssignment:
        return end_assignment(self.get_object(), actor=self.actor, **form.cleaned_data)


class NoteWalk(_AssignmentForm):
    permission = NOTE_INSTRUCTION
    form_class = WalkForm
    heading = "填写走访记录"
    success_message = "走访记录已保存。"

    def perform(self, form: Any) -> InstructorVisit:
        return note_walk(self.get_object(), actor=self.actor, values=form.cleaned_data)
