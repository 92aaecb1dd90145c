"""Tables of the bulletins."""

from __future__ import annotations

from bulletins.models.cases import CaseCopy, ModelCase
from bulletins.models.corrections import Correction
from bulletins.models.dispatches import (
    Commission,
    CommissionTask,
    Dispatch,
    DispatchAuthor,
    DispatchVersion,
    HigherAdoption,
    Instruction,
)
from bulletins.models.issues import (
    BulletinSeries,
    Issue,
    IssueItem,
    IssueReview,
    ItemSource,
    Receipt,
)
from bulletins.models.mails import IssueMail, MailReceiver, OutsideReader
from bulletins.models.pictures import DispatchPicture

__all__ = [
    "BulletinSeries",
    "CaseCopy",
    "Commission",
    "CommissionTask",
    "Correction",
    "Dispatch",
    "DispatchAuthor",
    "DispatchPicture",
    "DispatchVersion",
    "HigherAdoption",
    "Instruction",
    "Issue",
    "IssueItem",
    "IssueMail",
    "IssueReview",
    "ItemSource",
    "MailReceiver",
    "ModelCase",
    "OutsideReader",
    "Receipt",
]
