"""Evidence on a bad network: the secretary uploads, the line breaks, the township opens it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from gongjian.commons.evidence.models import EvidenceUpload, EvidenceUse
from gongjian.commons.evidence.storage import read_checked
from responsibilities.models import Obligation
from tests.factories.evidence import PDF
from tests.factories.returns import open_quarter

#: Three pieces and a bit.
FILE = PDF + b"%" + b"x" * 800_000 + b"\n%%EOF\n"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture
def owed(committed_cast, scoped) -> Obligation:
    with scoped() as cast:
        period, _ = open_quarter(cast)
        return Obligation.objects.get(unit=cast.hongqi, period=period)


def sheet(owed: Obligation) -> str:
    return f"/responsibilities/returns/fill/{owed.pk}/"


def panel(page: Page, owed: Obligation):
    return page.locator(f"#evidence-responsibilities-obligation-{owed.pk}")


def choose(page: Page, owed: Obligation, name: str, content: bytes = FILE) -> None:
    file = {"name": name, "mimeType": "application/pdf", "buffer": content}
    panel(page, owed).locator("[data-file]").first.set_input_files([file])


def cut_after(page: Page, pieces: int) -> None:
    """Let so many pieces through, then break the line in the middle of the next."""
    passed = []

    def handle(route: Route) -> None:
        if route.request.headers.get("upload-offset") is not None:
            passed.append(1)
            if len(passed) > pieces:
                route.abort("connectionreset")
                return
        elif len(passed) > pieces:
            route.abort("internetdisconnected")
            return
        route.continue_()

    page.route("**/evidence/**", handle)


def test_a_file_goes_on_where_the_line_broke(committed_cast, owed, scoped, window):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    cut_after(page, 2)

    choose(page, owed, "会议记录.pdf")

    going = panel(page, owed).locator("[data-going] li")
    expect(going).to_contain_text("文件已存本机，恢复后自动续传")
    with scoped():
        arrived = EvidenceUpload.objects.get().received
    assert 0 < arrived < len(FILE)
    sent = []
    page.on("request", lambda request: sent.append(request.headers.get("upload-offset")))
    page.unroute("**/evidence/**")
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(panel(page, owed).get_by_role("link", name="会议记录.pdf")).to_be_visible()
    expect(going).to_have_count(0)
    # What had arrived was not sent again.
    assert min(int(offset) for offset in sent if offset) == arrived
    with scoped():
        file = EvidenceUse.objects.get().evidence.file
        assert read_checked("会议记录.pdf", file.sha256) == FILE


def test_a_closed_tab_loses_no_file(committed_cast, owed, window):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    cut_after(page, 1)
    choose(page, owed, "验收单.pdf")
    expect(panel(page, owed).locator("[data-going] li")).to_contain_text("已存本机")

    context = page.context
    page.close()
    again = context.new_page()
    again.goto(sheet(owed))

    expect(panel(again, owed).get_by_role("link", name="验收单.pdf")).to_be_visible()
    # Once it has arrived it is not kept any longer.
    again.reload()
    expect(panel(again, owed).locator(".evidence-piece")).to_have_count(1)
    expect(panel(again, owed).locator("[data-going] li")).to_have_count(0)


def test_the_township_opens_it_and_the_neighbour_finds_nothing(committed_cast, owed, window):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    choose(page, owed, "会议记录.pdf")
    link = panel(page, owed).get_by_role("link", name="会议记录.pdf")
    expect(link).to_be_visible()
    address = link.get_attribute("href")

    township = window(committed_cast.township)
    township.goto(sheet(owed))
    with township.expect_download() as download:
        panel(township, owed).get_by_role("link", name="会议记录.pdf").click()
    assert download.value.suggested_filename == "会议记录.pdf"
    assert download.value.path().read_bytes() == FILE

    for person in (committed_cast.neighbour, committed_cast.stranger):
        other = window(person)
        assert other.request.get(address).status == 404
        assert other.goto(sheet(owed)).status == 404


def test_refusal_removal_and_citing(committed_cast, owed, window):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    whole = panel(page, owed)
    choose(page, owed, "网页.pdf", b"<html><script>alert(1)</script>")
    expect(whole.locator("[data-state=refused]")).to_contain_text("按内容看不是可以接收的文件")
    choose(page, owed, "会议记录.pdf")
    expect(whole.get_by_role("link", name="会议记录.pdf")).to_be_visible()

    whole.get_by_role("button", name="移除会议记录.pdf").click()
    expect(whole.locator(".evidence-piece")).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="恢复").click()
    expect(whole.get_by_role("link", name="会议记录.pdf")).to_be_visible()

    cell = page.locator("#row-Z201 gj-evidence")
    cell.locator("summary").click()
    cell.get_by_role("button", name="引用已有材料").click()
    cell.get_by_placeholder("按名称或文号").fill("会议")
    cell.locator("[data-choose]").click()
    expect(cell.get_by_role("link", name="会议记录.pdf")).to_be_visible()
