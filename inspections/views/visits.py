"""Visits: list, calendar, arranging, the page of one visit and its steps."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.questionnaires.queries import in_words
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from inspections.authority import (
    APPROVE_PLAN,
    ARRANGE_VISIT,
    CONFIRM_VISIT,
    INSPECT,
    PLAN_INSPECTION,
    VIEW_INSPECTION,
)
from inspections.enums import COUNTED_VISITS, ExceptionState, FindingState, PlanState, VisitState
from inspections.filters import VisitFilter
from inspections.forms import (
    MemberForm,
    MergeForm,
    MoveForm,
    OpinionForm,
    RecuseForm,
    SignThereForm,
    VisitForm,
)
from inspections.models import InspectionException, PlanLine, Visit, VisitMember
from inspections.queries.calendar import clashes, limit_of, without_visit, year_view
from inspections.queries.visits import (
    is_unannounced,
    may_fill,
    may_wait_openly,
    posts_for_teams,
    visible_visits,
)
from inspections.services.inspecting import (
    confirm_there,
    confirm_visit,
    sign_visit,
    start_visit,
    take_signature_back,
)
from inspections.services.visiting import (
    Ground,
    arrange_visit,
    cancel_visit,
    close_visit,
    counted_in_year,
    drop_member,
    merge_into,
    move_visit,
    name_member,
    recuse,
)
from inspections.tables import TONES, VisitTable, state_chip
from inspections.views.plans import own_unit, units_to_visit
from orgs.visit_shelf import visits_between

_VISITS = Visit.objects.select_related("unit", "organizer")


class VisitList(ListPage):
    permission = VIEW_INSPECTION
    queryset = _VISITS.select_related("sheet")
    filterset_class = VisitFilter
    table_class = VisitTable
    template_name = "inspections/visit_list.html"
    heading = "督查"

    def get_queryset(self) -> TenantQuerySet[Any]:
        records: TenantQuerySet[Any] = visible_visits(self.actor)
        return records.select_related("sheet").annotate(finding_count=Count("findings"))

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(ARRANGE_VISIT)
        return {
            "create_url": reverse("inspections:visit_create") if may else "",
            "create_label": "安排督查",
            "may_plan": self.actor.may(PLAN_INSPECTION) or self.actor.may(APPROVE_PLAN),
        }


class Calendar(Page):
    """The year at a glance: months, what waits, units that are visited twice in a fortnight."""

    permission = VIEW_INSPECTION
    template_name = "inspections/calendar.html"

    def get_heading(self) -> str:
        return f"{self.year}年督查日历"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("year", "")
        self.year = int(asked) if asked.isdigit() and 2020 <= int(asked) <= 2100 else today().year
        first, last = date(self.year, 1, 1), date(self.year, 12, 31)
        visits = list(
            visible_visits(self.actor).filter(
                starts_on__gte=first, starts_on__lte=last, state__in=COUNTED_VISITS
            )
        )
        scope = self.scope
        waiting = [
            item
            for item in without_visit(self.year)
            if scope.covers(item.unit.path) and may_wait_openly(item, self.actor)
        ]
        units = {visit.unit_id: visit.unit for visit in visits}
        seen_from = self.actor.path
        counted = visits_between(list(units), first, last, counted_only=True, seen_from=seen_from)
        limit = limit_of(own_unit(self.actor).pk, self.year)
        over = [(units[pk], len(found)) for pk, found in counted.items() if len(found) > limit]
        return self.render(
            {
                "year": self.year,
                "months": year_view(visits, waiting),
                "clashes": clashes(list(units.values()), first, last, seen_from=seen_from),
                "over": over,
                "limit": limit,
                "total": len(visits),
                "waiting": len(waiting),
                "may_arrange": self.actor.may(ARRANGE_VISIT),
                "this_month": today().month if self.year == today().year else 0,
            }
        )


class VisitCreate(FormPage):
    """安排督查: ground, days, checklist and team on one form."""

    permission = ARRANGE_VISIT
    form_class = VisitForm
    template_name = "inspections/act.html"
    heading = "安排督查"
    submit_label = "安排"
    success_message = "已安排，督查组会收到通知；不是四不两直的，被查单位也会收到通知。"

    def get_form_kwargs(self) -> dict[str, Any]:
        own = own_unit(self.actor)
        lines = (
            PlanLine.objects.filter(plan__unit=own, plan__state=PlanState.APPROVED)
            .filter(ends_on__gte=today())
            .select_related("plan__unit", "version")
        )
        exceptions = InspectionException.objects.filter(
            organizer=own, state=ExceptionState.APPROVED, visits__isnull=True
        )
        return {
            "units": units_to_visit(self.actor),
            "lines": lines,
            "exceptions": exceptions,
            "posts": posts_for_teams(own),
            "initial": self._initial(list(lines)),
        }

    def _initial(self, lines: list[PlanLine]) -> dict[str, Any]:
        """From the plan or the calendar: the item and the unit stand in the address."""
        asked = self.request.GET
        initial: dict[str, Any] = {"starts_on": today(), "ends_on": today()}
        if asked.get("unit", "").isdigit():
            initial["unit"] = int(asked["unit"])
        for line in lines:
            if str(line.pk) == asked.get("line"):
                start = max(line.starts_on, today())
                initial |= {
                    "lines": [line.pk],
                    "title": line.topic,
                    "partners": line.partners,
                    "version": line.version_id,
                    "starts_on": start,
                    "ends_on": start,
                }
        found = InspectionException.objects.filter(pk=asked.get("exception") or 0).first()
        if found is not None:
            initial |= {"exception": found.pk, "unit": found.unit_id, "title": found.topic}
        return initial

    def perform(self, form: Any) -> Visit:
        values = dict(form.cleaned_data)
        unit, lines, exception = (values.pop(name) for name in ("unit", "lines", "exception"))
        leader, members = values.pop("leader"), values.pop("members")
        visit = arrange_visit(
            unit,
            actor=self.actor,
            organizer=own_unit(self.actor),
            ground=Ground(list(lines), exception),
            values=values,
        )
        name_member(visit, actor=self.actor, post=leader, is_leader=True)
        for post in members:
            if post.pk != leader.pk:
                name_member(visit, actor=self.actor, post=post)
        return visit

    def get_cancel_url(self) -> str:
        return reverse("inspections:visit_list")


class VisitDetail(DetailPage):
    """One visit: ground, team, checklist, findings, signatures, notices, promises."""

    permission = VIEW_INSPECTION
    queryset = _VISITS
    template_name = "inspections/visit_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        related = ("version__questionnaire", "sheet", "exception")
        return visible_visits(self.actor).select_related(*related)

    def get_facts(self) -> list[tuple[str, Any]]:
        visit: Visit = self.object
        lines = [item.line for item in visit.lines.select_related("line__plan")]
        ground = "；".join(f"{line.plan.approval_number}　{line.topic}" for line in lines)
        if visit.exception:
            ground = f"计划外：{visit.exception.approval_number}　{visit.exception.topic}"
        year = visit.starts_on.year
        held = counted_in_year(visit.unit_id, year, seen_from=self.actor.path)
        facts = [
            ("编号", visit.number),
            ("被查单位", visit.unit),
            ("督查单位", visit.organizer),
            ("日期", long_date(visit.starts_on)),
            ("依据", ground + ("（合并督查）" if len(lines) > 1 else "")),
            ("检查表", visit.version),
            ("该单位今年督查次数", f"{held}次"),
        ]
        if visit.partners:
            facts.append(("联合部门", visit.partners))
        if visit.over_limit_reason:
            facts.append(("超过次数的理由", visit.over_limit_reason))
        if visit.sheet and visit.sheet.score is not None:
            facts.append(("检查得分", f"{visit.sheet.score.normalize():f}分"))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        visit: Visit = self.object
        own = {"confirm": "visit_confirm", "confirm_there": "visit_confirm_there"}
        member = may_fill(visit, self.actor)
        of_team = {"start", "sign", "take_back", "confirm_there"}
        return [
            {
                "label": step.label,
                "url": reverse(f"inspections:{own[step.name]}", args=[visit.pk])
                if step.name in own
                else self.get_step_url(step),
                "style": step.style,
                "icon": step.icon,
            }
            for step in visit.lifecycle.open_to(visit, self.actor, at=visit.unit)
            if member or step.name not in of_team
        ]

    def get_extra(self) -> dict[str, Any]:
        visit: Visit = self.object
        arranges = self.actor.may(ARRANGE_VISIT, at=visit.unit)
        planned = visit.state == VisitState.PLANNED
        findings = list(visit.findings.select_related("follow_up", "notice").order_by("pk"))
        answers = (
            visit.sheet.answers.select_related("question").order_by("question__position")
            if visit.sheet
            else []
        )
        # Until the head of the team has signed, what is written is the team's own.
        is_open = visit.signed_at is not None or may_fill(visit, self.actor) or arranges
        waiting = [finding for finding in findings if finding.state == FindingState.NOTED]
        return {
            "chip_of_state": state_chip(visit),
            "tone": TONES[visit.state],
            "members": visit.members.select_related("post__unit"),
            "findings": [(item, state_chip(item)) for item in findings] if is_open else [],
            "answers": [(answer, in_words(answer)) for answer in answers] if is_open else [],
            "is_open": is_open,
            # The unit may check itself by the same questions before the visit.
            "questions": visit.version.questions.all() if visit.sheet is None else [],
            "notices": visit.notices.all(),
            "help_items": visit.help_items.select_related("follow_up") if is_open else [],
            "may_fill": visit.state == VisitState.UNDER_WAY and may_fill(visit, self.actor),
            "may_arrange": arranges and planned,
            "has_letter": planned and not is_unannounced(visit),
            "may_recuse": planned and may_fill(visit, self.actor),
            "may_notify": arranges
            and bool(waiting)
            and visit.state in {VisitState.SIGNED, VisitState.CONFIRMED},
            "mergeable": arranges and planned and mergeable_lines(visit).exists(),
            "past": visit.unit.findings.exclude(visit=visit).order_by("-pk")[:5],
        }


def mergeable_lines(visit: Visit) -> Any:
    """Other items of approved plans for the same unit, whose time covers the visit."""
    return PlanLine.objects.filter(
        plan__state=PlanState.APPROVED,
        units__unit=visit.unit,
        starts_on__lte=visit.starts_on,
        ends_on__gte=visit.starts_on,
    ).exclude(visits__visit=visit)


class VisitStep(StepPage):
    permission = VIEW_INSPECTION
    queryset = _VISITS
    services = {
        "start": start_visit,
        "sign": sign_visit,
        "take_back": take_signature_back,
        "close": close_visit,
        "cancel": cancel_visit,
    }

    def get_queryset(self) -> TenantQuerySet[Any]:
        return visible_visits(self.actor)

    def get_success_url(self, result: Any) -> str:
        if self.step.name == "start":
            return reverse("inspections:visit_fill", args=[result.pk])
        return str(result.get_absolute_url())


class _VisitAct(RecordsMixin, FormPage, base=True):
    """A form about one visit."""

    queryset = _VISITS
    template_name = "inspections/act.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return visible_visits(self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class Confirm(_VisitAct):
    permission = CONFIRM_VISIT
    form_class = OpinionForm
    heading = "确认督查情况"
    submit_label = "确认"
    success_message = "已确认。"

    def perform(self, form: Any) -> Visit:
        return confirm_visit(self.get_object(), actor=self.actor, **form.cleaned_data)


class ConfirmThere(_VisitAct):
    permission = INSPECT
    form_class = SignThereForm
    heading = "现场签字确认"
    submit_label = "签字确认"
    success_message = "双方已确认。"

    def perform(self, form: Any) -> Visit:
        return confirm_there(self.get_object(), actor=self.actor, **form.cleaned_data)


class MemberAdd(_VisitAct):
    permission = ARRANGE_VISIT
    form_class = MemberForm
    heading = "添加督查组成员"
    submit_label = "添加"
    success_message = "已加入督查组。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"posts": posts_for_teams(self.get_object().organizer)}

    def perform(self, form: Any) -> VisitMember:
        return name_member(self.get_object(), actor=self.actor, **form.cleaned_data)


class MemberDrop(_VisitAct, ConfirmPage):
    permission = ARRANGE_VISIT
    form_class = ConfirmPage.form_class
    template_name = "web/confirm.html"
    heading = "移出督查组"
    submit_label = "移出"

    def perform(self, form: Any) -> Visit:
        member = self.get_object().members.get(pk=self.kwargs["member"])
        return drop_member(member, actor=self.actor)


class Recuse(_VisitAct):
    permission = INSPECT
    form_class = RecuseForm
    heading = "申请回避"
    submit_label = "申请回避"
    success_message = "已登记回避，请组织督查的办公室另派人员。"

    def perform(self, form: Any) -> VisitMember:
        return recuse(self.get_object(), actor=self.actor, **form.cleaned_data)


class Move(_VisitAct):
    permission = ARRANGE_VISIT
    form_class = MoveForm
    heading = "改期"
    submit_label = "改期"
    success_message = "已改期。不是四不两直的，被查单位会收到通知。"

    def get_form_kwargs(self) -> dict[str, Any]:
        visit = self.get_object()
        return {"initial": {"starts_on": visit.starts_on, "ends_on": visit.ends_on}}

    def perform(self, form: Any) -> Visit:
        return move_visit(self.get_object(), actor=self.actor, **form.cleaned_data)


class Merge(_VisitAct):
    permission = ARRANGE_VISIT
    form_class = MergeForm
    heading = "合并督查"
    submit_label = "并入这次督查"
    success_message = "已合并，这些事项不再另行进点。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"lines": mergeable_lines(self.get_object())}

    def perform(self, form: Any) -> Visit:
        return merge_into(self.get_object(), actor=self.actor, lines=form.cleaned_data["lines"])
