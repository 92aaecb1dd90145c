from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from gongjian.commons.evidence.services.keeping import take_away
from gongjian.commons.notices.models import Notice
from gongjian.commons.points.models import PointAccount, PointFact
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from publicity.enums import PlacementState
from publicity.models import Placement
from publicity.queries import alike, clippings_of, counted, family_of, public_news, readable_by
from publicity.services.pasting import enter_pasted, read_pasted
from publicity.services.register import (
    annul_placement,
    file_placement,
    reject_placement,
    release_placement,
    send_back_placement,
    set_family,
    verify_placement,
    withdraw_placement,
    write_placement,
)
from publicity.services.reviews import make_review, save_public_page
from tests.factories.evidence import attached, photo
from tests.factories.publicity import (
    campaign_of,
    entry_of,
    filed,
    outlet_of,
    percent,
    publicity_rules,
    verified,
)

pytestmark = pytest.mark.django_db


def total(unit) -> Decimal:
    account = PointAccount.objects.filter(unit=unit, mechanism="publicity").first()
    return account.total if account else Decimal(0)


def test_a_report_is_entered_proved_filed_and_verified(cast):
    publicity_rules(cast)
    placement = filed(cast, is_front=True)
    assert (placement.state, placement.filed_on) == (PlacementState.FILED, today())
    placement = verify_placement(placement, actor=cast.office, reason="原件已核对")
    assert placement.state == PlacementState.VERIFIED
    assert placement.remark == "原件已核对"
    assert total(cast.hongqi) == 10
    assert Notice.objects.filter(title__contains="已核实").exists()
    assert placement.published_on < placement.entered_at.date()


def test_an_address_alone_is_no_proof(cast):
    placement = entry_of(cast, with_proof=False, link="https://example.org/a")
    with pytest.raises(DomainError, match="剪报"):
        file_placement(placement, actor=cast.secretary)
    use = attached(placement, cast.secretary, name="剪报.jpg", content=photo())
    assert len(clippings_of(placement)[0].evidence.file.sha256) == 64
    take_away(use, actor=cast.secretary)
    with pytest.raises(DomainError, match="剪报"):
        file_placement(placement, actor=cast.secretary)


def test_proof_is_sealed_once_filed(cast):
    placement = filed(cast)
    with pytest.raises(StateConflict):
        take_away(clippings_of(placement)[0], actor=cast.secretary)
    with pytest.raises(StateConflict):
        attached(placement, cast.secretary, name="又一张.jpg", content=photo(colour=(1, 2, 3)))


def test_nobody_verifies_what_they_entered(cast):
    placement = filed(cast, cast.office, unit=cast.hongqi)
    with pytest.raises(NotPermitted, match="另一人"):
        verify_placement(placement, actor=cast.office)
    with pytest.raises(NotPermitted):
        verify_placement(filed(cast, title="另一篇"), actor=cast.township)


def test_the_same_report_is_filed_once(cast):
    filed(cast)
    twin = entry_of(cast, cast.neighbour, title="板凳会，开到老槐树下！")
    with pytest.raises(DomainError, match="已由红旗村登记"):
        file_placement(twin, actor=cast.neighbour)
    linked = entry_of(cast, title="甲", link="https://example.org/1")
    file_placement(linked, actor=cast.secretary)
    other = entry_of(cast, cast.neighbour, title="乙", link="https://example.org/1")
    with pytest.raises(DomainError, match="已由红旗村登记"):
        file_placement(other, actor=cast.neighbour)


def test_the_database_keeps_a_twin_out_as_well(cast):
    filed(cast)
    twin = entry_of(cast, cast.neighbour)
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.filter(pk=twin.pk).update(state=PlacementState.FILED)


