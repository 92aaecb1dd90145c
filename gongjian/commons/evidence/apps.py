"""App of the evidence."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "gongjian.commons.evidence"
    label = "evidence"
    verbose_name = "佐证材料"

    def ready(self) -> None:
        from gongjian.commons.evidence import authority, invariants, tasks
