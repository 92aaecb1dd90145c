"""Tags and filters of the design system; loaded into every template.

The only place that may call markup safe. Shapes: ``icon``, ``card``, ``ring``,
``spark``, ``rate``, ``delta``, ``chip``, ``medal``. Figures: ``num``, ``plain``,
``percent``, ``tone``. Rest: ``query``, ``changes``, ``get``, ``alert_look``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import template
from django.http import QueryDict
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from gongjian.foundation.kernel.masking import masked

register = template.Library()

MISSING = "—"

#: Lowest rate of each tone; below the last it is "low".
TONES = ((Decimal(100), "over"), (Decimal(75), "good"), (Decimal(50), "mid"))

#: State of any record → colour of its chip. States not listed are neutral.
STATE_LOOKS: Mapping[str, str] = {
    **dict.fromkeys(["draft", "planned", "voided", "closed", "archived", "superseded"], "neutral"),
    **dict.fromkeys(["filling", "submitted", "proposed", "assigned", "running", "queued"], "info"),
    **dict.fromkeys(["issued", "published", "publicized", "noticed", "first_reviewed"], "gold"),
    **dict.fromkeys(["sent_back", "returned", "due", "warning", "waiting", "amended"], "warn"),
    **dict.fromkeys(["overdue", "late", "missing", "failed", "rejected", "vetoed"], "bad"),
    **dict.fromkeys(
        ["acknowledged", "verified", "accepted", "rechecked", "cleared", "done", "rendered"], "ok"
    ),
    **dict.fromkeys(["completed", "consolidated", "approved", "confirmed", "on_track"], "ok"),
}


def decimal_of(value: Any) -> Decimal | None:
    """Read a figure; None for empty and for what is no figure."""
    if value is None or value == "":
        return None
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        return None
    return figure if figure.is_finite() else None


# --- shapes ---------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """Draw a Tabler icon of the sprite; with a label it speaks, else it is ornament."""
    if not name:
        return mark_safe("")
    spoken = (
        format_html(' role="img" aria-label="{}"', label)
        if label
        else mark_safe(' aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon {}"{} focusable="false"><use href="{}#{}"></use></svg>',
        css,
        spoken,
        static("icons.svg"),
        name,
    )


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    icon: str = "",
    note: str = "",
    css: str = "",
    id: str = "",  # noqa: A002 -- the HTML attribute's own name
    foot: str = "",
) -> SafeString:
    """Wrap a block in a card with a heading."""
    context = {
        "content": content,
        "title": title,
        "icon_name": icon,
        "note": note,
        "css": css,
        "id": id,
        "foot": foot,
    }
    return SafeString(get_template("web/_card.html").render(context))


@register.simple_tag
def ring(value: Any, label: str = "", total: Any = None) -> SafeString:
    """Draw a ring of percent, or of ``value`` out of ``total`` pieces."""
    figure = decimal_of(value)
    whole = decimal_of(total)
    share = figure or Decimal(0)
    if whole is not None:
        share = share / whole * 100 if whole else Decimal(0)
    unit = "" if whole is not None else "%"
    shown = MISSING if figure is None else num(figure)
    caption = f"/ {num(whole)} {label}".strip() if whole is not None else label
    return format_html(
        '<svg class="ring" viewBox="0 0 120 120" role="img" aria-label="{} {}{}">'
        '<circle cx="60" cy="60" r="52" class="ring-track"/>'
        '<circle cx="60" cy="60" r="52" class="ring-arc" pathLength="100"'
        ' stroke-dasharray="{} 100"/>'
        '<text x="60" y="62" class="ring-value">{}<tspan class="ring-unit">{}</tspan></text>'
        '<text x="60" y="83" class="ring-label">{}</text></svg>',
        caption,
        shown,
        unit,
        f"{max(Decimal(0), min(share, Decimal(100))):.1f}",
        shown,
        unit if figure is not None else "",
        caption,
    )


@register.simple_tag
def spark(values: Iterable[Any], width: int = 120, height: int = 36) -> SafeString:
    """Draw a small line of figures; one figure or none draws nothing."""
    figures = [float(figure) for value in values if (figure := decimal_of(value)) is not None]
    if len(figures) < 2:
        return mark_safe("")
    low, high = min(figures), max(figures)
    spread = (high - low) or 1.0
    step = (width - 8) / (len(figures) - 1)
    points = [
        (4 + place * step, 4 + (height - 8) * (1 - (figure - low) / spread))
        for place, figure in enumerate(figures)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    last_x, last_y = points[-1]
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">'
        '<polygon points="4,{} {} {},{}"/><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="3"/></svg>',
        width,
        height,
        width,
        height,
        height,
        line,
        f"{last_x:.1f}",
        height,
        line,
        f"{last_x:.1f}",
        f"{last_y:.1f}",
    )


@register.simple_tag
def rate(value: Any, places: int = 1) -> SafeString:
    """Draw a bar with its percentage beside; the colour never stands alone."""
    figure = decimal_of(value)
    return format_html(
        '<span class="rate tone-{}"><span class="bar"><i style="width:{}%"></i></span>'
        '<b class="digits">{}</b></span>',
        tone(value),
        f"{max(Decimal(0), min(figure or Decimal(0), Decimal(100))):.1f}",
        percent(value, places),
    )


@register.simple_tag
def delta(value: Any, *, good: str = "up", places: int = 1) -> SafeString:
    """Show a change with its arrow; ``good="down"`` where less is better."""
    figure = decimal_of(value)
    if figure is None:
        return format_html('<span class="delta is-same">{}</span>', MISSING)
    if not figure:
        return format_html('<span class="delta is-same">{} 持平</span>', icon("minus"))
    rising = figure > 0
    better = rising == (good == "up")
    arrow = (
        icon("arrow-up-right", label="上升") if rising else icon("arrow-down-right", label="下降")
    )
    return format_html(
        '<span class="delta {}">{}{}</span>',
        "is-better" if better else "is-worse",
        arrow,
        num(abs(figure), places),
    )


@register.simple_tag
def chip(label: str, state: str = "", icon_name: str = "") -> SafeString:
    """Show a state as a coloured word; ``state`` is a state or a colour's name."""
    look = state if state in {"ok", "info", "warn", "bad", "gold", "neutral"} else ""
    return format_html(
        '<span class="chip is-{}">{}{}</span>',
        look or STATE_LOOKS.get(state, "neutral"),
        icon(icon_name),
        label,
    )


