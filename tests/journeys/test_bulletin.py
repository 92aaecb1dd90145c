"""From a commission to a printed issue and to the points, as the people at it click."""

from __future__ import annotations

import pypdfium2
from django.core import mail as outbox
from django.db import transaction
from docx import Document
from playwright.sync_api import Page, expect

from bulletins.models import Dispatch, Issue, IssueMail
from bulletins.tasks import send_mail
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import run_report
from gongjian.commons.points.models import PointAccount
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.bulletins import (
    adoption_rules,
    commission_of,
    issue_of,
    sent,
    series_of,
)

_PASTE = """(element, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "x");
  element.dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}),
  );
}"""
_WORD = (
    "<p class=MsoNormal style='color:red'><b>一、问题当场记。</b>每月开会。</p>"
    "<table><tr><td>单位</td><td>件数</td></tr></table><script>window.hacked = 1</script>"
)


def step(page: Page, name: str) -> None:
    """Press a step and confirm it on the page that asks."""
    page.get_by_role("link", name=name).click()
    page.locator("main form").get_by_role("button", name=name).click()
    expect(page.get_by_text(f"已办理“{name}”")).to_be_visible()


def test_from_a_commission_to_the_points(committed_cast, scoped, window):
    with scoped() as cast:
        adoption_rules(cast)
        series_of(cast, total_before=26)
        commission_of(cast, topic="板凳会怎样开")

    secretary, office = window(committed_cast.secretary), window(committed_cast.office)
    write_and_send(secretary)
    with scoped():
        sent = Dispatch.objects.get()
        assert "<strong>一、问题当场记。</strong>" in sent.body
        assert "script" not in sent.body
        assert "style" not in sent.body
    edit_and_compile(office)
    with scoped():
        address = Issue.objects.get().get_absolute_url()
    for actor, steps in (
        (committed_cast.viewer, ["复审通过"]),
        (committed_cast.leader, ["终审通过", "签发编号"]),
    ):
        page = window(actor)
        page.goto(address)
        for name in steps:
            step(page, name)
    take_prints(office, address, committed_cast)
    send_out(office, address)
    mail_outsiders(office, address, committed_cast)
    county = window(committed_cast.county)
    county.goto(address)
    county.get_by_role("link", name="签收").click()
    county.get_by_role("button", name="签收").click()
    expect(county.get_by_text("已签收。")).to_be_visible()
    follow_the_piece(secretary, office)
    with scoped():
        assert PointAccount.objects.get(unit=committed_cast.hongqi).total == 10


def write_and_send(secretary: Page) -> None:
    secretary.goto("/bulletins/commissions/")
    secretary.get_by_role("link", name="板凳会怎样开").click()
    secretary.get_by_role("link", name="写稿件").click()
    expect(secretary.get_by_label("标题", exact=False).first).to_have_value("板凳会怎样开")
    text = secretary.locator(".rich-text")
    text.click()
    text.press_sequentially("红旗村把会开到老槐树下。")
    text.press("Enter")
    text.evaluate(_PASTE, _WORD)
    expect(text.locator("table")).to_be_visible()
    # A reload before saving: what was typed is offered again.
    secretary.reload()
    secretary.get_by_role("button", name="恢复").click()
    expect(secretary.locator(".rich-text")).to_contain_text("老槐树下")
    secretary.get_by_label("作者").fill("赵春梅")
    secretary.get_by_label("审签人").fill("赵春梅")
    secretary.get_by_role("button", name="保存草稿").click()
    expect(secretary.get_by_role("heading", name="板凳会怎样开")).to_be_visible()
    step(secretary, "报送")


def edit_and_compile(office: Page) -> None:
    office.goto("/bulletins/desk/")
    office.get_by_role("link", name="板凳会怎样开").click()
    step(office, "受理编辑")
    office.get_by_role("link", name="编辑文字").click()
    office.locator("input[name=title]").fill("“板凳会”解开心头结")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("已保存，作者可以看到修改")).to_be_visible()
    office.goto("/bulletins/issues/new/")
    office.get_by_role("button", name="开始编排").click()
    office.get_by_label("“板凳会”解开心头结").check()
    office.get_by_role("button", name="逐篇编入").click()
    expect(office.locator(".make-item")).to_have_count(1)
    office.get_by_role("link", name="预览和送审").click()
    step(office, "送审")
    step(office, "初审通过")