def test_what_was_not_verified_is_never_released(cast):
    placement = filed(cast)
    with pytest.raises(StateConflict):
        release_placement(placement, actor=cast.office, is_released=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.filter(pk=placement.pk).update(is_released=True)


def test_reprints_form_one_family_and_count_half(cast):
    publicity_rules(cast)
    first = verified(cast)
    province = outlet_of(cast, "省工人报", medium="union_press", level="province")
    again = filed(cast, outlet=province, published_on=today() - timedelta(days=1))
    assert alike(again) == [first]
    with pytest.raises(DomainError, match="转载"):
        verify_placement(again, actor=cast.office)
    again = set_family(again, actor=cast.office, first=first)
    verify_placement(again, actor=cast.office)
    assert [row.pk for row in family_of(first)] == [first.pk, again.pk]
    assert total(cast.hongqi) == 5 + 5
    # A reprint of a reprint belongs to the first.
    third = filed(cast, outlet=outlet_of(cast, "示范新闻网", medium="web"))
    assert set_family(third, actor=cast.office, first=again).reprint_of_id == first.pk
    with pytest.raises(StateConflict):
        set_family(first, actor=cast.office, first=again)


def test_a_likeness_may_be_none_with_a_reason(cast):
    verified(cast)
    other = filed(cast, outlet=outlet_of(cast, "县报", level="county"))
    with pytest.raises(FieldErrors):
        set_family(other, actor=cast.office, first=None)
    other = set_family(other, actor=cast.office, first=None, reason="同题不同文")
    assert verify_placement(other, actor=cast.office).state == PlacementState.VERIFIED


def test_credit_is_shared_and_makes_a_hundred(cast):
    publicity_rules(cast)
    parts = [percent(cast.hongqi, 60), percent(cast.xinghuo, 40)]
    verified(cast, parts=parts)
    assert (total(cast.hongqi), total(cast.xinghuo)) == (3, 2)
    for wrong in (
        [percent(cast.hongqi, 60), percent(cast.xinghuo, 50)],
        [percent(cast.hongqi, 50), percent(cast.hongqi, 50)],
    ):
        with pytest.raises(FieldErrors):
            entry_of(cast, title="另一篇", parts=wrong, with_proof=False)


def test_taking_a_verification_back_reverses_the_points_and_hides_it(cast):
    publicity_rules(cast)
    placement = release_placement(verified(cast), actor=cast.office, is_released=True)
    placement = annul_placement(placement, actor=cast.office, reason="日期有误")
    assert (placement.state, placement.is_released) == (PlacementState.RETURNED, False)
    assert total(cast.hongqi) == 0
    again = verify_placement(file_placement(placement, actor=cast.secretary), actor=cast.office)
    assert again.state == PlacementState.VERIFIED
    assert total(cast.hongqi) == 5
    assert PointFact.objects.filter(withdrawn_at=None).count() == 1


def test_refusals_need_a_reason_and_are_told(cast):
    placement = filed(cast)
    for act in (send_back_placement, reject_placement):
        with pytest.raises(DomainError, match="理由"):
            act(placement, actor=cast.office, reason=" ")
    reject_placement(placement, actor=cast.office, reason="不是本单位的工作")
    assert Notice.objects.filter(title__contains="不予认定", body="不是本单位的工作").exists()
    with pytest.raises(StateConflict):
        verify_placement(placement, actor=cast.office)
    # It stands in nobody's way any more.
    assert filed(cast, cast.neighbour).state == PlacementState.FILED


def test_a_filed_entry_is_not_changed_and_may_be_withdrawn(cast):
    placement = filed(cast)
    with pytest.raises(StateConflict):
        write_placement(placement, actor=cast.secretary, unit=cast.hongqi, values={"title": "改"})
    withdrawn = withdraw_placement(placement, actor=cast.secretary, reason="登错了")
    assert withdrawn.state == PlacementState.WITHDRAWN
    with pytest.raises(NotPermitted):
        write_placement(None, actor=cast.secretary, unit=cast.xinghuo, values={})


def test_outlets_and_days_are_checked(cast):
    for outlet, day, field in (
        (outlet_of(cast), today() + timedelta(days=1), "published_on"),
        (
            outlet_of(cast, "停刊报", listed_until=today() - timedelta(days=30)),
            today(),
            "outlet",
        ),
    ):
        with pytest.raises(FieldErrors) as refusal:
            entry_of(cast, outlet=outlet, published_on=day, with_proof=False)
        assert field in refusal.value.errors
    outlet_of(cast, "省工人报", aliases=["工人报"])
    with pytest.raises(FieldErrors) as refusal:
        outlet_of(cast, "工人报")
    assert "省工人报" in refusal.value.errors["name"][0]


def test_a_campaign_knows_its_gaps(cast):
    campaign = campaign_of(cast)
    coverage = campaign.coverages.get()
    placement = verified(cast, coverage=coverage)
    assert (placement.campaign, placement.theme) == (campaign, "新就业群体")
    with pytest.raises(FieldErrors):
        entry_of(cast, cast.neighbour, coverage=coverage, with_proof=False)


# --- paste -------------------------------------------------------------------------------


def row(**changes) -> str:
    cells = {
        "单位": "红旗村", "标题": "甲", "媒体": "示范日报",
        "日期": today().isoformat(), "版面": "第3版", "体裁": "消息", "主题": "", "网址": "",
    } | changes  # fmt: skip
    return "\t".join(cells.values())


def test_a_pasted_sheet_is_entered_as_a_whole(cast):
    outlet_of(cast, aliases=["日报"])
    text = "\n".join([row(), row(标题="乙", 媒体="日报", 日期=f"{today():%Y年%m月%d日}")])
    assert len(enter_pasted(text, actor=cast.office)) == 2
    assert set(Placement.objects.values_list("state", flat=True)) == {PlacementState.DRAFT}


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"单位": "没有村"}, 0), ({"标题": ""}, 1), ({"媒体": "没有报"}, 2), ({"日期": "昨天"}, 3),
        ({"日期": "2026-02-30"}, 3), ({"日期": "2999-01-01"}, 3), ({"版面": "长" * 61}, 4),
        ({"体裁": "诗"}, 5), ({"网址": "javascript:alert(1)"}, 7),
    ],
)  # fmt: skip
def test_every_wrong_cell_is_named_and_nothing_entered(cast, changes, column):
    outlet_of(cast)
    text = "\n".join([row(), row(**({"标题": "乙"} | changes))])
    lines = read_pasted(text, actor=cast.office)
    assert [place for place, cell in enumerate(lines[1].cells) if cell.error] == [column]
    with pytest.raises(FieldErrors) as refusal:
        enter_pasted(text, actor=cast.office)
    assert "有 1 行" in refusal.value.errors["rows"][0]
    assert not Placement.objects.exists()


