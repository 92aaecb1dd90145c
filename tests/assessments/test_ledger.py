from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from assessments.models import LedgerEntry
from assessments.services import (
    approve_case,
    draft_commendation,
    edit_case,
    lift_case,
    refuse_case,
    run_assessment,
)
from assessments.tasks import rescore_scheme
from gongjian.commons.indicators.eligibility import obstacles_of
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.models import OutboxMessage
from tests.assessments.test_schemes_of_practice import scheme_of
from tests.factories.assessments import make_entry, make_official

FRAGMENT = {"HX-Request": "true"}
LEVELS = [{"level": "国家级", "points": "5"}, {"level": "省级", "points": "3"}]


@pytest.fixture
def scheme(cast, figures):
    found = scheme_of(
        cast,
        "台账考核",
        [
            ("X1", "proportional", {"full_at": "100"}, "100"),
            ("B1", "bonus", {"levels": LEVELS}, None),
            ("V1", "veto", {"effect": "limit", "grade": "qualified"}, None),
        ],
    )
    for unit, rate in ((cast.dongfeng, "95"), (cast.xicheng, "90"), (cast.nanlu, "85")):
        figures.give("X1", unit.pk, rate)
    return found


def item(scheme, code):
    return scheme.items.get(code=code)


def total(run, unit):
    return run.unit_scores.get(unit=unit).total


def test_an_entry_counts_from_its_approval(cast, scheme):
    entry = make_entry(cast.office, item(scheme, "B1"), cast.xicheng)
    before = run_assessment(scheme, actor=cast.office)
    assert total(before, cast.xicheng) == Decimal("90.00")

    entry = approve_case(entry, actor=cast.leader)
    assert "组长" in entry.approver_label
    after = run_assessment(scheme, actor=cast.office)
    assert total(after, cast.xicheng) == Decimal("93.00")
    assert total(before, cast.xicheng) == Decimal("90.00")


def test_a_veto_limits_the_grade_and_a_lifted_one_is_scored_again(cast, scheme):
    entry = make_entry(cast.office, item(scheme, "V1"), cast.dongfeng, level="", matter="重大事故")
    entry = approve_case(entry, actor=cast.leader)
    run = run_assessment(scheme, actor=cast.office)
    score = run.unit_scores.get(unit=cast.dongfeng)
    assert (score.rank, score.grade, score.is_barred) == (1, "qualified", True)
    # The quota that it does not use goes to the next.
    assert run.unit_scores.get(unit=cast.xicheng).grade == "excellent"

    lift_case(entry, actor=cast.leader, reason="复议后撤销处理决定")
    message = OutboxMessage.objects.get(task="assessments.rescore_scheme")
    rescore_scheme(**message.arguments)
    again = scheme.runs.order_by("-number").first()
    assert again.number == run.number + 1
    score = again.unit_scores.get(unit=cast.dongfeng)
    assert (score.grade, score.is_barred, score.limit_note) == ("excellent", False, "")


def test_a_vetoed_unit_is_not_commended(cast, scheme):
    entry = make_entry(cast.office, item(scheme, "V1"), cast.dongfeng, level="", matter="重大事故")
    approve_case(entry, actor=cast.leader)
    run = run_assessment(scheme, actor=cast.office)
    run = make_official(run, office=cast.office, leader=cast.leader)
    score = run.unit_scores.get(unit=cast.dongfeng)
    with pytest.raises(DomainError, match="不得列入表扬表彰名单"):
        draft_commendation(
            run,
            actor=cast.office,
            values={"title": "关于表扬先进集体的通报", "kind": "praise"},
            picks={score.pk: "工作有特色"},
        )


def test_a_veto_stands_against_every_commendation_until_it_is_lifted(cast, scheme):
    entry = make_entry(cast.office, item(scheme, "V1"), cast.dongfeng, level="", matter="重大事故")
    units = [cast.dongfeng.pk, cast.xicheng.pk]
    assert obstacles_of(units, today()) == {}
    entry = approve_case(entry, actor=cast.leader)
    found = obstacles_of(units, today())
    assert set(found) == {cast.dongfeng.pk}
    assert found[cast.dongfeng.pk][0].is_final
    assert "重大事故" in found[cast.dongfeng.pk][0].words
    lift_case(entry, actor=cast.leader, reason="复议后撤销处理决定")
    assert obstacles_of(units, today()) == {}


