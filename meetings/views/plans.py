"""Lists, series with members, the yearly plan, search over the minutes."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin
from meetings.authority import CONVENE_MEETING, VIEW_MEETING
from meetings.forms import MemberForm, PlanForm, SeriesForm
from meetings.models import AgendaItem, Meeting, Series, SeriesMember
from meetings.queries import readable_by, search_records
from meetings.services.convening import add_member, open_series, plan_year
from meetings.tables import MeetingTable, RecordTable, SeriesTable
from orgs.models import Unit

_SERIES = Series.objects.select_related("unit")


class MeetingList(ListPage):
    """联席会议: those of the reach, and those this unit is called to."""

    permission = VIEW_MEETING
    queryset = Meeting.objects.all()
    table_class = MeetingTable
    template_name = "meetings/meeting_list.html"
    heading = "联席会议"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_by(self.actor)

    def get_summary(self, records: Any) -> str:
        return f"共 {records.count()} 次会议"

    def get_extra(self) -> dict[str, Any]:
        return {"convenes": self.actor.may(CONVENE_MEETING)}


class SeriesList(ListPage):
    permission = CONVENE_MEETING
    queryset = _SERIES
    table_class = SeriesTable
    heading = "会议系列"

    def get_extra(self) -> dict[str, Any]:
        return {"create_url": reverse("meetings:series_create"), "create_label": "建立系列"}


class RecordSearch(ListPage):
    """查会议记录: “这件事什么时候定的？”"""

    permission = VIEW_MEETING
    queryset = AgendaItem.objects.all()
    table_class = RecordTable
    template_name = "meetings/search.html"
    heading = "查会议记录"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return search_records(self.actor, self.request.GET.get("words", ""))

    def get_extra(self) -> dict[str, Any]:
        return {"words": self.request.GET.get("words", "")}


class SeriesCreate(FormPage):
    permission = CONVENE_MEETING
    form_class = SeriesForm
    template_name = "meetings/act.html"
    heading = "建立会议系列"

    def get_form_kwargs(self) -> dict[str, Any]:
        open_units = Unit.objects.filter(closed_on__isnull=True)
        return {"units": open_units.within(self.scope), "initial": {"unit": self.actor.unit_id}}  # type: ignore[attr-defined]

    def perform(self, form: Any) -> Series:
        values = dict(form.cleaned_data)
        return open_series(values.pop("unit"), actor=self.actor, values=values)

    def get_cancel_url(self) -> str:
        return reverse("meetings:series_list")


class SeriesDetail(DetailPage):
    permission = CONVENE_MEETING
    queryset = _SERIES
    template_name = "meetings/series_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        return [
            ("召集单位", self.object.unit),
            ("召集人", self.object.host),
            ("每年次数", f"{self.object.per_year}次"),
            ("常用地点", self.object.place or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        return {
            "members": self.object.members.select_related("unit"),
            "meetings": self.object.meetings.select_related("series"),
        }


class _OfSeries(RecordsMixin, FormPage, base=True):
    permission = CONVENE_MEETING
    queryset = _SERIES
    template_name = "meetings/act.html"

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()


class MemberAdd(_OfSeries):
    form_class = MemberForm
    heading = "添加成员"
    help_text = "按排名先后添加，通知、签到表和纪要都依此顺序。"
    success_message = "已添加。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": Unit.objects.filter(closed_on__isnull=True)}

    def perform(self, form: Any) -> SeriesMember:
        return add_member(self.get_object(), actor=self.actor, **form.cleaned_data)


class YearPlan(_OfSeries):
    form_class = PlanForm
    heading = "排年度计划"
    help_text = "每次默认两小时，地点和主持人沿用系列，之后可以逐次修改。"
    success_message = "年度计划已排好。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"count": self.get_object().per_year}

    def perform(self, form: Any) -> list[Meeting]:
        return plan_year(
            self.get_object(), actor=self.actor, starts=list(form.cleaned_data.values())
        )
