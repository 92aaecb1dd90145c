"""Models of the training classes."""

from __future__ import annotations

from training.models.people import (
    Certificate,
    Enrolment,
    Leave,
    OtherTraining,
    Trainee,
)
from training.models.plans import (
    Cost,
    Lesson,
    Quota,
    Room,
    Teacher,
    TrainingClass,
    TrainingPlan,
)

__all__ = [
    "Certificate",
    "Cost",
    "Enrolment",
    "Leave",
    "Lesson",
    "OtherTraining",
    "Quota",
    "Room",
    "Teacher",
    "Trainee",
    "TrainingClass",
    "TrainingPlan",
]
