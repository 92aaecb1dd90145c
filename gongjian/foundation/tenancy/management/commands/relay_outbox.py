"""Relay: hands committed jobs from the outbox to the broker until it is stopped."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections
from kombu.exceptions import OperationalError as BrokerDown

from gongjian.foundation.tenancy.outbox import forget_sent, relay_batch

logger = logging.getLogger("gongjian.outbox")


class Command(BaseCommand):
    help = "把已提交的后台任务交给消息队列"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="交完即停")
        parser.add_argument("--pause", type=float, default=0.5, help="没有任务时的停顿（秒）")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            signal.signal(signal.SIGINT, lambda *_: stop.set())
        cleaned_at = 0.0
        while not stop.is_set():
            try:
                moved = relay_batch()
                if time.monotonic() - cleaned_at > 3600:
                    forget_sent()
                    cleaned_at = time.monotonic()
            except (BrokerDown, OperationalError, ConnectionError) as error:
                # The rows wait in the database; nothing is lost while the broker is away.
                logger.warning("relay waits: %s", error)
                close_old_connections()
                moved = 0
                stop.wait(2)
            if options["once"] and not moved:
                return
            if not moved:
                stop.wait(options["pause"])
