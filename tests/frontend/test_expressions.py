"""The browser evaluates the compiled checks exactly as the server does."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from responsibilities.checks import surroundings_of
from responsibilities.expressions import parse

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
CASES = ROOT / "tests/responsibilities/expression_cases.json"


def compiled() -> list[dict[str, object]]:
    """The shared table as the browser gets it: trees and plain numbers."""
    rows = []
    for case in json.loads(CASES.read_text("utf-8")):
        around = surroundings_of(case["values"])
        names = ("cell", "last", "ytd", "target", "median_peers", "other")
        rows.append(
            {
                **case,
                "tree": parse(case["text"]),
                "around": {
                    name: {
                        code: None if value is None else float(value)
                        for code, value in getattr(around, name).items()
                    }
                    for name in names
                },
            }
        )
    return rows


@pytest.mark.skipif(
    not shutil.which("node") or not (FRONTEND / "node_modules").is_dir(),
    reason="needs node and its packages",
)
def test_compiled_checks_say_the_same_in_the_browser(tmp_path: Path) -> None:
    bundle, table = tmp_path / "expressions.mjs", tmp_path / "cases.json"
    table.write_text(json.dumps(compiled()), encoding="utf-8")
    subprocess.run(
        ["node", "node_modules/esbuild/bin/esbuild", "src/expressions.ts", f"--outfile={bundle}"],
        cwd=FRONTEND,
        check=True,
        capture_output=True,
    )
    script = (
        f'import {{ evaluate }} from "{bundle.as_uri()}";'
        'import { readFileSync } from "node:fs";'
        f'const cases = JSON.parse(readFileSync({json.dumps(str(table))}, "utf8"));'
        "const wrong = cases"
        ".map((c) => [c.text, c.holds, evaluate(c.tree, c.around, c.blankIsZero ?? false)])"
        ".filter(([, holds, found]) => holds !== found);"
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
