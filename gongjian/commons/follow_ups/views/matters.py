"""Lists and the page of one matter; drawing up, changing, printing."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.follow_ups.authority import (
    ASSIGN_FOLLOW_UP,
    DECIDE_EXTENSION,
    HANDLE_FOLLOW_UP,
    URGE_FOLLOW_UP,
    VERIFY_FOLLOW_UP,
    VIEW_FOLLOW_UP,
)
from gongjian.commons.follow_ups.documents import LEDGER, ORDER, URGING
from gongjian.commons.follow_ups.enums import (
    DONE_STATES,
    IN_UNITS_HANDS,
    Escalation,
    ExtensionState,
    FollowUpState,
    Light,
    NoteKind,
)
from gongjian.commons.follow_ups.filters import FollowUpFilter
from gongjian.commons.follow_ups.forms import FollowUpForm, NoteForm
from gongjian.commons.follow_ups.models import FollowUp, days_taken, open_first
from gongjian.commons.follow_ups.places import may_handle_it, place_of_handling
from gongjian.commons.follow_ups.queries import (
    PARTS,
    light_filter,
    lights_of,
    matters_of,
    part_of,
    readable_by,
    statistics,
    statistics_by_source,
    statistics_by_unit,
    story_of,
)
from gongjian.commons.follow_ups.services.assigning import (
    edit_follow_up,
    issue_follow_up,
    open_follow_up,
)
from gongjian.commons.follow_ups.shelf import follow_up_sources
from gongjian.commons.follow_ups.tables import STATE_TONES, FollowUpTable
from gongjian.commons.follow_ups.views.together import ACTS
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.counts import count_all
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
)
from orgs.models import Unit
from orgs.queries import root_unit


class FollowUpList(ListPage):
    """督办事项: everything in the post's reach, with lights and bulk acts."""

    permission = VIEW_FOLLOW_UP
    queryset = FollowUp.objects.select_related("unit")
    filterset_class = FollowUpFilter
    table_class = FollowUpTable
    template_name = "follow_ups/followup_list.html"
    heading = "督办事项"

    def get_queryset(self) -> TenantQuerySet[Any]:
        records: TenantQuerySet[Any] = open_first(super().get_queryset())
        if self.actor.may(ASSIGN_FOLLOW_UP):
            return records
        # A draft is nobody's business yet but that of those who draw it up.
        return records.exclude(state=FollowUpState.DRAFT)

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"may_choose": any(self.actor.may(act.permission) for act in ACTS.values())}

    def get_summary(self, records: Any) -> str:
        day = today()
        counted = records.aggregate(
            total=Count("pk"),
            open=Count("pk", filter=Q(state__in=IN_UNITS_HANDS)),
            red=Count("pk", filter=light_filter(Light.RED, day)),
            done=Count("pk", filter=Q(state__in=DONE_STATES)),
        )
        return (
            f"共 {counted['total']} 件，办理中 {counted['open']} 件，"
            f"逾期 {counted['red']} 件，已销号 {counted['done']} 件"
        )

    def get_extra(self) -> dict[str, Any]:
        may_assign = self.actor.may(ASSIGN_FOLLOW_UP)
        return {
            "acts": [(name, act) for name, act in ACTS.items() if self.actor.may(act.permission)],
            "may_draw": self.actor.may(VERIFY_FOLLOW_UP),
            "create_url": reverse("follow_ups:followup_create") if may_assign else "",
            "create_label": "立项交办",
            "export_url": reverse("follow_ups:ledger"),
            "export_label": "导出台账",
        }


class MyMatters(ListPage):
    """我的督办: what this unit has to do, whatever mechanism it came from."""

    permission = HANDLE_FOLLOW_UP
    queryset = FollowUp.objects.select_related("unit")
    table_class = FollowUpTable
    template_name = "follow_ups/my_matters.html"
    heading = "我的督办"

    def part(self) -> str:
        asked = self.request.GET.get("part", "")
        return asked if asked in PARTS else ""

    def get_queryset(self) -> TenantQuerySet[Any]:
        part = self.part()
        return part_of(self.actor, part) if part else matters_of(self.actor)

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"may_choose": False}

    def get_summary(self, records: Any) -> str:
        part = self.part()
        return f"{PARTS[part]} {records.count()} 件" if part else f"共 {records.count()} 件在办"

    def get_extra(self) -> dict[str, Any]:
        questions = [part_of(self.actor, part) for part in PARTS]
        counts = count_all([matters_of(self.actor), *questions])
        here = self.part()
        tabs = [("", "在办", counts[0], not here)]
        tabs += [
            (part, label, count, part == here)
            for (part, label), count in zip(PARTS.items(), counts[1:], strict=True)
            # What this post never has is not shown.
            if count or part in {"own", "helped"} or part == here
        ]
        return {
            "parts": tabs,
            "empty_text": "没有在办事项。上级交办后会在这里和工作台提醒您签收。",
        }


