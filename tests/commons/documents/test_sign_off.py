from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from gongjian.commons.documents.enums import Answer
from gongjian.commons.documents.models import OfficialDocument, RouteSeat, SignOffTurn
from gongjian.commons.documents.routes import (
    RoutePlan,
    arrange_route,
    drafts_signed_directly,
    route_of,
)
from gongjian.commons.documents.services import (
    agree_to_document,
    delegate_turn,
    edit_draft,
    issue_document,
    send_back,
    sign_off_document,
    submit_document,
    withdraw_document,
)
from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Post
from tests.commons.documents.test_services import draft, words
from tests.factories.cast import build_cast

pytestmark = pytest.mark.usefixtures("prints")


def post(actor) -> Post:
    return Post.objects.get(pk=actor.post_id)


def full_route(cast, kind="documents.circular", **changes):
    """核稿 by the deputy, 会签 by two counties, 签发 by the head."""
    plan = {
        "is_direct": False,
        "reviewers": [post(cast.viewer)],
        "countersigners": [post(cast.county), post(cast.other_county)],
        "signer": post(cast.leader),
        **changes,
    }
    return arrange_route(kind, actor=cast.office, plan=RoutePlan(**plan))


def turn(document, actor, answer=Answer.WAITING) -> SignOffTurn:
    return document.turns.get(post_id=actor.post_id, answer=answer)


def sent(cast) -> OfficialDocument:
    full_route(cast)
    return submit_document(draft(cast), actor=cast.office)


def told(actor) -> list[str]:
    return list(Notice.objects.filter(post_id=actor.post_id).values_list("title", flat=True))


def test_a_document_goes_from_hand_to_hand(cast):
    document = sent(cast)
    assert document.state == "review"
    assert told(cast.viewer) == ["请核稿：关于季度工作情况的通报"]
    assert told(cast.county) == []

    document = agree_to_document(turn(document, cast.viewer), actor=cast.viewer, opinion="同意。")
    assert document.state == "countersign"
    assert told(cast.county) == told(cast.other_county) == ["请会签：关于季度工作情况的通报"]

    document = agree_to_document(turn(document, cast.other_county), actor=cast.other_county)
    assert document.state == "countersign"
    document = agree_to_document(turn(document, cast.county), actor=cast.county)
    assert document.state == "signing"

    document = agree_to_document(turn(document, cast.leader), actor=cast.leader)
    assert (document.state, document.signed_off_by) == ("signed_off", cast.leader.label)
    assert told(cast.office) == ["“关于季度工作情况的通报”已签发，可以编号印发"]
    assert issue_document(document, actor=cast.office).number == 1


def test_without_a_route_one_signs_directly(cast):
    document = draft(cast)
    assert route_of(document.kind) is None
    with pytest.raises(DomainError, match="没有设置审签流程"):
        submit_document(document, actor=cast.office)
    document = sign_off_document(document, actor=cast.leader)
    assert document.state == "signed_off"
    signed = document.turns.get()
    assert (signed.act, signed.answer, signed.answered_by) == (
        "sign", "agreed", cast.leader.label,
    )  # fmt: skip


def test_with_a_route_nobody_signs_directly(cast):
    full_route(cast)
    with pytest.raises(StateConflict, match="须先送审"):
        sign_off_document(draft(cast), actor=cast.leader)


def test_a_kinds_own_route_goes_before_the_common_one(cast):
    full_route(cast, kind="")
    arrange_route("documents.letter", actor=cast.office, plan=RoutePlan(is_direct=True))
    assert route_of("documents.circular") is not None
    assert route_of("documents.letter") is None
    circular, letter = draft(cast), draft(cast, kind="documents.letter")
    assert list(drafts_signed_directly()) == [letter]
    assert circular not in drafts_signed_directly()


def test_organs_may_be_asked_for_one_document(cast):
    document = submit_document(draft(cast), actor=cast.office, joint=[post(cast.county)])
    assert document.state == "countersign"
    document = agree_to_document(turn(document, cast.county), actor=cast.county)
    open_to_all = document.turns.get(act="sign")
    assert (document.state, open_to_all.post) == ("signing", None)
    with pytest.raises(NotPermitted):
        agree_to_document(open_to_all, actor=cast.county)
    assert sign_off_document(document, actor=cast.leader).state == "signed_off"


