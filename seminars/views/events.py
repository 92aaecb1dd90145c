"""Seminars on screen: programme, replies, roll, record."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from orgs.models import Unit
from orgs.queries import root_unit
from seminars.authority import ANSWER_SEMINAR, MANAGE_SEMINAR, VIEW_SEMINAR
from seminars.documents import PROGRAMME
from seminars.enums import ReplyKind, SeminarState
from seminars.forms import InviteForm, ItemForm, RecordForm, ReplyForm, SeminarForm
from seminars.models import Invitation, ProgrammeItem, Seminar
from seminars.services.events import (
    add_item,
    add_prize_papers,
    answer_invitation,
    begin_roll,
    cancel_seminar,
    hold_seminar,
    invite,
    move_item,
    papers_for,
    remove_item,
    roll_of,
    save_record,
    save_seminar,
)
from seminars.tables import SEMINAR_TONES, SeminarTable

_SEMINARS = Seminar.objects.select_related("call", "organizer")
_OPEN = [SeminarState.PLANNED, SeminarState.INVITED]


class _Readable(RecordsMixin):
    """A seminar in planning is the office's alone."""

    queryset = _SEMINARS

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        actor = self.actor  # type: ignore[attr-defined]
        return rows if actor.may(MANAGE_SEMINAR) else rows.exclude(state=SeminarState.PLANNED)


class SeminarList(_Readable, ListPage):
    permission = VIEW_SEMINAR
    table_class = SeminarTable
    heading = "研讨会"

    def get_queryset(self) -> Any:
        coming = Count("invitations", filter=Q(invitations__reply=ReplyKind.COMING))
        return super().get_queryset().annotate(coming=coming)

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(MANAGE_SEMINAR)
        return {
            "create_url": reverse("seminars:seminar_create") if may else "",
            "create_label": "筹备研讨会",
        }


