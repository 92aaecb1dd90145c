"""``make matrix``: asks every cell and writes build/matrix.html, address by address."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from html import escape
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

_COLUMNS = {
    "test_a_page_is_there_for_those_who_hold_its_permission_alone": "无权限、未登录",
    "test_a_page_shows_its_own_tenant_alone_and_keeps_the_rules_of_all_pages": "本地区页面",
    "test_rows_of_another_tenant_do_not_exist": "外地区记录",
    "test_rows_of_another_branch_do_not_exist_either": "外分支记录",
    "without managers": "只靠数据库",
    "without row security": "只靠程序",
}
_WORDS = {"passed": "通过", "failed": "未通过", "skipped": "—"}
_STYLE = """
body{font:14px/1.6 system-ui,sans-serif;margin:2rem;color:#1d2129}
table{border-collapse:collapse}th,td{border:1px solid #d5d8de;padding:.2rem .6rem;text-align:left}
th{position:sticky;top:0;background:#f2f4f7}.failed{background:#fde2e0}.passed{color:#1a7f37}
"""


class Results:
    """Address → column → outcome, gathered while pytest runs."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, str]] = defaultdict(dict)
        self.others: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        name, _, turn = report.nodeid.rpartition("::")[2].partition("[")
        turn = turn.removesuffix("]")
        address, _, lock = (
            turn.rpartition("-") if name == "test_each_lock_holds_alone" else ("",) * 3
        )
        column = _COLUMNS.get(lock or name)
        if column is None:
            self.others[report.nodeid.rpartition("/")[2]] = report.outcome
        else:
            self.cells[address or turn][column] = report.outcome


def page(results: Results) -> str:
    from tests.matrix.routes import addresses  # after pytest has set up Django

    head = "".join(f"<th>{label}</th>" for label in _COLUMNS.values())
    rows = []
    for route in addresses().pages:
        reach = "，".join(f"{role}：{reach}" for role, reach in sorted(route.reach_of.items()))
        cells = results.cells.get(route.name, {})
        outcome = "".join(_cell(cells.get(label, "")) for label in _COLUMNS.values())
        methods = " ".join(route.methods).upper()
        rows.append(
            f"<tr><td>{escape(route.name)}</td><td>{methods}</td>"
            f"<td>{escape(route.permission)}</td><td>{escape(reach)}</td>{outcome}</tr>"
        )
    failed = [name for name, outcome in results.others.items() if outcome == "failed"]
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>隔离矩阵</title>'
        f"<style>{_STYLE}</style><h1>隔离矩阵</h1>"
        f"<p>{timezone.localtime():%Y-%m-%d %H:%M}，{len(rows)} 个网址；"
        f"数据表、突变和旁路检查 {len(results.others)} 项，未通过 {len(failed)} 项。</p>"
        f"<ul>{''.join(f'<li>{escape(name)}</li>' for name in failed)}</ul>"
        f"<table><tr><th>网址</th><th>方法</th><th>权限</th><th>角色与范围</th>{head}</tr>"
        f"{''.join(rows)}</table></html>"
    )


def _cell(outcome: str) -> str:
    return f'<td class="{outcome}">{_WORDS.get(outcome, "—")}</td>'


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "gongjian.settings.testing"
    os.environ["MATRIX"] = "1"
    results = Results()
    code = pytest.main(["tests/matrix", "-q", "-p", "no:cacheprovider", *sys.argv[1:]], [results])
    file = Path(settings.BASE_DIR) / "build" / "matrix.html"
    file.parent.mkdir(exist_ok=True)
    file.write_text(page(results), encoding="utf-8")
    sys.stdout.write(f"{file}\n")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