@register.simple_tag
def medal(place: int | None) -> SafeString:
    """Show a rank; the first three wear a medal."""
    if place is None:
        return format_html('<span class="rank">{}</span>', MISSING)
    names = {1: "first", 2: "second", 3: "third"}
    css = f"medal is-{names[place]}" if place in names else "rank"
    return format_html('<span class="{}">{}</span>', css, place)


# --- figures --------------------------------------------------------------------------


register.filter("masked", masked)


@register.filter
def num(value: Any, places: int = 2) -> str:
    """Show a figure for reading: 12,345.6; a dash where there is none."""
    figure = decimal_of(value)
    if figure is None:
        return MISSING
    rounded = figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def plain(value: Any) -> str:
    """Show a figure as it stands in an input: no grouping, no idle zeros."""
    figure = decimal_of(value)
    if figure is None:
        return ""
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """Show a percentage with its sign."""
    figure = decimal_of(value)
    if figure is None:
        return MISSING
    return f"{figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}%"


@register.filter
def tone(value: Any) -> str:
    """Name the colour of a completion rate."""
    figure = decimal_of(value)
    if figure is None:
        return "none"
    return next((name for lowest, name in TONES if figure >= lowest), "low")


@register.filter
def share(value: Any, total: Any) -> Decimal | None:
    """Percentage of a part in its whole; None where the whole is nothing."""
    part, whole = decimal_of(value), decimal_of(total)
    if part is None or not whole:
        return None
    return part / whole * 100


# --- rest -----------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Rewrite the address's query string; None takes a key away."""
    request = context.get("request")
    current = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        if value is None:
            current.pop(key, None)
        else:
            current[key] = value
    return f"?{current.urlencode()}"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a record before and after an act."""

    field: str
    before: Any
    after: Any


@register.filter
def changes(entry: Any) -> list[Change]:
    """Fields that an entry of the trail changed."""
    before, after = getattr(entry, "before", None), getattr(entry, "after", None)
    before = before if isinstance(before, dict) else {}
    after = after if isinstance(after, dict) else {}
    return [
        Change(key, before.get(key), after.get(key))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look a key up whose name stands in a variable."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class AlertLook:
    """Colour and icon of a message."""

    css: str
    icon: str


ALERTS: Mapping[str, AlertLook] = {
    "success": AlertLook("ok", icon="circle-check"),
    "warning": AlertLook("warn", icon="alert-triangle"),
    "error": AlertLook("bad", icon="alert-circle"),
    "info": AlertLook("info", icon="info-circle"),
}


@register.filter
def alert_look(level: str) -> AlertLook:
    """Colour and icon for a level of django.contrib.messages."""
    return ALERTS.get(level, ALERTS["info"])
