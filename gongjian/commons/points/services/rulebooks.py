"""Drafting a rulebook, trying it on the year, and putting it in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from gongjian.commons.points.authority import KEEP_RULES
from gongjian.commons.points.enums import RulesState
from gongjian.commons.points.models import PointAccount, PointEntry, PointRules
from gongjian.commons.points.queries import MANUAL, authors_of_year, facts_of, rules_for
from gongjian.commons.points.reckoning import reckon
from gongjian.commons.points.rules import RulesNotSound, read_rulebook
from gongjian.commons.points.shelf import point_mechanisms
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.outbox import enqueue
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid


@dataclass(frozen=True, slots=True)
class Change:
    """Points of a unit now and under the rules that are tried."""

    unit: Unit
    now: Decimal
    then: Decimal

    @property
    def by(self) -> Decimal:
        return self.then - self.now


@transaction.atomic
def draft_rules(
    mechanism: str, *, actor: Actor, year: int, title: str, data: Mapping[str, Any] | None = None
) -> PointRules:
    """Begin a new version; without data it starts from the rules that hold now."""
    _demand_keeper(actor)
    if mechanism not in point_mechanisms:
        raise FieldErrors({"mechanism": "请选择规则适用的工作。"})
    if PointRules.objects.filter(mechanism=mechanism, year=year, state=RulesState.DRAFT).exists():
        raise StateConflict(f"{year}年已有一份规则草案，请在那份草案上修改。")
    before = rules_for(mechanism, year)
    last = PointRules.objects.filter(mechanism=mechanism, year=year).aggregate(last=Max("version"))[
        "last"
    ]
    rules = PointRules(
        mechanism=mechanism,
        year=year,
        version=(last or 0) + 1,
        title=title,
        data=dict(data if data is not None else (before.data if before else {})),
    )
    demand_valid(rules)
    rules.save()
    record("points.rules.drafted", rules, actor=actor, label="起草积分规则")
    return rules


@transaction.atomic
def change_rules(
    rules: PointRules, *, actor: Actor, title: str, basis: str, data: Mapping[str, Any]
) -> PointRules:
    """Write a draft down. Data that cannot be reckoned is refused line by line."""
    _demand_keeper(actor)
    rules = PointRules.objects.select_for_update().get(pk=rules.pk)
    if rules.state != RulesState.DRAFT:
        raise StateConflict("规则已经施行，不能修改；要改的，请修订成新版。")
    demand_sound(rules.mechanism, data)
    before = {"title": rules.title, "basis": rules.basis, "data": rules.data}
    rules.title, rules.basis, rules.data = title.strip(), basis.strip(), dict(data)
    demand_valid(rules)
    rules.save(update_fields=["title", "basis", "data"])
    after = {"title": rules.title, "basis": rules.basis, "data": rules.data}
    record(
        "points.rules.changed", rules, actor=actor, label="修改积分规则", before=before, after=after
    )
    return rules


def demand_sound(mechanism: str, data: Mapping[str, Any]) -> None:
    """Refuse data that is no rulebook of this mechanism."""
    try:
        book = read_rulebook(data)
    except RulesNotSound as error:
        raise FieldErrors({place: [text] for place, text in error.errors.items()}) from error
    words = point_mechanisms[mechanism]
    kinds = {award.kind for award in book.awards} | {cap.kind for cap in book.caps if cap.kind}
    traits = book.required.union(*(award.traits for award in book.awards))
    traits |= {factor.trait for factor in book.factors}
    if (kinds | book.required_of) - set(words.kinds) or traits - set(words.traits):
        raise FieldErrors({"awards": "规则用到了本项工作没有的事项或情形，请从列出的选项中选择。"})


@transaction.atomic
def put_in_force(rules: PointRules, *, actor: Actor, reason: str = "") -> PointRules:
    """Let a draft take the place of the version before, and reckon the year again."""
    _demand_keeper(actor)
    demand_sound(rules.mechanism, rules.data)
    # Of two drafts of one year the second waits here and is then refused.
    current = (
        PointRules.objects.select_for_update()
        .filter(mechanism=rules.mechanism, year=rules.year, state=RulesState.IN_FORCE)
        .first()
    )
    if current is not None:
        advance(current, "replace", actor=actor, at=None, reason=f"由{rules}替代")
    rules = advance(
        rules,
        "enforce",
        actor=actor,
        at=None,
        reason=reason,
        changes={"in_force_at": timezone.now()},
    )
    enqueue("points.settle_year", mechanism=rules.mechanism, year=today().year)
    if rules.year < today().year:
        enqueue("points.settle_year", mechanism=rules.mechanism, year=rules.year)
    return rules


@transaction.atomic
def discard_rules(rules: PointRules, *, actor: Actor) -> None:
    """Throw a draft away; nothing was ever reckoned by it."""
    _demand_keeper(actor)
    rules = PointRules.objects.select_for_update().get(pk=rules.pk)
    if rules.state != RulesState.DRAFT:
        raise StateConflict("规则已经施行，要停用的，请修订成新版。")
    record("points.rules.discarded", rules, actor=actor, label="删除规则草案")
    rules.delete()


def simulate(rules: PointRules, *, year: int) -> Sequence[Change]:
    """What each unit's year would be under these rules; nothing is written."""
    try:
        book = rules.book
    except RulesNotSound as error:
        raise DomainError(f"规则还不完整：{error}请先改正。") from error
    units = list(authors_of_year(rules.mechanism, year))
    facts = facts_of(rules.mechanism, year, [unit.pk for unit in units])
    now = dict(
        PointAccount.objects.filter(mechanism=rules.mechanism, year=year).values_list(
            "unit_id", "total"
        )
    )
    by_hand = dict(
        PointEntry.objects.filter(
            account__mechanism=rules.mechanism, account__year=year, key__startswith=MANUAL
        )
        .order_by()
        .values_list("account__unit_id")
        .annotate(total=Sum("amount"))
    )
    nothing = Decimal(0)
    return [
        Change(
            unit=unit,
            now=now.get(unit.pk, nothing),
            then=sum(
                (
                    line.amount
                    for line in reckon(book, unit.pk, year, facts[unit.pk], as_of=today())
                ),
                by_hand.get(unit.pk, nothing),
            ),
        )
        for unit in units
    ]


def _demand_keeper(actor: Actor) -> None:
    if not actor.may(KEEP_RULES):
        raise NotPermitted("积分规则由领导小组办公室制定，请与办公室联系。")
