"""The three jobs the product exists for, done by three people in three windows."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import pdfplumber
from playwright.sync_api import expect

from assessments.models import CommendationList, SchemeItem, UnitScore
from assessments.queries import units_to_judge
from assessments.services.commendations import decide_commendation, draft_commendation
from assessments.services.defaults import scheme_from_defaults
from assessments.services.judging import enter_judged_scores
from assessments.services.runs import run_assessment
from assessments.services.schemes import publish_scheme
from gongjian.commons.documents.models import OfficialDocument
from gongjian.foundation.calendar.periods import ensure_year
from responsibilities.models import Obligation, QuarterlyReturn, Target
from tests.factories.assessments import make_official
from tests.factories.planning import make_approved_plan, target_of
from tests.factories.returns import open_quarter


def decided_commendation(cast) -> CommendationList:
    """A list that the leading group has decided, out of a judged assessment."""
    scheme = publish_scheme(
        scheme_from_defaults(ensure_year(2026), actor=cast.office), actor=cast.office
    )
    item = SchemeItem.objects.get(scheme=scheme, method="judged")
    marks = {
        member.unit_id: (Decimal(96 - place), "")
        for place, member in enumerate(units_to_judge(item, cast.office))
    }
    enter_judged_scores(item, actor=cast.office, scores=marks)
    run = run_assessment(scheme, actor=cast.office)
    run = make_official(run, office=cast.office, leader=cast.leader)
    best = UnitScore.objects.filter(run=run, decided_grade="excellent")
    commendation = draft_commendation(
        run,
        actor=cast.office,
        values={"title": "关于表扬2026年度先进集体的通报", "kind": "praise"},
        picks=dict.fromkeys(best.values_list("pk", flat=True), ""),
    )
    return decide_commendation(commendation, actor=cast.leader)


def test_staff_divide_a_target_and_hand_it_down(committed_cast, scoped, window):
    with scoped() as cast:
        plan = make_approved_plan(cast, codes=("Z203",), value=1200)
        target = target_of(plan, cast.city)
    page = window(committed_cast.office)

    page.goto(f"/responsibilities/allocation/targets/{target.pk}/")
    page.get_by_label("清河县", exact=False).first.fill("700")
    page.get_by_label("云山区", exact=False).first.fill("400")
    page.get_by_role("button", name="保存并下达").click()
    expect(page.get_by_text("还差 100").first).to_be_visible()
    # Nothing typed is lost with the refusal.
    expect(page.get_by_label("清河县", exact=False).first).to_have_value("700")
    page.get_by_label("云山区", exact=False).first.fill("500")
    page.get_by_role("button", name="保存并下达").click()
    page.wait_for_load_state()

    with scoped():
        issued = Target.objects.filter(parent=target).order_by("unit__path")
        assert [(row.unit.name, row.value, row.state) for row in issued] == [
            ("清河县", 700, "issued"),
            ("云山区", 500, "issued"),
        ]


def test_a_secretary_files_and_the_superior_accepts(committed_cast, scoped, window):
    with scoped() as cast:
        period, _ = open_quarter(cast)
        owed = Obligation.objects.get(unit=cast.hongqi, period=period)
    page = window(committed_cast.secretary)

    page.get_by_role("link", name=re.compile("报表待填报")).first.click()
    page.get_by_label("职工总数").fill("1,20o")
    page.get_by_label("工会会员数").click()
    expect(page.get_by_text("请填写数字").first).to_be_visible()
    page.get_by_label("职工总数").fill("１２０")
    for text in ("90", "12", "8", "6"):
        page.keyboard.press("Enter")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    page.get_by_role("button", name="报送").first.click()
    expect(page.get_by_text("已报送").first).to_be_visible()

    superior = window(committed_cast.township)
    superior.get_by_role("link", name=re.compile("审核 1 份季度报表")).click()
    superior.get_by_role("link", name="红旗村").click()
    superior.get_by_role("button", name="审核通过").first.click()
    expect(superior.get_by_text("已通过红旗村的报表").first).to_be_visible()

    with scoped():
        row = QuarterlyReturn.objects.get(obligation=owed)
        assert row.state == "accepted"
        assert [int(value) for value in row.values] == [120, 90, 12, 8, 6]


def test_an_administrator_exports_the_commendation_report(committed_cast, scoped, window, work_off):
    with scoped() as cast:
        commendation = decided_commendation(cast)
    office, leader = window(committed_cast.office), window(committed_cast.leader)

    office.goto(commendation.get_absolute_url())
    office.get_by_role("link", name="生成通报").click()
    office.get_by_role("button", name=re.compile("生成|起草|确定")).first.click()
    office.wait_for_url(re.compile(r"/documents/\d+/"))
    address = office.url
    leader.goto(address)
    leader.get_by_role("link", name="签发").click()
    leader.locator("main form button.primary").click()
    office.goto(address)
    office.get_by_role("link", name=re.compile("印发")).click()
    office.locator("main form button.primary").click()
    office.wait_for_load_state()
    work_off()
    office.goto(address)
    with office.expect_download() as download:
        office.get_by_role("link", name=re.compile("下载 PDF")).first.click()

    content = download.value.path().read_bytes()
    with pdfplumber.open(BytesIO(content)) as pdf:
        text = "".join(page.extract_text() or "" for page in pdf.pages)
    assert "1号" in text
    assert "清河县" in text
    assert "东风镇红旗村" in text
    with scoped():
        document = OfficialDocument.objects.get()
        assert document.state == "issued"
        assert document.number == 1


def test_what_is_typed_before_the_script_arrives_is_saved_too(committed_cast, scoped, window):
    with scoped() as cast:
        period, _ = open_quarter(cast)
        owed = Obligation.objects.get(unit=cast.hongqi, period=period)
    page = window(committed_cast.secretary)
    held: list = []
    page.route("**/form*.js", lambda route: held.append(route))

    page.goto(f"/responsibilities/returns/fill/{owed.pk}/", wait_until="commit")
    page.get_by_label("职工总数").fill("120")
    held[0].continue_()
    expect(page.locator("gj-return")).to_have_attribute("data-dirty", "0")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    expect(page.locator("#save-state")).to_contain_text(":")

    with scoped():
        assert QuarterlyReturn.objects.get(obligation=owed).values[0] == 120
