"""The office writes its own words for a reminder, or goes back to the usual ones."""

from __future__ import annotations

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.services import demand_valid
from responsibilities.authority import WORD_REMINDER
from responsibilities.models import ReminderWording
from responsibilities.wording import BY_KEY, Wording, fault_of


def _usual(key: str, actor: Actor) -> Wording:
    if not actor.may(WORD_REMINDER):
        raise NotPermitted("当前职务无权修改提醒用语，由领导小组办公室办理。")
    if key not in BY_KEY:
        raise StateConflict("没有这条提醒，请刷新页面。")
    return BY_KEY[key]


@transaction.atomic
def write_wording(key: str, *, actor: Actor, title: str, body: str) -> ReminderWording:
    """Keep the office's words; what was sent already stays as it was sent."""
    usual = _usual(key, actor)
    texts = {"title": " ".join(title.split()), "body": body.strip()}
    errors = {
        name: fault for name, text in texts.items() if (fault := fault_of(text, usual.places))
    }
    if not texts["title"]:
        errors["title"] = "请填写标题。"
    if errors:
        raise FieldErrors(errors)
    rows = ReminderWording.objects.select_for_update(of=("self",))
    held = rows.filter(rule=usual.rule, stage=usual.stage).first()
    before = {"title": held.title, "body": held.body} if held else {}
    row = held or ReminderWording(rule=usual.rule, stage=usual.stage)
    row.title, row.body = texts["title"], texts["body"]
    demand_valid(row)
    row.save()
    record(
        "responsibilities.wording.written",
        row,
        actor=actor,
        label="修改提醒用语",
        before=before or {"title": usual.title, "body": usual.body},
        after=texts,
    )
    return row


@transaction.atomic
def forget_wording(key: str, *, actor: Actor) -> None:
    """Go back to the usual words."""
    usual = _usual(key, actor)
    rows = ReminderWording.objects.select_for_update(of=("self",))
    held = rows.filter(rule=usual.rule, stage=usual.stage).first()
    if held is None:
        return
    record(
        "responsibilities.wording.forgotten",
        held,
        actor=actor,
        label="恢复默认用语",
        before={"title": held.title, "body": held.body},
    )
    held.delete()
