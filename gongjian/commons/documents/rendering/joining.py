"""Printed parts bound into one file, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pikepdf


def join(parts: Sequence[bytes], *, finish: Callable[[pikepdf.Pdf], None] | None = None) -> bytes:
    """All pages in order, under the title and language of the first part.

    ``finish`` may still write on the pages before they are saved.
    """
    with pikepdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            with pikepdf.open(io.BytesIO(part)) as more:
                whole.pages.extend(more.pages)
        if finish is not None:
            finish(whole)
        buffer = io.BytesIO()
        streams = pikepdf.ObjectStreamMode.generate
        whole.save(buffer, deterministic_id=True, object_stream_mode=streams)
    return buffer.getvalue()
