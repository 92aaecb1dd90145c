"""Reads of notices: what a post has not read, what a person is still to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from gongjian.commons.notices.models import DigestLine, Notice
from gongjian.commons.notices.shelf import reminder_rules
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.models import Appointment
from orgs.queries import current_appointments

#: Whoever gets a post is not mailed what its last holder left unread long ago.
FRESH = timedelta(days=14)
_STAGE_WORDS = {"0": "截止当日", "superior": "提请上级督促"}


def notices_of(post_id: int | None) -> TenantQuerySet[Notice]:
    """Notices to one post, unread ones first, then the newest."""
    return Notice.objects.filter(post_id=post_id or 0).order_by(  # type: ignore[return-value]
        F("read_at").asc(nulls_first=True), "-id"
    )


def unread_of(actor: Actor) -> TenantQuerySet[Notice]:
    """What the figure on the bell of every page counts."""
    return Notice.objects.filter(post_id=actor.post_id or 0, read_at__isnull=True)  # type: ignore[return-value]


def terms_to_tell(day: date, now: datetime) -> TenantQuerySet[Appointment]:
    """Running terms of people with an address and something unread they were not sent."""
    told = DigestLine.objects.filter(notice=OuterRef("pk"), digest__user=OuterRef(OuterRef("user")))
    waiting = Notice.objects.filter(
        ~Exists(told), post=OuterRef("post"), read_at__isnull=True, created_at__gt=now - FRESH
    )
    return current_appointments(day=day).filter(Exists(waiting)).exclude(user__email="")


def untold(user_id: int, post_id: int, now: datetime) -> list[Notice]:
    """Unread notices to a post which this person was not sent yet, the most urgent first."""
    told = DigestLine.objects.filter(notice=OuterRef("pk"), digest__user=user_id)
    found = Notice.objects.filter(
        ~Exists(told), post=post_id, read_at__isnull=True, created_at__gt=now - FRESH
    )
    return list(found.order_by(F("deadline").asc(nulls_last=True), "id"))


def rule_label(key: str) -> str:
    """Name of a rule; notices of a rule that was taken down keep its key."""
    rule = reminder_rules.get(key)
    return rule.label if rule else key


def stage_label(stage: str) -> str:
    """A stage in words: ``-3`` is 截止前3个工作日, whatever day stands behind an ``@``."""
    stage = stage.partition("@")[0]
    if stage in _STAGE_WORDS:
        return _STAGE_WORDS[stage]
    sign, figure = stage[:1], stage[1:]
    if sign in {"-", "+"} and figure.isdigit():
        return f"截止前{figure}个工作日" if sign == "-" else f"逾期{figure}个工作日"
    return "办理提醒"


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """A rule with what it sent."""

    key: str
    label: str
    stages: Sequence[str]
    this_week: int
    total: int
    unread: int


def monday_of(day: date) -> datetime:
    """First moment of the week of a day."""
    monday = day - timedelta(days=day.weekday())
    return datetime(monday.year, monday.month, monday.day, tzinfo=SHANGHAI)


def rule_figures(sent: TenantQuerySet[Notice], day: date) -> list[RuleFigures]:
    """Every rule on the shelf, and every other one that sent something."""
    counted: dict[str, Mapping[str, Any]] = {
        row["rule"]: row
        for row in sent.order_by()
        .values("rule")
        .annotate(
            total=Count("pk"),
            this_week=Count("pk", filter=Q(created_at__gte=monday_of(day))),
            unread=Count("pk", filter=Q(read_at__isnull=True)),
        )
    }
    keys: Iterable[str] = {rule.key for rule in reminder_rules} | set(counted)
    return [_figures(key, counted.get(key, {})) for key in sorted(keys)]


def _figures(key: str, counted: Mapping[str, Any]) -> RuleFigures:
    rule = reminder_rules.get(key)
    return RuleFigures(
        key=key,
        label=rule_label(key),
        stages=[stage_label(stage) for stage in rule.stages] if rule else [],
        this_week=counted.get("this_week", 0),
        total=counted.get("total", 0),
        unread=counted.get("unread", 0),
    )
