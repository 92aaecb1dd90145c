from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.shelves import ProducedFile, Production
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.web.shelves import todo_sources, todos_of
from ledger.contributions import build_card
from ledger.documents import file_context, ledger_lines, print_file, produce_ledger
from ledger.enums import FoundingState
from ledger.models import Body, Coverage, Entry, Founding, LedgerImport, Term
from ledger.services.foundings import open_restructuring, prepare_founding
from ledger.services.imports import decide_rows
from tests.factories.ledger import built, code_of, compared, entry_of, kept, list_file

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def todos(actor):
    return todos_of(actor, [todo_sources["ledger"]])


def url(name: str, *args: object) -> str:
    return reverse(f"ledger:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


def produced(production: Production) -> ProducedFile:
    """Run a report to its end, as the worker does."""
    while True:
        try:
            next(production)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("ledger:entry_list", 10),
        ("ledger:founding_list", 10),
        ("ledger:term_list", 10),
        ("ledger:ledgerimport_list", 10),
        ("ledger:restructuring_list", 11),
    ],
)
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, name, queries, rows
):
    for number in range(1, rows + 1):
        built(cast, entry_of(cast, number), "party")
        kept(cast, [[f"甲{number}公司", code_of(90 + number), "", 3, ""]])
        open_restructuring(
            Entry.objects.latest("pk"), actor=cast.township, kind="merged", completed_on=today()
        )
    client = sign_in(cast.office)
    client.get(reverse(name))
    with django_assert_max_num_queries(queries):
        page = text(client.get(reverse(name)))
    assert "还没有" not in page


def test_the_township_enters_changes_and_looks_back(cast, sign_in):
    client = sign_in(cast.township)
    form = {
        "unit": cast.dongfeng.pk, "name": "青禾机械有限公司", "credit_code": code_of(1),
        "kind": "private", "operation": "open", "source": "survey", "worker_count": "40",
        "since": (today() - 30 * DAY).isoformat(),
    }  # fmt: skip
    wrong = client.post(url("entry_create"), {**form, "credit_code": "91990001000000001A"})
    assert wrong.status_code == 422
    assert "校验位不对" in text(wrong)
    client.post(url("entry_create"), form)
    entry = Entry.objects.get()
    change = {**form, "worker_count": "66", "since": today().isoformat(), "revision": "1"}
    client.post(url("entry_edit", entry.pk), change)
    stale = client.post(url("entry_edit", entry.pk), {**change, "worker_count": "67"})
    assert stale.status_code == 409
    now = text(client.get(entry.get_absolute_url()))
    assert "<dd>66</dd>" in now
    assert "<del>40</del> → <ins>66</ins>" in now
    then = f"{entry.get_absolute_url()}?day={(today() - DAY).isoformat()}"
    assert "<dd>40</dd>" in text(client.get(then))
    before = f"{entry.get_absolute_url()}?day={(today() - 31 * DAY).isoformat()}"
    assert "还没有列入台账" in text(client.get(before))


def test_figures_are_put_right_in_the_list(cast, sign_in):
    entry = entry_of(cast)
    client = sign_in(cast.township)
    address = url("entry_quick", entry.pk)
    fragment = {"HTTP_HX_REQUEST": "true"}
    assert "<html" not in text(client.get(address, **fragment))
    form = {
        "worker_count": "10", "member_count": "30", "party_member_count": "4",
        "operation": "open", "revision": entry.revision,
    }  # fmt: skip
    answer = client.post(address, {**form, "worker_count": "-1"}, **fragment)
    assert answer.status_code == 422
    answer = client.post(address, {**form, "worker_count": "77"}, **fragment)
    assert "77" in text(answer)
    assert "entry-" in text(answer)
    entry.refresh_from_db()
    assert (entry.worker_count, entry.counted_on) == (77, today())
    # Without script it is a page like any other.
    assert "<html" in text(client.get(address))
    assert "改数" in text(client.get(url("entry_list")))
    assert "改数" not in text(sign_in(cast.viewer).get(url("entry_list")))


def test_filters(cast, sign_in):
    both, none = entry_of(cast, 1), entry_of(cast, 2, kind="association", worker_count=200)
    built(cast, both, "party")
    built(cast, both, "union")
    client = sign_in(cast.county)
    for query, shown, hidden in (
        ("standing=both", both, none),
        ("standing=neither", none, both),
        ("kind=association", none, both),
        ("workers=100", none, both),
        (f"words={both.credit_code.lower()}", both, none),
        ("words=青禾第2", none, both),
    ):
        page = text(client.get(f"{url('entry_list')}?{query}"))
        assert shown.name in page, query
        assert hidden.name not in page, query


