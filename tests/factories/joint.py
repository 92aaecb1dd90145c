"""Two parties at one level: the township's Party office and its union."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Actor
from orgs.enums import Line
from orgs.models import Post
from orgs.queries import actor_of
from responsibilities.models import JointRule, ReturnSignature
from responsibilities.services.joint import set_joint_rule, sign
from responsibilities.services.review_turns import lock_return
from tests.factories.orgs import seat


def make_signature(cast, row, actor) -> ReturnSignature:
    """The first of two signatures on a submitted return."""
    rule = JointRule.objects.get()
    return sign(lock_return(row), rule, actor=actor)[-1]


def make_rule(cast, order: str = "parallel", level: str = "township") -> Actor:
    """Joint signature at a level; returns the union's reviewer of 东风镇."""
    set_joint_rule(actor=cast.office, level=level, order=order)
    Post.objects.filter(pk=cast.township.post_id).update(line=Line.PARTY)
    return join_union(cast)


def join_union(cast) -> Actor:
    post = seat(
        cast.tenant,
        cast.dongfeng,
        "superior_office",
        "总工会主席",
        "冯晓兰",
        line=Line.UNION,
    )
    return actor_of(post, cast.tenant)
