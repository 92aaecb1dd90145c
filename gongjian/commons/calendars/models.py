"""The secret address under which a calendar program fetches a post's entries."""

from __future__ import annotations

from django.db import models

from gongjian.foundation.tenancy.models import TenantOwned, wall


class CalendarLink(TenantOwned):
    """订阅地址 of one appointment. It reads the calendar and opens nothing else.

    A calendar program cannot send a header, so the address itself is the
    secret: it is shown once, kept as a hash, and a new one ends the old one.
    """

    appointment = models.ForeignKey(
        "orgs.Appointment", on_delete=models.PROTECT, related_name="+", verbose_name="任职"
    )
    secret_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    read_at = models.DateTimeField("最近读取", null=True, editable=False)
    stopped_at = models.DateTimeField("停用时间", null=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "日程订阅"
        ordering = ["-id"]
        constraints = [
            *wall("calendars_calendarlink", appointment_id="orgs_appointment"),
            models.UniqueConstraint(
                fields=["tenant", "secret_hash"], name="calendar_link_secret_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "appointment"],
                condition=models.Q(stopped_at__isnull=True),
                name="calendar_link_running_once",
            ),
        ]

    def __str__(self) -> str:
        return f"日程订阅 {self.pk}"