def test_a_route_keeps_its_rules(cast):
    with pytest.raises(FieldErrors) as empty:
        arrange_route("", actor=cast.office, plan=RoutePlan(is_direct=False))
    assert "is_direct" in empty.value.errors
    with pytest.raises(FieldErrors) as twice:
        full_route(cast, reviewers=[post(cast.county)])
    assert "countersigners" in twice.value.errors
    with pytest.raises(FieldErrors) as signer:
        full_route(cast, signer=post(cast.county))
    assert "signer" in signer.value.errors
    with pytest.raises(DomainError, match="不能参与"):
        full_route(cast, reviewers=[post(cast.secretary)])
    with pytest.raises(NotPermitted):
        arrange_route("", actor=cast.leader, plan=RoutePlan(is_direct=True))
    with pytest.raises(DomainError, match="没有这个文种"):
        arrange_route("documents.unheard", actor=cast.office, plan=RoutePlan(is_direct=True))
    assert RouteSeat.objects.count() == 0


def test_changing_a_route_leaves_what_is_on_its_way(cast):
    document = sent(cast)
    arrange_route("documents.circular", actor=cast.office, plan=RoutePlan(is_direct=True))
    document = agree_to_document(turn(document, cast.viewer), actor=cast.viewer)
    assert document.state == "countersign"
    assert TrailEntry.objects.filter(action="documents.route.arranged").count() == 2


def test_only_the_one_whose_turn_it_is_answers(cast):
    document = sent(cast)
    with pytest.raises(StateConflict, match="还没有轮到会签"):
        agree_to_document(turn(document, cast.county), actor=cast.county)
    with pytest.raises(NotPermitted, match="分管领导核稿"):
        agree_to_document(turn(document, cast.viewer), actor=cast.county)
    agree_to_document(turn(document, cast.viewer), actor=cast.viewer)
    with pytest.raises(StateConflict, match="宋涛已办理为“同意”"):
        agree_to_document(turn(document, cast.viewer, Answer.AGREED), actor=cast.viewer)


def test_a_return_needs_its_reason_and_starts_a_new_round(cast):
    document = sent(cast)
    document = agree_to_document(turn(document, cast.viewer), actor=cast.viewer)
    with pytest.raises(DomainError, match="须填写理由"):
        send_back(turn(document, cast.county), actor=cast.county, reason=" ")
    document = send_back(turn(document, cast.county), actor=cast.county, reason="第二段数据有误")
    assert document.state == "draft"
    assert turn(document, cast.other_county, Answer.ENDED).opinion == ""
    assert told(cast.office) == ["“关于季度工作情况的通报”被退回修改"]
    with pytest.raises(StateConflict, match="不需要再会签"):
        agree_to_document(turn(document, cast.other_county, Answer.ENDED), actor=cast.other_county)

    document = edit_draft(
        document, actor=cast.office, values={"title": "关于工作情况的通报"}, mark="示党工组"
    )
    document = submit_document(document, actor=cast.office)
    assert (document.state, document.revision) == ("review", 2)
    assert set(document.turns.values_list("round", flat=True)) == {1, 2}


def test_while_it_is_being_signed_nobody_edits(cast):
    document = sent(cast)
    with pytest.raises(StateConflict, match="正在审签（核稿中），不能修改"):
        edit_draft(document, actor=cast.office, values={"title": "改"}, mark="示党工组")
    with pytest.raises(StateConflict, match="不能再次送审"):
        submit_document(document, actor=cast.office)
    document = withdraw_document(document, actor=cast.office, reason="补充附件")
    assert document.state == "draft"
    assert not document.turns.filter(answer=Answer.WAITING).exists()


