from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import CommendationList, JudgedScore, PeerGroup, Run, Scheme, UnitScore
from assessments.queries import weights_of
from assessments.services import (
    add_item,
    create_scheme,
    draft_commendation,
    propose_grades,
    publish_scheme,
    run_assessment,
    scheme_from_defaults,
    set_weights,
)
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.shelves import todos_of
from tests.factories.assessments import make_group, make_official, make_scheme


@pytest.fixture
def given(cast, figures):
    """Figures of three townships and the scheme that scores them."""
    for unit, value in ((cast.dongfeng, "90"), (cast.xicheng, "100"), (cast.nanlu, "50")):
        figures.give("A01", unit.pk, None, numerator=value, denominator="100", target="100")
        figures.give("A02", unit.pk, "40", target="40")
    return make_scheme(cast.office, [make_group(cast.office)])


@pytest.fixture
def published(given, cast):
    run = run_assessment(given, actor=cast.office)
    return make_official(run, office=cast.office, leader=cast.leader)


def score_of(run, unit):
    return UnitScore.objects.get(run=run, unit=unit)


# --- schemes --------------------------------------------------------------------------


def test_the_office_makes_a_scheme_in_the_browser(cast, figures, sign_in):
    client = sign_in(cast.office)
    group = make_group(cast.office)
    period = ensure_year(2026)
    client.post(
        reverse("assessments:scheme_create"),
        {"title": "2026年考核", "period": period.pk, "full_score": "100"},
    )
    scheme = Scheme.objects.get()
    page = client.get(reverse("assessments:scheme_shelf", args=[scheme.pk])).content.decode()
    assert "disabled" in page
    assert "不作为考核依据" in page

    client.post(
        reverse("assessments:scheme_shelf", args=[scheme.pk]),
        {"pick_0": "on", "pick_1": "on", "pick_3": "on"},
    )
    first, second = scheme.items.all()
    grid = reverse("assessments:weight_grid", args=[scheme.pk])
    wrong = client.post(grid, {f"w_{first.pk}_{group.pk}": "60", f"w_{second.pk}_{group.pk}": "30"})
    assert wrong.status_code == 422
    assert "合计 90，比满分 100 少 10" in wrong.content.decode()
    right = client.post(
        grid, {f"w_{first.pk}_{group.pk}": "６０", f"w_{second.pk}_{group.pk}": "40"}
    )
    assert right.status_code == 302
    assert sum(weights_of(scheme).values()) == 100

    client.post(reverse("assessments:scheme_step", args=[scheme.pk, "publish"]), {"reason": ""})
    scheme.refresh_from_db()
    assert scheme.state == "published"


def test_a_default_scheme_is_one_press_away(cast, figures, sign_in):
    response = sign_in(cast.office).post(
        reverse("assessments:scheme_from_defaults"),
        {"period": ensure_year(2026).pk, "title": "", "full_score": "1000"},
        follow=True,
    )
    page = response.content.decode()
    assert "2026年度党工共建考核方案" in page
    assert "党工共建工作实效" in page
    assert sum(weights_of(Scheme.objects.get()).values()) == 3000


def test_an_item_with_wrong_steps_is_refused_beside_its_field(cast, figures, sign_in):
    scheme = scheme_from_defaults(ensure_year(2026), actor=cast.office)
    item = scheme.items.first()
    client = sign_in(cast.office)
    url = reverse("assessments:item_edit", args=[item.pk])
    assert client.get(url).status_code == 200
    values = {
        "code": item.code,
        "name": item.name,
        "dimension": item.dimension,
        "method": "stepped",
        "mode": "scored",
        "missing": "zero",
        "order": "10",
    }
    response = client.post(url, {**values, "steps": "九十=100"})
    assert (response.status_code, "看不懂" in response.content.decode()) == (422, True)
    assert client.post(url, {**values, "steps": "90\uff1d100\n80=60"}).status_code == 302
    item.refresh_from_db()
    assert item.parameters == {
        "steps": [{"from": "90", "percent": "100"}, {"from": "80", "percent": "60"}]
    }


