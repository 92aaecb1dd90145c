"""What stops a step of a plan, a visit or a finding, in words for the one who is stopped."""

from __future__ import annotations

from typing import Any

from gongjian.foundation.kernel.actor import Actor


def plan_has_lines(plan: Any, actor: Actor) -> str | None:
    if not plan.lines.exists():
        return "计划里还没有督查事项，请添加后再报请批准。"
    return None


def another_person_approves(record: Any, actor: Actor) -> str | None:
    asked = getattr(record, "asked_by_user", None) or getattr(record, "submitted_by_user", None)
    if asked is not None and asked == actor.user_id:
        return "这是您本人报请的，须由另一位领导批准。"
    return None


def team_stands(visit: Any, actor: Actor) -> str | None:
    active = [member for member in visit.members.all() if not member.recused_reason]
    if len(active) < 2:
        return "督查组至少要有两人，请补充成员后再开始。"
    if not any(member.is_leader for member in active):
        return "督查组还没有组长，请指定组长后再开始。"
    return None


def team_member(visit: Any, actor: Actor) -> str | None:
    if not visit.members.filter(user_id_held=actor.user_id or 0, recused_reason="").exists():
        return "您不是这次督查的成员，请由督查组成员办理。"
    return None


def leader_signs(visit: Any, actor: Actor) -> str | None:
    leader = visit.members.filter(is_leader=True, recused_reason="").first()
    if leader is None or leader.user_id_held != actor.user_id:
        name = leader.name if leader else "组长"
        return f"督查记录由组长{name}签字，请组长本人办理。"
    return None


def no_notice_is_out(visit: Any, actor: Actor) -> str | None:
    """What a notice ordered stands on the signed record; afterwards that does not change."""
    if visit.notices.exists():
        return "整改通知书已经发出，督查记录不能再改；记录有误的，请在核验时说明。"
    return None


def notices_are_out(visit: Any, actor: Actor) -> str | None:
    waiting = visit.findings.filter(state="noted").count()
    if waiting:
        return f"还有{waiting}个问题没有处理，请发出整改通知书或说明不作问题的理由。"
    return None
