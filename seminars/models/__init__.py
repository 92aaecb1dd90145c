"""Tables of the seminars."""

from __future__ import annotations

from seminars.models.calls import AwardTier, Call
from seminars.models.events import Invitation, ProgrammeItem, Seminar
from seminars.models.papers import BlindCopy, Paper, PaperAuthor, PaperVersion
from seminars.models.results import Award, Objection, Uptake
from seminars.models.reviews import Expert, ReviewAssignment, ReviewRemark
from seminars.models.topics import StudyTopic, TopicMilestone

__all__ = [
    "Award",
    "AwardTier",
    "BlindCopy",
    "Call",
    "Expert",
    "Invitation",
    "Objection",
    "Paper",
    "PaperAuthor",
    "PaperVersion",
    "ProgrammeItem",
    "ReviewAssignment",
    "ReviewRemark",
    "Seminar",
    "StudyTopic",
    "TopicMilestone",
    "Uptake",
]
