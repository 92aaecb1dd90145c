from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from gongjian.foundation.web.shelves import todos_of
from responsibilities.models import AnnualPlan, Indicator, Target
from responsibilities.services.allocation import allocate, issue_targets
from responsibilities.services.targets import propose_value
from tests.factories.planning import (
    divide,
    issue_down_to_the_village,
    make_approved_plan,
    make_indicator,
    make_plan,
    target_of,
)


def url(name: str, *args) -> str:
    return reverse(f"responsibilities:{name}", args=args)


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def fetch(cast, sign_in):
    def get(actor, name, *args, query=""):
        return sign_in(actor).get(url(name, *args) + query)

    return get


@pytest.fixture
def send(cast, sign_in):
    def post(actor, name, *args, **data):
        return sign_in(actor).post(url(name, *args), data)

    return post


LIST_COUNTS = {
    "responsibilities:annualplan_list": 6,
    "responsibilities:indicator_list": 7,
    "responsibilities:target_list": 7,
}


def fill(name: str, cast, count: int) -> None:
    if name == "responsibilities:annualplan_list":
        for number in range(count):
            AnnualPlan.objects.create(year=2020 + number, title=f"{2020 + number}年方案")
    elif name == "responsibilities:indicator_list":
        for number in range(count):
            make_indicator(f"X{number}")
    else:
        plan = AnnualPlan.objects.create(year=2026, title="方案")
        for number in range(count):
            indicator = make_indicator(f"X{number}")
            Target.objects.create(plan=plan, indicator=indicator, unit=cast.hongqi, value=1)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", list(LIST_COUNTS))
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_num_queries, name, rows
):
    fill(name, cast, rows)
    client = sign_in(cast.office)
    client.get(reverse(name))

    with django_assert_num_queries(LIST_COUNTS[name]):
        response = client.get(reverse(name))

    assert response.status_code == 200


def test_the_office_loads_the_library_and_draws_up_a_plan(cast, fetch, send):
    assert send(cast.office, "indicator_load").status_code == 302
    assert fetch(cast.office, "indicator_list", query="?section=Z2").status_code == 200
    indicator = Indicator.objects.get(code="Z203")
    assert "发展会员数" in text_of(fetch(cast.office, "indicator_detail", indicator.pk))
    assert "组织建设" in text_of(fetch(cast.office, "annualplan_create"))

    response = send(
        cast.office, "annualplan_create", year="2026", title="2026年方案", indicators=[indicator.pk]
    )
    plan = AnnualPlan.objects.get()
    assert response.url == url("annualplan_values", plan.pk)
    assert "发展会员数" in text_of(fetch(cast.office, "annualplan_values", plan.pk))
    send(cast.office, "annualplan_values", plan.pk, **{f"indicator_{indicator.pk}": "1.2万"})
    assert target_of(plan, cast.city).value == 12000
    assert "12,000" in text_of(fetch(cast.leader, "annualplan_detail", plan.pk))
    assert send(cast.office, "annualplan_step", plan.pk, "approve").status_code == 403
    assert send(cast.leader, "annualplan_step", plan.pk, "approve").status_code == 302
    assert AnnualPlan.objects.get().state == "approved"


def test_a_plan_is_edited_and_its_year_stays_unique(cast, fetch, send):
    make_plan(cast, year=2025)
    plan = make_plan(cast, year=2026)
    assert fetch(cast.office, "annualplan_edit", plan.pk).status_code == 200
    refused = send(cast.office, "annualplan_edit", plan.pk, year="2025", title="改名")
    assert refused.status_code == 422
    assert "这个年度已有方案" in text_of(refused)
    keys = list(plan.lines.values_list("indicator_id", flat=True))
    send(cast.office, "annualplan_edit", plan.pk, year="2026", title="改名", indicators=keys[:1])
    assert AnnualPlan.objects.get(pk=plan.pk).title == "改名"
    assert plan.lines.count() == 1


def test_words_instead_of_a_number_are_refused_and_kept(cast, send):
    plan = make_plan(cast, codes=("Z203",))
    key = plan.lines.get().indicator_id
    response = send(cast.office, "annualplan_values", plan.pk, **{f"indicator_{key}": "很多"})
    assert response.status_code == 422
    assert "请填写数字" in text_of(response)
    assert 'value="很多"' in text_of(response)


