"""The year set down at once, and several forms in the same months, by the services."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.calendar.working_days import is_working_day
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.models import Unit
from responsibilities.models import Arrangement, Obligation
from responsibilities.queries.arrangement import (
    arranged,
    asked_units,
    copied_lines,
    line_of,
    units_asked,
    usual_lines,
    year_later,
)
from responsibilities.queries.behalf import owed_below
from responsibilities.queries.dashboard import all_rounds, figures, newest, trend, year_up_to
from responsibilities.queries.duties import duties_of, newcomers
from responsibilities.queries.returns import (
    chosen_period,
    earlier_returns,
    open_periods,
    prefill,
    progress_of,
)
from responsibilities.queries.rollup import opened_quarters, totals, yearly_values
from responsibilities.reminders import returns_due
from responsibilities.return_paper import return_code
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute, refresh_all
from responsibilities.services.year import (
    add_special,
    arrange,
    arrange_year,
    drop_arrangement,
    open_arranged,
    open_due,
)
from tests.factories.returns import make_form, open_quarter, submitted
from tests.factories.year import make_arrangement, make_beside, make_special, special, usual


def test_a_whole_year_is_set_down_in_one_go(cast):
    make_form(cast)
    lines = usual_lines(2027)
    done = arrange_year(2027, actor=cast.office, lines=lines)
    assert (done.fresh, done.changed, done.dropped) == (8, 0, 0)
    assert [row.period.name for row in arranged(2027) if row.period.kind == "quarter"] == [
        "2027年第一季度",
        "2027年第二季度",
        "2027年第三季度",
        "2027年第四季度",
    ]
    union = Period.objects.get(kind=PeriodKind.UNION_YEAR, year=2027)
    assert (union.starts_on, union.ends_on) == (date(2026, 10, 1), date(2027, 9, 30))
    # Saved again as it is, nothing is written; one that differs is.
    moved = [replace(lines[0], due_time=time(12), locks_after=5), *lines[1:]]
    done = arrange_year(2027, actor=cast.office, lines=moved, dropped=[("half_year", 2)])
    assert (done.fresh, done.changed, done.dropped) == (0, 1, 1)
    assert Period.objects.get(kind="quarter", year=2027, ordinal=1).due_label.endswith("12:00")
    assert TrailEntry.objects.filter(action="responsibilities.year.arranged").count() == 9
    assert not Obligation.objects.exists()


def test_only_the_office_arranges(cast):
    make_form(cast)
    for actor in (cast.county, cast.secretary, cast.leader):
        with pytest.raises(NotPermitted):
            arrange_year(2027, actor=actor, lines=usual_lines(2027))
    held = make_arrangement(cast)
    with pytest.raises(NotPermitted):
        open_arranged(held, actor=cast.township)
    with pytest.raises(NotPermitted):
        drop_arrangement(held, actor=cast.county)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_on": date(2026, 1, 1)}, "due_on"),
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
        ({"name": " "}, "name"),
        ({"levels": ()}, "levels"),
        ({"form_key": "unknown"}, "form_key"),
    ],
)
def test_an_unsound_line_is_refused_beside_its_field(cast, changes, field):
    make_form(cast)
    with pytest.raises(FieldErrors) as refused:
        arrange(2026, usual(**changes), actor=cast.office)
    assert field in refused.value.errors
    assert not Arrangement.objects.exists()


def test_one_bad_line_leaves_the_whole_year_as_it_was(cast):
    make_form(cast)
    good, bad = usual_lines(2027)[:2]
    with pytest.raises(FieldErrors):
        arrange_year(
            2027, actor=cast.office, lines=[good, replace(bad, due_on=bad.opens_on - timedelta(1))]
        )
    assert not Arrangement.objects.exists()


def test_what_is_open_is_changed_no_more(cast):
    make_form(cast)
    held = make_arrangement(cast, due_time=time(12))
    assert open_arranged(held, actor=cast.office) == 4
    assert Obligation.objects.filter(due_time=time(12)).count() == 4
    with pytest.raises(StateConflict, match="已经开启"):
        arrange(2026, usual(locks_after=3), actor=cast.office)
    with pytest.raises(StateConflict, match="已经开启"):
        drop_arrangement(held, actor=cast.office)
    # The same line again is no change and no refusal.
    assert arrange_year(2026, actor=cast.office, lines=[line_of(held)]).changed == 0


def test_the_preview_is_what_is_made(cast):
    form = make_form(cast)
    for categories in ((), ("village",), ("private_enterprise", "village")):
        held = make_special(cast, form, name=f"专项{len(categories)}", categories=categories)
        preview = units_asked(held.levels, held.categories).count()
        assert open_arranged(held, actor=cast.office) == preview
    assert Unit.objects.filter(category="village").exists()


def test_last_year_is_copied_onto_working_days(cast):
    make_form(cast)
    noon = replace(usual_lines(2026)[0], due_time=time(12), locks_after=3, reminders=(-3, 0))
    arrange_year(2026, actor=cast.office, lines=[noon])
    add_special(
        2026,
        special(name="2026年送温暖专项", opens_on=date(2026, 1, 31), due_on=date(2026, 2, 14)),
        actor=cast.office,
    )
    once, quarter = sorted(copied_lines(2027), key=lambda line: line.kind, reverse=True)
    assert quarter.name == "2027年第一季度"
    assert (quarter.due_time, quarter.locks_after, quarter.reminders) == (time(12), 3, (-3, 0))
    assert once.name == "2027年送温暖专项"
    assert (quarter.starts_on, quarter.ends_on) == (date(2027, 1, 1), date(2027, 3, 31))
    for line, old in ((quarter, noon.due_on), (once, date(2026, 2, 14))):
        assert is_working_day(line.due_on)
        assert is_working_day(line.opens_on)
        assert line.due_on >= year_later(old)
    assert not Arrangement.objects.filter(period__year=2027).exists()


def test_the_29th_of_february_has_a_year_later(cast):
    assert year_later(date(2028, 2, 29)) == date(2029, 2, 28)


def test_a_period_opens_by_itself_on_its_day_and_once(cast):
    make_form(cast)
    make_arrangement(cast, opens_on=today(), due_on=today() + timedelta(days=8))
    arrange(
        2026,
        usual(ordinal=4, opens_on=today() + timedelta(days=1), due_on=today() + timedelta(days=9)),
        actor=cast.office,
    )
    arrange(2026, usual(kind="year", ordinal=1, opens_itself=False), actor=cast.office)
    assert open_due() == ["2026年第三季度"]
    assert Obligation.objects.count() == 4
    assert open_due() == []
    entry = TrailEntry.objects.get(action="responsibilities.period.opened")
    assert "系统" in entry.actor_label


def test_a_dropped_special_leaves_nothing(cast):
    form = make_form(cast)
    held = make_special(cast, form)
    drop_arrangement(held, actor=cast.office)
    assert not Period.objects.filter(kind=PeriodKind.SPECIAL).exists()


def test_two_specials_are_numbered_and_not_named_alike(cast):
    form = make_form(cast)
    assert make_special(cast, form).period.ordinal == 1
    assert make_special(cast, form, name="另一专项").period.ordinal == 2
    with pytest.raises(FieldErrors) as refused:
        make_special(cast, form)
    assert "同名" in str(refused.value.errors["name"])


# --- several forms in the same months ---------------------------------------------------


@pytest.fixture
def beside(cast):
    """The third quarter for all, and a 专项 of one category on a form that shares a cell."""
    quarter, form = open_quarter(cast)
    other = make_beside(cast, "special", ("Z201", "Z203"))
    held = make_special(cast, other, categories=("village",))
    open_arranged(held, actor=cast.office)
    return quarter, form, held.period, other


def test_the_list_of_what_is_owed_keeps_the_two_apart(cast, beside):
    quarter, _, once, _ = beside
    root = cast.city.path
    assert duties_of(quarter, root).count() == 4
    villages = set(asked_units(once))
    assert {row.unit for row in duties_of(once, root)} == villages
    assert len(villages) < 4
    # A unit that is not asked is no newcomer of the 专项.
    assert not newcomers(once).exists()
    assert {row.form.key for row in owed_below(cast.dongfeng, once)} == {"special"}


def test_the_totals_of_overlapping_forms_do_not_mix(cast, beside):
    quarter, form, once, other = beside
    accept_return(
        submitted(cast, cast.hongqi, quarter, cast.secretary, Z203="12"), actor=cast.township
    )
    accept_return(
        submitted(cast, cast.hongqi, once, cast.secretary, Z203="500"), actor=cast.township
    )
    recompute()
    rounds = all_rounds()
    assert {row.period for row in rounds} == {quarter, once}
    found = figures(cast.city, rounds, [quarter, once])
    for period, own, value in ((quarter, form, 12), (once, other, 500)):
        cells = {cell.code: cell for cell in own.layout()}
        line = found.total(period)
        assert line.value(list(cells.values()), cells["Z203"]) == value
        assert line.year_value(cells["Z203"]) == value
        whole, _ = totals(cast.city, period, own)
        assert whole.values["Z203"] == value
        assert progress_of(cast.city, period).accepted == 1
    assert found.total(quarter).expected == 4
    assert found.total(once).expected == asked_units(once).count()
    # What targets and assessments read is of the quarters alone.
    assert yearly_values([cast.city], quarter)[cast.city.pk, "Z203"] == Decimal(12)
    assert opened_quarters(once) == [quarter]
    assert refresh_all().drifted == 0


def test_a_special_continues_nothing_and_the_quarter_is_shown_first(cast, beside):
    quarter, _, once, _ = beside
    rounds = all_rounds()
    assert [row.period for row in year_up_to(rounds, once.pk)] == [once]
    assert [row.period for row in year_up_to(rounds, quarter.pk)] == [quarter]
    chosen = newest(rounds)
    assert chosen is not None
    assert chosen.period == quarter
    assert chosen_period(None) == quarter
    assert chosen_period(str(once.pk)) == once
    assert set(open_periods()) == {quarter, once}


def test_the_next_quarter_is_prefilled_from_the_quarter_and_not_the_special(cast, beside):
    quarter, form, once, _ = beside
    submitted(cast, cast.hongqi, quarter, cast.secretary, Z201="120")
    submitted(cast, cast.hongqi, once, cast.secretary, Z201="999")
    later, _ = open_quarter(cast, form=form, ordinal=4)
    owed = Obligation.objects.get(unit=cast.hongqi, period=later)
    values, sources = prefill(owed)
    cells = {cell.code: cell.slot for cell in form.layout()}
    assert values[cells["Z201"]] == 120
    assert sources["Z201"] == "2026年第三季度报表"
    assert [row.period for row in earlier_returns(cast.hongqi, later)] == [quarter]


def test_a_repeated_special_follows_the_earlier_one_of_its_form(cast, beside):
    _, form, once, other = beside
    submitted(cast, cast.hongqi, once, cast.secretary, Z201="77")
    again = make_special(cast, other, name="再次专项", starts_on=once.ends_on, ends_on=today())
    foreign = make_special(cast, form, name="别的专项", starts_on=once.ends_on, ends_on=today())
    for held, past in ((again, [once]), (foreign, [])):
        open_arranged(held, actor=cast.office)
        rows = earlier_returns(cast.hongqi, held.period)
        assert [row.period for row in rows] == past


def test_halves_follow_halves_and_their_trend_leaves_the_quarters_out(cast):
    form = make_form(cast)
    quarter, _ = open_quarter(cast, form=form)
    for ordinal, value in ((1, "3"), (2, "4")):
        held = arrange(2026, usual(kind="half_year", ordinal=ordinal), actor=cast.office)
        open_arranged(held, actor=cast.office)
        row = submitted(cast, cast.hongqi, held.period, cast.secretary, Z203=value)
        accept_return(row, actor=cast.township)
    recompute()
    rounds = all_rounds()
    second = Period.objects.get(kind="half_year", ordinal=2)
    year = year_up_to(rounds, second.pk)
    assert [row.period.name for row in year] == ["2026年上半年", "2026年下半年"]
    cell = next(cell for cell in form.layout() if cell.code == "Z203")
    assert figures(cast.city, rounds, [second]).total(second).year_value(cell) == 7
    assert [point.value for point in trend(cast.city, year, "Z203")] == [3, 4]
    assert second.quarters_over == 4
    assert quarter.quarters_over == 3


def test_papers_of_overlapping_periods_have_numbers_of_their_own(cast, beside):
    quarter, _, once, _ = beside
    codes = {
        return_code(Obligation.objects.get(unit=cast.hongqi, period=period))
        for period in (quarter, once)
    }
    assert len(codes) == 2


def test_reminders_keep_to_the_plan_of_their_period(cast):
    form = make_form(cast)
    held = make_special(
        cast, form, reminders=(-1,), due_on=today() + timedelta(days=30), categories=("village",)
    )
    open_arranged(held, actor=cast.office)
    mine = set(Obligation.objects.filter(period=held.period).values_list("pk", flat=True))
    # The usual first reminder ten working days before is not in the plan.
    early = list(returns_due(held.period.due_on - timedelta(days=9)))
    assert not [one for one in early if one.subject_id in mine]
    eve = [one for one in returns_due(held.period.due_on) if one.subject_id in mine]
    assert {one.stage for one in eve} == {"-1"}
    assert all("新就业形态专项" in one.title for one in eve)
