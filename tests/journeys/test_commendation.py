"""From the quota to a certificate that is revoked, as the people at it click."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from commendations.models import Nomination, Programme
from gongjian.commons.honours.models import Honour
from gongjian.foundation.kernel.dates import today
from tests.factories.commendations import DEEDS


def press(page: Page, name: str) -> None:
    page.locator("main form").get_by_role("button", name=name, exact=True).first.click()


def step(page: Page, name: str) -> None:
    """Press a step and confirm it on the page that asks."""
    page.get_by_role("link", name=name, exact=True).click()
    press(page, name)
    expect(page.get_by_text(f"已办理“{name}”")).to_be_visible()


def test_from_the_quota_to_the_revoked_certificate(committed_cast, scoped, window, work_off):
    office = window(committed_cast.office)
    address = set_up(office)
    secretary = window(committed_cast.secretary)
    nomination = nominate(secretary, address)
    for actor, button, words in (
        (committed_cast.township, "签署意见", "已签署"),
        (committed_cast.county, "推荐", "已推荐"),
    ):
        page = window(actor)
        page.goto(nomination)
        page.get_by_role("link", name=button, exact=True).click()
        press(page, "同意并上报" if button == "签署意见" else "推荐")
        expect(page.get_by_text(words).first).to_be_visible()
    check_and_announce(office, address, nomination)
    neighbour = window(committed_cast.neighbour)
    objection(neighbour, office, address)
    with scoped():
        # The days of the notice pass.
        Programme.objects.update(notice_until=today() - timedelta(days=1))
    leader = window(committed_cast.leader)
    leader.goto(address)
    step(leader, "审定决定")
    papers(office, address, work_off)
    with scoped():
        honour = Honour.objects.get()
        assert Nomination.objects.get().state == "awarded"
    revoke(leader, neighbour, honour)


def set_up(page: Page) -> str:
    page.goto("/commendations/")
    page.get_by_role("link", name="发起评先表彰").click()
    page.get_by_label("名称").fill("年度先进集体")
    page.get_by_label("推荐条件").fill("两个组织健全。")
    page.get_by_label("推荐截止").fill(str(today()))
    press(page, "保存")
    address = page.url
    page.get_by_role("link", name="添加荣誉类别").click()
    page.get_by_label("荣誉名称").fill("先进集体")
    page.get_by_label("集体", exact=True).check()
    page.get_by_label("名额").fill("2")
    page.get_by_label("比例要求").fill("一线职工越多越好")
    press(page, "保存")
    expect(page.get_by_text("第1行看不懂").last).to_be_visible()
    page.get_by_label("比例要求").fill("村和社区不少于50%")
    press(page, "保存")
    page.get_by_label("清河县").fill("3")
    press(page, "保存")
    expect(page.get_by_text("多1个").first).to_be_visible()
    page.get_by_label("清河县").fill("1")
    press(page, "保存")
    expect(page.get_by_text("清河县 0/1")).to_be_visible()
    step(page, "下发通知")
    return address


def nominate(page: Page, address: str) -> str:
    page.goto(address)
    page.get_by_role("link", name="申报", exact=True).click()
    page.get_by_label("事迹摘要").fill("板凳会解决实际问题。")
    page.get_by_label("主要事迹").fill(DEEDS)
    press(page, "保存")
    step(page, "报送")
    return page.url


def check_and_announce(page: Page, address: str, nomination: str) -> None:
    page.goto(nomination)
    page.get_by_role("link", name="资格审查").click()
    expect(page.get_by_text("没有查到一票否决")).to_be_visible()
    press(page, "审查通过")
    expect(page.get_by_text("资格审查已通过")).to_be_visible()
    page.goto(address)
    page.get_by_role("link", name="截止推荐，开始评审").click()
    page.locator("[name=reason]").fill("推荐已经齐全。")
    press(page, "截止推荐，开始评审")
    expect(page.get_by_text("已办理“截止推荐，开始评审”")).to_be_visible()
    page.goto(nomination)
    step(page, "列入拟表彰")
    page.goto(address)
    expect(page.get_by_text("1/1（100.0%）")).to_be_visible()
    page.get_by_role("link", name="公示", exact=True).click()
    page.get_by_label("公示截止").fill(str(today() + timedelta(days=1)))
    press(page, "公示")
    expect(page.get_by_text("公示不少于5个工作日").last).to_be_visible()
    page.get_by_label("公示截止").fill(str(today() + timedelta(days=14)))
    press(page, "公示")
    expect(page.get_by_text("已公示，各单位会收到提醒")).to_be_visible()


def objection(page: Page, office: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="提出异议").click()
    page.get_by_label("异议内容").fill("换届材料是后补的，请组织核实。")
    press(page, "提出")
    expect(page.get_by_text("已提出，办公室核实后会答复")).to_be_visible()
    office.goto(address)
    office.get_by_role("link", name="核实", exact=True).click()
    office.get_by_label("异议不成立，维持名单").check()
    office.get_by_label("核实情况").fill("查阅原件，换届手续齐全，日期相符。")
    press(office, "答复")
    expect(office.get_by_text("不成立").first).to_be_visible()


def papers(page: Page, address: str, work_off) -> None:
    page.goto(address)
    page.get_by_role("link", name="打印证书").click()
    press(page, "生成 PDF")
    work_off()
    page.reload()
    with page.expect_download() as waited:
        page.get_by_role("link", name="下载").first.click()
    assert waited.value.suggested_filename.endswith(".pdf")
    page.goto(address)
    page.get_by_role("link", name="起草决定").click()
    press(page, "生成草稿")
    expect(page.get_by_text("草稿已生成")).to_be_visible()


def revoke(leader: Page, other: Page, honour: Honour) -> None:
    public = f"/honours/verify/{honour.code}/"
    other.context.clear_cookies()
    other.goto(public)
    expect(other.get_by_role("heading", name="证书有效")).to_be_visible()
    leader.goto(honour.get_absolute_url())
    leader.get_by_role("link", name="撤销荣誉").click()
    leader.locator("[name=reason]").fill("申报材料不实。")
    press(leader, "撤销荣誉")
    expect(leader.get_by_text("证书核验页从现在起显示“已撤销”")).to_be_visible()
    other.goto(public)
    expect(other.get_by_role("heading", name="已撤销")).to_be_visible()
    expect(other.get_by_text("申报材料不实")).to_be_visible()
