"""Tables of the commendations."""

from __future__ import annotations

from commendations.models.nominations import Nomination, Objection, Opinion
from commendations.models.programmes import AwardCategory, Programme, Quota, RatioRule

__all__ = [
    "AwardCategory",
    "Nomination",
    "Objection",
    "Opinion",
    "Programme",
    "Quota",
    "RatioRule",
]