def test_a_sheet_does_not_enter_twice_nor_for_other_units(cast):
    outlet_of(cast)
    assert read_pasted(f"{row()}\n{row()}", actor=cast.office)[1].cells[1].error
    enter_pasted(row(), actor=cast.office)
    assert read_pasted(row(), actor=cast.office)[0].cells[1].error
    assert read_pasted(row(标题="乙"), actor=cast.neighbour)[0].cells[0].error
    with pytest.raises(NotPermitted):
        read_pasted(row(), actor=cast.leader)


# --- reading -----------------------------------------------------------------------------


def test_who_reads_what(cast):
    shared = filed(cast, parts=[percent(cast.hongqi, 50), percent(cast.xinghuo, 50)])
    draft = entry_of(cast, title="草稿", with_proof=False)
    seen = {
        name: set(readable_by(getattr(cast, name)).values_list("pk", flat=True))
        for name in ("secretary", "neighbour", "township", "county", "other_county", "office")
    }
    assert seen["secretary"] == {shared.pk, draft.pk}
    for name in ("neighbour", "township", "county", "office"):
        assert seen[name] == {shared.pk}, name
    assert seen["other_county"] == set()


def test_figures_count_verified_reports_only(cast):
    verified(cast, theme="职工之家", parts=[percent(cast.hongqi, 50), percent(cast.xinghuo, 50)])
    filed(cast, title="未核实")
    for way in ("medium", "level", "theme", "quarter"):
        assert sum(line.total for line in counted(cast.office, today().year, way)) == 1, way
    units = counted(cast.office, today().year, "unit")
    assert [(line.label, line.total) for line in units] == [("红旗村", 1), ("星火机械公司", 1)]
    assert [line.label for line in counted(cast.secretary, today().year, "unit")] == ["红旗村"]
    assert counted(cast.other_county, today().year, "medium") == []


def test_the_press_review_holds_what_was_verified_then(cast):
    days = {"starts_on": today() - timedelta(days=9), "ends_on": today()}
    with pytest.raises(DomainError, match="没有已核实"):
        make_review(actor=cast.office, title="剪报", **days)
    placement = verified(cast, theme="职工之家", excerpt="老槐树下。")
    review = make_review(actor=cast.office, title="剪报", **days)
    assert str(review).endswith("年第1期")
    assert make_review(actor=cast.office, title="剪报", **days).number == 2
    annul_placement(placement, actor=cast.office, reason="有误")
    review.refresh_from_db()
    assert review.frozen[0]["title"] == placement.title
    assert review.frozen[0]["picture"]
    with pytest.raises(NotPermitted):
        make_review(actor=cast.secretary, title="剪报", **days)


def test_the_public_page_shows_what_was_released_while_it_is_open(cast):
    placement = verified(cast)
    verified(cast, title="不公开的")
    release_placement(placement, actor=cast.office, is_released=True)
    assert public_news("9900") is None
    save_public_page(actor=cast.office, values={"is_open": True})
    news = public_news("9900")
    assert [report.title for report in news.reports] == [placement.title]
    assert public_news("1234") is None
    save_public_page(actor=cast.office, values={"is_open": False})
    assert public_news("9900") is None
    with pytest.raises(NotPermitted):
        save_public_page(actor=cast.township, values={"is_open": True})
