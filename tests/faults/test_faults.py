"""Kill, freeze and wipe every part while people type: what was acknowledged is there.

One test, since all faults share one running program; each is named when it fails.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from gongjian.settings.environment import database
from tests.faults.filing import CELLS, Secretary, everyone_goes_on, typing
from tests.faults.running import ROOT, Running, running
from tests.ready_database import ready_database
from tools import stack

pytestmark = pytest.mark.slow

#: Seconds within which PostgreSQL is back, and background work is done again.
DATABASE_BACK, WORK_REDONE = 15, 60
WAITING = "SELECT count(*) FROM tenancy_outboxmessage WHERE sent_at IS NULL"
ADD = (
    "INSERT INTO tenancy_outboxmessage (tenant_id, task, arguments, queue, created_at)"
    " VALUES (%s, %s, %s, 'default', now())"
)
MARKS = "SELECT count(*) FROM responsibilities_rollupmark"


@pytest.fixture
def program():
    base = os.environ.get("TEST_DATABASE", "test_gongjian")
    keys = database(os.environ["OWNER_DATABASE_URL"])
    template = ready_database(base, keys)
    address = (
        f"postgresql://{keys['USER']}:{keys['PASSWORD']}@{keys['HOST']}:{keys['PORT']}/{template}"
    )
    folder = Path(tempfile.mkdtemp(prefix="gongjian-faults-"))
    # The account of the databases must be able to pass through.
    folder.chmod(0o755)
    try:
        with running(folder, address) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_nothing_acknowledged_is_lost_and_nothing_done_twice(program):
    people = [
        Secretary(program.url, row["username"], row["owed"], row["unit"])
        for row in program.people(8)
    ]
    for one in people:
        one.sign_in()
    with typing(people):
        time.sleep(3)
    floor = statistics.median(wait for one in people for wait in one.waits)
    print(f"typing: {sum(one.saved for one in people) / 3:.0f}/s, median {floor * 1000:.0f} ms")

    for break_it in (web_is_killed, database_is_killed, broker_is_frozen_and_killed,
                     worker_is_killed):  # fmt: skip
        break_it(program, people)
        sound(program)
    for break_it_alone in (broker_is_wiped, poison_blocks_nobody, two_beats_remind_once):
        break_it_alone(program)
        sound(program)
    acknowledged = sum(one.saved for one in people)
    print(f"acknowledged {acknowledged} = saved, lost 0, returns {len(people)}, duplicates 0")
    assert program.took["PostgreSQL"] <= DATABASE_BACK


def sound(program: Running) -> None:
    """Every invariant holds, asked as an operator asks."""
    said = program.manage("verify")
    assert "全部成立" in said, said


def kept(program: Running, people: list[Secretary]) -> None:
    """What the server said it has is there, or what was sent after it and not answered."""
    held = dict(
        program.rows(
            "SELECT r.obligation_id, r.values[(c.cell->>'slot')::int + 1]::int"
            " FROM responsibilities_quarterlyreturn r"
            " JOIN responsibilities_returnform f ON f.id = r.form_id,"
            " jsonb_array_elements(f.cells) AS c(cell) WHERE c.cell->>'code' = 'Z201'"
        )
    )
    for one in people:
        assert held[one.owed] in {one.acknowledged, one.attempted}, one.username


def web_is_killed(program: Running, people: list[Secretary]) -> None:
    with typing(people):
        for _ in range(6):
            time.sleep(0.7)
            program.kill_one_web_worker()
        program.kill("web")
        time.sleep(1)
        back = program.wait_until_ready(WORK_REDONE)
        everyone_goes_on(people, WORK_REDONE)
    kept(program, people)
    print(f"web killed 7 times: back after {back:.1f} s")


def database_is_killed(program: Running, people: list[Secretary]) -> None:
    with typing(people):
        time.sleep(2)
        program.kill_server("postgres")
        begun = time.monotonic()
        time.sleep(0.5)
        program.wait_until_ready(WORK_REDONE)
        back = time.monotonic() - begun
        everyone_goes_on(people, WORK_REDONE)
    kept(program, people)
    program.took["PostgreSQL"] = back
    print(f"PostgreSQL killed: back after {back:.1f} s")


def broker_is_frozen_and_killed(program: Running, people: list[Secretary]) -> None:
    """Filing and signing in go on without the broker; the work asked for is done later."""
    failed = sum(one.failures for one in people[1:])
    with typing(people):
        with program.frozen_broker():
            time.sleep(3)
            begun = time.monotonic()
            people[0].sign_in()
            assert time.monotonic() - begun < 5
            assert people[0].hand_in() == 302
        program.kill_server("valkey")
        everyone_goes_on(people[1:], WORK_REDONE)
    kept(program, people[1:])
    # Only the one whose return was handed in is refused from now on.
    assert sum(one.failures for one in people[1:]) == failed
    assert program.until(WAITING, 0) <= WORK_REDONE
    assert program.until(MARKS, 0) <= WORK_REDONE


def worker_is_killed(program: Running, people: list[Secretary]) -> None:
    """Returns handed in while their totals are reckoned: each is in the totals once."""
    for number, one in enumerate(people[1:], start=1):
        assert one.hand_in() == 302
        if number % 2:
            program.kill("worker")
            time.sleep(0.3)
    program.kill("relay")
    assert program.until(WAITING, 0) <= WORK_REDONE
    redone = program.until(MARKS, 0, WORK_REDONE + 10)
    submitted = program.rows(
        "SELECT count(*), count(DISTINCT obligation_id) FROM responsibilities_quarterlyreturn"
        " WHERE state = 'submitted'"
    )
    assert submitted == [(len(people), len(people))]
    told = program.rows(
        "SELECT count(*) FROM audit_trailentry WHERE action = 'responsibilities.return.submitted'"
    )
    assert told == [(len(people),)]
    values = program.rows("SELECT DISTINCT values FROM responsibilities_quarterlyreturn")
    assert [sorted(map(int, filter(None, row[0]))) for row in values] == [
        sorted(map(int, CELLS.values()))
    ]
    # A second click on the button finds the return handed in and changes nothing.
    assert people[1].hand_in() in {302, 409, 422}
    print(f"worker killed while reckoning: done again after {redone:.1f} s")


def broker_is_wiped(program: Running) -> None:
    """A broker that comes back with nothing: what is in the outbox still gets done."""
    tenant = program.rows("SELECT id FROM orgs_tenant WHERE code = '9900'")[0][0]
    broker = stack.Servers(program.folder).valkey
    program.kill_server("valkey")
    for file in broker.folder.rglob("*"):
        if file.is_file() and file.suffix in {".aof", ".rdb", ".manifest"}:
            file.unlink()
    program.rows(ADD, tenant, "responsibilities.recompute_totals", "{}")
    redone = program.until(WAITING, 0, WORK_REDONE)
    print(f"Valkey wiped: work sent again after {redone:.1f} s")


def poison_blocks_nobody(program: Running) -> None:
    """A message nobody understands and one that fails do not hold up what comes behind them."""
    tenant = program.rows("SELECT id FROM orgs_tenant WHERE code = '9900'")[0][0]
    program.rows(ADD, tenant, "nobody.knows", "{}")
    program.rows(ADD, tenant, "documents.render_document", '{"document_id": 999999999}')
    assert program.until(WAITING, 0) <= WORK_REDONE
    assert program.until(MARKS, 0) <= WORK_REDONE


def two_beats_remind_once(program: Running) -> None:
    """The sweep for what is due and the sending of it, each four times at once."""
    program.rows("UPDATE responsibilities_obligation SET due_on = current_date - 3")
    program.rows("UPDATE responsibilities_quarterlyreturn SET state = 'draft'")
    for task in ("notices.find_due", "notices.deliver_due"):
        calls = [
            subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "gongjian", "call", task],
                cwd=ROOT,
                env={**os.environ, **program.variables},
                stdout=subprocess.DEVNULL,
            )
            for _ in range(4)
        ]
        assert [call.wait(60) for call in calls] == [0, 0, 0, 0]
        time.sleep(2)
        program.until(WAITING, 0)
        time.sleep(3)
    twice = program.rows(
        "SELECT count(*) FROM (SELECT 1 FROM notices_notice"
        " GROUP BY tenant_id, rule, subject_kind, subject_id, stage, post_id"
        " HAVING count(*) > 1) AS twice"
    )
    assert twice == [(0,)]
    assert program.rows("SELECT count(*) FROM notices_notice")[0][0] > 0
    mails = [mail.read_text(errors="replace") for mail in (program.folder / "mail").glob("*")]
    told = [line for mail in mails for line in mail.splitlines() if line.startswith("To: ")]
    assert told
    assert len(told) == len(set(told))
