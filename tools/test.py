"""`make test` and `make check`: every rule the house keeps, then the tests.

`make check` runs the tests of what was changed and those of the house itself; `make matrix`
asks every address as every kind of actor, on the same servers; `make faults` breaks a whole
program piece by piece while people work in it.

pytest comes last, so that its summary is the last line one reads.
"""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import bootstrap, browser, environment, fonts, frontend, stack, touched
from tools.console import Refusal, run_as_program, say, warn
from tools.locks import Held, only_one
from tools.places import ROOT, data_dir

# It has no module to run, and its script stops working when the clone is moved.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"


def packages() -> list[str]:
    """Return the packages of the house, as the import contracts name them."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    named = contracts["importlinter"]["root_packages"].split()
    return [name for name in named if (ROOT / name).is_dir()]


def rules() -> list[tuple[str, list[str]]]:
    """Name the checks that need no test: each is a command that must succeed."""
    python = sys.executable
    return [
        ("mypy", [python, "-m", "mypy", *packages()]),
        ("ruff check", [python, "-m", "ruff", "check", "."]),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        ("lint-imports", [python, "-c", LINT_IMPORTS, "--no-logo"]),
        ("djlint", [python, "-m", "djlint", "--quiet", "--lint", "templates"]),
        ("manage.py check", [python, "manage.py", "check"]),
        ("makemigrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ]


def keeps(rule: tuple[str, list[str]], variables: Mapping[str, str]) -> bool:
    """Run one check; say how long it took, and all it said only when it failed."""
    name, command = rule
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    took = f"{time.monotonic() - begun:.1f} s"
    if done.returncode == 0:
        say(f"{name} 通过", took)
        return True
    print(f"\n✗ {name}\n{done.stdout.rstrip()}\n", flush=True)
    return False


def test_dir() -> Path:
    return data_dir() / "test"


def variables_of_tests() -> dict[str, str]:
    """Return what pytest needs, servers started; also for a bare `pytest` from its conftest."""
    result = environment.variables(test_dir(), fonts_from=data_dir())
    result["DJANGO_SETTINGS_MODULE"] = "gongjian.settings.testing"
    # pytest is told its data folder by the settings of the tests; ours stays where it is.
    result["DATA_DIR"] = str(data_dir())
    result |= stack.start(test_dir(), durable=False)
    if found := browser.find():
        result["CHROMIUM"] = str(found)
    return result


def run_pytest(variables: Mapping[str, str], *, quick: bool) -> int:
    command = [sys.executable, "-m", "pytest", "-n", "2"]
    if quick:
        folders = touched.folders_for(touched.changed_files())
        say("快速检查的范围", " ".join(folder.removeprefix("tests/") for folder in folders))
        command += ["-m", "not journey and not slow", *folders]
    more = os.environ.get("ARGS", "").split()
    return subprocess.run(
        [*command, *more], cwd=ROOT, env={**os.environ, **variables}, check=False
    ).returncode


def ask_matrix(variables: Mapping[str, str]) -> int:
    """Ask every address as every kind of actor; the table is written to build/matrix.html."""
    command = [sys.executable, "-m", "tests.matrix.report", "-n", "2"]
    more = os.environ.get("ARGS", "").split()
    return subprocess.run(
        [*command, *more], cwd=ROOT, env={**os.environ, **variables}, check=False
    ).returncode


def break_everything(variables: Mapping[str, str]) -> int:
    """Break a running program piece by piece; one process, since the times are measured."""
    command = [sys.executable, "-m", "pytest", "tests/faults", "-q", "-s", "-p", "no:cacheprovider"]
    more = os.environ.get("ARGS", "").split()
    return subprocess.run(
        [*command, *more], cwd=ROOT, env={**os.environ, **variables, "FAULTS": "1"}, check=False
    ).returncode


def check_all(*, quick: bool, only_rules: bool) -> int:
    variables = variables_of_tests()
    if "CHROMIUM" not in variables and not (quick or only_rules):
        warn(
            "没有找到浏览器，浏览器测试会失败。请安装 chromium，或设置 CHROMIUM=/路径。",
            "No browser found for the journeys; install chromium or set CHROMIUM=.",
        )
    jobs = rules()
    if not only_rules:
        # On the core beside mypy's; else each worker of pytest would migrate by itself.
        jobs.insert(1, ("test database", [sys.executable, "-m", "tests.ready_database"]))
    with ThreadPoolExecutor(max_workers=2) as pool:
        kept = list(pool.map(lambda rule: keeps(rule, variables), jobs))
    failed = [name for (name, _), fine in zip(jobs, kept, strict=True) if not fine]
    if failed:
        warn(f"未通过：{'、'.join(failed)}", "These checks failed; the output is above.")
    code = 0 if only_rules else run_pytest(variables, quick=quick)
    return 1 if failed else code


def main() -> int:
    bootstrap.enter("dev", "tools.test")
    quick, only_rules = "--quick" in sys.argv, "--rules" in sys.argv
    stack.check_data_dir(test_dir())
    try:
        with only_one(test_dir() / "run.lock", patience=0):
            fonts.ensure(data_dir())
            frontend.ensure()
            was_running = stack.is_running(test_dir())
            try:
                if "--matrix" in sys.argv:
                    return ask_matrix(variables_of_tests())
                if "--faults" in sys.argv:
                    return break_everything(variables_of_tests())
                return check_all(quick=quick, only_rules=only_rules)
            finally:
                if not was_running:
                    stack.stop(test_dir())
    except Held as held:
        raise Refusal(
            f"另一个测试正在运行（进程 {held.pid}）。请等它结束，或用 DATA_DIR= 另选目录。",
            f"Process {held.pid} is testing on the same data folder.",
        ) from held


if __name__ == "__main__":
    run_as_program(main)
