"""From a study topic over a paper judged blind to what another unit adopted, as people click."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from gongjian.foundation.kernel.dates import today
from seminars.models import Call, Paper
from tests.factories.seminars import call_of, judge_of

_TEXT = (
    "红旗村过去换届要开四次会。把两个组织的换届放在同一个月，会议减为两次，到会率提高两成。"
    "建议由县里统一明确提前换届的手续，写进年度安排。"
)


def press(page: Page, name: str) -> None:
    page.locator("main form").get_by_role("button", name=name, exact=True).first.click()


def step(page: Page, name: str) -> None:
    """Press a step and confirm it on the page that asks."""
    page.get_by_role("link", name=name, exact=True).click()
    press(page, name)
    expect(page.get_by_text(f"已办理“{name}”")).to_be_visible()


def test_from_the_topic_to_what_was_adopted(committed_cast, scoped, window):
    with scoped() as cast:
        call = call_of(cast, longest=900)
        judges = [judge_of(cast, call, f"评委{number}")[0] for number in range(2)]
    secretary, office = window(committed_cast.secretary), window(committed_cast.office)
    apply_for_topic(secretary)
    approve_topic(office)
    write_paper(secretary, call)
    make_anonymous(office, call)
    for judge in judges:
        review(window(judge))
    give_prizes(office, call)
    with scoped():
        # The days of the notice pass.
        Call.objects.filter(pk=call.pk).update(notice_until=today() - timedelta(days=1))
    leader = window(committed_cast.leader)
    leader.goto(call.get_absolute_url())
    step(leader, "审定公布")
    with scoped():
        paper = Paper.objects.get()
    adopt(secretary, window(committed_cast.county), paper)


def apply_for_topic(page: Page) -> None:
    page.goto("/seminars/topics/")
    page.get_by_role("link", name="申报课题").click()
    page.get_by_label("课题名称").fill("同步换届研究")
    page.get_by_label("负责人").fill("赵春梅")
    page.get_by_label("要解决的问题").fill("一年里要开四次换届的会。")
    page.get_by_label("研究办法和分工").fill("走访十个单位。")
    page.get_by_label("预期成果").fill("报告一篇")
    press(page, "保存")
    step(page, "申报立项")


def approve_topic(page: Page) -> None:
    page.goto("/seminars/topics/")
    page.get_by_role("link", name="同步换届研究").click()
    page.get_by_role("link", name="批准立项").click()
    page.get_by_label("结题时限").fill(str(today() + timedelta(days=90)))
    press(page, "批准立项")
    expect(page.get_by_text("已立项，承担单位会收到提醒")).to_be_visible()


def write_paper(page: Page, call: Call) -> None:
    page.goto(call.get_absolute_url())
    page.get_by_role("link", name="撰写论文").click()
    page.get_by_label("题目").fill("红旗村同步换届的做法")
    page.get_by_label("所属课题").select_option(label="同步换届研究")
    expect(page.get_by_label("作者")).to_have_value("赵春梅")
    text = page.locator(".rich-text")
    text.click()
    text.press_sequentially(_TEXT)
    press(page, "保存")
    expect(page.get_by_text("已保存。")).to_be_visible()
    step(page, "提交")


def make_anonymous(page: Page, call: Call) -> None:
    page.goto(call.get_absolute_url())
    page.get_by_role("link", name="截稿", exact=True).click()
    page.locator("[name=reason]").fill("稿件已经收齐。")
    press(page, "截稿")
    page.get_by_role("link", name="制作匿名稿").click()
    expect(page.get_by_text("红旗村（作者单位）")).to_be_visible()
    press(page, "确认匿名稿")
    expect(page.get_by_text("评委看到的匿名稿")).to_be_visible()
    copy = page.locator(".card.is-text .prose").last
    expect(copy).to_contain_text("××过去换届要开四次会")
    expect(copy).not_to_contain_text("红旗")
    page.goto(call.get_absolute_url())
    page.get_by_role("link", name="平均分配评委").click()
    press(page, "分配")
    expect(page.get_by_text("已分配2份。")).to_be_visible()
    step(page, "开始评审")


def review(page: Page) -> None:
    page.get_by_role("link", name="评审 1 篇论文").click()
    page.locator("main table tbody a").first.click()
    expect(page.get_by_role("heading", name="××同步换届的做法")).to_be_visible()
    for group in page.locator("fieldset.field").all():
        group.get_by_label("5", exact=True).check()
    press(page, "提交评审")
    expect(page.get_by_text("请写评语，至少10个字。", exact=True)).to_be_visible()
    # What was marked is still there.
    expect(page.locator("fieldset.field input:checked")).to_have_count(2)
    page.get_by_label("评语").fill("问题抓得准，建议补充可比较的数据。")
    press(page, "提交评审")
    expect(page.get_by_text("80.00")).to_be_visible()


def give_prizes(page: Page, call: Call) -> None:
    page.goto(call.get_absolute_url())
    step(page, "按得分拟奖")
    expect(page.locator("main table").first).to_contain_text("一等奖")
    page.get_by_role("link", name="公示", exact=True).click()
    page.get_by_label("公示截止").fill(str(today() + timedelta(days=14)))
    press(page, "公示")
    expect(page.get_by_text("已公示，各单位会收到提醒")).to_be_visible()


def adopt(author: Page, county: Page, paper: Paper) -> None:
    author.goto(paper.get_absolute_url())
    expect(author.get_by_text("问题抓得准")).to_have_count(2)
    author.get_by_role("link", name="登记成果转化").click()
    author.locator(".ts-control input").fill("清河")
    author.locator(".ts-dropdown [data-selectable]").filter(has_text="清河县").first.click()
    author.get_by_label("文件或会议").fill("同步换届工作办法")
    author.get_by_label("采纳了什么").fill("提前换届的手续。")
    press(author, "登记")
    expect(author.get_by_text("已登记，采纳单位确认后计入")).to_be_visible()
    county.get_by_role("link", name="确认是否采纳：红旗村同步换届的做法").click()
    step(county, "确认采纳")
    author.goto("/seminars/uptakes/")
    expect(author.get_by_text("现有 1 项")).to_be_visible()
    expect(author.locator("main table")).to_contain_text("已确认")
