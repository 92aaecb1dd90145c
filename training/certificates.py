"""Completion certificates as one PDF, a page each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gongjian.commons.documents.rendering import render_pdf


def certificate_batch(kind: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """One page a row. ``kind`` is the word printed large (结业证书).

    A row holds name, unit, text, number, issuer, issued_on, code and url.
    """
    values = {"kind": kind, "rows": [dict(row) for row in rows]}
    return render_pdf("training/certificates.html", values).content
