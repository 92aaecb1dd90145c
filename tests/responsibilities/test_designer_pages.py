"""Pages of the design of forms, the burden and the exceptions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from responsibilities.models import CheckException, Obligation, QuarterlyReturn, ReturnForm
from responsibilities.services.designer import save_check
from tests.factories.designer import (
    check,
    make_burden_review,
    make_draft,
    make_exception,
    make_other_form,
)
from tests.factories.returns import fill, make_form, open_quarter, start


def _url(name: str, *args) -> str:
    return reverse(f"responsibilities:{name}", args=args)


@pytest.fixture
def draft(cast) -> ReturnForm:
    return make_draft(cast)


def typed_page(client, draft) -> dict[str, object]:
    """What the browser would post of the page as it stands."""
    rows = client.get(_url("form_design", draft.pk)).context["rows"]
    data: dict[str, object] = {"title": draft.title, "row": [row.cell.uid for row in rows]}
    data |= {"outlier": "on", "peer_factor": "5"}
    for row in rows:
        for name in ("code", "label", "section_title", "value_type", "unit_label"):
            data[f"{row.cell.uid}-{name}"] = getattr(row.cell, name)
        for name in ("style", "blank", "hint", "not_above"):
            data[f"{row.cell.uid}-{name}"] = getattr(row.cell, name)
    return data


def test_the_rows_of_a_draft_are_saved_in_their_order(cast, sign_in, draft):
    client = sign_in(cast.office)
    data = typed_page(client, draft)
    data["row"] = [data["row"][1], data["row"][0], *data["row"][2:]]

    answer = client.post(_url("form_design", draft.pk), {**data, "act": "save"})

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert [cell.code for cell in draft.layout()][:2] == ["Z202", "Z201"]
    assert draft.standing_rules().peers is False


def test_what_is_wrong_stays_on_the_page_with_its_message(cast, sign_in, draft):
    client = sign_in(cast.office)
    data = typed_page(client, draft) | {"Z201-label": "", "peer_factor": "很多"}

    answer = client.post(_url("form_design", draft.pk), {**data, "act": "save"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "请填写栏目名称" in page
    assert "倍数请填大于 1" in page


def test_without_the_script_every_button_works_and_saves_nothing(cast, sign_in, draft):
    client = sign_in(cast.office)
    data = typed_page(client, draft)

    def rows_after(act, **more):
        answer = client.post(_url("form_design", draft.pk), {**data, "act": act, **more})
        assert answer.status_code == 200
        return answer.context["rows"]

    assert [row.cell.code for row in rows_after("down:Z201")][:2] == ["Z202", "Z201"]
    assert rows_after("add")[-1].cell.uid == "n1"
    assert "Z201" not in {row.cell.code for row in rows_after("remove:Z201")}
    indicator = client.get(_url("form_design", draft.pk)).context["library"][0]
    added = rows_after("indicators", indicators=[indicator.pk])
    assert added[-1].cell.code == indicator.code
    data |= {"row": [*data["row"], "n1"], "n1-label": "会员", "n1-section_title": "甲"}
    assert rows_after("link:n1:unit.member_count")[-1].cell.source == "unit.member_count"
    linked = rows_after(f"link:n1:indicator:{indicator.pk}")
    assert linked[-1].cell.code == indicator.code
    draft.refresh_from_db()
    assert len(draft.cells) == 5


def test_what_is_asked_already_is_told_while_typing(cast, sign_in, draft):
    client = sign_in(cast.office)
    url = _url("form_similar", draft.pk)
    page = client.get(url, {"label": "职工总人数", "uid": "n1"}).content.decode()
    assert "单位台账" in page
    assert "link:n1:unit.worker_count" in page
    assert "相近" not in client.get(url, {"label": "某某"}).content.decode()


def test_a_check_is_written_tried_saved_and_removed(cast, sign_in, draft):
    client = sign_in(cast.office)
    url = _url("check_edit", draft.pk, "new")
    data = {"label": "会员", "text": "[Z202] <= [Z20", "severity": "hard", "missing": "skip"}
    assert client.get(url).status_code == 200
    refused = client.post(url, data)
    assert refused.status_code == 422
    assert "第 11 个字" in refused.content.decode()

    data |= {
        "text": "[Z202] ≤ [Z201]",
        "examples": "Z202=1，Z201=2 => 通过\nZ202=3, Z201=2 => 通过",
    }
    tried = client.post(_url("check_try", draft.pk), data).content.decode()
    assert "与预期相符" in tried
    assert "与预期不符" in tried
    assert client.post(url, data).status_code == 302
    draft.refresh_from_db()
    assert [one.key for one in draft.own_checks()] == ["k1"]
    assert "有不符" in client.get(_url("form_checks", draft.pk)).content.decode()
    assert (
        "Z201=2，Z202=3 =&gt; 通过"
        in client.get(_url("check_edit", draft.pk, "k1")).content.decode()
    )

    client.post(_url("check_remove", draft.pk, "k1"))
    draft.refresh_from_db()
    assert draft.checks == []


@pytest.mark.parametrize("line", ["Z202", "Z202=三", "Z202=1 => 好", "Z202=1", "../x=1 => 通过"])
def test_an_example_that_cannot_be_read_is_named_by_its_line(cast, sign_in, draft, line):
    data = {
        "label": "会员",
        "text": "[Z202] > 0",
        "severity": "hard",
        "examples": f"Z202=1 => 通过\n{line}",
    }
    answer = sign_in(cast.office).post(_url("check_edit", draft.pk, "new"), data)
    assert answer.status_code == 422
    assert "第 2 行" in answer.content.decode()


def test_preview_comparison_and_the_form_itself_are_shown(cast, sign_in, draft):
    save_check(draft, actor=cast.office, check=check("[Z202] <= [Z201]", label="会员不多于职工"))
    client = sign_in(cast.office)
    assert "cell-Z201" in client.get(_url("form_preview", draft.pk)).content.decode()
    assert client.get(_url("form_preview", draft.pk), {"category": "x"}).status_code == 404
    assert "新增检查" in client.get(_url("form_compare", draft.pk)).content.decode()
    assert "会员不多于职工" in client.get(_url("returnform_detail", draft.pk)).content.decode()


def test_a_published_form_cannot_be_opened_for_design(cast, sign_in):
    form = make_form(cast)
    client = sign_in(cast.office)
    assert client.get(_url("form_design", form.pk)).status_code == 409
    answer = client.post(_url("form_next", form.pk))
    assert answer.url == _url("form_design", ReturnForm.objects.get(version=2).pk)


def test_another_form_is_begun_with_a_key(cast, sign_in):
    client = sign_in(cast.office)
    refused = client.post(_url("form_begin"), {"title": "年度报表", "key": "年报"})
    assert "小写字母" in refused.content.decode()
    assert (
        client.post(_url("form_begin"), {"title": "年度报表", "key": "annual"}).status_code == 302
    )


@pytest.mark.parametrize(
    "name", ["form_design", "form_checks", "form_preview", "form_compare", "form_next"]
)
def test_nobody_but_the_office_finds_the_designer(cast, sign_in, draft, name):
    for actor in (cast.secretary, cast.township, cast.leader):
        assert sign_in(actor).get(_url(name, draft.pk)).status_code == 404


def test_the_leader_decides_on_a_form_beyond_the_budget(cast, sign_in):
    review = make_burden_review(cast)
    office = sign_in(cast.office)
    assert "示党工组〔2026〕3号" in office.get(_url("burden")).content.decode()
    assert office.post(_url("burdenreview_step", review.pk, "approve")).status_code == 422

    leader = sign_in(cast.leader)
    assert "同意发布" in leader.get(review.get_absolute_url()).content.decode()
    leader.post(_url("burdenreview_step", review.pk, "approve"), {"reason": "年度重点"})
    review.refresh_from_db()
    assert review.state == "approved"
    assert sign_in(cast.secretary).get(_url("burden")).status_code == 404


def test_the_office_sets_the_budget_with_a_reason(cast, sign_in):
    client = sign_in(cast.office)
    url = _url("burden_budget")
    assert client.post(url, {"minutes": "20", "reason": ""}).status_code == 422
    assert client.post(url, {"minutes": "20", "reason": "减负"}).status_code == 302
    assert client.get(_url("burden")).context["budget"] == 20
    draft = make_draft(cast)
    answer = client.post(_url("burden_ask", draft.pk), {"reason": "甲", "basis": "乙"})
    assert answer.status_code == 409


def stopped(cast) -> QuarterlyReturn:
    period, _ = open_quarter(cast)
    row = start(cast, cast.hongqi, period, cast.secretary)
    return fill(row, cast.secretary, Z202="130")


def test_the_unit_asks_and_the_superior_grants_an_exception(cast, sign_in):
    row = stopped(cast)
    unit = sign_in(cast.secretary)
    fill_url = _url("return_fill", row.obligation_id)
    assert "申请校验例外" in unit.post(fill_url, {"submit": "1"}).content.decode()
    url = _url("exception_ask", row.pk)
    finding = unit.get(url).context["form"].fields["finding"].choices[0][0]
    assert unit.post(url, {"finding": finding, "reason": "含退休会员"}).status_code == 302
    asked = CheckException.objects.get()
    assert unit.post(_url("checkexception_step", asked.pk, "grant")).status_code != 302

    superior = sign_in(cast.township)
    assert "同意例外" in superior.get(asked.get_absolute_url()).content.decode()
    assert superior.post(_url("checkexception_step", asked.pk, "grant")).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "granted"
    assert sign_in(cast.neighbour).get(asked.get_absolute_url()).status_code == 404


def test_without_a_finding_there_is_nothing_to_ask(cast, sign_in):
    period, _ = open_quarter(cast)
    row = fill(start(cast, cast.hongqi, period, cast.secretary), cast.secretary)
    page = sign_in(cast.secretary).get(_url("exception_ask", row.pk)).content.decode()
    assert "没有可以申请例外" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_exceptions_costs_the_same(cast, sign_in, django_assert_num_queries, rows):
    form = make_form(cast)
    for ordinal in range(1, rows + 1):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        row = start(cast, cast.hongqi, period, cast.secretary)
        make_exception(cast, fill(row, cast.secretary, Z202="130"))
    client = sign_in(cast.township)
    url = reverse("responsibilities:exception_list")
    client.get(url)

    with django_assert_num_queries(6):
        client.get(url)


def test_a_form_of_its_own_is_opened_for_a_year(cast, sign_in):
    form = make_other_form(cast)
    client = sign_in(cast.office)
    assert "开启年度填报" in client.get(form.get_absolute_url()).content.decode()
    url = _url("form_open_year", form.pk)
    assert client.post(url, {"year": "2026", "due_on": "2020-01-01"}).status_code == 422
    due_on = (today() + timedelta(days=20)).isoformat()
    assert client.post(url, {"year": "2026", "due_on": due_on}).status_code == 302

    owed = Obligation.objects.get(unit=cast.hongqi, form=form)
    page = sign_in(cast.secretary).get(_url("return_fill", owed.pk)).content.decode()
    assert "联合工会数" in page
    assert "2026年度" in page
