"""A task of the year is divided, questioned, changed, and printed for both to sign."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.models import Target
from tests.factories.planning import make_approved_plan, target_of

pytestmark = pytest.mark.django_db(transaction=True)

PASTE = """([name, text]) => {
  const cell = document.querySelector(`input[name="${name}"]`);
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.focus();
  const how = {clipboardData: data, bubbles: true, cancelable: true};
  cell.dispatchEvent(new ClipboardEvent("paste", how));
}"""


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def amend(office: Page, given: Target) -> None:
    """The office itself changes the value once more."""
    office.goto(reverse("responsibilities:target_amend", args=[given.pk]))
    office.get_by_label("调整后的目标值").fill("860")
    office.get_by_label("调整理由").fill("迁入一家企业")
    press(office, "确认调整")


def test_from_division_to_a_signed_letter(scoped, window, work_off):
    with scoped() as cast:
        plan = make_approved_plan(cast, codes=("Z203", "Z204"), value=1200)
        root = target_of(plan, cast.city)
        second = target_of(plan, cast.city, "Z204")

    office = window(cast.office)
    # One indicator on its board: red until the sum is right.
    office.goto(reverse("responsibilities:allocation_board", args=[root.pk]))
    gap = office.locator("[data-board-gap]")
    office.get_by_label(cast.qinghe.name).fill("900")
    expect(gap).to_have_text("还差 300")
    office.get_by_label(cast.yunshan.name).fill("420")
    expect(gap).to_have_text("超出 120")
    expect(office.locator("[data-board-excess]")).to_have_text("＋10.0%")
    office.get_by_label(cast.yunshan.name).fill("300")
    expect(gap).to_have_text("正好相等")
    press(office, "保存草稿")

    # All indicators at once, pasted from a workbook.
    office.goto(reverse("responsibilities:allocation_grid", args=[plan.pk, cast.city.pk]))
    first = f"t{second.pk}_u{cast.qinghe.pk}"
    check = office.locator(f'[data-check="{second.pk}"]')
    expect(check).to_have_text("还差 1,200")
    office.evaluate(PASTE, [first, "800\n400"])
    expect(check).to_have_text("相等")
    expect(office.locator(f'input[name="{first}"]')).to_have_class("cell-input is-changed")
    press(office, "保存并下达")
    with scoped():
        assert Target.objects.filter(parent__isnull=False, state="issued").count() == 4

    # The county asks for less, and the office agrees: an amendment comes of it.
    with scoped():
        given = target_of(plan, cast.qinghe)
    county = window(cast.county)
    county.goto(reverse("responsibilities:target_propose", args=[given.pk]))
    county.get_by_label("建议值").fill("850")
    county.get_by_label("理由").fill("两家企业迁出")
    press(county, "提交建议")
    office.goto(reverse("responsibilities:target_decide", args=[given.pk]))
    office.get_by_label("已采纳").check()
    press(office, "答复")
    office.goto(given.get_absolute_url())
    expect(office.get_by_role("link", name="调整单", exact=True)).to_be_visible()
    amend(office, given)

    # The tree of levels, and the letter with the changes apart.
    office.goto(reverse("responsibilities:target_tree", args=[root.pk]))
    expect(office.get_by_role("link", name=cast.qinghe.name)).to_be_visible()
    office.goto(given.get_absolute_url())
    office.get_by_role("link", name="目标责任书").click()
    press(office, "生成")
    with tenant_scope(cast.tenant.pk):
        work_off()
    office.reload()
    with office.expect_download() as download:
        office.get_by_role("link", name="下载").first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
