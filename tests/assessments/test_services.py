from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import connection

from assessments.enums import Grade
from assessments.models import GradeRule, JudgedScore, UnitScore
from assessments.queries import (
    compare_runs,
    lines_of,
    members_of,
    shelf_entries,
    visible_runs,
    visible_scores,
    weights_of,
)
from assessments.services import (
    add_item,
    add_offered_items,
    announce_run,
    create_peer_group,
    create_scheme,
    decide_commendation,
    decide_run,
    draft_commendation,
    edit_item,
    enter_judged_score,
    issue_commendation,
    open_notice,
    propose_grades,
    publish_scheme,
    revise_scheme,
    run_assessment,
    scheme_from_defaults,
    send_back_run,
    set_weights,
    start_run,
)
from assessments.tasks import compute_waiting_run
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.models import OutboxMessage
from tests.factories.assessments import make_group, make_official, make_scheme
from tests.factories.orgs import make_unit


def draft(cast):
    return create_scheme(
        actor=cast.office,
        values={"title": "考核方案", "period": ensure_year(2026), "full_score": 100},
    )


@pytest.fixture
def ran(cast, figures):
    """Three townships, scored by a rate and a count."""
    for unit, done, members in (
        (cast.dongfeng, "45", "38"),
        (cast.xicheng, "48", "40"),
        (cast.nanlu, "30", None),
    ):
        figures.give("A01", unit.pk, None, numerator=done, denominator="50", target="90")
        figures.give("A02", unit.pk, members, target="40")
    scheme = make_scheme(cast.office, [make_group(cast.office)])
    return run_assessment(scheme, actor=cast.office)


def totals(run):
    return {
        score.unit_name: (score.total, score.rank, score.grade)
        for score in run.unit_scores.order_by("pk")
    }


def test_a_run_scores_ranks_and_grades(ran):
    assert totals(ran) == {
        "东风镇": (Decimal("98.00"), 2, "good"),
        "西城街道": (Decimal("100.00"), 1, "excellent"),
        "南麓镇": (Decimal("40.00"), 3, "unqualified"),
    }
    assert ran.state == "computed"
    assert len(ran.input_hash) == 64


def test_each_source_is_asked_once_for_all_units(ran, figures, cast):
    codes, unit_ids = figures.calls[0]
    assert len(figures.calls) == 1
    assert codes == ["A01", "A02"]
    assert sorted(unit_ids) == sorted([cast.dongfeng.pk, cast.xicheng.pk, cast.nanlu.pk])


def test_a_run_costs_the_same_queries_for_more_units(cast, figures, django_assert_max_num_queries):
    scheme = make_scheme(cast.office, [make_group(cast.office)])
    with django_assert_max_num_queries(40):
        run_assessment(scheme, actor=cast.office)


def test_lines_carry_figures_formula_and_source(ran, cast):
    line = lines_of(ran.unit_scores.get(unit=cast.nanlu))[0]
    assert line.formula == "得分 = 60 × min(60 ÷ 90, 1) = 40.00"
    assert (line.numerator, line.denominator, line.value) == (30, 50, 60)
    assert line.source == "季度报表"
    assert "再提高 30" in line.advice


