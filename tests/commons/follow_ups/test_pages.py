from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import run_report
from gongjian.commons.follow_ups.documents import order_values
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.queries import (
    light_filter,
    lights_of,
    statistics,
    statistics_by_source,
)
from gongjian.commons.follow_ups.reminders import days_near, looking_back, waiting
from gongjian.commons.follow_ups.services.assigning import SourceReference
from gongjian.commons.follow_ups.services.handling import (
    ask_extension,
    clear_follow_up,
    note_follow_up,
    receive_follow_up,
    reopen_follow_up,
    report_follow_up,
)
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.shelves import todos_of
from tests.factories.follow_ups import cleared, draft, in_hand, issued, reported


def url(name: str, *args: object) -> str:
    return reverse(f"follow_ups:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("follow_ups:followup_list", 8), ("follow_ups:my_matters", 9)]
)
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_num_queries, name, queries, rows
):
    for _ in range(rows):
        issued(cast, cast.dongfeng)
    client = sign_in(cast.township)
    client.get(reverse(name))

    with django_assert_num_queries(queries):
        answer = client.get(reverse(name))

    assert text(answer).count("整修职工活动室") >= rows


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("office", 200),
        ("leader", 200),
        ("county", 200),
        ("township", 200),
        ("secretary", 200),
        ("union_chair", 200),
        ("neighbour", 404),
        ("other_county", 404),
        ("administrator", 404),
        ("stranger", 404),
    ],
)
def test_a_matter_is_seen_along_its_line_only(cast, sign_in, who, status):
    item = issued(cast)
    answer = sign_in(getattr(cast, who)).get(url("followup_detail", item.pk))
    assert answer.status_code == status


def test_a_helping_unit_reads_along_and_a_draft_is_not_yet_shown(cast, sign_in):
    helped, hidden = issued(cast, helpers=[cast.xinghuo]), draft(cast)

    client = sign_in(cast.neighbour)
    assert client.get(url("followup_detail", helped.pk)).status_code == 200
    assert "整修职工活动室" in text(client.get(url("my_matters")))
    assert sign_in(cast.secretary).get(url("followup_detail", hidden.pk)).status_code == 404


def test_a_matter_is_given_out_with_one_form(cast, sign_in):
    answer = sign_in(cast.office).post(
        url("followup_create"),
        {
            "title": "补齐工会户头",
            "kind": "commission",
            "urgency": "urgent",
            "basis": "第三季度联席会议",
            "requirement": "十月底前开户。",
            "unit": cast.hongqi.pk,
            "helpers": [cast.xinghuo.pk],
            "due_on": (today() + timedelta(days=20)).isoformat(),
            "contact": "陈静",
        },
    )

    item = FollowUp.objects.get()
    assert answer.status_code == 302
    assert (item.state, item.giver, item.helpers.count()) == ("issued", cast.city, 1)


def test_a_poor_form_keeps_what_was_typed_and_says_what_to_do(cast, sign_in):
    answer = sign_in(cast.township).post(
        url("followup_create"),
        {"title": "补齐工会户头", "kind": "commission", "urgency": "normal",
         "requirement": "", "unit": cast.nanlu.pk, "due_on": "2020-01-01"},
    )  # fmt: skip

    page = text(answer)
    assert answer.status_code == 422
    assert "补齐工会户头" in page
    assert "不能选它" in page
    assert not FollowUp.objects.exists()


