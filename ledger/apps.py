"""App of the ledger of enterprises and social organizations (双组双建)."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = "双组双建台账"

    def ready(self) -> None:
        from ledger import contributions, documents, indicators, invariants, reminders
