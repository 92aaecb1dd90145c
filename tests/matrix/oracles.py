"""What every answer must keep, whoever asks: no foreign mark, no cache, no loose script."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pypdfium2

from tests.matrix.actors import Answer
from tests.matrix.marks import MARK

#: One answer may cost this many statements, the frame of the page included.
CEILING = 60


def text_of(answer: Answer) -> str:
    """All that can be read in an answer: workbooks and PDF opened, JSON escapes undone."""
    kind = answer.headers.get("Content-Type", "")
    if answer.body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.body)) as parts:
            return "\n".join(
                parts.read(name).decode("utf-8", "replace") for name in parts.namelist()
            )
    if answer.body[:5] == b"%PDF-":
        pages = pypdfium2.PdfDocument(answer.body)
        return "\n".join(page.get_textpage().get_text_bounded() for page in pages)
    text = answer.body.decode("utf-8", "replace")
    if "json" in kind:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return "\n".join([text, *(f"{name}: {value}" for name, value in answer.headers.items())])


def marks_in(answer: Answer) -> set[tuple[str, int]]:
    """Homes of the rows that the answer shows: letter of the tenant and number of the place."""
    return {(letter, int(number)) for letter, number in MARK.findall(text_of(answer))}


def broken_headers(answer: Answer, *, signed_in: bool) -> list[str]:
    headers = answer.headers
    wrong = []
    if headers.get("X-Content-Type-Options") != "nosniff":
        wrong.append("no nosniff")
    if headers.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        wrong.append("may be framed")
    if headers.get("Content-Type", "").startswith("text/html"):
        policy = headers.get("Content-Security-Policy", "")
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
        # Attributes of style (widths of bars) are free, sheets and scripts are not.
        wrong += [
            f"loose policy for {name}"
            for name in ("default-src", "script-src", "style-src", "frame-ancestors")
            if directives.get(name, "*") not in {"'self'", "'none'"}
        ]
    if signed_in and not {"private", "no-store"} <= set(
        re.split(r",\s*", headers.get("Cache-Control", ""))
    ):
        wrong.append("may be kept by a cache")
    return wrong


_VARYING = re.compile(
    rb'(name="csrfmiddlewaretoken" value="|name="csrf-token" content="'
    rb'|X-CSRFToken(?:"|&quot;): ?(?:"|&quot;)|nonce="'
    rb'|name="once_key" value=")[^"&]+'
)


def likeness(answer: Answer, *numbers: Any) -> tuple[int, bytes]:
    """Status and bytes without what differs from one request to the next anyway."""
    body = _VARYING.sub(rb"\1", answer.body)
    for number in numbers:
        body = body.replace(str(number).encode(), b"#")
    return answer.status, body
