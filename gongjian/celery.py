"""The Celery application; the beat table is ``gongjian/schedule.py``."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.settings.development")

app = Celery("gongjian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule_filename = os.environ.get("CELERYBEAT_SCHEDULE", "celerybeat-schedule")


@app.on_after_finalize.connect
def load_schedule(sender: Celery, **kwargs: object) -> None:
    from gongjian.schedule import BEAT_TABLE  # noqa: PLC0415 -- circular import

    sender.conf.beat_schedule = BEAT_TABLE
