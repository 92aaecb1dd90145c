"""年度安排 on the screen: the year saved at once, copied, opened with a preview."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors
from orgs.models import Unit
from responsibilities.models import Arrangement, Obligation
from responsibilities.queries.arrangement import usual_lines
from responsibilities.queries.duties import newcomers
from responsibilities.services.year import arrange_year
from tests.factories.returns import make_due, make_form, open_quarter
from tests.factories.year import make_arrangement, make_special, special


def _url(name: str, *args: object) -> str:
    return reverse(f"responsibilities:{name}", args=args)


def _typed(page, *ticked: str, **changes: str) -> dict[str, str]:
    """What a browser sends of the page's form, with ticks and changes."""
    form = page.context["form"]
    data = {"year": str(page.context["year"])}
    for one, fields in form.rows:
        for name, field in fields.items():
            value = field.value()
            if name != "on":
                data[f"{one.key}-{name}"] = "" if value is None else str(value)
            elif value or one.key in ticked:
                data[f"{one.key}-on"] = "on"
    return data | changes


@pytest.fixture
def office(sign_in, cast):
    make_form(cast)
    return sign_in(cast.office)


def test_only_the_office_sees_the_year(sign_in, cast):
    make_form(cast)
    held = make_arrangement(cast)
    for actor in (cast.county, cast.secretary, cast.leader):
        client = sign_in(actor)
        assert client.get(_url("year")).status_code == 404
        for name in ("year_edit", "year_open", "year_drop"):
            assert client.get(_url(name, held.pk)).status_code == 404


def test_four_quarters_and_the_year_are_saved_at_once(office):
    address = _url("year") + "?year=2027"
    page = office.get(address)
    assert "还没有安排" in page.content.decode()
    ticked = [f"quarter-{number}" for number in range(1, 5)]
    data = _typed(
        page,
        *ticked,
        "year-1",
        **{"quarter-1-hour": "12:00", "quarter-1-lock": "5", "quarter-1-remind": "-5, 0；+3"},
    )
    answer = office.post(address, data, follow=True)
    text = answer.content.decode()
    assert "新安排5期" in text
    assert "全部开启共 20 份应报" in text
    held = Arrangement.objects.select_related("period").get(
        period__kind="quarter", period__ordinal=1, period__year=2027
    )
    assert held.period.due_time == time(12)
    assert held.period.locks_after == 5
    assert held.reminders == [-5, 0, 3]
    # The windows are drawn, and the same dates stand in the table.
    assert text.count('<rect class="window is-set"') == 5


