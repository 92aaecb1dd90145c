"""Opening, renewing and stopping the address of a calendar."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from gongjian.commons.calendars.authority import SEE_CALENDAR
from gongjian.commons.calendars.models import CalendarLink
from gongjian.commons.identity.keys import Key
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Appointment


@transaction.atomic
def open_link(*, actor: Actor) -> tuple[CalendarLink, Key]:
    """A new address for one's own calendar; the one before stops at the same moment."""
    if actor.appointment_id is None or not actor.may(SEE_CALENDAR):
        raise NotPermitted("当前职务不能订阅日程。")
    # Two windows of the same person: one after the other.
    Appointment.objects.select_for_update(of=("self",)).get(pk=actor.appointment_id)
    _running(actor).update(stopped_at=timezone.now())
    key = Key.new(require_tenant_id())
    link = CalendarLink.objects.create(appointment_id=actor.appointment_id, secret_hash=key.hash)
    record("calendars.link.opened", link, actor=actor, label="建立日程订阅")
    return link, key


@transaction.atomic
def stop_link(*, actor: Actor) -> CalendarLink:
    """The address reads nothing from the next request on."""
    link: CalendarLink | None = _running(actor).select_for_update(of=("self",)).first()
    if link is None:
        raise StateConflict("没有正在使用的订阅地址，请刷新后查看。")
    link.stopped_at = timezone.now()
    link.save(update_fields=["stopped_at"])
    record("calendars.link.stopped", link, actor=actor, label="停用日程订阅")
    return link


def note_read(link: CalendarLink) -> None:
    """When the address was last used, so that a forgotten one is seen; once an hour."""
    now = timezone.now()
    if link.read_at is None or now - link.read_at > timedelta(hours=1):
        CalendarLink.objects.filter(pk=link.pk).update(read_at=now)


def _running(actor: Actor):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return CalendarLink.objects.filter(appointment_id=actor.appointment_id or 0, stopped_at=None)
