"""Reads of joint signatures: where they are asked, who has signed, whom one waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.timezone import localtime

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.together import LookUp
from orgs.enums import Line
from orgs.models import Post, Unit
from orgs.queries import current_appointments
from responsibilities.enums import ReturnState, SignatureOrder, SignatureVerdict
from responsibilities.models import JointRule, QuarterlyReturn, ReturnSignature
from responsibilities.queries.returns import REVIEWING_ROLES

#: The parties in the order in which each rule asks them.
TURNS: dict[str, tuple[Line, Line]] = {
    SignatureOrder.PARALLEL: (Line.UNION, Line.PARTY),
    SignatureOrder.UNION_FIRST: (Line.UNION, Line.PARTY),
    SignatureOrder.PARTY_FIRST: (Line.PARTY, Line.UNION),
}


def rule_for(quarterly_return: QuarterlyReturn) -> JointRule | None:
    """The rule of the level that decides on this return now."""
    found: JointRule | None = rule_above(quarterly_return.review_unit.parent_id or 0)
    return found


@once_a_page
def rule_above(unit_id: int) -> JointRule | None:
    """The rule of the level of a unit."""
    return _rules_at(unit_id).first()


def rule_above_ahead(unit_id: int) -> LookUp:
    return LookUp(rule_above, (unit_id,), _rules_at(unit_id))


def _rules_at(unit_id: int) -> QuerySet[JointRule]:
    level = Unit.objects.filter(pk=unit_id).values("level")
    return JointRule.objects.filter(level=Subquery(level))


def party_of(actor: Actor) -> str:
    """For which party a post signs; empty where nobody has set it."""
    return Post.objects.filter(pk=actor.post_id or 0).values_list("line", flat=True).first() or ""


def live_signatures(quarterly_return: QuarterlyReturn) -> list[ReturnSignature]:
    return list(quarterly_return.signatures.filter(voided_at=None))


def _live() -> QuerySet[ReturnSignature]:
    return ReturnSignature.objects.filter(quarterly_return=OuterRef("pk"), voided_at=None)


def with_signatures(rows: Any, actor: Actor) -> Any:
    """Returns with ``signed``, the parties that have signed, and ``signed_here``, whether one's
    own has; both in the same statement."""
    own = Post.objects.filter(pk=actor.post_id or 0).exclude(line="").values("line")
    return rows.annotate(
        signed=ArraySubquery(_live().order_by("signed_at").values("party")),
        signed_here=Exists(_live().filter(party__in=own)),
    )


def awaiting(rows: Any, actor: Actor) -> Any:
    """Without those that wait for the other party alone."""
    own = Post.objects.filter(pk=actor.post_id or 0).exclude(line="").values("line")
    return rows.exclude(Exists(_live().filter(party__in=own)))


def missing_label(signed: Sequence[str]) -> str:
    """``党组织`` or ``工会组织``: for whom a return waits that one party has signed."""
    return "、".join(line.label for line in Line if line.value not in signed)


@dataclass(frozen=True, slots=True)
class Side:
    """One party on the page of a return."""

    label: str
    words: str
    look: str
    signature: ReturnSignature | None = None
    labelled: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Joint:
    """The joint signature of a return as one post sees it."""

    order: str
    sides: Sequence[Side]
    party: str
    party_label: str
    may_sign: bool
    may_take_back: bool
    hint: str

    @property
    def is_begun(self) -> bool:
        return any(side.signature is not None for side in self.sides)


def joint_of(quarterly_return: QuarterlyReturn, actor: Actor) -> Joint | None:
    """How the two parties stand; none where the level signs alone and nobody signed jointly."""
    waits = quarterly_return.state == ReturnState.SUBMITTED
    # The rule says who is still to sign; afterwards the signatures speak for themselves.
    rule = rule_for(quarterly_return) if waits else None
    if quarterly_return.submitted_at is None or (waits and rule is None):
        return None
    said = list(quarterly_return.signatures.filter(round_at=quarterly_return.submitted_at))
    shown = {
        one.party: one
        for one in said
        if one.voided_at is None or one.verdict == SignatureVerdict.RETURN
    }
    if rule is None and not shown:
        return None
    order = rule.order if rule else SignatureOrder.PARALLEL
    turns = TURNS[order]
    labels = {cell.code: cell.label for cell in quarterly_return.form.layout()}
    sides = []
    for place, line in enumerate(turns):
        one = shown.get(line)
        if one is None:
            later = order != SignatureOrder.PARALLEL and place == 1 and turns[0] not in shown
            words = "待会签" if waits and not later else "等前一方先签" if waits else "未会签"
            sides.append(Side(line.label, words, "warn" if waits else "neutral"))
            continue
        look = "ok" if one.verdict == SignatureVerdict.AGREE else "bad"
        named = [(labels.get(code, code), text) for code, text in one.remarks.items()]
        sides.append(Side(line.label, one.get_verdict_display(), look, one, named))
    party = party_of(actor)
    live = {one.party: one for one in said if one.voided_at is None}
    first = order == SignatureOrder.PARALLEL or party == turns[0] or turns[0] in live
    hint = ""
    if not party:
        hint = "当前职务没有设定属于党组织还是工会组织，不能会签。请系统管理员在职务中设置。"
    elif not first:
        hint = f"按规定先由{turns[0].label}会签，之后由本方会签。"
    return Joint(
        order=SignatureOrder(order).label,
        sides=sides,
        party=party,
        party_label=Line(party).label if party else "",
        may_sign=bool(rule and party and party not in live and first),
        may_take_back=waits and party in live,
        hint=hint,
    )


def signed_lines(quarterly_return: QuarterlyReturn) -> list[str]:
    """The signatures that count, a line each, for the printed sheet."""
    lines = []
    for one in live_signatures(quarterly_return):
        at = localtime(one.signed_at)
        words = f"，意见：{one.opinion}" if one.opinion else ""
        lines.append(
            f"{one.get_party_display()}会签{one.get_verdict_display()}：{one.signed_by}，"
            f"{long_date(at.date())}{at:%H:%M}{words}"
        )
    return lines


def unstaffed(level: str) -> list[tuple[Unit, str]]:
    """Units of a level where a party has nobody in office who reviews: they could not sign."""
    held = set(
        current_appointments()
        .filter(post__unit__level=level, post__role__in=REVIEWING_ROLES)
        .values_list("post__unit_id", "post__line")
    )
    units = Unit.objects.filter(level=level, closed_on__isnull=True).order_by("path")
    found = []
    for unit in units:
        missing = [line.label for line in Line if (unit.pk, line.value) not in held]
        if missing:
            found.append((unit, "、".join(missing)))
    return found
