"""Minutes a quarter asks of units: forms, meetings and classes, beside last year's."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from gongjian.foundation.calendar.periods import quarter_of
from gongjian.foundation.kernel.dates import today
from responsibilities.burden import minutes_of
from responsibilities.models import Obligation
from responsibilities.queries.load import load_of, most_seated
from tests.factories.returns import open_quarter
from tests.factories.rolls import member_of, roll_of, session_of


def test_forms_and_sittings_of_a_quarter(cast, django_assert_num_queries):
    period, form = open_quarter(cast)
    due = period.due_on
    year, ordinal = due.year, (due.month + 2) // 3
    first, last = quarter_of(year, ordinal)
    zone = timezone.get_current_timezone()
    roll = roll_of(cast)
    member_of(cast, roll)
    member_of(cast, roll, "李学文")
    session_of(cast, roll, starts_at=datetime(first.year, first.month, first.day, 9, tzinfo=zone))
    # The day after the quarter is another quarter's.
    session_of(
        cast,
        roll,
        starts_at=datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1),
    )
    exempt = Obligation.objects.filter(period=period).exclude(unit=cast.hongqi).first()
    Obligation.objects.filter(pk=exempt.pk).update(is_exempt=True)
    owing = Obligation.objects.filter(period=period, is_exempt=False).count()
    minutes = minutes_of(form.whole_layout())

    with django_assert_num_queries(4):
        load = load_of(year, ordinal)
    assert (load.units, load.forms, load.sittings, load.seats) == (owing, owing * minutes, 240, 2)
    assert load.each == round((owing * minutes + 240) / owing)
    [most] = most_seated(year, ordinal)
    assert (most.unit, most.forms, most.sittings) == (cast.hongqi, minutes, 240)
    empty = load_of(year - 1, ordinal)
    assert (empty.units, empty.each, empty.seats) == (0, 0, 0)


def test_the_page_of_the_burden(cast, sign_in):
    session = session_of(cast, roll_of(cast), starts_at=timezone.now())
    member_of(cast, session.roll)
    page = sign_in(cast.office).get(reverse("responsibilities:burden")).content.decode()
    assert f"{today().year}年第" in page
    assert "不作比较" in page
    assert "红旗村" in page
