"""Models of the yearly program."""

from responsibilities.models.guidance import (
    DevelopmentMeasure,
    DevelopmentPlan,
    MeasureTick,
    WorkPlan,
    WorkPlanIndicator,
    WorkPlanMeasure,
)
from responsibilities.models.planning import (
    Amendment,
    AnnualPlan,
    Indicator,
    PlanIndicator,
    Target,
)
from responsibilities.models.returns import (
    Consolidation,
    Obligation,
    QuarterlyReturn,
    ReturnForm,
    ReturnRemark,
)

__all__ = [
    "Amendment",
    "AnnualPlan",
    "Consolidation",
    "DevelopmentMeasure",
    "DevelopmentPlan",
    "Indicator",
    "MeasureTick",
    "Obligation",
    "PlanIndicator",
    "QuarterlyReturn",
    "ReturnForm",
    "ReturnRemark",
    "Target",
    "WorkPlan",
    "WorkPlanIndicator",
    "WorkPlanMeasure",
]
