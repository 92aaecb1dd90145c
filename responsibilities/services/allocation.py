"""Handing values down a level: proposals, the sum rule, issue (分解、下达)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.kernel.numbers import largest_remainder
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.queries import open_children
from responsibilities.authority import ALLOCATE_TARGET, ISSUE_TARGET
from responsibilities.enums import AllocationMethod, AllocationStyle, PlanState, TargetState
from responsibilities.models import AnnualPlan, Target
from responsibilities.queries.planning import ZERO, Balance, divisions, grouped, last_year_values
from responsibilities.services.planning import lock_open_plan
from responsibilities.services.telling import tell_issued


@dataclass(frozen=True, slots=True)
class Share:
    """What a proposal weighs a unit by. A ``fixed`` value is handed down already."""

    base: Decimal = ZERO
    measure: Decimal = ZERO
    fixed: Decimal | None = None


def propose_allocation(
    method: str,
    *,
    total: Decimal,
    reserve: Decimal,
    shares: Sequence[Share],
    step: Decimal = Decimal(1),
) -> list[Decimal]:
    """Split what is left after the reserve and the fixed parts by the method chosen.

    The parts add up exactly. When the fixed parts alone take more than there
    is, the others get nothing, and the board shows the excess.
    """
    taken = sum((share.fixed for share in shares if share.fixed is not None), ZERO)
    free = [share for share in shares if share.fixed is None]
    weights = {
        AllocationMethod.EVENLY: [Decimal(1)] * len(free),
        AllocationMethod.BY_BASE: [share.base for share in free],
        AllocationMethod.BY_MEASURE: [share.measure for share in free],
    }[AllocationMethod(method)]
    parts = iter(largest_remainder(max(total - reserve - taken, ZERO), weights, step))
    return [next(parts) if share.fixed is None else share.fixed for share in shares]


def _demand(actor: Actor, permission: str, units: Sequence[Unit], act: str) -> None:
    """一级抓一级: the authority is needed at each unit below, not at the one that divides."""
    if not actor.may(permission) or not all(actor.may(permission, at=unit) for unit in units):
        raise NotPermitted(f"当前职务无权{act}，只能由直接上级办理。请切换职务或联系上级办公室。")


@dataclass(slots=True)
class _Division:
    """A target under lock with the units below and what they hold."""

    target: Target
    units: dict[int, Unit]
    held: dict[int, Target]
    #: Values by name of the unit, as they stood under the lock.
    before: dict[str, Decimal]

    def below(self, values: Mapping[int, Decimal]) -> Decimal:
        kept = sum((child.value for pk, child in self.held.items() if pk not in values), ZERO)
        return kept + sum(values.values(), ZERO)

    @property
    def is_handed_down(self) -> bool:
        return any(child.is_handed_down for child in self.held.values())


def _lock(target: Target, *, actor: Actor) -> _Division:
    """Lock the target that is divided, so that two clerks never divide it at once."""
    units = {unit.pk: unit for unit in open_children(target.unit)}
    _demand(actor, ALLOCATE_TARGET, list(units.values()), "分解目标任务")
    lock_open_plan(target.plan)
    parent = (
        Target.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "indicator", "plan")
        .get(pk=target.pk)
    )
    children = (
        Target.objects.select_for_update(of=("self",))
        .filter(parent=parent)
        .select_related("unit", "indicator")
        .order_by("pk")
    )
    if not parent.indicator.is_divisible:
        raise DomainError(f"“{parent.indicator}”不向下分解，请在本级填报。")
    held = {child.unit_id: child for child in children}
    before = {child.unit.name: child.value for child in held.values()}
    return _Division(parent, units, held, before)


def _take_back(division: _Division, values: Mapping[int, Decimal | None]) -> dict[int, Decimal]:
    """Remove drafts whose cell was emptied, and return the parts that were filled in."""
    errors: dict[str, str] = {}
    for unit_id in [pk for pk, value in values.items() if value is None and pk in division.held]:
        child = division.held[unit_id]
        if child.is_handed_down:
            errors[f"unit_{unit_id}"] = "已下达，不能清空；改值请办理调整单。"
        elif child.children.exists():
            errors[f"unit_{unit_id}"] = "该单位已向下分解，不能清空；没有任务请填 0。"
        else:
            division.held.pop(unit_id).delete()
    if errors:
        raise FieldErrors(errors)
    return {unit_id: value for unit_id, value in values.items() if value is not None}


def _check_values(division: _Division, values: Mapping[int, Decimal], reserve: Decimal) -> None:
    indicator = division.target.indicator
    errors: dict[str, str] = {}
    if refusal := indicator.refusal_of(reserve):
        errors["reserve"] = refusal
    for unit_id, value in values.items():
        child = division.held.get(unit_id)
        if child is None and unit_id not in division.units:
            raise DomainError("有单位已不是直接下级，可能刚刚调整过隶属，请刷新后再分解。")
        if refusal := indicator.refusal_of(value):
            errors[f"unit_{unit_id}"] = refusal
        elif child is not None and child.is_handed_down and child.value != value:
            errors[f"unit_{unit_id}"] = "已下达，改值请办理调整单。"
    if errors:
        raise FieldErrors(errors)


def _excess(division: _Division, values: Mapping[int, Decimal], balance: Balance) -> str:
    """Say by how much a level hands down more than it received, or "" when it does not."""
    target = division.target
    if target.indicator.must_add_up:
        if balance.gap >= 0:
            return ""
        return f"{balance}（加码 {balance.excess_percent}%）"
    if target.indicator.allocation_style != AllocationStyle.SAME or not target.indicator.rises:
        return ""
    highest = max(values.values(), default=target.value)
    if highest <= target.value:
        return ""
    above = Balance(target.value, highest, ZERO)
    return (
        f"下级最高 {grouped(highest)} 高于本级 {grouped(target.value)}"
        f"（加码 {above.excess_percent}%）"
    )


def _write(
    division: _Division,
    *,
    actor: Actor,
    values: Mapping[int, Decimal],
    reserve: Decimal,
    reason: str,
    bases: Mapping[int, Decimal],
) -> Target:
    target = division.target
    before = dict(division.before)
    earlier = last_year_values(target.plan, values.keys() - division.held.keys())
    for unit_id, value in values.items():
        child = division.held.get(unit_id)
        if child is None:
            unit = division.units[unit_id]
            child = Target(
                plan=target.plan,
                indicator=target.indicator,
                unit=unit,
                parent=target,
                base_value=earlier.get((target.indicator_id, unit_id)),
                responsible_person=unit.principal_name,
                due_on=target.due_on or date(target.plan.year, 12, 31),
            )
        elif child.value == value and unit_id not in bases:
            continue
        child.value = value
        child.base_value = bases.get(unit_id, child.base_value)
        child.save()
        division.held[unit_id] = child
    old = {"reserve": target.reserve, "over_reason": target.over_reason}
    target.reserve, target.over_reason = reserve, reason
    target.save(update_fields=["reserve", "over_reason"])
    # A part taken back stands in the trail as nothing, not as missing.
    after: dict[str, Decimal | None] = dict.fromkeys(before)
    after |= {child.unit.name: child.value for child in division.held.values()}
    if after == before and old == {"reserve": reserve, "over_reason": reason}:
        # The grid saves every column; the trail holds only those that changed.
        return target
    record(
        "responsibilities.target.allocated",
        target,
        actor=actor,
        label="分解目标任务",
        before={**before, **old},
        after={**after, "reserve": reserve, "over_reason": reason},
        reason=reason,
    )
    return target


@transaction.atomic
def allocate(
    parent_target: Target,
    *,
    actor: Actor,
    values: Mapping[int, Decimal | None],
    reserve: Decimal = ZERO,
    reason: str = "",
    bases: Mapping[int, Decimal] | None = None,
) -> Target:
    """Divide a value among the units below, by unit key (分解).

    Children + reserve = parent. Who hands down more than he received
    (层层加码) must give a reason, which the grantor sees; less is never right.
    ``bases`` are last year's results where they are known.
    """
    division = _lock(parent_target, actor=actor)
    parts = _take_back(division, values)
    _check_values(division, parts, reserve)
    target = division.target
    balance = Balance(target.value, division.below(parts), reserve)
    excess = _excess(division, parts, balance)
    if target.indicator.must_add_up and balance.gap > 0:
        raise DomainError(f"{balance}。请补足下级的数，或把差数留作机动。")
    if excess and not reason.strip():
        raise FieldErrors(
            {"reason": "下达的数多于本级承担的数，须填写加码理由，上级会看到。"},
            f"{excess}。请填写加码理由，或减少下级的数。",
        )
    return _write(
        division,
        actor=actor,
        values=parts,
        reserve=reserve,
        reason=reason.strip() if excess else "",
        bases=bases or {},
    )


@transaction.atomic
def draft_allocation(
    parent_target: Target,
    *,
    actor: Actor,
    values: Mapping[int, Decimal | None],
    reserve: Decimal = ZERO,
    reason: str = "",
) -> Target:
    """Keep an unfinished division; the sum must meet only once a part is handed down."""
    division = _lock(parent_target, actor=actor)
    if division.is_handed_down:
        return allocate(parent_target, actor=actor, values=values, reserve=reserve, reason=reason)
    parts = _take_back(division, values)
    _check_values(division, parts, reserve)
    return _write(
        division, actor=actor, values=parts, reserve=reserve, reason=reason.strip(), bases={}
    )


@transaction.atomic
def draft_grid(
    plan: AnnualPlan,
    *,
    actor: Actor,
    cells: Mapping[int, Mapping[int, Decimal | None]],
    reserves: Mapping[int, Decimal],
) -> int:
    """Keep the divisions of many targets at once; errors name target and unit (``t1_u2``)."""
    targets = Target.objects.filter(plan=plan, pk__in=cells).select_related(
        "unit", "indicator", "plan"
    )
    errors: dict[str, list[str]] = {}
    for target in targets.order_by("pk"):
        try:
            draft_allocation(
                target,
                actor=actor,
                values=cells[target.pk],
                reserve=reserves.get(target.pk, target.reserve),
                reason=target.over_reason,
            )
        except FieldErrors as error:
            # The grid has no room for a reason; the board of the indicator has.
            if "reason" in error.errors:
                errors[f"t{target.pk}"] = [f"“{target.indicator.name}”{error.message}"]
                continue
            for field, texts in error.errors.items():
                name = f"t{target.pk}_{field.replace('unit_', 'u')}"
                errors.setdefault(name, []).extend(texts)
        except NotPermitted:
            raise
        except StateConflict:
            raise
        except DomainError as error:
            errors[f"t{target.pk}"] = [f"“{target.indicator.name}”{error.message}"]
    if errors:
        raise FieldErrors(errors)
    return len(cells)


def _refusals(plan: AnnualPlan, unit: Unit) -> tuple[list[int], dict[int, str]]:
    """Targets of a unit that may be handed down now, and what stands against the others."""
    ready: list[int] = []
    refusals: dict[int, str] = {}
    for division in divisions(plan, unit):
        target = division.target
        if target is None or division.child_count == division.issued_count:
            continue
        name = division.indicator.name
        if not target.is_handed_down:
            refusals[target.pk] = f"“{name}”上级尚未下达到本级，暂不能向下下达。"
        elif division.child_count < division.unit_count:
            lacking = division.unit_count - division.child_count
            refusals[target.pk] = f"“{name}”还有 {lacking} 个下级没有填数，没有任务请填 0。"
        elif not division.is_settled:
            wish = "" if division.balance and division.balance.gap > 0 else "，须填写加码理由"
            refusals[target.pk] = f"“{name}”{division.balance}{wish}。"
        else:
            ready.append(target.pk)
    return ready, refusals


def _open_issue(unit: Unit, plan: AnnualPlan, actor: Actor) -> tuple[list[int], dict[int, str]]:
    _demand(actor, ISSUE_TARGET, list(open_children(unit)), "下达目标任务")
    plan = lock_open_plan(plan)
    if plan.state != PlanState.APPROVED:
        raise StateConflict(f"“{plan}”尚未审定，审定后才能下达。")
    parents = Target.objects.select_for_update(of=("self",), no_key=True)
    list(parents.filter(plan=plan, unit=unit).order_by("pk").values_list("pk"))
    return _refusals(plan, unit)


def _issue(parents: Sequence[int], actor: Actor) -> int:
    drafts = (
        Target.objects.filter(parent_id__in=parents, state=TargetState.DRAFT)
        .select_related("unit", "indicator")
        .order_by("pk")
    )
    issued = []
    for target in drafts:
        # Scoring compares with what was promised at issue, whatever is amended later.
        changes = {"issued_value": target.value}
        advance(target, "issue", actor=actor, at=target.unit, changes=changes)
        issued.append(target)
    tell_issued(issued)
    return len(issued)


@transaction.atomic
def issue_targets(unit: Unit, *, plan: AnnualPlan, actor: Actor) -> int:
    """Hand all drafts for the units below one unit down, in one go (下达); return how many.

    All or nothing: a single division that does not add up stops the others,
    so that no unit receives half of its tasks.
    """
    ready, refusals = _open_issue(unit, plan, actor)
    if refusals:
        raise DomainError("\n".join(refusals.values()))
    return _issue(ready, actor)


@transaction.atomic
def issue_division(parent_target: Target, *, actor: Actor) -> int:
    """Hand down one indicator to the units below, the others left as they are."""
    ready, refusals = _open_issue(parent_target.unit, parent_target.plan, actor)
    if refusal := refusals.get(parent_target.pk):
        raise DomainError(refusal)
    return _issue([pk for pk in ready if pk == parent_target.pk], actor)


@transaction.atomic
def issue_subtree(unit: Unit, *, plan: AnnualPlan, actor: Actor) -> int:
    """Hand down level by level as far as everything is divided; needs authority for all levels."""
    count = issue_targets(unit, plan=plan, actor=actor)
    for child in open_children(unit).filter(child_count__gt=0):
        if Target.objects.filter(plan=plan, parent__unit=child, state=TargetState.DRAFT).exists():
            count += issue_subtree(child, plan=plan, actor=actor)
    return count