def test_other_scheme_pages_answer(cast, figures, sign_in):
    scheme = scheme_from_defaults(ensure_year(2026), actor=cast.office)
    group = PeerGroup.objects.first()
    item = scheme.items.first()
    client = sign_in(cast.office)
    for name, pk in (
        ("scheme_detail", scheme.pk),
        ("scheme_edit", scheme.pk),
        ("grade_rule", scheme.pk),
        ("weight_grid", scheme.pk),
        ("item_create", scheme.pk),
        ("item_remove", item.pk),
        ("judging_board", scheme.pk),
        ("peer_group_detail", group.pk),
        ("peer_group_edit", group.pk),
    ):
        assert client.get(reverse(f"assessments:{name}", args=[pk])).status_code == 200, name
    for name in ("scheme_create", "scheme_from_defaults", "peer_group_create"):
        assert client.get(reverse(f"assessments:{name}")).status_code == 200, name
    grades = {"excellent_from": "92", "good_from": "80", "qualified_from": "60"}
    url = reverse("assessments:grade_rule", args=[scheme.pk])
    assert (
        client.post(url, {**grades, "excellent_quota": "15", "notice_days": "5"}).status_code == 302
    )
    assert client.post(
        url, {**grades, "good_from": "95", "excellent_quota": "15", "notice_days": "5"}
    ).status_code == (422)
    assert client.post(reverse("assessments:item_remove", args=[item.pk])).status_code == 302
    assert scheme.items.count() == 3


def test_a_group_is_made_and_changed_in_the_browser(cast, sign_in):
    client = sign_in(cast.office)
    url = reverse("assessments:peer_group_create")
    client.post(url, {"name": "重点村", "categories": ["village"], "sort_order": "5"})
    group = PeerGroup.objects.get()
    assert group.rule_label == "村"
    client.post(
        reverse("assessments:peer_group_edit", args=[group.pk]),
        {"name": "重点单位", "units": [cast.xinghuo.pk], "sort_order": "5"},
    )
    page = client.get(reverse("assessments:peer_group_detail", args=[group.pk])).content.decode()
    assert "星火机械公司" in page
    assert client.post(url, {"name": "空组", "sort_order": "5"}).status_code == 422


def test_judges_enter_a_column_of_marks(cast, figures, sign_in):
    group = make_group(cast.office)
    scheme = create_scheme(
        actor=cast.office,
        values={"title": "评议", "period": ensure_year(2026), "full_score": 100},
    )
    item = add_item(
        scheme,
        actor=cast.office,
        values={"code": "P01", "name": "实效", "dimension": "评议", "method": "judged"},
    )
    set_weights(scheme, actor=cast.office, weights={(item.pk, group.pk): Decimal(100)})
    publish_scheme(scheme, actor=cast.office)
    client = sign_in(cast.office)
    url = reverse("assessments:judging_grid", args=[item.pk])
    assert "东风镇" in client.get(url).content.decode()
    assert client.post(url, {f"s_{cast.nanlu.pk}": "120"}).status_code == 422
    assert client.post(url, {f"s_{cast.nanlu.pk}": "88.5"}).status_code == 302
    assert JudgedScore.objects.get().score == Decimal("88.5")
    board = client.get(reverse("assessments:judging_board", args=[scheme.pk]))
    assert "已评 1/3 家" in board.content.decode()


# --- runs -----------------------------------------------------------------------------


def test_from_run_to_published_result_in_the_browser(given, cast, sign_in):
    client = sign_in(cast.office)
    start = reverse("assessments:run_start", args=[given.pk])
    assert client.get(start).status_code == 200
    client.post(start)
    run = Run.objects.get()
    page = client.get(run.get_absolute_url()).content.decode()
    assert "西城街道" in page
    assert "优秀 1/1 家" in page

    propose = reverse("assessments:run_propose", args=[run.pk])
    assert client.get(propose).status_code == 200
    grades = {f"grade_{score.pk}": score.grade for score in run.unit_scores.all()}
    changed = {**grades, f"grade_{score_of(run, cast.nanlu).pk}": "unqualified"}
    refused = client.post(propose, changed)
    assert (refused.status_code, "请填写理由" in refused.content.decode()) == (422, True)
    assert client.post(propose, grades).status_code == 302

    leader = sign_in(cast.leader)
    decide = reverse("assessments:run_decide", args=[run.pk])
    assert "西城街道" in leader.get(decide).content.decode()
    assert leader.post(decide).status_code == 302
    assert leader.post(decide).status_code == 409

    client = sign_in(cast.office)
    client.post(reverse("assessments:run_step", args=[run.pk, "open_notice"]), {"reason": ""})
    run.refresh_from_db()
    assert (run.state, run.notice_ends_on > today()) == ("noticed", True)
    type(run).objects.filter(pk=run.pk).update(notice_ends_on=today() - timedelta(days=1))
    client.post(reverse("assessments:run_step", args=[run.pk, "publish"]), {"reason": ""})
    run.refresh_from_db()
    assert run.state == "published"


