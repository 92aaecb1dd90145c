"""An inspection on a phone whose network dies, to the notice, the rectification, the relapse."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.evidence.models import EvidenceUse
from gongjian.commons.questionnaires.models import QuestionnaireVersion
from gongjian.foundation.kernel.dates import today
from inspections.models import Finding, Visit
from inspections.services.inspecting import sign_visit
from tests.factories.evidence import photo
from tests.factories.inspections import (
    CHECKLIST,
    arranged,
    filled,
    inspector,
    plan_line,
    under_way,
)
from tests.factories.questionnaires import checklist
from tests.journeys.network import Network

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def planned(committed_cast, scoped) -> Visit:
    with scoped() as cast:
        version: QuestionnaireVersion = checklist(cast, *CHECKLIST, title="综合督查检查表")
        return arranged(cast, line=plan_line(cast, cast.hongqi), version=version)


@pytest.fixture
def found(planned, scoped):
    """The texts that the database holds of the visit's findings."""

    def read() -> list[str]:
        with scoped():
            return list(
                Finding.objects.filter(visit_id=planned.pk)
                .order_by("pk")
                .values_list("text", flat=True)
            )

    return read


def on_phone(page: Page) -> Page:
    page.set_viewport_size(PHONE)
    return page


def expect_saved(page: Page) -> None:
    expect(page.locator("gj-visit")).to_have_attribute("data-dirty", "0", timeout=20_000)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def expect_drawn(picture: Locator) -> None:
    """Small pictures load when they are scrolled to; a test ends with none on its way."""
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 320)
    expect(picture).to_have_js_property("complete", value=True)


def answer(page: Page, question: int, word: str) -> None:
    group = page.locator(".visit-question").nth(question)
    group.locator(".visit-choices label").filter(has_text=word).first.click()


def note_finding(page: Page, text: str) -> None:
    card = page.locator("[data-findings] .visit-card").last
    card.locator("[data-name=text]").fill(text)
    card.locator("[data-name=demand]").fill("两个月内完成换届")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_from_the_phone_to_the_relapse(
    committed_cast, planned, found, scoped, window, network, work_off
):
    inspecting = on_phone(window(committed_cast.office, network))
    _inspect_without_network(inspecting, network, planned, found)
    _sign_on_both_sides(inspecting, planned)
    _order_rectification(inspecting, planned, scoped, work_off)
    matter = _rectify(window(committed_cast.secretary))
    _verify_and_look_back(inspecting, matter)
    inspecting.goto("/inspections/findings/")
    expect(inspecting.get_by_text("反弹率 100.0%")).to_be_visible()


def _inspect_without_network(page: Page, network: Network, planned: Visit, found) -> None:
    page.goto(f"/inspections/visits/{planned.pk}/")
    page.get_by_role("link", name="开始检查").click()
    press(page, "开始检查")
    expect(page.get_by_role("heading", name="现场检查")).to_be_visible()
    answer(page, 0, "否")
    expect_saved(page)
    network.cut(page.context)
    answer(page, 1, "3")
    demand = page.locator(".visit-question").first.locator("[data-demand-finding]")
    expect(demand).to_be_visible()
    page.get_by_role("button", name="记问题").first.click()
    note_finding(page, "工会委员会超届一年")
    expect(demand).to_be_hidden()
    page.get_by_label("督查意见").fill("总体较好，抓紧换届。")
    expect(page.locator("#save-state")).to_contain_text("离线，3 项已存本机")
    assert found() == []
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0
    network.mend(page.context)
    expect_saved(page)
    assert found() == ["工会委员会超届一年"]


def _sign_on_both_sides(page: Page, planned: Visit) -> None:
    page.get_by_role("link", name="填完，去签字").click()
    page.get_by_role("link", name="组长签字").click()
    press(page, "组长签字")
    expect(page.get_by_text("待单位确认").first).to_be_visible()
    page.get_by_role("link", name="现场签字确认").click()
    page.get_by_label("签字人姓名").fill("赵春梅")
    page.get_by_label("职务").fill("党支部书记")
    page.get_by_label("单位意见").fill("情况属实。")
    press(page, "签字确认")
    expect(page.get_by_text("双方已确认").first).to_be_visible()


def _order_rectification(page: Page, planned: Visit, scoped, work_off) -> None:
    page.get_by_role("link", name="发整改通知书").click()
    expect(page.get_by_label("工会委员会超届一年")).to_be_checked()
    press(page, "发出")
    expect(page.get_by_text("已发出，被查单位会收到签收提醒")).to_be_visible()
    work_off()
    with scoped():
        job = ReportJob.objects.get(kind="inspections.notice")
        assert (job.status, job.file is not None) == ("done", True)


def _rectify(page: Page) -> str:
    page.goto("/follow-ups/mine/")
    page.get_by_role("link", name="整改：工会委员会超届一年").click()
    page.get_by_role("link", name="签收", exact=True).click()
    press(page, "签收")
    page.get_by_role("link", name="申请办结").click()
    page.get_by_label("办理结果").fill("已按程序换届，批复附后。")
    press(page, "申请办结")
    expect(page.get_by_text("等待另一位同志核验")).to_be_visible()
    # The other window reaches the server by another way, so the path alone is handed on.
    return urlsplit(page.url).path


