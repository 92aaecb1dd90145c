"""The page of one meeting and the acts on it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.timezone import localtime

from gongjian.commons.documents.models import OfficialDocument, ReportJob
from gongjian.commons.documents.queries import PUBLISHED
from gongjian.commons.documents.reports import request_report
from gongjian.commons.evidence.queries import uses_behind
from gongjian.commons.follow_ups.authority import ASSIGN_FOLLOW_UP, VIEW_FOLLOW_UP
from gongjian.commons.follow_ups.queries import lights_of
from gongjian.foundation.kernel.errors import StateConflict
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    Page,
    RecordsMixin,
    StepPage,
)
from meetings.authority import CONVENE_MEETING, TAKE_PART, VIEW_MEETING
from meetings.documents import PACK
from meetings.enums import BEFORE_SITTING, RECORDING, SLOTS, ItemState, MeetingState, Reply
from meetings.forms import (
    AnswerForm,
    CallForm,
    InviteForm,
    ItemForm,
    MeetingForm,
    ResolutionForm,
    VetForm,
)
from meetings.models import AgendaItem, Copy, Invitation, Meeting, Resolution
from meetings.queries import (
    checks_before,
    items_for,
    may_propose,
    phrases_of,
    readable_by,
    referrals_of,
    results_to_report,
)
from meetings.services.agenda import move_item, prefill_agenda, propose_item, vet_item, vet_the_rest
from meetings.services.convening import (
    answer_notice,
    call_for_items,
    cancel_meeting,
    edit_meeting,
    invite_also,
    roll_of,
    send_notice,
)
from meetings.services.sitting import (
    close_meeting,
    distribute_minutes,
    draft_minutes,
    keep_record,
    open_meeting,
    receive_minutes,
    resolve,
    settle_item,
)
from meetings.tables import ITEM_TONES, STATE_TONES
from orgs.models import Unit

_MEETINGS = Meeting.objects.select_related("series", "unit", "document")
_ITEMS = AgendaItem.objects.select_related("meeting__series", "meeting__unit", "unit")
#: Standard phrases of minutes; a press puts one at the end of the record.
PHRASES = (
    "会议听取了关于　　的情况汇报。",
    "会议认为，",
    "会议议定，",
    "会议强调，",
    "会议要求，",
)


#: States in which the convener is shown the check of what is missing.
CHECKED = frozenset({MeetingState.PLANNED, MeetingState.CALLING, MeetingState.NOTICED})
#: States in which files of the sitting itself are kept.
FILED = frozenset(
    {MeetingState.NOTICED, MeetingState.SITTING, MeetingState.HELD, MeetingState.MINUTED}
)


class MeetingDetail(DetailPage):
    permission = VIEW_MEETING
    queryset = _MEETINGS
    template_name = "meetings/meeting_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_by(self.actor)

    def get_facts(self) -> list[tuple[str, Any]]:
        meeting: Meeting = self.object
        facts = [
            ("时间", f"{_local(meeting)}"),
            ("地点", meeting.place),
            ("主持人", meeting.host),
            ("记录人", meeting.recorder or "未指定"),
            ("召集单位", meeting.unit),
        ]
        if meeting.items_due_on:
            facts.append(("议题申报截止", f"{meeting.items_due_on:%Y-%m-%d}"))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        steps = super().get_steps()
        call = reverse("meetings:call", args=[self.object.pk])
        return [
            {**step, "url": call} if step["url"] == self._step("call") else step for step in steps
        ]

    def _step(self, name: str) -> str:
        return reverse("meetings:meeting_step", args=[self.object.pk, name])

    def get_extra(self) -> dict[str, Any]:
        meeting: Meeting = self.object
        convenes = self.actor.may(CONVENE_MEETING, at=meeting.unit)
        items = items_for(self.actor, meeting).select_related("unit", "earlier__meeting__series")
        resolutions = list(meeting.resolutions.select_related("unit", "follow_up"))
        roll = roll_of(meeting) if convenes else None
        results = results_to_report(meeting)
        referrals = referrals_of(meeting) if convenes else {}
        papers = Counter(
            uses_behind(AgendaItem._meta.label_lower, [item.pk for item in items]).values_list(
                "subject_id", flat=True
            )
        )
        lights = lights_of([row.follow_up for row in (*results, *resolutions)])
        return {
            "tone": STATE_TONES[MeetingState(meeting.state)],
            "waiting": sum(item.state == ItemState.PROPOSED for item in items),
            "shows_record": convenes or meeting.state == MeetingState.MINUTED,
            "convenes": convenes,
            "items": [
                {
                    "item": item,
                    "tone": ITEM_TONES[ItemState(item.state)],
                    "referral": referrals.get(item.pk),
                    "papers": papers.get(item.pk, 0),
                }
                for item in items
            ],
            "checks": checks_before(meeting) if convenes and meeting.state in CHECKED else [],
            "may_invite": convenes
            and meeting.state in {MeetingState.NOTICED, MeetingState.SITTING},
            "slots": SLOTS.items() if convenes and meeting.state in FILED else (),
            "may_propose": meeting.state in BEFORE_SITTING and may_propose(self.actor, meeting),
            "may_vet": convenes and meeting.state in BEFORE_SITTING,
            "may_record": convenes and meeting.state in RECORDING,
            "may_draft": convenes and meeting.state == MeetingState.HELD and not meeting.document,
            "invitations": meeting.invitations.select_related("unit"),
            "own_unit": self.actor.unit_id,
            "may_answer": meeting.state == MeetingState.NOTICED and self.actor.may(TAKE_PART),
            "resolutions": [(row, lights.get(row.follow_up_id)) for row in resolutions],
            "results": [(row, lights.get(row.follow_up_id)) for row in results],
            "session": roll.sessions.first() if roll is not None else None,
            "copies": meeting.copies.select_related("unit"),
            "own_copy": meeting.copies.filter(
                unit_id=self.actor.unit_id or 0, received_at__isnull=True
            ).first(),
            "is_published": bool(meeting.document and meeting.document.state in PUBLISHED),
        }


def _local(meeting: Meeting) -> str:
    start, end = localtime(meeting.starts_at), localtime(meeting.ends_at)
    return f"{start.year}年{start.month}月{start.day}日 {start:%H:%M}—{end:%H:%M}"


class MeetingStep(StepPage):
    permission = CONVENE_MEETING
    queryset = _MEETINGS
    services = {
        "notice": send_notice,
        "open": open_meeting,
        "close": close_meeting,
        "issue_minutes": distribute_minutes,
        "cancel": cancel_meeting,
    }


class _OfMeeting(RecordsMixin, FormPage, base=True):
    permission = CONVENE_MEETING
    queryset = _MEETINGS
    template_name = "meetings/act.html"

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()


class Call(_OfMeeting):
    form_class = CallForm
    heading = "征集议题"
    submit_label = "征集议题"
    help_text = "成员单位会收到通知，在截止日期前申报。"
    success_message = "已向成员单位征集议题。"

    def perform(self, form: Any) -> Meeting:
        return call_for_items(self.get_object(), actor=self.actor, **form.cleaned_data)


class InviteAlso(_OfMeeting):
    form_class = InviteForm
    heading = "增加参会人员"
    submit_label = "通知参会"
    help_text = "只参加这一次会议，例如汇报议题的单位负责人。"
    success_message = "已通知，并列入签到名册。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": Unit.objects.filter(closed_on__isnull=True)}

    def perform(self, form: Any) -> Invitation:
        return invite_also(self.get_object(), actor=self.actor, **form.cleaned_data)


class MeetingEdit(_OfMeeting):
    form_class = MeetingForm
    heading = "修改会议安排"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        meeting = self.get_object()
        names = ("starts_at", "ends_at", "place", "host", "recorder")
        return {"initial": {name: getattr(meeting, name) for name in names}}

    def perform(self, form: Any) -> Meeting:
        return edit_meeting(self.get_object(), actor=self.actor, values=form.cleaned_data)


class Propose(_OfMeeting):
    permission = VIEW_MEETING
    form_class = ItemForm
    heading = "申报议题"
    submit_label = "申报"
    success_message = "已申报，审定后会通知您。"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_by(self.actor)

    def get_form_kwargs(self) -> dict[str, Any]:
        convenes = self.actor.may(CONVENE_MEETING, at=self.get_object().unit)
        return {"convenes": convenes}

    def get_success_url(self, result: Any) -> str:
        # Its page is where papers are put behind it.
        return str(result.get_absolute_url())

    def perform(self, form: Any) -> AgendaItem:
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        return propose_item(
            self.get_object(), actor=self.actor, unit=unit, values=form.cleaned_data
        )


class Prefill(RecordsMixin, ConfirmPage):
    permission = CONVENE_MEETING
    queryset = _MEETINGS
    heading = "从系统带入议题"
    help_text = "上次结转的议题、逾期和在办的事项会列为待审定议题；不需要的退回即可。"
    submit_label = "带入"

    def perform(self, form: Any) -> Meeting:
        meeting: Meeting = self.get_object()
        placed = prefill_agenda(meeting, actor=self.actor)
        self.say(f"带入{len(placed)}项议题，请逐项审定。" if placed else "没有新的事项可以带入。")
        return meeting

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class VetTheRest(RecordsMixin, ConfirmPage):
    """其余全部上会: only exceptions are vetted one by one."""

    permission = CONVENE_MEETING
    queryset = _MEETINGS
    heading = "其余议题全部上会"
    submit_label = "全部上会"

    def get_extra(self) -> dict[str, Any]:
        meeting = self.get_object()
        titles = meeting.items.filter(state=ItemState.PROPOSED).values_list("title", flat=True)
        return {"object": meeting, "help_text": f"将上会：{'；'.join(titles)}。"}

    def perform(self, form: Any) -> Meeting:
        meeting: Meeting = self.get_object()
        count = vet_the_rest(meeting, actor=self.actor)
        self.say(f"{count}项议题已确定上会。")
        return meeting

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class DraftMinutes(RecordsMixin, ConfirmPage):
    permission = CONVENE_MEETING
    queryset = _MEETINGS
    heading = "起草纪要"
    help_text = "由记录、议定事项和签到情况生成纪要草稿。起草以后，议定事项不再增改。"
    submit_label = "起草"

    def perform(self, form: Any) -> OfficialDocument:
        return draft_minutes(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PrintPack(RecordsMixin, ConfirmPage):
    permission = VIEW_MEETING
    queryset = _MEETINGS
    heading = "生成会议材料"
    submit_label = "生成"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_by(self.actor).exclude(state=MeetingState.PLANNED)

    def perform(self, form: Any) -> ReportJob:
        meeting = self.get_object()
        return request_report(
            PACK.key,
            actor=self.actor,
            parameters={
                "meeting": meeting.pk,
                "internal": self.actor.may(CONVENE_MEETING, at=meeting.unit),
            },
            title=f"{meeting}材料"[:200],
        )

    def get_success_url(self, result: ReportJob) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class _OfItem(RecordsMixin, FormPage, base=True):
    permission = CONVENE_MEETING
    queryset = _ITEMS
    template_name = "meetings/act.html"

    def get_cancel_url(self) -> str:
        return str(self.get_object().anchor)

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()


class Vet(_OfItem):
    form_class = VetForm
    heading = "审定议题"
    submit_label = "审定"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        others = item.meeting.items.filter(state__in=[ItemState.PROPOSED, ItemState.ACCEPTED])
        return {"others": others.exclude(pk=item.pk)}

    def perform(self, form: Any) -> AgendaItem:
        return vet_item(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class MoveItem(RecordsMixin, Page):
    permission = CONVENE_MEETING
    queryset = _ITEMS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item = self.get_object()
        move_item(item, actor=self.actor, step=-1 if kwargs["way"] == "up" else 1)
        return HttpResponseRedirect(item.anchor)


class Record(RecordsMixin, Page):
    """会议记录 of the whole sitting: one box for each item, saved by itself while typing."""

    permission = CONVENE_MEETING
    queryset = _MEETINGS
    template_name = "meetings/record.html"
    heading = "会议记录"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        meeting = self.get_object()
        if meeting.state not in RECORDING:
            raise Http404
        items = meeting.items.filter(
            state__in=[ItemState.ACCEPTED, ItemState.DISCUSSED, ItemState.CARRIED]
        )
        return self.render(
            {
                "heading": f"会议记录：{meeting}",
                "meeting": meeting,
                "items": items.select_related("unit").prefetch_related("resolutions__unit"),
                "phrases": [*PHRASES, *phrases_of(meeting.unit)],
            }
        )


class KeepRecord(RecordsMixin, Page):
    """One box. A script gets JSON; without one the page comes back."""

    permission = CONVENE_MEETING
    queryset = _ITEMS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item: AgendaItem = self.get_object()
        revision = request.POST.get("revision", "")
        wants_json = "application/json" in request.headers.get("Accept", "")
        try:
            kept = keep_record(
                item,
                actor=self.actor,
                text=request.POST.get("text", "").replace("\r\n", "\n"),
                revision=int(revision) if revision.isdigit() else -1,
            )
        except StateConflict as error:
            if not wants_json:
                raise
            item.refresh_from_db()
            return JsonResponse(
                {"error": error.message, "text": item.record, "revision": item.revision},
                status=409,
            )
        if wants_json:
            return JsonResponse({"revision": kept.revision})
        return HttpResponseRedirect(reverse("meetings:record", args=[item.meeting_id]))


class Settle(RecordsMixin, Page):
    permission = CONVENE_MEETING
    queryset = _ITEMS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if kwargs["outcome"] not in {"discuss", "carry"}:
            raise Http404
        item = settle_item(self.get_object(), actor=self.actor, outcome=kwargs["outcome"])
        return HttpResponseRedirect(reverse("meetings:record", args=[item.meeting_id]))


class Resolve(_OfItem):
    form_class = ResolutionForm
    heading = "形成议定事项"
    submit_label = "议定并交办"
    success_message = "已形成议定事项，并作为督办事项交办。"

    def get_form_kwargs(self) -> dict[str, Any]:
        open_units = Unit.objects.filter(closed_on__isnull=True)
        return {
            "units": open_units.within(self.actor.scope(ASSIGN_FOLLOW_UP)),  # type: ignore[attr-defined]
            "helpers": open_units.within(self.actor.scope(VIEW_FOLLOW_UP)),  # type: ignore[attr-defined]
        }

    def perform(self, form: Any) -> Resolution:
        values = dict(form.cleaned_data)
        helpers = values.pop("helpers")
        return resolve(self.get_object(), actor=self.actor, values=values, helpers=helpers)

    def get_success_url(self, result: Any) -> str:
        return reverse("meetings:record", args=[self.get_object().meeting_id])

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class Answer(RecordsMixin, FormPage):
    """回复会议通知."""

    permission = TAKE_PART
    queryset = Invitation.objects.select_related("meeting__series", "unit")
    form_class = AnswerForm
    template_name = "meetings/act.html"
    submit_label = "回复"
    success_message = "已回复召集单位。"

    def get_heading(self) -> str:
        return f"回复会议通知（{self.get_object().name}）"

    def get_form_kwargs(self) -> dict[str, Any]:
        called = self.get_object()
        chosen = "" if called.reply == Reply.PENDING else called.reply
        return {
            "initial": {
                "reply": chosen,
                "substitute": called.substitute,
                "reason": called.reason,
            }
        }

    def perform(self, form: Any) -> Invitation:
        return answer_notice(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return str(self.get_object().meeting.get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object().meeting}


class Receive(RecordsMixin, Page):
    permission = TAKE_PART
    queryset = Copy.objects.select_related("meeting__series", "unit")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        copy = receive_minutes(self.get_object(), actor=self.actor)
        self.say("已签收纪要。")
        return HttpResponseRedirect(copy.meeting.get_absolute_url())