def test_the_leader_sends_back_with_a_reason(given, cast, sign_in):
    run = propose_grades(run_assessment(given, actor=cast.office), actor=cast.office)
    client = sign_in(cast.leader)
    url = reverse("assessments:run_step", args=[run.pk, "send_back"])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "数据待核"}).status_code == 302


def test_two_runs_are_compared(given, cast, figures, sign_in):
    first = run_assessment(given, actor=cast.office)
    client = sign_in(cast.office)
    assert client.get(reverse("assessments:run_compare", args=[first.pk])).status_code == 404
    figures.give("A02", cast.nanlu.pk, "20", target="40")
    second = run_assessment(given, actor=cast.office)
    page = client.get(reverse("assessments:run_compare", args=[second.pk])).content.decode()
    assert "南麓镇" in page
    assert "东风镇" not in page


def test_a_unit_reads_how_its_score_came_about(published, cast, sign_in):
    client = sign_in(cast.township)
    own = client.get(reverse("assessments:own_score_list")).content.decode()
    assert "2026年考核方案" in own
    page = client.get(score_of(published, cast.dongfeng).get_absolute_url()).content.decode()
    assert "得分 = 60 × min(90 ÷ 100, 1) = 54.00" in page
    assert "怎样提高" in page
    assert "季度报表" in page


def test_nobody_reads_a_score_outside_the_reach(published, cast, sign_in):
    url = score_of(published, cast.nanlu).get_absolute_url()
    for actor, status in (
        (cast.office, 200),
        (cast.leader, 200),
        (cast.other_county, 200),
        (cast.viewer, 200),
        (cast.county, 404),
        (cast.township, 404),
        (cast.secretary, 404),
        (cast.auditor, 404),
        (cast.stranger, 404),
    ):
        assert sign_in(actor).get(url).status_code == status, actor.label


def test_a_superior_sees_only_its_own_units_in_the_result(published, cast, sign_in):
    page = sign_in(cast.county).get(published.get_absolute_url()).content.decode()
    assert "东风镇" in page
    assert "南麓镇" not in page


def test_work_in_progress_is_hidden_from_units(given, cast, sign_in):
    run = run_assessment(given, actor=cast.office)
    for actor, status in ((cast.office, 200), (cast.leader, 404), (cast.county, 404)):
        assert sign_in(actor).get(run.get_absolute_url()).status_code == status
    assert sign_in(cast.leader).get(reverse("assessments:scheme_list")).status_code == 200
    assert sign_in(cast.county).get(reverse("assessments:scheme_list")).status_code == 404


def test_what_waits_stands_on_the_desk(given, cast, sign_in):
    run = run_assessment(given, actor=cast.office)
    assert [todo.title for todo in todos_of(cast.office) if "等次建议" in todo.title]
    propose_grades(run, actor=cast.office)
    assert [todo.title for todo in todos_of(cast.leader) if "待审定" in todo.title]
    page = sign_in(cast.leader).get("/").content.decode()
    assert "待审定" in page
    # R6: nothing is ranked on the desk before the result is official.
    assert "card-assessments-ranking" not in page


def test_the_desk_ranks_an_official_result_only(published, cast, sign_in):
    page = sign_in(cast.county).get("/desk/cards/").content.decode()
    assert "card-assessments-ranking" in page
    assert "东风镇" in page
    assert "南麓镇" not in page


# --- commendations --------------------------------------------------------------------