def test_the_life_of_a_matter_through_its_pages(cast, sign_in):
    item = draft(cast)
    steps = [
        (cast.office, "followup_step", ["issue"], {}, "issued"),
        (cast.secretary, "followup_step", ["receive"], {}, "in_hand"),
        (cast.secretary, "followup_note", [], {"text": "已进场施工"}, "in_hand"),
        (cast.secretary, "followup_handler", [], {"handler": "孙国强"}, "in_hand"),
        (cast.secretary, "followup_escalate", [], {"text": "缺经费"}, "in_hand"),
        (cast.office, "followup_urge", [], {"text": ""}, "in_hand"),
        (cast.secretary, "followup_report", [], {"result": "已办好"}, "reported"),
        (cast.office, "followup_step", ["return"], {"reason": "缺照片"}, "returned"),
        (cast.secretary, "followup_report", [], {"result": "已补照片"}, "reported"),
        (cast.office, "followup_step", ["clear"], {"reason": "属实"}, "cleared"),
        (cast.office, "followup_reopen", [],
         {"until": (today() + timedelta(days=9)).isoformat(), "reason": "又闲置"}, "issued"),
        (cast.office, "followup_hand_over", [],
         {"unit": cast.xinghuo.pk, "until": (today() + timedelta(days=9)).isoformat(),
          "reason": "职责在企业"}, "issued"),
        (cast.office, "followup_suspend", [],
         {"until": (today() + timedelta(days=3)).isoformat(), "reason": "等资金"}, "suspended"),
        (cast.office, "followup_step", ["resume"], {}, "in_hand"),
        (cast.office, "followup_step", ["cancel"], {"reason": "并入另一件"}, "cancelled"),
    ]  # fmt: skip
    for actor, name, more, values, state in steps:
        client, address = sign_in(actor), url(name, item.pk, *more)
        if name != "followup_note":
            assert client.get(address).status_code == 200, name
        assert client.post(address, values).status_code == 302, (name, more)
        item.refresh_from_db()
        assert item.state == state, (name, more)

    page = text(sign_in(cast.office).get(url("followup_detail", item.pk)))
    for word in ("已进场施工", "缺经费", "缺照片", "又闲置", "催办", "反弹"):
        assert word in page


def test_more_time_is_asked_and_given_on_screen(cast, sign_in):
    item = in_hand(cast)
    later = item.due_on + timedelta(days=10)
    answer = sign_in(cast.secretary).post(
        url("followup_extension", item.pk), {"until": later.isoformat(), "reason": "材料晚到"}
    )
    assert answer.status_code == 302
    assert any("批复延期" in todo.title for todo in todos_of(cast.office))

    client = sign_in(cast.office)
    refused = client.post(url("extension_decide", item.pk), {"decision": "refuse", "reply": ""})
    assert refused.status_code == 422
    assert "请写明不同意的理由" in text(refused)
    client.post(url("extension_decide", item.pk), {"decision": "grant", "reply": "同意"})

    item.refresh_from_db()
    assert item.due_on == later


def test_the_reporter_is_offered_no_verification(cast, sign_in):
    own = reported(cast, by=cast.office, unit=cast.city)

    assert "核验销号" not in text(sign_in(cast.office).get(url("followup_detail", own.pk)))
    assert "核验销号" in text(sign_in(cast.leader).get(url("followup_detail", own.pk)))


def test_many_are_shown_before_they_are_acted_on(cast, sign_in):
    fit, unfit = draft(cast), cleared(cast)
    client = sign_in(cast.office)
    ids = {"ids": [fit.pk, unfit.pk]}

    preview = text(client.post(url("together", "issue"), ids))
    assert "将办理下列" in preview
    assert "1 件不会办理" in preview
    assert "不能交办" in preview
    fit.refresh_from_db()
    assert fit.state == "draft"
    client.post(url("together", "issue"), {**ids, "confirmed": "1"})

    fit.refresh_from_db()
    assert fit.state == "issued"
    assert client.post(url("together", "nothing"), ids).status_code == 404
    assert client.post(url("together", "urge"), {"ids": [fit.pk], "confirmed": "1"}).status_code
    fit.refresh_from_db()
    assert fit.urge_count == 1


