"""From another department's list to a union that stands, as the township clicks."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from gongjian.foundation.kernel.dates import today
from ledger.models import Entry, Founding, LedgerImport
from tests.factories.ledger import built, code_of, compared, entry_of, list_file
from tests.journeys.test_accessible import look_at


def test_from_the_list_to_the_union(committed_cast, scoped, window):
    with scoped() as cast:
        entry_of(cast, 1, worker_count=8, member_count=0, party_member_count=0)
    township = window(committed_cast.township)
    coverage_is(township, "0/1")
    compare(township)
    decide(township)
    with scoped():
        entry = Entry.objects.get(name="新来物流公司")
        founding = Founding.objects.get(entry=entry).get_absolute_url()
        address = entry.get_absolute_url()
    township.goto("/")
    expect(township.get_by_text("线索待核实：新来物流公司建立工会").first).to_be_visible()
    on_the_way(township, founding, address)
    build(township, founding)
    coverage_is(township, "1/2")
    printed(township, address)


def coverage_is(page: Page, part: str) -> None:
    page.goto("/ledger/coverage/")
    union = page.locator(".kpi", has_text="工会覆盖率")
    expect(union.locator(".kpi-note")).to_have_text(f"{part} 家")


def step(page: Page, name: str) -> None:
    """Press a step and confirm it on the page that asks."""
    page.get_by_role("link", name=name).click()
    page.locator("main form").get_by_role("button", name=name).click()


def compare(page: Page) -> None:
    page.goto("/ledger/imports/")
    page.get_by_role("link", name="上传名单").first.click()
    page.get_by_label("来源部门").select_option("insurance")
    page.locator("input[type=file]").set_input_files(
        {
            "name": "参保单位.csv",
            "mimeType": "text/csv",
            "buffer": list_file(
                [
                    ["新来物流公司", code_of(50), "", 30, ""],
                    ["青禾第1机械有限公司", code_of(1), "", 9, ""],
                    ["抄错公司", "91990001000000001A", "", 9, ""],
                ],
                ["参保单位名称", "统一社会信用代码", "所属乡镇", "参保人数", "登记状态"],
            ),
        }
    )
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("heading", name="对应列")).to_be_visible()
    expect(page.locator("select[name=worker_count]")).to_have_value("3")
    page.get_by_role("button", name="开始比对").click()
    expect(page.get_by_text("还有 2 行没有决定")).to_be_visible()


def decide(page: Page) -> None:
    page.get_by_role("link", name="有错误 1").click()
    expect(page.get_by_text("B列“统一社会信用代码”")).to_be_visible()
    page.get_by_role("link", name="有变化 1").click()
    expect(page.get_by_text("职工总数：8 → 9")).to_be_visible()
    page.get_by_role("button", name="其余全部采纳").click()
    expect(page.get_by_text("还有 1 行没有决定")).to_be_visible()
    page.get_by_role("link", name="新增 1").click()
    page.get_by_label("选新来物流公司").check()
    page.get_by_role("button", name="勾选的采纳", exact=True).click()
    expect(page.get_by_text("都已决定，可以入账")).to_be_visible()
    step(page, "确认入账")
    expect(page.get_by_text("新增1户，更新1户，列出组建线索1条")).to_be_visible()


def on_the_way(page: Page, founding: str, entry: str) -> None:
    page.goto(founding)
    step(page, "核实符合条件")
    expect(page.locator(".stages [aria-current=step]")).to_have_text("应建未建")
    step(page, "开始指导")
    expect(page.get_by_text("还没有组建指导员").first).to_be_visible()
    page.goto(entry)
    page.get_by_role("link", name="更新", exact=True).click()
    page.get_by_label("组建指导员").fill("东风镇总工会王芳")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已更新，变动已记入历史。")).to_be_visible()
    page.goto(founding)
    step(page, "开始指导")
    expect(page.locator(".stages [aria-current=step]")).to_have_text("指导中")
    step(page, "进入筹建")
    expect(page.locator(".stages [aria-current=step]")).to_have_text("筹建中")


def build(page: Page, founding: str) -> None:
    page.get_by_role("link", name="登记建成").click()
    page.get_by_label("书记或主席").fill("孟晓")
    page.get_by_label("届满日期").fill((today() + timedelta(days=1095)).isoformat())
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已登记建成，组建事项已销号。")).to_be_visible()
    page.goto(founding)
    expect(page.locator(".stages [aria-current=step]")).to_have_text("已建")


def printed(page: Page, entry: str) -> None:
    page.goto(entry)
    address = page.get_by_role("link", name="一企一档").get_attribute("href")
    answer = page.request.get(str(address))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body()[:5] == b"%PDF-"


def test_figures_are_put_right_in_the_list(committed_cast, scoped, window):
    with scoped() as cast:
        entry_of(cast, 1)
        entry_of(cast, 2)
    township = window(committed_cast.township)
    township.goto("/ledger/entries/")
    line = township.locator("tr", has_text="青禾第1机械有限公司")
    line.get_by_role("link", name="改数").click()
    workers = township.get_by_label("职工", exact=True)
    expect(workers).to_be_focused()
    workers.fill("10")
    township.get_by_role("button", name="保存").click()
    expect(line.get_by_text("10", exact=True)).to_be_visible()
    line.get_by_role("link", name="改数").click()
    township.get_by_role("link", name="取消").click()
    expect(line.get_by_role("link", name="改数")).to_be_visible()
    expect(township.locator("tbody tr")).to_have_count(2)


def test_a_list_is_discarded_and_nothing_is_left_of_it(committed_cast, scoped, window):
    township = window(committed_cast.township)
    compare_one(township)
    step(township, "放弃")
    expect(township.get_by_text("已放弃").first).to_be_visible()
    with scoped():
        assert LedgerImport.objects.get().state == "discarded"
        assert not Entry.objects.exists()


def compare_one(page: Page) -> None:
    page.goto("/ledger/imports/new/")
    page.locator("input[type=file]").set_input_files(
        {
            "name": "名单.csv",
            "mimeType": "text/csv",
            "buffer": list_file([["新来物流公司", code_of(50), "", 30, ""]]),
        }
    )
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="开始比对").click()
    expect(page.get_by_text("还有 1 行没有决定")).to_be_visible()


def test_the_pages_are_accessible(committed_cast, scoped, window):
    with scoped() as cast:
        entry = entry_of(cast, 1)
        coverage = built(cast, entry, "party")
        upload = compared(
            cast,
            [["青禾第1机械有限公司", code_of(1), "", 9, ""], ["坏码公司", "9A", "", 1, ""]],
            is_complete=True,
        )
        founding = Founding.objects.get(line="union")
    page = window(committed_cast.township)
    look_at(
        page,
        "/ledger/entries/",
        "/ledger/coverage/",
        "/ledger/foundings/",
        "/ledger/terms/",
        entry.get_absolute_url(),
        f"/ledger/entries/{entry.pk}/edit/",
        coverage.body.get_absolute_url(),
        founding.get_absolute_url(),
        upload.get_absolute_url(),
        f"/ledger/imports/{upload.pk}/columns/",
    )
