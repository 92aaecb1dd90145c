"""Lists, series with members, the yearly plan, search over the minutes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
)
from meetings.authority import CONVENE_MEETING, VIEW_MEETING
from meetings.forms import (
    MemberEditForm,
    MemberForm,
    PhrasesForm,
    PlanForm,
    SeriesEditForm,
    SeriesForm,
    SittingForm,
)
from meetings.models import AgendaItem, Meeting, Series, SeriesMember
from meetings.queries import phrases_of, readable_by, search_records
from meetings.services.convening import (
    add_member,
    edit_member,
    edit_series,
    move_member,
    open_series,
    plan_meeting,
    plan_year,
    remove_member,
    set_phrases,
)
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

    template_name = "meetings/series_list.html"


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
            "convenes": self.actor.may(CONVENE_MEETING, at=self.object.unit),
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


class SeriesEdit(_OfSeries):
    form_class = SeriesEditForm
    heading = "修改会议系列"
    help_text = "已经排好的会议不变，以后排的会议用新的安排。"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        series = self.get_object()
        return {
            "initial": {
                name: getattr(series, name) for name in ("name", "per_year", "host", "place")
            }
        }

    def perform(self, form: Any) -> Series:
        return edit_series(self.get_object(), actor=self.actor, values=form.cleaned_data)


class SittingAdd(_OfSeries):
    form_class = SittingForm
    heading = "增开一次会议"
    help_text = "年度计划之外的会议，编入当年的会议次序。"
    success_message = "已列入，可以征集议题或直接发通知。"

    def get_form_kwargs(self) -> dict[str, Any]:
        series = self.get_object()
        return {"initial": {"place": series.place, "host": series.host}}

    def perform(self, form: Any) -> Meeting:
        values = dict(form.cleaned_data)
        return plan_meeting(
            self.get_object(), actor=self.actor, starts_at=values.pop("starts_at"), values=values
        )

    def get_success_url(self, result: Any) -> str:
        return str(result.get_absolute_url())


class _OfMember(RecordsMixin, Page, base=True):
    permission = CONVENE_MEETING
    queryset = SeriesMember.objects.select_related("series__unit", "unit")

    def get_cancel_url(self) -> str:
        return str(self.get_object().series.get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        series = result if isinstance(result, Series) else result.series
        return str(series.get_absolute_url())


class MemberEdit(_OfMember, FormPage):
    form_class = MemberEditForm
    template_name = "meetings/act.html"
    heading = "修改成员"
    help_text = "已经发出的会议通知不变，从下一次会议起用新的信息。"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        member = self.get_object()
        return {"initial": {name: getattr(member, name) for name in ("name", "duty", "capacity")}}

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}

    def perform(self, form: Any) -> SeriesMember:
        return edit_member(self.get_object(), actor=self.actor, values=form.cleaned_data)


class MemberRemove(_OfMember, ConfirmPage):
    heading = "移出成员"
    submit_label = "移出"
    help_text = "以后的会议不再通知；已经通知的会议不受影响。"

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}

    def perform(self, form: Any) -> Series:
        member = self.get_object()
        series = remove_member(member, actor=self.actor)
        self.say(f"已移出{member.name}。")
        return series


class MemberMove(_OfMember, Page):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        series = move_member(
            self.get_object(), actor=self.actor, step=-1 if kwargs["way"] == "up" else 1
        )
        return HttpResponseRedirect(series.get_absolute_url())


class Phrases(FormPage):
    """记录常用语 of the unit that convenes."""

    permission = CONVENE_MEETING
    form_class = PhrasesForm
    template_name = "meetings/act.html"
    heading = "记录常用语"
    success_message = "已保存，会议记录页上马上可用。"

    def unit(self) -> Unit:
        return Unit.objects.get(pk=self.actor.unit_id or 0)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"lines": "\n".join(phrases_of(self.unit()))}}

    def perform(self, form: Any) -> int:
        return set_phrases(self.unit(), actor=self.actor, lines=form.cleaned_data["lines"])

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("meetings:series_list")


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
