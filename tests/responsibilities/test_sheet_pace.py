"""Year to date and completion: the server and the browser are held to one table."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gongjian.foundation.kernel.numbers import read_number, show
from responsibilities.pace import pace_of

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
CASES = Path(__file__).with_name("pace_cases.json")
TABLE = json.loads(CASES.read_text("utf-8"))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case['style']}-{case['value']}")
def test_the_server_reckons_as_the_table_says(case):
    found = pace_of(
        read_number(case["value"]),
        style=case["style"],
        done=read_number(case["done"]),
        target=read_number(case["target"]),
        quarter=case["quarter"],
    )

    reached = None if found.year_to_date is None else show(found.year_to_date)
    rates = [None if rate is None else str(rate) for rate in (found.rate, found.paced)]
    assert [reached, *rates] == [case["year_to_date"], case["rate"], case["paced"]]


@pytest.mark.skipif(
    not shutil.which("node") or not (FRONTEND / "node_modules").is_dir(),
    reason="needs node and its packages",
)
def test_the_browser_reckons_as_the_table_says(tmp_path: Path) -> None:
    bundle = tmp_path / "pace.mjs"
    build = ["node", "node_modules/esbuild/bin/esbuild", "src/pace.ts", "--bundle", "--format=esm"]
    subprocess.run([*build, f"--outfile={bundle}"], cwd=FRONTEND, check=True, capture_output=True)
    script = (
        f'import {{ paceOf }} from "{bundle.as_uri()}";'
        'import { readFileSync } from "node:fs";'
        f'const cases = JSON.parse(readFileSync({json.dumps(str(CASES))}, "utf8"));'
        "const wrong = cases.map((c) => [c, paceOf(c.value, c)]).filter(([c, f]) =>"
        " c.year_to_date !== f.yearToDate || c.rate !== f.rate || c.paced !== f.paced);"
        "console.log(JSON.stringify(wrong));"
    )

    answer = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        cwd=FRONTEND,
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(answer.stdout) == []
