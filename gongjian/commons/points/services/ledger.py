"""Facts in, entries out: every account agrees with its facts and rules at any moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Model, Sum
from django.utils import timezone

from gongjian.commons.points.authority import ADJUST_POINTS
from gongjian.commons.points.models import (
    PointAccount,
    PointEntry,
    PointFact,
    PointRules,
    PointShare,
)
from gongjian.commons.points.queries import MANUAL, facts_of, rules_for, standing
from gongjian.commons.points.reckoning import Line, Share, reckon
from gongjian.commons.points.rules import MOST_POINTS, PLACES
from gongjian.commons.points.shelf import point_mechanisms
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted
from orgs.services import demand_valid

#: Author of entries that no person made: a new rulebook, the end of a quarter.
SYSTEM = "系统按规则计算"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What a mechanism tells the ledger about one thing that happened."""

    kind: str
    #: The piece: uses of the same piece have the same family.
    family: str
    title: str
    happened_on: date
    reported_on: date
    level: str = ""
    outlet: str = ""
    outlet_class: str = ""
    traits: frozenset[str] = frozenset()


@transaction.atomic
def note_fact(
    mechanism: str,
    source: Model,
    occurrence: Occurrence,
    *,
    actor: Actor,
    shares: Sequence[Share],
) -> PointFact:
    """Note what happened and settle the accounts of all authors in the same transaction.

    A source vouches for one fact of a kind; told twice, the ledger keeps the first.
    Authority is the mechanism's: it calls this after its own check.
    """
    _demand_known(mechanism, occurrence)
    if not shares:
        raise FieldErrors({"shares": "请至少登记一个单位或作者。"})
    known = PointFact.objects.filter(
        source_kind=source._meta.label_lower,
        source_id=source.pk,
        kind=occurrence.kind,
        withdrawn_at=None,
    ).first()
    if known is not None:
        return known
    fact = PointFact(
        mechanism=mechanism,
        kind=occurrence.kind,
        family=occurrence.family,
        title=occurrence.title[:200],
        level=occurrence.level,
        outlet=occurrence.outlet,
        outlet_class=occurrence.outlet_class,
        traits=sorted(occurrence.traits),
        happened_on=occurrence.happened_on,
        reported_on=occurrence.reported_on,
        source_kind=source._meta.label_lower,
        source_id=source.pk,
    )
    demand_valid(fact)
    fact.save()
    for position, share in enumerate(shares):
        row = PointShare(
            fact=fact,
            unit_id=share.unit_id,
            person=share.person,
            weight=share.weight,
            position=position,
        )
        demand_valid(row)
        row.save()
    record("points.fact.noted", fact, actor=actor, label="登记计分事实")
    _settle_authors(fact, author=actor.label)
    return fact


@transaction.atomic
def withdraw_fact(fact: PointFact, *, actor: Actor, reason: str) -> PointFact:
    """Take a fact back; its entries are reversed and what it had displaced counts again."""
    fact = PointFact.objects.select_for_update().get(pk=fact.pk)
    if fact.withdrawn_at is not None:
        return fact
    fact.withdrawn_at = timezone.now()
    fact.save(update_fields=["withdrawn_at"])
    record("points.fact.withdrawn", fact, actor=actor, label="撤回计分事实", reason=reason)
    _settle_authors(fact, author=actor.label)
    return fact


@transaction.atomic
def withdraw_facts_of(source: Model, *, actor: Actor, reason: str) -> int:
    """Withdraw all that a record of a mechanism vouched for; returns how many."""
    facts = PointFact.objects.filter(
        source_kind=source._meta.label_lower, source_id=source.pk, withdrawn_at=None
    )
    return len([withdraw_fact(fact, actor=actor, reason=reason) for fact in facts])


