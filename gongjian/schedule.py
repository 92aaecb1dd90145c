"""The whole beat table. Each tick asks the database what is due and may come twice."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

BEAT_TABLE: dict[str, dict[str, Any]] = {
    # Before the office opens, so that the digest is there at eight.
    "find what is due": {
        "task": "notices.find_due",
        "schedule": crontab(hour="7", minute="10"),
    },
    # A sweep that was missed (machine off over night) is caught up within the hour.
    "find what is due, again": {
        "task": "notices.find_due",
        "schedule": crontab(hour="8-18", minute="10"),
    },
    # Delivery is apart from finding: a mail server that was away is tried again.
    "deliver digests": {
        "task": "notices.deliver_due",
        "schedule": crontab(hour="7-18", minute="*/15"),
    },
    # What was put off until today is on the desk when the office opens.
    "resume follow-ups": {
        "task": "follow_ups.tick_resume",
        "schedule": crontab(hour="6", minute="40"),
    },
    # After what rested was taken up: its day has moved.
    "raise overdue follow-ups": {
        "task": "follow_ups.tick_raise",
        "schedule": crontab(hour="6", minute="50"),
    },
    # Periods of the year's arrangement whose day has come; caught up if missed.
    "open periods": {
        "task": "responsibilities.tick_opening",
        "schedule": crontab(hour="6-18", minute="5"),
    },
    # Quarters and years that are over bring what hangs on their totals.
    "settle points": {
        "task": "points.tick_settle",
        "schedule": crontab(hour="2", minute="40", day_of_month="1"),
    },
    # The reports of a quarter whose filing has closed; once each, however often it ticks.
    "schedule reports": {
        "task": "documents.schedule_reports",
        "schedule": crontab(hour="5", minute="20"),
    },
    # Reports whose worker died are put back into the queue.
    "revive reports": {
        "task": "documents.revive_reports",
        "schedule": crontab(minute="*/5"),
    },
    # Records that came past the index of words, or were there before it.
    "index what is missing": {
        "task": "search.tick_index",
        "schedule": crontab(hour="3", minute="20"),
    },
    # Broken uploads and files that were taken away long ago.
    "clear evidence": {
        "task": "evidence.tick_clearing",
        "schedule": crontab(hour="3", minute="50"),
    },
    # Ended sessions and failed sign-ins of the day before.
    "forget sign-ins": {
        "task": "identity.tick_forget",
        "schedule": crontab(hour="3", minute="20"),
    },
    # Totals follow their marks at once; the tick is for a message that left too early.
    "sweep totals": {
        "task": "responsibilities.sweep_totals",
        "schedule": crontab(minute="*"),
    },
    # Acts are sealed soon after they were done, and not within their transactions.
    "seal the trail": {
        "task": "audit.tick_sealing",
        "schedule": crontab(minute="*/5"),
    },
    # After the totals were put right, all that must hold is asked.
    "verify": {
        "task": "operations.tick_verify",
        "schedule": crontab(hour="4", minute="30"),
    },
    # All totals reckoned from the returns; a difference raises an alarm.
    "check totals": {
        "task": "responsibilities.check_totals",
        "schedule": crontab(hour="3", minute="20"),
    },
}
