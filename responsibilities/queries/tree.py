"""The tree of one indicator's targets, level by level, with what each level adds (层层加码)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from gongjian.foundation.kernel.actor import Scope
from gongjian.foundation.kernel.numbers import round_half_up
from responsibilities.models import Target
from responsibilities.queries.planning import ZERO, Balance

_ONE = Decimal(1)
_TENTH = Decimal("0.1")


def _rate(factor: Decimal) -> Decimal:
    """A factor as what it adds, in percent: 1.083 → 8.3."""
    return round_half_up((factor - _ONE) * 100).quantize(_TENTH)


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A target and its division; ``above`` is the factor the levels above have added."""

    target: Target
    below: Decimal
    child_count: int
    above: Decimal

    @property
    def balance(self) -> Balance | None:
        if not self.target.indicator.must_add_up or not self.child_count:
            return None
        return Balance(self.target.value, self.below, self.target.reserve)

    @property
    def factor(self) -> Decimal:
        """How many times its own value this level hands down; less than once counts as once."""
        balance = self.balance
        if balance is None or balance.gap >= 0 or not balance.value:
            return _ONE
        return (balance.below + balance.reserve) / balance.value

    @property
    def excess(self) -> Decimal:
        return _rate(self.factor)

    @property
    def accumulated(self) -> Decimal:
        """From the whole region down to what this unit hands down."""
        return _rate(self.above * self.factor)


def _measured(targets: Iterable[Target], above: Decimal) -> list[TreeRow]:
    found = list(targets)
    sums = {
        row["parent_id"]: row
        for row in Target.objects.filter(parent__in=[target.pk for target in found])
        .values("parent_id")
        .annotate(total=Sum("value"), count=Count("pk"))
    }
    return [
        TreeRow(
            target,
            below=sums[target.pk]["total"] if target.pk in sums else ZERO,
            child_count=sums[target.pk]["count"] if target.pk in sums else 0,
            above=above,
        )
        for target in found
    ]


def chain(target: Target) -> list[TreeRow]:
    """The target and all above it, from the whole region down, with what was added on the way."""
    line, node = [target], target
    while node.parent_id is not None:
        node = Target.objects.select_related("unit", "indicator").get(pk=node.parent_id)
        line.insert(0, node)
    rows: list[TreeRow] = []
    above = _ONE
    for row in _measured(line, _ONE):
        rows.append(TreeRow(row.target, row.below, row.child_count, above))
        above *= row.factor
    return rows


def level(row: TreeRow, scope: Scope) -> list[TreeRow]:
    """The targets directly below one, as far as the post may look."""
    children = (
        Target.objects.filter(parent=row.target)
        .within(scope)  # type: ignore[attr-defined]
        .select_related("unit", "indicator")
        .order_by("unit__sort_order", "unit__path")
    )
    return _measured(children, row.above * row.factor)
