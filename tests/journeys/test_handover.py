"""A secretary leaves, another comes: the list goes from hand to hand in their own windows."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import expect

from gongjian.foundation.kernel.dates import today
from orgs.enums import HandoverState
from orgs.models import Handover
from tests.factories.guidance import make_placed, make_work_plan_in_force, seat_successor
from tests.factories.planning import issue_down_to_the_village
from tests.factories.returns import open_quarter


def test_the_list_goes_from_the_old_secretary_to_the_new(committed_cast, scoped, window):
    with scoped() as cast:
        plan = issue_down_to_the_village(cast, year=today().year)
        make_work_plan_in_force(cast, plan, make_placed(cast, cast.hongqi), weights=(100,))
        open_quarter(cast)

    # The administrator ends the term from the page of the unit.
    desk = window(committed_cast.administrator)
    desk.goto(reverse("orgs:unit_detail", args=[committed_cast.hongqi.pk]))
    desk.get_by_role("link", name="卸任").first.click()
    desk.get_by_role("button", name="卸任").click()
    expect(desk.get_by_text("已办理卸任。")).to_be_visible()
    with scoped() as cast:
        handover = Handover.objects.get()
        successor = seat_successor(cast)

    # The old secretary, on the last day.
    old = window(committed_cast.secretary)
    old.goto("/")
    old.get_by_role("link", name="确认移交", exact=False).first.click()
    expect(old.get_by_text("发展会员数", exact=False).first).to_be_visible()
    expect(old.get_by_text("未办结的季度报表").first).to_be_visible()
    old.get_by_role("link", name="确认移交").click()
    old.get_by_label("移交说明").fill("印章和台账在东边柜中。")
    old.get_by_role("button", name="确认移交").click()
    expect(old.get_by_text("已确认移交", exact=False)).to_be_visible()

    # The new one, line by line.
    new = window(successor)
    new.goto(handover.get_absolute_url())
    expect(new.get_by_text("印章和台账在东边柜中。").first).to_be_visible()
    new.get_by_role("link", name="逐项接收").click()
    for box in new.get_by_role("checkbox").all():
        box.check()
    new.get_by_role("button", name="保存").click()
    new.get_by_role("link", name="签收", exact=True).click()
    new.get_by_role("button", name="签收").click()
    expect(new.get_by_text("清单已冻结", exact=False)).to_be_visible()

    # And what is to be done this year stands on one page.
    new.goto(reverse("responsibilities:my_program"))
    expect(new.get_by_text("走访企业")).to_be_visible()
    new.get_by_role("link", name="登记完成").click()
    new.get_by_label("完成情况").fill("走访企业三家。")
    new.get_by_role("button", name="登记").click()
    expect(new.get_by_text("走访企业三家。", exact=False)).to_be_visible()

    with scoped():
        handover = Handover.objects.get()
        assert handover.state == HandoverState.RECEIVED
        assert len(handover.snapshot) == handover.items.count() > 1
