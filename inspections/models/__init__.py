"""Plans, visits, findings, circulars, instructors."""

from __future__ import annotations

from inspections.models.circulars import Circular, CircularRow
from inspections.models.findings import Finding, HelpItem, RectificationNotice
from inspections.models.instructors import Instructor, InstructorAssignment, InstructorVisit
from inspections.models.plans import InspectionException, InspectionPlan, PlanLine, PlanLineUnit
from inspections.models.visits import Visit, VisitLine, VisitMember
from inspections.models.waves import Wave, WaveMember, WaveUnit

__all__ = [
    "Circular",
    "CircularRow",
    "Finding",
    "HelpItem",
    "InspectionException",
    "InspectionPlan",
    "Instructor",
    "InstructorAssignment",
    "InstructorVisit",
    "PlanLine",
    "PlanLineUnit",
    "RectificationNotice",
    "Visit",
    "VisitLine",
    "VisitMember",
    "Wave",
    "WaveMember",
    "WaveUnit",
]
