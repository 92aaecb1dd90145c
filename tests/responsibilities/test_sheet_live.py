"""Sums, formulas and findings while typing: the server and the browser are held to one table."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from gongjian.foundation.kernel.numbers import read_number, show
from responsibilities.cells import fill_totals
from responsibilities.checks import Check, Figures, Rules, findings
from responsibilities.expressions import parse, parse_figure
from responsibilities.live import LIVE, compiled
from tests.factories.designer import cell

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
TABLE = json.loads(Path(__file__).with_name("live_cases.json").read_text("utf-8"))


def figure(text: str | None) -> Decimal | None:
    return None if text is None else read_number(text)


def made(case):
    """Cells, checks and figures of a case, as the server has them."""
    codes = frozenset(row["code"] for row in case["cells"])
    cells = []
    for slot, row in enumerate(case["cells"]):
        values = {"blank": "optional", **row}
        if formula := row.get("formula"):
            values["tree"] = parse_figure(formula, codes)
        for name in ("total_of", "not_for"):
            values[name] = tuple(row.get(name, ()))
        cells.append(cell(slot=slot, **values))
    checks = [
        Check.read(
            {
                "key": f"k{place}",
                "label": "自定检查",
                "severity": "hard",
                "tree": parse(row["text"], codes),
                **row,
            }
        )
        for place, row in enumerate(case.get("checks", ()), 1)
    ]
    values = [figure(case["typed"].get(one.code)) for one in cells]
    fill_totals(cells, values)

    def rows(name):
        return [[figure(row.get(one.code)) for one in cells] for row in case.get(name, ())]

    before = case.get("earlier", {})
    ytd = {
        one.code: (values[one.slot] or 0) + figure(before[one.code])
        if one.code in before
        else values[one.slot]
        for one in cells
    }
    return (
        cells,
        checks,
        Figures(
            values,
            level="grassroots",
            category="village",
            history=rows("history"),
            peers=rows("peers"),
            ytd=ytd,
            targets={code: figure(text) for code, text in case.get("targets", {}).items()},
            others={code: figure(text) for code, text in case.get("others", {}).items()},
        ),
    )


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["name"])
def test_the_server_finds_what_the_table_says(case):
    cells, checks, figures = made(case)
    found = findings(cells, checks, Rules(outlier=False), figures)

    computed = {one.code: show(figures.values[one.slot]) for one in cells if one.is_total}
    assert computed == case.get("computed", {})
    granted = {tuple(pair) for pair in case.get("granted", ())}
    live = [
        replace(one, severity="soft") if (one.rule_key, one.code) in granted else one
        for one in found
        if one.rule_key.startswith(LIVE)
    ]
    assert [[one.code, one.is_hard, one.rule_key] for one in live] == case["found"]


@pytest.mark.skipif(
    not shutil.which("node") or not (FRONTEND / "node_modules").is_dir(),
    reason="needs node and its packages",
)
def test_the_browser_finds_what_the_table_says(tmp_path: Path) -> None:
    bundle, table = tmp_path / "reckoning.mjs", tmp_path / "cases.json"
    build = ["node", "node_modules/esbuild/bin/esbuild", "src/reckoning.ts", "--bundle"]
    subprocess.run(
        [*build, "--format=esm", f"--outfile={bundle}"],
        cwd=FRONTEND,
        check=True,
        capture_output=True,
    )
    rows = []
    for case in TABLE:
        granted = {tuple(pair): "确属特殊" for pair in case.get("granted", ())}
        cells, checks, figures = made(case)
        texts = {
            one.rule_key + one.code: one.text for one in findings(cells, checks, Rules(), figures)
        }
        rows.append({**case, "form": compiled(cells, checks, figures, granted), "texts": texts})
    table.write_text(json.dumps(rows), encoding="utf-8")
    script = (
        f'import {{ reckon, written }} from "{bundle.as_uri()}";'
        'import { readFileSync } from "node:fs";'
        f'const cases = JSON.parse(readFileSync({json.dumps(str(table))}, "utf8"));'
        "const answers = cases.map((c) => { const { values, found } = reckon(c.form, c.typed);"
        " const own = c.form.cells.filter((x) => x.totalOf.length || x.formula);"
        " return { computed: Object.fromEntries(own.map((x) => [x.code, written(values[x.code])])),"
        " found: found.map((f) => [f.code, f.isHard, f.rule]).sort(),"
        " strange: found.filter((f) => c.texts[f.rule + f.code] !== f.text).map((f) => f.text) };"
        "}); console.log(JSON.stringify(answers));"
    )

    answer = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        cwd=FRONTEND,
        check=True,
        capture_output=True,
        text=True,
    )

    for case, found in zip(TABLE, json.loads(answer.stdout), strict=True):
        wanted = {"computed": case.get("computed", {}), "found": sorted(case["found"])}
        # The words beside the cell are the same too.
        assert found == {**wanted, "strange": []}, case["name"]