@transaction.atomic
def adjust(account: PointAccount, *, actor: Actor, amount: Decimal, reason: str) -> PointEntry:
    """Correct an account by hand, with a reason that the unit reads."""
    if not actor.may(ADJUST_POINTS, at=account.unit):
        raise NotPermitted("积分由领导小组办公室更正，请与办公室联系。")
    if not reason.strip():
        raise FieldErrors({"reason": "请写明更正的原因，单位会看到这段话。"})
    if not amount or abs(amount) > MOST_POINTS or amount != amount.quantize(PLACES):
        raise FieldErrors(
            {"amount": f"请填写不为零、不超过 {MOST_POINTS} 分的分值，最多两位小数。"}
        )
    account = _locked(account.unit_id, account.mechanism, account.year)
    entry = PointEntry(
        account=account,
        key=f"{MANUAL}{uuid.uuid4()}",
        day=today(),
        amount=amount,
        sentence=f"办公室更正：{reason.strip()}"[:500],
        author=actor.label[:200],
    )
    demand_valid(entry)
    entry.save()
    _add_up(account)
    record("points.account.adjusted", account, actor=actor, label="更正积分", reason=reason)
    return entry


@transaction.atomic
def settle(
    unit_id: int, mechanism: str, year: int, *, author: str = SYSTEM, as_of: date | None = None
) -> PointAccount:
    """Bring an account in line with its facts and the rules in force.

    Entries that still hold are left alone; others are reversed and written
    anew. Told twice it writes nothing the second time.
    """
    account = _locked(unit_id, mechanism, year)
    rules = rules_for(mechanism, year)
    lines = (
        []
        if rules is None
        else reckon(
            rules.book,
            unit_id,
            year,
            facts_of(mechanism, year, [unit_id])[unit_id],
            as_of=as_of or today(),
        )
    )
    wanted = {line.key: line for line in lines}
    held: set[str] = set()
    for entry in standing(account):
        line = wanted.get(entry.key)
        if line is not None and _agrees(entry, line):
            held.add(entry.key)
        else:
            _reverse(entry, author=author)
    fresh = [_entry(account, rules, line, author=author) for line in lines if line.key not in held]
    PointEntry.objects.bulk_create(fresh)
    _add_up(account)
    return account


def settle_many(mechanism: str, year: int, unit_ids: Iterable[int]) -> int:
    """Settle accounts in key order, each in a transaction of its own."""
    ids = sorted(set(unit_ids))
    for unit_id in ids:
        settle(unit_id, mechanism, year)
    return len(ids)


# --- inside ------------------------------------------------------------------------------


def _demand_known(key: str, occurrence: Occurrence) -> None:
    """A word that no rule can name is an error of the mechanism's code."""
    mechanism = point_mechanisms[key]
    unknown = occurrence.traits - set(mechanism.traits)
    if occurrence.kind not in mechanism.kinds or unknown:
        raise ValueError(f"{key}: unknown kind {occurrence.kind!r} or traits {sorted(unknown)}")


def _settle_authors(fact: PointFact, *, author: str) -> None:
    # In key order, so that two facts with the same authors cannot deadlock.
    for unit_id in sorted(set(fact.shares.values_list("unit_id", flat=True))):
        settle(unit_id, fact.mechanism, fact.happened_on.year, author=author)


def _locked(unit_id: int, mechanism: str, year: int) -> PointAccount:
    account, _ = PointAccount.objects.get_or_create(unit_id=unit_id, mechanism=mechanism, year=year)
    return PointAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)


def _agrees(entry: PointEntry, line: Line) -> bool:
    return (entry.amount, entry.sentence, entry.day, entry.person) == (
        line.amount,
        line.sentence[:500],
        line.day,
        line.person,
    )


def _reverse(entry: PointEntry, *, author: str) -> PointEntry:
    return PointEntry.objects.create(
        account_id=entry.account_id,
        rules_id=entry.rules_id,
        fact_id=entry.fact_id,
        key=entry.key,
        day=entry.day,
        person=entry.person,
        amount=-entry.amount,
        sentence=f"冲正：{entry.sentence}"[:500],
        reverses=entry,
        author=author[:200],
    )


def _entry(
    account: PointAccount, rules: PointRules | None, line: Line, *, author: str
) -> PointEntry:
    return PointEntry(
        account=account,
        rules=rules,
        fact_id=line.fact_id,
        key=line.key,
        day=line.day,
        person=line.person,
        amount=line.amount,
        sentence=line.sentence[:500],
        author=author[:200],
    )


def _add_up(account: PointAccount) -> None:
    account.total = account.entries.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    account.save(update_fields=["total"])
