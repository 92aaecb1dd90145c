"""What the papers on security claim is shown by a test or a text that exists."""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import cache

import pytest

from tests.operations.compose import ROOT

DOCS = ROOT / "docs"
VERDICTS = {"met", "partly", "not met", "not applicable"}
#: Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0.
CHAPTERS = {
    1: (8, 19), 2: (4, 7), 3: (8, 11), 4: (2, 8), 5: (4, 5), 6: (13, 22), 7: (6, 12), 8: (4, 3),
    9: (4, 3), 10: (5, 24), 11: (3, 11), 12: (3, 6), 13: (1, 12), 14: (2, 7), 15: (3, 10),
    16: (0, 16), 17: (0, 7),
}  # fmt: skip


def rows() -> list[dict[str, str]]:
    with (DOCS / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def names_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE))


@cache
def headings_of(path: str) -> frozenset[str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return frozenset(
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    )


def exists(shown: str) -> bool:
    if "::" in shown:
        path, name = shown.split("::")
        return name in names_in(path)
    path, _, heading = shown.partition("#")
    return (ROOT / path).is_file() and (not heading or heading in headings_of(path))


def test_every_requirement_of_levels_1_and_2_has_one_verdict():
    found = rows()
    assert len({row["requirement"] for row in found}) == len(found)
    counted = Counter((int(row["requirement"].split(".")[0]), row["level"]) for row in found)
    for chapter, (first, second) in CHAPTERS.items():
        assert (counted[chapter, "1"], counted[chapter, "2"]) == (first, second), chapter
    assert {row["verdict"] for row in found} <= VERDICTS


def test_what_is_met_is_shown_and_what_is_not_is_explained():
    for row in rows():
        if row["verdict"] == "met":
            assert row["shown_by"], row
        else:
            assert row["note"] or row["shown_by"], row


@pytest.mark.parametrize(
    ("shown", "there"),
    [
        ("tests/foundation/test_outbox.py::test_sent_messages_are_forgotten_and_waiting_ones_never",
         True),
        ("tests/foundation/test_outbox.py::test_nothing_of_the_kind", False),
        ("tests/nowhere/test_nothing.py::test_nothing", False),
        ("docs/security.md#keys", True),
        ("docs/security.md#nothing", False),
    ],
)  # fmt: skip
def test_a_name_that_leads_nowhere_is_seen(shown, there):
    assert exists(shown) is there


def test_everything_named_in_the_table_exists():
    named = [shown for row in rows() for shown in row["shown_by"].split()]
    assert len(named) > 120
    assert [shown for shown in named if not exists(shown)] == []


def test_everything_named_in_the_chinese_mapping_exists():
    text = (DOCS / "dengbao.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|docs)/[^`]+)`", text)
    assert len(named) > 12
    assert [shown for shown in named if not exists(shown)] == []
    for line in re.findall(r"^\| [^|]+\|[^|]+\| (符合|部分符合) \|.*$", text, re.MULTILINE):
        assert line
    for line in text.splitlines():
        if "| 符合 |" in line:
            assert "`" in line, line


@pytest.mark.parametrize("name", ["docs/security.md", "docs/dengbao.md", "SECURITY.md"])
def test_links_between_the_papers_lead_somewhere(name):
    file = ROOT / name
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8")):
        assert (file.parent / link).exists(), link