def test_the_database_comes_to_the_same_totals(ran):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.unit_name, sum(round((l ->> 2)::numeric * least(coalesce(
                (l ->> 6)::numeric / nullif((l ->> 7)::numeric, 0) * 100,
                (l ->> 4)::numeric, 0) / (l ->> 5)::numeric, 1), 2))
            FROM assessments_scoresheet h
            JOIN assessments_unitscore s ON s.run_id = h.run_id AND s.unit_id = h.unit_id
            CROSS JOIN LATERAL jsonb_array_elements(h.lines) l
            WHERE h.run_id = %s GROUP BY s.unit_name
            """,
            [ran.pk],
        )
        recomputed = dict(cursor.fetchall())
    assert recomputed == {name: facts[0] for name, facts in totals(ran).items()}


def test_plain_arithmetic_comes_to_the_same_totals(ran):
    for score in ran.unit_scores.all():
        total = Decimal(0)
        for line in lines_of(score):
            value = line.value or Decimal(0)
            part = line.effective_weight * min(value, line.target) / line.target
            total += part.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert total == score.total


def test_what_does_not_apply_hands_its_weight_to_the_rest(cast, figures):
    figures.give("A01", cast.dongfeng.pk, None, numerator="0", denominator="0", target="90")
    figures.give("A02", cast.dongfeng.pk, "30", target="40")
    run = run_assessment(make_scheme(cast.office, [make_group(cast.office)]), actor=cast.office)

    lines = lines_of(run.unit_scores.get(unit=cast.dongfeng))
    assert {line.item.code: (line.effective_weight, line.score) for line in lines} == {
        "A01": (0, None),
        "A02": (100, Decimal("75.00")),
    }
    assert run.unit_scores.get(unit=cast.xicheng).total is None


def test_a_group_of_two_is_graded_but_not_ranked(cast, figures):
    for unit in (cast.qinghe, cast.yunshan):
        figures.give("A01", unit.pk, "80", target="100")
        figures.give("A02", unit.pk, "40", target="40")
    group = make_group(cast.office, "县区", "county")
    run = run_assessment(make_scheme(cast.office, [group]), actor=cast.office)
    assert [(score.rank, score.grade) for score in run.unit_scores.all()] == [(None, "good")] * 2


def test_weights_that_miss_the_full_score_name_the_difference(cast, figures):
    group = make_group(cast.office)
    scheme = draft(cast)
    first, second = add_offered_items(scheme, actor=cast.office, keys=["fake/A01", "fake/A02"])
    with pytest.raises(FieldErrors) as caught:
        set_weights(
            scheme,
            actor=cast.office,
            weights={(first.pk, group.pk): Decimal(60), (second.pk, group.pk): Decimal("30.5")},
        )
    assert caught.value.errors == {
        f"g_{group.pk}": ["“乡镇街道”各项权重合计 90.5，比满分 100 少 9.5，请调整。"]
    }
    assert weights_of(scheme) == {}


def test_a_restricted_indicator_cannot_enter_a_scheme(cast, figures):
    with pytest.raises(DomainError, match="不能列入考核"):
        add_offered_items(draft(cast), actor=cast.office, keys=["fake/R01"])
    assert [entry.key for entry in shelf_entries() if entry.refusal] == ["fake/R01"]


def test_a_tracked_item_cannot_carry_weight(cast, figures):
    group = make_group(cast.office)
    scheme = draft(cast)
    (item,) = add_offered_items(scheme, actor=cast.office, keys=["fake/A01"])
    edit_item(item, actor=cast.office, values={"mode": "track"})
    with pytest.raises(FieldErrors) as caught:
        set_weights(scheme, actor=cast.office, weights={(item.pk, group.pk): Decimal(100)})
    assert "不能计分" in caught.value.errors[f"w_{item.pk}_{group.pk}"][0]


def test_a_published_scheme_is_followed_by_a_version_and_never_edited(cast, figures):
    scheme = make_scheme(cast.office, [make_group(cast.office)])
    with pytest.raises(StateConflict, match="已印发"):
        edit_item(scheme.items.first(), actor=cast.office, values={"name": "另一个"})

    second = revise_scheme(scheme, actor=cast.office)
    assert (second.version, second.items.count(), len(weights_of(second))) == (2, 2, 2)
    publish_scheme(second, actor=cast.office)
    scheme.refresh_from_db()
    assert scheme.state == "archived"


def test_a_scheme_without_weights_is_not_published(cast, figures):
    with pytest.raises(DomainError, match="还没有设置权重"):
        publish_scheme(draft(cast), actor=cast.office)


def test_grade_thresholds_must_be_in_order(cast):
    from assessments.services import set_grade_rule

    scheme = draft(cast)
    with pytest.raises(DomainError, match="优秀高于良好"):
        set_grade_rule(scheme, actor=cast.office, values={"good_from": Decimal(95)})
    assert GradeRule.objects.get(scheme=scheme).good_from == 80


def test_running_again_is_a_new_run_with_a_difference(ran, cast, figures):
    figures.give("A02", cast.nanlu.pk, "40", target="40")
    again = run_assessment(ran.scheme, actor=cast.office)

    (difference,) = compare_runs(again, ran)
    assert (again.number, difference.unit_name) == (2, "南麓镇")
    assert (difference.before, difference.after, difference.change) == (40, 80, 40)
    assert totals(ran)["南麓镇"][0] == 40
    assert again.input_hash != ran.input_hash


def test_the_same_inputs_give_the_same_fingerprint(ran, cast):
    assert run_assessment(ran.scheme, actor=cast.office).input_hash == ran.input_hash


def test_another_grade_needs_a_reason_and_excellent_keeps_its_quota(ran, cast):
    score = ran.unit_scores.get(unit=cast.dongfeng)
    with pytest.raises(FieldErrors) as caught:
        propose_grades(ran, actor=cast.office, grades={score.pk: ("qualified", "")})
    assert list(caught.value.errors) == [f"reason_{score.pk}"]
    with pytest.raises(DomainError, match="优秀名额为 1 家，建议了 2 家"):
        propose_grades(ran, actor=cast.office, grades={score.pk: ("excellent", "成绩突出")})

    run = propose_grades(ran, actor=cast.office, grades={score.pk: ("qualified", "有未整改问题")})
    assert run.state == "proposed"
    run = decide_run(run, actor=cast.leader)
    score.refresh_from_db()
    assert (score.decided_grade, score.grade) == (Grade.QUALIFIED, Grade.GOOD)


def test_a_proposal_sent_back_can_be_made_again(ran, cast):
    propose_grades(ran, actor=cast.office)
    with pytest.raises(DomainError, match="须填写理由"):
        send_back_run(ran, actor=cast.leader)
    assert send_back_run(ran, actor=cast.leader, reason="请再核数据").state == "computed"
    assert propose_grades(ran, actor=cast.office).state == "proposed"


def test_the_second_decision_is_told_that_the_first_was_quicker(ran, cast):
    make_official(ran, office=cast.office, leader=cast.leader, published=False)
    with pytest.raises(StateConflict, match="已审定"):
        decide_run(ran, actor=cast.leader)
    with pytest.raises(StateConflict):
        propose_grades(ran, actor=cast.office)


def test_authority_belongs_to_office_and_leader(ran, cast):
    with pytest.raises(NotPermitted):
        run_assessment(ran.scheme, actor=cast.leader)
    with pytest.raises(NotPermitted):
        propose_grades(ran, actor=cast.county)
    propose_grades(ran, actor=cast.office)
    with pytest.raises(NotPermitted):
        decide_run(ran, actor=cast.office)
    with pytest.raises(NotPermitted):
        create_scheme(actor=cast.secretary, values={})


def test_units_see_only_published_results_within_their_reach(ran, cast):
    permission = "assessments.view_result"
    assert not visible_runs(cast.county).exists()
    make_official(ran, office=cast.office, leader=cast.leader, published=False)
    assert not visible_scores(cast.township, permission).exists()
    open_notice(ran, actor=cast.office)
    # On public notice the units see their result, or they could not object.

    def names(actor):
        return sorted(score.unit_name for score in visible_scores(actor, permission))

    assert names(cast.township) == ["东风镇"]
    assert names(cast.county) == ["东风镇", "西城街道"]
    assert names(cast.secretary) == []
    assert len(names(cast.viewer)) == 3


def test_judges_avoid_their_own_unit_and_the_mean_counts(cast, figures):
    group = make_group(cast.office)
    scheme = draft(cast)
    item = add_item(
        scheme,
        actor=cast.office,
        values={"code": "P01", "name": "工作实效", "dimension": "评议", "method": "judged"},
    )
    set_weights(scheme, actor=cast.office, weights={(item.pk, group.pk): Decimal(100)})
    with pytest.raises(StateConflict):
        enter_judged_score(item, actor=cast.office, unit=cast.nanlu, score=Decimal(88))
    publish_scheme(scheme, actor=cast.office)
    enter_judged_score(item, actor=cast.office, unit=cast.nanlu, score=Decimal(88))
    enter_judged_score(item, actor=cast.office, unit=cast.nanlu, score=Decimal("90.5"))

    assert JudgedScore.objects.get().score == Decimal("90.5")
    with pytest.raises(FieldErrors):
        enter_judged_score(item, actor=cast.office, unit=cast.nanlu, score=Decimal(101))
    with pytest.raises(DomainError, match="考核范围"):
        enter_judged_score(item, actor=cast.office, unit=cast.hongqi, score=Decimal(80))
    with pytest.raises(NotPermitted):
        enter_judged_score(item, actor=cast.county, unit=cast.nanlu, score=Decimal(80))
    run = run_assessment(scheme, actor=cast.office)
    assert run.unit_scores.get(unit=cast.nanlu).total == Decimal("90.50")


def test_named_units_leave_the_group_of_their_level(cast):
    rule = make_group(cast.office)
    named = create_peer_group(
        actor=cast.office,
        values={"name": "重点乡镇", "sort_order": 20},
        units=[cast.nanlu],
    )
    groups = {member.name: member.group_id for member in members_of([rule, named])}
    assert groups == {"东风镇": rule.pk, "西城街道": rule.pk, "南麓镇": named.pk}
    with pytest.raises(FieldErrors):
        create_peer_group(actor=cast.office, values={"name": "空组"})


def test_a_default_scheme_is_complete(cast, figures):
    scheme = scheme_from_defaults(ensure_year(2026), actor=cast.office)

    assert [item.code for item in scheme.items.all()] == ["A01", "A02", "A03", "P01"]
    assert [item.method for item in scheme.items.all()][2] == "inverse"
    assert len(weights_of(scheme)) == 12
    assert publish_scheme(scheme, actor=cast.office).state == "published"


def test_praise_needs_no_approval_but_titles_do(ran, cast):
    make_official(ran, office=cast.office, leader=cast.leader)
    best = UnitScore.objects.get(run=ran, unit=cast.xicheng)
    values = {"title": "先进集体", "kind": "honour", "approval_reference": ""}
    honour = draft_commendation(ran, actor=cast.office, values=values, picks={best.pk: ""})
    with pytest.raises(DomainError, match="批准文号"):
        decide_commendation(honour, actor=cast.leader)

    praise = draft_commendation(
        ran, actor=cast.office, values={**values, "kind": "praise"}, picks={best.pk: ""}
    )
    praise = decide_commendation(praise, actor=cast.leader)
    assert praise.state == "decided"
    with pytest.raises(DomainError, match="还没有印发"):
        issue_commendation(praise, actor=cast.office)


def test_a_unit_that_is_not_excellent_needs_a_reason(ran, cast):
    with pytest.raises(StateConflict):
        draft_commendation(ran, actor=cast.office, values={"title": "表扬"}, picks={})
    make_official(ran, office=cast.office, leader=cast.leader)
    second = UnitScore.objects.get(run=ran, unit=cast.dongfeng)
    with pytest.raises(FieldErrors):
        draft_commendation(ran, actor=cast.office, values={"title": "表扬"}, picks={second.pk: " "})
    chosen = draft_commendation(
        ran, actor=cast.office, values={"title": "表扬"}, picks={second.pk: "防汛中表现突出"}
    )
    assert [entry.reason for entry in chosen.entries.all()] == ["防汛中表现突出"]
    with pytest.raises(NotPermitted):
        decide_commendation(chosen, actor=cast.office)


def test_closed_units_are_not_assessed(cast, figures):
    from gongjian.foundation.kernel.dates import today
    from orgs.services import close_unit

    extra = make_unit(cast.tenant, cast.yunshan, "990002009", "旧镇", level="township")
    close_unit(extra, actor=cast.administrator, closed_on=today(), reason="撤并")
    members = members_of([make_group(cast.office)])
    assert [member.name for member in members] == ["东风镇", "西城街道", "南麓镇"]


def test_units_are_told_once_that_their_result_is_open(ran, cast):
    assert announce_run(ran) == 0
    run = make_official(ran, office=cast.office, leader=cast.leader)

    assert OutboxMessage.objects.filter(task="assessments.announce_run").count() == 1
    assert announce_run(run) == 1  # of three townships one has a post that is told
    assert announce_run(run) == 0


def test_a_large_tenant_is_computed_by_a_worker(ran, cast, monkeypatch):
    monkeypatch.setattr("assessments.services.runs._INLINE", 1)
    waiting = start_run(ran.scheme, actor=cast.office)
    assert waiting.state == "running"
    with pytest.raises(DomainError, match="还没有算完"):
        start_run(ran.scheme, actor=cast.office)

    compute_waiting_run(waiting.pk)
    compute_waiting_run(waiting.pk)  # delivered twice
    waiting.refresh_from_db()
    assert waiting.state == "computed"
    assert totals(waiting) == totals(ran)


def test_each_step_leaves_its_trail(ran, cast):
    make_official(ran, office=cast.office, leader=cast.leader)
    actions = list(
        TrailEntry.objects.filter(subject_kind="assessments.run")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert actions == [
        "assessments.run.opened",
        "assessments.run.computed",
        "assessments.run.proposed",
        "assessments.run.decided",
        "assessments.run.noticed",
        "assessments.run.published",
    ]