def _verify_and_look_back(page: Page, matter: str) -> None:
    page.goto(matter)
    page.get_by_role("link", name="核验销号").click()
    press(page, "核验销号")
    expect(page.get_by_text("已销号").first).to_be_visible()
    page.goto("/inspections/findings/")
    page.get_by_role("link", name="工会委员会超届一年").click()
    expect(page.get_by_text("已销号").first).to_be_visible()
    page.goto(matter)
    page.get_by_role("link", name="反弹，重新交办").click()
    page.get_by_label("新的办理时限").fill(str(today() + timedelta(days=20)))
    page.get_by_label("理由").fill("回头看发现新班子未到位。")
    press(page, "重新交办")
    expect(page.get_by_text("计为一次反弹")).to_be_visible()


def test_a_killed_tab_and_a_dead_network_give_everything_back(
    committed_cast, planned, found, scoped, window, network, settings
):
    settings.OFFLINE_PAGES = True
    page = on_phone(window(committed_cast.office, network))
    page.goto(f"/inspections/visits/{planned.pk}/steps/start/")
    press(page, "开始检查")
    page.wait_for_function(
        "async path => Boolean(await (await caches.open('gongjian-pages')).match(path))",
        arg=f"/inspections/visits/fill/{planned.pk}/",
    )
    page.wait_for_function(
        "async () => { for (const name of await caches.keys()) if (name.startsWith("
        "'gongjian-assets')) return (await (await caches.open(name)).keys()).length > 2; }"
    )
    answer(page, 1, "4")
    expect_saved(page)
    network.cut(page.context)
    answer(page, 0, "否")
    page.get_by_role("button", name="记问题").first.click()
    note_finding(page, "花名册缺十二人")
    expect(page.locator("#save-state")).to_contain_text("离线")
    address = page.url
    context = page.context
    page.close(run_before_unload=False)

    # The page itself comes out of the phone, the network is still dead.
    again = on_phone(context.new_page())
    again.goto(address)
    expect(again.locator("[data-findings] [data-name=text]")).to_have_value("花名册缺十二人")
    # The kept page is older than what was saved: it is brought up to it.
    expect(again.locator(".visit-question").nth(1).get_by_label("4", exact=True)).to_be_checked()
    assert found() == []
    network.mend(context)
    expect_saved(again)
    assert found() == ["花名册缺十二人"]


def test_two_inspectors_with_one_question(committed_cast, planned, scoped, window):
    with scoped() as cast:
        second = inspector(cast)
    mine, theirs = on_phone(window(committed_cast.office)), on_phone(window(second))
    mine.goto(f"/inspections/visits/{planned.pk}/steps/start/")
    press(mine, "开始检查")
    expect(mine.get_by_role("heading", name="现场检查")).to_be_visible()
    theirs.goto(mine.url)
    answer(mine, 0, "是")
    expect_saved(mine)
    answer(theirs, 0, "否")
    expect(theirs.get_by_text("陈静已改为“是”")).to_be_visible()
    theirs.get_by_role("button", name="用我的").click()
    expect_saved(theirs)
    with scoped():
        visit = Visit.objects.get(pk=planned.pk)
        assert visit.sheet.answers.get().value == "no"


def test_a_photo_taken_without_network_waits_on_the_phone(
    committed_cast, planned, found, scoped, window, network
):
    page = on_phone(window(committed_cast.office, network))
    page.goto(f"/inspections/visits/{planned.pk}/steps/start/")
    press(page, "开始检查")
    expect(page.get_by_role("heading", name="现场检查")).to_be_visible()
    network.cut(page.context)
    answer(page, 0, "否")
    page.get_by_role("button", name="记问题").first.click()
    note_finding(page, "公示栏两年没有更新")
    card = page.locator("[data-findings] .visit-card").last
    card.locator("[data-file]").first.set_input_files(
        {"name": "公示栏.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    expect(card.get_by_text("网络不通，文件已存本机")).to_be_visible()
    network.mend(page.context)
    expect(card.locator(".evidence-piece")).to_contain_text("公示栏", timeout=30_000)
    expect_drawn(card.locator(".evidence-piece img"))
    expect_saved(page)
    assert found() == ["公示栏两年没有更新"]
    # Drawn anew, the card asks for what has arrived.
    page.reload()
    expect(page.locator(".visit-card .evidence-piece")).to_contain_text("公示栏")
    expect_drawn(page.locator(".visit-card .evidence-piece img"))
    with scoped():
        key = str(Finding.objects.get(visit_id=planned.pk).client_key)
        assert EvidenceUse.objects.get(subject_kind="inspections.visit").slot == key


def test_a_known_answer_is_taken_over_with_one_tap(committed_cast, scoped, window):
    with scoped() as cast:
        line = plan_line(cast, cast.hongqi, limit=9)
        version = checklist(cast, *CHECKLIST, title="综合督查检查表")
        sign_visit(filled(cast, line=line, version=version), actor=cast.office)
        visit = under_way(cast, line=line, version=version)
    page = on_phone(window(committed_cast.office))
    page.goto(f"/inspections/visits/fill/{visit.pk}/")
    known = page.locator(".visit-known")
    expect(known).to_have_count(2)
    expect(known.nth(1)).to_contain_text("督查：3")
    page.get_by_label("第2题说明").fill("实地看过")
    known.nth(1).get_by_role("button").click()
    expect(page.locator("[data-done]")).to_have_text("1")
    expect_saved(page)
    page.reload()
    expect(page.locator(".visit-question").nth(1).get_by_label("3", exact=True)).to_be_checked()
    expect(page.get_by_label("第2题说明")).to_have_value("实地看过")