def test_the_overview_tells_how_far_each_indicator_has_come(cast, fetch):
    plan = make_approved_plan(cast)
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})

    page = text_of(fetch(cast.office, "allocation_overview"))

    assert "已分解" in page
    assert "未分解" in page
    assert "全部下达" in page
    below = f"?unit={cast.qinghe.pk}&plan={plan.pk}"
    assert fetch(cast.office, "allocation_overview", query=below).status_code == 200
    assert fetch(cast.county, "allocation_overview").status_code == 200
    assert (
        fetch(cast.county, "allocation_overview", query=f"?unit={cast.city.pk}").status_code == 404
    )


def test_the_board_proposes_by_each_method_without_script(cast, fetch):
    plan = make_approved_plan(cast)
    target = target_of(plan, cast.city)

    page = text_of(fetch(cast.office, "allocation_board", target.pk, query="?method=measure"))
    assert 'value="720"' in page  # 600 of 1,000 workers
    page = text_of(
        fetch(cast.office, "allocation_board", target.pk, query="?method=evenly&reserve=100")
    )
    assert page.count('value="550"') == 2
    assert (
        fetch(cast.office, "allocation_board", target.pk, query="?method=base").status_code == 200
    )
    rate = target_of(plan, cast.city, "B05")
    page = text_of(fetch(cast.office, "allocation_board", rate.pk, query="?method=evenly"))
    assert page.count('value="85"') >= 2


def test_the_board_saves_drafts_and_hands_down_what_adds_up(cast, send):
    plan = make_approved_plan(cast)
    target = target_of(plan, cast.city)
    parts = {f"unit_{cast.qinghe.pk}": "700", f"unit_{cast.yunshan.pk}": "480"}

    assert send(cast.office, "allocation_board", target.pk, act="save", **parts).status_code == 302
    refused = send(cast.office, "allocation_board", target.pk, act="issue", **parts)
    assert refused.status_code == 422
    assert "还差 20" in text_of(refused)
    assert 'value="480"' in text_of(refused)
    sent = send(cast.office, "allocation_board", target.pk, act="issue", reserve="20", **parts)
    assert sent.status_code == 302
    assert target_of(plan, cast.qinghe).state == "issued"


def test_an_emptied_cell_takes_the_draft_back(cast, send):
    plan = make_approved_plan(cast)
    target = target_of(plan, cast.city)
    cell = f"unit_{cast.qinghe.pk}"
    send(cast.office, "allocation_board", target.pk, act="save", **{cell: "700"})
    send(cast.office, "allocation_board", target.pk, act="save", **{cell: ""})
    assert not target.children.exists()


def test_more_than_received_asks_for_the_reason_beside_its_field(cast, send):
    plan = make_approved_plan(cast)
    target = target_of(plan, cast.city)
    parts = {f"unit_{cast.qinghe.pk}": "800", f"unit_{cast.yunshan.pk}": "500"}
    refused = send(cast.office, "allocation_board", target.pk, act="issue", **parts)
    assert "须填写加码理由" in text_of(refused)
    sent = send(cast.office, "allocation_board", target.pk, act="issue", reason="留余地", **parts)
    assert sent.status_code == 302


def test_the_grid_fills_all_indicators_and_hands_them_down_in_one_go(cast, fetch, send):
    plan = make_approved_plan(cast, codes=("Z203", "Z204"))
    where = (plan.pk, cast.city.pk)
    first, second = target_of(plan, cast.city), target_of(plan, cast.city, "Z204")
    assert "发展会员数" in text_of(fetch(cast.office, "allocation_grid", *where))
    cells = {
        f"t{target.pk}_u{unit.pk}": "600"
        for target in (first, second)
        for unit in (cast.qinghe, cast.yunshan)
    }

    wrong = {**cells, f"t{first.pk}_u{cast.qinghe.pk}": "590"}
    refused = send(cast.office, "allocation_grid", *where, act="issue", **wrong)
    assert refused.status_code == 422
    assert "还差 10" in text_of(refused)
    assert Target.objects.filter(parent__isnull=False).count() == 0
    assert send(cast.office, "allocation_grid", *where, act="save", **wrong).status_code == 302
    assert send(cast.office, "allocation_grid", *where, act="issue", **cells).status_code == 302
    assert Target.objects.filter(state="issued").count() == 4


