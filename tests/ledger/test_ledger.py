from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from gongjian.commons.indicators.shelf import indicator_sources
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.web.shelves import todo_sources, todos_of
from ledger.enums import Form, FoundingState, Operation
from ledger.models import Coverage, Founding, Term
from ledger.queries.coverage import lines_by, tally_of
from ledger.queries.entries import version_on
from ledger.queries.measures import measure_gaps
from ledger.reminders import foundings_due, restructurings_due, terms_ending
from ledger.services.entries import save_entry, tie_subject, write_visit
from ledger.services.foundings import (
    drop_founding,
    guide_founding,
    open_founding,
    open_restructuring,
    plan_founding,
    prepare_founding,
    reopen_founding,
    save_rules,
    settle_restructuring,
    verify_founding,
)
from ledger.services.measures import take_measures
from ledger.services.organizations import (
    cover,
    dissolve_body,
    edit_body,
    end_coverage,
    renew_term,
)
from ledger.text import check_digit, fault_of_code, name_key
from tests.factories.ledger import built, code_of, entry_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def todos(actor):
    return todos_of(actor, [todo_sources["ledger"]])


@contextmanager
def beside_a_field(words: str):
    with pytest.raises(FieldErrors) as refused:
        yield
    assert words in str(refused.value.errors)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.integers(0, 16))
def test_a_code_with_one_letter_changed_is_told(first, place):
    code = first + check_digit(first)
    assert fault_of_code(code) is None
    other = "0" if code[place] != "0" else "1"
    assert fault_of_code(code[:place] + other + code[place + 1 :])


def test_known_codes_and_names():
    # Codes that anybody can look up: two state banks.
    assert fault_of_code("91100000100003962T") is None
    assert fault_of_code("911000001000013428") is None
    assert "17位" in fault_of_code("9110000010000396T")
    assert "I" in fault_of_code("9I100000100003962T")
    assert name_key("青禾（示范）机械 有限公司") == name_key("青禾(示范)机械有限责任公司")
    assert name_key("公司") == "公司"


def test_every_change_is_a_version_with_its_day(cast):
    entry = entry_of(cast, since=today() - 100 * DAY, worker_count=30)
    entry = save_entry(
        entry,
        actor=cast.township,
        unit=cast.dongfeng,
        values={"worker_count": 60},
        since=today() - 10 * DAY,
    )
    save_entry(entry, actor=cast.township, unit=cast.hongqi, values={"worker_count": 70})
    assert version_on(entry, today() - 101 * DAY) is None
    assert version_on(entry, today() - 11 * DAY).worker_count == 30
    assert version_on(entry, today() - 10 * DAY).worker_count == 60
    now = version_on(entry, today())
    assert (now.worker_count, now.unit) == (70, cast.hongqi)
    assert now.changed[0][1:] == ["职工总数", "60", "70"]
    assert tally_of(today() - 11 * DAY, cast.dongfeng.path).workers == 30
    assert tally_of(today() - 11 * DAY, cast.hongqi.path).total == 0
    assert tally_of(today(), cast.hongqi.path).workers == 70


