"""The Celery application; the beat table is ``gongjian/schedule.py``."""

from __future__ import annotations

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.settings.development")

app = Celery("gongjian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule_filename = os.environ.get("CELERYBEAT_SCHEDULE", "celerybeat-schedule")


@app.on_after_finalize.connect
def load_schedule(sender: Celery, **kwargs: object) -> None:
    from gongjian.schedule import BEAT_TABLE  # noqa: PLC0415 -- circular import

    sender.conf.beat_schedule = BEAT_TABLE


@setup_logging.connect
def log_as_elsewhere(**kwargs: object) -> None:
    """Lines of a worker look like those of the web; Celery would set up its own."""
    from django.conf import settings  # noqa: PLC0415 -- the environment is read first

    logging.config.dictConfig(settings.LOGGING)
