"""What a template sees: plain values, frozen, fit to be kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    width: int  # percent of the text width


@dataclass(frozen=True, slots=True)
class Attachment:
    title: str
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class CircularContext:
    """A document with a red head: 通报, 决定, 通知."""

    organs: Sequence[str]
    title: str
    main_recipients: str
    body: str
    attachments: Sequence[Attachment] = ()
    signatures: Sequence[str] = ()
    #: Diameter of the place kept for the seal (用印位); 0 when none is used.
    seal_mm: int = 42
    remark: str = ""
    copy_recipients: str = ""
    printer: str = ""
    signer: str = ""
    copy_number: str = ""
    urgency: str = ""

    def as_values(self) -> dict[str, Any]:
        """Values kept with the draft; what issue adds is in ``printing_values``."""
        values = asdict(self)
        values["signatures"] = list(self.signatures or self.organs)
        return values

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def printing_values(
    context: Mapping[str, Any],
    *,
    number: str,
    signed_on: str,
    verification: Mapping[str, str] | None,
    is_draft: bool,
) -> dict[str, Any]:
    """Complete a draft's values with what only issue can know."""
    seal = int(context.get("seal_mm") or 0)
    return {
        **context,
        "seal_mm": str(seal) if seal else "",
        "half_seal_mm": f"{seal / 2:g}",
        "number": number,
        "signed_on": signed_on,
        "printed_on": signed_on,
        "verification": dict(verification) if verification else None,
        "is_draft": is_draft,
    }
