"""Signing jointly (会签): each party gives its own signature, and only both accept."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import NotPermitted, StateConflict
from orgs.enums import Line
from orgs.models import Post
from orgs.services import demand_valid
from responsibilities.authority import MANAGE_JOINT, REVIEW_RETURN
from responsibilities.enums import ReturnState, SignatureOrder, SignatureVerdict
from responsibilities.models import JointRule, QuarterlyReturn, ReturnRemark, ReturnSignature
from responsibilities.queries.joint import TURNS, live_signatures, party_of
from responsibilities.queries.returns import reviewers_of
from responsibilities.services.returns import lock_return

Remarks = Mapping[str, str]


def sign(
    row: QuarterlyReturn,
    rule: JointRule,
    *,
    actor: Actor,
    opinion: str = "",
    remarks: Remarks | None = None,
) -> list[ReturnSignature]:
    """Give the own party's signature on a locked return; return those given so far.

    Two people of one party cannot sign twice, nor one person for both.
    """
    if not actor.may(REVIEW_RETURN, at=row.review_unit):
        raise NotPermitted("当前职务无权会签这张报表，请切换到直接上级的职务。")
    given = live_signatures(row)
    party = _demand_turn(rule, given, actor)
    now = timezone.now()
    signature = ReturnSignature(
        quarterly_return=row,
        party=party,
        opinion=opinion.strip()[:300],
        remarks={code: text.strip()[:300] for code, text in (remarks or {}).items()},
        post_id=actor.post_id,
        user_id=actor.user_id,
        signed_by=actor.label[:200],
        signed_at=now,
        round_at=row.submitted_at,
    )
    demand_valid(signature)
    signature.save()
    if row.seen_at is None:
        # Who has signed has looked; the unit withdraws no more.
        row.seen_at = now
        row.save(update_fields=["seen_at"])
    record(
        "responsibilities.return.signed",
        row,
        actor=actor,
        label=f"{Line(party).label}会签同意",
        reason=opinion.strip(),
        after={"party": party},
    )
    given = [*given, signature]
    if len(given) < len(Line):
        _tell_other(row, signature)
    return given


def _demand_turn(rule: JointRule, given: list[ReturnSignature], actor: Actor) -> Line:
    """The party this actor signs for now, or the refusal with what to do."""
    party = party_of(actor)
    if not party:
        raise NotPermitted(
            "当前职务没有设定属于党组织还是工会组织，不能会签。请系统管理员在职务中设置。"
        )
    own = next((one for one in given if one.party == party), None)
    if own is not None:
        at = timezone.localtime(own.signed_at)
        raise StateConflict(
            f"{own.signed_by}已于{at.month}月{at.day}日{at:%H:%M}代表{Line(party).label}会签，"
            "不必重复，请等待另一方会签。"
        )
    if any(one.user_id == actor.user_id for one in given):
        raise NotPermitted("您已代表另一方会签，本方须由另一人会签，不能一人签两方。")
    first = TURNS[rule.order][0]
    if rule.order != SignatureOrder.PARALLEL and party != first and not given:
        raise StateConflict(f"按规定先由{first.label}会签，请等待{first.label}会签后再办理。")
    return Line(party)


def _tell_other(row: QuarterlyReturn, signature: ReturnSignature) -> None:
    other = next(line for line in Line if line != signature.party)
    posts = Post.objects.filter(pk__in=reviewers_of(row.review_unit), line=other)
    notify(
        rule="responsibilities.joint_waiting",
        subject=row,
        stage=f"j{signature.pk}",
        post_ids=list(posts.order_by("pk").values_list("pk", flat=True)),
        title=f"请会签{row.unit.name}的{row.period.name}报表",
        body=f"{signature.get_party_display()}（{signature.signed_by}）已会签同意，"
        f"待{other.label}会签。{signature.opinion}",
        url=row.get_absolute_url(),
    )


def labels_of(given: list[ReturnSignature]) -> str:
    """Who accepted, both by name."""
    return "；".join(one.signed_by for one in given)[:200]


def close_round(row: QuarterlyReturn, why: str) -> list[ReturnSignature]:
    """Void what was signed, because the return moves on otherwise; return what that was."""
    given = live_signatures(row)
    if given:
        row.signatures.filter(voided_at=None).update(voided_at=timezone.now(), void_reason=why[:60])
    return given


def send_back_jointly(
    row: QuarterlyReturn, rule: JointRule | None, *, actor: Actor, reason: str
) -> str:
    """Of a return just sent back: note who returned it, pin the other party's remarks as well.

    Returns what the other party had said, for the notice to the unit.
    """
    given = close_round(row, "另一方退回")
    party = party_of(actor) if rule or given else ""
    if not party:
        return ""
    now = timezone.now()
    ReturnSignature.objects.create(
        quarterly_return=row,
        party=party,
        verdict=SignatureVerdict.RETURN,
        opinion=reason.strip()[:300],
        post_id=actor.post_id,
        user_id=actor.user_id,
        signed_by=actor.label[:200],
        signed_at=now,
        round_at=row.submitted_at,
        voided_at=now,
        void_reason="退回",
    )
    cells = {cell.code: cell for cell in row.form.layout()}
    ReturnRemark.objects.bulk_create(
        [
            ReturnRemark(
                quarterly_return=row,
                cell=code,
                text=text,
                value_before=row.values[cells[code].slot],
                author=one.signed_by,
            )
            for one in given
            for code, text in sorted(one.remarks.items())
            if code in cells
        ]
    )
    said = [
        f"{one.get_party_display()}（{one.signed_by}）意见：{one.opinion or '同意'}"
        for one in given
        if one.party != party
    ]
    return "；".join(said)


@transaction.atomic
def take_back_signature(
    quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str = ""
) -> QuarterlyReturn:
    """Take the own party's signature back (取回会签) while the other has not signed."""
    row = lock_return(quarterly_return)
    if not actor.may(REVIEW_RETURN, at=row.review_unit):
        raise NotPermitted("当前职务无权审核这张报表，请切换到直接上级的职务。")
    if row.state != ReturnState.SUBMITTED:
        raise StateConflict(
            f"这张报表现在是“{row.get_state_display()}”，不能取回会签。已通过的请办理撤销通过。"
        )
    held = row.signatures.filter(voided_at=None, party=party_of(actor)).first()
    if held is None:
        raise StateConflict("本方还没有会签，不需要取回。")
    held.voided_at, held.void_reason = timezone.now(), "本方取回"
    held.save(update_fields=["voided_at", "void_reason"])
    record(
        "responsibilities.return.signature_taken",
        row,
        actor=actor,
        label=f"{held.get_party_display()}取回会签",
        reason=reason.strip(),
    )
    return row


@transaction.atomic
def set_joint_rule(*, actor: Actor, level: str, order: str) -> None:
    """Switch the joint signature of a level on, change its order, or switch it off (empty)."""
    if not actor.may(MANAGE_JOINT):
        raise NotPermitted("当前职务无权设置会签，由领导小组办公室办理。")
    held = JointRule.objects.select_for_update(of=("self",)).filter(level=level).first()
    before = held.order if held else ""
    if before == order:
        return
    rule = held or JointRule(level=level)
    if order:
        rule.order = order
        demand_valid(rule)
        rule.save()
    record(
        "responsibilities.joint.changed",
        rule,
        actor=actor,
        label="设置会签",
        before={"order": before},
        after={"level": level, "order": order},
    )
    if not order:
        rule.delete()
