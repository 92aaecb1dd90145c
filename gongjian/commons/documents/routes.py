"""Who sees which kind of document before it is issued, and who may be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from gongjian.commons.documents.authority import ARRANGE_DOCUMENTS, SIGN_OFF_DOCUMENT, TAKE_PART
from gongjian.commons.documents.enums import DocumentState, SignOffAct
from gongjian.commons.documents.models import OfficialDocument, RouteSeat, SignOffRoute
from gongjian.commons.documents.shelves import document_kinds
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor, Reach, Scope
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.turns import take_turns
from orgs.enums import Role
from orgs.models import Post, RoleGrant
from orgs.queries import changed_grants, current_appointments

#: Stages of the chain: readers one after the other, joint organs together, then the signer.
COUNTERSIGN_STAGE = 100
SIGN_STAGE = 200
MOST_READERS = 3
#: How far below the top posts may be asked to take part: the region and its members.
DEEPEST = 2
_ALL = Scope(Reach.TENANT, "")


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """The seats of a route as the screen knows them."""

    is_direct: bool
    reviewers: Sequence[Post] = ()
    countersigners: Sequence[Post] = ()
    signer: Post | None = None

    def seats(self) -> list[tuple[SignOffAct, int, Post]]:
        found = [(SignOffAct.REVIEW, number, post) for number, post in enumerate(self.reviewers, 1)]
        found += [(SignOffAct.COUNTERSIGN, COUNTERSIGN_STAGE, post) for post in self.countersigners]
        if self.signer is not None:
            found.append((SignOffAct.SIGN, SIGN_STAGE, self.signer))
        return found


def route_of(kind: str) -> SignOffRoute | None:
    """The route of a kind, its own before the common one; None where one signs directly."""
    # The empty kind sorts first, so the last one found is the nearest.
    found = SignOffRoute.objects.filter(kind__in=["", kind]).order_by("kind").last()
    return None if found is None or found.is_direct else found


def drafts_signed_directly() -> TenantQuerySet[OfficialDocument]:
    """Drafts whose kind goes through no chain."""
    own = SignOffRoute.objects.filter(kind=models.OuterRef("kind"))
    through_own = models.Exists(own.filter(is_direct=False))
    through_common = models.Exists(SignOffRoute.objects.filter(kind="", is_direct=False))
    drafts = OfficialDocument.objects.within(_ALL).filter(state=DocumentState.DRAFT)
    return drafts.filter(~through_own & (models.Exists(own) | ~through_common))


def posts_that_may(permission: str) -> TenantQuerySet[Post]:
    """Held posts near the top whose role has the permission in this tenant."""
    changes: dict[str, dict[str, str]] = defaultdict(dict)
    rows = RoleGrant.objects.values_list("role", "permission", "reach")
    for role, key, reach in rows:
        changes[role][key] = reach
    roles = [role for role in Role.values if permission in changed_grants(role, changes[role])]
    held = current_appointments().values("post_id")
    posts = Post.objects.within(_ALL).select_related("unit")
    return posts.filter(role__in=roles, unit__depth__lte=DEEPEST, pk__in=held).order_by(
        "unit__path", "pk"
    )


def post_labels(posts: Sequence[Post]) -> dict[int, str]:
    """Each post with the people who hold it today, as one would address them."""
    names: dict[int, list[str]] = defaultdict(list)
    terms = current_appointments().filter(post_id__in=[post.pk for post in posts])
    for term in terms:
        names[term.post_id].append(term.user.person_name)
    return {
        post.pk: f"{post} {'、'.join(names[post.pk])}".strip()
        if names[post.pk]
        else f"{post}（空缺）"
        for post in posts
    }


@transaction.atomic
def arrange_route(kind: str, *, actor: Actor, plan: RoutePlan) -> SignOffRoute:
    """Set who sees a kind of document. What is on its way already keeps its chain."""
    if not actor.may(ARRANGE_DOCUMENTS):
        raise NotPermitted("当前职务无权设置审签流程，请切换职务或联系领导小组办公室。")
    if kind and kind not in document_kinds:
        raise DomainError("没有这个文种，请刷新后重新选择。")
    _demand_sound(plan)
    take_turns("documents.route", kind)
    route, _ = SignOffRoute.objects.get_or_create(kind=kind)
    before = _plain(route)
    RouteSeat.objects.filter(route=route).delete()
    if not plan.is_direct:
        RouteSeat.objects.bulk_create(
            RouteSeat(route=route, act=act, stage=stage, post=post)
            for act, stage, post in plan.seats()
        )
    route.is_direct = plan.is_direct
    route.changed_by = actor.label[:200]
    route.save()
    record(
        "documents.route.arranged",
        route,
        actor=actor,
        label="设置审签流程",
        before=before,
        after=_plain(route),
    )
    return route


def _demand_sound(plan: RoutePlan) -> None:
    if plan.is_direct:
        return
    if not plan.seats():
        raise FieldErrors({"is_direct": "没有设置任何环节。不需要审签流程的，请勾选“直接签发”。"})
    if len(plan.reviewers) > MOST_READERS:
        raise FieldErrors({"reviewers": f"核稿最多{MOST_READERS}道，请减少。"})
    twice = {post.pk for post in plan.reviewers} & {post.pk for post in plan.countersigners}
    if len({post.pk for post in plan.reviewers}) != len(plan.reviewers):
        raise FieldErrors({"reviewers": "同一职务不必核稿两次，请删去重复的。"})
    if twice:
        raise FieldErrors({"countersigners": "同一职务不必既核稿又会签，请只选一处。"})
    allowed = set(posts_that_may(TAKE_PART).values_list("pk", flat=True))
    strangers = [post for post in (*plan.reviewers, *plan.countersigners) if post.pk not in allowed]
    if strangers:
        raise DomainError(f"“{strangers[0]}”不能参与核稿和会签，请另选职务。")
    signers = posts_that_may(SIGN_OFF_DOCUMENT)
    if plan.signer is not None and not signers.filter(pk=plan.signer.pk).exists():
        raise FieldErrors({"signer": "这个职务没有签发权限，请选择领导职务。"})


def _plain(route: SignOffRoute) -> Mapping[str, object]:
    seats = route.seats.select_related("post__unit").order_by("stage", "pk")
    return {
        "is_direct": route.is_direct,
        "seats": [f"{seat.get_act_display()}：{seat.post}" for seat in seats],
    }
