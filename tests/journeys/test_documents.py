"""The life of a document as the people in it click: from the draft to its replacement."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pdfplumber
from playwright.sync_api import Page, expect

from gongjian.commons.documents.models import OfficialDocument
from gongjian.foundation.kernel.dates import today

TITLE = "关于第三季度党工共建工作情况的通报"
NEW_TITLE = "关于更正第三季度党工共建工作情况的通报"


def choose(page: Page, field: str, text: str) -> None:
    """Choose in a searchable list, as one types."""
    box = page.locator(f".field:has(select[name={field}])")
    box.locator(".ts-control input").fill(text)
    box.locator(".ts-dropdown .option").filter(has_text=text).first.click()
    expect(box.locator(".ts-control .item").filter(has_text=text)).to_have_count(1)


def set_route(office: Page) -> None:
    office.goto("/documents/routes/")
    office.locator("tr", has_text="其他文种").first.get_by_role("link", name="设置").click()
    office.get_by_label("第一道核稿").select_option(label="示范市分管领导 宋涛")
    choose(office, "countersigners", "清河县")
    choose(office, "countersigners", "云山区")
    office.get_by_label("签发").first.select_option(label="示范市组长 李明远")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("审签流程已保存")).to_be_visible()


def draft(office: Page) -> None:
    office.goto("/documents/new/")
    office.get_by_label("标题").fill(TITLE)
    office.get_by_label("主送机关").fill("各县（市、区）党工共建领导小组办公室")
    office.get_by_label("正文").fill("现将第三季度有关情况通报如下。\n一、总体情况\n各地报送及时。")
    office.get_by_role("button", name="保存草稿").click()
    expect(office.get_by_text("草稿已保存")).to_be_visible()


def send(office: Page) -> None:
    office.get_by_role("link", name="送审").click()
    office.get_by_role("button", name="送审").click()
    expect(office.get_by_text("已送审。")).to_be_visible()


def answer(page: Page, act: str, opinion: str = "", *, back: bool = False) -> None:
    """Come to the document from the desk and answer one's turn."""
    page.goto("/")
    page.get_by_role("link", name=f"待{act}：{TITLE}").first.click()
    page.locator(".page-actions, main").get_by_role("link", name=act, exact=True).first.click()
    if back:
        page.get_by_label("退回修改").check()
    page.get_by_label("意见").fill(opinion)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已退回起草人修改。" if back else f"已{act}。")).to_be_visible()


def issue(office: Page, number: str) -> None:
    office.get_by_role("link", name="印发").click()
    expect(office.get_by_text(f"发文字号：{number}")).to_be_visible()
    office.locator("main form").get_by_role("button", name="印发").click()
    expect(office.locator(".facts").get_by_text(number, exact=True)).to_be_visible()


def test_from_the_draft_to_its_replacement(committed_cast, scoped, window, work_off):
    cast = committed_cast
    year = today().year
    office = window(cast.office)
    set_route(office)
    draft(office)
    address = office.url
    send(office)
    expect(office.get_by_text("正在核稿")).to_be_visible()

    viewer = window(cast.viewer)
    answer(viewer, "核稿", "标题请再斟酌", back=True)
    office.goto(address)
    expect(office.locator("#story").get_by_text("标题请再斟酌")).to_be_visible()
    send(office)
    answer(viewer, "核稿", "同意。")
    county, other = window(cast.county), window(cast.other_county)
    answer(county, "会签", "我县无意见。")
    answer(other, "会签")
    leader = window(cast.leader)
    answer(leader, "签发", "同意印发。")
    expect(leader.locator("#story").get_by_text("我县无意见。")).to_be_visible()

    office.goto(address)
    number = f"示党工组〔{year}〕1号"
    issue(office, number)
    work_off()
    file = downloaded(office, address)
    with pdfplumber.open(io.BytesIO(file)) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert number.replace("〔", "").replace("〕", "")[:4] in text
    assert "草稿" not in text
    with scoped():
        document = OfficialDocument.objects.select_related("file").get()
        assert document.file.sha256 == hashlib.sha256(file).hexdigest()
        code = document.verification_code
    stranger = office.context.browser.new_page(base_url=office.url.split("/documents/")[0])
    verified(stranger, code, "有效", document.file.sha256)
    replace(office, leader, (viewer, county, other))
    verified(stranger, code, "已被替代", f"示党工组〔{year}〕2号")
    stranger.close()

    office.goto("/documents/register/")
    expect(office.get_by_text("1—2 号连续无缺")).to_be_visible()
    expect(office.locator("table")).to_contain_text("已被替代")


def downloaded(office: Page, address: str) -> bytes:
    office.goto(address)
    with office.expect_download() as download:
        office.get_by_role("link", name="下载 PDF").first.click()
    return Path(download.value.path()).read_bytes()


def verified(stranger: Page, code: str, state: str, detail: str) -> None:
    """Anybody who holds the paper asks whether it is valid."""
    stranger.goto("/documents/verify/")
    stranger.get_by_label("核验码").fill(code)
    stranger.get_by_role("button", name="核验").click()
    expect(stranger.get_by_role("heading", name=state)).to_be_visible()
    expect(stranger.get_by_text(detail).first).to_be_visible()


def replace(office: Page, leader: Page, others: tuple[Page, Page, Page]) -> None:
    """The old document stays valid until the new one is issued."""
    office.get_by_role("link", name="起草替代稿").click()
    office.get_by_label("标题").fill(NEW_TITLE)
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("替代稿已保存")).to_be_visible()
    address = office.url
    send(office)
    for page, act in zip((*others, leader), ("核稿", "会签", "会签", "签发"), strict=True):
        page.goto(address)
        page.locator("main, header").get_by_role("link", name=act, exact=True).first.click()
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_text(f"已{act}。")).to_be_visible()
    office.goto(address)
    issue(office, f"示党工组〔{today().year}〕2号")