class FollowUpDetail(DetailPage):
    """One matter: what is asked, where it stands, its whole story."""

    permission = VIEW_FOLLOW_UP
    queryset = FollowUp.objects.select_related("unit", "giver")
    template_name = "follow_ups/followup_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable_by(self.actor)

    def get_facts(self) -> list[tuple[str, Any]]:
        item: FollowUp = self.object
        helpers = "、".join(helper.unit.name for helper in item.helpers.select_related("unit"))
        due = long_date(item.due_on)
        if item.first_due_on and item.first_due_on != item.due_on:
            due += f"（原定{long_date(item.first_due_on)}）"
        taken = days_taken(item)
        facts = [
            ("编号", item.number or "交办后编号"),
            ("类型", item.get_kind_display()),
            ("缓急", item.get_urgency_display()),
            ("主办单位", item.unit),
            ("协办单位", helpers or "无"),
            ("承办人", item.handler or "签收后填写"),
            ("办理时限", due),
            ("交办单位", item.giver),
            ("督办联系人", item.contact or "—"),
            ("立项依据", item.basis or item.source_label or "—"),
        ]
        if item.suspended_until:
            facts.append(("暂缓至", long_date(item.suspended_until)))
        if item.cleared_at:
            facts += [("核验人", item.cleared_by), ("办理时长", f"{taken}天")]
        if item.look_back_on and item.state == FollowUpState.CLEARED:
            facts.append(("回头看", long_date(item.look_back_on)))
        seen = item.notes.filter(kind=NoteKind.LOOK_BACK).first()
        if seen is not None:
            facts.append(("回头看结果", f"{seen.text}（{seen.author}，{seen.at:%Y-%m-%d}）"))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        """Steps that need more than a reason have a page of their own."""
        item: FollowUp = self.object
        own = {
            "report": "followup_report",
            "hand_over": "followup_hand_over",
            "suspend": "followup_suspend",
            "reopen": "followup_reopen",
            "look_back": "followup_look_back",
        }
        hidden = {"extend", "extend_returned"}
        if self._reported_it():
            hidden |= {"clear", "look_back"}
        handled = place_of_handling(item, self.actor)
        shown = []
        for step in item.lifecycle.steps.values():
            at = handled if step.permission == HANDLE_FOLLOW_UP else item.unit
            may = item.state in step.sources and self.actor.may(step.permission, at=at)
            if step.name in hidden or not may:
                continue
            name = own.get(step.name)
            url = reverse(f"follow_ups:{name}", args=[item.pk]) if name else self.get_step_url(step)
            label = "登记回头看结果" if step.name == "look_back" else step.label
            shown.append({"label": label, "url": url, "style": step.style, "icon": step.icon})
        return shown

    def _reported_it(self) -> bool:
        reporter = self.object.reported_by_user
        return reporter is not None and reporter == self.actor.user_id

    def get_history(self) -> list[Any]:
        return []  # the story stands in the middle of the page

    def get_extra(self) -> dict[str, Any]:
        item: FollowUp = self.object
        handles = may_handle_it(item, self.actor)
        may_delegate = self.actor.may(HANDLE_FOLLOW_UP, at=item.unit)
        delegation = item.delegations.filter(ended_at=None, ends_on__gte=today()).first()
        in_hands = item.state in IN_UNITS_HANDS
        source = follow_up_sources.get(item.source_kind) if item.source_kind else None
        asked = item.extensions.filter(state=ExtensionState.ASKED).first()
        return {
            "heading": item.title,
            "tone": STATE_TONES[FollowUpState(item.state)],
            "light": lights_of([item]).get(item.pk, Light.NONE),
            "story": story_of(item),
            "note_form": NoteForm(),
            "handles": handles and in_hands,
            "may_ask": handles
            and asked is None
            and item.state in {FollowUpState.IN_HAND, FollowUpState.RETURNED}
            and today() <= item.due_on,
            "may_urge": in_hands and self.actor.may(URGE_FOLLOW_UP, at=item.unit),
            "may_edit": item.state == FollowUpState.DRAFT
            and self.actor.may(ASSIGN_FOLLOW_UP, at=item.unit),
            "asked": asked,
            "delegation": delegation,
            "may_delegate": may_delegate
            and delegation is None
            and item.state in {FollowUpState.IN_HAND, FollowUpState.RETURNED},
            "may_end_delegation": may_delegate and delegation is not None,
            "may_raise": in_hands
            and item.escalation < Escalation.LEADERS
            and self.actor.may(URGE_FOLLOW_UP, at=item.unit),
            "may_schedule": item.state == FollowUpState.CLEARED
            and self.actor.may(VERIFY_FOLLOW_UP, at=item.unit),
            "may_decide": asked is not None and self.actor.may(DECIDE_EXTENSION, at=item.unit),
            "source_url": source.url(item.source_id) if source and item.source_id else "",
            "is_out": item.state != FollowUpState.DRAFT,
        }


