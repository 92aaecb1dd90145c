"""The one statement that adds returns up, written out for a form.

Slots are spelled as plain subscripts (``v[3]``): an array laid out by slot and
grouped again costs ten times as much. All names in the text are the product's
own; whatever comes from outside is a parameter.
"""

# ruff: noqa: S608 -- column and table names are written here, every value is a parameter
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gongjian.foundation.calendar.models import Period
from responsibilities.aggregation import Across, Rate, maxima_of, rates_of, rule_of
from responsibilities.cells import Cell
from responsibilities.enums import Basis, QuarterlyStyle, ReturnState
from responsibilities.models import ReturnForm

STATES: dict[str, tuple[ReturnState, ...]] = {
    Basis.ACCEPTED: (ReturnState.ACCEPTED,),
    Basis.HANDED_IN: (ReturnState.ACCEPTED, ReturnState.SUBMITTED),
}
#: Columns of a total that are one number a place, in the order of the statement.
COUNTS = ("expected", "included", "workers_expected", "workers_included", "handed_in", "on_time")
LISTS = (
    "sums",
    "counts",
    "numerators",
    "denominators",
    "maxima",
    "year_sums",
    "year_counts",
)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A period that was opened, with the form it was opened with."""

    period: Period
    form: ReturnForm


@dataclass(frozen=True, slots=True)
class Cut:
    """Which obligations are added up, and what they are grouped by; ``o`` is the obligation."""

    where: str
    key: str


#: All of a tenant, by bucket.
EVERYTHING = Cut("TRUE", "o.bucket")
#: Some buckets.
PLACES = Cut("o.bucket = ANY(%(places)s)", "o.bucket")
#: A node's own return and those right below it, one by one.
NEAR = Cut(
    "o.bucket = ANY(%(near)s) AND (o.bucket = %(node)s OR o.path_at = %(node)s)", "o.path_at"
)
#: A whole branch by the branches below it, without the buckets.
BRANCH = Cut("o.path_at ^@ %(node)s", "left(o.path_at, %(width)s)")


def cells_of(form: ReturnForm) -> list[Cell]:
    return sorted(form.layout(), key=lambda cell: cell.slot)


def select(year: Sequence[Quarter], cut: Cut, *, as_of: bool = False) -> str:
    """Totals by place for the last quarter of ``year``, with those of the year up to it."""
    cells = cells_of(year[-1].form)
    nothing = f"array_fill(0::numeric, ARRAY[{len(cells)}])"
    none = f"array_fill(0, ARRAY[{len(cells)}])"
    rates, maxima = len(rates_of(cells)), len(maxima_of(cells))
    blank = {
        "sums": nothing,
        "counts": none,
        "numerators": f"array_fill(0::numeric, ARRAY[{rates}])",
        "denominators": f"array_fill(0::numeric, ARRAY[{rates}])",
        "maxima": f"array_fill(0::numeric, ARRAY[{maxima}])",
        "year_sums": nothing,
        "year_counts": none,
    }
    columns = [f"coalesce(n.{name}, 0) AS {name}" for name in COUNTS]
    if len(year) == 1:
        columns += [f"n.{name}" for name in LISTS[:5]]
        columns += ["n.sums AS year_sums", "n.counts AS year_counts"]
        return f"SELECT n.place, {', '.join(columns)} FROM ({_now(year[-1], cut, as_of=as_of)}) n"
    columns += [
        f"coalesce({'y' if name.startswith('year') else 'n'}.{name}, {blank[name]}) AS {name}"
        for name in LISTS
    ]
    return (
        f"SELECT coalesce(n.place, y.place) AS place, {', '.join(columns)} "
        f"FROM ({_now(year[-1], cut, as_of=as_of)}) n "
        f"FULL JOIN ({_year(year, cut, as_of=as_of)}) y ON y.place = n.place"
    )


def _filed(number: int, where: str, *, as_of: bool) -> str:
    """Obligations of a quarter with the values that count; ``v`` is NULL where none do."""
    dated = " AND {} < %(until)s"
    counts = dated.format(
        "CASE WHEN r.state = 'accepted' THEN r.accepted_at ELSE r.first_submitted_at END"
    )
    first = "r.first_submitted_at"
    if as_of:
        first = f"CASE WHEN r.first_submitted_at < %(until)s THEN {first} END"
    return (
        "SELECT o.unit_id, o.path_at, o.bucket, o.is_exempt, o.workers_at, "
        f"o.deadline_at, {first} AS first_at, "
        f"CASE WHEN NOT o.is_exempt AND r.state = ANY(%(states)s){counts if as_of else ''} "
        "THEN r.values END AS v, array_position(r.values, NULL) IS NOT NULL AS has_blanks "
        "FROM responsibilities_obligation o LEFT JOIN responsibilities_quarterlyreturn r "
        "ON r.tenant_id = o.tenant_id AND r.obligation_id = o.id "
        f"WHERE o.tenant_id = %(tenant)s AND o.period_id = %(period_{number})s "
        f"AND o.form_id = %(form_{number})s AND {where} OFFSET 0"
    )


def _array(parts: Sequence[str], kind: str) -> str:
    return f"ARRAY[{', '.join(parts)}]::{kind}[]"


def _now(quarter: Quarter, cut: Cut, *, as_of: bool) -> str:
    cells = cells_of(quarter.form)
    summed = {Across.SUM, Across.SHARE}
    sums = [
        f"coalesce(sum(o.v[{cell.slot + 1}]), 0)" if rule_of(cell) in summed else "0"
        for cell in cells
    ]
    # Blanks are rare, so they are counted instead of the numbers: half the work.
    blanks = "count(*) FILTER (WHERE o.has_blanks AND o.v IS NOT NULL AND o.v[{}] IS NULL)"
    counts = [f"count(o.v) - {blanks.format(cell.slot + 1)}" for cell in cells]
    parts = [_parts(rate) for rate in rates_of(cells)]
    maxima = [f"coalesce(max(o.v[{slot + 1}]), 0)" for slot in maxima_of(cells)]
    owed = "FILTER (WHERE NOT o.is_exempt)"
    return (
        f"SELECT {cut.key} AS place, count(*) {owed} AS expected, count(o.v) AS included, "
        f"coalesce(sum(o.workers_at) {owed}, 0) AS workers_expected, "
        "coalesce(sum(o.workers_at) FILTER (WHERE o.v IS NOT NULL), 0) AS workers_included, "
        "count(o.first_at) FILTER (WHERE NOT o.is_exempt) AS handed_in, "
        "count(*) FILTER (WHERE NOT o.is_exempt AND o.first_at < o.deadline_at) AS on_time, "
        f"{_array(sums, 'numeric')} AS sums, {_array(counts, 'int')} AS counts, "
        f"{_array([part for part, _ in parts], 'numeric')} AS numerators, "
        f"{_array([whole for _, whole in parts], 'numeric')} AS denominators, "
        f"{_array(maxima, 'numeric')} AS maxima "
        f"FROM ({_filed(0, cut.where, as_of=as_of)}) o GROUP BY 1"
    )


def _parts(rate: Rate) -> tuple[str, str]:
    """Numerator and denominator of one rate, over units that gave both."""
    own = f"o.v[{rate.slot + 1}]"
    whole = "o.workers_at" if rate.whole is None else f"o.v[{rate.whole + 1}]"
    part = f"{own} * {whole} * 0.01" if rate.is_percent else own
    both = f"FILTER (WHERE {own} IS NOT NULL AND {whole} IS NOT NULL)"
    return f"coalesce(sum({part}) {both}, 0)", f"coalesce(sum({whole}) {both}, 0)"


def _year(year: Sequence[Quarter], cut: Cut, *, as_of: bool) -> str:
    """The year up to the last quarter: events added up, of all else each unit's last value.

    A unit stands where it stood in its last quarter; so it is in one place only.
    """
    places = range(len(year), 0, -1)
    slots = {
        number: {cell.code: cell.slot + 1 for cell in quarter.form.layout()}
        for number, quarter in enumerate(year, start=1)
    }
    sums, counts = [], []
    for cell in cells_of(year[-1].form):
        known = [f"o.v{n}[{slots[n][cell.code]}]" for n in places if cell.code in slots[n]]
        if rule_of(cell) is not Across.SUM:
            sums.append("0")
            counts.append("0")
        elif cell.style == QuarterlyStyle.INCREMENTAL:
            sums.append(" + ".join(f"coalesce(sum({value}), 0)" for value in known))
            counts.append(" + ".join(f"count({value})" for value in known))
        else:
            sums.append(f"coalesce(sum(coalesce({', '.join(known)})), 0)")
            counts.append(f"count(coalesce({', '.join(known)}))")
    return (
        f"SELECT {cut.key} AS place, {_array(sums, 'numeric')} AS year_sums, "
        f"{_array(counts, 'int')} AS year_counts FROM ({_joined(len(year), cut, as_of=as_of)}) o "
        f"WHERE {cut.where} GROUP BY 1"
    )


def _joined(count: int, cut: Cut, *, as_of: bool) -> str:
    narrowed = "TRUE"
    if cut is not EVERYTHING:
        narrowed = (
            "o.unit_id IN (SELECT o.unit_id FROM responsibilities_obligation o "
            f"WHERE o.tenant_id = %(tenant)s AND o.period_id = ANY(%(year)s) AND {cut.where})"
        )
    newest_first = range(count, 0, -1)
    chosen = [
        f"coalesce({', '.join(f'q{n}.{name}' for n in newest_first)}) AS {name}"
        for name in ("path_at", "bucket")
    ]
    chosen += [f"q{n}.v AS v{n}" for n in newest_first]
    text = f"({_filed(1, narrowed, as_of=as_of)}) q1"
    for number in range(2, count + 1):
        so_far = ", ".join(f"q{n}.unit_id" for n in range(1, number))
        text += (
            f" FULL JOIN ({_filed(number, narrowed, as_of=as_of)}) q{number} "
            f"ON q{number}.unit_id = coalesce({so_far})"
        )
    return f"SELECT {', '.join(chosen)} FROM {text} OFFSET 0"


def parameters(year: Sequence[Quarter], basis: str, tenant_id: int) -> dict[str, Any]:
    """What the statement is asked for; the caller adds the parameters of its cut."""
    named: dict[str, Any] = {
        "tenant": tenant_id,
        "states": [str(state) for state in STATES[basis]],
        "year": [quarter.period.pk for quarter in year],
        "period_0": year[-1].period.pk,
        "form_0": year[-1].form.pk,
        "basis": str(basis),
    }
    for number, quarter in enumerate(year, start=1):
        named[f"period_{number}"] = quarter.period.pk
        named[f"form_{number}"] = quarter.form.pk
    return named
