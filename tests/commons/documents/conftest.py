from __future__ import annotations

import pytest

from gongjian.commons.documents import printing
from gongjian.commons.documents.rendering import RenderedFile


@pytest.fixture
def prints(monkeypatch):
    """Printing replaced by its shape, with the contexts it was called with."""
    calls = []

    def print_once(template_name, context, *, fonts=(), archive=False):
        calls.append(context)
        return RenderedFile(b"%PDF-" + str(len(calls)).encode(), 2, "0" * 64)

    monkeypatch.setattr(printing, "render_pdf", print_once)
    return calls
