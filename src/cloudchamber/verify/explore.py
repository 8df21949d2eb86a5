"""Which schedules to run: every single fault, then few preemptions of what ran side by side, then combinations at random.

What a run reports decides what follows it: where several functions could have gone on, each of them is let go on once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from cloudchamber.aws.faults import Fault
from cloudchamber.clock import Ids
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.points import Point, Surroundings, faults_at

PREEMPTIONS_MAX = 2
CHOICES_MAX = 40  # of one run that are explored; later ones are left to chance
_SIDE_BY_SIDE = frozenset({"duplicate", "delay"})  # faults that let two invocations run at once
_TOGETHER_MAX = 3


class Planned(msgspec.Struct, frozen=True):
    """A schedule, and the functions that it is about."""

    schedule: Schedule
    functions: tuple[str, ...]


class Explorer:
    """Gives out schedules: `systematic` until there are no more, then `random` for ever.

    `heard` tells it how a schedule went.
    """

    def __init__(self, points: list[Point], around: Surroundings, choices: list[int], seed: int) -> None:
        self._ids = Ids(seed)
        self._singles = [(point.function, fault) for point in points for fault in faults_at(point, around)]
        self._functions = tuple(dict.fromkeys(point.function for point in points))
        self._queue = deque(
            Planned(Schedule((fault,)), (function,)) for function, fault in _soonest_first(self._singles)
        )
        self._later: deque[Planned] = deque()
        self._preempt(Planned(Schedule(), self._functions), choices)

    @property
    def planned_count(self) -> int:
        """How many systematic schedules are known and not yet given out."""
        return len(self._queue) + len(self._later)

    def systematic(self) -> Planned | None:
        """The next one; None when there is none now: those that still run may bring more."""
        if self._queue:
            return self._queue.popleft()
        return self._later.popleft() if self._later else None

    def random(self) -> Planned:
        """Several faults at once, with priorities at random."""
        count = min(1 + self._ids.below(_TOGETHER_MAX), len(self._singles))
        chosen = [self._ids.choice(self._singles) for _ in range(count)]
        faults = tuple(dict.fromkeys(fault for _, fault in chosen))
        functions = tuple(dict.fromkeys(function for function, _ in chosen)) or self._functions
        return Planned(Schedule(faults, (), self._ids.below(1 << 32), self._ids.below(4)), functions)

    def heard(self, planned: Planned, choices: list[int]) -> None:
        """How many others could have gone on, at each choice of that run: let them, once each."""
        schedule = planned.schedule
        raced = not schedule.faults or any(fault.kind in _SIDE_BY_SIDE for fault in schedule.faults)
        if raced and schedule.priorities is None and len(schedule.preemptions) < PREEMPTIONS_MAX:
            self._preempt(planned, choices)

    def _preempt(self, planned: Planned, choices: list[int]) -> None:
        schedule = planned.schedule
        first = schedule.preemptions[-1].at + 1 if schedule.preemptions else 0
        for at in range(first, min(len(choices), CHOICES_MAX)):
            for to in range(choices[at]):
                further = msgspec.structs.replace(
                    schedule, preemptions=(*schedule.preemptions, Preemption(at, to))
                )
                self._later.append(Planned(further, planned.functions))


def _soonest_first(singles: list[tuple[str, Fault]]) -> Iterator[tuple[str, Fault]]:
    """First what tells most; that a call hangs is much like the death of its function, and comes last."""
    yield from _in_turn([single for single in singles if single[1].kind != "hang"])
    yield from _in_turn([single for single in singles if single[1].kind == "hang"])


def _in_turn(singles: list[tuple[str, Fault]]) -> Iterator[tuple[str, Fault]]:
    """The faults of all functions by turns, so that each function is soon struck once in each way."""
    by_kind: dict[tuple[str, str, str], deque[tuple[str, Fault]]] = {}
    for function, fault in singles:
        by_kind.setdefault((fault.kind, fault.effect, function), deque()).append((function, fault))
    while by_kind:
        for key in list(by_kind):
            yield by_kind[key].popleft()
            if not by_kind[key]:
                del by_kind[key]