def test_a_change_of_nothing_leaves_no_version_and_two_on_one_day_leave_the_last(cast):
    entry = entry_of(cast)
    save_entry(entry, actor=cast.township, unit=cast.dongfeng, values={"worker_count": 40})
    assert entry.versions.count() == 1
    for workers in (50, 55):
        save_entry(entry, actor=cast.township, unit=cast.dongfeng, values={"worker_count": workers})
    assert entry.versions.count() == 3
    assert version_on(entry, today()).worker_count == 55


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"credit_code": "91990001000000001A"}, "credit_code"),
        ({"women_count": 41}, "women_count"),
        ({"founded_on": today() + DAY}, "founded_on"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(cast, values, field):
    with pytest.raises(FieldErrors) as refused:
        entry_of(cast, **values)
    assert field in refused.value.errors


def test_one_code_stands_once_and_the_database_says_so_too(cast):
    entry_of(cast, 1)
    with pytest.raises(FieldErrors) as refused:
        entry_of(cast, 2, credit_code=code_of(1))
    assert "已在台账中" in str(refused.value.errors)
    second = entry_of(cast, 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(second).objects.filter(pk=second.pk).update(credit_code=code_of(1))


def test_days_and_races(cast):
    entry = entry_of(cast)
    for since, words in ((today() + DAY, "不能晚于今天"), (today() - DAY, "不能更早")):
        with pytest.raises(FieldErrors) as refused:
            save_entry(
                entry,
                actor=cast.township,
                unit=cast.dongfeng,
                values={"worker_count": 9},
                since=since,
            )
        assert words in str(refused.value.errors)
    with pytest.raises(StateConflict):
        save_entry(
            entry,
            actor=cast.township,
            unit=cast.dongfeng,
            values={"worker_count": 9},
            revision=entry.revision - 1,
        )


@pytest.mark.parametrize("actor", ["neighbour", "other_county", "viewer", "auditor"])
def test_only_the_place_in_charge_and_those_above_write(cast, actor):
    entry = entry_of(cast)
    someone = getattr(cast, actor)
    with pytest.raises(NotPermitted):
        save_entry(entry, actor=someone, unit=cast.dongfeng, values={"worker_count": 1})
    with pytest.raises(NotPermitted):
        open_founding(entry, actor=someone, line="union")
    with pytest.raises(NotPermitted):
        built(cast, entry, actor=someone)
    with pytest.raises(NotPermitted):
        write_visit(entry, actor=someone, visited_on=today(), visitor="某人", text="看了看。")


def test_what_is_owed_is_listed_by_itself(cast):
    entry = entry_of(cast, worker_count=24, member_count=3, party_member_count=2)
    assert not Founding.objects.exists()
    save_entry(entry, actor=cast.township, unit=cast.dongfeng, values={"worker_count": 25})
    founding = Founding.objects.get()
    assert (founding.line, founding.state) == ("union", FoundingState.LISTED)
    save_entry(entry, actor=cast.township, unit=cast.dongfeng, values={"worker_count": 26})
    assert Founding.objects.count() == 1
    save_entry(
        entry, actor=cast.township, unit=cast.dongfeng, values={"operation": Operation.PAUSED}
    )
    founding.refresh_from_db()
    assert founding.state == FoundingState.DROPPED


def test_the_way_from_the_list_to_the_organization(cast):
    entry = entry_of(cast, party_member_count=0, union_instructor="")
    founding = Founding.objects.select_related("entry__unit").get()
    with pytest.raises(DomainError, match="组建指导员"):
        guide_founding(founding, actor=cast.township)
    entry = save_entry(
        entry, actor=cast.township, unit=cast.dongfeng, values={"union_instructor": "王芳"}
    )
    founding = Founding.objects.select_related("entry__unit").get()
    founding = guide_founding(founding, actor=cast.township)
    assert founding.due_on == today() + 60 * DAY
    with pytest.raises(StateConflict):
        guide_founding(founding, actor=cast.township)
    founding = prepare_founding(founding, actor=cast.township)
    plan_founding(founding, actor=cast.township, values={"person": "何平", "note": "等待批复"})
    assert tally_of(today(), cast.dongfeng.path).union == 0
    coverage = built(cast, entry)
    founding.refresh_from_db()
    assert (founding.state, founding.coverage) == (FoundingState.BUILT, coverage)
    assert founding.closed_on == today()
    found = tally_of(today(), cast.dongfeng.path)
    assert (found.union, found.union_owed_own, found.union_owed) == (1, 1, 1)
    assert not [todo for todo in todos(cast.township) if "青禾" in todo.title]


def test_dropped_with_a_reason_and_listed_again(cast):
    entry = entry_of(cast, party_member_count=0)
    founding = Founding.objects.select_related("entry__unit").get()
    with pytest.raises(DomainError):
        drop_founding(founding, actor=cast.township, reason=" ")
    founding = drop_founding(founding, actor=cast.township, reason="总部统一建会")
    save_entry(entry, actor=cast.township, unit=cast.dongfeng, values={"worker_count": 90})
    assert Founding.objects.count() == 1
    founding = reopen_founding(founding, actor=cast.township, reason="总部没有建")
    with pytest.raises(StateConflict):
        verify_founding(founding, actor=cast.township)
    drop_founding(founding, actor=cast.township, reason="总部已建")
    built(cast, entry)
    with pytest.raises(StateConflict, match="已有组织覆盖"):
        reopen_founding(founding, actor=cast.township, reason="再来")


def test_a_joint_union_covers_many_and_counts_units_not_unions(cast):
    first, second = (
        entry_of(cast, n, worker_count=10, member_count=0, party_member_count=0) for n in (1, 2)
    )
    body = built(cast, first, kind="joint_union").body
    with pytest.raises(FieldErrors):
        cover(second, actor=cast.township, body=body, form=Form.OWN)
    cover(second, actor=cast.township, body=body, form=Form.JOINT)
    with beside_a_field("已有组织覆盖"):
        cover(second, actor=cast.township, body=body, form=Form.JOINT)
    found = tally_of(today(), cast.city.path)
    assert (found.union, found.small, found.small_union) == (2, 2, 2)


def test_coverage_ends_and_past_days_stay(cast):
    start = today() - 50 * DAY
    entry = entry_of(cast, since=start, party_member_count=0)
    coverage = built(cast, entry, on=start)
    end_coverage(coverage, actor=cast.township, ends_on=today() - 5 * DAY, reason="组织瘫痪")
    with pytest.raises(StateConflict):
        end_coverage(coverage, actor=cast.township, reason="再来")
    assert tally_of(today() - 6 * DAY, cast.city.path).union == 1
    assert tally_of(today() - 5 * DAY, cast.city.path).union == 0
    assert Founding.objects.filter(state=FoundingState.LISTED).count() == 1
    body = coverage.body
    with beside_a_field("不能更早"):
        cover(entry, actor=cast.township, body=body, form=Form.OWN, starts_on=today() - 9 * DAY)


def test_the_clock_of_terms(cast):
    entry = entry_of(cast, party_member_count=0)
    start = today() - 1000 * DAY
    body = built(cast, entry, on=start).body
    term = Term.objects.get()
    assert [one.stage[-3:] for one in terms_ending(term.due_on - 90 * DAY)] == ["-90"]
    assert [one.stage[-2:] for one in terms_ending(term.due_on + DAY)] == ["+1"]
    assert list(terms_ending(term.due_on - 91 * DAY)) == []
    values = {"starts_on": today(), "due_on": today() + 1095 * DAY, "head": "孟晓"}
    with pytest.raises(FieldErrors):
        renew_term(body, actor=cast.township, values={**values, "starts_on": start})
    with pytest.raises(FieldErrors):
        renew_term(body, actor=cast.township, values={**values, "due_on": today()})
    renewed = renew_term(body, actor=cast.township, values=values)
    term.refresh_from_db()
    assert (renewed.number, term.ended_on) == (2, today())
    assert list(terms_ending(term.due_on)) == []


def test_a_body_is_dissolved_and_its_units_are_listed_again(cast):
    entry = entry_of(cast, party_member_count=0)
    body = built(cast, entry).body
    dissolve_body(body, actor=cast.township, dissolved_on=today(), reason="企业合并")
    assert not Coverage.objects.filter(ends_on__isnull=True).exists()
    assert Founding.objects.filter(state=FoundingState.LISTED).exists()
    with pytest.raises(StateConflict):
        dissolve_body(body, actor=cast.township, dissolved_on=today(), reason="再来")


def test_codes_and_kinds_of_bodies(cast):
    body = built(cast, entry_of(cast)).body
    with pytest.raises(FieldErrors) as refused:
        edit_body(body, actor=cast.township, values={"union_code": code_of(9)})
    assert "以8开头" in str(refused.value.errors)
    right = code_of(9, "81990001")
    assert edit_body(body, actor=cast.township, values={"union_code": right}).union_code == right
    with pytest.raises(FieldErrors):
        edit_body(body, actor=cast.township, values={"kind": "party_branch"})


def test_restructuring_starts_a_clock_for_both_lines(cast):
    entry = entry_of(cast)
    row = open_restructuring(
        entry, actor=cast.township, kind="merged", completed_on=today() - 150 * DAY
    )
    assert row.due_on == today() + 30 * DAY
    assert [one.stage[-3:] for one in restructurings_due(today())] == ["-30"]
    with pytest.raises(DomainError, match="工会组织还没有健全"):
        built(cast, entry, "party")
        settle_restructuring(row, actor=cast.township)
    built(cast, entry, "union")
    assert settle_restructuring(row, actor=cast.township).sound_on == today()
    assert list(restructurings_due(today())) == []


def test_reminders_of_foundings_go_to_the_place_in_charge(cast):
    entry_of(cast, party_member_count=0)
    due = Founding.objects.get().due_on
    (reminder,) = foundings_due(due - 7 * DAY)
    assert reminder.post_ids == [cast.township.post_id]
    assert list(foundings_due(due - 8 * DAY)) == []
    (late,) = foundings_due(due + 3 * DAY)
    assert (late.stage[-2:], "已超期" in late.title) == ("+1", True)
    todo = next(todo for todo in todos(cast.township) if "青禾" in todo.title)
    assert todo.due_on == due
    assert todos(cast.secretary) == []
    assert todos(cast.county) == []
    Founding.objects.update(due_on=today() - DAY)
    assert [todo.title for todo in todos(cast.county)] == ["督促下级：组建事项超期1项"]


def test_rules_are_the_regions(cast):
    with pytest.raises(NotPermitted):
        save_rules(actor=cast.county, values={"union_from": 10})
    save_rules(actor=cast.office, values={"union_from": 10, "party_from": 5})
    entry_of(cast, worker_count=12, member_count=1, party_member_count=4)
    assert [row.line for row in Founding.objects.all()] == ["union"]


def test_figures_roll_up_by_path_and_by_kind(cast):
    for number, unit in enumerate([cast.dongfeng, cast.hongqi, cast.xicheng, cast.nanlu], start=1):
        entry = entry_of(cast, number, actor=cast.office, unit=unit)
        if number in {1, 4}:
            built(cast, entry, "union", actor=cast.office)
        if number == 1:
            built(cast, entry, "party", actor=cast.office)
    entry_of(cast, 9, actor=cast.office, unit=cast.dongfeng, kind="association", industry="")
    rows = {row.label: row.tally for row in lines_by("unit", cast.qinghe, today())}
    assert (rows["东风镇"].total, rows["东风镇"].union, rows["东风镇"].both) == (3, 1, 1)
    assert (rows["西城街道"].total, rows["西城街道"].neither) == (1, 1)
    own = {row.label: row.tally.total for row in lines_by("unit", cast.dongfeng, today())}
    assert own == {"东风镇（本级）": 2, "红旗村": 1, "星火机械公司": 0}
    kinds = {row.label: row.tally.total for row in lines_by("kind", cast.city, today())}
    assert kinds == {"私营企业": 4, "社会团体": 1}
    industries = {row.label: row.tally.total for row in lines_by("industry", cast.city, today())}
    assert industries == {"制造业": 4, "未填行业": 1}
    whole = tally_of(today(), cast.city.path)
    assert (whole.total, whole.union, whole.party) == (5, 2, 1)
    assert whole.union_rate == 40


def test_indicators_carry_part_and_whole_of_the_last_day_of_the_period(cast):
    source = indicator_sources["ledger"]
    start = today() - 40 * DAY
    for number in (1, 2):
        entry = entry_of(cast, number, since=start, party_member_count=0)
    built(cast, entry, on=today() - 20 * DAY)
    period = Period(starts_on=start, ends_on=today() - 21 * DAY)
    codes = [offered.code for offered in source.offer()]
    units = [cast.city.pk, cast.qinghe.pk, cast.nanlu.pk]
    before = {(f.code, f.unit_id): f for f in source.measure(codes, units, period)}
    assert len(before) == len(codes) * 3
    assert before["ledger.union_owed", cast.qinghe.pk].value == 0
    assert before["ledger.union_owed", cast.nanlu.pk].value is None
    after = source.measure(
        ["ledger.union_owed"], units, Period(starts_on=start, ends_on=today() + DAY)
    )
    assert [(f.numerator, f.denominator) for f in after] == [(1, 2), (1, 2), (None, None)]
    assert after[0].as_of == today()


def test_measures_come_from_the_ledger_once(cast):
    entry = entry_of(cast, worker_count=300, member_count=250)
    entry_of(cast, 2, actor=cast.office, unit=cast.hongqi, worker_count=50, member_count=20)
    with pytest.raises(FieldErrors):
        tie_subject(entry, actor=cast.township, subject=cast.xicheng)
    tie_subject(entry, actor=cast.township, subject=cast.xinghuo)
    gaps = {gap.unit.name: gap.counted for gap in measure_gaps()}
    assert gaps["星火机械公司"]["worker_count"] == 300
    assert gaps["东风镇"]["worker_count"] == 350
    assert gaps["清河县"]["enterprise_count"] == 2
    assert "西城街道" not in gaps
    with pytest.raises(NotPermitted):
        take_measures(actor=cast.county, unit_ids=[cast.dongfeng.pk])
    with pytest.raises(DomainError):
        take_measures(actor=cast.office, unit_ids=[])
    assert take_measures(actor=cast.office, unit_ids=[cast.dongfeng.pk, cast.xinghuo.pk]) == 2
    cast.dongfeng.refresh_from_db()
    assert (cast.dongfeng.worker_count, cast.dongfeng.member_count) == (350, 270)
    assert "东风镇" not in {gap.unit.name for gap in measure_gaps()}
