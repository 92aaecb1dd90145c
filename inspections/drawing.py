"""The draw and the dealing out of a wave, without the database: anybody can repeat both."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from gongjian.foundation.calendar.working_days import is_working_day, working_deadline


def order_of_draw(seed: str, codes: Collection[str]) -> list[str]:
    """Unit codes by the SHA-256 of seed and code: the same for everybody who has the seed."""
    return sorted(
        codes, key=lambda code: (hashlib.sha256(f"{seed}:{code}".encode()).hexdigest(), code)
    )


def how_many(count: int, share: int) -> int:
    """So many of ``count`` are a share in per cent; a part counts as a whole."""
    return -(-count * share // 100)


def deal(may_go: Mapping[int, Sequence[int]], teams: Sequence[int]) -> dict[int, int]:
    """Give each unit a team that may go there, loads as even as recusal allows.

    ``may_go`` names for each unit the teams without an interest. A unit that no
    team may visit is missing from the answer. After a first dealing, units are
    handed on along chains of teams as long as that takes one from a team that has
    two more than the last of the chain.
    """
    dealt: dict[int, int] = {}
    load = dict.fromkeys(teams, 0)
    for unit in sorted(may_go, key=lambda pk: len(may_go[pk])):
        open_teams = [team for team in teams if team in may_go[unit]]
        if open_teams:
            team = min(open_teams, key=lambda number: (load[number], number))
            dealt[unit] = team
            load[team] += 1
    while chain := _uneven_chain(dealt, may_go, load):
        for unit, team in chain:
            load[dealt[unit]] -= 1
            dealt[unit] = team
            load[team] += 1
    return dealt


def _uneven_chain(
    dealt: Mapping[int, int], may_go: Mapping[int, Sequence[int]], load: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Units to hand on, one a team, from a fuller team to one with two fewer; else nothing."""
    for start in sorted(load, key=lambda team: -load[team]):
        came: dict[int, tuple[int, int]] = {}
        waiting, seen = [start], {start}
        while waiting:
            here = waiting.pop(0)
            if load[here] <= load[start] - 2:
                chain = []
                while here != start:
                    unit, before = came[here]
                    chain.append((unit, here))
                    here = before
                return chain
            for unit, team in dealt.items():
                for other in may_go[unit] if team == here else ():
                    if other in load and other not in seen:
                        seen.add(other)
                        came[other] = (unit, here)
                        waiting.append(other)
    return []


def days_for(
    count: int, starts_on: date, per_day: int, corrected: Mapping[date, bool] | None = None
) -> list[date]:
    """Working days for so many visits of one team, ``per_day`` each."""
    day = starts_on
    if not is_working_day(day, corrected):
        day = working_deadline(day, 1, corrected)
    days: list[date] = []
    while len(days) < count:
        days += [day] * min(per_day, count - len(days))
        day = working_deadline(day, 1, corrected)
    return days
