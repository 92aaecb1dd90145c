"""One's own calendar, the address for calendar programs, and what is read there."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from gongjian.commons.agendas.calendar_shelf import calendar_sources
from gongjian.commons.calendars.authority import SEE_CALENDAR
from gongjian.commons.calendars.ics import as_calendar
from gongjian.commons.calendars.models import CalendarLink
from gongjian.commons.calendars.queries import entries, link_of, reader_of, running_link
from gongjian.commons.calendars.services import note_read, open_link, stop_link
from gongjian.commons.identity.keys import Key
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web.pages import ConfirmPage, FormPage, Page

#: Days that the page shows, and that a feed holds before and after today.
AHEAD, BEHIND, FEED_AHEAD = 60, 90, 365


class MyCalendar(Page):
    """我的日程: the days to come, each with what stands in it."""

    permission = SEE_CALENDAR
    template_name = "calendars/mine.html"
    heading = "我的日程"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        start = today()
        found = entries(self.actor, start, start + timedelta(days=AHEAD))
        # What began before today and still lasts stands under today.
        days = groupby(found, key=lambda entry: max(entry[1].day, start))
        return self.render(
            {
                "days": [(day, list(rows)) for day, rows in days],
                "today": start,
                "ahead": AHEAD,
                "link": link_of(self.actor),
            }
        )


class OpenLink(FormPage):
    """The address is shown once, on the answer to this form."""

    permission = SEE_CALENDAR
    template_name = "calendars/link.html"
    form_class = forms.Form
    heading = "订阅日程"
    submit_label = "生成订阅地址"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _, key = open_link(actor=self.actor)
        address = request.build_absolute_uri(reverse("calendars:feed", args=[str(key)]))
        answer = self.render({"address": address, "cancel_url": self.get_cancel_url()})
        answer["Cache-Control"] = "no-store"
        return answer

    def get_cancel_url(self) -> str:
        return reverse("calendars:mine")

    def get_extra(self) -> dict[str, Any]:
        return {"link": link_of(self.actor)}


class StopLink(ConfirmPage):
    permission = SEE_CALENDAR
    heading = "停用订阅地址"
    submit_label = "停用"
    success_message = "已停用，日历程序不再更新。"

    def perform(self, form: Any) -> CalendarLink:
        return stop_link(actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("calendars:mine")


class EntryFile(Page):
    """One entry as a file, for who does not subscribe."""

    permission = SEE_CALENDAR

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        source = calendar_sources.get(kwargs["source"])
        if source is None:
            raise Http404
        start = today()
        found = source.find(
            self.actor, start - timedelta(days=BEHIND), start + timedelta(days=FEED_AHEAD)
        )
        chosen = [(source, event) for event in found if event.id == kwargs["pk"]]
        if not chosen:
            raise Http404
        answer = _answer(request, chosen, chosen[0][1].title)
        answer["Content-Disposition"] = f'attachment; filename="{source.key}-{kwargs["pk"]}.ics"'
        return answer


@login_not_required
@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """What a calendar program fetches. A wrong, stopped or outlived address is not found."""
    parsed = Key.read(key)
    if parsed is None:
        raise Http404
    with tenant_scope(parsed.tenant_id):
        link = running_link(parsed)
        reader = None if link is None else reader_of(link)
        if link is None or reader is None or not reader.may(SEE_CALENDAR):
            raise Http404
        note_read(link)
        start = today()
        found = entries(reader, start - timedelta(days=BEHIND), start + timedelta(days=FEED_AHEAD))
        return _answer(request, found, f"党工共建　{reader.unit_name}")


def _answer(request: HttpRequest, found: Any, name: str) -> HttpResponse:
    base = request.build_absolute_uri("/").rstrip("/")
    answer = HttpResponse(
        as_calendar(found, name=name, base=base), content_type="text/calendar; charset=utf-8"
    )
    answer["Cache-Control"] = "private, max-age=900"
    return answer
