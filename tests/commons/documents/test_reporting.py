"""The comprehensive report: who may ask, what it becomes, and what comes without asking."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pdfplumber
import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.commons.documents import tasks
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.rendering import RenderedFile, render_pdf
from gongjian.commons.documents.reporting import paper
from gongjian.commons.documents.reporting.content import (
    Chart,
    Column,
    Headline,
    Listing,
    Section,
    Series,
    Shape,
    Words,
)
from gongjian.commons.documents.reporting.kinds import produce_overview, request_overview
from gongjian.commons.documents.reporting.paper import (
    TEMPLATE,
    highest_of,
    paper_values,
    parts_of,
    text_of,
)
from gongjian.commons.documents.reporting.press import press_parts
from gongjian.commons.documents.reporting.schedule import schedule_reports
from gongjian.commons.documents.reporting.subjects import (
    Group,
    GroupSource,
    SectionSource,
    report_groups,
    report_sections,
)
from gongjian.commons.documents.reports import run_report
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted
from orgs.queries import system_actor
from tests.factories.returns import make_quarter

NAMES = "王𬭎张㛃李堃陈喆周頔赵犇"
HOSTILE = "=1+1<script>alert(1)</script>"


def section(name: str = "清河县") -> Section:
    names = [name, HOSTILE, NAMES]
    values = [Decimal("98.5"), None, Decimal(40)]
    charts = [
        Chart(shape, f"图形{shape}", names, [Series("完成率", values), Series("进度", values)], "%")
        for shape in Shape
    ]
    listing = Listing(
        "各单位情况",
        [Column("单位", 50), Column("家数", 25, 0), Column("得分率", 25, 1)],
        [[HOSTILE, 1200, Decimal("98.45")], [NAMES, None, None], ["合计", 1200, Decimal(3)]],
        has_total=True,
    )
    return Section(
        "报送情况",
        [Headline("应报（家）", "18")],
        [Words("本期情况。"), *charts, listing],
        ["说明。"],
    )


@pytest.fixture
def shelf(monkeypatch):
    """One section and one group, whatever the apps have put on the shelves."""
    asked = []

    def build(subject):
        asked.append((subject.extent, subject.name))
        return section(subject.name)

    source = SectionSource("tests", "测试章节", build, lambda period: period.ordinal == 3)
    monkeypatch.setattr(report_sections, "_entries", {"tests": source})
    group = GroupSource(
        "tests", lambda: [("7", "乡镇街道")], lambda key: Group(key, "乡镇街道", (1, 2))
    )
    monkeypatch.setattr(report_groups, "_entries", {"tests": group})
    return asked


@pytest.fixture
def period(cast):
    return make_quarter(2026, 3)


def ask(actor, period, extent="tenant", form="xlsx", **about) -> ReportJob:
    return request_overview(actor=actor, extent=extent, period=period, form=form, **about)


def finished(job: ReportJob) -> bytes:
    job = run_report(job.pk)
    assert job.status == "done", job.error
    return read_file(job.file)


def test_each_reach_may_ask_for_its_own(cast, shelf, period):
    ask(cast.leader, period)
    ask(cast.office, period, "group", group="tests/7")
    ask(cast.county, period, "unit", unit=cast.dongfeng)
    ask(cast.secretary, period, "unit", unit=cast.hongqi)
    for actor, extent, about in (
        (cast.county, "tenant", {}),
        (cast.county, "group", {"group": "tests/7"}),
        (cast.county, "unit", {"unit": cast.yunshan}),
        (cast.secretary, "unit", {"unit": cast.xinghuo}),
        (cast.secretary, "unit", {"unit": cast.dongfeng}),
        (cast.viewer, "unit", {"unit": cast.city}),
    ):
        with pytest.raises(NotPermitted):
            ask(actor, period, extent, **about)
    with pytest.raises(DomainError, match="请选择单位"):
        ask(cast.leader, period, "unit")
    with pytest.raises(DomainError, match="可比组已不存在"):
        ask(cast.leader, period, "group", group="elsewhere/7")


def test_the_workbook_holds_numbers_words_and_native_charts(cast, shelf, period):
    content = finished(ask(cast.office, period))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(1).to_python()
    (hostile,) = [row for row in rows if row[0] == HOSTILE and row[1] == 1200]
    assert hostile[2] == 98.45
    (rare,) = [row for row in rows if row[0] == NAMES and row[1] == "—" and row[2] == "—"][-1:]
    assert rare[0] == NAMES
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        drawn = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        kinds = "".join(archive.read(name).decode() for name in drawn)
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert len(drawn) == len(Shape)
    for kind in ("barChart", "lineChart", "radarChart", "doughnutChart"):
        assert f"<c:{kind}>" in kinds
    # Over its own cells, not over copies of them.
    assert "'1 报送情况'!$B$" in kinds
    assert "<f>" not in sheet


def test_the_paper_extracts_names_and_draws_charts(cast, shelf, period):
    content = finished(ask(cast.office, period, form="pdf"))
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
        shapes = sum(len(page.curves) + len(page.rects) for page in pdf.pages)
        images = sum(len(page.images) for page in pdf.pages)
    assert "示范市2026年第三季度" in text
    assert NAMES in text.replace("\n", "")
    assert HOSTILE in text.replace("\n", "")
    assert "图1" in text
    assert "表1" in text
    assert shapes > 20
    assert images == 0


def test_the_same_request_gives_the_same_bytes(cast, shelf, period):
    for form in ("pdf", "xlsx"):
        job = ask(cast.office, period, form=form)

        def produce(parameters=job.parameters) -> bytes:
            production = produce_overview(parameters)
            try:
                while True:
                    next(production)
            except StopIteration as end:
                return end.value.content

        assert produce() == produce()


def test_a_report_without_sections_says_why(cast, shelf, period, monkeypatch):
    monkeypatch.setattr(report_sections, "_entries", {})
    entry = SectionSource("tests", "测试", lambda subject: None, lambda period: True)
    monkeypatch.setattr(report_sections, "_entries", {"tests": entry})
    job = run_report(ask(cast.office, period).pk)
    assert (job.status, job.attempts) == ("failed", 1)
    assert "没有可以写入报告的数据" in job.error


def test_a_unit_that_has_gone_is_a_refusal_in_words(cast, shelf, period):
    job = ask(cast.office, period, "unit", unit=cast.hongqi)
    ReportJob.objects.update(parameters={**job.parameters, "unit": 0})
    job = run_report(job.pk)
    assert (job.status, job.error) == ("failed", "报告的单位已不存在，请重新选择单位。")


def test_figures_are_written_to_the_places_of_their_column():
    assert text_of(Decimal("1234.565"), 2) == "1,234.57"
    assert text_of(1200, 0) == "1,200"
    assert text_of(None, 0) == "—"
    assert text_of("不适用", 2) == "不适用"


@pytest.mark.parametrize(
    ("largest", "top"),
    [("99", 100), ("101", 125), ("14", 25), ("2020", 2500), ("3", 5), ("0.4", 0.5), ("100", 100)],
)
def test_the_scale_is_the_next_round_number(largest, top):
    highest = 100 if largest in {"99", "100", "101"} else None
    chart = Chart(Shape.LINES, "", ["a"], [Series("", [Decimal(largest)])], highest=highest)
    assert highest_of(chart) == top


def test_a_chart_without_figures_is_left_out():
    empty = Chart(Shape.BARS, "空图", ["甲"], [Series("完成率", [None])])
    values = paper_values(
        [Section("报送情况", blocks=[empty, Words("本期情况。")])],
        title="报告", organ="办公室", made_on="2026年10月1日", lead="",
    )  # fmt: skip
    assert [block["kind"] for block in values["sections"][0]["blocks"]] == ["words"]
    assert render_pdf(TEMPLATE, values).pages == 1


def long_values(sections: int, rows: int = 60):
    columns = [Column("单位", 60), Column("得分", 40, 1)]
    return paper_values(
        [
            Section(
                f"第{number}组情况",
                blocks=[
                    Listing(
                        "各单位得分",
                        columns,
                        [[f"{number}组{row}村", Decimal(row)] for row in range(rows)],
                    )
                ],
            )
            for number in range(1, sections + 1)
        ],
        title="示范市报告", organ="办公室", made_on="2026年10月1日", lead="导语。",
    )  # fmt: skip


def printed_in_parts(values) -> RenderedFile:
    printing = press_parts(TEMPLATE, parts_of(values))
    while True:
        try:
            next(printing)
        except StopIteration as end:
            return end.value


def test_a_long_report_is_bound_from_parts_with_one_row_of_page_numbers():
    values = long_values(12)
    parts = parts_of(values)
    assert [len(part["sections"]) for part in parts] == [8, 4]
    file = printed_in_parts(values)
    assert printed_in_parts(values).sha256 == file.sha256
    with pdfplumber.open(io.BytesIO(file.content)) as pdf:
        assert len(pdf.pages) == file.pages
        texts = [page.extract_text() for page in pdf.pages]
        for number, page in enumerate(pdf.pages, start=1):
            foot = [char for char in page.chars if char["top"] > 745]
            assert "".join(char["text"] for char in foot).strip() == f"— {number} —"
            # Odd pages on the right, even ones on the left, across the seams too.
            assert (min(char["x0"] for char in foot) > 297) == bool(number % 2)
    whole = "\n".join(texts)
    assert whole.count("示范市报告") == 1
    assert whole.count("导语。") == 1
    for number in range(1, 13):
        assert whole.count(f"第{number}组情况") == 1
        assert f"{number}组59村" in whole
    assert "表12" in whole
    assert "十二、" in whole


def test_a_short_report_stays_in_one_piece():
    assert len(parts_of(long_values(3))) == 1
    assert parts_of(long_values(3))[0]["is_long"] is False


def test_paper_says_what_it_leaves_out():
    (section,) = long_values(1, rows=1500)["sections"]
    (listing,) = section["blocks"]
    assert len(listing["rows"]) == 1000
    assert "共1500行，列前1000行" in listing["caption"]


def test_a_report_of_many_sections_tells_its_progress(cast, shelf, period, monkeypatch):
    monkeypatch.setattr(paper, "LONG", 10)
    for number in (2, 3):
        entry = SectionSource(f"tests{number}", "又一章", lambda s: section(s.name), bool)
        report_sections.register(entry)
    job = ask(cast.office, period, form="pdf")
    told = [step.text for step in produce_overview(job.parameters)]
    assert len([text for text in told if text.startswith("已排版")]) == 3


# --- without asking ---------------------------------------------------------------------


def test_reports_of_a_closed_period_are_asked_for_once(cast, shelf, period):
    closed = period.due_on + timedelta(days=1)
    assert schedule_reports(period.due_on) == 0
    # The tenant twice, one group, two counties.
    assert schedule_reports(closed) == 5
    assert schedule_reports(closed) == 0
    assert schedule_reports(closed + timedelta(days=3)) == 0
    jobs = ReportJob.objects.all()
    assert {job.is_scheduled for job in jobs} == {True}
    assert {str(job.unit) for job in jobs if job.unit} == {"清河县", "云山区"}
    assert sorted(job.parameters["form"] for job in jobs) == ["pdf"] * 4 + ["xlsx"]

    # One that was given up is not taken up again by the tick.
    ReportJob.objects.update(status="failed")
    assert schedule_reports(closed) == 0
    assert set(ReportJob.objects.values_list("status", flat=True)) == {"failed"}


def test_a_period_nobody_reports_on_and_one_long_over_are_left_alone(cast, shelf, period):
    other = make_quarter(2026, 2)
    assert schedule_reports(other.due_on + timedelta(days=1)) == 5
    assert not ReportJob.objects.filter(parameters__period=other.pk).exists()
    ReportJob.objects.all().delete()
    assert schedule_reports(period.due_on + timedelta(days=40)) == 0


def test_the_tick_reaches_the_tenant(cast, shelf, period):
    type(period).objects.filter(pk=period.pk).update(
        opens_on=date(2026, 1, 1), due_on=today() - timedelta(days=1)
    )
    assert tasks.tick_schedule() == 2
    tasks.schedule_reports_of_tenant()
    assert ReportJob.objects.count() == 5
    assert ReportJob.objects.filter(requested_by=system_actor(cast.tenant).label).count() == 5


# --- the page ---------------------------------------------------------------------------


def test_the_form_asks_for_both_files_at_once(cast, shelf, period, sign_in):
    url = reverse("documents:report_create")
    client = sign_in(cast.leader)
    assert "可比组" in client.get(url).content.decode()
    given = {"extent": "tenant", "period": period.pk, "forms_wanted": ["pdf", "xlsx"]}
    answer = client.post(url, given)
    assert answer.status_code == 302
    assert answer.url == reverse("documents:report_centre")
    assert ReportJob.objects.count() == 2
    page = client.get(answer.url).content.decode()
    for form in ("PDF", "Excel"):
        assert page.count(f"示范市2026年第三季度党工共建工作情况报告（{form}）</a>") == 1


def test_the_form_offers_a_secretary_her_own_unit_only(cast, shelf, period, sign_in):
    url = reverse("documents:report_create")
    client = sign_in(cast.secretary)
    page = client.get(url).content.decode()
    assert "红旗村" in page
    assert "星火机械公司" not in page
    assert "可比组" not in page
    wanted = {"period": period.pk, "forms_wanted": ["pdf"]}
    for refused in (
        {"extent": "tenant"},
        {"extent": "unit"},
        {"extent": "unit", "unit": cast.xinghuo.pk},
        {"extent": "group", "group": "tests/7"},
    ):
        assert client.post(url, wanted | refused).status_code == 422
    assert client.post(url, wanted | {"extent": "unit", "unit": cast.hongqi.pk}).status_code == 302
    assert ReportJob.objects.get().unit == cast.hongqi
    assert sign_in(cast.viewer).get(url).status_code == 404
