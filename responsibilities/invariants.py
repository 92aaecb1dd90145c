"""What must hold of returns and their totals."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from gongjian.foundation.kernel.invariants import Invariant, invariants
from responsibilities.cells import blanks
from responsibilities.enums import ReturnState
from responsibilities.models import QuarterlyReturn, ReturnForm
from responsibilities.services.rollup import refresh_all


def one_return_each() -> Iterable[str]:
    """I2: a unit has one return for each form and period."""
    twice = QuarterlyReturn.objects.values("unit", "period", "form__key").annotate(many=Count("pk"))
    for row in twice.filter(many__gt=1).order_by("unit", "period"):
        yield f"单位 {row['unit']} 在期间 {row['period']} 有 {row['many']} 份报表"


def returns_whole() -> Iterable[str]:
    """I3: what was handed in has a value in every cell that must have one."""
    handed_in = QuarterlyReturn.objects.filter(
        state__in=[ReturnState.SUBMITTED, ReturnState.ACCEPTED], is_nil=False
    ).select_related("unit", "period")
    layouts = {form.pk: form.layout() for form in ReturnForm.objects.all()}
    for row in handed_in.order_by("pk").iterator():
        cells = [
            cell
            for cell in layouts[row.form_id]
            if cell.is_asked_of(row.unit.level, row.unit.category)
        ]
        if missing := blanks(cells, row.values):
            yield f"{row.unit}{row.period}报表已报送，但缺 {'、'.join(list(missing)[:5])}"


def totals_right() -> Iterable[str]:
    """I10: the totals kept are those that the returns add up to."""
    if drifted := refresh_all().drifted:
        yield f"{drifted} 处汇总数与报表不符"


for _key, _sentence, _find in (
    ("2 returns", "每个单位每期只有一份报表", one_return_each),
    ("3 whole", "已报送的报表没有缺项", returns_whole),
    ("10 totals", "汇总数与报表一致", totals_right),
):
    invariants.register(Invariant(_key, _sentence, _find))
