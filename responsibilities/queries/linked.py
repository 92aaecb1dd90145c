"""Values that the system holds already, for cells that name where (R1: asked once)."""

from __future__ import annotations

from decimal import Decimal

from responsibilities.models import Obligation, QuarterlyReturn


def linked_values(obligation: Obligation) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Values of the cells with a source, and the words for where they come from."""
    values: dict[str, Decimal] = {}
    words: dict[str, str] = {}
    for cell in obligation.form.layout():
        kind, _, rest = cell.source.partition(".")
        if kind == "unit":
            values[cell.code] = Decimal(getattr(obligation.unit, rest, 0) or 0)
            words[cell.code] = "单位台账"
        elif kind == "form":
            key, _, code = rest.partition(".")
            found = _latest(obligation, key, code)
            if found is not None:
                values[cell.code], words[cell.code] = found
    return values, words


def _latest(obligation: Obligation, key: str, code: str) -> tuple[Decimal, str] | None:
    rows = QuarterlyReturn.objects.filter(
        unit_id=obligation.unit_id,
        form__key=key,
        first_submitted_at__isnull=False,
        period__starts_on__lte=obligation.period.ends_on,
    ).select_related("form", "period")
    row = rows.order_by("-period__ends_on").first()
    if row is None:
        return None
    slot = next((cell.slot for cell in row.form.layout() if cell.code == code), None)
    value = None if slot is None else row.values[slot]
    return None if value is None else (value, f"{row.period}{row.form.title}")