@pytest.mark.parametrize("actor", ["neighbour", "other_county", "stranger", "auditor"])
def test_strangers_find_nothing(cast, sign_in, actor):
    entry = entry_of(cast)
    coverage = built(cast, entry)
    founding = Founding.objects.filter(state=FoundingState.LISTED).get()
    upload = kept(cast, [["甲公司", code_of(9), "", 1, ""]])
    client = sign_in(getattr(cast, actor))
    for address in (
        entry.get_absolute_url(),
        url("entry_edit", entry.pk),
        url("entry_quick", entry.pk),
        url("entry_tie", entry.pk),
        url("entry_visit", entry.pk),
        url("entry_file", entry.pk),
        url("founding_open", entry.pk),
        url("restructuring_open", entry.pk),
        url("entry_build", entry.pk, "union"),
        url("entry_cover", entry.pk, "union"),
        url("coverage_end", coverage.pk),
        coverage.body.get_absolute_url(),
        url("body_edit", coverage.body_id),
        url("body_renew", coverage.body_id),
        url("body_dissolve", coverage.body_id),
        founding.get_absolute_url(),
        url("founding_plan", founding.pk),
        url("founding_step", founding.pk, "guide"),
        upload.get_absolute_url(),
        url("ledgerimport_map", upload.pk),
        url("ledgerimport_step", upload.pk, "discard"),
        f"{url('coverage')}?unit={cast.dongfeng.pk}",
    ):
        assert client.get(address).status_code == 404, address
    assert entry.name not in text(client.get(url("entry_list")))


def test_the_list_is_worked_off_to_the_organization(cast, sign_in):
    entry = entry_of(cast, party_member_count=0)
    founding = Founding.objects.get()
    client = sign_in(cast.township)
    assert founding.get_absolute_url() in {todo.url for todo in todos(cast.township)}
    client.post(url("founding_step", founding.pk, "guide"), {"reason": ""})
    plan = {"person": "何平", "leader": "", "due_on": (today() - DAY).isoformat(), "note": ""}
    assert "不能早于今天" in text(client.post(url("founding_plan", founding.pk), plan))
    client.post(url("founding_plan", founding.pk), {**plan, "due_on": today().isoformat()})
    founding = Founding.objects.select_related("entry__unit").get()
    assert (founding.person, founding.state) == ("何平", FoundingState.GUIDED)
    prepare_founding(founding, actor=cast.township)
    form = {
        "kind": "grassroots_union", "name": "青禾工会委员会", "founded_on": today().isoformat(),
        "form": "own", "head": "孟晓", "due_on": today().isoformat(),
    }  # fmt: skip
    wrong = client.post(url("entry_build", entry.pk, "union"), form)
    assert "届满日期必须晚于选举日期" in text(wrong)
    assert not Body.objects.exists()
    client.post(
        url("entry_build", entry.pk, "union"),
        {**form, "due_on": (today() + 1095 * DAY).isoformat()},
    )
    page = text(client.get(founding.get_absolute_url()))
    assert "青禾工会委员会" in page
    assert url("entry_build", entry.pk, "union") not in page
    body = Body.objects.get()
    renew = {
        "starts_on": today().isoformat(), "due_on": (today() + DAY).isoformat(), "head": "何平",
    }  # fmt: skip
    assert "换届日期必须更晚" in text(client.post(url("body_renew", body.pk), renew))
    Term.objects.update(starts_on=today() - DAY)
    client.post(url("body_renew", body.pk), renew)
    assert "第2届" in text(client.get(body.get_absolute_url()))
    client.post(
        url("coverage_end", Coverage.objects.get().pk),
        {"ends_on": today().isoformat(), "reason": "并入联合工会"},
    )
    assert Coverage.objects.get().end_reason == "并入联合工会"


