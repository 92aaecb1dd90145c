"""Categories, work plans, development plans and handovers for tests, made by the services."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from gongjian.foundation.kernel.dates import today
from orgs.guidance_services import place_units, save_category
from orgs.handover_services import hand_over
from orgs.models import Appointment, GuidanceCategory, Handover, Post, Unit
from orgs.queries import actor_of
from orgs.services import appoint, end_appointment
from responsibilities.models import AnnualPlan, DevelopmentPlan, WorkPlan
from responsibilities.services.development import (
    save_development,
    set_development_measures,
    submit_development,
)
from responsibilities.services.guidance import (
    MeasureLine,
    approve_work_plan,
    create_work_plan,
    set_measures,
    set_weights,
    submit_work_plan,
)
from tests.factories.orgs import UserFactory


def make_category(cast, name: str = "村、社区", **values) -> GuidanceCategory:
    return save_category(
        None,
        actor=cast.office,
        values={"name": name, "kinds": [], "levels": [], "order": 1, **values},
    )


def make_placed(cast, *units: Unit, name: str = "村、社区") -> GuidanceCategory:
    category = make_category(cast, name)
    place_units(category, actor=cast.office, unit_ids=[unit.pk for unit in units])
    return category


def make_work_plan(
    cast,
    plan: AnnualPlan,
    category: GuidanceCategory,
    *,
    weights: tuple[int, ...] = (60, 40),
    due_on: date | None = None,
) -> WorkPlan:
    """A draft with one measure and weights on the first indicators of the plan."""
    work_plan = create_work_plan(plan, category, actor=cast.office, goals="应建尽建。")
    line = MeasureLine("走访企业", "党支部书记", due_on or date(plan.year, 12, 20))
    set_measures(work_plan, actor=cast.office, lines=[line])
    keys = list(plan.lines.order_by("order").values_list("indicator_id", flat=True))
    chosen = {key: Decimal(weight) for key, weight in zip(keys, weights, strict=False)}
    return set_weights(work_plan, actor=cast.office, weights=chosen)


def make_work_plan_in_force(cast, plan, category, **values) -> WorkPlan:
    work_plan = submit_work_plan(make_work_plan(cast, plan, category, **values), actor=cast.office)
    return approve_work_plan(work_plan, actor=cast.leader)


def make_development(cast, *, submitted: bool = False, year: int = 2026) -> DevelopmentPlan:
    """The plan of 红旗村 for three years."""
    development = save_development(
        None,
        actor=cast.secretary,
        unit=cast.hongqi,
        values={
            "from_year": year,
            "to_year": year + 2,
            "situation": "基础较好。",
            "goals": "入会率达到九成。",
            "guarantees": "",
        },
    )
    lines = [MeasureLine("改造阵地", "赵春梅", date(year + 1, 6, 30))]
    set_development_measures(development, actor=cast.secretary, lines=lines)
    return submit_development(development, actor=cast.secretary) if submitted else development


def term_of(actor) -> Appointment:
    """The term an actor acts by, begun a while ago so that it can have ended."""
    terms = Appointment.objects.filter(pk=actor.appointment_id)
    terms.update(starts_on=today() - timedelta(days=400))
    return terms.select_related("post__unit", "user").get()


def make_handover(cast, *, gone: bool = False) -> Handover:
    """The secretary of 红旗村 leaves: today is the last day, or yesterday was."""
    day = today() - timedelta(days=1) if gone else today()
    end_appointment(term_of(cast.secretary), actor=cast.administrator, ends_on=day)
    return Handover.objects.get(unit=cast.hongqi)


def seat_successor(cast, *, starts_on: date | None = None):
    """A new secretary of 红旗村, as an actor."""
    post = Post.objects.get(pk=cast.secretary.post_id)
    term = appoint(
        post,
        actor=cast.administrator,
        user=UserFactory(person_name="林晓"),
        starts_on=starts_on or today(),
    )
    return actor_of(term, cast.tenant)


def make_handed(cast):
    """A handover that waits for the successor."""
    handover = make_handover(cast)
    successor = seat_successor(cast)
    return hand_over(handover, actor=cast.secretary, note="资料在柜中。"), successor
