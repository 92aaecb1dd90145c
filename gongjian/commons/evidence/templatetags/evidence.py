"""``{% evidence record slot="" %}``: the panel of evidence on any page of any app."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.db.models import Model
from django.template.loader import get_template
from django.utils.safestring import SafeString

from gongjian.commons.evidence.models import EvidenceUse
from gongjian.commons.evidence.panel import panel_context
from gongjian.commons.evidence.queries import place_of, uses_by_slot

register = template.Library()


@register.simple_tag(takes_context=True)
def evidence(
    context: template.Context,
    record: Model,
    slot: str = "",
    *,
    compact: bool = False,
    by_slot: Mapping[str, list[EvidenceUse]] | None = None,
    hint: str = "",
    readonly: bool = False,
) -> SafeString:
    """Draw the panel: list, drop zone, citing. Nothing for who may not read it.

    ``by_slot`` (from ``evidence_by_slot``) spares a statement for each part of
    a page with many; ``compact`` folds the zone away, ``readonly`` leaves it out.
    """
    actor = context["request"].actor
    place = place_of(record, slot)
    if not place.may_read(actor):
        return SafeString("")
    uses = None if by_slot is None else by_slot.get(slot, [])
    values = panel_context(place, actor, compact=compact, uses=uses, readonly=readonly)
    if compact and not values["may_add"] and not values["pieces"]:
        return SafeString("")
    # The script is named once a page, by the first panel that may be written in.
    page = context["request"]
    values |= {"hint": hint, "is_first": not getattr(page, "has_evidence_script", False)}
    page.has_evidence_script = not values["is_first"] or values["may_add"]
    return SafeString(get_template("evidence/_widget.html").render(values))


@register.simple_tag
def evidence_by_slot(record: Model) -> dict[str, list[EvidenceUse]]:
    """All evidence of a record by its parts, in one statement."""
    return uses_by_slot(record)
