"""Dispatches in the hands of the unit: writing, sending, withdrawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from bulletins.authority import WRITE_DISPATCH
from bulletins.enums import WITH_UNIT, CommissionState, DispatchKind, DispatchState
from bulletins.models import (
    CommissionTask,
    Dispatch,
    DispatchAuthor,
    DispatchPicture,
    DispatchVersion,
)
from bulletins.points import BRIEF, COMMISSIONED, MECHANISM
from bulletins.text import LONGEST, clean, keep_pictures, plain_of, without_empty_pictures
from gongjian.commons.documents.files import store_file
from gongjian.commons.points.enums import SUBMISSION
from gongjian.commons.points.reckoning import Share
from gongjian.commons.points.services.ledger import Occurrence, note_fact, withdraw_facts_of
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, Outdated, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid

_NUMBERS = 7410  # first key of the advisory lock of the numbers
MOST_AUTHORS = 6


@dataclass(frozen=True, slots=True)
class Author:
    unit_id: int
    name: str


@transaction.atomic
def write_dispatch(
    unit: Unit,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    authors: Sequence[Author],
    task: CommissionTask | None = None,
) -> Dispatch:
    """Begin a dispatch. Nobody but the unit sees it until it is sent."""
    _demand_writer(actor, unit)
    dispatch = Dispatch(unit=unit, task=task)
    _fill(dispatch, {**values, "body": ""})
    demand_valid(dispatch)
    dispatch.save()
    set_text(dispatch, title=values["title"], body=values.get("body", ""))
    set_authors(dispatch, authors)
    record("bulletins.dispatch.written", dispatch, actor=actor, label="起草稿件")
    return dispatch


@transaction.atomic
def change_dispatch(
    dispatch: Dispatch,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    authors: Sequence[Author],
    revision: int | None = None,
) -> Dispatch:
    """Save the unit's own text; of two windows the later one is told and loses nothing."""
    dispatch = lock_dispatch(dispatch)
    _demand_writer(actor, dispatch.unit)
    if dispatch.state not in WITH_UNIT:
        raise StateConflict("稿件已报送，不能再改。需要修改的，请先撤回或请编辑退回。")
    demand_fresh(dispatch, revision)
    _fill(dispatch, {name: value for name, value in values.items() if name != "body"})
    demand_valid(dispatch)
    dispatch.revision += 1
    dispatch.save()
    set_text(dispatch, title=values["title"], body=values.get("body", ""))
    set_authors(dispatch, authors)
    record("bulletins.dispatch.changed", dispatch, actor=actor, label="修改稿件")
    return dispatch


@transaction.atomic
def send_dispatch(dispatch: Dispatch, *, actor: Actor, reason: str = "") -> Dispatch:
    """Send a dispatch up. The person who answers for it in the unit is named on it."""
    dispatch = lock_dispatch(dispatch)
    _demand_complete(dispatch)
    first = dispatch.sent_at is None
    dispatch = advance(
        dispatch,
        "send",
        actor=actor,
        at=dispatch.unit,
        reason=reason,
        changes={
            "sent_at": dispatch.sent_at or timezone.now(),
            "sent_by": actor.label[:200],
            "number": dispatch.number or _next_number(),
            "reason": "",
            "remark": "",
        },
    )
    add_version(dispatch, actor=actor, is_desk=False)
    if dispatch.task is not None and dispatch.task.state in {
        CommissionState.ASKED,
        CommissionState.ACCEPTED,
    }:
        advance(dispatch.task, "deliver", actor=actor, at=dispatch.unit)
    if first:
        note_fact(
            MECHANISM,
            dispatch,
            Occurrence(
                kind=SUBMISSION,
                family=family_of(dispatch),
                title=dispatch.title,
                happened_on=dispatch.happened_on or today(),
                reported_on=today(),
                traits=traits_of(dispatch),
            ),
            actor=actor,
            shares=shares_of(dispatch),
        )
    return dispatch


@transaction.atomic
def withdraw_dispatch(dispatch: Dispatch, *, actor: Actor, reason: str) -> Dispatch:
    """Take a dispatch back before it stands in an issue."""
    dispatch = advance(
        lock_dispatch(dispatch), "withdraw", actor=actor, at=dispatch.unit, reason=reason
    )
    withdraw_facts_of(dispatch, actor=actor, reason="稿件撤回")
    return dispatch


@transaction.atomic
def discard_dispatch(dispatch: Dispatch, *, actor: Actor) -> None:
    """Throw away a draft that was never sent."""
    dispatch = lock_dispatch(dispatch)
    _demand_writer(actor, dispatch.unit)
    if dispatch.state != DispatchState.DRAFT or dispatch.sent_at is not None:
        raise StateConflict("稿件已报送过，不能删除；不再报送的，请撤回。")
    record("bulletins.dispatch.discarded", dispatch, actor=actor, label="删除草稿")
    dispatch.delete()