def test_lights_in_sql_are_the_lights_of_python(cast):
    for offset in range(-3, 15):
        if offset >= 0:
            issued(cast, due_on=today() + timedelta(days=offset))
    late = issued(cast)
    FollowUp.objects.filter(pk=late.pk).update(due_on=today() - timedelta(days=2))
    items = list(FollowUp.objects.all())

    by_python = lights_of(items)
    for light in ("none", "blue", "yellow", "red"):
        found = set(
            FollowUp.objects.filter(light_filter(light, today())).values_list("pk", flat=True)
        )
        assert found == {pk for pk, shown in by_python.items() if shown == light}, light


def test_statistics_count_what_was_given_out(cast, sign_in):
    cleared(cast)
    in_hand(cast)
    draft(cast)

    figures = statistics(FollowUp.objects.all())
    assert (figures.given, figures.open, figures.cleared, figures.in_time) == (2, 1, 1, 1)
    assert (figures.clearance, figures.punctuality) == ("50.0%", "100.0%")
    page = text(sign_in(cast.office).get(url("statistics")))
    assert "红旗村" in page
    assert "50.0%" in page


def test_the_waiting_of_the_verifier_is_not_the_units_lateness(cast):
    with time_machine.travel("2026-09-01 09:00 +0800", tick=False):
        item = reported(cast, due_on=today() + timedelta(days=3))
    with time_machine.travel("2026-10-20 09:00 +0800", tick=False):
        clear_follow_up(item, actor=cast.office)

    assert statistics(FollowUp.objects.all()).in_time == 1


def test_units_are_reminded_near_the_day_and_nobody_of_what_waits_on_others(cast):
    with time_machine.travel("2026-09-01 09:00 +0800", tick=False):
        item = in_hand(cast, due_on=today() + timedelta(days=20))
    stages = {}
    for when in ("09-01", "09-16", "09-17", "09-21", "09-22", "09-28"):
        with time_machine.travel(f"2026-{when} 09:00 +0800", tick=False):
            stages[when] = [reminder.stage.partition("@")[0] for reminder in days_near(today())]

    assert stages == {
        "09-01": [],
        "09-16": ["-10"],
        "09-17": ["-3"],
        "09-21": ["+0"],
        "09-22": ["+1"],
        "09-28": ["+1"],
    }
    with time_machine.travel("2026-09-16 09:00 +0800", tick=False):
        FollowUp.objects.filter(pk=item.pk).update(state="reported")
        assert list(days_near(today())) == []


def test_receipts_verifications_and_look_backs_are_reminded_of(cast):
    with time_machine.travel("2026-09-01 09:00 +0800", tick=False):
        issued(cast)
        reported(cast)
        cleared(cast)
    with time_machine.travel("2026-12-08 09:00 +0800", tick=False):
        titles = sorted(reminder.title.partition("：")[0] for reminder in waiting(today()))
        assert titles == ["办结申请等待核验", "督办事项还没有签收"]
        assert len(list(looking_back(today()))) == 1


def test_todos_say_what_to_do_first(cast):
    issued(cast)
    reported(cast)

    assert [todo.title for todo in todos_of(cast.secretary)] == ["签收：整修职工活动室"]
    assert any("核验 1 件办结申请" in todo.title for todo in todos_of(cast.office))


@pytest.mark.parametrize("sheet", ["order", "urging"])
def test_the_sheet_of_a_matter_is_printed_in_the_background(cast, sign_in, sheet):
    item = issued(cast, helpers=[cast.xinghuo])
    note_follow_up(item, actor=cast.office, text="<b>x</b>")

    answer = sign_in(cast.secretary).post(url("followup_print", item.pk, sheet))
    job = run_report(ReportJob.objects.get().pk)

    assert answer.status_code == 302
    assert job.status == "done", job.error
    assert job.file.name.endswith("（整修职工活动室）.pdf")
    assert sign_in(cast.neighbour).post(url("followup_print", item.pk, sheet)).status_code == 302
    assert sign_in(cast.other_county).post(url("followup_print", item.pk, sheet)).status_code == 404


