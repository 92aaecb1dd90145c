"""The record of a meeting: typed at speed, in two windows, over a dead network."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from meetings.models import AgendaItem, Meeting
from tests.factories.meetings import sitting


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