def take_prints(office: Page, address: str, cast) -> None:
    """The Word copy at once, the PDF when the worker has made it."""
    office.goto(address)
    with office.expect_download() as download:
        office.get_by_role("link", name="Word", exact=True).click()
    lines = [line.text for line in Document(download.value.path()).paragraphs]
    assert "“板凳会”解开心头结" in lines
    office.get_by_role("link", name="打印", exact=True).click()
    office.get_by_role("button", name="生成 PDF").click()
    expect(office.locator("#report-jobs tbody tr")).to_have_count(1)
    with tenant_scope(cast.tenant.pk):
        with transaction.atomic():
            job = ReportJob.objects.get()
        run_report(job.pk)
    office.reload()
    with office.expect_download() as download:
        office.locator("#report-jobs").get_by_role("link", name="下载").click()
    pages = pypdfium2.PdfDocument(download.value.path())
    text = pages[0].get_textpage().get_text_bounded()
    assert "工运简报" in text
    assert "第1期（总第27期）" in text
    assert "样稿" not in text


def mail_outsiders(office: Page, address: str, cast) -> None:
    """A draft, a line of the list corrected, and the release; only then something is sent."""
    office.goto(address)
    office.get_by_role("link", name="寄给外部").click()
    office.get_by_role("button", name="起草邮件").click()
    office.get_by_role("link", name="修改草稿").click()
    receivers = office.get_by_label("收件人")
    receivers.fill("省总工会办公室\tbgs@example.cn\n王老师 wang@")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("第 2 行的“wang@”不是邮箱地址").first).to_be_visible()
    receivers.fill("省总工会办公室\tbgs@example.cn\n王老师 wang@example.cn")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("草稿已保存，还没有寄出")).to_be_visible()
    office.get_by_role("link", name="放行发送").click()
    expect(office.get_by_text("2 个外部收件人各寄一封")).to_be_visible()
    office.get_by_role("button", name="放行发送").click()
    expect(office.get_by_text("待发送")).to_have_count(2)
    with tenant_scope(cast.tenant.pk):
        with transaction.atomic():
            mail = IssueMail.objects.get()
        assert send_mail(mail.pk) == 2
    office.reload()
    expect(office.get_by_text("共 2 个，已发送 2 个")).to_be_visible()
    assert [one.to for one in outbox.outbox] == [["bgs@example.cn"], ["wang@example.cn"]]


def send_out(office: Page, address: str) -> None:
    office.goto(address)
    expect(office.get_by_role("heading", name="第1期（总第27期）")).to_be_visible()
    office.get_by_role("link", name="印发").click()
    office.get_by_role("button", name="印发").click()
    expect(office.get_by_text("已印发，各单位会收到提醒")).to_be_visible()


def follow_the_piece(secretary: Page, office: Page) -> None:
    secretary.goto("/bulletins/dispatches/")
    secretary.get_by_role("link", name="“板凳会”解开心头结").click()
    secretary.get_by_role("link", name="与上一版对照").first.click()
    expect(secretary.locator("ins").first).to_be_visible()
    secretary.go_back()
    secretary.get_by_role("link", name="上级采用").click()
    secretary.get_by_label("刊物").fill("省工运信息")
    secretary.get_by_label("刊发日期").fill(today().isoformat())
    secretary.get_by_role("button", name="登记").click()
    expect(secretary.get_by_text("待核实")).to_be_visible()
    office.goto(secretary.url)
    office.get_by_role("link", name="核实").click()
    office.get_by_role("button", name="已核实").click()
    expect(office.get_by_text("已核实。")).to_be_visible()
    secretary.goto("/points/")
    expect(secretary.get_by_text("省级采用 10 分")).to_be_visible()
    expect(secretary.get_by_text("只计最高一项")).to_be_visible()


def test_the_order_of_an_issue_is_changed_by_dragging(committed_cast, scoped, window):
    with scoped() as cast:
        issue = issue_of(cast, [sent(cast, title=title) for title in ("甲稿", "乙稿", "丙稿")])
    page = window(committed_cast.office)
    page.goto(f"/bulletins/issues/{issue.pk}/make/")
    rows = page.locator(".make-item b")
    expect(rows).to_have_text(["甲稿", "乙稿", "丙稿"])
    page.locator(".make-item").nth(2).drag_to(
        page.locator(".make-item").nth(0), target_position={"x": 40, "y": 2}
    )
    expect(rows).to_have_text(["丙稿", "甲稿", "乙稿"])
    page.reload()
    expect(rows).to_have_text(["丙稿", "甲稿", "乙稿"])
    page.get_by_role("button", name="下移丙稿").click()
    expect(rows).to_have_text(["甲稿", "丙稿", "乙稿"])
