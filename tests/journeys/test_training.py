"""A class in three windows: plan, sign-up, wait-list, roll, evaluation, certificates, file."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from gongjian.foundation.kernel.dates import today
from tests.factories.training import evaluation
from training.models import Certificate, TrainingClass

TITLE = "基层工会主席培训班"
PEOPLE = ("赵春梅", "李平", "王芳", "周强")


def press(page: Page, label: str) -> None:
    """The button of an action, and the one that confirms it on the next page."""
    page.get_by_role("link", name=label, exact=True).first.click()
    page.locator("main form button.primary").last.click()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form button.primary").last.click()


def plan_and_approve(office: Page, leader: Page) -> str:
    day = str(today())
    office.goto("/training/plans/new/")
    fill(office, year=day[:4], aim="轮训基层工会主席。", budget="50000")
    expect(office.get_by_text("还没有班次")).to_be_visible()
    plan = office.url
    office.get_by_role("link", name="增加班次").click()
    fill(
        office, title=TITLE, audience="工会主席", aim="建会入会。", starts_on=day, ends_on=day,
        apply_by=day, place="市委党校", capacity="3", budget="20000",
    )  # fmt: skip
    expect(office.get_by_text("已列入计划")).to_be_visible()
    url = office.url
    office.get_by_role("link", name="排课", exact=True).click()
    fill(office, topic="党建带工建", starts_at=f"{day}T00:00", ends_at=f"{day}T00:30", hours="4")
    expect(office.get_by_text("已排入课表")).to_be_visible()
    office.goto(plan)
    press(office, "报请批准")
    expect(office.get_by_text("待批准", exact=True).first).to_be_visible()
    leader.goto(plan)
    press(leader, "批准计划")
    expect(leader.get_by_text("已批准", exact=True).first).to_be_visible()
    office.goto(url)
    press(office, "开放报名")
    expect(office.locator("[aria-current=step]")).to_have_text("报名中")
    return url


def sign_up_and_wait(secretary: Page, url: str) -> None:
    secretary.goto(url)
    for place, name in enumerate(PEOPLE):
        secretary.get_by_role("link", name="报名", exact=True).click()
        fill(secretary, name=name)
        said = "已录取。" if place < 3 else "已列入候补"
        expect(secretary.get_by_text(said).first).to_be_visible()
    secretary.get_by_role("link", name="李平").click()
    secretary.get_by_role("link", name="取消报名").click()
    fill(secretary, reason="出差")
    expect(secretary.get_by_text("已取消", exact=True).first).to_be_visible()
    secretary.goto(url)
    row = secretary.get_by_role("row").filter(has_text="周强")
    expect(row.get_by_text("已录取")).to_be_visible()


def call_and_finish(office: Page, url: str) -> None:
    office.goto(url)
    office.get_by_role("link", name="设定问卷").click()
    office.locator("main [name=version]").select_option(index=1)
    office.locator("main form button.primary").last.click()
    expect(office.get_by_text("已设定")).to_be_visible()
    press(office, "确定名单")
    expect(office.locator("[aria-current=step]")).to_have_text("名单已定")
    press(office, "开班")
    expect(office.locator("[aria-current=step]")).to_have_text("培训中")
    office.locator("a[href*='/rolls/sessions/']").first.click()
    expect(office.get_by_text("应到 3 人")).to_be_visible()
    office.get_by_role("button", name="其余全部出席").click()
    expect(office.get_by_text("实到 3 人")).to_be_visible()
    office.goto(url)
    press(office, "结班")
    expect(office.locator("[aria-current=step]")).to_have_text("已结班")


def test_a_class_from_its_plan_to_its_archived_file(committed_cast, scoped, window):
    with scoped() as cast:
        evaluation(cast)
    office, leader = window(committed_cast.office), window(committed_cast.leader)
    secretary = window(committed_cast.secretary)
    url = plan_and_approve(office, leader)
    sign_up_and_wait(secretary, url)
    call_and_finish(office, url)

    # What is missing is named, and stops the archiving.
    press(office, "归档")
    expect(office.get_by_text("材料还缺")).to_be_visible()
    secretary.goto(url)
    secretary.get_by_role("link", name="去评价").click()
    secretary.locator("main input[type=radio][value='5']").first.check()
    secretary.get_by_role("button", name="提交评价").click()
    expect(secretary.get_by_text("感谢您的评价")).to_be_visible()
    office.goto(url)
    expect(office.get_by_text("暂不显示结果")).to_be_visible()
    for sheet in range(2):
        office.get_by_role("link", name="录入纸质评价").click()
        office.locator("main input[type=radio][value='4']").first.check()
        office.get_by_role("button", name="录入这一份").click()
        expect(office.get_by_text("已录入一份")).to_be_visible()
        office.goto(url)
        expect(office.get_by_text(re.compile(rf"收回 {sheet + 2} 份"))).to_be_visible()
    expect(office.get_by_text("暂不显示结果")).to_have_count(0)

    press(office, "发结业证书")
    expect(office.get_by_text("已编号发证")).to_be_visible()
    office.get_by_role("link", name="登记", exact=True).click()
    fill(office, planned="20000", spent="18000")
    expect(office.get_by_text("18000.00").first).to_be_visible()
    office.get_by_role("link", name="议程和小结").click()
    fill(office, opening="领导讲话", summary="顺利。")
    expect(office.get_by_text("已保存")).to_be_visible()
    press(office, "归档")
    expect(office.locator("[aria-current=step]")).to_have_text("已归档")

    with scoped():
        code = Certificate.objects.order_by("pk").first().code
        assert TrainingClass.objects.get().enrolments.filter(state="completed").count() == 3
        assert Certificate.objects.count() == 3
    anyone = office.context.browser.new_context(base_url=office.url.split("/training")[0])
    page = anyone.new_page()
    page.goto(f"/training/verify/{code}/")
    expect(page.get_by_text("有效", exact=True)).to_be_visible()
    expect(page.get_by_text(TITLE)).to_be_visible()
    anyone.close()
    # The hours stand in the person's own record.
    secretary.goto("/training/")
    secretary.get_by_role("link", name="我的学时").click()
    expect(secretary.get_by_role("link", name=TITLE)).to_be_visible()