def test_an_entry_of_a_former_version_counts_in_the_next(cast, scheme, figures):
    from assessments.services import publish_scheme, revise_scheme

    approve_case(make_entry(cast.office, item(scheme, "B1"), cast.nanlu), actor=cast.leader)
    second = publish_scheme(revise_scheme(scheme, actor=cast.office), actor=cast.office)
    run = run_assessment(second, actor=cast.office)
    assert total(run, cast.nanlu) == Decimal("88.00")


def test_an_entry_past_its_end_counts_no_more(cast, scheme):
    entry = make_entry(
        cast.office, item(scheme, "B1"), cast.nanlu, ends_on=datetime.date(2026, 6, 30)
    )
    approve_case(entry, actor=cast.leader)
    june = run_assessment(scheme, actor=cast.office, as_of=datetime.date(2026, 6, 30))
    july = run_assessment(scheme, actor=cast.office, as_of=datetime.date(2026, 7, 1))
    assert (total(june, cast.nanlu), total(july, cast.nanlu)) == (Decimal(88), Decimal(85))


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"level": "乡级"}, "level", "国家级、省级"),
        ({"occurred_on": datetime.date(2025, 12, 31)}, "occurred_on", "考核期间"),
        ({"evidence": "  "}, "evidence", "写明依据"),
        ({"ends_on": datetime.date(2026, 5, 5)}, "ends_on", "不能早于"),
    ],
)
def test_an_entry_that_cannot_be(cast, scheme, values, field, word):
    with pytest.raises(FieldErrors) as caught:
        make_entry(cast.office, item(scheme, "B1"), cast.nanlu, **values)
    assert word in caught.value.errors[field][0]


def test_a_measured_item_has_no_entries(cast, scheme):
    with pytest.raises(FieldErrors):
        make_entry(cast.office, item(scheme, "X1"), cast.nanlu)


def test_the_same_matter_is_put_down_once(cast, scheme):
    make_entry(cast.office, item(scheme, "B1"), cast.nanlu)
    with pytest.raises(FieldErrors) as caught:
        make_entry(cast.office, item(scheme, "B1"), cast.nanlu)
    assert "请勿重复登记" in str(caught.value.errors)


def test_who_may_do_what(cast, scheme):
    entry = make_entry(cast.office, item(scheme, "B1"), cast.nanlu)
    with pytest.raises(NotPermitted):
        approve_case(entry, actor=cast.office)
    with pytest.raises(NotPermitted):
        make_entry(cast.township, item(scheme, "B1"), cast.dongfeng)
    refuse_case(entry, actor=cast.leader, reason="依据不足")
    with pytest.raises(StateConflict):
        edit_case(entry, actor=cast.office, values={"matter": "另一件"})
    # A refused one may be put down anew.
    assert make_entry(cast.office, item(scheme, "B1"), cast.nanlu).pk != entry.pk


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_more_rows(
    cast, scheme, sign_in, django_assert_num_queries, rows
):
    for number in range(rows):
        make_entry(cast.office, item(scheme, "B1"), cast.nanlu, matter=f"事项{number}")
    client = sign_in(cast.office)
    client.get(reverse("assessments:ledger_entry_list"))
    with django_assert_num_queries(6):
        page = client.get(reverse("assessments:ledger_entry_list"), headers=FRAGMENT)
    assert page.content.decode().count("南麓镇") >= rows


def test_from_the_form_to_the_approval(cast, scheme, sign_in):
    client = sign_in(cast.office)
    answer = client.post(
        reverse("assessments:ledger_entry_create"),
        {
            "item": item(scheme, "B1").pk,
            "unit": cast.nanlu.pk,
            "matter": "职工书屋",
            "level": "国家级",
            "occurred_on": "2026-03-08",
            "evidence": "总工发〔2026〕3号",
        },
    )
    entry = LedgerEntry.objects.get()
    assert answer.status_code == 302
    leader = sign_in(cast.leader)
    page = leader.get(entry.get_absolute_url()).content.decode()
    assert "总工发〔2026〕3号" in page
    leader.post(reverse("assessments:ledgerentry_step", args=[entry.pk, "approve"]), {})
    entry.refresh_from_db()
    assert entry.state == "approved"
    assert sign_in(cast.township).get(entry.get_absolute_url()).status_code == 404
