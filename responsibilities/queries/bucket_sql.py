"""The one statement that adds returns up, written out for a form.

Slots are spelled as plain subscripts (``v[3]``): an array laid out by slot and
grouped again costs ten times as much. All names in the text are the product's
own; whatever comes from outside is a parameter.
"""

# ruff: noqa: S608 -- column and table names are written here, every value is a parameter
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
#: A return counts for a basis when its kind is at least the basis's.
KINDS = {ReturnState.SUBMITTED: 1, ReturnState.ACCEPTED: 2}
LEAST = {basis: min(KINDS[state] for state in states) for basis, states in STATES.items()}
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

#: Of buckets ``b``: those of branches that have no total of their own.
NO_BRANCH = (
    "NOT EXISTS (SELECT FROM responsibilities_rollupbranch h "
    "WHERE h.tenant_id = b.tenant_id AND h.period_id = b.period_id AND h.basis = b.basis "
    "AND h.form_id = b.form_id AND h.path = b.path)"
)

_WORKERS = "sum(o.workers_at)"


def cells_of(form: ReturnForm) -> list[Cell]:
    return sorted(form.layout(), key=lambda cell: cell.slot)


def select(year: Sequence[Quarter], cut: Cut, bases: Sequence[str], *, as_of: bool = False) -> str:
    """Totals by basis and place for the last quarter of ``year``, and of the year up to it.

    However many bases are asked for, the returns are read and added up once.
    """
    cells = cells_of(year[-1].form)
    now = _now(year[-1], cut, as_of=as_of)
    if len(year) == 1:
        named = ", ".join(f"n.{name}" for name in (*COUNTS, *LISTS[:5]))
        return f"SELECT n.basis, n.place, {named}, {alone(cells, 'n')} FROM ({now}) n"
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
    columns += [
        f"coalesce({'y' if name.startswith('year') else 'n'}.{name}, {blank[name]}) AS {name}"
        for name in LISTS
    ]
    return (
        "SELECT coalesce(n.basis, y.basis) AS basis, coalesce(n.place, y.place) AS place, "
        f"{', '.join(columns)} FROM ({now}) n "
        f"FULL JOIN ({_year(year, cut, bases, as_of=as_of)}) y "
        "ON y.place = n.place AND y.basis = n.basis"
    )


def alone(cells: Sequence[Cell], table: str) -> str:
    """The year of a quarter that is its first: the same figures, of what a year adds up."""
    lists = (("sums", "numeric"), ("counts", "int"))
    columns = []
    for name, kind in lists:
        parts = [
            f"{table}.{name}[{place}]" if rule_of(cell) is Across.SUM else "0"
            for place, cell in enumerate(cells, start=1)
        ]
        columns.append(f"{_array(parts, kind)} AS year_{name}")
    return ", ".join(columns)


def _filed(number: int, where: str, *, as_of: bool) -> str:
    """Obligations of a quarter with their returns; ``kind`` says for which basis it counts.

    ``fence`` is a set of one: it makes the columns be reckoned once and not for
    every cell, and unlike the usual OFFSET 0 lets several processes share the work.
    """
    counts, first = "r.id IS NOT NULL", "r.first_submitted_at"
    if as_of:
        counts = (
            "CASE WHEN r.state = 'accepted' THEN r.accepted_at ELSE r.first_submitted_at END "
            "< %(until)s"
        )
        first = f"CASE WHEN r.first_submitted_at < %(until)s THEN {first} END"
    least = min(KINDS.values())
    kinds = " ".join(f"WHEN r.state = '{state}' THEN {kind}" for state, kind in KINDS.items())
    return (
        "SELECT o.unit_id, o.path_at, o.bucket, o.is_exempt, o.workers_at, "
        f"o.deadline_at, {first} AS first_at, "
        f"CASE WHEN o.is_exempt OR ({counts}) IS NOT TRUE THEN {least - 1} {kinds} "
        f"ELSE {least - 1} END AS kind, "
        "r.values AS v, array_position(r.values, NULL) IS NOT NULL AS has_blanks, "
        "generate_series(1, 1) AS fence "
        "FROM responsibilities_obligation o LEFT JOIN responsibilities_quarterlyreturn r "
        "ON r.tenant_id = o.tenant_id AND r.obligation_id = o.id "
        f"WHERE o.tenant_id = %(tenant)s AND o.period_id = %(period_{number})s "
        f"AND o.form_id = %(form_{number})s AND {where}"
    )


def _array(parts: Sequence[str], kind: str) -> str:
    return f"ARRAY[{', '.join(parts)}]::{kind}[]"


