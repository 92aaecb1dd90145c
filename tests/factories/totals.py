"""Forms with every rule of aggregation, and rows of the read model."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from responsibilities.cells import Cell
from responsibilities.enums import Basis
from responsibilities.models import (
    Obligation,
    QuarterlyReturn,
    Relocation,
    ReturnForm,
    RollupBranch,
    RollupBucket,
    RollupMark,
)

#: code, value type, style, and what the cell is a part or a percentage of.
CELLS = (
    ("T1", "integer", "incremental", {}),
    ("T2", "integer", "latest", {}),
    ("T3", "decimal", "cumulative", {"not_above": "T2"}),
    ("T4", "percent", "latest", {}),
    ("T5", "percent", "latest", {"whole": "T2"}),
    ("T6", "yes_no", "latest", {}),
    ("T7", "integer", "latest", {"across": "max"}),
)


def form_of_all_rules(version: int = 1, *, backwards: bool = False) -> ReturnForm:
    """A published form; ``backwards`` lays the same cells out in the other order."""
    rows = CELLS[::-1] if backwards else CELLS
    cells = [
        Cell(
            code=code,
            label=f"指标{code}",
            unit_label="个",
            value_type=value_type,
            section="T",
            section_title="测试",
            slot=slot,
            style=style,
            **parts,
        ).as_row()
        for slot, (code, value_type, style, parts) in enumerate(rows)
    ]
    return ReturnForm.objects.create(
        title="各种口径", version=version, cells=cells, state="published"
    )


def make_filed(
    unit: Unit,
    period: Period,
    form: ReturnForm,
    values: dict[str, Decimal | None],
    *,
    state: str = "accepted",
) -> QuarterlyReturn:
    """An obligation with its return, in any state, without the services."""
    owed = Obligation.objects.create(unit=unit, form=form, period=period, due_on=period.due_on)
    now = timezone.now()
    row = QuarterlyReturn(
        obligation=owed,
        unit=unit,
        period=period,
        form=form,
        values=[values.get(cell.code) for cell in form.layout()],
        first_submitted_at=None if state == "draft" else now,
        accepted_at=now if state == "accepted" else None,
        state=state,
    )
    row.save()
    return row


def make_mark(unit: Unit, period: Period) -> RollupMark:
    return RollupMark.objects.create(unit_number=unit.pk, period_number=period.pk, path=unit.path)


def make_bucket(path: str, period: Period, form: ReturnForm) -> RollupBucket:
    return RollupBucket.objects.create(path=path, period=period, form=form, basis=Basis.ACCEPTED)


def make_branch(path: str, period: Period, form: ReturnForm) -> RollupBranch:
    return RollupBranch.objects.create(path=path, period=period, form=form, basis=Basis.ACCEPTED)


def make_relocation(old_path: str, new_path: str) -> Relocation:
    return Relocation.objects.create(old_path=old_path, new_path=new_path, moved_on=today())
