"""Acts on several matters: first shows which, and which not and why; then acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.commons.follow_ups.authority import (
    ASSIGN_FOLLOW_UP,
    DECIDE_EXTENSION,
    URGE_FOLLOW_UP,
    VERIFY_FOLLOW_UP,
    VIEW_FOLLOW_UP,
)
from gongjian.commons.follow_ups.enums import (
    IN_UNITS_HANDS,
    ExtensionState,
    FollowUpState,
)
from gongjian.commons.follow_ups.forms import DecisionForm, HandOverManyForm, UrgeForm
from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension
from gongjian.commons.follow_ups.queries import readable_by
from gongjian.commons.follow_ups.services.assigning import hand_over, issue_many
from gongjian.commons.follow_ups.services.handling import (
    clear_many,
    decide_extension,
    urge_follow_up,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, StateConflict
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import ConfirmPage, RecordsMixin
from orgs.models import Unit

_NO_RIGHT = "当前职务无权办理这一件"
_WITH_UNIT = frozenset({FollowUpState.IN_HAND, FollowUpState.RETURNED})


def _draft_refusal(row: FollowUp, actor: Actor) -> str:
    return "办理时限已过，请先修改" if row.due_on < today() else ""


def _clear_refusal(row: FollowUp, actor: Actor) -> str:
    return (
        "办结申请是您本人提交的，须由另一个人核验" if row.reported_by_user == actor.user_id else ""
    )


def _nothing(row: FollowUp, actor: Actor) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Act:
    """One act on many: what it takes, who may, and why a matter is left out."""

    label: str
    states: frozenset[str]
    permission: str
    refusal: Callable[[FollowUp, Actor], str] = _nothing
    form: type[forms.Form] = forms.Form

    @property
    def verb(self) -> str:
        return self.label.removeprefix("批量")


ACTS: dict[str, Act] = {
    "issue": Act("批量交办", frozenset({FollowUpState.DRAFT}), ASSIGN_FOLLOW_UP, _draft_refusal),
    "urge": Act("批量催办", IN_UNITS_HANDS, URGE_FOLLOW_UP, form=UrgeForm),
    "clear": Act(
        "批量核验销号", frozenset({FollowUpState.REPORTED}), VERIFY_FOLLOW_UP, _clear_refusal
    ),
    "extend": Act("批量批复延期", _WITH_UNIT, DECIDE_EXTENSION, form=DecisionForm),
    "hand_over": Act("批量改交", IN_UNITS_HANDS, ASSIGN_FOLLOW_UP, form=HandOverManyForm),
}


class Together(RecordsMixin, ConfirmPage):
    """Chosen rows → what will happen to each → done. Handing over shows a preview in between."""

    permission = VIEW_FOLLOW_UP
    queryset = FollowUp.objects.select_related("unit", "giver")
    template_name = "follow_ups/together.html"
    #: Values of a form of handing over that was filled in well: the preview is shown.
    filled: dict[str, Any] | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["act"] not in ACTS:
            raise Http404
        self.name = kwargs["act"]
        self.act = ACTS[self.name]

    def get_heading(self) -> str:
        return self.act.label

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_by(self.actor)

    @cached_property
    def asked(self) -> dict[int, FollowUpExtension]:
        """Extensions that wait, by matter."""
        ids = [int(text) for text in self.request.POST.getlist("ids") if text.isdigit()]
        waiting = FollowUpExtension.objects.filter(
            follow_up__in=ids, state=ExtensionState.ASKED
        ).select_related("follow_up")
        return {extension.follow_up_id: extension for extension in waiting}

    def sort_out(self) -> tuple[list[FollowUp], list[tuple[FollowUp, str]]]:
        """Rows that the act takes, and the others, each with the reason."""
        ids = [int(text) for text in self.request.POST.getlist("ids") if text.isdigit()]
        ready, others = [], []
        for row in self.get_queryset().filter(pk__in=ids).order_by("due_on", "pk"):
            refusal = self._why_not(row)
            if refusal:
                others.append((row, refusal))
            else:
                ready.append(row)
        return ready, others

    def _why_not(self, row: FollowUp) -> str:
        if row.state not in self.act.states:
            return f"现在是“{row.get_state_display()}”，不能{self.act.verb}"
        if not self.actor.may(self.act.permission, at=row.unit):
            return _NO_RIGHT
        if self.name == "extend" and row.pk not in self.asked:
            return "没有等待批复的延期申请"
        if self.filled is not None:
            return self._unfit(row, self.filled)
        return self.act.refusal(row, self.actor)

    @staticmethod
    def _unfit(row: FollowUp, values: dict[str, Any]) -> str:
        if row.unit_id == values["unit"].pk:
            return "已由这个单位主办"
        if values["until"] is None and row.due_on < today():
            return "办理时限已过，请填写统一的办理时限"
        return ""

    def get_form(self, data: Any = None, files: Any = None) -> forms.BaseForm:
        # The first request brings the chosen rows alone: nothing to complain of yet.
        bound = data if data is not None and "confirmed" in self.request.POST else None
        if self.name == "hand_over":
            units = Unit.objects.within(self.actor.scope(ASSIGN_FOLLOW_UP))
            return HandOverManyForm(bound, units=units.filter(closed_on__isnull=True))
        return self.act.form(bound)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("follow_ups:followup_list"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.actor.may(self.act.permission):
            raise Http404
        if not request.POST.getlist("ids"):
            messages.warning(request, f"请先勾选要{self.act.verb}的事项。")
            return HttpResponseRedirect(reverse("follow_ups:followup_list"))
        if "confirmed" not in request.POST:
            return self.show(self.get_form())
        if self.name == "hand_over" and "previewed" not in request.POST:
            form: Any = self.get_form(request.POST)
            if not form.is_valid():
                return self.show(form, status=422)
            self.filled = form.cleaned_data
            return self.show(form)
        return super().post(request, *args, **kwargs)

    def perform(self, form: Any) -> int:
        if self.name == "hand_over":
            self.filled = form.cleaned_data
        ready, _ = self.sort_out()
        if not ready:
            raise DomainError("所选事项都不能办理，原因见下方，请返回重新勾选。")
        if self.name == "issue":
            issue_many(ready, actor=self.actor)
        elif self.name == "clear":
            clear_many(ready, actor=self.actor, reason="")
        elif self.name == "extend":
            self._extend(ready, form.cleaned_data)
        elif self.name == "hand_over":
            self._hand_over(ready, form.cleaned_data)
        else:
            return self._urge(ready, form.cleaned_data["text"])
        self.say(f"已{self.act.verb} {len(ready)} 件。")
        return len(ready)

    def _extend(self, ready: list[FollowUp], values: dict[str, Any]) -> None:
        for row in ready:
            decide_extension(
                self.asked[row.pk],
                actor=self.actor,
                granted=values["decision"] == "grant",
                reply=values["reply"],
            )

    def _hand_over(self, ready: list[FollowUp], values: dict[str, Any]) -> None:
        for row in ready:
            hand_over(
                row,
                actor=self.actor,
                unit=values["unit"],
                due_on=values["until"] or row.due_on,
                reason=values["reason"],
            )

    def _urge(self, ready: list[FollowUp], text: str) -> int:
        done = 0
        for row in ready:
            try:
                urge_follow_up(row, actor=self.actor, text=text)
                done += 1
            except StateConflict as error:
                messages.warning(self.request, f"{row.title}：{error.message}")
        self.say(f"已催办 {done} 件。")
        return done

    def get_success_url(self, result: Any) -> str:
        return reverse("follow_ups:followup_list")

    def get_cancel_url(self) -> str:
        return reverse("follow_ups:followup_list")

    def get_extra(self) -> dict[str, Any]:
        ready, others = self.sort_out()
        is_first = self.name == "hand_over" and self.filled is None
        return {
            "lines": [(row, self.asked.get(row.pk)) for row in ready]
            if self.name == "extend"
            else [(row, None) for row in ready],
            "others": others,
            "act_name": self.name,
            "filled": self.filled,
            "help_text": "请核对变动，确认后一次办理；任何一件不能办时全部不办。"
            if self.filled
            else "",
            "submit_label": "预览改交结果" if is_first else self.act.label,
        }