def test_a_commendation_is_chosen_and_decided_in_the_browser(published, cast, sign_in):
    client = sign_in(cast.office)
    url = reverse("assessments:commendation_create", args=[published.pk])
    page = client.get(url).content.decode()
    assert "西城街道" in page
    best, second = score_of(published, cast.xicheng), score_of(published, cast.dongfeng)
    values = {"title": "关于表扬先进单位的通报", "kind": "praise"}
    refused = client.post(url, {**values, f"pick_{second.pk}": "on"})
    assert (refused.status_code, "请填写理由" in refused.content.decode()) == (422, True)
    assert client.post(url, values).status_code == 422
    client.post(url, {**values, f"pick_{best.pk}": "on"})
    commendation = CommendationList.objects.get()

    edit = reverse("assessments:commendation_edit", args=[commendation.pk])
    assert client.get(edit).status_code == 200
    changed = {f"pick_{best.pk}": "on", f"pick_{second.pk}": "on", f"reason_{second.pk}": "进步大"}
    client.post(edit, {**values, **changed})
    assert commendation.entries.count() == 2

    step = reverse("assessments:commendation_step", args=[commendation.pk, "decide"])
    assert client.post(step, {"reason": ""}).status_code == 403
    assert sign_in(cast.leader).post(step, {"reason": ""}).status_code == 302
    page = sign_in(cast.office).get(commendation.get_absolute_url()).content.decode()
    assert "生成通报" in page
    assert "标记已印发" in page


# --- lists ----------------------------------------------------------------------------


def scheme_list(cast, count):
    for number in range(count):
        create_scheme(
            actor=cast.office,
            values={"title": f"方案{number}", "period": ensure_year(2026), "full_score": 100},
        )


@pytest.mark.parametrize("count", [1, 3])
def test_the_scheme_list_costs_the_same(cast, sign_in, count, django_assert_num_queries):
    scheme_list(cast, count)
    client = sign_in(cast.office)
    url = reverse("assessments:scheme_list")
    with django_assert_num_queries(QUERIES["assessments:scheme_list"]):
        response = client.get(url, headers=FRAGMENT)
    assert response.content.decode().count("2026年度") == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_group_list_costs_the_same(cast, sign_in, count, django_assert_num_queries):
    for number in range(count):
        make_group(cast.office, f"组{number}")
    client = sign_in(cast.office)
    with django_assert_num_queries(QUERIES["assessments:peer_group_list"]):
        response = client.get(reverse("assessments:peer_group_list"), headers=FRAGMENT)
    assert response.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_run_list_costs_the_same(given, cast, sign_in, count, django_assert_num_queries):
    for _ in range(count):
        run_assessment(given, actor=cast.office)
    client = sign_in(cast.office)
    with django_assert_num_queries(QUERIES["assessments:run_list"]):
        response = client.get(reverse("assessments:run_list"), headers=FRAGMENT)
    assert response.content.decode().count("已测算</span>") == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_own_score_list_costs_the_same(given, cast, sign_in, count, django_assert_num_queries):
    for _ in range(count):
        run = run_assessment(given, actor=cast.office)
        make_official(run, office=cast.office, leader=cast.leader)
    client = sign_in(cast.township)
    with django_assert_num_queries(QUERIES["assessments:own_score_list"]):
        response = client.get(reverse("assessments:own_score_list"), headers=FRAGMENT)
    assert response.content.decode().count("94") >= count


@pytest.mark.parametrize("count", [1, 3])
def test_the_commendation_list_costs_the_same(
    published, cast, sign_in, count, django_assert_num_queries
):
    best = score_of(published, cast.xicheng)
    for number in range(count):
        draft_commendation(
            published, actor=cast.office, values={"title": f"表扬{number}"}, picks={best.pk: ""}
        )
    client = sign_in(cast.office)
    with django_assert_num_queries(QUERIES["assessments:commendation_list"]):
        response = client.get(reverse("assessments:commendation_list"), headers=FRAGMENT)
    assert response.content.decode().count("通报表扬") == count


def test_the_result_page_costs_the_same_for_more_units(cast, figures, sign_in):
    scheme = make_scheme(cast.office, [make_group(cast.office)])
    client = sign_in(cast.office)
    counts = []
    for unit in (cast.dongfeng, cast.nanlu):
        figures.give("A01", unit.pk, "90", target="100")
        run = run_assessment(scheme, actor=cast.office)
        client.get(run.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            client.get(run.get_absolute_url())
        counts.append(len(captured))
    # The second run has one before it to compare with, and two assessed units.
    assert counts[0] == counts[1]


#: Statements of each list as a fragment: sign-in, post and transaction are eight of them.
FRAGMENT = {"HX-Request": "true"}
QUERIES = {
    "assessments:scheme_list": 6,
    "assessments:peer_group_list": 6,
    "assessments:run_list": 6,
    "assessments:own_score_list": 6,
    "assessments:commendation_list": 7,
}