class _DrawUp(FormPage, base=True):
    permission = ASSIGN_FOLLOW_UP
    form_class = FollowUpForm
    template_name = "follow_ups/followup_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        open_units = Unit.objects.filter(closed_on__isnull=True)
        return {
            "units": open_units.within(self.actor.scope(ASSIGN_FOLLOW_UP)),  # type: ignore[attr-defined]
            "helpers": open_units.within(self.actor.scope(VIEW_FOLLOW_UP)),  # type: ignore[attr-defined]
        }

    def split(self, form: Any) -> tuple[dict[str, Any], list[Unit]]:
        values = dict(form.cleaned_data)
        return values, list(values.pop("helpers"))


class FollowUpCreate(_DrawUp):
    """立项交办: one form; it goes out at once or stays a draft."""

    heading = "立项交办"
    submit_label = "交办"

    def perform(self, form: Any) -> FollowUp:
        values, helpers = self.split(form)
        unit = values.pop("unit")
        giver = Unit.objects.filter(pk=self.actor.unit_id or 0).first() or root_unit()
        assert giver is not None  # noqa: S101 -- every tenant has a root
        follow_up = open_follow_up(
            unit, actor=self.actor, giver=giver, values=values, helpers=helpers
        )
        if "draft" in self.request.POST:
            self.say("已保存为拟办事项，还没有交办。")
            return follow_up
        self.say("已交办，主办单位会收到签收提醒。")
        return issue_follow_up(follow_up, actor=self.actor)

    def get_cancel_url(self) -> str:
        return reverse("follow_ups:followup_list")

    def get_extra(self) -> dict[str, Any]:
        return {"offers_draft": True}


class FollowUpEdit(RecordsMixin, _DrawUp):
    heading = "修改拟办事项"
    success_message = "已保存。"
    queryset = FollowUp.objects.select_related("unit")

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        names = ("title", "kind", "urgency", "basis", "requirement", "unit", "due_on", "contact")
        initial = {name: getattr(item, name) for name in names}
        initial["helpers"] = [helper.unit_id for helper in item.helpers.all()]
        return {**super().get_form_kwargs(), "initial": initial}

    def perform(self, form: Any) -> FollowUp:
        values, helpers = self.split(form)
        return edit_follow_up(self.get_object(), actor=self.actor, values=values, helpers=helpers)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class Statistics(Page):
    """督办统计: clearance, punctuality, days taken, by unit."""

    permission = VIEW_FOLLOW_UP
    template_name = "follow_ups/statistics.html"
    heading = "督办统计"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        records = FollowUp.objects.within(self.scope)
        years = sorted(
            {year for year in records.values_list("year", flat=True).distinct() if year},
            reverse=True,
        )
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isdigit() and int(asked) in years else None
        if year is not None:
            records = records.filter(year=year)
        return self.render(
            {
                "total": statistics(records),
                "by_unit": statistics_by_unit(records),
                "by_source": statistics_by_source(records),
                "years": years,
                "year": year,
            }
        )


class _Printing(ConfirmPage, base=True):
    """Ask for a printed sheet; it is made in the background and kept."""

    permission = VIEW_FOLLOW_UP
    submit_label = "生成"

    def get_success_url(self, result: ReportJob) -> str:
        return reverse("documents:report_centre")


class PrintOrder(_Printing):
    """督办单 or 催办单 of one matter."""

    heading = "打印督办单"
    kinds = {"order": ORDER, "urging": URGING}

    def item(self) -> FollowUp:
        found: FollowUp | None = readable_by(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None or found.state == FollowUpState.DRAFT:
            raise Http404
        if self.kwargs["sheet"] not in self.kinds:
            raise Http404
        return found

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.item()}

    def perform(self, form: Any) -> ReportJob:
        item = self.item()
        kind = self.kinds[self.kwargs["sheet"]]
        return request_report(
            kind.key,
            actor=self.actor,
            title=f"{kind.label}：{item.title}",
            parameters={"follow_up": item.pk},
        )


class Ledger(_Printing):
    """督办台账 as a workbook."""

    heading = "导出督办台账"

    def perform(self, form: Any) -> ReportJob:
        return request_report(LEDGER.key, actor=self.actor, parameters={"path": self.actor.path})
