"""Suggestions for tests, written by the service."""

from __future__ import annotations

from gongjian.commons.feedback.models import Suggestion
from gongjian.commons.feedback.services import write_suggestion
from gongjian.foundation.kernel.actor import Actor


def suggestion_of(actor: Actor, **values) -> Suggestion:
    usual = {"kind": "burden", "text": "每月另要一份报表。", "page": "/responsibilities/duties/"}
    return write_suggestion(actor=actor, **{**usual, **values})