class SeminarDetail(_Readable, DetailPage):
    permission = VIEW_SEMINAR
    template_name = "seminars/seminar_detail.html"

    def get_place(self) -> None:
        return None

    def get_facts(self) -> list[tuple[str, Any]]:
        seminar: Seminar = self.object
        begins = timezone.localtime(seminar.starts_at, SHANGHAI)
        ends = timezone.localtime(seminar.ends_at, SHANGHAI)
        return [
            ("时间", f"{begins:%Y-%m-%d %H:%M} 至 {ends:%m-%d %H:%M}"),
            ("地点", seminar.place),
            ("主办单位", seminar.organizer),
            ("对应征文", seminar.call or "—"),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        # Inviting asks for the units and has a page of its own.
        return [step for step in super().get_steps() if step["label"] != "发出通知"]

    def get_extra(self) -> dict[str, Any]:
        seminar: Seminar = self.object
        manages = self.actor.may(MANAGE_SEMINAR)
        replies = list(seminar.invitations.select_related("unit"))
        mine = next((row for row in replies if row.unit_id == self.actor.unit_id), None)
        roll = roll_of(seminar)
        return {
            "tone": SEMINAR_TONES[SeminarState(seminar.state)],
            "items": seminar.items.select_related("paper"),
            "minutes": sum(item.minutes for item in seminar.items.all()),
            "replies": replies if manages else [],
            "coming": [row for row in replies if row.reply == ReplyKind.COMING],
            "waiting": [row for row in replies if row.reply == ReplyKind.WAITING],
            "mine": mine,
            "may_answer": mine is not None
            and seminar.state == SeminarState.INVITED
            and self.actor.may(ANSWER_SEMINAR),
            "may_manage": manages and seminar.state in _OPEN,
            "may_invite": manages and seminar.state == SeminarState.PLANNED,
            "may_roll": manages and seminar.state == SeminarState.INVITED and roll is None,
            "session": roll.sessions.first() if roll and manages else None,
            "may_record": manages and seminar.state in {SeminarState.INVITED, SeminarState.HELD},
            "has_prizes": manages and seminar.state in _OPEN and papers_for(seminar).exists(),
        }


class SeminarCreate(FormPage):
    permission = MANAGE_SEMINAR
    form_class = SeminarForm
    heading = "筹备研讨会"

    def perform(self, form: Any) -> Seminar:
        organizer = root_unit() or Unit.objects.get(pk=self.actor.unit_id or 0)
        return save_seminar(None, actor=self.actor, organizer=organizer, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("seminars:seminar_list")


class _OfSeminar(RecordsMixin):
    queryset = _SEMINARS

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class SeminarEdit(_OfSeminar, FormPage):
    permission = MANAGE_SEMINAR
    queryset = _SEMINARS.filter(state__in=_OPEN)
    form_class = SeminarForm
    heading = "修改研讨会"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": SeminarForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> Seminar:
        seminar: Seminar = self.get_object()
        return save_seminar(
            seminar, actor=self.actor, organizer=seminar.organizer, values=form.cleaned_data
        )


class ItemAdd(_OfSeminar, FormPage):
    permission = MANAGE_SEMINAR
    queryset = _SEMINARS.filter(state__in=_OPEN)
    form_class = ItemForm
    heading = "增加议程"
    submit_label = "增加"

    def perform(self, form: Any) -> Seminar:
        seminar: Seminar = self.get_object()
        add_item(seminar, actor=self.actor, values=form.cleaned_data)
        return seminar


class PrizePapers(_OfSeminar, Page):
    """Bring the prize papers onto the programme."""

    permission = MANAGE_SEMINAR

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seminar: Seminar = self.get_object()
        many = add_prize_papers(seminar, actor=self.actor)
        self.say(f"已带入{many}篇获奖论文。" if many else "获奖论文都已在议程里。")
        return HttpResponseRedirect(seminar.get_absolute_url())


class ItemMove(RecordsMixin, Page):
    permission = MANAGE_SEMINAR
    queryset = ProgrammeItem.objects.select_related("seminar")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item: ProgrammeItem = self.get_object()
        move_item(item, actor=self.actor, up=kwargs["way"] == "up")
        return HttpResponseRedirect(item.seminar.get_absolute_url())


class ItemRemove(RecordsMixin, ConfirmPage):
    permission = MANAGE_SEMINAR
    queryset = ProgrammeItem.objects.select_related("seminar")
    heading = "删去议程"
    submit_label = "删去"

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": self.get_object().title}

    def perform(self, form: Any) -> Seminar:
        return remove_item(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().seminar.get_absolute_url())


class SeminarInvite(_OfSeminar, FormPage):
    permission = MANAGE_SEMINAR
    queryset = _SEMINARS.filter(state=SeminarState.PLANNED)
    form_class = InviteForm
    template_name = "seminars/act.html"
    heading = "发出通知"
    submit_label = "发出"
    success_message = "已发出，各单位会收到提醒。"

    def get_form_kwargs(self) -> dict[str, Any]:
        seminar: Seminar = self.get_object()
        units = Unit.objects.within(self.scope).filter(closed_on=None)
        # Authors of the programme's papers are there already.
        chosen = set(papers_for(seminar).values_list("unit", flat=True)) | set(
            units.filter(parent=seminar.organizer).values_list("pk", flat=True)
        )
        return {"units": units, "initial": {"units": sorted(chosen)}}

    def perform(self, form: Any) -> Seminar:
        return invite(self.get_object(), actor=self.actor, units=form.cleaned_data["units"])


class InvitationAnswer(RecordsMixin, FormPage):
    """回复: the invited unit's own."""

    permission = ANSWER_SEMINAR
    queryset = Invitation.objects.select_related("seminar", "unit")
    form_class = ReplyForm
    heading = "回复通知"
    submit_label = "回复"
    success_message = "已回复。"

    def get_form_kwargs(self) -> dict[str, Any]:
        row: Invitation = self.get_object()
        known = row.reply != ReplyKind.WAITING
        return {
            "initial": {
                "reply": row.reply if known else ReplyKind.COMING,
                "name": row.name or self.actor.person_name,
                "duty": row.duty or self.actor.post_title,
                "remark": row.remark,
            }
        }

    def perform(self, form: Any) -> Invitation:
        values = dict(form.cleaned_data)
        reply = values.pop("reply")
        return answer_invitation(self.get_object(), actor=self.actor, reply=reply, values=values)

    def get_success_url(self, result: Any) -> str:
        return str(result.seminar.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().seminar.get_absolute_url())


class SeminarRoll(_OfSeminar, Page):
    """建立名册 out of the replies, and on to the sheet."""

    permission = MANAGE_SEMINAR

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        roll = begin_roll(self.get_object(), actor=self.actor)
        session = roll.sessions.get()
        return HttpResponseRedirect(reverse("rolls:roll_sheet", args=[session.pk]))


class SeminarRecord(_OfSeminar, FormPage):
    permission = MANAGE_SEMINAR
    queryset = _SEMINARS.filter(state__in=[SeminarState.INVITED, SeminarState.HELD])
    form_class = RecordForm
    heading = "讨论记录"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"text": self.get_object().record}}

    def perform(self, form: Any) -> Seminar:
        return save_record(self.get_object(), actor=self.actor, text=form.cleaned_data["text"])


class SeminarStep(_Readable, StepPage):
    permission = VIEW_SEMINAR
    services = {"hold": hold_seminar, "cancel": cancel_seminar}

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class ProgrammePrint(_Readable, ConfirmPage):
    permission = VIEW_SEMINAR
    heading = "打印会议议程"
    submit_label = "生成 PDF"
    help_text = "完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        seminar: Seminar = self.get_object()
        return request_report(
            PROGRAMME.key,
            actor=self.actor,
            title=f"{seminar}议程",
            parameters={"seminar": seminar.pk, "state": seminar.state},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
