"""Pages of allocation: overview, the grid of a unit, the board of one target, issue."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.kernel.actor import Reach, Scope
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import ConfirmPage, FormPage, Page
from orgs.enums import Measure
from orgs.models import Unit
from orgs.queries import open_children, root_unit
from responsibilities.authority import ALLOCATE_TARGET, ISSUE_TARGET, MAKE_LETTER
from responsibilities.enums import PlanState, TargetState
from responsibilities.forms.pasting import lay_block
from responsibilities.forms.planning import BoardForm, GridForm, ProposalMethodForm
from responsibilities.models import AnnualPlan, Target
from responsibilities.queries.planning import (
    ZERO,
    BoardRow,
    Grid,
    allocation_grid,
    board_rows,
    current_plan,
    divisions,
)
from responsibilities.queries.tree import chain
from responsibilities.services.allocation import (
    Share,
    allocate,
    draft_allocation,
    draft_grid,
    issue_division,
    issue_subtree,
    issue_targets,
    propose_allocation,
)


def dividing_units(scope: Scope) -> TenantQuerySet[Unit]:
    """Units that may divide: one's own for a superior office, every one for the office."""
    units: TenantQuerySet[Unit] = Unit.objects.filter(closed_on__isnull=True, child_count__gt=0)  # type: ignore[assignment]
    if scope.reach is Reach.TENANT:
        return units
    return units.within(Scope(Reach.OWN, scope.path))


class _Dividing(Page, base=True):
    """A page about a unit that hands down, and a plan."""

    permission = ALLOCATE_TARGET
    kwargs: dict[str, Any]

    @cached_property
    def unit(self) -> Unit:
        unit = dividing_units(self.scope).filter(pk=self.kwargs["unit"]).first()
        if unit is None:
            raise Http404
        return unit

    @cached_property
    def plan(self) -> AnnualPlan:
        plan = AnnualPlan.objects.filter(pk=self.kwargs["plan"]).first()
        if plan is None:
            raise Http404
        return plan

    def overview_url(self) -> str:
        query = f"?plan={self.plan.pk}&unit={self.unit.pk}"
        return reverse("responsibilities:allocation_overview") + query


class AllocationOverview(Page):
    """How far the unit has handed down each indicator of the plan."""

    permission = ALLOCATE_TARGET
    heading = "分解下达"
    template_name = "responsibilities/allocation_overview.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        plan, unit = self._plan(), self._unit()
        rows = divisions(plan, unit) if plan is not None and unit is not None else []
        return self.render(
            {
                "plan": plan,
                "plans": list(AnnualPlan.objects.order_by("-year")),
                "unit": unit,
                "units": self._choices(unit),
                "divisions": rows,
                "draft_count": sum(row.child_count - row.issued_count for row in rows),
                "has_issued": any(row.issued_count for row in rows) and self.actor.may(MAKE_LETTER),
                "proposal_count": sum(row.proposal_count for row in rows),
                "may_issue_subtree": self.scope.reach is Reach.TENANT,
                "is_approved": plan is not None and plan.state == PlanState.APPROVED,
            }
        )

    def _plan(self) -> AnnualPlan | None:
        key = self.request.GET.get("plan", "")
        if not key.isdigit():
            return current_plan()
        return AnnualPlan.objects.filter(pk=int(key)).first()

    def _unit(self) -> Unit | None:
        units = dividing_units(self.scope)
        key = self.request.GET.get("unit", "")
        if key.isdigit():
            unit = units.filter(pk=int(key)).first()
            if unit is None:
                raise Http404
            return unit
        if self.scope.reach is Reach.TENANT:
            return root_unit()
        return units.first()

    def _choices(self, unit: Unit | None) -> list[Unit]:
        """Where the office may look next: up to the parent, down to those that divide further."""
        if unit is None or self.scope.reach is not Reach.TENANT:
            return []
        below = list(open_children(unit).filter(child_count__gt=0))
        return [*([unit.parent] if unit.parent else []), *below]


class AllocationGrid(_Dividing, FormPage):
    """All indicators for all units below, filled in one go and handed down."""

    permission = ALLOCATE_TARGET
    heading = "分解下达"
    template_name = "responsibilities/allocation_grid.html"
    form_class = GridForm

    @cached_property
    def grid(self) -> Grid:
        return allocation_grid(self.plan, self.unit)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"grid": self.grid}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("act") != "paste":
            return super().post(request, *args, **kwargs)
        block = lay_block(request.POST.get("pasted", ""), self.grid)
        data = request.POST.copy()
        for name, value in block.cells.items():
            data[name] = value
        form = self.get_form(data)
        self.paste_result = (len(block.cells), block.remarks)
        return self.show(form)

    def perform(self, form: Any) -> None:
        draft_grid(self.plan, actor=self.actor, cells=form.cells(), reserves=form.reserve_values())
        if self.request.POST.get("act") == "issue":
            count = issue_targets(self.unit, plan=self.plan, actor=self.actor)
            self.say(f"已下达 {count} 项目标任务。" if count else "没有待下达的目标任务。")
        else:
            self.say("分解草稿已保存。")

    def get_success_url(self, result: None) -> str:
        return self.request.path

    def get_cancel_url(self) -> str:
        return self.overview_url()

    def get_extra(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "unit": self.unit,
            "grid": self.grid,
            "crumbs": [("分解下达", self.overview_url())],
            "paste_result": getattr(self, "paste_result", None),
            "may_issue": self.plan.state == PlanState.APPROVED and self.actor.may(ISSUE_TARGET),
        }


