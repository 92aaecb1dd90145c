"""What the templates of official documents need beyond Django's own filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template

from gongjian.commons.documents.rendering import charts
from gongjian.commons.documents.rendering.masthead import Letterhead, Masthead
from gongjian.commons.documents.rendering.masthead import letterhead as fit_letterhead
from gongjian.commons.documents.rendering.masthead import masthead as fit_masthead
from gongjian.commons.documents.rendering.paragraphs import Minutes, Paragraph
from gongjian.commons.documents.rendering.paragraphs import minutes as split_minutes
from gongjian.commons.documents.rendering.paragraphs import paragraphs as split_paragraphs
from gongjian.commons.documents.rendering.qr import qr_drawing
from gongjian.commons.documents.rendering.title import title_lines as break_title

register = template.Library()


@register.filter
def title_lines(title: str, organs: Sequence[str] = ()) -> list[str]:
    return break_title(title, keep=organs)


@register.filter
def paragraphs(body: str) -> list[Paragraph]:
    return split_paragraphs(body)


@register.filter
def masthead(organs: Sequence[str]) -> Masthead:
    return fit_masthead(organs)


@register.filter
def minutes_head(organs: Sequence[str]) -> Masthead:
    return fit_masthead(organs[:1], "会议纪要")


@register.filter
def letterhead(organs: Sequence[str]) -> Letterhead:
    return fit_letterhead(organs)


@register.filter
def minutes(body: str) -> Minutes:
    return split_minutes(body)


#: What a narrow cell can hold before one row takes pages of its own.
LONGEST_CELL = 300


@register.filter
def cell(text: str) -> str:
    """A cell of a ledger; what is left out is said, and stands in the electronic one."""
    if len(text) <= LONGEST_CELL:
        return text
    return f"{text[:LONGEST_CELL]}……（全文{len(text)}字，见电子台账）"


@register.inclusion_tag("documents/charts/qr.svg")
def qr(url: str) -> dict[str, object]:
    return {"drawing": qr_drawing(url)}


@register.inclusion_tag("documents/charts/bars.svg")
def bar_chart(chart: Mapping[str, object]) -> dict[str, object]:
    return {"drawing": charts.bar_chart(*_read(chart), highest=_highest(chart))}


@register.inclusion_tag("documents/charts/lines.svg")
def line_chart(chart: Mapping[str, object]) -> dict[str, object]:
    return {"drawing": charts.line_chart(*_read(chart), highest=_highest(chart))}


@register.inclusion_tag("documents/charts/radar.svg")
def radar_chart(chart: Mapping[str, object]) -> dict[str, object]:
    return {"drawing": charts.radar_chart(*_read(chart), highest=_highest(chart))}


@register.inclusion_tag("documents/charts/bars.svg")
def row_chart(chart: Mapping[str, object]) -> dict[str, object]:
    return {"drawing": charts.row_chart(*_read(chart), highest=_highest(chart))}


@register.inclusion_tag("documents/charts/ring.svg")
def ring_chart(chart: Mapping[str, object]) -> dict[str, object]:
    title, labels, series = _read(chart)
    return {"drawing": charts.ring_chart(title, labels, series[0].values)}


def _read(chart: Mapping[str, object]) -> tuple[str, list[str], list[charts.Series]]:
    labels, series = chart["labels"], chart["series"]
    if not isinstance(labels, Sequence) or not isinstance(series, Sequence):
        raise TypeError("a chart needs labels and series")
    return (
        str(chart["title"]),
        [str(label) for label in labels],
        [
            charts.Series(
                str(one["label"]), [None if v is None else float(v) for v in one["values"]]
            )
            for one in series
        ],
    )


def _highest(chart: Mapping[str, object]) -> float:
    return float(str(chart.get("highest", 100)))
