"""Models of the yearly program."""

from responsibilities.models.arrangement import Arrangement
from responsibilities.models.briefing import BriefingPlan
from responsibilities.models.designer import BurdenBudget, BurdenReview, CheckException
from responsibilities.models.extensions import ExtensionRequest
from responsibilities.models.guidance import (
    DevelopmentMeasure,
    DevelopmentPlan,
    MeasureTick,
    WorkPlan,
    WorkPlanIndicator,
    WorkPlanMeasure,
)
from responsibilities.models.joint import JointRule, ReturnSignature
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
from responsibilities.models.review import ReturnMessage, ReviewDelegation, ReviewPhrase
from responsibilities.models.rollup import Relocation, RollupBranch, RollupBucket, RollupMark
from responsibilities.models.uploads import ReturnUpload
from responsibilities.models.wording import ReminderWording

__all__ = [
    "Amendment",
    "AnnualPlan",
    "Arrangement",
    "BriefingPlan",
    "BurdenBudget",
    "BurdenReview",
    "CheckException",
    "Consolidation",
    "DevelopmentMeasure",
    "DevelopmentPlan",
    "ExtensionRequest",
    "Indicator",
    "JointRule",
    "MeasureTick",
    "Obligation",
    "PlanIndicator",
    "QuarterlyReturn",
    "Relocation",
    "ReminderWording",
    "ReturnForm",
    "ReturnMessage",
    "ReturnRemark",
    "ReturnSignature",
    "ReturnUpload",
    "ReviewDelegation",
    "ReviewPhrase",
    "RollupBranch",
    "RollupBucket",
    "RollupMark",
    "Target",
    "WorkPlan",
    "WorkPlanIndicator",
    "WorkPlanMeasure",
]
