"""Models of the yearly program."""

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
from responsibilities.models.uploads import ReturnUpload

__all__ = [
    "Amendment",
    "AnnualPlan",
    "Consolidation",
    "Indicator",
    "Obligation",
    "PlanIndicator",
    "QuarterlyReturn",
    "ReturnForm",
    "ReturnRemark",
    "ReturnUpload",
    "Target",
]
