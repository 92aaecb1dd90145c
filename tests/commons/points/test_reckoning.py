"""Rule texts of real information offices (mechanisms.md §0.3), each as data with its result."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.commons.points.enums import ADOPTION, COMMISSION_FAILED, SUBMISSION
from gongjian.commons.points.reckoning import Fact, Share, reckon
from gongjian.commons.points.rules import RulesNotSound, read_rulebook

US, THEM = 1, 2
NEXT_YEAR = date(2027, 1, 5)


def award(kind=ADOPTION, amount="5", **more):
    return {"label": more.pop("label", "采用"), "kind": kind, "amount": amount, **more}


def fact(pk=1, day=date(2026, 3, 2), kind=ADOPTION, late=0, **more):
    shares = more.pop("shares", (Share(US),))
    reported = date.fromordinal(day.toordinal() + late)
    family = more.pop("family", f"piece-{pk}")
    traits = frozenset(more.pop("traits", ()))
    return Fact(pk, kind, family, day, reported, shares, traits=traits, **more)


def points(rules, facts, unit=US, as_of=NEXT_YEAR):
    return [line.amount for line in reckon(read_rulebook(rules), unit, 2026, facts, as_of=as_of)]


def total(rules, facts, unit=US, as_of=NEXT_YEAR):
    return sum(points(rules, facts, unit, as_of), Decimal(0))


BY_LEVEL = [
    award(level="county", amount="2"),
    award(level="city", amount="5"),
    award(level="province", amount="10"),
]
THREE_USES = [
    fact(1, family="a", level="county", outlet="清河简报"),
    fact(2, family="a", level="city", outlet="示范简报", day=date(2026, 4, 1)),
    fact(3, family="a", level="province", outlet="省报", day=date(2026, 5, 1)),
]


def test_the_same_item_in_several_journals_adds_up_where_the_rules_say_so():
    assert points({"awards": BY_LEVEL}, THREE_USES) == [2, 5, 10]


def test_the_two_highest_levels_count_and_each_level_once():
    rules = {"awards": BY_LEVEL, "once_per": "level", "keep": "2"}
    again = [*THREE_USES, fact(4, family="a", level="province", outlet="另一省报")]
    assert points(rules, again) == [0, 10, 5, 0]
    said = {line.fact_id: line.sentence for line in reckon(
        read_rulebook(rules), US, 2026, again, as_of=NEXT_YEAR
    )}  # fmt: skip
    assert said[3] == "采用 10 分；同一稿件在同一层级只计一次，本项不计分。"
    assert said[1] == "采用 2 分；同一稿件只计最高 2 项，本项不计分。"


def test_each_journal_separately():
    rules = {"awards": BY_LEVEL, "once_per": "outlet"}
    again = [*THREE_USES, fact(4, family="a", level="city", outlet="示范简报")]
    assert total(rules, again) == 17


def test_only_the_highest():
    assert points({"awards": BY_LEVEL, "keep": "1"}, THREE_USES) == [0, 0, 10]


def test_combined_adoption_earns_three_and_single_five():
    rules = {"awards": [award(amount="3", traits=["combined"]), award(amount="5")]}
    assert points(rules, [fact(1), fact(2, traits=["combined"])]) == [5, 3]


def test_a_brief_earns_less_than_a_full_piece():
    rules = {"awards": [award(amount="1", traits=["brief"]), award(amount="4")]}
    assert points(rules, [fact(1, traits=["brief"]), fact(2)]) == [1, 4]


def test_a_reprint_earns_half_and_a_front_page_double():
    rules = {
        "awards": [award(amount="5")],
        "factors": [{"trait": "reprint", "times": "0.5"}, {"trait": "front", "times": "2"}],
    }
    facts = [fact(1, traits=["reprint"]), fact(2, traits=["front"]), fact(3)]
    assert points(rules, facts) == [Decimal("2.5"), 10, 5]
    assert points(rules, [fact(1, traits=["reprint", "front"])]) == [5]


def test_television_has_points_of_its_own():
    rules = {"awards": [award(outlet_class="电视", amount="8"), award(amount="5")]}
    assert points(rules, [fact(1, outlet_class="电视"), fact(2, outlet_class="党报")]) == [8, 5]


def test_two_authors_share_three_to_two_and_the_third_gets_nothing():
    shares = (Share(US, "甲"), Share(THEM, "乙"), Share(US, "丙"))
    rules = {"awards": [award(amount="10")], "split": "ratio", "ratio": ["3", "2"]}
    lines = reckon(read_rulebook(rules), US, 2026, [fact(shares=shares)], as_of=NEXT_YEAR)
    assert [(line.person, line.amount) for line in lines] == [("甲", 6), ("丙", 0)]
    assert "作者按 3:2 分配，本项为第 1 作者" in lines[0].sentence
    assert "第 3 作者不参与分配" in lines[1].sentence
    assert points(rules, [fact(shares=shares)], THEM) == [4]
    assert points(rules, [fact(shares=(Share(US, "甲"),))]) == [10]


def test_shares_add_up_to_the_cent():
    shares = tuple(Share(unit) for unit in (1, 2, 3))
    rules = {"awards": [award(amount="10")], "split": "equal"}
    each = [points(rules, [fact(shares=shares)], unit)[0] for unit in (1, 2, 3)]
    assert each == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]


def test_declared_shares():
    shares = (Share(US, weight=Decimal(70)), Share(THEM, weight=Decimal(30)))
    rules = {"awards": [award(amount="10")], "split": "declared"}
    assert points(rules, [fact(shares=shares)]) == [7]
    assert points(rules, [fact(shares=shares)], THEM) == [3]


def test_sending_in_earns_base_points_ten_a_month_and_hundred_and_twenty_a_year():
    rules = {
        "awards": [award(kind=SUBMISSION, amount="2", label="报送")],
        "caps": [
            {"span": "month", "amount": "10", "kind": SUBMISSION},
            {"span": "year", "amount": "120", "kind": SUBMISSION},
        ],
    }
    facts = [
        fact(month * 10 + number, kind=SUBMISSION, day=date(2026, month, 1 + number))
        for month in range(1, 13)
        for number in range(7)
    ]
    assert total(rules, facts[:7]) == 10
    assert total(rules, facts) == 120
    rules["caps"][1]["amount"] = "115"
    assert total(rules, facts) == 115


def test_what_is_not_adopted_earns_nothing():
    assert points({"awards": [award()]}, [fact(kind=SUBMISSION)]) == []
    only_high = {"awards": [award(level="province")]}
    assert points(only_high, [fact(level="county")]) == [0]


def test_two_failed_commissions_cost_the_whole_year():
    rules = {
        "awards": [award()],
        "consequences": [
            {"trigger": "failed_commissions", "span": "year", "limit": "2", "effect": "zero",
             "label": "全年信息得分清零"}
        ],
    }  # fmt: skip
    facts = [fact(1), fact(2), fact(3, kind=COMMISSION_FAILED)]
    assert total(rules, facts) == 10
    lines = reckon(
        read_rulebook(rules), US, 2026, [*facts, fact(4, kind=COMMISSION_FAILED)],
        as_of=date(2026, 6, 1),
    )  # fmt: skip
    assert lines[-1].sentence == "2026年约稿 2 次未完成，全年信息得分清零。"
    assert sum(line.amount for line in lines) == 0


def test_a_rate_of_adoption_below_thirty_per_cent_loses_a_point_once_the_quarter_is_over():
    rules = {
        "awards": [award()],
        "consequences": [
            {"trigger": "adoption_rate", "span": "quarter", "limit": "30", "effect": "amount",
             "amount": "-1"}
        ],
    }  # fmt: skip
    sent = [fact(n, kind=SUBMISSION, family=f"p{n}") for n in range(1, 5)]
    used = [fact(11, family="p1")]
    assert total(rules, [*sent, *used], as_of=date(2026, 3, 31)) == 5
    assert total(rules, [*sent, *used], as_of=date(2026, 4, 1)) == 4
    assert total(rules, [*sent, *used, fact(12, family="p2")]) == 10


def test_a_quarter_below_six_points_is_marked_and_not_punished():
    rules = {
        "awards": [award()],
        "consequences": [
            {"trigger": "total", "span": "quarter", "limit": "6", "effect": "mark",
             "label": "未达标"}
        ],
    }  # fmt: skip
    lines = reckon(
        read_rulebook(rules), US, 2026, [fact(1), fact(2, day=date(2026, 4, 2)),
        fact(3, day=date(2026, 4, 3))], as_of=date(2026, 7, 1),
    )  # fmt: skip
    marks = [line.sentence for line in lines if line.fact_id is None]
    assert marks == ["第一季度得分合计 5 分，低于 6 分，未达标。"]
    assert sum(line.amount for line in lines) == 15


def test_only_what_is_reported_within_a_week_counts():
    rules = {"awards": [award()], "report_within": "7"}
    assert points(rules, [fact(1, late=7), fact(2, late=8)]) == [5, 0]


def test_only_what_went_through_the_office_counts():
    rules = {"awards": [award()], "required": ["through_office"]}
    assert points(rules, [fact(1, traits=["through_office"]), fact(2)]) == [5, 0]
    rules["required_of"] = ["placement"]
    assert points(rules, [fact(2)]) == [5]


def test_no_unit_loses_by_a_use_it_is_not_credited_for():
    facts = [
        fact(1, family="a", level="county", shares=(Share(US), Share(THEM))),
        fact(2, family="a", level="province", shares=(Share(THEM),)),
    ]
    rules = {"awards": BY_LEVEL, "keep": "1"}
    assert points(rules, facts) == [2]
    assert points(rules, facts, THEM) == [0, 10]


def test_two_cancellations_never_take_the_same_point_twice():
    cancel = {"trigger": "failed_commissions", "limit": "1", "effect": "zero"}
    rules = {
        "awards": [award()],
        "consequences": [{**cancel, "span": "quarter"}, {**cancel, "span": "year"}],
    }
    assert total(rules, [fact(1), fact(2, kind=COMMISSION_FAILED)]) == 0


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ({}, "awards"),
        ({"awards": [award(amount="五")]}, "awards.0"),
        ({"awards": [award(amount="1.234")]}, "awards.0"),
        ({"awards": [award(amount="99999")]}, "awards.0"),
        ({"awards": [award(label="")]}, "awards.0"),
        ({"awards": [award(level="galaxy")]}, "awards.0"),
        ({"awards": [award()], "keep": "0"}, "keep"),
        ({"awards": [award()], "once_per": "x"}, "once_per"),
        ({"awards": [award()], "split": "ratio"}, "ratio"),
        ({"awards": [award()], "caps": [{"span": "year", "amount": "-1"}]}, "caps.0"),
        ({"awards": [award()], "factors": [{"trait": "a", "times": ""}]}, "factors.0"),
        (
            {"awards": [award()], "consequences": [
                {"trigger": "total", "span": "year", "limit": "1", "effect": "mark"}]},
            "consequences.0",
        ),
    ],
)  # fmt: skip
def test_what_is_no_rulebook_is_named_line_by_line(rules, place):
    with pytest.raises(RulesNotSound) as refused:
        read_rulebook(rules)
    assert place in refused.value.errors


_FACTS = st.lists(
    st.tuples(
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["county", "city", "province"]),
        st.sampled_from([(Share(1),), (Share(2),), (Share(1), Share(2)), (Share(2), Share(1))]),
        st.sampled_from([(), ("reprint",)]),
    ),
    max_size=12,
)


@given(rows=_FACTS, order=st.randoms(), keep=st.sampled_from([None, "1", "2"]),
       once=st.sampled_from(["use", "level"]), cap=st.integers(0, 20))  # fmt: skip
def test_order_does_not_matter_and_no_cap_is_exceeded(rows, order, keep, once, cap):
    facts = [
        fact(pk, day=day, family=family, level=level, shares=shares, traits=traits)
        for pk, (day, family, level, shares, traits) in enumerate(rows, start=1)
    ]
    rules = {
        "awards": BY_LEVEL,
        "factors": [{"trait": "reprint", "times": "0.5"}],
        "keep": keep,
        "once_per": once,
        "split": "equal",
        "caps": [{"span": "month", "amount": str(cap)}],
    }
    book = read_rulebook(rules)
    lines = reckon(book, US, 2026, facts, as_of=NEXT_YEAR)
    shuffled = list(facts)
    order.shuffle(shuffled)
    assert reckon(book, US, 2026, shuffled, as_of=NEXT_YEAR) == lines
    for month in range(1, 13):
        assert sum(line.amount for line in lines if line.day.month == month) <= cap
    assert len(lines) == sum(any(s.unit_id == US for s in one.shares) for one in facts)