class AllocationBoard(FormPage):
    """One indicator: the units below with their base and measure, the sum against the parent."""

    permission = ALLOCATE_TARGET
    template_name = "responsibilities/allocation_board.html"
    form_class = BoardForm

    @cached_property
    def target(self) -> Target:
        target = (
            Target.objects.select_related("unit", "indicator", "plan")
            .filter(pk=self.kwargs["pk"], unit__in=dividing_units(self.scope))
            .first()
        )
        is_hidden = target is None or (
            target.state == TargetState.DRAFT and self.scope.reach is not Reach.TENANT
        )
        if target is None or is_hidden:
            raise Http404
        return target

    @cached_property
    def rows(self) -> list[BoardRow]:
        return board_rows(self.target)

    @cached_property
    def method(self) -> dict[str, Any]:
        """The way of proposing that the address asks for, with its defaults."""
        form = ProposalMethodForm(self.request.GET)
        form.is_valid()
        asked = form.cleaned_data
        reserve = asked.get("reserve")
        return {
            "method": asked.get("method") or "",
            "measure": asked.get("measure") or Measure.WORKERS.value,
            "reserve": self.target.reserve if reserve is None else reserve,
        }

    def get_heading(self) -> str:
        return f"分解：{self.target.indicator.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "rows": self.rows,
            "proposal": self._proposal(),
            "measure": self.method["measure"],
            "initial": {"reserve": self.method["reserve"], "reason": self.target.over_reason},
        }

    def _proposal(self) -> list[Decimal] | None:
        asked = self.method
        if not asked["method"]:
            return None
        fixed = [row.value if row.is_fixed else None for row in self.rows]
        if not self.target.indicator.must_add_up:
            # A rate holds alike for everybody.
            return [self.target.value if value is None else value for value in fixed]
        shares = [
            Share(base=row.base or ZERO, measure=row.measure(asked["measure"]), fixed=value)
            for row, value in zip(self.rows, fixed, strict=True)
        ]
        return propose_allocation(
            asked["method"],
            total=self.target.value,
            reserve=asked["reserve"],
            shares=shares,
            step=self.target.indicator.step,
        )

    def perform(self, form: Any) -> Target:
        given = {
            "actor": self.actor,
            "values": form.values(),
            "reserve": form.cleaned_data["reserve"] or ZERO,
            "reason": form.cleaned_data["reason"],
        }
        if self.request.POST.get("act") != "issue":
            self.say("分解草稿已保存。")
            return draft_allocation(self.target, **given)
        target = allocate(self.target, **given)
        count = issue_division(target, actor=self.actor)
        self.say(f"已下达 {count} 个单位。" if count else "没有待下达的单位。")
        return target

    def get_success_url(self, result: Target) -> str:
        return self.request.path

    def get_cancel_url(self) -> str:
        query = f"?plan={self.target.plan_id}&unit={self.target.unit_id}"
        return reverse("responsibilities:allocation_overview") + query

    def get_extra(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "method": self.method,
            "measures": Measure.choices,
            "chain": chain(self.target),
            "measure_label": Measure(self.method["measure"]).label,
            "crumbs": [("分解下达", self.get_cancel_url())],
            "is_open": any(not row.is_fixed for row in self.rows),
            "may_issue": self.target.plan.state == PlanState.APPROVED
            and self.actor.may(ISSUE_TARGET),
        }


class AllocationIssue(_Dividing, ConfirmPage):
    """Hand down every draft of a unit with one button."""

    permission = ISSUE_TARGET
    heading = "下达目标任务"
    help_text = "下达后，下级单位会收到签收待办；改值须办理调整单。"
    submit_label = "全部下达"

    def perform(self, form: Any) -> int:
        count = issue_targets(self.unit, plan=self.plan, actor=self.actor)
        self.say(f"已下达 {count} 项目标任务。" if count else "没有待下达的目标任务。")
        return count

    def get_success_url(self, result: int) -> str:
        return self.overview_url()

    def get_cancel_url(self) -> str:
        return self.overview_url()


class AllocationIssueSubtree(AllocationIssue):
    """The same for all levels below, as far as they are divided; for the office only."""

    permission = ISSUE_TARGET
    heading = "逐级下达到底"
    help_text = "从本级起，凡已分解到位的逐级下达；有一级没有分解到位，就全部不下达。"
    submit_label = "逐级下达"

    def perform(self, form: Any) -> int:
        count = issue_subtree(self.unit, plan=self.plan, actor=self.actor)
        self.say(f"已逐级下达 {count} 项目标任务。" if count else "没有待下达的目标任务。")
        return count
