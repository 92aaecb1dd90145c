"""The sheet on which the organizer writes who was there, and its printed form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.rolls.authority import KEEP_ROLL
from gongjian.commons.rolls.documents import SHEET
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.models import RollSession
from gongjian.commons.rolls.queries import expected_at, turnout
from gongjian.commons.rolls.services import Mark, call_roll, call_the_rest, scan_member
from gongjian.commons.rolls.shelf import roll_subjects
from gongjian.foundation.kernel.errors import FieldErrors
from gongjian.foundation.web.pages import ConfirmPage, Page, RecordsMixin

_SESSIONS = RollSession.objects.select_related("roll__organizer")


class RollSheet(RecordsMixin, Page):
    """登记到会: one row a person; rows left open stay open."""

    permission = KEEP_ROLL
    queryset = _SESSIONS
    template_name = "rolls/sheet.html"
    heading = "登记到会"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_object())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = self.get_object()
        marks: dict[int, Mark] = {}
        for member in expected_at(session):
            chosen = request.POST.get(f"attendance-{member.pk}", "")
            if chosen in Attendance.values:
                marks[member.pk] = Mark(
                    Attendance(chosen),
                    request.POST.get(f"substitute-{member.pk}", "").strip()[:60],
                    request.POST.get(f"remark-{member.pk}", "").strip()[:200],
                )
        try:
            changed = call_roll(session, actor=self.actor, marks=marks)
        except FieldErrors as error:
            texts = [text for found in error.errors.values() for text in found]
            return self.show(session, errors=texts, typed=marks, status=422)
        self.say(f"已登记，更新{changed}人。")
        return HttpResponseRedirect(request.path)

    def show(
        self,
        session: RollSession,
        *,
        errors: list[str] | None = None,
        typed: dict[int, Mark] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        known: dict[int, Any] = {mark.member_id: mark for mark in session.marks.all()}
        known |= typed or {}
        rows = [
            {"member": member, "mark": known.get(member.pk)}
            for member in expected_at(session).select_related("unit")
        ]
        subject = roll_subjects.get(session.roll.subject_kind)
        return self.render(
            {
                "heading": f"登记到会：{session.roll.title}",
                "session": session,
                "rows": rows,
                "choices": Attendance.choices,
                "turnout": turnout(session),
                "is_closed": session.roll.closed_at is not None,
                "errors": errors or [],
                "back_url": subject.url(session.roll.subject_id) if subject else "",
            },
            status=status,
        )


class ScanMember(RecordsMixin, Page):
    """扫码登记: the code of one row of the signed sheet, read by a hand scanner."""

    permission = KEEP_ROLL
    queryset = _SESSIONS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = self.get_object()
        try:
            member = scan_member(session, actor=self.actor, code=request.POST.get("code", ""))
        except FieldErrors as error:
            messages.error(request, error.errors["code"][0])
        else:
            self.say(f"已登记：{member.name}出席。")
        return HttpResponseRedirect(reverse("rolls:roll_sheet", args=[session.pk]))


class CallTheRest(RecordsMixin, Page):
    """其余全部出席: only exceptions are written by hand."""

    permission = KEEP_ROLL
    queryset = _SESSIONS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = self.get_object()
        changed = call_the_rest(session, actor=self.actor)
        self.say(f"其余 {changed} 人已登记为出席。")
        return HttpResponseRedirect(reverse("rolls:roll_sheet", args=[session.pk]))


class PrintSheet(RecordsMixin, ConfirmPage):
    """Ask for the printed 签到表."""

    permission = KEEP_ROLL
    queryset = _SESSIONS
    heading = "打印签到表"
    submit_label = "生成"

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}

    def perform(self, form: Any) -> ReportJob:
        session = self.get_object()
        if not session.roll.members.exists():
            raise Http404
        return request_report(
            SHEET.key,
            actor=self.actor,
            parameters={"session": session.pk},
            title=f"{session.roll.title}签到表"[:200],
        )

    def get_success_url(self, result: ReportJob) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return reverse("rolls:roll_sheet", args=[self.kwargs["pk"]])
