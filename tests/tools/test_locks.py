from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.locks import Held, holder, only_one
from tools.places import ROOT

HOLD = (
    "import sys, time; from pathlib import Path; from tools.locks import only_one\n"
    "with only_one(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def stranger(tmp_path):
    """Start another process that holds the lock."""
    lock = tmp_path / "run.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield lock, process
    process.kill()
    process.wait()
    process.stdout.close()


def test_second_holder_is_refused_and_told_who_holds(stranger):
    lock, process = stranger

    with pytest.raises(Held) as refused, only_one(lock):
        pass

    assert refused.value.pid == process.pid
    assert holder(lock) == process.pid


def test_lock_of_a_killed_process_is_free_at_once(stranger):
    lock, process = stranger
    process.kill()
    process.wait()

    assert lock.read_text().strip() == str(process.pid)
    assert holder(lock) is None
    with only_one(lock):
        assert holder(lock) == os.getpid()


def test_file_that_names_a_living_bystander_is_not_in_the_way(tmp_path):
    lock = tmp_path / "run.lock"
    lock.write_text(f"{os.getppid()}\n")

    with only_one(lock):
        assert lock.read_text().strip() == str(os.getpid())


def test_lock_is_let_go_after_an_error(tmp_path):
    lock = tmp_path / "run.lock"

    with pytest.raises(ZeroDivisionError), only_one(lock):
        raise ZeroDivisionError

    assert holder(lock) is None