def test_a_period_that_is_ticked_off_is_taken_out(office, cast):
    arrange_year(2027, actor=cast.office, lines=usual_lines(2027)[:2])
    address = _url("year") + "?year=2027"
    data = _typed(office.get(address))
    del data["quarter-2-on"]
    assert "取消1期" in office.post(address, data, follow=True).content.decode()
    assert Arrangement.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("due", "2027-01-01", "截止日不能早于开始填报日"),
        ("opens", "", "请填写开始填报日"),
        ("remind", "三天", "不是天数"),
        ("remind", "-40", "20个工作日"),
        ("lock", "-1", "0"),
    ],
)
def test_a_mistake_stands_beside_its_cell_and_nothing_is_saved(office, name, typed, words):
    address = _url("year") + "?year=2027"
    data = _typed(office.get(address), "quarter-1", "quarter-2", **{f"quarter-1-{name}": typed})
    answer = office.post(address, data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Arrangement.objects.exists()


def test_last_year_is_offered_and_saved_only_when_asked(office, cast):
    arrange_year(2026, actor=cast.office, lines=usual_lines(2026)[:4])
    plain = office.get(_url("year") + "?year=2027").content.decode()
    assert "沿用2026年安排" in plain
    address = _url("year") + "?year=2027&copy=1"
    page = office.get(address)
    assert "带入 4 期" in page.content.decode()
    assert not Arrangement.objects.filter(period__year=2027).exists()
    office.post(address, _typed(page))
    assert Arrangement.objects.filter(period__year=2027).count() == 4


def test_the_preview_names_the_number_before_anything_is_made(office, cast):
    held = make_arrangement(cast)
    page = office.get(_url("year_open", held.pk)).content.decode()
    assert "共 4 家单位各生成一份应报" in page
    assert not Obligation.objects.exists()
    answer = office.post(_url("year_open", held.pk), follow=True)
    assert "4家单位应报" in answer.content.decode()
    assert Obligation.objects.count() == 4
    again = office.get(_url("year") + "?year=2026")
    assert "已开启" in again.content.decode()
    assert "quarter-3-due" not in again.content.decode()
    assert office.post(_url("year_drop", held.pk)).status_code == 409


def test_a_special_is_added_with_its_own_units(office):
    address = _url("year_special") + "?year=2026"
    line = special()
    data = {
        "name": line.name,
        "form_key": line.form_key,
        "starts_on": line.starts_on,
        "ends_on": line.ends_on,
        "opens_on": line.opens_on,
        "due_on": line.due_on,
        "due_time": "12:00",
        "levels": ["grassroots"],
        "categories": ["village"],
        "reminders": "-3，0",
    }
    answer = office.post(address, data, follow=True)
    assert "已安排新就业形态专项" in answer.content.decode()
    held = Arrangement.objects.get()
    assert (held.whom, held.period.due_time, held.opens_itself) == ("村", time(12), False)
    refused = office.post(address, data)
    assert refused.status_code == 422
    assert "同名" in refused.content.decode()


def _special_data(**values):
    line = special()
    days = ("starts_on", "ends_on", "opens_on", "due_on")
    base = {name: getattr(line, name) for name in ("name", "form_key", *days)}
    return base | {"reminders": "-3，0"} | values


def test_a_special_of_units_chosen_one_by_one(office, cast):
    address = _url("year_special") + "?year=2026"
    data = _special_data(units=[cast.hongqi.pk], pasted=f"{cast.xinghuo.code}\n没有这个村")
    refused = office.post(address, data)
    assert refused.status_code == 422
    assert "第2行“没有这个村”：没有这个单位" in refused.content.decode()
    assert not Arrangement.objects.exists()

    data["pasted"] = f"{cast.xinghuo.name}\n{cast.hongqi.name}"
    answer = office.post(address, data, follow=True).content.decode()
    assert "开启后2家单位各应报一份" in answer
    assert "指定的 2 家" in answer
    held = Arrangement.objects.get()
    assert sorted(held.unit_ids) == sorted([cast.hongqi.pk, cast.xinghuo.pk])
    question = office.get(_url("year_open", held.pk)).content.decode()
    assert "将为指定的共 2 家单位各生成一份应报" in question
    office.post(_url("year_open", held.pk))
    owed = Obligation.objects.filter(period=held.period)
    assert sorted(owed.values_list("unit_id", flat=True)) == sorted(held.unit_ids)


def test_neither_level_nor_unit_is_refused(office):
    refused = office.post(_url("year_special") + "?year=2026", _special_data())
    assert refused.status_code == 422
    assert "请至少选择一个填报层级，或逐个指定单位。" in refused.content.decode()


def test_a_closed_or_foreign_unit_cannot_be_named_and_a_quarter_takes_none(cast):
    form = make_form(cast)
    Unit.objects.filter(pk=cast.xinghuo.pk).update(closed_on=today())
    for unit_ids in ((cast.hongqi.pk, cast.xinghuo.pk), (cast.hongqi.pk, 10**9)):
        with pytest.raises(FieldErrors) as refused:
            make_special(cast, form, unit_ids=unit_ids)
        assert "已撤并的或不存在的" in str(refused.value.errors["units"])
    with pytest.raises(FieldErrors) as refused:
        make_arrangement(cast, unit_ids=(cast.hongqi.pk,))
    assert "只有专项" in str(refused.value.errors["units"])


def test_who_joins_later_is_not_offered_to_a_special_of_chosen_units(office, cast):
    held = make_special(cast, make_form(cast), unit_ids=(cast.hongqi.pk,))
    office.post(_url("year_open", held.pk))
    assert Obligation.objects.filter(period=held.period).count() == 1
    assert not newcomers(held.period).exists()


def test_the_scope_of_a_period_is_changed_on_its_own_page(office, cast):
    held = make_special(cast, make_form(cast))
    page = office.get(_url("year_edit", held.pk))
    data = {name: value for name, value in page.context["form"].initial.items() if value}
    office.post(_url("year_edit", held.pk), data | {"categories": ["village", "community"]})
    held.refresh_from_db()
    assert held.categories == ["village", "community"]
    office.post(_url("year_drop", held.pk))
    assert not Arrangement.objects.exists()


def test_the_year_asks_the_same_however_many_periods_it_has(
    office, cast, django_assert_num_queries
):
    arrange_year(2026, actor=cast.office, lines=usual_lines(2026)[:1])
    office.get(_url("year") + "?year=2026")
    with django_assert_num_queries(10):
        office.get(_url("year") + "?year=2026")
    arrange_year(2026, actor=cast.office, lines=usual_lines(2026))
    with django_assert_num_queries(10):
        office.get(_url("year") + "?year=2026")


def test_a_quarter_that_was_opened_by_itself_is_shown_as_open(office, cast):
    open_quarter(cast, form=make_form(cast), ordinal=2)
    page = office.get(_url("year") + "?year=2026")
    text = page.content.decode()
    assert "quarter-2-due" not in text
    assert text.count('<rect class="window is-open"') == 1
    data = _typed(page, "quarter-3")
    assert (
        "新安排1期" in office.post(_url("year") + "?year=2026", data, follow=True).content.decode()
    )
    assert "带入 2 期" in office.get(_url("year") + "?year=2027&copy=1").content.decode()


def test_lists_say_that_a_return_is_shut_and_what_to_do(sign_in, cast):
    period, _ = open_quarter(cast)
    make_due(period, today() - timedelta(days=9))
    period.locks_after = 5
    period.save()
    owed = Obligation.objects.get(unit=cast.hongqi, period=period)
    listed = sign_in(cast.office).get(_url("duty_list") + f"?period={period.pk}")
    text = listed.content.decode()
    assert "已封表 4 家" in text
    assert text.count("已封表，延期后可补报") == 4
    detail = sign_in(cast.township).get(_url("duty_detail", owed.pk)).content.decode()
    assert "请向直接上级申请延期" in detail
    mine = sign_in(cast.secretary).get(_url("my_returns")).content.decode()
    assert "已封表" in mine
