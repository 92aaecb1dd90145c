"""Models of the publicity register."""

from __future__ import annotations

from publicity.models.campaigns import Campaign, PlannedCoverage
from publicity.models.outlets import Outlet
from publicity.models.placements import Placement, PlacementShare
from publicity.models.reviews import PressReview, PublicPage

__all__ = [
    "Campaign",
    "Outlet",
    "Placement",
    "PlacementShare",
    "PlannedCoverage",
    "PressReview",
    "PublicPage",
]
