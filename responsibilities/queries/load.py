"""What a quarter asks of units in minutes: forms to fill, and meetings and classes to sit in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet, Sum
from django.utils import timezone

from gongjian.commons.rolls.models import RollMember
from gongjian.foundation.calendar.periods import quarter_of
from orgs.models import Unit
from responsibilities.burden import minutes_of
from responsibilities.models import Obligation, ReturnForm

#: Units named one by one.
NAMED = 10


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """Minutes asked of one unit."""

    unit: Unit
    forms: int
    sittings: int

    @property
    def total(self) -> int:
        return self.forms + self.sittings


@dataclass(frozen=True, slots=True)
class Load:
    """Minutes asked in one calendar quarter; ``units`` are those that owe a form in it."""

    label: str
    units: int
    forms: int
    sittings: int
    #: Persons asked to sit somewhere, each sitting counted.
    seats: int

    @property
    def forms_each(self) -> int:
        return round(self.forms / self.units) if self.units else 0

    @property
    def sittings_each(self) -> int:
        return round(self.sittings / self.units) if self.units else 0

    @property
    def each(self) -> int:
        return round((self.forms + self.sittings) / self.units) if self.units else 0


def load_of(year: int, ordinal: int) -> Load:
    """Two statements however many units there are, and one for the forms."""
    first, last = quarter_of(year, ordinal)
    minutes, owed = _forms_between(first, last)
    owing = Obligation.objects.filter(is_exempt=False, period__due_on__range=(first, last))
    # Offices sit in meetings too; the minutes of each are those of the units that file.
    seats = _seats(first, last).filter(unit_id__in=owing.order_by().values("unit_id"))
    seated = seats.aggregate(spent=Sum("length"), seats=Count("pk"))
    units = owing.aggregate(units=Count("unit", distinct=True))["units"]
    return Load(
        label=f"{year}年第{'一二三四'[ordinal - 1]}季度",
        units=units,
        forms=sum(minutes[form] * count for form, count in owed.items()),
        sittings=_minutes(seated["spent"]),
        seats=seated["seats"],
    )


def most_seated(year: int, ordinal: int) -> Sequence[UnitLoad]:
    """The units whose people sat longest in meetings and classes, with what forms asked of them."""
    first, last = quarter_of(year, ordinal)
    longest = dict(
        _seats(first, last)
        .order_by()
        .values("unit_id")
        .annotate(spent=Sum("length"))
        .order_by("-spent", "unit_id")
        .values_list("unit_id", "spent")[:NAMED]
    )
    if not longest:
        return []
    minutes, _ = _forms_between(first, last)
    forms: dict[int, int] = {}
    owed = Obligation.objects.filter(
        unit_id__in=longest, is_exempt=False, period__due_on__range=(first, last)
    )
    for unit_id, form_id in owed.values_list("unit_id", "form_id"):
        forms[unit_id] = forms.get(unit_id, 0) + minutes[form_id]
    units = Unit.objects.in_bulk(longest)
    loads = [
        UnitLoad(units[unit_id], forms.get(unit_id, 0), _minutes(spent))
        for unit_id, spent in longest.items()
    ]
    return sorted(loads, key=lambda load: -load.total)


def _forms_between(first: date, last: date) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Minutes a form takes and how many units owe it, by form, for deadlines between two days."""
    rows = Obligation.objects.filter(is_exempt=False, period__due_on__range=(first, last))
    owed = dict(
        rows.order_by().values("form_id").annotate(n=Count("pk")).values_list("form_id", "n")
    )
    forms = ReturnForm.objects.in_bulk(owed)
    return {pk: minutes_of(form.whole_layout()) for pk, form in forms.items()}, owed


def _seats(first: date, last: date) -> QuerySet[Any]:
    """Persons expected at sittings that begin between two days; with ``length``."""
    zone = timezone.get_current_timezone()
    start = datetime.combine(first, time.min, zone)
    end = datetime.combine(last + timedelta(days=1), time.min, zone)
    length = ExpressionWrapper(
        F("roll__sessions__ends_at") - F("roll__sessions__starts_at"),
        output_field=DurationField(),
    )
    return RollMember.objects.filter(
        struck_at=None, roll__sessions__starts_at__gte=start, roll__sessions__starts_at__lt=end
    ).annotate(length=length)


def _minutes(spent: Any) -> int:
    return 0 if spent is None else round(spent.total_seconds() / 60)
