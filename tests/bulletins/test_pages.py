from __future__ import annotations

import pytest
from django.urls import reverse

from bulletins.contributions import build_card, find_todos
from bulletins.enums import DispatchState, IssueState
from bulletins.models import CommissionTask, Dispatch, Issue, IssueItem, ModelCase
from bulletins.services.desk import decide_dispatch, edit_dispatch, take_dispatch
from bulletins.services.issues import send_out_issue
from gongjian.commons.documents.models import ReportJob
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import ask_together
from tests.bulletins.test_text import picture
from tests.factories.bulletins import (
    case_of,
    commission_of,
    draft_of,
    issue_of,
    sent,
    series_of,
    signed,
)


def url(name: str, *args: object) -> str:
    return reverse(f"bulletins:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("bulletins:dispatch_list", 9),
        ("bulletins:commission_list", 8),
        ("bulletins:issue_list", 8),
        ("bulletins:case_list", 8),
    ],
)
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, name, queries, rows
):
    series = series_of(cast)
    for number in range(rows):
        sent(cast, title=f"稿{number}")
        commission_of(cast, topic=f"约{number}")
        issue_of(cast, series=series, topic=f"期{number}")
        case_of(cast)
    client = sign_in(cast.office)
    client.get(reverse(name))
    with django_assert_max_num_queries(queries):
        client.get(reverse(name))


def form(**values) -> dict[str, str]:
    return {
        "title": "板凳会", "kind": "experience", "body": "<p>正文</p><script>alert(1)</script>",
        "authors": "赵春梅、孙国强", "signer": "赵春梅", **values,
    }  # fmt: skip


def test_a_secretary_writes_sends_and_reads_what_became_of_it(cast, sign_in):
    client = sign_in(cast.secretary)
    client.post(url("dispatch_create"), form())
    dispatch = Dispatch.objects.get()
    assert dispatch.body == "<p>正文</p>"
    assert [row.name for row in dispatch.authors.all()] == ["赵春梅", "孙国强"]
    client.post(url("dispatch_write", dispatch.pk), form(title="改", revision="0"))
    client.post(url("dispatch_step", dispatch.pk, "send"), {"reason": ""})
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.title) == (DispatchState.SENT, "改")
    assert client.get(url("dispatch_write", dispatch.pk)).status_code == 404
    decide_dispatch(dispatch, actor=cast.office, decision="decline", reason="old", remark="过时了")
    page = text(client.get(dispatch.get_absolute_url()))
    assert "时效已过" in page
    assert "过时了" in page


def test_an_old_window_loses_nothing(cast, sign_in):
    dispatch = draft_of(cast)
    client = sign_in(cast.secretary)
    client.post(url("dispatch_write", dispatch.pk), form(revision="0"))
    answer = client.post(
        url("dispatch_write", dispatch.pk), form(revision="0", body="<p>另一个窗口</p>")
    )
    assert answer.status_code == 422
    assert "别处保存过" in text(answer)
    assert "另一个窗口" in text(answer)
    # What the other window saved stands beside it, and saving once more is enough.
    assert "别处保存的那一稿" in text(answer)
    again = form(revision=answer.context["form"]["revision"].value(), body="<p>两稿合一</p>")
    assert client.post(url("dispatch_write", dispatch.pk), again).status_code == 302
    dispatch.refresh_from_db()
    assert dispatch.body == "<p>两稿合一</p>"


def test_two_windows_at_one_item_of_an_issue_lose_nothing(cast, sign_in):
    item = issue_of(cast, [sent(cast)]).items.get()
    client = sign_in(cast.office)
    first = {"section": "", "title": "甲", "body": "<p>甲窗口</p>", "revision": "0"}
    assert client.post(url("item_edit", item.pk), first).status_code == 302
    answer = client.post(url("item_edit", item.pk), first | {"body": "<p>乙窗口</p>"})
    assert answer.status_code == 422
    assert "甲窗口" in text(answer)
    assert "乙窗口" in text(answer)
    again = first | {"body": "<p>甲乙</p>", "revision": answer.context["form"]["revision"].value()}
    assert client.post(url("item_edit", item.pk), again).status_code == 302
    item.refresh_from_db()
    assert (item.body, item.revision) == ("<p>甲乙</p>", 2)


def test_the_calendar_shows_each_commission_on_the_day_its_pieces_are_due(cast, sign_in):
    commission_of(cast, topic="端午节前走访")
    day = today()
    answer = sign_in(cast.office).get(url("commission_calendar"))
    held = {number: [one.topic for one in rows] for number, rows in answer.context["months"]}
    assert held[day.month] == ["端午节前走访"]
    assert sum(map(len, held.values())) == 1
    assert "已交 0/1 家" in text(answer)
    empty = sign_in(cast.office).get(url("commission_calendar"), {"year": day.year - 1})
    assert empty.context["total"] == 0
    assert "端午节前走访" in text(sign_in(cast.secretary).get(url("commission_calendar")))


