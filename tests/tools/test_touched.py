"""A change asks for the tests of what it touches, and always for the rules of the house."""

from __future__ import annotations

import pytest

from tools.touched import ALWAYS, changed_files, folders_for


@pytest.mark.parametrize(
    ("file", "folder"),
    [
        ("meetings/services/records.py", "tests/meetings"),
        ("gongjian/commons/points/models.py", "tests/commons/points"),
        ("gongjian/foundation/web/pages.py", "tests/foundation"),
        ("templates/training/class_detail.html", "tests/training"),
        ("templates/points/ledger.html", "tests/commons/points"),
        ("tests/orgs/test_pages.py", "tests/orgs"),
        ("tests/commons/rolls/test_services.py", "tests/commons/rolls"),
        ("tools/run.py", "tests/tools"),
    ],
)
def test_a_file_asks_for_its_own_tests(file, folder):
    assert folders_for([file]) == [*ALWAYS, *([] if folder in ALWAYS else [folder])]


@pytest.mark.parametrize("file", ["README.md", "docs/features.md", "tests/journeys/test_board.py"])
def test_texts_and_journeys_ask_for_nothing_more(file):
    assert folders_for([file]) == [*ALWAYS]


def test_changes_are_files_of_the_checkout():
    assert all("\n" not in file for file in changed_files())