def _now(quarter: Quarter, cut: Cut, *, as_of: bool) -> str:
    """One quarter: added up by place and kind of return, and these few sums by basis."""
    cells = cells_of(quarter.form)
    owed = "FILTER (WHERE NOT o.is_exempt)"
    adding = _Adding()
    counts = {
        "expected": adding.always(f"count(*) {owed}"),
        "included": adding.by_basis("count(*)"),
        "workers_expected": adding.always(f"sum(o.workers_at) {owed}"),
        "workers_included": adding.by_basis(_WORKERS),
        "handed_in": adding.always(f"count(o.first_at) {owed}"),
        "on_time": adding.always(
            "count(*) FILTER (WHERE NOT o.is_exempt AND o.first_at < o.deadline_at)"
        ),
    }
    summed = {Across.SUM, Across.SHARE}
    sums = [
        adding.by_basis(f"sum(o.v[{cell.slot + 1}])") if rule_of(cell) in summed else "0"
        for cell in cells
    ]
    # Blanks are rare, so they are counted instead of the numbers, all slots in one sum.
    blanks = adding.by_basis(_blanks(cells))
    known = [
        f"{counts['included']} - CASE WHEN {blanks} = 0 THEN 0 "
        f"ELSE mod(div({blanks}, 1e{_DIGITS * place}), 1e{_DIGITS}) END"
        for place, _ in enumerate(cells)
    ]
    parts = [_parts(rate, adding) for rate in rates_of(cells)]
    lists = {
        "sums": (sums, "numeric"),
        "counts": (known, "int"),
        "numerators": ([part for part, _ in parts], "numeric"),
        "denominators": ([whole for _, whole in parts], "numeric"),
        "maxima": (
            [adding.by_basis(f"max(o.v[{slot + 1}])", "max") for slot in maxima_of(cells)],
            "numeric",
        ),
    }
    columns = [f"{text} AS {name}" for name, text in counts.items()]
    columns += [f"{_array(texts, kind)} AS {name}" for name, (texts, kind) in lists.items()]
    return (
        f"SELECT b.basis, g.place, {', '.join(columns)} "
        f"FROM (SELECT {cut.key} AS place, o.kind, {', '.join(adding.columns)} "
        f"FROM ({_filed(0, cut.where, as_of=as_of)}) o GROUP BY 1, 2) g "
        "CROSS JOIN unnest(%(bases)s::text[], %(least)s::int[]) AS b(basis, least) GROUP BY 1, 2"
    )


#: Decimal places that each slot's count of blanks has in their common sum.
_DIGITS = 9


def _blanks(cells: Sequence[Cell]) -> str:
    """How often each slot was left blank, written one beside the other in a long number.

    A sum for each slot would be reckoned for every return, though hardly any has a blank.
    """
    one_each = " + ".join(
        f"CASE WHEN o.v[{cell.slot + 1}] IS NULL THEN 1e{_DIGITS * place} ELSE 0 END"
        for place, cell in enumerate(cells)
    )
    return f"sum({one_each}) FILTER (WHERE o.has_blanks)"


@dataclass(slots=True)
class _Adding:
    """Columns of the first adding up, each with the expression that adds it up again."""

    _names: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        return [f"{text} AS {name}" for text, name in self._names.items()]

    def always(self, text: str) -> str:
        """What is the same whichever returns count."""
        return f"coalesce(sum({self._column(text)}), 0)"

    def by_basis(self, text: str, act: str = "sum") -> str:
        """What only returns that count for the basis have a part in."""
        return f"coalesce({act}({self._column(text)}) FILTER (WHERE g.kind >= b.least), 0)"

    def _column(self, text: str) -> str:
        return f"g.{self._names.setdefault(text, f'c{len(self._names)}')}"


def _parts(rate: Rate, adding: _Adding) -> tuple[str, str]:
    """Numerator and denominator of one rate, over units that gave both.

    A sum that is there anyway, less the rare units that left the other one out.
    """
    own = f"o.v[{rate.slot + 1}]"
    if rate.whole is None:
        whole, wholes = "o.workers_at", _WORKERS
    else:
        whole = f"o.v[{rate.whole + 1}]"
        wholes = f"sum({whole})"
    rare = "FILTER (WHERE o.has_blanks AND {} IS NULL)"
    alone = adding.by_basis(f"sum({whole}) {rare.format(own)}")
    denominator = f"{adding.by_basis(wholes)} - {alone}"
    if rate.is_percent:
        return adding.by_basis(f"sum({own} * {whole} * 0.01)"), denominator
    part = adding.by_basis(f"sum({own})")
    return f"{part} - {adding.by_basis(f'sum({own}) {rare.format(whole)}')}", denominator


def _year(year: Sequence[Quarter], cut: Cut, bases: Sequence[str], *, as_of: bool) -> str:
    """The year up to the last quarter: events added up, of all else each unit's last value.

    A unit stands where it stood in its last quarter; so it is in one place only.
    """
    columns, rows = [], []
    for basis in bases:
        sums, counts = _year_sums(year, basis)
        columns.append(f"{_array(sums, 'numeric')} AS sums_{basis}")
        columns.append(f"{_array(counts, 'int')} AS counts_{basis}")
        rows.append(f"('{basis}', s.sums_{basis}, s.counts_{basis})")
    return (
        f"SELECT b.basis, s.place, b.year_sums, b.year_counts "
        f"FROM (SELECT {cut.key} AS place, {', '.join(columns)} "
        f"FROM ({_joined(len(year), cut, as_of=as_of)}) o WHERE {cut.where} GROUP BY 1) s "
        f"CROSS JOIN LATERAL (VALUES {', '.join(rows)}) AS b(basis, year_sums, year_counts)"
    )


