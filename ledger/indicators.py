"""What the ledger knows about units: computed from it, never asked again (一次填报)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import long_date, today
from ledger.enums import RestructuringState
from ledger.models import Restructuring, Term
from ledger.queries.coverage import share, tallies_of_units
from orgs.enums import Line
from orgs.models import Unit

#: code → (name, part, whole, words of the source).
RATES: dict[str, tuple[str, str, str, str]] = {
    "ledger.hundred": ("百人以上单位单独建会率", "hundred_own", "hundred", "百人以上单位"),
    "ledger.union_owed": ("应单独建会单位建会率", "union_owed_own", "union_owed", "应单独建会单位"),
    "ledger.small_union": ("小微单位工会覆盖率", "small_union", "small", "小微单位"),
    "ledger.societies": ("社会组织建会率", "societies_union", "societies", "社会组织"),
    "ledger.members": ("职工入会率", "members", "workers", "职工"),
    "ledger.non_public_party": (
        "非公企业党的组织覆盖率", "non_public_party", "non_public", "非公企业",
    ),
    "ledger.party_owed": ("党组织应建尽建率", "party_owed_own", "party_owed", "应建党组织单位"),
    "ledger.party_worked": ("党的工作覆盖率", "non_public_worked", "non_public", "非公企业"),
    "ledger.both": ("双组双建同步率", "both", "party", "已建党组织单位"),
}  # fmt: skip
RENEWED, SOUND = "ledger.terms", "ledger.restructured"


def offer() -> Sequence[Offered]:
    return [
        *(Offered(code, name, "%", rises=True) for code, (name, *_) in RATES.items()),
        Offered(RENEWED, "工会按期换届率", "%", rises=True),
        Offered(SOUND, "改制单位同步完善率", "%", rises=True),
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> Sequence[Figure]:
    units = list(Unit.objects.filter(pk__in=unit_ids))
    day = min(period.ends_on, today())
    figures: list[Figure] = []
    if asked := [code for code in codes if code in RATES]:
        found = tallies_of_units(day, units)
        for code in asked:
            _, part, whole, words = RATES[code]
            for unit in units:
                tally = found[unit.pk]
                figures.append(
                    _rate(code, unit, getattr(tally, part), getattr(tally, whole), words, day)
                )
    if RENEWED in codes:
        figures += _renewed(units, period.starts_on, day)
    if SOUND in codes:
        figures += _sound(units, period.starts_on, day)
    return figures


def _renewed(units: Sequence[Unit], first: date, day: date) -> list[Figure]:
    """Of union terms that ended in the period, those followed by an election in time."""
    rows = list(
        Term.objects.filter(body__line=Line.UNION, due_on__gte=first, due_on__lte=day)
        .exclude(body__dissolved_on__lte=day)
        .values_list("body__unit__path", "due_on", "ended_on")
    )
    return _in_time(RENEWED, units, rows, "届满工会", day)


def _sound(units: Sequence[Unit], first: date, day: date) -> list[Figure]:
    """Of restructurings whose clock ran out in the period, those made sound within it."""
    rows = list(
        Restructuring.objects.filter(due_on__gte=first, due_on__lte=day)
        .exclude(state=RestructuringState.ENDED)
        .values_list("entry__unit__path", "due_on", "sound_on")
    )
    return _in_time(SOUND, units, rows, "改制单位", day)


def _in_time(
    code: str,
    units: Sequence[Unit],
    rows: list[tuple[str, date, date | None]],
    words: str,
    day: date,
) -> list[Figure]:
    """For each unit the part of (path, due on, done on) in its subtree done by its day."""
    figures = []
    for unit in units:
        own = [(due, done) for path, due, done in rows if path.startswith(unit.path)]
        part = sum(done is not None and done <= due for due, done in own)
        figures.append(_rate(code, unit, part, len(own), words, day))
    return figures


def _rate(code: str, unit: Unit, part: int, whole: int, words: str, day: date) -> Figure:
    return Figure(
        code,
        unit.pk,
        share(part, whole),
        Decimal(part) if whole else None,
        Decimal(whole) if whole else None,
        source=(
            f"双组双建台账{long_date(day)}：{words}{whole}，达到{part}"
            if whole
            else f"台账中没有{words}，不适用"
        ),
        as_of=day,
    )


indicator_sources.register(IndicatorSource("ledger", "双组双建台账", offer, measure))
