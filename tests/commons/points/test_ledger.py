from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Sum

from gongjian.commons.points.enums import ADOPTION, RulesState
from gongjian.commons.points.models import PointAccount, PointEntry, PointFact, PointRules
from gongjian.commons.points.queries import valid_entries
from gongjian.commons.points.reckoning import Share
from gongjian.commons.points.services.ledger import (
    Occurrence,
    adjust,
    note_fact,
    settle,
    withdraw_fact,
    withdraw_facts_of,
)
from gongjian.commons.points.services.rulebooks import (
    change_rules,
    discard_rules,
    draft_rules,
    put_in_force,
    simulate,
)
from gongjian.commons.points.tasks import settle_year
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.cast import build_cast
from tests.factories.points import MECHANISM, RULES, fact_of, rules_in_force, sample_mechanism


def account_of(unit) -> PointAccount:
    return PointAccount.objects.get(unit=unit, mechanism=MECHANISM, year=today().year)


def held(account) -> list[tuple[str, Decimal]]:
    return [(entry.key.split(":")[0], entry.amount) for entry in valid_entries(account)]


@contextmanager
def refused(words: str) -> Iterator[None]:
    """A refusal beside a field, in these words."""
    with pytest.raises(FieldErrors) as error:
        yield
    assert any(words in text for texts in error.value.errors.values() for text in texts)


def test_a_higher_adoption_reverses_the_lower_and_the_ledger_keeps_both(cast):
    rules_in_force(cast)
    fact_of(cast, cast.hongqi)
    account = account_of(cast.hongqi)
    assert account.total == 2
    fact_of(cast, cast.xinghuo, level="province")
    account.refresh_from_db()
    assert account.total == 10
    assert sorted(held(account)) == [("fact", Decimal(0)), ("fact", Decimal(10))]
    amounts = account.entries.order_by("id").values_list("amount", flat=True)
    assert list(amounts) == [2, -2, 0, 10]
    assert "只计最高一项" in valid_entries(account)[0].sentence


def test_a_fact_withdrawn_lets_what_it_displaced_count_again(cast):
    rules_in_force(cast)
    fact_of(cast, cast.hongqi)
    high = fact_of(cast, cast.xinghuo, level="province")
    withdraw_fact(high, actor=cast.office, reason="登记有误")
    account = account_of(cast.hongqi)
    assert account.total == 2
    # Told twice, nothing more is written; noted anew, it counts.
    before = PointEntry.objects.count()
    withdraw_fact(high, actor=cast.office, reason="登记有误")
    assert PointEntry.objects.count() == before
    fact_of(cast, cast.xinghuo, level="province")
    account.refresh_from_db()
    assert account.total == 10


def test_a_source_vouches_once_and_all_its_facts_go_with_it(cast):
    rules_in_force(cast)
    first = fact_of(cast, cast.hongqi)
    assert fact_of(cast, cast.hongqi).pk == first.pk
    assert account_of(cast.hongqi).total == 2
    assert withdraw_facts_of(cast.hongqi, actor=cast.office, reason="稿件撤回") == 1
    assert account_of(cast.hongqi).total == 0


def test_settling_again_writes_nothing(cast):
    rules_in_force(cast)
    fact_of(cast, cast.hongqi)
    before = PointEntry.objects.count()
    settle(cast.hongqi.pk, MECHANISM, today().year)
    settle_year(mechanism=MECHANISM, year=today().year)
    assert PointEntry.objects.count() == before


def test_without_rules_a_fact_is_kept_and_counts_once_there_are_some(cast):
    fact_of(cast, cast.hongqi)
    assert account_of(cast.hongqi).total == 0
    rules_in_force(cast)
    assert account_of(cast.hongqi).total == 2


