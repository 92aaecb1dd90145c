"""What is still to be founded, and restructured units on their clock."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gongjian.foundation.kernel.actor import Located
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin, StepPage
from ledger.authority import EDIT_ENTRY, MANAGE_LEDGER, VIEW_ENTRY
from ledger.enums import RUNNING, FoundingState
from ledger.filters import FoundingFilter
from ledger.forms import ListForm, PlanForm, RestructuringForm, SettingsForm
from ledger.models import Entry, Founding, LedgerSettings, Restructuring
from ledger.queries.entries import rules
from ledger.services.foundings import (
    drop_founding,
    end_restructuring,
    guide_founding,
    open_founding,
    open_restructuring,
    plan_founding,
    prepare_founding,
    reopen_founding,
    save_rules,
    settle_restructuring,
    verify_founding,
)
from ledger.tables import FOUNDING_TONES, FoundingTable, RestructuringTable

#: The way of a founding, as the page draws it.
WAY = (
    FoundingState.CLUE,
    FoundingState.LISTED,
    FoundingState.GUIDED,
    FoundingState.PREPARING,
    FoundingState.BUILT,
)


class FoundingList(ListPage):
    permission = VIEW_ENTRY
    queryset = Founding.objects.select_related("entry__unit")
    table_class = FoundingTable
    filterset_class = FoundingFilter
    heading = "应建未建清单"

    def get_queryset(self) -> Any:
        found = super().get_queryset()
        return found if self.request.GET.get("state") else found.filter(state__in=RUNNING)

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": "台账里应建未建的单位自动列入，逐一指导、筹建、建成销号。"}


class FoundingDetail(DetailPage):
    permission = VIEW_ENTRY
    queryset = Founding.objects.select_related("entry__unit", "coverage__body")
    template_name = "ledger/founding_detail.html"

    def get_place(self) -> Located | None:
        place: Located = self.object.entry.unit
        return place

    def get_facts(self) -> list[tuple[str, Any]]:
        row: Founding = self.object
        return [
            ("组织", row.get_line_display()),
            ("属地", row.entry.unit),
            (
                "职工和党员",
                f"职工{row.entry.worker_count}人，正式党员{row.entry.party_member_count}人",
            ),
            ("来源", row.get_source_display()),
            ("列出日期", f"{row.opened_on:%Y-%m-%d}"),
            ("本步期限", f"{row.due_on:%Y-%m-%d}" if row.is_running else "—"),
            ("责任领导", row.leader or "—"),
            ("责任人", row.person or "—"),
            ("进展和障碍", row.note or "—"),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        # 登记建成 asks for the organization, on a page of its own.
        return [step for step in super().get_steps() if not step["url"].endswith("/build/")]

    def get_extra(self) -> dict[str, Any]:
        row: Founding = self.object
        edits = self.actor.may(EDIT_ENTRY, at=row.entry.unit) and row.is_running
        reached = WAY.index(FoundingState(row.state)) if row.state in WAY else -1
        return {
            "crumbs": [("应建未建清单", reverse("ledger:founding_list")), (str(row), "")],
            "tone": FOUNDING_TONES[FoundingState(row.state)],
            "is_late": row.is_late(today()),
            "may_edit": edits,
            "may_build": edits and row.state != FoundingState.CLUE,
            "stages": [
                (state.label, "now" if at == reached else "past" if at < reached else "")
                for at, state in enumerate(WAY)
            ],
        }


class FoundingStep(StepPage):
    permission = EDIT_ENTRY
    queryset = Founding.objects.select_related("entry__unit")

    services = {
        "verify": verify_founding,
        "guide": guide_founding,
        "prepare": prepare_founding,
        "drop": drop_founding,
        "reopen": reopen_founding,
    }


class FoundingPlan(RecordsMixin, FormPage):
    permission = EDIT_ENTRY
    queryset = Founding.objects.filter(state__in=RUNNING).select_related("entry__unit")
    form_class = PlanForm
    heading = "责任和进展"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        row = self.get_object()
        return {"initial": {name: getattr(row, name) for name in PlanForm.base_fields}}

    def perform(self, form: Any) -> Founding:
        return plan_founding(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class _EntryPage(RecordsMixin, FormPage, base=True):
    permission = EDIT_ENTRY
    queryset = Entry.objects.select_related("unit")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class FoundingOpen(_EntryPage):
    """列入清单 by hand: a unit below the threshold may be founded as well."""

    permission = EDIT_ENTRY
    form_class = ListForm
    heading = "列入应建未建清单"
    success_message = "已列入清单。"

    def perform(self, form: Any) -> Founding:
        return open_founding(self.get_object(), actor=self.actor, line=form.cleaned_data["line"])


class RestructuringOpen(_EntryPage):
    permission = EDIT_ENTRY
    form_class = RestructuringForm
    heading = "登记改制"
    success_message = "已登记，到期前会提醒双建健全。"

    def perform(self, form: Any) -> Restructuring:
        return open_restructuring(self.get_object(), actor=self.actor, **form.cleaned_data)


class RestructuringList(ListPage):
    """The clock of 改制, the latest first."""

    permission = VIEW_ENTRY
    queryset = Restructuring.objects.select_related("entry__unit")
    table_class = RestructuringTable
    heading = "改制时钟"

    def get_extra(self) -> dict[str, Any]:
        days = rules().restructuring_days
        return {"help_text": f"改制完成后{days}日内，党组织和工会都要健全。"}


class RestructuringStep(StepPage):
    permission = EDIT_ENTRY
    queryset = Restructuring.objects.select_related("entry__unit")

    services = {"settle": settle_restructuring, "end": end_restructuring}


class LedgerRules(FormPage):
    permission = MANAGE_LEDGER
    form_class = SettingsForm
    heading = "台账规则"
    help_text = "改后对新列入的事项起作用，已在清单中的期限不变。"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"instance": rules()}

    def perform(self, form: Any) -> LedgerSettings:
        return save_rules(actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("ledger:entry_list")
