"""Permissions on attendance rolls.

The organizer alone keeps a roll: those who attend never check in by
themselves, so that no telephone has to be shown to prove that one was there.
"""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

KEEP_ROLL = declare(
    "rolls.keep_roll",
    "登记到会、到课情况",
    {
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
