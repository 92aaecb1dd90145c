"""Schemes, runs with their scores, and commendations that follow from them."""

from assessments.models.chain import Finding, Objection, SampleDraw, UnitReview
from assessments.models.commendations import CommendationEntry, CommendationList
from assessments.models.ledger import LedgerEntry
from assessments.models.runs import Run, ScoreSheet, UnitScore
from assessments.models.schemes import (
    GradeRule,
    ItemWeight,
    JudgedScore,
    PeerGroup,
    PeerGroupUnit,
    Scheme,
    SchemeItem,
)

__all__ = [
    "CommendationEntry",
    "CommendationList",
    "Finding",
    "GradeRule",
    "ItemWeight",
    "JudgedScore",
    "LedgerEntry",
    "Objection",
    "PeerGroup",
    "PeerGroupUnit",
    "Run",
    "SampleDraw",
    "Scheme",
    "SchemeItem",
    "ScoreSheet",
    "UnitReview",
    "UnitScore",
]
