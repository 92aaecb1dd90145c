"""The chain over the trail: whole on sound data, and each way of changing the past is named."""

from __future__ import annotations

import threading
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from gongjian.foundation.audit import anchors, sealing
from gongjian.foundation.audit.models import TrailEntry, TrailSeal
from gongjian.foundation.audit.sealing import broken_links, head, seal_all, seal_some, start
from gongjian.foundation.audit.trail import record
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.cast import build_cast
from tests.owner import owner_cursor


@pytest.fixture(autouse=True)
def own_anchors(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def act(cast, number: int, **values) -> TrailEntry:
    return record(
        "tests.act.done",
        cast.hongqi,
        actor=cast.secretary,
        label=f"第{number}次",
        before={"数": number, "名": "甲"},
        after={"数": number + 1, "名": "甲"},
        **values,
    )


def test_each_act_is_sealed_once_and_the_chain_holds(cast):
    act(cast, 1, reason="补报")
    assert seal_all() == TrailEntry.objects.count()
    assert seal_all() == 0
    act(cast, 2)
    assert seal_all() == 1
    positions = list(TrailSeal.objects.values_list("position", flat=True))
    assert positions == list(range(1, TrailEntry.objects.count() + 1))
    assert list(broken_links()) == []


def test_chains_of_two_tenants_begin_apart(cast):
    first = start()
    with tenant_scope(cast.elsewhere.pk):
        assert start() != first
        assert head().position == 0


def test_a_batch_ends_where_the_next_begins(cast, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 3)
    for number in range(5):
        act(cast, number)
    assert seal_some() == 3
    assert seal_all() == TrailEntry.objects.count() - 3
    assert list(broken_links()) == []


@pytest.fixture
def sealed(transactional_db, own_anchors):
    """A sealed chain that is committed, so that somebody else can lay hands on it."""
    with transaction.atomic():
        cast = build_cast()
        with tenant_scope(cast.tenant.pk):
            for number in range(4):
                act(cast, number)
    with tenant_scope(cast.tenant.pk):
        seal_all()
        yield cast


def as_owner(statement: str, *values: object) -> None:
    """What somebody with every right does, triggers laid aside."""
    with owner_cursor() as cursor:
        for table in ("audit_trailentry", "audit_trailseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_keep")
        cursor.execute(statement, values)
        for table in ("audit_trailentry", "audit_trailseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER audit_keep")


def found() -> list[str]:
    with transaction.atomic():
        return list(broken_links())


def entry(label: str) -> TrailEntry:
    with transaction.atomic():
        return TrailEntry.objects.get(label=label)


@pytest.mark.parametrize(
    "change",
    [
        "reason = '别的理由'",
        "actor_label = '别人'",
        "at = at + interval '1 second'",
        "after = '{\"数\": 99}'",
        "user_id = NULL",
        "subject_id = subject_id + 1",
    ],
)
def test_a_changed_act_is_named(sealed, change):
    row = entry("第2次")
    as_owner(f"UPDATE audit_trailentry SET {change} WHERE id = %s", row.pk)  # noqa: S608
    (text,) = found()
    assert "被改动" in text
    assert f"编号 {row.pk}，" in text


def test_a_removed_act_is_named(sealed):
    row = entry("第1次")
    with transaction.atomic():
        position = TrailSeal.objects.get(entry=row).position
    as_owner("DELETE FROM audit_trailseal WHERE entry_id = %s", row.pk)
    as_owner("DELETE FROM audit_trailentry WHERE id = %s", row.pk)
    assert found() == [f"缺第 {position} 至第 {position} 条封存，记录可能被删除"]


def test_a_cut_end_is_named_by_what_was_kept_outside(sealed):
    with transaction.atomic():
        last = head().position
        row = TrailSeal.objects.get(position=last)
    as_owner("DELETE FROM audit_trailseal WHERE id = %s", row.pk)
    as_owner("DELETE FROM audit_trailentry WHERE id = %s", row.entry_id)
    (text,) = found()
    assert text.startswith(f"库外留存到第 {last} 条，库中只封存到第 {last - 1} 条")


def test_a_chain_written_anew_as_a_whole_does_not_fit_what_was_kept(sealed):
    row = entry("第0次")
    as_owner("UPDATE audit_trailentry SET reason = '新' WHERE id = %s", row.pk)
    as_owner("DELETE FROM audit_trailseal")
    with transaction.atomic():
        while seal_some():
            pass
        last = head().position
    assert found() == [f"第 {last} 条与库外留存的摘要不符，整条链可能被重写"]


def test_an_act_that_nobody_seals_is_named(sealed, monkeypatch):
    with transaction.atomic():
        act(sealed, 9)
    assert found() == []
    monkeypatch.setattr(sealing, "PATIENCE", -sealing.PATIENCE)
    (text,) = found()
    assert text.startswith("超过一小时没有封存")


def test_the_command_says_so(sealed):
    said = StringIO()
    call_command("verify_trail", "--seal", stdout=said)
    assert "✓ 示范市" in said.getvalue()
    as_owner("UPDATE audit_trailentry SET reason = '改' WHERE id = %s", entry("第3次").pk)
    with pytest.raises(CommandError, match="1 处不符"):
        call_command("verify_trail", stdout=said)
    assert "被改动" in said.getvalue()


def test_the_serving_role_and_the_owner_by_mistake_are_refused(sealed):
    row = entry("第3次")
    for statement in (
        "UPDATE audit_trailentry SET reason = '改' WHERE id = %s",
        "DELETE FROM audit_trailentry WHERE id = %s",
        "UPDATE audit_trailseal SET digest = '' WHERE entry_id = %s",
        "DELETE FROM audit_trailseal WHERE entry_id = %s",
    ):
        with (
            pytest.raises(ProgrammingError, match="denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [row.pk])
    with (
        owner_cursor(autocommit=False) as cursor,
        pytest.raises(psycopg2.errors.RaiseException, match="kept as they were written"),
    ):
        cursor.execute("DELETE FROM audit_trailentry WHERE id = %s", [row.pk])


def test_writers_and_two_sealers_together_leave_no_hole(sealed):
    """Slow transactions commit behind faster ones; both sealers run all the while."""
    done = threading.Event()
    failures: list[BaseException] = []

    def write(turn: int) -> None:
        try:
            with tenant_scope(sealed.tenant.pk):
                for number in range(15):
                    with transaction.atomic():
                        act(sealed, 100 * turn + number)
                        with connection.cursor() as cursor:
                            cursor.execute("SELECT pg_sleep(%s)", [0.003 * (turn + number) % 0.02])
        except BaseException as error:  # noqa: BLE001 -- told by the test below
            failures.append(error)
        finally:
            connection.close()

    def seal() -> None:
        try:
            with tenant_scope(sealed.tenant.pk):
                while not done.is_set():
                    seal_all()
        except BaseException as error:  # noqa: BLE001 -- told by the test below
            failures.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(turn,)) for turn in range(1, 5)]
    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    assert failures == []
    seal_all()
    assert found() == []
    with transaction.atomic():
        assert head().position == TrailEntry.objects.count()
        assert head().position in anchors.read(start())
