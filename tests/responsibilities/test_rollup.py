"""Totals against a naive reckoning, on trees and values drawn at random."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.periods import ensure_quarter
from orgs.models import Unit
from responsibilities.enums import QuarterlyStyle
from responsibilities.models import Obligation, QuarterlyReturn, ReturnForm
from responsibilities.queries.returns import progress_of, progress_of_children
from responsibilities.queries.rollup import coverage_of, totals, yearly_values
from responsibilities.services.returns import save_cells
from tests.factories.returns import make_form, open_quarter, start

RANDOM = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CELLS = 5
numbers = st.none() | st.integers(0, 10**9).map(Decimal)
rows = st.tuples(
    st.integers(0, 3),  # which unit below
    st.integers(1, 4),  # which quarter
    st.sampled_from(["draft", "submitted", "sent_back", "accepted", "accepted"]),
    st.lists(numbers, min_size=CELLS, max_size=CELLS),
)
#: Parent of each further unit, as a place among the units made before.
shapes = st.lists(st.integers(0, 20), min_size=1, max_size=10)


@contextlib.contextmanager
def undone():
    """Whatever one example writes is gone before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def grow(root: Unit, shape: list[int]) -> list[Unit]:
    """A tree of any form; paths are laid as the services lay them."""
    units, below = [root], defaultdict(int)
    for place, choice in enumerate(shape):
        parent = units[choice % len(units)]
        below[parent.pk] += 1
        units.append(
            Unit.objects.create(
                parent=parent,
                path=f"{parent.path}{500 + below[parent.pk]:04d}",
                depth=parent.depth + 1,
                code=f"77{place:04d}",
                name=f"单位{place}",
                level="grassroots",
                category="village",
            )
        )
    return units


def file_rows(form: ReturnForm, units: list[Unit], drawn) -> list[QuarterlyReturn]:
    held = {}
    for choice, ordinal, state, values in drawn:
        unit, period = units[choice * 7 % len(units)], ensure_quarter(2026, ordinal)
        if (unit.pk, ordinal) in held:
            continue
        owed = Obligation.objects.create(unit=unit, form=form, period=period, due_on=period.due_on)
        row = QuarterlyReturn(
            obligation=owed, unit=unit, period=period, form=form, values=values, state=state
        )
        row.save()
        held[unit.pk, ordinal] = row
    return list(held.values())


def naive(form: ReturnForm, rows, unit: Unit, last: Period) -> dict[str, Decimal]:
    """One unit at a time, one cell at a time."""
    found: dict[str, Decimal] = {}
    for owner in {row.unit_id for row in rows}:
        own = sorted(
            (
                row
                for row in rows
                if row.unit_id == owner
                and row.unit.path.startswith(unit.path)
                and row.state == "accepted"
                and row.period.ends_on <= last.ends_on
            ),
            key=lambda row: row.period.ordinal,
        )
        for cell in form.layout():
            known = [row.values[cell.slot] for row in own if row.values[cell.slot] is not None]
            if known:
                adds = cell.style == QuarterlyStyle.INCREMENTAL
                found[cell.code] = found.get(cell.code, Decimal(0)) + (
                    sum(known) if adds else known[-1]
                )
    return found


@RANDOM
@given(shape=shapes, drawn=st.lists(rows, max_size=14), ordinal=st.integers(1, 4))
def test_yearly_values_and_totals_are_the_sums_of_what_was_accepted(cast, shape, drawn, ordinal):
    with undone():
        form = make_form(cast)
        units = grow(cast.city, shape)
        filed = file_rows(form, units, drawn)
        last = ensure_quarter(2026, ordinal)

        values = yearly_values(units, last)
        for unit in units:
            known = {code: value for (pk, code), value in values.items() if pk == unit.pk}
            assert known == naive(form, filed, unit, last)

        now = [row for row in filed if row.period_id == last.pk]
        coverage = coverage_of(units, last)
        for unit in units:
            total, lines = totals(unit, last, form)
            mine = [row for row in now if row.unit.path.startswith(unit.path)]
            accepted = [row for row in mine if row.state == "accepted"]
            assert (total.expected, total.included) == (len(mine), len(accepted))
            assert coverage[unit.pk] == (len(mine), len(accepted))
            for cell in form.layout():
                known = [row.values[cell.slot] for row in accepted]
                known = [value for value in known if value is not None]
                assert total.values[cell.code] == (sum(known) if known else None)
            own = [row for row in accepted if row.unit_id == unit.pk]
            assert total.included == len(own) + sum(line.included for line in lines)


@RANDOM
@given(shape=shapes, drawn=st.lists(rows, max_size=14))
def test_no_rate_passes_a_hundred_percent(cast, shape, drawn):
    with undone():
        form = make_form(cast)
        units = grow(cast.city, shape)
        file_rows(form, units, drawn)
        period = ensure_quarter(2026, 2)
        for unit in units:
            for progress in [progress_of(unit, period), *progress_of_children(unit, period)]:
                for rate in (progress.rate, progress.accepted_rate, progress.on_time_rate):
                    assert 0 <= rate <= 100
                assert progress.missing >= 0


edits = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 50), st.booleans()), min_size=1, max_size=12
)


@settings(parent=RANDOM, max_examples=15)
@given(edits=edits)
def test_no_window_overwrites_what_it_has_not_seen(cast, edits):
    """Two windows that now and then look: each write lands or is refused with both values."""
    with undone():
        period, _ = open_quarter(cast)
        row = start(cast, cast.hongqi, period, cast.secretary)
        people = (cast.secretary, cast.union_chair)
        seen = ["", ""]
        kept = ""
        for window, number, looks in edits:
            if looks:
                seen[window] = kept
            answer = save_cells(
                row,
                actor=people[window],
                changes={"Z203": str(number)},
                base={"Z203": seen[window]},
            )
            if seen[window] == kept or str(number) == kept:
                assert answer.saved["Z203"]["value"] == str(number)
                kept = seen[window] = str(number)
            else:
                assert answer.conflicts["Z203"]["theirs"] == kept
                assert not answer.saved