def test_who_read_an_older_text_does_not_answer_for_the_new_one(cast):
    document = sent(cast)
    read = document.revision
    document = withdraw_document(document, actor=cast.office, reason="改标题")
    edit_draft(document, actor=cast.office, values={"title": "改过的通报"}, mark="示党工组")
    document = submit_document(document, actor=cast.office)
    with pytest.raises(StateConflict, match="第1稿，现在已是第2稿"):
        agree_to_document(turn(document, cast.viewer), actor=cast.viewer, revision=read)


def test_of_two_editors_the_second_is_told(cast):
    document = draft(cast)
    edit_draft(document, actor=cast.office, values={"title": "甲"}, mark="示党工组", revision=1)
    with pytest.raises(StateConflict, match="已被他人改为第2稿"):
        edit_draft(document, actor=cast.office, values={"title": "乙"}, mark="示党工组", revision=1)


def test_a_turn_may_be_handed_to_another(cast):
    document = sent(cast)
    mine = turn(document, cast.viewer)
    with pytest.raises(DomainError, match="写明转请办理的原因"):
        delegate_turn(mine, actor=cast.viewer, post=post(cast.leader), reason="")
    handed = delegate_turn(mine, actor=cast.viewer, post=post(cast.leader), reason="外出")
    assert handed.handed_from == mine
    assert told(cast.leader) == ["请核稿：关于季度工作情况的通报"]
    with pytest.raises(StateConflict):
        agree_to_document(mine, actor=cast.viewer)
    document = agree_to_document(handed, actor=cast.leader)
    with pytest.raises(DomainError, match="本来就要会签"):
        delegate_turn(
            turn(document, cast.county),
            actor=cast.county,
            post=post(cast.other_county),
            reason="忙",
        )
    agree_to_document(turn(document, cast.county), actor=cast.county)
    agree_to_document(turn(document, cast.other_county), actor=cast.other_county)
    signing = document.turns.get(act="sign")
    with pytest.raises(DomainError, match="不能代为签发"):
        delegate_turn(signing, actor=cast.leader, post=post(cast.county), reason="出差")


def test_what_may_not_be_issued_is_not_sent(cast):
    full_route(cast)
    with pytest.raises(DomainError, match="涉密"):
        submit_document(draft(cast, body="此件为机密。"), actor=cast.office)
    with pytest.raises(NotPermitted):
        submit_document(draft(cast), actor=cast.leader)


def at_once(cast, *acts):
    """Run acts in threads that start together; returns what they raised."""
    start = threading.Barrier(len(acts))
    failures: list[Exception] = []

    def run(act):
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                start.wait(10)
                act()
        except Exception as error:  # noqa: BLE001 -- a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures


def test_two_signers_at_once(transactional_db):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk):
        with transaction.atomic():
            document = sent(cast)
            agree_to_document(turn(document, cast.viewer), actor=cast.viewer)
            both = [(turn(document, actor), actor) for actor in (cast.county, cast.other_county)]
        # Two organs countersign at the same moment: both count, one of them passes it on.
        failures = at_once(
            cast, *[lambda one=one, by=by: agree_to_document(one, actor=by) for one, by in both]
        )
        assert failures == []
        with transaction.atomic():
            document.refresh_from_db()
            assert document.state == "signing"
            last = document.turns.get(act="sign")
        # Two windows of the signer: one signs, the other is told who did.
        failures = at_once(
            cast,
            lambda: agree_to_document(last, actor=cast.leader),
            lambda: agree_to_document(last, actor=cast.leader),
        )
        assert [type(error) for error in failures] == [StateConflict]
        assert "李明远已办理为“同意”" in str(failures[0])


def test_editing_and_sending_at_once(transactional_db):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk):
        with transaction.atomic():
            full_route(cast)
            document = draft(cast)
        failures = at_once(
            cast,
            lambda: submit_document(document, actor=cast.office),
            lambda: edit_draft(
                document, actor=cast.office, values=words().as_values(), mark="示党工组",
            ),
        )  # fmt: skip
        with transaction.atomic():
            document.refresh_from_db()
            # Either the edit came first and its words were sent, or it was refused.
            assert document.state == "review"
            assert document.revision == (1 if failures else 2)
            assert all("正在审签" in str(error) for error in failures)
