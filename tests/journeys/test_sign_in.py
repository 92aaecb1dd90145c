from __future__ import annotations

from playwright.sync_api import expect


def test_a_secretary_signs_in_and_stands_at_her_own_desk(committed_cast, window):
    page = window(committed_cast.secretary)

    expect(page.get_by_text("红旗村", exact=False).first).to_be_visible()
    assert page.goto("/orgs/trail/").status == 404