def test_pictures_are_shown_to_those_who_may_read_the_piece(cast, sign_in):
    body = f'<p>图</p><img src="data:image/png;base64,{picture()}">'
    dispatch = draft_of(cast, body=body)
    address = url("picture", dispatch.pictures.get().pk)
    assert address in dispatch.body
    answer = sign_in(cast.secretary).get(address)
    assert answer["Content-Type"] == "image/png"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    for actor in (cast.township, cast.neighbour, cast.stranger):
        assert sign_in(actor).get(address).status_code == 404
    issue = signed(cast, [sent(cast, body=body)])
    printed = url("picture", issue.items.get().sources.get().dispatch.pictures.get().pk)
    assert sign_in(cast.neighbour).get(printed).status_code == 200


@pytest.mark.parametrize("actor", ["neighbour", "other_county", "stranger", "auditor"])
def test_strangers_find_nothing(cast, sign_in, actor):
    dispatch = sent(cast)
    issue = issue_of(cast, [sent(cast, title="乙")])
    commission = commission_of(cast)
    draft_case = case_of(cast, is_listed=False)
    client = sign_in(getattr(cast, actor))
    for address in (
        dispatch.get_absolute_url(),
        url("dispatch_step", dispatch.pk, "withdraw"),
        url("dispatch_edit", dispatch.pk),
        url("dispatch_higher", dispatch.pk),
        url("fact", "dispatch", dispatch.pk),
        issue.get_absolute_url(),
        url("issue_make", issue.pk),
        url("issue_print", issue.pk),
        commission.get_absolute_url(),
        url("task_close", commission.tasks.get().pk),
        draft_case.get_absolute_url(),
    ):
        assert client.get(address).status_code == 404, address


def test_the_desk_and_its_pages(cast, sign_in):
    dispatch = sent(cast)
    client = sign_in(cast.office)
    assert dispatch.title in text(client.get(url("desk")))
    client.post(url("dispatch_step", dispatch.pk, "take"), {"reason": ""})
    client.post(
        url("dispatch_edit", dispatch.pk),
        {"title": "新标题", "body": "<p>红旗村改过的正文</p>", "revision": "0"},
    )
    page = text(client.get(url("compare", dispatch.pk, 2)))
    assert "<ins>" in page
    assert client.get(url("compare", dispatch.pk, 9)).status_code == 404
    answer = client.post(url("dispatch_decide", dispatch.pk), {"decision": "decline"})
    assert answer.status_code == 422
    assert "请选择不采用的原因" in text(answer)
    higher = {"journal": "省工运信息", "level": "province", "printed_on": today().isoformat()}
    client.post(url("dispatch_higher", dispatch.pk), higher)
    one = dispatch.higher.get()
    assert one.checked_at
    assert client.get(url("higher_check", one.pk)).status_code == 200
    client.post(url("higher_drop", one.pk), {"reason": "有误"})
    assert not dispatch.higher.exists()
    note = {
        "leader": "王志远", "level": "city", "text": "请研究。", "given_on": today().isoformat(),
        "unit": cast.qinghe.pk, "due_on": today().isoformat(),
    }  # fmt: skip
    client.post(url("dispatch_instruction", dispatch.pk), note)
    page = text(client.get(dispatch.get_absolute_url()))
    assert "王志远" in page
    assert "待签收" in page
    assert client.get(url("fact", "instruction", dispatch.instructions.get().pk)).status_code == 302


