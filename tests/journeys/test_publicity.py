"""From a planned report to the page that everybody may read, as the people at it click."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from gongjian.foundation.kernel.dates import today
from publicity.models import Campaign
from tests.factories.evidence import photo
from tests.factories.publicity import outlet_of, publicity_rules


def step(page: Page, name: str) -> None:
    """Press a step and confirm it on the page that asks."""
    page.get_by_role("link", name=name).click()
    page.locator("main form").get_by_role("button", name=name).click()
    expect(page.get_by_text(f"已办理“{name}”")).to_be_visible()


def test_from_the_plan_to_the_public_page(
    committed_cast, scoped, window, browser: Browser, live_server
):
    with scoped() as cast:
        publicity_rules(cast)
        outlet_of(cast, "省工人报", medium="union_press", level="province")
    office, secretary = window(committed_cast.office), window(committed_cast.secretary)
    plan(office)
    with scoped():
        campaign = Campaign.objects.get().get_absolute_url()
    enter(secretary, campaign)
    verify(office, secretary.url)
    secretary.goto("/points/")
    expect(secretary.get_by_text("省级刊播 10 分").first).to_be_visible()
    office.goto(campaign)
    expect(office.get_by_text("计划 1 篇，已刊播 1 篇")).to_be_visible()
    compile_review(office)
    open_page(office)
    stranger = browser.new_context(base_url=live_server.url, locale="zh-CN")
    page = stranger.new_page()
    page.goto("/publicity/news/9900/")
    expect(page.get_by_role("heading", name="板凳会开到老槐树下")).to_be_visible()
    expect(page.get_by_text("红旗村")).to_have_count(0)
    stranger.close()


def plan(office: Page) -> None:
    office.goto("/publicity/campaigns/")
    office.get_by_role("link", name="新建策划").click()
    office.get_by_label("名称").fill("集中宣传")
    office.get_by_label("主题").fill("新就业群体")
    office.get_by_label("目标和要点").fill("讲清楚怎样入会。")
    office.get_by_label("开始日期").fill((today() - timedelta(days=9)).isoformat())
    office.get_by_label("结束日期").fill((today() + timedelta(days=9)).isoformat())
    office.get_by_role("button", name="保存").click()
    office.get_by_role("link", name="安排刊播").click()
    office.get_by_label("选题").fill("板凳会上的新会员")
    office.locator("input[id$=-ts-control]").fill("红旗村")
    office.locator(".ts-dropdown .option", has_text="红旗村").first.click()
    office.get_by_label("媒体类别").select_option("union_press")
    office.get_by_label("层级").select_option("province")
    office.get_by_label("计划刊播日期").fill(today().isoformat())
    office.get_by_role("button", name="列入计划").click()
    expect(office.get_by_text("已列入计划。")).to_be_visible()
    step(office, "启动")


def enter(secretary: Page, campaign: str) -> None:
    secretary.goto(campaign)
    secretary.get_by_role("link", name="登记刊播").click()
    secretary.locator("input[name=title]").fill("板凳会开到老槐树下")
    secretary.locator("select[name=outlet]").select_option(label="省工人报（省级，工会报刊）")
    secretary.get_by_label("刊播日期").fill(today().isoformat())
    secretary.get_by_role("button", name="保存").click()
    expect(secretary.get_by_text("还差剪报")).to_be_visible()
    secretary.locator("input[type=file][multiple]").set_input_files(
        {"name": "剪报.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    expect(secretary.get_by_role("link", name="剪报.jpg").first).to_be_visible()
    step(secretary, "报送核实")


def verify(office: Page, address: str) -> None:
    office.goto(address)
    step(office, "核实通过")
    office.get_by_role("link", name="对外公开").click()
    office.get_by_label("标题、摘要不含职工个人信息").check()
    office.get_by_role("button", name="公开", exact=True).click()
    expect(office.get_by_text("已公开。")).to_be_visible()


def compile_review(office: Page) -> None:
    office.goto("/publicity/reviews/")
    office.get_by_role("link", name="编印一期").click()
    office.get_by_role("button", name="编印").click()
    expect(office.get_by_role("heading", name="1. 板凳会开到老槐树下")).to_be_visible()
    office.get_by_role("link", name="打印 PDF").click()
    office.get_by_role("button", name="生成 PDF").click()
    expect(office.get_by_text("媒体看党工共建").first).to_be_visible()


def open_page(office: Page) -> None:
    office.goto("/publicity/public-page/")
    office.get_by_label("对外开放").check()
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("现在对外开放。")).to_be_visible()
