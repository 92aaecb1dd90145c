"""Entries, organizations and lists for tests, by the services."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from gongjian.foundation.kernel.dates import today
from ledger.enums import Form
from ledger.models import (
    Body,
    Coverage,
    Entry,
    EntryVersion,
    Founding,
    ImportRow,
    LedgerImport,
    LedgerSettings,
    Restructuring,
    Term,
    Visit,
)
from ledger.services.entries import save_entry, write_visit
from ledger.services.foundings import open_restructuring, save_rules
from ledger.services.imports import compare_list, keep_list
from ledger.services.organizations import build_own
from ledger.text import check_digit
from orgs.models import Unit

__all__ = [
    "Body",
    "Coverage",
    "Entry",
    "EntryVersion",
    "Founding",
    "ImportRow",
    "LedgerImport",
    "LedgerSettings",
    "Restructuring",
    "Term",
    "Visit",
    "open_restructuring",
    "save_rules",
    "write_visit",
]


def code_of(number: int, head: str = "91990001") -> str:
    """An invented code with a right check digit."""
    first = f"{head}{number:09d}"
    return first + check_digit(first)


def entry_of(cast, number: int = 1, *, actor=None, unit: Unit | None = None, since=None, **values):
    return save_entry(
        None,
        actor=actor or cast.township,
        unit=unit or cast.dongfeng,
        since=since,
        values={
            "name": f"青禾第{number}机械有限公司",
            "credit_code": code_of(number),
            "kind": "private",
            "industry": "C",
            "worker_count": 40,
            "member_count": 20,
            "party_member_count": 4,
            "party_instructor": "东风镇党建办吴建国",
            "union_instructor": "东风镇总工会王芳",
            **values,
        },
    )


def built(cast, entry: Entry, line: str = "union", *, actor=None, on: date | None = None, **values):
    """A body of the entry's own."""
    day = on or today()
    names = {"union": ("grassroots_union", "工会委员会"), "party": ("party_branch", "党支部")}
    kind, suffix = names[line]
    return build_own(
        entry,
        actor=actor or cast.township,
        line=line,
        values={
            "kind": kind,
            "name": f"{entry.name}{suffix}",
            "founded_on": day,
            **values,
        },
        term={"head": "何平", "due_on": day + timedelta(days=1095)},
        form=Form.OWN,
    )


def list_file(rows: list[list[object]], head: list[str] | None = None) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head or ["企业名称", "统一社会信用代码", "所属乡镇", "从业人数", "登记状态"])
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def kept(cast, rows: list[list[object]], *, actor=None, unit=None, head=None, **values):
    return keep_list(
        list_file(rows, head),
        actor=actor or cast.township,
        unit=unit or cast.dongfeng,
        file_name="名单.csv",
        values={"source": "market", "as_of": today(), "is_complete": False, **values},
    )


def compared(cast, rows: list[list[object]], *, actor=None, **values):
    upload = kept(cast, rows, actor=actor, **values)
    return compare_list(upload, actor=actor or cast.township, mapping=upload.mapping)
