"""What the seminars print: proceedings, programme, and the summary of the judging."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import xlsxwriter
from django.utils import timezone

from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.foundation.kernel.dates import SHANGHAI, long_date, today
from gongjian.foundation.web.rich_text import clean
from seminars.authority import MANAGE_CALL, VIEW_SEMINAR
from seminars.models import Award, Call, Seminar
from seminars.queries import results_of, standings

_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def proceedings_values(call: Call) -> dict[str, Any]:
    """Prize papers, best first, each with its authors as they signed."""
    awards = (
        Award.objects.filter(call=call, tier__isnull=False)
        .select_related("paper__unit", "tier")
        .prefetch_related("paper__authors__unit")
        .order_by("tier__position", "rank", "pk")
    )
    papers = []
    for number, award in enumerate(awards, start=1):
        paper = award.paper
        names: dict[str, list[str]] = {}
        for author in paper.authors.all():
            names.setdefault(author.unit.name, []).append(author.name)
        papers.append(
            {
                "anchor": f"paper-{number}",
                "title": paper.title,
                "prize": str(award.tier),
                "authors": "；".join(
                    f"{unit}　{'、'.join(people)}" for unit, people in names.items()
                ),
                "abstract": paper.abstract,
                # Cleaned once more: what is printed never relies on what was stored.
                "body": clean(paper.body),
            }
        )
    return {
        "title": str(call),
        "year": call.year,
        "papers": papers,
        "printed_on": long_date(today()),
    }


def produce_proceedings(parameters: Mapping[str, Any]) -> Production:
    call = Call.objects.get(pk=parameters["call"])
    yield Progress(10, "正在汇集论文")
    values = proceedings_values(call)
    yield Progress(30, f"共{len(values['papers'])}篇，正在排版")
    printed = render_pdf("documents/proceedings.html", values)
    return ProducedFile(f"{call}论文集.pdf", _PDF, printed.content)


def programme_values(seminar: Seminar) -> dict[str, Any]:
    """The programme with its times: every item begins when the one before it ends."""
    at = timezone.localtime(seminar.starts_at, SHANGHAI)
    items = []
    for item in seminar.items.all():
        items.append({"at": f"{at:%H:%M}", "title": item.title, "speaker": item.speaker})
        at += timedelta(minutes=item.minutes)
    begins = timezone.localtime(seminar.starts_at, SHANGHAI)
    return {
        "title": seminar.title,
        "when": f"{long_date(begins.date())}{begins:%H:%M}",
        "place": seminar.place,
        "organizer": seminar.organizer.name,
        "items": items,
        "notice": seminar.notice,
    }


def produce_programme(parameters: Mapping[str, Any]) -> Production:
    seminar = Seminar.objects.select_related("organizer").get(pk=parameters["seminar"])
    yield Progress(20, "正在排版")
    printed = render_pdf("documents/seminar_programme.html", programme_values(seminar))
    return ProducedFile(f"{seminar}议程.pdf", _PDF, printed.content)


_HEAD = (
    "盲评编号", "题目", "类别", "报送单位", "作者", "字数", "评委数", "得分", "离散度", "名次",
    "奖项", "调整理由",
)  # fmt: skip


def produce_results(parameters: Mapping[str, Any]) -> Production:
    """评审汇总 for the office: names stand in it, so it is the office's alone."""
    call = Call.objects.get(pk=parameters["call"])
    yield Progress(20, "正在汇总")
    awards = {award.paper_id: award for award in results_of(call)}
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = workbook.add_worksheet("评审汇总")
    sheet.freeze_panes(1, 2)
    sheet.write_row(0, 0, _HEAD)
    for line, row in enumerate(standings(call), start=1):
        paper, award = row.paper, awards.get(row.paper.pk)
        authors = "、".join(author.name for author in paper.authors.all())
        sheet.write_row(
            line,
            0,
            [
                paper.code, paper.title, paper.get_kind_display(), paper.unit.name, authors,
                paper.words, row.done,
                float(row.mean) if row.mean is not None else "",
                float(row.spread) if row.spread is not None else "",
                award.rank if award else "",
                str(award.tier) if award and award.tier else "",
                award.reason if award else "",
            ],
        )  # fmt: skip
    workbook.close()
    return ProducedFile(f"{call}评审汇总.xlsx", _XLSX, stream.getvalue())


PROCEEDINGS = report_kinds.register(
    ReportKind("seminars.proceedings", "论文集", MANAGE_CALL, produce_proceedings)
)
PROGRAMME = report_kinds.register(
    ReportKind("seminars.programme", "研讨会议程", VIEW_SEMINAR, produce_programme)
)
RESULTS = report_kinds.register(
    ReportKind("seminars.results", "评审汇总", MANAGE_CALL, produce_results)
)