def test_a_joint_body_is_offered_and_chosen(cast, sign_in):
    first, second = (
        entry_of(cast, n, worker_count=8, member_count=0, party_member_count=0) for n in (1, 2)
    )
    body = built(cast, first, kind="joint_union", name="东风镇联合工会").body
    client = sign_in(cast.township)
    assert "东风镇联合工会" in text(client.get(url("entry_cover", second.pk, "union")))
    assert "东风镇联合工会" not in text(client.get(url("entry_cover", second.pk, "party")))
    form = {"body": body.pk, "form": "joint", "starts_on": today().isoformat()}
    client.post(url("entry_cover", second.pk, "union"), form)
    page = text(client.get(body.get_absolute_url()))
    assert first.name in page
    assert second.name in page
    assert client.get(url("entry_cover", second.pk, "nonsense")).status_code == 404


def test_lists_are_uploaded_mapped_decided_and_applied(cast, sign_in):
    client = sign_in(cast.county)
    content = list_file(
        [["新来物流公司", code_of(50), "红旗村", 30, "存续"], ["坏码", "9A", "", 1, ""]]
    )
    client.post(
        url("ledgerimport_create"),
        {
            "source": "tax", "as_of": today().isoformat(), "unit": cast.dongfeng.pk,
            "file": SimpleUploadedFile("名单.csv", content),
        },
    )  # fmt: skip
    upload = LedgerImport.objects.get()
    assert "selected" in text(client.get(url("ledgerimport_map", upload.pk)))
    client.post(
        url("ledgerimport_map", upload.pk),
        {name: str(place) for name, place in upload.mapping.items()},
    )
    page = text(client.get(upload.get_absolute_url()))
    assert '还有 <b class="digits">1</b> 行没有决定' in page
    faulty = text(client.get(f"{upload.get_absolute_url()}?verdict=faulty"))
    assert "B列“统一社会信用代码”“9A”：统一社会信用代码应为18位" in faulty
    refused = client.post(url("ledgerimport_step", upload.pk, "apply"), {"reason": ""})
    assert "还有1行没有决定" in text(refused)
    assert not Entry.objects.exists()
    row = upload.rows.get(verdict="new")
    client.post(
        url("ledgerimport_decide", upload.pk),
        {"decision": "accept", "verdict": "new", "row": row.pk},
    )
    client.post(url("ledgerimport_step", upload.pk, "apply"), {"reason": ""})
    entry = Entry.objects.get()
    assert (entry.unit, entry.source) == (cast.hongqi, "tax")
    errors = client.get(url("ledgerimport_errors", upload.pk))
    assert errors.content[:2] == b"PK"
    assert "已入账" in text(client.get(url("ledgerimport_list")))


def test_decisions_have_no_page_of_their_own(cast, sign_in):
    upload = compared(cast, [["甲公司", code_of(9), "", 1, ""]])
    client = sign_in(cast.township)
    assert client.get(url("ledgerimport_decide", upload.pk)).status_code == 404
    wrong = client.post(url("ledgerimport_decide", upload.pk), {"decision": "burn"})
    assert wrong.status_code == 404
    decide_rows(upload, actor=cast.township, decision="accept", verdict="new")


def test_coverage_by_level_and_down(cast, sign_in):
    for number, unit in enumerate([cast.dongfeng, cast.xicheng, cast.nanlu], start=1):
        built(cast, entry_of(cast, number, actor=cast.office, unit=unit), actor=cast.office)
    entry_of(cast, 9, actor=cast.office, unit=cast.hongqi)
    client = sign_in(cast.office)
    page = text(client.get(url("coverage")))
    assert "3/4" in page
    assert "coverage-data" in page
    county = text(client.get(f"{url('coverage')}?unit={cast.qinghe.pk}"))
    assert "2/3" in county
    assert "南麓镇" not in county
    yesterday = f"{url('coverage')}?day={(today() - DAY).isoformat()}"
    assert "0/0" in text(client.get(yesterday))
    assert "制造业" in text(client.get(f"{url('coverage')}?by=industry"))
    assert client.get(url("coverage_export")).content[:2] == b"PK"
    own = text(sign_in(cast.township).get(url("coverage")))
    assert "红旗村" in own
    assert "1/2" in own
    card = build_card(cast.county)
    assert (card["tally"].total, card["unit"]) == (3, cast.qinghe)


