"""`make stop`: end what runs on the data folder, whoever started it."""

from __future__ import annotations

from tools import stack
from tools.console import run_as_program
from tools.locks import holder
from tools.places import data_dir
from tools.supervisor import end_leftovers, stop_running


def main() -> int:
    lock = data_dir() / "run.lock"
    stop_running(lock, holder(lock))
    end_leftovers(data_dir())
    return stack.main()


if __name__ == "__main__":
    run_as_program(main)