# --- shared with the desk ----------------------------------------------------------------


def lock_dispatch(dispatch: Dispatch) -> Dispatch:
    return (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("unit", "task")
        .get(pk=dispatch.pk)
    )


def demand_fresh(dispatch: Dispatch, revision: int | None) -> None:
    if revision is not None and revision != dispatch.revision:
        raise Outdated(
            "body",
            revision=dispatch.revision,
            saved={"标题": dispatch.title, "正文": plain_of(dispatch.body)},
        )


def set_text(dispatch: Dispatch, *, title: str, body: str) -> None:
    """Clean the text, keep its pictures, and save both."""

    def keep(picture: bytes) -> int:
        file = store_file(name="插图.png", content_type="image/png", content=picture)
        return DispatchPicture.objects.create(dispatch=dispatch, file=file).pk

    html = without_empty_pictures(clean(keep_pictures(body, keep)))
    if len(html) > LONGEST:
        raise FieldErrors({"body": "正文太长。请删减，或把资料作为附件另行报送。"})
    dispatch.title = title.strip()
    dispatch.body, dispatch.plain = html, plain_of(html)
    dispatch.save(update_fields=["title", "body", "plain"])


def set_authors(dispatch: Dispatch, authors: Sequence[Author]) -> None:
    named = [author for author in authors if author.name.strip()]
    if len(named) > MOST_AUTHORS:
        raise FieldErrors({"authors": f"作者最多 {MOST_AUTHORS} 人，请按贡献署名。"})
    dispatch.authors.all().delete()
    for position, author in enumerate(named):
        row = DispatchAuthor(
            dispatch=dispatch,
            unit_id=author.unit_id,
            name=author.name.strip(),
            position=position,
        )
        demand_valid(row)
        row.save()


def add_version(dispatch: Dispatch, *, actor: Actor, is_desk: bool) -> DispatchVersion | None:
    """Keep the text as it is now, unless the last version says the same."""
    last = dispatch.versions.first()
    if last is not None and (last.title, last.body) == (dispatch.title, dispatch.body):
        return None
    return DispatchVersion.objects.create(
        dispatch=dispatch,
        number=(last.number if last else 0) + 1,
        title=dispatch.title,
        body=dispatch.body,
        plain=dispatch.plain,
        by=actor.label[:200],
        is_desk=is_desk,
    )


def family_of(dispatch: Dispatch) -> str:
    return f"dispatch:{dispatch.pk}"


def traits_of(dispatch: Dispatch) -> frozenset[str]:
    traits = {BRIEF} if dispatch.kind == DispatchKind.BRIEF else set()
    return frozenset(traits | ({COMMISSIONED} if dispatch.task_id else set()))


def shares_of(dispatch: Dispatch) -> list[Share]:
    """Authors in order; a piece without named authors is the unit's."""
    authors = [Share(row.unit_id, row.name) for row in dispatch.authors.all()]
    return authors or [Share(dispatch.unit_id)]


# --- inside ------------------------------------------------------------------------------


def _demand_writer(actor: Actor, unit: Unit) -> None:
    if not actor.may(WRITE_DISPATCH, at=unit):
        raise NotPermitted(f"稿件由“{unit.name}”自己报送，请切换到该单位的职务。")


def _fill(dispatch: Dispatch, values: Mapping[str, Any]) -> None:
    for name in ("kind", "title", "happened_on", "signer", "contact"):
        if name in values:
            setattr(dispatch, name, values[name])


def _demand_complete(dispatch: Dispatch) -> None:
    errors = {}
    if not dispatch.plain.strip():
        errors["body"] = "正文还没有写，请填写后再报送。"
    if not dispatch.signer.strip():
        errors["signer"] = "请填写审签人：稿件须经本单位负责人审签。"
    if dispatch.happened_on is not None and dispatch.happened_on > today():
        errors["happened_on"] = "事件日期晚于今天，请核对。"
    if errors:
        raise FieldErrors(errors)


def _next_number() -> str:
    """稿号 of the year, such as 2026-0007; numbers may have gaps, never a twin."""
    year = today().year
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [_NUMBERS, require_tenant_id() % 2**31]
        )
    last = Dispatch.objects.filter(number__startswith=f"{year}-").aggregate(last=Max("number"))
    count = int(last["last"].rpartition("-")[2]) if last["last"] else 0
    return f"{year}-{count + 1:04d}"
