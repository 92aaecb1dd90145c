from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from bulletins.documents import issue_values, produce_issue, produce_register
from bulletins.enums import CopyState, DispatchState, IssueState
from bulletins.models import BulletinSeries, CaseCopy, Issue
from bulletins.points import MECHANISM
from bulletins.services.cases import confirm_copy, propose_copy, refuse_copy, write_case
from bulletins.services.desk import tell_higher_adoption
from bulletins.services.issues import (
    add_item,
    change_issue,
    change_item,
    make_issue,
    open_issue,
    order_items,
    remove_item,
    review_issue,
    send_back_issue,
    send_out_issue,
    sign_issue,
    submit_issue,
)
from bulletins.services.writing import withdraw_dispatch
from gongjian.commons.documents.shelves import ProducedFile
from gongjian.commons.notices.models import Notice
from gongjian.commons.points.models import PointAccount
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    Outdated,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.bulletins import (
    adoption_rules,
    case_of,
    issue_of,
    reviewed,
    sent,
    series_of,
    signed,
)
from tests.factories.cast import build_cast
from tests.together import both


def points_of(unit) -> int:
    return int(PointAccount.objects.get(unit=unit, mechanism=MECHANISM).total)


def test_signing_takes_the_numbers_and_adopts_the_pieces(cast):
    adoption_rules(cast)
    series = series_of(cast, total_before=26)
    dispatch = sent(cast)
    issue = signed(cast, [dispatch], series=series)
    assert issue.number_words == "第1期（总第27期）"
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.ADOPTED
    assert points_of(cast.hongqi) == 5
    told = Notice.objects.filter(post=cast.secretary.post_id).latest("pk")
    assert "第1期（总第27期）" in told.body
    extra = signed(cast, [sent(cast, title="乙")], series=series, kind="extra")
    assert extra.number_words == "增刊第1期"
    assert extra.total_number is None
    assert signed(cast, [sent(cast, title="丙")], series=series).total_number == 28


def test_several_pieces_in_one_item_are_a_combined_adoption(cast):
    adoption_rules(cast)
    pieces = [sent(cast), sent(cast, cast.neighbour, title="乙", authors=[])]
    issue = issue_of(cast)
    item = add_item(issue, actor=cast.office, dispatches=pieces)
    sign_issue(reviewed(cast, issue), actor=cast.leader)
    assert points_of(cast.hongqi) == points_of(cast.xinghuo) == 3
    assert issue_values(Issue.objects.get())[0]["items"][0]["credit"] == "红旗村、星火机械公司"
    assert item.sources.count() == 2


def test_a_higher_journal_takes_the_place_of_our_own_by_the_rule(cast):
    adoption_rules(cast)
    dispatch = sent(cast)
    signed(cast, [dispatch])
    tell_higher_adoption(
        dispatch,
        actor=cast.office,
        values={"journal": "省工运信息", "level": "province", "printed_on": today()},
    )
    assert points_of(cast.hongqi) == 10


def test_the_three_reviews_are_of_three_people(cast):
    issue = submit_issue(issue_of(cast, [sent(cast)]), actor=cast.office)
    issue = review_issue(issue, "first", actor=cast.office)
    with pytest.raises(NotPermitted, match="三个人"):
        review_issue(issue, "second", actor=cast.office)
    issue = review_issue(issue, "second", actor=cast.viewer)
    with pytest.raises(NotPermitted, match="三个人"):
        review_issue(issue, "final", actor=cast.viewer)
    issue = review_issue(issue, "final", actor=cast.leader)
    assert issue.state == IssueState.SIGNING
    with pytest.raises(NotPermitted):
        sign_issue(issue, actor=cast.office)


def test_a_return_starts_the_round_again(cast):
    issue = submit_issue(issue_of(cast, [sent(cast)]), actor=cast.office)
    issue = review_issue(issue, "first", actor=cast.office)
    with pytest.raises(DomainError, match="理由"):
        send_back_issue(issue, actor=cast.viewer, reason=" ")
    issue = send_back_issue(issue, actor=cast.viewer, reason="第二篇数据不符。")
    assert issue.state == IssueState.MAKING
    issue = reviewed(cast, issue)
    assert issue.state == IssueState.SIGNING
    assert [row.round for row in issue.reviews.all()] == [1, 1, 2, 2, 2]


def test_after_submission_nothing_is_changed_and_nothing_empty_is_submitted(cast):
    empty = issue_of(cast)
    with pytest.raises(DomainError, match="还没有编入"):
        submit_issue(empty, actor=cast.office)
    issue = submit_issue(issue_of(cast, [sent(cast)], series=empty.series), actor=cast.office)
    item = issue.items.get()
    for act in (
        lambda: change_issue(issue, actor=cast.office, values={"topic": "x"}),
        lambda: add_item(issue, actor=cast.office, dispatches=[sent(cast, title="乙")]),
        lambda: remove_item(item, actor=cast.office),
        lambda: change_item(item, actor=cast.office, section="", title="x", body=""),
    ):
        with pytest.raises(StateConflict, match="已经送审"):
            act()


def test_a_piece_stands_in_one_issue_and_goes_back_to_the_desk_when_taken_out(cast):
    dispatch = sent(cast)
    issue = issue_of(cast, [dispatch])
    with pytest.raises(StateConflict):
        add_item(issue, actor=cast.office, dispatches=[dispatch])
    with pytest.raises(StateConflict):
        withdraw_dispatch(dispatch, actor=cast.secretary, reason="x")
    remove_item(issue.items.get(), actor=cast.office)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.EDITING


