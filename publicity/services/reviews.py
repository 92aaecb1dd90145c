"""Press reviews, and the switch of the public page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from orgs.models import Tenant
from orgs.services import demand_valid
from publicity.authority import MAKE_REVIEW, OPEN_PAGE
from publicity.enums import PlacementState
from publicity.models import Placement, PressReview, PublicPage
from publicity.queries import pictures_of


@transaction.atomic
def make_review(
    *, actor: Actor, title: str, starts_on: date, ends_on: date, note: str = ""
) -> PressReview:
    """Compile the verified reports of some weeks by theme, under the next number of the year."""
    if not actor.may(MAKE_REVIEW):
        raise NotPermitted("剪报由办公室编印。")
    if ends_on < starts_on:
        raise FieldErrors({"ends_on": "截止日期不能早于起始日期。"})
    items = _items(starts_on, ends_on)
    if not items:
        raise DomainError("这段时间没有已核实的报道，不能编印。请先核实，或调整起止日期。")
    # One number after the other, whoever presses at the same time.
    Tenant.objects.select_for_update().get(pk=actor.tenant_id)
    year = today().year
    last = PressReview.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    review = PressReview(
        title=title,
        year=year,
        number=last + 1,
        starts_on=starts_on,
        ends_on=ends_on,
        note=note,
        made_by=actor.label[:200],
        made_on=today(),
        frozen=items,
    )
    demand_valid(review)
    review.save()
    record("publicity.review.made", review, actor=actor, label="编印剪报")
    return review


def _items(starts_on: date, ends_on: date) -> list[dict[str, Any]]:
    """Reports by theme and day; reprints stand behind their first, as one line."""
    rows = list(
        Placement.objects.filter(
            state=PlacementState.VERIFIED, published_on__range=(starts_on, ends_on)
        )
        .select_related("outlet")
        .prefetch_related("shares__unit")
        .order_by("theme", "published_on", "pk")
    )
    here = {row.pk for row in rows}
    pictures = pictures_of([row.pk for row in rows])
    reprints: dict[int, list[str]] = {}
    for row in rows:
        if row.reprint_of_id in here:
            said = f"{row.outlet}（{row.published_on.month}月{row.published_on.day}日）"
            reprints.setdefault(row.reprint_of_id or 0, []).append(said)
    return [
        {
            "theme": row.theme or "综合",
            "title": row.title,
            "outlet": row.outlet.name,
            "medium": row.outlet.get_medium_display(),
            "level": row.outlet.get_level_display(),
            "published_on": row.published_on.isoformat(),
            "spot": row.spot,
            "genre": row.get_genre_display(),
            "is_front": row.is_front,
            "excerpt": row.excerpt,
            "link": row.link,
            "units": "、".join(share.unit.name for share in row.shares.all()),
            "reprints": reprints.get(row.pk, []),
            "picture": pictures[row.pk].sha256 if row.pk in pictures else "",
        }
        for row in rows
        if row.reprint_of_id not in here
    ]


@transaction.atomic
def save_public_page(*, actor: Actor, values: Mapping[str, Any]) -> PublicPage:
    """Open the public page or shut it."""
    if not actor.may(OPEN_PAGE):
        raise NotPermitted("公开页由办公室开关。")
    page = PublicPage.objects.select_for_update(of=("self",)).first() or PublicPage()
    for name, value in values.items():
        setattr(page, name, value)
    demand_valid(page)
    page.save()
    label = "公开页对外开放" if page.is_open else "公开页关闭"
    record("publicity.page.saved", page, actor=actor, label=label)
    return page