def test_entries_can_be_neither_changed_nor_deleted(cast):
    rules_in_force(cast)
    fact_of(cast, cast.hongqi)
    for act in (
        lambda: PointEntry.objects.update(amount=99),
        lambda: PointEntry.objects.all()._raw_delete(PointEntry.objects.db),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()


def test_an_entry_is_reversed_once(cast):
    rules_in_force(cast)
    fact = fact_of(cast, cast.hongqi)
    withdraw_fact(fact, actor=cast.office, reason="登记有误")
    reversed_entry = PointEntry.objects.exclude(reversals=None).get()
    entry = PointEntry.objects.get(reverses=reversed_entry)
    entry.pk = None
    with pytest.raises(Exception, match="point_entry_reversed_once"), transaction.atomic():
        entry.save()


def test_a_correction_by_hand_needs_its_reason_and_outlives_new_rules(cast):
    rules_in_force(cast)
    fact_of(cast, cast.hongqi)
    account = account_of(cast.hongqi)
    with refused("原因"):
        adjust(account, actor=cast.office, amount=Decimal(3), reason=" ")
    with refused("分值"):
        adjust(account, actor=cast.office, amount=Decimal(0), reason="申诉成立")
    with pytest.raises(NotPermitted):
        adjust(account, actor=cast.secretary, amount=Decimal(3), reason="申诉成立")
    adjust(account, actor=cast.office, amount=Decimal(3), reason="申诉成立")
    revise(cast, {**RULES, "awards": [{**RULES["awards"][0], "amount": "4"}]})
    account.refresh_from_db()
    assert account.total == 7


def revise(cast, data):
    draft = draft_rules(MECHANISM, actor=cast.office, year=today().year, title="修订", data=data)
    rules = put_in_force(draft, actor=cast.office)
    message = OutboxMessage.objects.filter(task="points.settle_year").latest("pk")
    settle_year(**message.arguments)
    return rules


def test_new_rules_are_tried_before_they_hold(cast):
    old = rules_in_force(cast)
    fact_of(cast, cast.hongqi, shares=[Share(cast.hongqi.pk), Share(cast.xinghuo.pk)])
    data = {**RULES, "split": "equal"}
    draft = draft_rules(MECHANISM, actor=cast.office, year=today().year, title="修订", data=data)
    changes = {
        row.unit.name: (row.now, row.then, row.by) for row in simulate(draft, year=today().year)
    }
    assert changes == {"红旗村": (2, 1, -1), "星火机械公司": (2, 1, -1)}
    assert account_of(cast.hongqi).total == 2
    put_in_force(draft, actor=cast.office)
    settle_year(mechanism=MECHANISM, year=today().year)
    assert account_of(cast.hongqi).total == 1
    old.refresh_from_db()
    assert old.state == RulesState.REPLACED
    entry = valid_entries(account_of(cast.hongqi)).get()
    assert entry.rules == draft
    assert "2 位作者平均分配" in entry.sentence


def test_rules_of_an_earlier_year_hold_until_there_are_newer(cast):
    rules_in_force(cast, year=today().year - 1)
    fact_of(cast, cast.hongqi)
    assert account_of(cast.hongqi).total == 2


def test_a_draft_is_written_down_line_by_line_and_refused_whole(cast):
    sample_mechanism()
    draft = draft_rules(MECHANISM, actor=cast.office, year=2026, title="办法", data=RULES)
    with pytest.raises(StateConflict, match="已有一份规则草案"):
        draft_rules(MECHANISM, actor=cast.office, year=2026, title="办法", data=RULES)
    with pytest.raises(FieldErrors) as error:
        change_rules(
            draft, actor=cast.office, title="办法", basis="", data={"awards": [{"label": "甲"}]}
        )
    assert "awards.0" in error.value.errors
    with refused("没有的事项"):
        change_rules(
            draft, actor=cast.office, title="办法", basis="",
            data={"awards": [{"label": "点赞", "kind": "likes", "amount": "1"}]},
        )  # fmt: skip
    with pytest.raises(NotPermitted):
        change_rules(draft, actor=cast.secretary, title="办法", basis="", data=RULES)
    changed = change_rules(
        draft, actor=cast.office, title="新办法", basis="示党工组〔2026〕3号", data=RULES
    )
    assert changed.title == "新办法"
    put_in_force(changed, actor=cast.office)
    with pytest.raises(StateConflict, match="已经施行"):
        change_rules(changed, actor=cast.office, title="改", basis="", data=RULES)
    with pytest.raises(StateConflict):
        discard_rules(changed, actor=cast.office)
    second = draft_rules(MECHANISM, actor=cast.office, year=2026, title="再改")
    assert second.version == 2
    assert second.data == RULES
    discard_rules(second, actor=cast.office)
    assert PointRules.objects.count() == 1


def test_a_word_that_no_rule_can_name_is_an_error_of_the_code(cast):
    with pytest.raises(ValueError, match="likes"):
        fact_of(cast, cast.hongqi, kind="likes")
    with refused("至少登记一个"):
        note_fact(
            MECHANISM, cast.hongqi,
            Occurrence(ADOPTION, "a", "题", today(), today()), actor=cast.office, shares=[],
        )  # fmt: skip


def test_another_region_sees_nothing(cast):
    rules_in_force(cast)
    fact_of(cast, cast.hongqi)
    with tenant_scope(cast.elsewhere.pk):
        assert not PointEntry.objects.exists()
        assert not PointFact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_facts_at_once_add_up_and_none_waits_for_ever():
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        rules_in_force(cast, {"awards": [{"label": "采用", "kind": ADOPTION, "amount": "1"}]})
    start = threading.Barrier(8, timeout=20)
    failed: list[Exception] = []

    def note(number: int) -> None:
        # Every second one names the authors in the other order.
        shares = [Share(cast.hongqi.pk), Share(cast.xinghuo.pk)][:: 1 if number % 2 else -1]
        try:
            with tenant_scope(cast.tenant.pk):
                start.wait()
                for piece in range(3):
                    source = PointFact(pk=number * 10 + piece)
                    fact_of(cast, source, family=f"p{source.pk}", shares=shares)
        except Exception as error:  # noqa: BLE001 -- told to the main thread
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=note, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        for unit in (cast.hongqi, cast.xinghuo):
            account = account_of(unit)
            assert account.total == 24
            assert account.entries.aggregate(total=Sum("amount"))["total"] == 24
