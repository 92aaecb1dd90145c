from __future__ import annotations

import pytest

from gongjian.commons.indicators.shelf import indicator_sources
from tests.factories.assessments import FakeSource


@pytest.fixture
def figures(monkeypatch) -> FakeSource:
    """The only source on the shelf while the test runs."""
    source = FakeSource()
    monkeypatch.setattr(indicator_sources, "_entries", {"fake": source.entry()})
    return source
