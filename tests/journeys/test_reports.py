"""The leader asks for the whole tenant's report; the secretary gets her own unit's and no other."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gongjian.commons.documents.models import ReportDownload, ReportJob
from gongjian.commons.documents.reports import run_report
from gongjian.commons.documents.shelves import report_kinds
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute
from tests.factories.returns import open_quarter, submitted
from tests.responsibilities.test_dashboard_pages import promise

pytestmark = pytest.mark.django_db(transaction=True)
CENTRE = "/documents/reports/"


@pytest.fixture
def quarter(scoped):
    """One unit's figures are in, and there are targets to compare them with."""
    with scoped() as cast:
        period, _ = open_quarter(cast)
        row = submitted(cast, cast.hongqi, period, cast.secretary)
        accept_return(row, actor=cast.township)
        for unit, value in ((cast.city, 100), (cast.qinghe, 80), (cast.hongqi, 15)):
            promise(unit, "Z203", value)
        recompute()
    return cast


def line(page: Page, words: str):
    return page.locator("#report-jobs tbody tr").filter(has_text=words)


def ask(page: Page) -> None:
    page.goto(CENTRE)
    page.get_by_role("link", name="生成综合报告").click()


def take(page: Page, words: str) -> bytes:
    with page.expect_download() as download:
        line(page, words).get_by_role("link", name="下载").click()
    return download.value.path().read_bytes()


def make_one(cast, job_pk: int, watch) -> None:
    """Do the worker's part; ``watch`` looks at the screen after the first section."""
    kind = report_kinds["documents.overview"]
    seen = []

    def produce(parameters):
        production = kind.produce(parameters)
        while True:
            try:
                yield next(production)
            except StopIteration as end:
                return end.value
            seen.append(1)
            if len(seen) == 2:
                watch()

    watched = type(kind)(kind.key, kind.label, kind.permission, produce)
    report_kinds._entries[kind.key] = watched
    try:
        with tenant_scope(cast.tenant.pk):
            run_report(job_pk)
    finally:
        report_kinds._entries[kind.key] = kind


def test_the_leader_watches_the_report_grow_and_the_secretary_takes_her_own(
    quarter, scoped, window, work_off
):
    cast = quarter
    leader = window(cast.leader)
    ask(leader)
    expect(leader.get_by_label("期间")).to_have_value(str(_period(scoped)))
    leader.get_by_role("button", name="开始生成").click()
    expect(line(leader, "（PDF）")).to_contain_text("排队中")
    expect(line(leader, "（Excel）")).to_contain_text("排队中")

    # The screen follows by itself, without being loaded anew.
    with scoped():
        pdf = ReportJob.objects.get(title__contains="PDF").pk
    make_one(cast, pdf, lambda: expect(line(leader, "（PDF）")).to_contain_text("已汇总"))
    expect(line(leader, "（PDF）")).to_contain_text("已完成")
    assert take(leader, "（PDF）").startswith(b"%PDF")
    expect(line(leader, "（Excel）")).to_contain_text("排队中")
    work_off()
    expect(line(leader, "（Excel）")).to_contain_text("已完成")
    content = take(leader, "（Excel）")
    assert content.startswith(b"PK")

    # The secretary sees nothing of it; her own unit is all she may ask for.
    secretary = window(cast.secretary)
    secretary.goto(CENTRE)
    expect(secretary.get_by_text("还没有报告")).to_be_visible()
    assert secretary.request.get(f"{CENTRE}{pdf}/").status == 404
    assert secretary.request.get(f"{CENTRE}{pdf}/download/").status == 404
    ask(secretary)
    expect(secretary.get_by_role("radio", name="单位", exact=True)).to_be_checked()
    expect(secretary.get_by_role("radio", name="全部单位")).to_have_count(0)
    secretary.get_by_label("Excel").uncheck()
    secretary.get_by_role("button", name="开始生成").click()
    expect(line(secretary, "红旗村")).to_contain_text("排队中")
    work_off()
    expect(line(secretary, "红旗村")).to_contain_text("已完成")
    assert take(secretary, "红旗村").startswith(b"%PDF")

    # Who took what stands on the report's own page.
    leader.goto(CENTRE)
    line(leader, "红旗村").get_by_role("link", name="红旗村").click()
    expect(leader.get_by_text(cast.secretary.label).last).to_be_visible()
    with scoped():
        assert ReportDownload.objects.count() == 3
        assert ReportJob.objects.filter(status="done").count() == 3
        assert OutboxMessage.objects.filter(task="documents.run_report").count() == 0


def _period(scoped) -> int:
    with scoped():
        return Period.objects.get().pk


def test_a_report_is_cancelled_and_made_after_all(quarter, window, work_off):
    office = window(quarter.office)
    ask(office)
    office.get_by_label("Excel").uncheck()
    office.get_by_role("button", name="开始生成").click()
    row = line(office, "（PDF）")
    row.get_by_role("button", name="取消").click()
    expect(row).to_contain_text("已取消")
    work_off()
    expect(row).to_contain_text("已取消")
    row.get_by_role("button", name="重新生成").click()
    expect(row).to_contain_text("排队中")
    work_off()
    expect(row).to_contain_text("已完成")
    assert office.url.endswith(reverse("documents:report_centre"))
    assert take(office, "（PDF）").startswith(b"%PDF")
