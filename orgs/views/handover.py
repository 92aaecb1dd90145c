"""Pages of handovers: the list, the sheet that both sign, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage
from orgs.authority import CONFIRM_HANDOVER, SIGN_HANDOVER, VIEW_HANDOVER
from orgs.enums import HandoverState
from orgs.guidance_filters import HandoverFilter
from orgs.guidance_forms import HandOverForm, ReceiveForm, StandInForm, TickForm
from orgs.guidance_tables import HandoverTable
from orgs.handover_queries import (
    has_gone,
    may_hand_over,
    may_receive,
    may_stand_in,
    visible_handovers,
)
from orgs.handover_services import hand_over, hand_over_for, receive, tick_items
from orgs.handover_shelf import matters_of
from orgs.models import Handover, HandoverItem


class HandoverList(ListPage):
    """工作交接 within reach, and one's own."""

    permission = VIEW_HANDOVER
    heading = "工作交接"
    table_class = HandoverTable
    filterset_class = HandoverFilter

    def get_queryset(self) -> Any:
        return visible_handovers(self.actor)

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": "负责人变动时自动发起：卸任人确认移交，接任人逐项接收后签收。"}


class HandoverDetail(DetailPage):
    """交接清单; before it is handed over, what it would hold today."""

    permission = VIEW_HANDOVER
    template_name = "orgs/handover_detail.html"

    def get_queryset(self) -> Any:
        return visible_handovers(self.actor)

    def get_steps(self) -> list[dict[str, str]]:
        # Who may sign is a matter of names; the buttons come from ``get_extra``.
        return []

    def get_groups(self) -> list[tuple[str, list[Any]]]:
        if self.object.state == HandoverState.OPEN:
            found = matters_of(self.object.post)
            return [(source.label, list(things)) for source, things in found]
        groups: dict[str, list[HandoverItem]] = {}
        for item in self.object.items.all():
            groups.setdefault(item.heading, []).append(item)
        return list(groups.items())

    def get_extra(self) -> dict[str, Any]:
        handover: Handover = self.object
        groups = self.get_groups()
        items = [item for _, things in groups for item in things]
        is_open = handover.state == HandoverState.OPEN
        seen = 0 if is_open else sum(item.seen_at is not None for item in items)
        return {
            "groups": groups,
            "item_count": len(items),
            "seen_count": seen,
            "left_count": len(items) - seen,
            "is_open": is_open,
            "has_gone": is_open and has_gone(handover),
            "may_hand_over": may_hand_over(handover, self.actor),
            "may_stand_in": may_stand_in(handover, self.actor),
            "may_receive": may_receive(handover, self.actor),
            "turns": self.get_turns(),
            "crumbs": [("工作交接", reverse("orgs:handover_list"))],
        }

    def get_turns(self) -> list[tuple[str, str]]:
        state = self.object.state
        place = list(HandoverState.values).index(state)
        if state == HandoverState.RECEIVED:
            place += 1
        labels = ("发起", "移交人确认", "接收人逐项接收", "完成")
        return [
            (label, "past" if number <= place else "now" if number == place + 1 else "")
            for number, label in enumerate(labels)
        ]


class _HandoverAct(FormPage, base=True):
    """An act on one handover; who may not, does not see the page."""

    def get_object(self) -> Handover:
        found = visible_handovers(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_cancel_url(self) -> str:
        return self.get_object().get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        handover = self.get_object()
        return {
            "object": handover,
            "crumbs": [
                ("工作交接", reverse("orgs:handover_list")),
                (str(handover), handover.get_absolute_url()),
            ],
        }


class HandOver(_HandoverAct):
    permission = SIGN_HANDOVER
    heading = "确认移交"
    form_class = HandOverForm
    submit_label = "确认移交"
    help_text = "确认后清单按现在的情况固定下来，交接任者逐项接收。"
    success_message = "已确认移交，等待接任者接收。"

    def perform(self, form: Any) -> Handover:
        return hand_over(self.get_object(), actor=self.actor, note=form.cleaned_data["note"])


class StandIn(_HandoverAct):
    permission = CONFIRM_HANDOVER
    heading = "代签移交"
    form_class = StandInForm
    submit_label = "代签移交"
    help_text = "只在移交人已不在任、无法本人办理时由上级代签，理由记入清单。"
    success_message = "已代签移交，等待接任者接收。"

    def perform(self, form: Any) -> Handover:
        reason = form.cleaned_data["reason"]
        return hand_over_for(self.get_object(), actor=self.actor, reason=reason)


class TickItems(_HandoverAct):
    """逐项接收: the new holder goes through the list, in as many goes as it takes."""

    permission = SIGN_HANDOVER
    heading = "逐项接收"
    form_class = TickForm
    submit_label = "保存"
    template_name = "orgs/handover_items.html"
    success_message = "已保存接收情况。"

    def get_form_kwargs(self) -> dict[str, Any]:
        handover = self.get_object()
        if not may_receive(handover, self.actor):
            raise Http404
        return {"handover": handover}

    def perform(self, form: Any) -> Handover:
        return tick_items(
            self.get_object(), actor=self.actor, ticks=form.ticks(), remarks=form.remarks()
        )


class Receive(_HandoverAct):
    permission = SIGN_HANDOVER
    heading = "签收交接"
    form_class = ReceiveForm
    submit_label = "签收"
    help_text = "签收后清单冻结，双方都不能再改，可随时打印。"
    success_message = "已签收，交接完成。"

    def perform(self, form: Any) -> Handover:
        return receive(self.get_object(), actor=self.actor, note=form.cleaned_data["note"])
