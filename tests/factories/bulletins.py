"""Dispatches, issues and cases for tests, by the services."""

from __future__ import annotations

from bulletins.models import BulletinSeries, CommissionTask, Correction, Dispatch, Issue, ModelCase
from bulletins.points import MECHANISM
from bulletins.services.cases import list_case, nominate_case, write_case
from bulletins.services.corrections import correct_issue
from bulletins.services.desk import ask_commission
from bulletins.services.issues import (
    add_item,
    make_issue,
    review_issue,
    save_series,
    send_out_issue,
    sign_issue,
    submit_issue,
)
from bulletins.services.writing import Author, send_dispatch, write_dispatch
from gongjian.commons.points.enums import ADOPTION
from gongjian.commons.points.services.rulebooks import draft_rules, put_in_force
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit

TEXT = (
    "<p>红旗村把支部主题党日和工会小组活动放在一起开，每月最后一个周五晚上摆开板凳，"
    "书记、工会主席和职工面对面坐下来谈。</p><p>今年收到意见三十六条，办结三十三条。</p>"
)


def draft_of(cast, actor: Actor | None = None, **values) -> Dispatch:
    actor = actor or cast.secretary
    unit = Unit.objects.get(pk=actor.unit_id)
    authors = values.pop("authors", ["赵春梅"])
    task: CommissionTask | None = values.pop("task", None)
    return write_dispatch(
        unit,
        actor=actor,
        values={
            "kind": "experience",
            "title": "“板凳会”解开职工心头结",
            "body": TEXT,
            "signer": "赵春梅",
            **values,
        },
        authors=[Author(unit.pk, name) for name in authors],
        task=task,
    )


def sent(cast, actor: Actor | None = None, **values) -> Dispatch:
    actor = actor or cast.secretary
    return send_dispatch(draft_of(cast, actor, **values), actor=actor)


def series_of(cast, **values) -> BulletinSeries:
    return save_series(
        None,
        actor=cast.office,
        values={"name": "工运简报", "publisher": "示范市党工共建领导小组办公室", **values},
    )


def issue_of(cast, dispatches=(), series: BulletinSeries | None = None, **values) -> Issue:
    issue = make_issue(series or series_of(cast), actor=cast.office, **values)
    for dispatch in dispatches:
        add_item(issue, actor=cast.office, dispatches=[dispatch])
    return issue


def reviewed(cast, issue: Issue) -> Issue:
    """Submitted, and reviewed by three people."""
    issue = submit_issue(issue, actor=cast.office)
    for step, actor in (("first", cast.office), ("second", cast.viewer), ("final", cast.leader)):
        issue = review_issue(issue, step, actor=actor)
    return issue


def signed(cast, dispatches, **values) -> Issue:
    return sign_issue(reviewed(cast, issue_of(cast, dispatches, **values)), actor=cast.leader)


def adoption_rules(cast) -> None:
    rules = draft_rules(
        MECHANISM,
        actor=cast.office,
        year=today().year,
        title="信息工作积分办法",
        data={
            "awards": [
                {"label": "综合采用", "kind": ADOPTION, "level": "city", "amount": "3",
                 "traits": ["combined"]},
                {"label": "单篇采用", "kind": ADOPTION, "level": "city", "amount": "5"},
                {"label": "省级采用", "kind": ADOPTION, "level": "province", "amount": "10"},
                {"label": "约稿未完成", "kind": "commission_failed", "amount": "-2"},
            ],
            "keep": "1",
        },
    )  # fmt: skip
    put_in_force(rules, actor=cast.office)


def commission_of(cast, units=None, **values):
    return ask_commission(
        actor=cast.office,
        values={
            "topic": "新就业群体入会",
            "kind": "experience",
            "requirement": "写一件具体的事。",
            "due_on": today(),
            **values,
        },
        units=units or [cast.hongqi],
    )


def case_of(cast, *, is_listed: bool = True) -> ModelCase:
    case = write_case(
        None,
        actor=cast.secretary,
        unit=cast.hongqi,
        values={
            "kind": "brand",
            "title": "板凳会",
            "problem": "到会难。",
            "practice": "摆板凳开会。",
            "effect": "参加人数增加。",
        },
    )
    if is_listed:
        case = list_case(nominate_case(case, actor=cast.secretary), actor=cast.office)
    return case


def sent_out(cast, dispatches, units=None, **values) -> Issue:
    issue = signed(cast, dispatches, **values)
    return send_out_issue(issue, actor=cast.office, units=units or [cast.qinghe, cast.hongqi])


def correction_of(cast, issue: Issue, **values) -> Correction:
    return correct_issue(
        issue,
        **{
            "actor": cast.leader,
            "place": 0,
            "wrong": "三十六条",
            "right": "三十八条",
            "reason": "统计有误",
            **values,
        },
    )
