"""Models of the yearly program."""

from responsibilities.models.planning import (
    Amendment,
    AnnualPlan,
    Indicator,
    PlanIndicator,
    Target,
)

__all__ = ["Amendment", "AnnualPlan", "Indicator", "PlanIndicator", "Target"]
