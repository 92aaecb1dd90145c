from __future__ import annotations

import importlib.util
import re
import stat

import pytest

from tools.places import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "target",
    ["run", "stop", "setup", "test", "check", "matrix", "lint", "bench", "lock", "clean", "help"],
)
def test_target_exists_and_is_never_mistaken_for_a_file(target):
    assert re.search(rf"^{target}: ", MAKEFILE, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE).group(1).split()
    assert target in phony


def test_every_tool_named_in_the_makefile_exists():
    named = set(re.findall(r"-m (tools\.\w+)", MAKEFILE))

    assert len(named) >= 7
    assert [name for name in named if importlib.util.find_spec(name) is None] == []


def test_continuous_check_types_what_a_developer_types():
    script = ROOT / ".ci" / "run"

    assert script.stat().st_mode & stat.S_IXUSR
    typed = [
        line
        for line in script.read_text(encoding="utf-8").splitlines()
        if line.startswith(("make ", "exec make "))
    ]
    assert typed == ["make test", "exec make matrix"]
