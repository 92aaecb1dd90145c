"""One agenda item: its papers, what was said, where it was before, and the acts of its unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from gongjian.commons.follow_ups.queries import lights_of
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import ConfirmPage, DetailPage, FormPage, Page, RecordsMixin
from meetings.authority import CONVENE_MEETING, TAKE_PART, VIEW_MEETING
from meetings.enums import BEFORE_SITTING, ItemState, MeetingState
from meetings.forms import ItemForm, ReferForm
from meetings.models import AgendaItem, Meeting
from meetings.queries import (
    appearances_of,
    may_edit,
    may_propose,
    readable_by,
    readable_items,
    referrals_of,
)
from meetings.services.agenda import edit_item, refer_item, withdraw_item
from meetings.tables import ITEM_TONES


class ItemDetail(DetailPage):
    permission = VIEW_MEETING
    queryset = AgendaItem.objects.all()
    template_name = "meetings/item_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_items(self.actor)

    def get_facts(self) -> list[tuple[str, Any]]:
        item: AgendaItem = self.object
        facts: list[tuple[str, Any]] = [("会议", item.meeting), ("提出单位", item.unit)]
        if item.presenter:
            facts.append(("汇报人", item.presenter))
        if item.minutes:
            facts.append(("预计用时", f"{item.minutes}分钟"))
        if item.source_label:
            facts.append(("来源", item.source_label))
        if item.merged_into is not None:
            facts.append(("并入", item.merged_into))
        return facts

    def get_history(self) -> Sequence[TrailEntry]:
        """Its changes hold the words of the record, which are the convener's until they are out."""
        if not self.actor.may(CONVENE_MEETING, at=self.object.meeting.unit):
            return []
        return super().get_history()

    def get_steps(self) -> list[dict[str, str]]:
        """Vetting has its own page with all verdicts on it."""
        return []

    def get_extra(self) -> dict[str, Any]:
        item: AgendaItem = self.object
        convenes = self.actor.may(CONVENE_MEETING, at=item.meeting.unit)
        resolutions = list(item.resolutions.select_related("unit", "follow_up"))
        lights = lights_of([row.follow_up for row in resolutions])
        return {
            "tone": ITEM_TONES[ItemState(item.state)],
            "resolutions": [(row, lights.get(row.follow_up_id)) for row in resolutions],
            "earlier": appearances_of(item),
            "referral": referrals_of(item.meeting).get(item.pk),
            "may_edit": may_edit(self.actor, item),
            "may_withdraw": may_withdraw(self.actor, item),
            "may_vet": convenes
            and item.meeting.state in BEFORE_SITTING
            and item.state in {ItemState.PROPOSED, ItemState.ACCEPTED},
            "may_refer": convenes
            and item.meeting.unit.parent_id is not None
            and item.state != ItemState.WITHDRAWN,
            "shows_record": convenes or item.meeting.state == MeetingState.MINUTED,
        }


def may_withdraw(actor: Actor, item: AgendaItem) -> bool:
    return (
        item.state == ItemState.PROPOSED
        and item.source_id is None
        and item.unit_id == actor.unit_id
        and item.meeting.state in BEFORE_SITTING
        and actor.may(TAKE_PART)
    )


class _OfItem(RecordsMixin, Page, base=True):
    permission = VIEW_MEETING
    queryset = AgendaItem.objects.all()

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_items(self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class ItemEdit(_OfItem, FormPage):
    form_class = ItemForm
    template_name = "meetings/act.html"
    heading = "修改议题"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        names = ("title", "body", "opinion", "presenter", "minutes", "recurs", "is_internal")
        return {
            "initial": {name: getattr(item, name) for name in names},
            "convenes": self.actor.may(CONVENE_MEETING, at=item.meeting.unit),
        }

    def perform(self, form: Any) -> AgendaItem:
        return edit_item(self.get_object(), actor=self.actor, values=form.cleaned_data)


class ItemWithdraw(_OfItem, ConfirmPage):
    permission = TAKE_PART
    heading = "撤回议题"
    submit_label = "撤回"
    help_text = "撤回后召集单位不再审定；需要时可以重新申报。"

    def perform(self, form: Any) -> AgendaItem:
        item = withdraw_item(self.get_object(), actor=self.actor)
        self.say("已撤回。")
        return item


class ItemRefer(_OfItem, FormPage):
    """提请上级会议."""

    permission = CONVENE_MEETING
    form_class = ReferForm
    template_name = "meetings/act.html"
    heading = "提请上级会议研究"
    submit_label = "提请"
    help_text = "上级会议议定以后，答复会列入本会下一次会议的议题。"
    success_message = "已提请，审定后会通知您。"

    def get_form_kwargs(self) -> dict[str, Any]:
        own = self.get_object().meeting.series_id
        calling = readable_by(self.actor).filter(state=MeetingState.CALLING).exclude(series_id=own)
        open_to = [meeting.pk for meeting in calling if may_propose(self.actor, meeting)]
        return {"meetings": Meeting.objects.filter(pk__in=open_to).select_related("series")}

    def perform(self, form: Any) -> AgendaItem:
        return refer_item(self.get_object(), actor=self.actor, to=form.cleaned_data["to"])

    def get_success_url(self, result: Any) -> str:
        return reverse("meetings:item_detail", args=[self.kwargs["pk"]])
