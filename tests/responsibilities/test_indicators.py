from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongjian.commons.indicators.shelf import indicator_sources
from gongjian.foundation.calendar.periods import ensure_quarter, ensure_year
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from responsibilities.models import Indicator, Obligation
from responsibilities.services.library import load_indicator_library
from responsibilities.services.obligations import exempt_obligation, open_period
from responsibilities.services.returns import withdraw_return
from responsibilities.services.review import accept_return
from responsibilities.services.targets import acknowledge_targets
from tests.factories.planning import issue_down_to_the_village
from tests.factories.returns import make_due, make_form, make_quarter, open_quarter, submitted

SOURCE = indicator_sources["responsibilities"]


def measured(period, units, *codes):
    figures = SOURCE.measure(codes, [unit.pk for unit in units], period)
    return {(figure.code, figure.unit_id): figure for figure in figures}


def test_counts_and_the_two_rates_are_on_offer(cast):
    load_indicator_library(actor=cast.office)
    Indicator.objects.filter(code="Z204").update(is_active=False)

    offered = {entry.code: entry for entry in SOURCE.offer()}

    assert {"Z203", "A03", "A07"} <= offered.keys()
    assert "Z204" not in offered
    assert "B05" not in offered
    assert offered["A07"].unit_label == "%"


def test_quarters_are_added_up_and_the_source_says_how_many_are_in_it(cast):
    form = make_form(cast)
    for ordinal, count in ((1, "10"), (2, "7"), (3, "5")):
        period = make_quarter(ordinal=ordinal)
        open_period(period, form=form, actor=cast.office)
        row = submitted(cast, cast.hongqi, period, cast.secretary, Z203=count)
        accept_return(row, actor=cast.township)

    found = measured(ensure_year(2026), [cast.city, cast.dongfeng, cast.xicheng], "Z203", "Z201")

    figure = found["Z203", cast.dongfeng.pk]
    assert figure.value == Decimal(22)
    assert figure.source == "2026年第一至三季度报表合计（已通过 1/2 家）"
    assert figure.as_of == ensure_quarter(2026, 3).as_of
    assert found["Z201", cast.city.pk].value == Decimal(120)
    assert found["Z201", cast.city.pk].source == "2026年第三季度报表（已通过 1/4 家）"
    assert found["Z203", cast.xicheng.pk].value is None


def test_a_stock_keeps_the_last_value_of_a_unit_that_has_not_filed_again(cast):
    form = make_form(cast)
    for ordinal, units in ((1, "both"), (2, "one")):
        period = make_quarter(ordinal=ordinal)
        open_period(period, form=form, actor=cast.office)
        rows = [submitted(cast, cast.hongqi, period, cast.secretary, Z201=str(100 + ordinal))]
        if units == "both":
            rows.append(submitted(cast, cast.xinghuo, period, cast.neighbour, Z201="200"))
        for row in rows:
            accept_return(row, actor=cast.township)

    found = measured(ensure_quarter(2026, 2), [cast.dongfeng], "Z201")

    assert found["Z201", cast.dongfeng.pk].value == Decimal(302)


def test_the_target_is_what_was_promised_at_issue(cast):
    issue_down_to_the_village(cast)
    found = measured(ensure_year(2026), [cast.city, cast.hongqi], "Z203")
    assert found["Z203", cast.hongqi.pk].target == Decimal(300)
    assert found["Z203", cast.city.pk].target == Decimal(1200)
    assert found["Z203", cast.hongqi.pk].source == "本年度尚未开启季度填报"


def test_filing_on_time_leaves_out_what_is_not_due_and_who_is_exempt(cast):
    period, _ = open_quarter(cast)
    submitted(cast, cast.hongqi, period, cast.secretary)
    assert measured(period, [cast.city], "A07")["A07", cast.city.pk].denominator == 1
    make_due(period, today() - timedelta(days=1))
    exempt_obligation(Obligation.objects.get(unit=cast.xinghuo), actor=cast.office, reason="停产")

    found = measured(period, [cast.city, cast.dongfeng, cast.hongqi, cast.xinghuo], "A07")

    rates = {pk: (figure.numerator, figure.denominator) for (_, pk), figure in found.items()}
    assert rates == {
        cast.city.pk: (0, 3),
        cast.dongfeng.pk: (0, 1),
        cast.hongqi.pk: (0, 1),
        cast.xinghuo.pk: (0, 0),
    }


def test_a_return_taken_back_was_never_filed_in_time(cast):
    period, _ = open_quarter(cast)
    row = withdraw_return(
        submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.secretary
    )
    assert row.first_submitted_at is None
    make_due(period, today() - timedelta(days=1))
    figure = measured(period, [cast.hongqi], "A07")["A07", cast.hongqi.pk]
    assert (figure.numerator, figure.denominator) == (0, 1)


def test_receipts_are_counted_below_a_unit_and_at_a_leaf_itself(cast):
    plan = issue_down_to_the_village(cast)
    acknowledge_targets(cast.hongqi, plan=plan, actor=cast.secretary)

    found = measured(ensure_year(2026), [cast.dongfeng, cast.hongqi, cast.xinghuo], "A03")

    rates = {pk: (figure.numerator, figure.denominator) for (_, pk), figure in found.items()}
    assert rates == {
        cast.dongfeng.pk: (1, 2),
        cast.hongqi.pk: (1, 1),
        cast.xinghuo.pk: (0, 1),
    }


def test_the_number_of_statements_depends_on_neither_units_nor_codes(cast):
    period, _ = open_quarter(cast)
    issue_down_to_the_village(cast)
    accept_return(submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.township)
    units = list(Unit.objects.order_by("path"))

    def statements(some, codes):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            measured(period, some, *codes)
        return len(captured)

    codes = [entry.code for entry in SOURCE.offer()]
    one_level = [unit for unit in units if unit.level == "grassroots"]
    assert statements(one_level, codes) == statements(one_level[:1], codes)
    assert statements(units, codes) <= 18
    assert statements(units, ["A07"]) <= 8
