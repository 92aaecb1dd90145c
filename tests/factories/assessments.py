"""A small shelf of figures and schemes made by the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from assessments.models import LedgerEntry, PeerGroup, Run, Scheme, SchemeItem, UnitReview
from assessments.services import (
    add_offered_items,
    create_peer_group,
    create_scheme,
    enter_case,
    open_notice,
    open_reviews,
    propose_grades,
    publish_scheme,
    set_weights,
)
from assessments.services import decide_run as decide
from assessments.services import publish_run as publish
from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit

OFFERED = (
    Offered("A01", "应建工会组建率", "%", rises=True),
    Offered("A02", "新发展会员数", "人", rises=True),
    Offered("A03", "超期未换届数", "个", rises=False),
    Offered("R01", "召开会议次数", "次", rises=True, mode="restricted"),
)


class FakeSource:
    """Figures set by the test; counts how often it was asked."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, int], Figure] = {}
        self.calls: list[tuple[list[str], list[int]]] = []

    def give(self, code: str, unit_id: int, value: str | None, **facts: str | None) -> None:
        numbers = {
            name: None if fact is None else Decimal(fact)
            for name, fact in facts.items()
            if name != "source"
        }
        self.figures[code, unit_id] = Figure(
            code=code,
            unit_id=unit_id,
            value=None if value is None else Decimal(value),
            source=facts.get("source") or "季度报表",
            **numbers,
        )

    def measure(self, codes, unit_ids, period):
        self.calls.append((list(codes), list(unit_ids)))
        return [
            figure
            for (code, unit_id), figure in self.figures.items()
            if code in codes and unit_id in unit_ids
        ]

    def entry(self) -> IndicatorSource:
        return IndicatorSource(
            key="fake", label="测试数据", offer=lambda: OFFERED, measure=self.measure
        )


def make_group(actor: Actor, name: str = "乡镇街道", level: str = "township") -> PeerGroup:
    return create_peer_group(actor=actor, values={"name": name, "level": level})


def make_scheme(
    actor: Actor,
    groups: list[PeerGroup],
    weights: Mapping[str, str] | None = None,
    *,
    title: str = "2026年考核方案",
) -> Scheme:
    """A published scheme; ``weights`` is code → points, the same in every group."""
    weights = weights or {"A01": "60", "A02": "40"}
    scheme = create_scheme(
        actor=actor, values={"title": title, "period": ensure_year(2026), "full_score": 100}
    )
    items = add_offered_items(scheme, actor=actor, keys=[f"fake/{code}" for code in weights])
    set_weights(
        scheme,
        actor=actor,
        weights={
            (item.pk, group.pk): Decimal(weights[item.code]) for item in items for group in groups
        },
    )
    return publish_scheme(scheme, actor=actor)


def make_official(run: Run, *, office: Actor, leader: Actor, published: bool = True) -> Run:
    """Decided, and published after a notice that is long over."""
    run = decide(propose_grades(run, actor=office), actor=leader)
    if not published:
        return run
    run = open_notice(run, actor=office, starts_on=today() - timedelta(days=30))
    return publish(run, actor=office)


def make_reviews(scheme: Scheme, actor: Actor) -> list[UnitReview]:
    open_reviews(scheme, actor=actor)
    return list(scheme.reviews.select_related("unit").order_by("unit__path"))


def make_entry(office: Actor, item: SchemeItem, unit: Unit, **values: object) -> LedgerEntry:
    """An entry of the ledger as the office puts it down, waiting for its approval."""
    return enter_case(
        actor=office,
        values={
            "item": item,
            "unit": unit,
            "matter": "双建经验",
            "level": "省级",
            "occurred_on": date(2026, 5, 6),
            "evidence": "省总工会简报第 12 期",
            **values,
        },
    )