def test_the_sheet_prints_what_is_known_and_leaves_the_rest_to_be_filled(cast):
    with time_machine.travel("2026-09-01 09:00 +0800", tick=False):
        item = issued(cast)
    blank = order_values(item, is_urging=False)
    assert (blank.received, blank.result, blank.verified) == ("", "", "")

    with time_machine.travel("2026-09-03 09:00 +0800", tick=False):
        receive_follow_up(item, actor=cast.secretary)
        item.refresh_from_db()
        item = report_follow_up(item, actor=cast.secretary, result="已整修并验收。")
        item = clear_follow_up(item, actor=cast.office, reason="现场看过。")
    known = order_values(item, is_urging=False)
    assert (known.received, known.received_on) == (cast.secretary.label, "2026年9月3日")
    assert (known.result, known.reported) == ("已整修并验收。", cast.secretary.label)
    assert (known.opinion, known.verified) == ("现场看过。", cast.office.label)

    again = reopen_follow_up(
        item, actor=cast.office, due_on=today() + timedelta(days=9), reason="反弹。"
    )
    assert order_values(again, is_urging=False).verified == ""


def test_the_list_begins_with_what_is_open(cast, sign_in):
    done = cleared(cast, due_on=today())
    later = issued(cast, title="以后的事", due_on=today() + timedelta(days=90))
    sooner = issued(cast, title="眼前的事", due_on=today() + timedelta(days=3))
    page = sign_in(cast.office).get(url("followup_list"))
    assert [row.record for row in page.context_data["table"].rows] == [sooner, later, done]


@pytest.mark.parametrize(
    ("part", "who", "shown"),
    [
        ("own", "secretary", True),
        ("own", "township", False),
        ("helped", "secretary", False),
        ("helped", "township", True),
        ("delegated", "secretary", False),
        ("verify", "office", False),
        ("given", "office", True),
        ("given", "secretary", False),
        ("nonsense", "secretary", True),
    ],
)
def test_my_matters_by_how_they_concern_the_unit(cast, sign_in, part, who, shown):
    in_hand(cast, helpers=[cast.dongfeng])
    page = text(sign_in(getattr(cast, who)).get(url("my_matters"), {"part": part}))
    assert ("整修职工活动室" in page) is shown


def test_figures_by_source_count_what_came_back(cast, sign_in):
    item = cleared(cast, kind="rectification")
    reopen_follow_up(item, actor=cast.office, due_on=today() + timedelta(days=9), reason="反弹。")
    cleared(cast, kind="rectification")
    in_hand(cast, kind="resolution", source=SourceReference("meetings.meeting", 1, "例会"))

    figures = dict(statistics_by_source(FollowUp.objects.all()))
    direct = figures["整改事项（直接交办）"]
    assert (direct.given, direct.recurred, direct.recurrence) == (2, 1, "50.0%")
    assert set(figures) == {"整改事项（直接交办）", "会议议定事项（来自联席会议）"}
    assert "整改事项（直接交办）" in text(sign_in(cast.office).get(url("statistics")))


def test_the_ledger_holds_the_reach_of_the_post_only(cast, sign_in):
    issued(cast)
    issued(cast, cast.nanlu, title="别区的事")
    sign_in(cast.county).post(url("ledger"))

    job = run_report(ReportJob.objects.get().pk)

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(read_file(job.file)))
    rows = workbook.get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["整修职工活动室"]


def test_an_extension_may_be_asked_while_the_page_is_open_in_two_windows(cast, sign_in):
    item = in_hand(cast)
    ask_extension(
        item, actor=cast.secretary, until=item.due_on + timedelta(days=5), reason="第一次"
    )

    answer = sign_in(cast.secretary).post(
        url("followup_extension", item.pk),
        {"until": (item.due_on + timedelta(days=6)).isoformat(), "reason": "第二次"},
    )

    assert answer.status_code == 422
    assert "等待批复" in text(answer)