def test_an_issue_is_made_reviewed_signed_sent_out_and_received(cast, sign_in):
    first, second = sent(cast, title="甲"), sent(cast, title="乙")
    office = sign_in(cast.office)
    assert office.get(url("issue_create")).status_code == 302
    office.post(
        url("series_create"),
        {"name": "工运简报", "publisher": "办公室", "total_before": "26", "copies": "80"},
    )
    series = Issue._meta.get_field("series").related_model.objects.get()
    office.post(url("issue_create"), {"series": series.pk, "kind": "regular", "topic": ""})
    issue = Issue.objects.get()
    make = url("issue_make", issue.pk)
    office.post(make, {"act": "add", "dispatches": [first.pk, second.pk]})
    item_one, item_two = issue.items.all()
    office.post(url("item_move", item_two.pk, "up"))
    assert [item.pk for item in issue.items.all()] == [item_two.pk, item_one.pk]
    office.post(make, {"act": "order", "items": [item_one.pk, item_two.pk]})
    assert issue.items.first().pk == item_one.pk
    office.post(
        url("item_edit", item_one.pk), {"section": "经验", "title": "甲甲", "body": "<p>字</p>"}
    )
    assert IssueItem.objects.get(pk=item_one.pk).title == "甲甲"
    office.post(url("item_remove", item_two.pk))
    office.post(make, {"topic": "主题", "copies": "80", "revision": "0", "editor_note": "按"})
    step = lambda name: url("issue_step", issue.pk, name)  # noqa: E731 -- short for the chain below
    office.post(step("submit"), {"reason": ""})
    office.post(step("first"), {"reason": "可"})
    assert office.post(step("second"), {"reason": ""}).status_code == 403
    sign_in(cast.viewer).post(step("second"), {"reason": ""})
    leader = sign_in(cast.leader)
    leader.post(step("final"), {"reason": ""})
    leader.post(step("sign"), {"reason": ""})
    issue.refresh_from_db()
    assert (issue.state, issue.total_number) == (IssueState.SIGNED, 27)
    secretary = sign_in(cast.secretary)
    assert secretary.get(issue.get_absolute_url()).status_code == 404
    office = sign_in(cast.office)
    office.post(url("issue_send_out", issue.pk), {"units": [cast.hongqi.pk]})
    secretary = sign_in(cast.secretary)
    page = text(secretary.get(issue.get_absolute_url()))
    assert "签收</a>" in page
    assert "甲甲" in page
    secretary.post(url("issue_receive", issue.pk))
    assert issue.receipts.get().opened_by == cast.secretary.label
    assert "已签收 1/1 家" in text(sign_in(cast.office).get(issue.get_absolute_url()))
    office = sign_in(cast.office)
    office.post(url("issue_print", issue.pk))
    office.post(url("register"))
    kinds = set(ReportJob.objects.values_list("kind", flat=True))
    assert kinds == {"bulletins.issue", "bulletins.register"}
    assert office.get(url("series_edit", series.pk)).status_code == 200


def test_commissions_on_the_page(cast, sign_in):
    office = sign_in(cast.office)
    office.post(
        url("commission_create"),
        {
            "topic": "新群体", "kind": "event", "requirement": "写实", "due_on": today(),
            "units": [cast.hongqi.pk],
        },
    )  # fmt: skip
    task = CommissionTask.objects.get()
    assert "各单位手上的约稿" in text(office.get(url("commission_create")))
    assert office.get(url("task_close", task.pk)).status_code == 200
    secretary = sign_in(cast.secretary)
    secretary.post(url("task_accept", task.pk))
    page = text(secretary.get(f"{url('dispatch_create')}?task={task.pk}"))
    assert 'value="新群体"' in page
    secretary.post(f"{url('dispatch_create')}?task={task.pk}", form())
    assert Dispatch.objects.get().task == task
    assert "写稿件" in text(secretary.get(task.commission.get_absolute_url()))
    draft = Dispatch.objects.get()
    secretary.post(url("dispatch_discard", draft.pk))
    assert not Dispatch.objects.exists()


def test_cases_on_the_page(cast, sign_in):
    client = sign_in(cast.secretary)
    values = {
        "kind": "brand", "title": "板凳会", "problem": "到会难", "practice": "摆板凳",
        "effect": "人多了", "lesson": "",
    }  # fmt: skip
    client.post(url("case_create"), values)
    case = ModelCase.objects.get()
    client.post(url("case_edit", case.pk), {**values, "title": "板凳会（改）"})
    client.post(url("modelcase_step", case.pk, "nominate"), {"reason": ""})
    office = sign_in(cast.office)
    office.post(url("modelcase_step", case.pk, "list"), {"reason": ""})
    office.post(url("case_propose", case.pk), {"unit": cast.dongfeng.pk})
    other = sign_in(cast.neighbour)
    assert "我们照做了" in text(other.get(case.get_absolute_url()))
    other.post(
        url("case_answer", case.pk), {"answer": "confirm", "done": "每周三开工位会十五分钟。"}
    )
    sign_in(cast.township).post(
        url("case_answer", case.pk), {"answer": "refuse", "done": "暂不采用"}
    )
    page = text(sign_in(cast.office).get(case.get_absolute_url()))
    assert "已确认 1 家" in page
    assert "未采用" in page


def test_to_dos_and_the_card(cast):
    commission_of(cast)
    sent(cast, cast.neighbour)
    returned = sent(cast)
    decide_dispatch(returned, actor=cast.office, decision="return", reason="", remark="补数据")
    titles = {todo.title for todo in ask_together([find_todos(cast.secretary)])[0]}
    assert titles == {"约稿：新就业群体入会", f"修改稿件：{returned.title}"}
    assert {todo.title for todo in ask_together([find_todos(cast.office)])[0]} == {"处理 1 篇来稿"}
    card = build_card(cast.secretary)
    assert card is not None
    assert card["tally"].sent == 1
    assert build_card(cast.other_county) is None
    issue = signed(cast, [take_and_edit(cast)])
    send_out_issue(issue, actor=cast.office, units=[cast.qinghe])


def take_and_edit(cast) -> Dispatch:
    dispatch = take_dispatch(sent(cast, title="丙"), actor=cast.office)
    return edit_dispatch(dispatch, actor=cast.office, title="丁", body="<p>改</p>")
