"""App of the points ledger."""

from __future__ import annotations

from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "gongjian.commons.points"
    label = "points"
    verbose_name = "积分台账"

    def ready(self) -> None:
        from gongjian.commons.points import contributions, indicators
