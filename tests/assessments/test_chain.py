"""自评 → 初评 → 抽查复核 → 联审 → 等次建议 → 审定 → 公示 → 异议 → 复核重算 → 公布."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from assessments.agenda import open_objections
from assessments.models import Finding
from assessments.queries import compare_runs, lines_of
from assessments.services import (
    decide_run,
    draw_sample,
    open_notice,
    propose_grades,
    publish_run,
    raise_objection,
    recheck,
    record_meeting,
    reject_objection,
    return_self,
    run_assessment,
    self_assess,
    sign_review,
    uphold_objection,
)
from assessments.services.reviews import drawn_by, outliers_of
from assessments.tasks import rescore_scheme
from gongjian.foundation.calendar.working_days import working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.models import OutboxMessage
from orgs.queries import actor_of
from tests.factories.assessments import make_group, make_reviews, make_scheme
from tests.factories.orgs import seat


@pytest.fixture
def scheme(cast, figures):
    for unit, done, members in (
        (cast.dongfeng, "45", "38"),
        (cast.xicheng, "48", "40"),
        (cast.nanlu, "30", "20"),
    ):
        figures.give("A01", unit.pk, None, numerator=done, denominator="50", target="90")
        figures.give("A02", unit.pk, members, target="40")
    return make_scheme(cast.office, [make_group(cast.office)])


@pytest.fixture
def second(cast) -> Actor:
    """Another member of the reviewing team."""
    return actor_of(seat(cast.tenant, cast.city, "expert", "考核组成员", "许青"), cast.tenant)


@pytest.fixture
def reviewed(scheme, cast, second):
    """All three townships through the first review; 东风镇 claimed more than was found."""
    items = {item.code: item.pk for item in scheme.items.all()}
    reviews = make_reviews(scheme, cast.office)
    for review in reviews:
        findings = {}
        if review.unit_id == cast.dongfeng.pk:
            self_assess(review, actor=cast.township, findings={items["A02"]: (Decimal(40), "实有")})
            findings = {items["A02"]: (Decimal(36), "两人未办入会手续")}
        else:
            type(review).objects.filter(pk=review.pk).update(state="self_assessed")
        sign_review(review, actor=cast.office, findings=findings)
        sign_review(review, actor=second, findings={})
    return scheme


def review_of(scheme, unit):
    return scheme.reviews.get(unit=unit)


def to_notice(scheme, cast, **options):
    run = run_assessment(scheme, actor=cast.office)
    run = decide_run(propose_grades(run, actor=cast.office), actor=cast.leader)
    return open_notice(run, actor=cast.office, **options)


def test_a_unit_speaks_for_itself_once(scheme, cast):
    item = scheme.items.get(code="A02")
    review = next(r for r in make_reviews(scheme, cast.office) if r.unit_id == cast.dongfeng.pk)
    with pytest.raises(NotPermitted):
        self_assess(review, actor=cast.other_county, findings={})
    self_assess(review, actor=cast.township, findings={item.pk: (Decimal(50), "")}, note="属实")
    with pytest.raises(StateConflict):
        self_assess(review, actor=cast.township, findings={})
    # Its own word never counts: only what reviewers verify does.
    run = run_assessment(scheme, actor=cast.office)
    assert lines_of(run.unit_scores.get(unit=cast.dongfeng))[1].value == 38


def test_the_first_review_takes_two_people(scheme, cast, second):
    review = next(r for r in make_reviews(scheme, cast.office) if r.unit_id == cast.dongfeng.pk)
    with pytest.raises(StateConflict):
        sign_review(review, actor=cast.office, findings={})
    self_assess(review, actor=cast.township, findings={})
    assert sign_review(review, actor=cast.office, findings={}).state == "self_assessed"
    with pytest.raises(DomainError, match="另一人签认"):
        sign_review(review, actor=cast.office, findings={})
    review = sign_review(review, actor=second, findings={})
    assert review.state == "reviewed"
    assert "许青" in review.reviewer_labels


def test_nobody_reviews_the_own_unit(scheme, cast):
    own = actor_of(seat(cast.tenant, cast.dongfeng, "expert", "考核组成员", "许青"), cast.tenant)
    review = next(r for r in make_reviews(scheme, cast.office) if r.unit_id == cast.dongfeng.pk)
    self_assess(review, actor=cast.township, findings={})
    with pytest.raises(DomainError, match="回避"):
        sign_review(review, actor=own, findings={})


def test_a_changed_figure_needs_its_ground(scheme, cast):
    item = scheme.items.get(code="A02")
    review = next(r for r in make_reviews(scheme, cast.office) if r.unit_id == cast.dongfeng.pk)
    self_assess(review, actor=cast.township, findings={})
    with pytest.raises(FieldErrors) as caught:
        sign_review(review, actor=cast.office, findings={item.pk: (Decimal(1), " ")})
    assert caught.value.errors == {f"n_{item.pk}": ["改动数值的，请写明依据。"]}


def test_a_returned_self_assessment_loses_its_signatures(scheme, cast):
    review = next(r for r in make_reviews(scheme, cast.office) if r.unit_id == cast.dongfeng.pk)
    self_assess(review, actor=cast.township, findings={})
    sign_review(review, actor=cast.office, findings={})
    review = return_self(review, actor=cast.office, reason="缺会员名册")
    assert (review.state, review.reviewers) == ("waiting", [])


def test_what_reviewers_verify_replaces_the_figure(reviewed, cast):
    run = run_assessment(reviewed, actor=cast.office)
    line = lines_of(run.unit_scores.get(unit=cast.dongfeng))[1]
    assert (line.value, line.score) == (36, Decimal("36.00"))
    assert line.source == "初评核定：两人未办入会手续"


def test_the_draw_can_be_repeated_and_takes_in_outliers(reviewed, cast):
    run_assessment(reviewed, actor=cast.office)
    ids = sorted(reviewed.reviews.values_list("unit_id", flat=True))
    draw = draw_sample(reviewed, actor=cast.office, percent=30, seed=7)
    assert draw.units == drawn_by(7, ids, 30)
    assert len(draw.units) == 1
    assert draw.outliers == [cast.dongfeng.pk]
    assert "自评高于初评核定" in outliers_of(reviewed)[cast.dongfeng.pk]
    assert review_of(reviewed, cast.dongfeng).is_sampled
    with pytest.raises(DomainError, match="不能重抽"):
        draw_sample(reviewed, actor=cast.office, percent=30)


def test_no_draw_before_all_are_reviewed(scheme, cast):
    make_reviews(scheme, cast.office)
    with pytest.raises(DomainError, match="没有完成初评"):
        draw_sample(scheme, actor=cast.office, percent=30)


def test_grades_wait_for_the_sample(reviewed, cast):
    draw_sample(reviewed, actor=cast.office, percent=100, seed=1)
    run = run_assessment(reviewed, actor=cast.office)
    with pytest.raises(DomainError, match="抽中的单位没有复核"):
        propose_grades(run, actor=cast.office)
    item = reviewed.items.get(code="A02")
    for review in reviewed.reviews.all():
        found = {}
        if review.unit_id == cast.dongfeng.pk:
            found = {item.pk: (Decimal(34), "实地核对名册")}
        recheck(review, actor=cast.office, findings=found, note="已到现场核对")
    run = run_assessment(reviewed, actor=cast.office)
    assert lines_of(run.unit_scores.get(unit=cast.dongfeng))[1].value == 34  # 复核 after 初评
    run = record_meeting(
        run, actor=cast.office, held_on=today(), text="五部门联审，对得分没有异议。"
    )
    assert propose_grades(run, actor=cast.office).state == "proposed"


def test_only_sampled_units_are_checked_again(reviewed, cast):
    with pytest.raises(DomainError, match="没有抽中"):
        recheck(review_of(reviewed, cast.nanlu), actor=cast.office, findings={}, note="看过")


def test_a_result_is_published_only_after_five_working_days(scheme, cast):
    run = run_assessment(scheme, actor=cast.office)
    run = decide_run(propose_grades(run, actor=cast.office), actor=cast.leader)
    with pytest.raises(DomainError, match="先公示 5 个工作日"):
        publish_run(run, actor=cast.office)
    run = open_notice(run, actor=cast.office)
    assert working_days_until(today(), run.notice_ends_on) == 5
    with pytest.raises(DomainError, match="期满后方可公布"):
        publish_run(run, actor=cast.office)


def test_published_once_the_notice_is_over(scheme, cast):
    run = to_notice(scheme, cast, starts_on=today() - datetime.timedelta(days=30))
    assert publish_run(run, actor=cast.office).state == "published"


def test_an_objection_that_is_right_leads_to_another_run(scheme, cast):
    run = to_notice(scheme, cast)
    score = run.unit_scores.get(unit=cast.dongfeng)
    item = scheme.items.get(code="A02")
    objection = raise_objection(score, actor=cast.township, text="漏计两名会员", item=item)
    # Until it is decided, a meeting finds it on its agenda.
    (matter,) = open_objections(cast.city.path)
    assert (matter.id, matter.unit_id) == (objection.pk, score.unit_id)
    assert "漏计两名会员" in matter.body
    with pytest.raises(NotPermitted):
        uphold_objection(objection, actor=cast.office, decision="属实")
    run = uphold_objection(
        objection, actor=cast.leader, decision="经核对名册属实", value=Decimal(40)
    )
    assert open_objections(cast.city.path) == []
    assert run.state == "withdrawn"
    message = OutboxMessage.objects.get(task="assessments.rescore_scheme")
    rescore_scheme(**message.arguments)

    again = scheme.runs.get(number=2)
    assert (again.state, again.as_of) == ("computed", run.as_of)
    (difference,) = [row for row in compare_runs(again, run) if row.change]
    assert (difference.unit_name, difference.before, difference.after) == (
        "东风镇",
        Decimal("98.00"),
        Decimal("100.00"),
    )
    line = lines_of(again.unit_scores.get(unit=cast.dongfeng))[1]
    assert line.source == "异议复核核定：经核对名册属实"
    # The withdrawn result stays as it was.
    score.refresh_from_db()
    assert score.total == Decimal("98.00")


def test_an_open_objection_holds_the_result(scheme, cast):
    run = to_notice(scheme, cast, starts_on=today() - datetime.timedelta(days=1))
    objection = raise_objection(
        run.unit_scores.get(unit=cast.dongfeng), actor=cast.township, text="得分偏低"
    )
    type(run).objects.filter(pk=run.pk).update(notice_ends_on=today() - datetime.timedelta(days=1))
    with pytest.raises(DomainError, match="1 件异议没有复核"):
        publish_run(run, actor=cast.office)
    reject_objection(objection, actor=cast.leader, decision="数据无误，已当面说明")
    assert publish_run(run, actor=cast.office).state == "published"


@pytest.mark.parametrize("who", ["secretary", "other_county"])
def test_an_objection_is_raised_for_the_own_units(scheme, cast, who):
    run = to_notice(scheme, cast)
    with pytest.raises(NotPermitted):
        raise_objection(
            run.unit_scores.get(unit=cast.dongfeng), actor=getattr(cast, who), text="不服"
        )


def test_no_objection_after_the_notice(scheme, cast):
    run = to_notice(scheme, cast, starts_on=today() - datetime.timedelta(days=30))
    score = run.unit_scores.get(unit=cast.dongfeng)
    with pytest.raises(DomainError, match="公示期已满"):
        raise_objection(score, actor=cast.township, text="不服")
    assert Finding.objects.count() == 0
