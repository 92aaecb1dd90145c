"""Models of the yearly program."""

from responsibilities.models.designer import BurdenBudget, BurdenReview, CheckException
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
    "BurdenBudget",
    "BurdenReview",
    "CheckException",
    "Consolidation",
    "Indicator",
    "Obligation",
    "PlanIndicator",
    "QuarterlyReturn",
    "ReturnForm",
    "ReturnRemark",
    "Target",
]
