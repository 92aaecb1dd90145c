"""What the services of obligations, returns and review refuse, and what they leave behind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from orgs.queries import system_actor
from orgs.services import close_unit
from responsibilities.models import (
    Arrangement,
    Consolidation,
    Indicator,
    Obligation,
    QuarterlyReturn,
)
from responsibilities.services.library import load_indicator_library
from responsibilities.services.obligations import (
    draft_form,
    exempt_obligation,
    extend_obligation,
    open_period,
    publish_form,
)
from responsibilities.services.returns import (
    declare_nil,
    save_cells,
    start_return,
    submit_return,
    withdraw_return,
)
from responsibilities.services.review import (
    accept_consolidation,
    accept_many,
    accept_return,
    mark_seen,
    send_back_consolidation,
    send_back_return,
    submit_consolidation,
)
from tests.factories.orgs import make_unit
from tests.factories.returns import (
    VALUES,
    fill,
    make_form,
    make_quarter,
    open_quarter,
    start,
    submitted,
)

EVERYBODY = (
    *("leader", "office", "administrator", "county", "other_county", "township", "secretary"),
    *("union_chair", "neighbour", "auditor", "security", "viewer", "stranger"),
)


def owed(unit) -> Obligation:
    return Obligation.objects.select_related("unit", "form", "period").get(unit=unit)


def refused(cast, act, *allowed: str) -> None:
    """Nobody but those named may do it; each other one is told that he may not."""
    for name in EVERYBODY:
        if name not in allowed:
            with pytest.raises(NotPermitted):
                act(getattr(cast, name))


# --- forms and opening --------------------------------------------------------------------


def test_only_the_office_draws_up_forms_and_opens_quarters(cast):
    load_indicator_library(actor=cast.office)
    period, form = make_quarter(), make_form(cast)
    some = Indicator.objects.filter(code="Z203")
    # The office of another tenant has the same grant; the wall keeps it from these rows.
    refused(
        cast,
        lambda actor: draft_form(actor=actor, title="表", indicators=some),
        "office",
        "stranger",
    )
    refused(cast, lambda actor: publish_form(form, actor=actor), "office", "stranger")
    refused(cast, lambda actor: open_period(period, form=form, actor=actor), "office", "stranger")


def test_a_form_needs_indicators_and_is_published_once(cast):
    with pytest.raises(FieldErrors):
        draft_form(actor=cast.office, title="空表", indicators=[])
    form = make_form(cast)
    with pytest.raises(StateConflict):
        publish_form(form, actor=cast.office)
    assert make_form(cast).version == form.version + 1


def test_a_quarter_needs_a_published_form_and_somebody_who_files(cast):
    load_indicator_library(actor=cast.office)
    draft = draft_form(
        actor=cast.office, title="季度报表", indicators=Indicator.objects.filter(code="Z203")
    )
    with pytest.raises(StateConflict, match="尚未发布"):
        open_period(make_quarter(), form=draft, actor=cast.office)
    form = publish_form(draft, actor=cast.office)
    period = make_quarter()
    Arrangement.objects.create(period=period, levels=["province"])
    with pytest.raises(DomainError, match="没有需要填报的单位"):
        open_period(period, form=form, actor=cast.office)


def test_opening_twice_adds_only_the_units_that_came_since(cast):
    period, form = open_quarter(cast)
    assert Obligation.objects.count() == 4
    assert open_period(period, form=form, actor=cast.office) == 0

    make_unit(
        cast.tenant,
        cast.dongfeng,
        "990001001003",
        "新桥村",
        level="grassroots",
        category="village",
    )
    close_unit(cast.xinghuo, actor=system_actor(cast.tenant), closed_on=today(), reason="注销")

    assert open_period(period, form=form, actor=cast.office) == 1
    assert Obligation.objects.filter(unit__name="新桥村").exists()
    # What a closed unit owed stays on record.
    assert Obligation.objects.filter(unit=cast.xinghuo).exists()


def test_a_closed_unit_owes_nothing_for_a_quarter_opened_later(cast):
    close_unit(cast.xinghuo, actor=system_actor(cast.tenant), closed_on=today(), reason="注销")
    open_quarter(cast)
    assert not Obligation.objects.filter(unit=cast.xinghuo).exists()
    assert Obligation.objects.count() == 3


# --- extensions and exemptions ------------------------------------------------------------


def test_only_the_superior_extends_and_only_the_office_exempts(cast):
    open_quarter(cast)
    row = owed(cast.hongqi)
    later = row.deadline + timedelta(days=7)
    refused(
        cast,
        lambda actor: extend_obligation(row, actor=actor, until=later, reason="换届"),
        "office",
        "township",
        "stranger",
    )
    refused(
        cast,
        lambda actor: exempt_obligation(row, actor=actor, reason="停产"),
        "office",
        "stranger",
    )


def test_an_extension_is_later_and_has_a_reason(cast):
    open_quarter(cast)
    row = owed(cast.hongqi)
    with pytest.raises(FieldErrors) as wrong:
        extend_obligation(row, actor=cast.township, until=row.deadline, reason=" ")
    assert set(wrong.value.errors) == {"until", "reason"}

    later = row.due_on + timedelta(days=5)
    row = extend_obligation(row, actor=cast.township, until=later, reason="换届")
    assert (row.deadline, row.due_on) == (later, later - timedelta(days=5))
    with pytest.raises(FieldErrors):
        extend_obligation(row, actor=cast.township, until=later, reason="再延")


def test_an_exemption_needs_a_reason_and_comes_before_the_return(cast):
    period, _ = open_quarter(cast)
    with pytest.raises(FieldErrors):
        exempt_obligation(owed(cast.xinghuo), actor=cast.office, reason="")
    submitted(cast, cast.hongqi, period, cast.secretary)
    with pytest.raises(StateConflict, match="已经报送"):
        exempt_obligation(owed(cast.hongqi), actor=cast.office, reason="停产")


def test_an_exempt_unit_neither_starts_nor_extends_nor_submits(cast):
    period, _ = open_quarter(cast)
    begun = fill(start(cast, cast.hongqi, period, cast.secretary), cast.secretary)
    for unit in (cast.hongqi, cast.xinghuo):
        exempt_obligation(owed(unit), actor=cast.office, reason="停产")

    with pytest.raises(StateConflict, match="免报"):
        start_return(owed(cast.xinghuo), actor=cast.neighbour)
    with pytest.raises(StateConflict, match="免报"):
        submit_return(begun, actor=cast.secretary)
    with pytest.raises(StateConflict, match="免报"):
        extend_obligation(
            owed(cast.hongqi),
            actor=cast.township,
            until=today() + timedelta(days=60),
            reason="换届",
        )


# --- filling ------------------------------------------------------------------------------


def test_who_may_fill_and_who_may_submit(cast):
    period, _ = open_quarter(cast)
    fillers = ("secretary", "union_chair", "township")
    refused(cast, lambda actor: start_return(owed(cast.hongqi), actor=actor), *fillers)
    row = start(cast, cast.hongqi, period, cast.secretary)
    refused(
        cast,
        lambda actor: save_cells(row, actor=actor, changes={"Z203": "1"}, base={}),
        *fillers,
    )
    refused(cast, lambda actor: declare_nil(row, actor=actor, reason="停产"), *fillers)
    fill(row, cast.secretary)
    refused(cast, lambda actor: submit_return(row, actor=actor), "secretary", "township")


def test_nobody_files_before_the_window_opens(cast):
    period, _ = open_quarter(cast)
    row = fill(start(cast, cast.hongqi, period, cast.secretary), cast.secretary)
    with (
        time_machine.travel(period.opens_on - timedelta(days=2)),
        pytest.raises(DomainError, match="起报送"),
    ):
        submit_return(row, actor=cast.secretary)


def test_starting_twice_opens_the_same_return(cast):
    period, _ = open_quarter(cast)
    first = start(cast, cast.hongqi, period, cast.secretary)
    assert start(cast, cast.hongqi, period, cast.union_chair).pk == first.pk
    assert QuarterlyReturn.objects.count() == 1


def test_stocks_are_carried_over_and_events_start_blank(cast):
    form = make_form(cast)
    early = make_quarter(ordinal=2)
    open_period(early, form=form, actor=cast.office)
    submitted(cast, cast.hongqi, early, cast.secretary, Z201="130")
    period = make_quarter(ordinal=3)
    open_period(period, form=form, actor=cast.office)

    row = start(cast, cast.hongqi, period, cast.secretary)

    known = {cell.code: row.values[cell.slot] for cell in form.layout()}
    assert known["Z201"] == Decimal(130)
    assert known["Z203"] is None
    assert row.sources["Z201"] == "2026年第二季度报表"
    answer = save_cells(row, actor=cast.secretary, changes={"Z201": "131"}, base={"Z201": "130"})
    assert set(answer.saved) == {"Z201"}
    row.refresh_from_db()
    assert "Z201" not in row.sources


def test_an_unknown_cell_is_refused_and_the_others_are_kept(cast):
    period, _ = open_quarter(cast)
    row = start(cast, cast.hongqi, period, cast.secretary)
    answer = save_cells(row, actor=cast.secretary, changes={"Q999": "1", "Z203": "4"}, base={})
    assert set(answer.errors) == {"Q999"}
    assert set(answer.saved) == {"Z203"}


def test_what_was_handed_in_is_not_written_any_more(cast):
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    for _ in ("submitted", "accepted"):
        with pytest.raises(StateConflict, match="不能再修改"):
            save_cells(row, actor=cast.secretary, changes={"Z203": "1"}, base={})
        with pytest.raises(StateConflict):
            declare_nil(row, actor=cast.secretary, reason="停产")
        with pytest.raises(StateConflict):
            submit_return(row, actor=cast.secretary)
        if row.state == "submitted":
            row = accept_return(row, actor=cast.township)


def test_a_value_far_from_the_past_needs_a_remark(cast):
    form = make_form(cast)
    early = make_quarter(ordinal=2)
    open_period(early, form=form, actor=cast.office)
    submitted(cast, cast.hongqi, early, cast.secretary)
    period = make_quarter(ordinal=3)
    open_period(period, form=form, actor=cast.office)
    row = start(cast, cast.hongqi, period, cast.secretary)
    changes = {**VALUES, "Z203": "90"}
    answer = save_cells(row, actor=cast.secretary, changes=changes, base={})
    assert set(answer.warnings) == {"Z203"}

    with pytest.raises(FieldErrors) as stopped:
        submit_return(row, actor=cast.secretary)
    assert set(stopped.value.errors) == {"Z203"}

    save_cells(
        row, actor=cast.secretary, changes={}, base={}, remarks={"Z203": "新就业群体集中入会"}
    )
    assert submit_return(row, actor=cast.secretary).state == "submitted"


def test_a_nil_report_has_a_reason_and_keeps_the_stocks(cast):
    period, form = open_quarter(cast)
    row = start(cast, cast.hongqi, period, cast.secretary)
    save_cells(row, actor=cast.secretary, changes={"Z201": "80", "Z203": "3"}, base={})
    with pytest.raises(FieldErrors):
        declare_nil(row, actor=cast.secretary, reason="  ")

    row = declare_nil(row, actor=cast.secretary, reason="本季停产")

    known = {cell.code: row.values[cell.slot] for cell in form.layout()}
    assert (known["Z201"], known["Z203"]) == (80, 0)
    assert submit_return(row, actor=cast.secretary).is_nil


def test_a_value_typed_after_a_nil_report_makes_it_an_ordinary_one(cast):
    period, _ = open_quarter(cast)
    row = declare_nil(
        start(cast, cast.hongqi, period, cast.secretary), actor=cast.secretary, reason="停产"
    )
    save_cells(row, actor=cast.secretary, changes={"Z201": "5", "Z202": "9"}, base={})
    row.refresh_from_db()
    assert not row.is_nil
    with pytest.raises(FieldErrors) as stopped:
        submit_return(row, actor=cast.secretary)
    assert set(stopped.value.errors) == {"Z202"}


def test_the_superior_files_on_behalf_and_is_named(cast):
    period, _ = open_quarter(cast)
    row = fill(start(cast, cast.hongqi, period, cast.township), cast.township)
    row = submit_return(row, actor=cast.township)
    assert row.filed_on_behalf == cast.township.label
    actions = TrailEntry.objects.filter(
        subject_kind="responsibilities.quarterlyreturn", subject_id=row.pk
    ).values_list("action", flat=True)
    assert "responsibilities.return.filed_on_behalf" in actions


# --- review -------------------------------------------------------------------------------


def test_only_the_direct_superior_reviews(cast):
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    refused(cast, lambda actor: accept_return(row, actor=actor), "township")
    refused(cast, lambda actor: send_back_return(row, actor=actor, reason="请核对"), "township")
    mark_seen(row, actor=cast.county)
    row.refresh_from_db()
    assert row.seen_at is None
    mark_seen(row, actor=cast.township)
    with pytest.raises(StateConflict, match="已经查看"):
        withdraw_return(row, actor=cast.secretary)


def test_a_return_that_was_not_handed_in_is_not_reviewed(cast):
    period, _ = open_quarter(cast)
    row = fill(start(cast, cast.hongqi, period, cast.secretary), cast.secretary)
    with pytest.raises(StateConflict, match="填报中"):
        accept_return(row, actor=cast.township)
    with pytest.raises(StateConflict):
        send_back_return(row, actor=cast.township, reason="请核对")
    with pytest.raises(StateConflict):
        withdraw_return(row, actor=cast.secretary)


def test_a_return_goes_back_with_a_reason_or_remarks_on_known_cells(cast):
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    with pytest.raises(FieldErrors):
        send_back_return(row, actor=cast.township, reason=" ", remarks={"Z203": "  "})
    with pytest.raises(DomainError, match="Q999"):
        send_back_return(row, actor=cast.township, reason="", remarks={"Q999": "核对"})
    row.refresh_from_db()
    assert row.state == "submitted"


def test_resubmission_settles_the_remarks_and_tells_the_reviewer(cast):
    period, _ = open_quarter(cast)
    row = send_back_return(
        submitted(cast, cast.hongqi, period, cast.secretary),
        actor=cast.township,
        reason="",
        remarks={"Z203": "请核对"},
    )
    first = row.first_submitted_at
    assert Notice.objects.filter(rule="responsibilities.return_sent_back").count() == 2

    row = submit_return(row, actor=cast.secretary)

    assert not row.pins.filter(resolved_at=None).exists()
    assert row.first_submitted_at == first
    told = Notice.objects.get(rule="responsibilities.return_resubmitted")
    assert told.post_id == cast.township.post_id
    # Taken back again, it was nevertheless filed when it was first filed.
    assert withdraw_return(row, actor=cast.secretary).first_submitted_at == first


def test_a_second_return_for_the_same_fault_is_told_again(cast):
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    for _ in range(2):
        row = send_back_return(row, actor=cast.township, reason="请核对")
        row = submit_return(row, actor=cast.secretary)
    assert Notice.objects.filter(rule="responsibilities.return_sent_back").count() == 4
    assert Notice.objects.filter(rule="responsibilities.return_resubmitted").count() == 2


def test_accepting_many_says_who_was_refused_and_why(cast):
    period, _ = open_quarter(cast)
    mine = submitted(cast, cast.hongqi, period, cast.secretary)
    draft = start(cast, cast.xinghuo, period, cast.neighbour)
    done, refusals = accept_many([mine.pk, draft.pk, mine.pk, 0], actor=cast.township)
    assert done == 1
    assert refusals[0].startswith("星火机械公司：")
    done, refusals = accept_many([mine.pk], actor=cast.other_county)
    assert (done, len(refusals)) == (0, 1)


def test_totals_go_up_once_something_is_accepted_and_only_from_the_own_unit(cast):
    period, form = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)

    def hand_up(actor):
        return submit_consolidation(cast.dongfeng, period=period, form=form, actor=actor)

    refused(cast, hand_up, "township")
    with pytest.raises(DomainError, match="暂时无数可汇总"):
        hand_up(cast.township)
    assert not Consolidation.objects.exists()
    accept_return(row, actor=cast.township)
    held = hand_up(cast.township)

    refused(cast, lambda actor: accept_consolidation(held, actor=actor), "county")
    with pytest.raises(DomainError, match="理由"):
        send_back_consolidation(held, actor=cast.county, reason="")
    held = send_back_consolidation(held, actor=cast.county, reason="请核对")
    held = accept_consolidation(hand_up(cast.township), actor=cast.county)
    assert held.state == "accepted"


def test_the_office_of_another_tenant_reaches_nothing(cast):
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    for act in (accept_return, withdraw_return, submit_return):
        with pytest.raises(DomainError):
            act(row, actor=cast.stranger)
