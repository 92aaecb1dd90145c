"""Telling units what became of their people, and who may be told."""

from __future__ import annotations

from collections.abc import Iterable

from gongjian.commons.notices.services import notify
from orgs.enums import Role
from orgs.models import Post
from training.models import Enrolment, TrainingClass, TrainingPlan

RULE = "training.story"
#: Posts that sign people up for a unit.
SENDERS = (Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE, Role.LIAISON)


def posts_of(unit_ids: Iterable[int]) -> list[int]:
    found = Post.objects.filter(unit_id__in=list(unit_ids), role__in=SENDERS).order_by("pk")
    return list(found.values_list("pk", flat=True))


def posts_with(*roles: str) -> list[int]:
    return list(Post.objects.filter(role__in=roles).order_by("pk").values_list("pk", flat=True))


def tell_unit(enrolment: Enrolment, *, act: str, title: str, body: str) -> int:
    """``act`` with the turn: a second booking of the same person is told again."""
    return notify(
        rule=RULE,
        subject=enrolment,
        stage=act[:20],
        post_ids=posts_of([enrolment.unit_id]),
        title=title[:200],
        body=body,
        url=enrolment.training_class.get_absolute_url(),
    )


def tell_class(training_class: TrainingClass, *, act: str, title: str, body: str,
               unit_ids: Iterable[int]) -> int:  # fmt: skip
    return notify(
        rule=RULE,
        subject=training_class,
        stage=act[:20],
        post_ids=posts_of(unit_ids),
        title=title[:200],
        body=body,
        url=training_class.get_absolute_url(),
    )


def tell_posts(
    subject: TrainingPlan | TrainingClass, *, act: str, title: str, body: str, posts: list[int]
) -> int:
    return notify(
        rule=RULE,
        subject=subject,
        stage=act[:20],
        post_ids=posts,
        title=title[:200],
        body=body,
        url=subject.get_absolute_url(),
    )
