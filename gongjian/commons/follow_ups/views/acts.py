"""Steps of a matter, one by one and together."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404

from gongjian.commons.follow_ups.authority import (
    ASSIGN_FOLLOW_UP,
    DECIDE_EXTENSION,
    HANDLE_FOLLOW_UP,
    URGE_FOLLOW_UP,
    VERIFY_FOLLOW_UP,
    VIEW_FOLLOW_UP,
)
from gongjian.commons.follow_ups.enums import Escalation, ExtensionState
from gongjian.commons.follow_ups.forms import (
    DecisionForm,
    DelegateForm,
    EscalateForm,
    ExtensionForm,
    HandlerForm,
    HandOverForm,
    NoteForm,
    RaiseForm,
    ReportForm,
    UntilForm,
    UrgeForm,
)
from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension
from gongjian.commons.follow_ups.queries import handled_by, readable_by
from gongjian.commons.follow_ups.services.assigning import (
    cancel_follow_up,
    hand_over,
    issue_follow_up,
    resume_follow_up,
    suspend_follow_up,
)
from gongjian.commons.follow_ups.services.delegating import (
    Delegated,
    delegate_follow_up,
    end_delegation,
)
from gongjian.commons.follow_ups.services.escalating import RULE, raise_follow_up
from gongjian.commons.follow_ups.services.handling import (
    ask_extension,
    clear_follow_up,
    decide_extension,
    escalate_follow_up,
    name_handler,
    note_follow_up,
    receive_follow_up,
    reopen_follow_up,
    report_follow_up,
    return_follow_up,
    take_back_report,
    urge_follow_up,
)
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import StateConflict
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import FormPage, ReasonForm, RecordsMixin, StepPage
from orgs.models import Unit

_MATTERS = FollowUp.objects.select_related("unit", "giver")


class FollowUpStep(StepPage):
    """Steps that ask for a reason at most."""

    permission = VIEW_FOLLOW_UP
    queryset = _MATTERS
    services = {
        "issue": issue_follow_up,
        "receive": receive_follow_up,
        "take_back": take_back_report,
        "return": return_follow_up,
        "clear": clear_follow_up,
        "resume": resume_follow_up,
        "cancel": cancel_follow_up,
    }

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_by(self.actor)


class ActPage(RecordsMixin, FormPage, base=True):
    """A form about one matter."""

    queryset = _MATTERS
    template_name = "follow_ups/act.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        # A unit that acts for another one reaches its matter as well.
        if self.permission == HANDLE_FOLLOW_UP:
            return handled_by(self.actor)
        return super().get_queryset()

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object(), "evidence_slot": None, "evidence_hint": ""}


class ReportDone(ActPage):
    permission = HANDLE_FOLLOW_UP
    form_class = ReportForm
    heading = "申请办结"
    submit_label = "申请办结"
    success_message = "已申请办结，等待另一位同志核验。"

    def get_extra(self) -> dict[str, Any]:
        return {**super().get_extra(), "evidence_slot": "", "evidence_hint": ""}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"result": self.get_object().result}}

    def perform(self, form: Any) -> FollowUp:
        return report_follow_up(
            self.get_object(), actor=self.actor, result=form.cleaned_data["result"]
        )


class NameHandler(ActPage):
    permission = HANDLE_FOLLOW_UP
    form_class = HandlerForm
    heading = "指定承办人"
    success_message = "已保存承办人。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"handler": self.get_object().handler}}

    def perform(self, form: Any) -> FollowUp:
        return name_handler(
            self.get_object(), actor=self.actor, handler=form.cleaned_data["handler"]
        )


class AskExtension(ActPage):
    permission = HANDLE_FOLLOW_UP
    form_class = ExtensionForm
    heading = "申请延期"
    submit_label = "提交申请"
    success_message = "已提交延期申请，批复前仍按原时限办理。"

    def perform(self, form: Any) -> FollowUpExtension:
        return ask_extension(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_extra(self) -> dict[str, Any]:
        due = long_date(self.get_object().due_on)
        return {
            **super().get_extra(),
            "help_text": f"现在的办理时限是{due}，到期后不再受理延期。",
            "evidence_slot": "extension",
            "evidence_hint": "有会议通知、施工合同等能说明原因的，可以附上。",
        }


class DecideExtension(ActPage):
    permission = DECIDE_EXTENSION
    form_class = DecisionForm
    heading = "批复延期"
    submit_label = "批复"
    success_message = "已批复，申请单位会收到通知。"

    def get_extension(self) -> FollowUpExtension:
        found = self.get_object().extensions.filter(state=ExtensionState.ASKED).first()
        if found is None:
            raise StateConflict("这份延期申请已经批复或撤回，请刷新后查看。")
        extension: FollowUpExtension = found
        return extension

    def perform(self, form: Any) -> FollowUpExtension:
        return decide_extension(
            self.get_extension(),
            actor=self.actor,
            granted=form.cleaned_data["decision"] == "grant",
            reply=form.cleaned_data["reply"],
        )

    def get_extra(self) -> dict[str, Any]:
        return {**super().get_extra(), "asked": self.get_extension()}


class HandOver(ActPage):
    permission = ASSIGN_FOLLOW_UP
    form_class = HandOverForm
    heading = "改交其他单位"
    submit_label = "改交"
    success_message = "已改交，新的主办单位会收到签收提醒。"

    def get_form_kwargs(self) -> dict[str, Any]:
        units = Unit.objects.within(self.scope).filter(closed_on__isnull=True)
        initial = {"until": self.get_object().due_on}
        return {"units": units, "label": "办理时限", "initial": initial}

    def perform(self, form: Any) -> FollowUp:
        return hand_over(
            self.get_object(),
            actor=self.actor,
            unit=form.cleaned_data["unit"],
            due_on=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
        )


class Suspend(ActPage):
    permission = ASSIGN_FOLLOW_UP
    form_class = UntilForm
    heading = "暂缓办理"
    submit_label = "暂缓"
    success_message = "已暂缓，到期当天自动恢复办理。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"label": "暂缓至"}

    def perform(self, form: Any) -> FollowUp:
        return suspend_follow_up(self.get_object(), actor=self.actor, **form.cleaned_data)


class Reopen(ActPage):
    permission = VERIFY_FOLLOW_UP
    form_class = UntilForm
    heading = "反弹，重新交办"
    submit_label = "重新交办"
    success_message = "已重新交办，计为一次反弹。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"label": "新的办理时限"}

    def perform(self, form: Any) -> FollowUp:
        return reopen_follow_up(
            self.get_object(),
            actor=self.actor,
            due_on=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
        )


class Escalate(ActPage):
    permission = HANDLE_FOLLOW_UP
    form_class = EscalateForm
    heading = "提请协调"
    submit_label = "提请协调"
    success_message = "已提请交办单位协调。"

    def perform(self, form: Any) -> Any:
        return escalate_follow_up(
            self.get_object(), actor=self.actor, text=form.cleaned_data["text"]
        )


class Delegate(ActPage):
    """委托承办: for some days another unit acts for this one."""

    permission = HANDLE_FOLLOW_UP
    form_class = DelegateForm
    heading = "委托承办"
    submit_label = "委托"
    success_message = "已委托，受托单位会收到通知，到期自动收回。"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        below = Q(path__under=item.unit.path) & ~Q(pk=item.unit_id)
        helping = Q(pk__in=item.helpers.values("unit_id"))
        return {
            "units": Unit.objects.filter(below | helping, closed_on__isnull=True),
            "initial": {"starts_on": today(), "ends_on": item.due_on},
        }

    def perform(self, form: Any) -> Any:
        return delegate_follow_up(
            self.get_object(), actor=self.actor, delegated=Delegated(**form.cleaned_data)
        )


class EndDelegation(ActPage):
    permission = HANDLE_FOLLOW_UP
    form_class = ReasonForm
    heading = "收回委托"
    submit_label = "收回"
    success_message = "已收回，由本单位继续办理。"

    def perform(self, form: Any) -> Any:
        return end_delegation(
            self.get_object(), actor=self.actor, reason=form.cleaned_data["reason"]
        )


class Raise(ActPage):
    """升级督办 by hand: what the rule would do later is done now."""

    permission = URGE_FOLLOW_UP
    form_class = RaiseForm
    heading = "升级督办"
    submit_label = "升级督办"
    success_message = "已升级督办，上级和主办单位会收到通知。"

    def get_form_kwargs(self) -> dict[str, Any]:
        now = self.get_object().escalation
        names = {Escalation.SUPERIOR: "上级单位", Escalation.LEADERS: "领导小组领导"}
        return {"levels": [(int(level), name) for level, name in names.items() if level > now]}

    def get_extra(self) -> dict[str, Any]:
        steps = RULE[self.get_object().urgency]
        return {
            **super().get_extra(),
            "help_text": (
                f"不手动升级的，逾期满{steps[Escalation.SUPERIOR]}个工作日自动提级上级单位，"
                f"满{steps[Escalation.LEADERS]}个工作日自动提请领导小组领导。"
            ),
        }

    def perform(self, form: Any) -> Any:
        return raise_follow_up(self.get_object(), actor=self.actor, **form.cleaned_data)


class Urge(ActPage):
    permission = URGE_FOLLOW_UP
    form_class = UrgeForm
    heading = "催办"
    submit_label = "催办"
    success_message = "已催办，主办单位会收到通知。"

    def perform(self, form: Any) -> Any:
        return urge_follow_up(self.get_object(), actor=self.actor, text=form.cleaned_data["text"])


class AddNote(FormPage):
    """A line of progress or opinion, typed on the page of the matter itself."""

    permission = VIEW_FOLLOW_UP
    form_class = NoteForm
    heading = "添加办理记录"
    template_name = "follow_ups/act.html"
    success_message = "已记录。"

    def get_object(self) -> FollowUp:
        found = readable_by(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def perform(self, form: Any) -> Any:
        return note_follow_up(self.get_object(), actor=self.actor, text=form.cleaned_data["text"])

    def get_success_url(self, result: Any) -> str:
        return self.get_object().get_absolute_url()

    def get_cancel_url(self) -> str:
        return self.get_object().get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}
