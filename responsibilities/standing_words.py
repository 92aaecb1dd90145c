"""How a return stands, in one sentence: time left, and why it cannot be written."""

from __future__ import annotations

from datetime import date

from gongjian.foundation.calendar.working_days import working_days_until
from gongjian.foundation.kernel.dates import today
from responsibilities.enums import ReturnState
from responsibilities.models import Obligation, QuarterlyReturn

#: With so few working days left the words stand out.
SOON = 3


def time_left(deadline: date, day: date | None = None) -> tuple[str, str]:
    """Words for the time left, and their tone ("", "warn" or "bad")."""
    now = day or today()
    if deadline < now:
        late = -working_days_until(now, deadline)
        return (f"已逾期 {late} 个工作日" if late else "已过截止日"), "bad"
    if deadline == now:
        return "今天截止，24 时前报送都算按时", "bad"
    left = working_days_until(now, deadline)
    if not left:
        return "截止前没有工作日了，请尽快报送", "warn"
    return f"离截止还有 {left} 个工作日", "warn" if left <= SOON else ""


def why_locked(obligation: Obligation, quarterly_return: QuarterlyReturn | None) -> str:
    """Why nothing can be written here now, and what to do about it; "" when it can."""
    if quarterly_return is not None and not quarterly_return.is_editable:
        return _why_handed_in(quarterly_return)
    if obligation.is_exempt:
        reason = obligation.exemption_reason
        return f"本期已免报{f'（{reason}）' if reason else ''}，不需要填写。"
    return ""


def _why_handed_in(row: QuarterlyReturn) -> str:
    if row.state == ReturnState.ACCEPTED:
        who = f"由{row.reviewed_by}" if row.reviewed_by else ""
        return f"已{who}审核通过，数据已计入上级汇总。需要更正请联系审核人撤销通过。"
    if row.seen_at is not None:
        return "已报送，审核人正在审核，不能修改。需要更正请联系审核人退回。"
    return "已报送，等待上级审核。审核人还没有查看，需要修改可以撤回。"


def not_yet(obligation: Obligation, day: date | None = None) -> str:
    """That the window of submission has not opened, or ""."""
    opens = obligation.period.opens_on
    if (day or today()) >= opens:
        return ""
    return f"{opens:%Y年%-m月%-d日}起可以报送，现在可以先填，内容会保存。"