def test_a_wrong_cell_of_the_grid_has_its_message_beside_it(cast, send):
    plan = make_approved_plan(cast, codes=("Z203",))
    target = target_of(plan, cast.city)
    name = f"t{target.pk}_u{cast.qinghe.pk}"
    refused = send(
        cast.office, "allocation_grid", plan.pk, cast.city.pk, act="save", **{name: "1.5"}
    )
    assert refused.status_code == 422
    assert f'id="id_{name}_error"' in text_of(refused)


def test_a_block_from_a_spreadsheet_fills_the_grid_without_saving(cast, send):
    plan = make_approved_plan(cast, codes=("Z203", "Z204"))
    where = (plan.pk, cast.city.pk)
    block = "单位\t新建工会组织数\t不认识\n清河县\t1,100\t7\n远方县\t3\n990002\t100"

    page = text_of(send(cast.office, "allocation_grid", *where, act="paste", pasted=block))

    assert "已填入 2 格" in page
    assert "“远方县”不是直接下级单位" in page
    assert 'value="1,100"' in page
    assert Target.objects.filter(parent__isnull=False).count() == 0
    page = text_of(send(cast.office, "allocation_grid", *where, act="paste", pasted="清河县\t5\t6"))
    assert "已填入 2 格" in page


def test_the_office_hands_down_level_by_level(cast, fetch, send):
    plan = make_approved_plan(cast, codes=("Z203",))
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})
    divide(cast, plan, cast.qinghe, cast.office, {cast.dongfeng: 400, cast.xicheng: 300})
    where = (plan.pk, cast.city.pk)
    assert fetch(cast.office, "allocation_issue_subtree", *where).status_code == 200
    assert send(cast.office, "allocation_issue_subtree", *where).status_code == 302
    assert Target.objects.filter(state="issued").count() == 4


@pytest.mark.parametrize("codes", [("Z203",), ("Z203", "Z204", "Z205")])
def test_the_figures_cost_the_same_for_one_indicator_and_three(
    cast, sign_in, django_assert_num_queries, codes
):
    plan = make_approved_plan(cast, codes=codes)
    for code in codes:
        parts = {cast.qinghe: 700, cast.yunshan: 500}
        divide(cast, plan, cast.city, cast.office, parts, code=code)
    issue_targets(cast.city, plan=plan, actor=cast.office)
    pages = [
        (cast.office, url("allocation_overview"), 10),
        (cast.office, url("allocation_grid", plan.pk, cast.city.pk), 9),
        (cast.office, url("allocation_board", target_of(plan, cast.city).pk), 9),
        (cast.county, url("my_targets"), 6),
        (cast.office, url("annualplan_detail", plan.pk), 10),
    ]
    for actor, address, count in pages:
        client = sign_in(actor)
        client.get(address)
        with django_assert_num_queries(count):
            client.get(address)


def test_all_drafts_are_handed_down_with_one_button(cast, fetch, send):
    plan = make_approved_plan(cast, codes=("Z203",))
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})
    assert fetch(cast.office, "allocation_issue", plan.pk, cast.city.pk).status_code == 200
    assert send(cast.office, "allocation_issue", plan.pk, cast.city.pk).status_code == 302
    assert Target.objects.filter(state="issued").count() == 2


def test_the_secretary_receives_everything_in_one_go(cast, fetch, send):
    issue_down_to_the_village(cast)
    assert "全部签收" in text_of(fetch(cast.secretary, "my_targets"))
    assert [todo.title for todo in todos_of(cast.secretary)] == ["签收 1 项目标任务"]
    assert fetch(cast.secretary, "my_targets_acknowledge").status_code == 200

    send(cast.secretary, "my_targets_acknowledge")

    assert "全部签收" not in text_of(fetch(cast.secretary, "my_targets"))
    assert todos_of(cast.secretary) == []


