"""Suggestions of the demo: answered, in hand, and one without a name."""

from __future__ import annotations

from gongjian.commons.feedback.models import Suggestion
from gongjian.commons.feedback.services import (
    answer_suggestion,
    take_suggestion,
    write_suggestion,
)
from gongjian.demo.people import actor_named
from orgs.models import Tenant


def fill_the_box(tenant: Tenant) -> None:
    if Suggestion.objects.exists():
        return
    office = actor_named(tenant, "office")
    answered = write_suggestion(
        actor=actor_named(tenant, "secretary"),
        kind="burden",
        text="季报之外，镇里每月还要一张会员数表，数字和季报一样。希望只报一次。",
        page="/responsibilities/returns/",
    )
    answer_suggestion(
        answered,
        actor=office,
        outcome="adopted",
        answer="已请东风镇停止另要月度会员数表，今后直接从季报取数。",
    )
    taken = write_suggestion(
        actor=actor_named(tenant, "township"),
        kind="idea",
        text="审核时希望能把上一季度的退回理由一并显示。",
        page="/responsibilities/review/",
    )
    take_suggestion(taken, actor=office)
    write_suggestion(
        actor=actor_named(tenant, "chair"),
        kind="complaint",
        text="检查次数偏多，同一季度来了三批人，能不能合并。",
        unnamed=True,
    )
