"""A meeting from open matters to the next one; its record in two windows and without network."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest
from playwright.sync_api import Page, expect

from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.kernel.dates import today
from meetings.models import AgendaItem, Meeting, Series
from tests.factories import follow_ups
from tests.factories.meetings import series_of, sitting
from tests.journeys.test_documents import choose


@pytest.fixture
def meeting(committed_cast, scoped) -> Meeting:
    with scoped() as cast:
        return sitting(cast)


def record_of(page: Page, meeting: Meeting):
    page.goto(f"/meetings/{meeting.pk}/record/")
    return page.locator("textarea").first


def test_the_record_saves_itself_and_of_two_windows_neither_loses_anything(
    committed_cast, meeting, scoped, window
):
    first = window(committed_cast.office)
    second = first.context.new_page()
    box, other = record_of(first, meeting), record_of(second, meeting)
    box.fill("经讨论，同意整修方案。")
    expect(first.get_by_text("已保存", exact=True)).to_be_visible()
    other.fill("另一位记录人写的。")
    expect(second.locator("[data-minute-theirs]")).to_contain_text("同意整修方案")
    expect(other).to_have_value("另一位记录人写的。")
    with scoped():
        assert AgendaItem.objects.get(meeting=meeting).record == "经讨论，同意整修方案。"
    # Having read the other's words, the second keeper puts both together.
    other.fill("经讨论，同意整修方案。另一位记录人写的。")
    expect(second.get_by_text("已保存", exact=True)).to_be_visible()
    with scoped():
        record = AgendaItem.objects.get(meeting=meeting).record
        assert record == "经讨论，同意整修方案。另一位记录人写的。"


def test_what_was_typed_without_a_network_is_there_after_a_closed_tab(
    committed_cast, meeting, scoped, window
):
    page = window(committed_cast.office)
    box = record_of(page, meeting)
    page.route("**/items/*/record/", lambda route: route.abort())
    box.fill("网络断了以后写的。")
    expect(page.get_by_text("网络不通")).to_be_visible()
    page.close()
    page = box.page.context.new_page()
    box = record_of(page, meeting)
    expect(box).to_have_value("网络断了以后写的。")
    expect(page.get_by_text("已保存", exact=True)).to_be_visible()
    with scoped():
        assert AgendaItem.objects.get(meeting=meeting).record == "网络断了以后写的。"


def press(page: Page, label: str) -> None:
    """The button of an act, and the one that confirms it on the next page."""
    page.get_by_role("link", name=label, exact=True).first.click()
    page.locator("main form button.primary").last.click()


def send(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form button.primary").last.click()


def plan_one(office: Page, series: Series, begins: str, ends: str) -> str:
    office.goto(series.get_absolute_url())
    office.get_by_role("link", name="增开一次").click()
    send(office, starts_at=begins, ends_at=ends)
    expect(office.get_by_text("已列入，可以征集议题")).to_be_visible()
    return office.url


def bring_in_and_vet(office: Page) -> None:
    """The overdue matter of the village comes onto the agenda by itself, and is accepted."""
    office.get_by_role("link", name="征集议题").click()
    send(office, due_on=str(today()))
    expect(office.get_by_text("已向成员单位征集议题")).to_be_visible()
    press(office, "从系统带入")
    row = office.get_by_role("row").filter(has_text="逾期事项：整修职工活动室")
    expect(row.get_by_text("逾期督办事项")).to_be_visible()
    row.get_by_role("link", name="审定").click()
    office.get_by_label("上会", exact=True).check()
    office.locator("main form button.primary").last.click()
    expect(row.get_by_text("上会", exact=True)).to_be_visible()
    press(office, "发出会议通知")
    expect(office.get_by_text("已通知", exact=True).first).to_be_visible()


def reply_with_a_substitute(village: Page, url: str) -> None:
    village.goto("/")
    village.get_by_role("link", name=re.compile("回复会议通知")).first.click()
    village.get_by_label("委托代会").check()
    send(village, substitute="赵敏")
    expect(village.get_by_text("已回复召集单位")).to_be_visible()
    expect(village.get_by_role("row").filter(has_text="王立")).to_contain_text("赵敏")


def sit(office: Page, url: str) -> None:
    """Open, call the roll in one go, write, settle, resolve, close."""
    office.goto(url)
    press(office, "开会")
    office.get_by_role("link", name="登记到会").click()
    village = office.get_by_role("row").filter(has_text="王立")
    expect(village.get_by_label("王立的代会人")).to_have_value("赵敏")
    office.get_by_role("button", name="其余全部出席").click()
    expect(office.get_by_text("实到 3 人（代会 1 人）")).to_be_visible()
    office.goto(f"{url}record/")
    office.get_by_role("button", name="会议要求，").first.click()
    box = office.locator("textarea").first
    expect(box).to_have_value("会议要求，")
    box.fill("会议要求，年底前重新开放。")
    expect(office.get_by_text("已保存", exact=True)).to_be_visible()
    office.get_by_role("link", name="形成议定事项").click()
    choose(office, "unit", "红旗村")
    due_on = str(today() + timedelta(days=5))
    send(office, title="重新开放职工活动室", text="修好屋顶并开放。", due_on=due_on)
    expect(office.get_by_text("议定：重新开放职工活动室")).to_be_visible()
    office.get_by_role("button", name="已议").click()
    expect(office.get_by_role("button", name="已议")).to_have_count(0)
    office.goto(url)
    press(office, "散会")
    expect(office.get_by_text("已散会", exact=True).first).to_be_visible()


def issue_minutes(office: Page, leader: Page, url: str, work_off) -> str:
    """Draft, sign off, issue, give out; the text of the printed 纪要 comes back."""
    press(office, "起草纪要")
    office.wait_for_url(re.compile(r"/documents/\d+/"))
    document = office.url
    leader.goto(document)
    press(leader, "签发")
    expect(leader.get_by_text("已签发", exact=True).first).to_be_visible()
    office.goto(document)
    press(office, "印发")
    expect(office.get_by_text("已印发", exact=True).first).to_be_visible()
    work_off()
    office.goto(document)
    with office.expect_download() as download:
        office.get_by_role("link", name="下载 PDF").first.click()
    office.goto(url)
    press(office, "分发纪要")
    expect(office.get_by_text("纪要已印发", exact=True).first).to_be_visible()
    with pdfplumber.open(BytesIO(Path(download.value.path()).read_bytes())) as pdf:
        return "".join(page.extract_text() or "" for page in pdf.pages).replace("\n", "")


def see_it_through(village: Page, office: Page, url: str, scoped) -> None:
    """Signed for, more time asked and given, overdue all the same, reported, verified."""
    village.goto(url)
    village.get_by_role("button", name="签收").click()
    expect(village.get_by_text("已签收纪要")).to_be_visible()
    village.get_by_role("link", name="重新开放职工活动室").first.click()
    matter = village.url
    press(village, "签收")
    expect(village.get_by_text("办理中", exact=True).first).to_be_visible()
    village.get_by_role("link", name="申请延期").click()
    send(village, until=str(today() + timedelta(days=9)), reason="等待材料进场。")
    asked = re.compile("^申请延期至")
    expect(village.locator(".alert").get_by_text(asked)).to_be_visible()
    office.goto(matter)
    office.get_by_role("link", name="批复").click()
    office.get_by_label("同意延期", exact=True).check()
    office.locator("main form button.primary").last.click()
    expect(office.get_by_text("已批复，申请单位会收到通知")).to_be_visible()
    with scoped():
        late = today() - timedelta(days=1)
        FollowUp.objects.filter(title="重新开放职工活动室").update(due_on=late)
    office.goto(url)
    expect(office.get_by_role("row").filter(has_text="重新开放职工活动室")).to_contain_text(
        "已逾期"
    )
    village.goto(matter)
    village.get_by_role("link", name="申请办结").click()
    send(village, result="屋顶修好，已经开放。")
    expect(village.get_by_text("屋顶修好，已经开放。").first).to_be_visible()
    office.goto(matter)
    press(office, "核验销号")
    expect(office.get_by_text("已销号", exact=True).first).to_be_visible()


def test_from_open_matters_to_the_next_meeting(committed_cast, scoped, window, work_off):
    with scoped() as cast:
        late = follow_ups.in_hand(cast)
        FollowUp.objects.filter(pk=late.pk).update(due_on=today() - timedelta(days=3))
        series = series_of(cast)
    office, village = window(committed_cast.office), window(committed_cast.secretary)
    leader = window(committed_cast.leader)
    url = plan_one(office, series, f"{today()}T23:58", f"{today() + timedelta(days=1)}T01:00")
    bring_in_and_vet(office)
    reply_with_a_substitute(village, url)
    sit(office, url)
    text = issue_minutes(office, leader, url, work_off)
    assert "会议要求，年底前重新开放。" in text
    assert "牵头单位：红旗村" in text
    assert "赵敏（代红旗村王立）" in text
    see_it_through(village, office, url, scoped)
    later = today() + timedelta(days=40)
    plan_one(office, series, f"{later}T09:00", f"{later}T11:00")
    reported = office.get_by_role("row").filter(has_text="重新开放职工活动室")
    expect(reported).to_contain_text("已销号")
    expect(reported).to_contain_text("屋顶修好，已经开放。")
