"""A page asks the database at most twelve times; who needs more is named."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
CEILING = 12
#: A literal count of a test: in the assertion itself, or in a table by the name of the URL.
_COUNT = re.compile(r'num_queries\((\d+)\)|^\s+\(?"[a-z_]+:[a-z_]+"[:,] (\d+)[,)]', re.MULTILINE)

#: File → the largest count in it. Lower it when a page gets cheaper.
MORE: dict[str, int] = {
    "assessments/test_services.py": 40,
    "commons/documents/test_pages.py": 30,
}


def test_no_page_asks_more_often_than_the_ceiling() -> None:
    found = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        counts = [int(a or b) for a, b in _COUNT.findall(file.read_text(encoding="utf-8"))]
        if counts and max(counts) > CEILING:
            found[str(file.relative_to(TESTS))] = max(counts)
    assert found == MORE