def _year_sums(year: Sequence[Quarter], basis: str) -> tuple[list[str], list[str]]:
    places = range(len(year), 0, -1)
    slots = {
        number: {cell.code: cell.slot + 1 for cell in quarter.form.layout()}
        for number, quarter in enumerate(year, start=1)
    }
    counting = f"CASE WHEN o.k{{n}} >= {LEAST[basis]} THEN o.v{{n}}[{{slot}}] END"
    sums, counts = [], []
    for cell in cells_of(year[-1].form):
        known = [
            counting.format(n=n, slot=slots[n][cell.code]) for n in places if cell.code in slots[n]
        ]
        if rule_of(cell) is not Across.SUM:
            sums.append("0")
            counts.append("0")
        elif cell.style == QuarterlyStyle.INCREMENTAL:
            sums.append(" + ".join(f"coalesce(sum({value}), 0)" for value in known))
            counts.append(" + ".join(f"count({value})" for value in known))
        else:
            sums.append(f"coalesce(sum(coalesce({', '.join(known)})), 0)")
            counts.append(f"count(coalesce({', '.join(known)}))")
    return sums, counts


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
    chosen += [f"q{n}.v AS v{n}, q{n}.kind AS k{n}" for n in newest_first]
    text = f"({_filed(1, narrowed, as_of=as_of)}) q1"
    for number in range(2, count + 1):
        so_far = ", ".join(f"q{n}.unit_id" for n in range(1, number))
        text += (
            f" FULL JOIN ({_filed(number, narrowed, as_of=as_of)}) q{number} "
            f"ON q{number}.unit_id = coalesce({so_far})"
        )
    return f"SELECT {', '.join(chosen)} FROM {text} OFFSET 0"


def parameters(year: Sequence[Quarter], bases: Sequence[str], tenant_id: int) -> dict[str, Any]:
    """What the statement is asked for; the caller adds the parameters of its cut."""
    named: dict[str, Any] = {
        "tenant": tenant_id,
        "year": [quarter.period.pk for quarter in year],
        "period_0": year[-1].period.pk,
        "form_0": year[-1].form.pk,
        "bases": [str(basis) for basis in bases],
        "least": [LEAST[basis] for basis in bases],
    }
    for number, quarter in enumerate(year, start=1):
        named[f"period_{number}"] = quarter.period.pk
        named[f"form_{number}"] = quarter.form.pk
    return named


# --- above the buckets -------------------------------------------------------------------

_BRANCHES = """
WITH fresh AS (
  SELECT b.basis, a.path, {sums}
  FROM responsibilities_rollupbucket b
  CROSS JOIN unnest(%(lengths)s::int[]) AS n(length)
  JOIN unnest(%(paths)s::text[]) AS a(path) ON a.path = left(b.path, n.length)
  WHERE b.tenant_id = %(tenant)s AND b.period_id = %(period)s AND b.form_id = %(form)s
    AND length(b.path) >= n.length AND length(a.path) = n.length
  GROUP BY 1, 2 HAVING bool_or(b.path <> a.path)
), gone AS (
  DELETE FROM responsibilities_rollupbranch h
  WHERE h.tenant_id = %(tenant)s AND h.period_id = %(period)s AND h.form_id = %(form)s
    AND h.path = ANY(%(paths)s)
    AND NOT EXISTS (SELECT FROM fresh f WHERE f.basis = h.basis AND f.path = h.path)
  RETURNING 1
), put AS (
  INSERT INTO responsibilities_rollupbranch AS h
    (tenant_id, period_id, form_id, basis, path, computed_at, {columns})
  SELECT %(tenant)s, %(period)s, %(form)s, f.basis, f.path, now(), {fresh} FROM fresh f
  ON CONFLICT (tenant_id, period_id, basis, form_id, path) DO UPDATE
  SET computed_at = now(), {updates}
  WHERE ({held}) IS DISTINCT FROM ({excluded})
  RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
"""


def branch_text(quarter: Quarter) -> str:
    """Write the totals of some branches anew; answers how many were not as they should be."""
    cells = cells_of(quarter.form)
    lengths = dict.fromkeys(LISTS, len(cells)) | {
        "numerators": len(rates_of(cells)),
        "denominators": len(rates_of(cells)),
        "maxima": len(maxima_of(cells)),
    }
    sums = [f"sum(b.{name}) AS {name}" for name in COUNTS]
    for name, length in lengths.items():
        act = "max" if name == "maxima" else "sum"
        kind = "int" if name.endswith("counts") else "numeric"
        parts = [f"{act}(b.{name}[{place}])" for place in range(1, length + 1)]
        sums.append(f"{_array(parts, kind)} AS {name}")
    names = (*COUNTS, *LISTS)
    return _BRANCHES.format(
        sums=", ".join(sums),
        columns=", ".join(names),
        fresh=", ".join(f"f.{name}" for name in names),
        updates=", ".join(f"{name} = excluded.{name}" for name in names),
        held=", ".join(f"h.{name}" for name in names),
        excluded=", ".join(f"excluded.{name}" for name in names),
    )