def test_the_order_is_kept_and_names_of_other_issues_are_ignored(cast):
    issue = issue_of(cast, [sent(cast, title=title) for title in "甲乙丙"])
    ids = list(issue.items.values_list("pk", flat=True))
    order_items(issue, actor=cast.office, item_ids=[ids[2], 999, ids[0]])
    assert [item.title for item in issue.items.all()] == ["丙", "甲", "乙"]
    with pytest.raises(NotPermitted):
        order_items(issue, actor=cast.secretary, item_ids=ids)


def test_two_windows_on_the_head_of_an_issue(cast):
    issue = issue_of(cast)
    change_issue(issue, actor=cast.office, values={"topic": "甲"}, revision=0)
    with pytest.raises(FieldErrors):
        change_issue(issue, actor=cast.office, values={"topic": "乙"}, revision=0)


def test_a_signed_issue_prints_what_was_signed(cast):
    issue = signed(cast, [sent(cast)])
    issue.items.update(title="后来改的")
    values, _ = issue_values(Issue.objects.get(pk=issue.pk))
    assert values["items"][0]["title"] == "“板凳会”解开职工心头结"
    assert not values["is_draft"]


def test_the_receipt_is_signed_once_by_the_first_who_opens(cast):
    issue = signed(cast, [sent(cast)])
    with pytest.raises(FieldErrors):
        send_out_issue(issue, actor=cast.office, units=[])
    issue = send_out_issue(issue, actor=cast.office, units=[cast.qinghe, cast.hongqi])
    assert open_issue(issue, actor=cast.secretary) == 1
    assert open_issue(issue, actor=cast.union_chair) == 0
    assert open_issue(issue, actor=cast.neighbour) == 0
    receipt = issue.receipts.get(unit=cast.hongqi)
    assert receipt.opened_by == cast.secretary.label
    assert Notice.objects.filter(title=f"{issue}已印发", post=cast.county.post_id).exists()


def produced(steps) -> ProducedFile:
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value


def test_the_page_and_the_register_are_printed(cast):
    issue = signed(cast, [sent(cast, title="=cmd|'/c calc'!A1 板凳会")])
    file = produced(produce_issue({"issue": issue.pk}))
    assert file.content.startswith(b"%PDF")
    register = produced(produce_register({"year": today().year}))
    assert register.content.startswith(b"PK")


@pytest.mark.django_db(transaction=True)
def test_two_issues_signed_at_once_never_share_a_number():
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        series = series_of(cast)
        issues = [
            reviewed(cast, issue_of(cast, [sent(cast, title=title)], series=series))
            for title in "甲乙丙丁"
        ]
    start = threading.Barrier(4, timeout=20)

    def sign(issue: Issue) -> None:
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                start.wait()
                sign_issue(issue, actor=cast.leader)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=[issue]) for issue in issues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        assert sorted(Issue.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
        assert BulletinSeries.objects.count() == 1


# --- model cases -------------------------------------------------------------------------


def test_a_case_is_a_model_when_other_units_say_that_they_did_the_same(cast):
    case = case_of(cast)
    with pytest.raises(FieldErrors):
        confirm_copy(case, actor=cast.neighbour, unit=cast.xinghuo, done="做了")
    done = "每周三午休开工位会，十五分钟说问题。"
    confirm_copy(case, actor=cast.neighbour, unit=cast.xinghuo, done=done)
    with pytest.raises(DomainError, match="本单位的案例"):
        confirm_copy(case, actor=cast.secretary, unit=cast.hongqi, done=done)
    with pytest.raises(NotPermitted):
        confirm_copy(case, actor=cast.secretary, unit=cast.xinghuo, done=done)
    propose_copy(case, actor=cast.office, unit=cast.dongfeng)
    assert Notice.objects.filter(post=cast.township.post_id, title__contains="板凳会").exists()
    refuse_copy(case, actor=cast.township, unit=cast.dongfeng, done="村多路远，暂不采用。")
    states = dict(CaseCopy.objects.values_list("unit__name", "state"))
    assert states == {"星火机械公司": CopyState.CONFIRMED, "东风镇": CopyState.REFUSED}


def test_a_case_outside_the_library_is_not_copied_and_a_nominated_one_not_changed(cast):
    draft = case_of(cast, is_listed=False)
    with pytest.raises(StateConflict, match="还没有入库"):
        confirm_copy(draft, actor=cast.neighbour, unit=cast.xinghuo, done="照着做了三个月，很好。")
    listed = case_of(cast)
    with pytest.raises(StateConflict, match="不能再改"):
        write_case(listed, actor=cast.secretary, unit=cast.hongqi, values={"title": "改"})
    assert make_issue(series_of(cast), actor=cast.office).state == IssueState.MAKING


@pytest.mark.django_db(transaction=True)
def test_two_editors_of_one_item_at_once_lose_neither_text():
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        item = issue_of(cast, [sent(cast)]).items.get()

    def write(words: str):
        return change_item(
            item, actor=cast.office, section="", title=words, body=f"<p>{words}</p>", revision=0
        )

    answers = both(cast, lambda: write("甲稿"), lambda: write("乙稿"))

    (refused,) = [answer for answer in answers if isinstance(answer, Outdated)]
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        item.refresh_from_db()
    assert item.title in {"甲稿", "乙稿"}
    assert refused.saved == {"标题": item.title, "正文": item.title}
    assert (refused.revision, item.revision) == (1, 1)