def test_a_proposal_goes_up_and_its_answer_comes_down(cast, fetch, send):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)
    assert fetch(cast.secretary, "target_propose", target.pk).status_code == 200
    send(cast.secretary, "target_propose", target.pk, value="280", reason="外出务工人员多")

    titles = [todo.title for todo in todos_of(cast.township)]
    assert "答复红旗村的目标建议" in titles
    assert "外出务工人员多" in text_of(fetch(cast.township, "target_decide", target.pk))
    refused = send(cast.township, "target_decide", target.pk, decision="declined")
    assert "不采纳须说明原因" in text_of(refused)
    assert send(cast.township, "target_decide", target.pk, decision="accepted").status_code == 302
    page = text_of(fetch(cast.secretary, "target_detail", target.pk))
    assert "已采纳" in page
    assert "调整单" in page
    assert send(cast.secretary, "target_step", target.pk, "acknowledge").status_code == 302


def test_an_amendment_and_a_responsible_person_are_entered(cast, fetch, send):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)
    assert fetch(cast.township, "target_responsible", target.pk).status_code == 200
    send(cast.township, "target_responsible", target.pk, responsible_person="赵春梅")
    assert fetch(cast.township, "target_amend", target.pk).status_code == 200
    send(cast.township, "target_amend", target.pk, value="250", reason="企业外迁")
    target.refresh_from_db()
    assert (target.value, target.responsible_person) == (250, "赵春梅")


def test_drafts_are_not_seen_by_the_unit_they_are_for(cast, fetch):
    plan = make_approved_plan(cast, codes=("Z203",))
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})
    draft = target_of(plan, cast.qinghe)
    assert fetch(cast.county, "target_detail", draft.pk).status_code == 404
    assert fetch(cast.county, "allocation_board", draft.pk).status_code == 404
    issue_targets(cast.city, plan=plan, actor=cast.office)
    assert fetch(cast.county, "target_detail", draft.pk).status_code == 200
    assert fetch(cast.county, "allocation_board", draft.pk).status_code == 200


REFUSALS = [
    ("secretary", "annualplan_create", ()),
    ("secretary", "allocation_overview", ()),
    ("union_chair", "my_targets_acknowledge", ()),
    ("auditor", "annualplan_list", ()),
    ("security", "target_list", ()),
    ("administrator", "indicator_list", ()),
    ("viewer", "indicator_load", ()),
    ("leader", "allocation_overview", ()),
]


@pytest.mark.parametrize(("who", "name", "args"), REFUSALS)
def test_pages_of_others_do_not_exist_for_this_post(cast, fetch, who, name, args):
    assert fetch(getattr(cast, who), name, *args).status_code == 404


def test_targets_elsewhere_do_not_exist(cast, fetch):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)
    top = target_of(plan, cast.city)
    for actor in (cast.neighbour, cast.other_county, cast.stranger):
        assert fetch(actor, "target_detail", target.pk).status_code == 404
    assert fetch(cast.county, "target_amend", target.pk).status_code == 404
    assert fetch(cast.county, "allocation_board", top.pk).status_code == 404
    assert fetch(cast.stranger, "annualplan_detail", plan.pk).status_code == 404
    assert fetch(cast.county, "allocation_grid", plan.pk, cast.city.pk).status_code == 404


def test_the_desk_shows_what_waits_and_how_far_the_targets_have_come(cast, sign_in):
    plan = make_approved_plan(cast, codes=("Z203", "Z204"))
    allocate(
        target_of(plan, cast.city),
        actor=cast.office,
        values={cast.qinghe.pk: Decimal(700), cast.yunshan.pk: Decimal(500)},
    )
    titles = {todo.title for todo in todos_of(cast.office)}
    assert titles == {"1 项目标尚未分解到位", "1 项目标分解后尚未下达"}
    client = sign_in(cast.office)
    assert "七项机制" in text_of(client.get("/"))
    assert "目标下达与签收" in text_of(client.get(reverse("web:desk_cards")))


def test_a_draft_plan_waits_for_the_leading_group(cast):
    make_plan(cast)
    assert any(todo.title.startswith("审定") for todo in todos_of(cast.leader))


def test_an_open_proposal_is_marked_in_the_list(cast, fetch):
    plan = issue_down_to_the_village(cast)
    propose_value(
        target_of(plan, cast.hongqi), actor=cast.secretary, value=Decimal(280), reason="少"
    )
    assert "建议待答复" in text_of(fetch(cast.township, "target_list", query="?words=红旗"))
    assert "待答复" in text_of(fetch(cast.township, "allocation_overview"))