def test_the_coverage_page_costs_the_same_however_long_the_ledger(
    cast, sign_in, django_assert_num_queries
):
    client = sign_in(cast.office)
    client.get(url("coverage"))
    counts = []
    for number in range(1, 6):
        built(cast, entry_of(cast, number))
        if number in {1, 5}:
            with django_assert_num_queries(9) as asked:
                client.get(url("coverage"))
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_exports_hold_text_and_no_formula(cast, sign_in):
    entry_of(cast, 1, name="=HYPERLINK(1)机械有限公司")
    answer = sign_in(cast.office).get(url("entry_export"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    lines = sheet.to_python()
    assert lines[0][:3] == ["属地单位", "单位名称", "统一社会信用代码"]
    assert lines[1][:3] == ["东风镇", "=HYPERLINK(1)机械有限公司", code_of(1)]


def test_the_file_of_a_unit_as_of_a_day(cast, sign_in):
    start = today() - 60 * DAY
    entry = entry_of(cast, since=start, worker_count=40)
    built(cast, entry, on=today() - 10 * DAY)

    def words(day) -> str:
        context = file_context(entry, day)
        return "　".join(cell.text for row in context.rows for cell in row)

    assert "青禾第1机械有限公司工会委员会" in words(today())
    assert "青禾第1机械有限公司工会委员会" not in words(today() - 11 * DAY)
    with pytest.raises(DomainError, match="还没有列入台账"):
        file_context(entry, start - DAY)
    assert print_file(entry, today()).content[:4] == b"%PDF"
    answer = sign_in(cast.viewer).get(url("entry_file", entry.pk))
    assert answer["Content-Type"] == "application/pdf"


def test_the_ledger_of_a_place_is_printed_in_the_background(cast, sign_in):
    entry_of(cast, 1)
    entry_of(cast, 2, actor=cast.office, unit=cast.nanlu)
    assert len(ledger_lines(cast.city, today())) == 2
    client = sign_in(cast.county)
    assert "清河县" in text(client.get(url("ledger_print")))
    assert client.get(f"{url('ledger_print')}?unit={cast.nanlu.pk}").status_code == 404
    client.post(url("ledger_print"))
    job = ReportJob.objects.get()
    assert job.parameters == {"unit": cast.qinghe.pk, "day": today().isoformat()}
    assert produced(produce_ledger(job.parameters)).content[:4] == b"%PDF"


def test_rules_measures_and_clocks_on_screen(cast, sign_in):
    entry = entry_of(cast)
    client = sign_in(cast.office)
    assert "东风镇" in text(client.get(url("measures")))
    client.post(url("measures"), {"unit": [cast.dongfeng.pk]})
    cast.dongfeng.refresh_from_db()
    assert cast.dongfeng.worker_count == 40
    rules = {
        "union_from": 10, "party_from": 3, "verify_days": 15, "guide_days": 30,
        "prepare_days": 60, "build_days": 60, "restructuring_days": 90, "term_notice_days": 90,
    }  # fmt: skip
    client.post(url("settings"), rules)
    assert 'value="90"' in text(client.get(url("settings")))
    form = {"kind": "merged", "completed_on": today().isoformat(), "approval_number": ""}
    client.post(url("restructuring_open", entry.pk), form)
    row = entry.restructurings.get()
    assert row.due_on == today() + 90 * DAY
    refused = client.post(url("restructuring_step", row.pk, "settle"), {"reason": ""})
    assert "还没有健全" in text(refused)
    client.post(url("entry_tie", entry.pk), {"subject": cast.xinghuo.pk})
    client.post(
        url("entry_visit", entry.pk),
        {"visited_on": today().isoformat(), "visitor": "吴建国", "text": "讲解政策。"},
    )
    page = text(client.get(entry.get_absolute_url()))
    assert "讲解政策。" in page
    assert "星火机械公司" in page
    assert client.get(url("body_edit", 0)).status_code == 404
    assert sign_in(cast.county).get(url("settings")).status_code == 404


def test_the_other_pages_open(cast, sign_in):
    coverage = built(cast, entry_of(cast))
    client = sign_in(cast.township)
    for address in (
        url("entry_create"),
        url("body_edit", coverage.body_id),
        url("body_dissolve", coverage.body_id),
        url("founding_open", coverage.entry_id),
        url("term_list"),
        url("ledgerimport_create"),
        url("entry_build", coverage.entry_id, "party"),
    ):
        assert client.get(address).status_code == 200, address
    form = {"dissolved_on": today().isoformat(), "reason": "企业合并"}
    client.post(url("body_dissolve", coverage.body_id), form)
    listed = client.post(url("founding_open", coverage.entry_id), {"line": "union"})
    assert "已有组建事项" in text(listed)
