"""From a schedule that shows something to the smallest that still does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import msgspec

from cloudchamber.verify.model import Schedule

TRIES_MAX = 60
Shows = Callable[[Schedule], Awaitable[bool]]


async def shrink(schedule: Schedule, shows: Shows) -> Schedule:
    """Leave out one thing after the other, as long as `shows` says that the rest still shows it."""
    tries = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in without_one(schedule):
            tries += 1
            if tries > TRIES_MAX:
                return schedule
            if await shows(candidate):
                schedule, smaller = candidate, True
                break
    return schedule


def without_one(schedule: Schedule) -> Iterator[Schedule]:
    """The schedule without one of its parts: the random priorities first, then each preemption, then each fault."""
    replace = msgspec.structs.replace
    if schedule.priorities is not None:
        yield replace(schedule, priorities=None, changes=0)
        if schedule.changes:
            yield replace(schedule, changes=0)
    for index in range(len(schedule.preemptions)):
        yield replace(schedule, preemptions=schedule.preemptions[:index] + schedule.preemptions[index + 1 :])
    for index in range(len(schedule.faults)):
        yield replace(schedule, faults=schedule.faults[:index] + schedule.faults[index + 1 :])
