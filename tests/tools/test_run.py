from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys

import pytest

from tools import processes, stack
from tools.console import Refusal
from tools.run import check_port, chosen_port
from tools.supervisor import end_leftovers, record_of


def test_port_in_use_names_the_port_and_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Refusal) as refused:
            check_port("127.0.0.1", port)

    assert f"端口 {port} 已被" in refused.value.chinese
    assert "make run PORT=" in refused.value.chinese


@pytest.mark.parametrize("text", ["eight", "0", "70000", "-1", "80.5"])
def test_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(Refusal, match="PORT="):
        chosen_port()


def test_port_may_be_left_out(monkeypatch):
    monkeypatch.setenv("PORT", "")

    assert chosen_port() == 8000


def test_full_disk_is_refused_before_anything_is_written(monkeypatch, tmp_path):
    usage = type(stack.shutil.disk_usage(tmp_path))(10**12, 10**12, 5 * 1024**2)
    monkeypatch.setattr(stack.shutil, "disk_usage", lambda _: usage)

    with pytest.raises(Refusal, match="只剩 5 MB"):
        stack.check_data_dir(tmp_path)


def test_data_folder_that_is_a_file_is_refused_in_words(tmp_path):
    file = tmp_path / "var"
    file.write_text("")

    with pytest.raises(Refusal, match="不能写入"):
        stack.check_data_dir(file)


def test_new_data_folder_can_be_passed_by_the_databases_account(tmp_path):
    folder = tmp_path / "a" / "var"

    stack.check_data_dir(folder)

    assert folder.stat().st_mode & 0o777 == 0o755
    assert list(folder.iterdir()) == []


def test_addresses_of_the_environment_are_used_and_nothing_is_started(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/gongjian")
    monkeypatch.delenv("OWNER_DATABASE_URL", raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://broker/0")

    assert stack.start(tmp_path / "var") == {
        "DATABASE_URL": "postgresql://app@db/gongjian",
        "OWNER_DATABASE_URL": "postgresql://app@db/gongjian",
        "REDIS_URL": "redis://broker/0",
    }
    assert not (tmp_path / "var").exists()


@pytest.fixture
def sleeper(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_process_counts_as_ours_only_in_its_folder(sleeper, tmp_path):
    assert processes.works_in(sleeper.pid, tmp_path)
    assert not processes.works_in(sleeper.pid, tmp_path.parent)

    assert processes.end(sleeper.pid, signal.SIGKILL, patience=5)
    assert not processes.works_in(sleeper.pid, tmp_path)


def test_leftovers_are_ended_but_not_who_inherited_their_number(sleeper, tmp_path):
    record_of(tmp_path).write_text(json.dumps([(sleeper.pid, "1")]))
    end_leftovers(tmp_path)
    assert processes.is_alive(sleeper.pid)

    record_of(tmp_path).write_text(json.dumps([(sleeper.pid, processes.started_at(sleeper.pid))]))
    end_leftovers(tmp_path)
    assert not processes.is_alive(sleeper.pid)
    assert not record_of(tmp_path).exists()
