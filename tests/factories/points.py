"""A mechanism for tests of the ledger, and facts of it by the services."""

from __future__ import annotations

from datetime import date

from gongjian.commons.points.enums import ADOPTION, COMMISSION_FAILED, SUBMISSION
from gongjian.commons.points.models import PointFact, PointRules
from gongjian.commons.points.reckoning import Share
from gongjian.commons.points.services.ledger import Occurrence, note_fact, settle_many
from gongjian.commons.points.services.rulebooks import draft_rules, put_in_force
from gongjian.commons.points.shelf import PointMechanism, point_mechanisms
from gongjian.foundation.kernel.dates import today

MECHANISM = "sample_points"
RULES = {
    "awards": [
        {"label": "县级采用", "kind": ADOPTION, "level": "county", "amount": "2"},
        {"label": "省级采用", "kind": ADOPTION, "level": "province", "amount": "10"},
    ],
    "keep": "1",
}


def sample_mechanism() -> PointMechanism:
    """Registered once a process; the product's own mechanisms stand beside it."""
    known = point_mechanisms.get(MECHANISM)
    return known or point_mechanisms.register(
        PointMechanism(
            key=MECHANISM,
            label="信息报送",
            kinds={SUBMISSION: "报送", ADOPTION: "采用", COMMISSION_FAILED: "约稿未完成"},
            traits={"combined": "综合采用", "reprint": "转载"},
        )
    )


def rules_in_force(cast, data=None, *, year: int | None = None) -> PointRules:
    sample_mechanism()
    rules = draft_rules(
        MECHANISM,
        actor=cast.office,
        year=year or today().year,
        title="信息报送积分办法",
        data=RULES if data is None else data,
    )
    rules = put_in_force(rules, actor=cast.office)
    settle_many(MECHANISM, rules.year, [cast.hongqi.pk, cast.xinghuo.pk])
    return rules


def fact_of(cast, source, *, level="county", family="piece-1", shares=None, **more) -> PointFact:
    sample_mechanism()
    day = more.pop("day", None) or date(today().year, 1, 5)
    return note_fact(
        MECHANISM,
        source,
        Occurrence(
            kind=more.pop("kind", ADOPTION),
            family=family,
            title=more.pop("title", "红旗村办好暖心食堂"),
            happened_on=day,
            reported_on=day,
            level=level,
            **more,
        ),
        actor=cast.office,
        shares=shares or [Share(cast.hongqi.pk, "李红梅")],
    )
