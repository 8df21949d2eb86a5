"""Who goes on next, when several could: as a schedule says.

Few preemptions find most errors that any interleaving finds (CHESS: https://doi.org/10.1145/1273442.1250785); random
priorities with few changes find the rest with a known probability (PCT: https://doi.org/10.1145/1736020.1736040).
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudchamber.clock import OUTSIDE, Ids, Step
from cloudchamber.verify.model import Schedule

_CHANGE_WITHIN = 64  # choices among which the points of change are drawn


class Chooser:
    """The choices of one run. `choices`: how many others could have gone on, each time that several could."""

    def __init__(self, schedule: Schedule) -> None:
        self.choices: list[int] = []
        self._preempted = {preemption.at: preemption.to for preemption in schedule.preemptions}
        self._priorities = (
            Priorities(schedule.priorities, schedule.changes) if schedule.priorities is not None else None
        )

    def choose(self, steps: Sequence[Step], last_actor: int | None) -> int:
        """The index of the step that goes on; steps are sorted by actor."""
        actors = list(dict.fromkeys(step.actor for step in steps))
        mine = last_actor if last_actor in actors and last_actor != OUTSIDE else actors[0]
        if len(actors) > 1:
            at = len(self.choices)
            self.choices.append(len(actors) - 1)
            others = [actor for actor in actors if actor != mine]
            if self._priorities:
                mine = self._priorities.highest(actors, at)
            elif at in self._preempted:
                mine = others[self._preempted[at] % len(others)]
        return next(index for index, step in enumerate(steps) if step.actor == mine)


class Priorities:
    """Each actor has a priority at random; at a few points the one that would go on falls behind all."""

    def __init__(self, seed: int, changes: int) -> None:
        self._ids = Ids(seed)
        self._points = {self._ids.below(_CHANGE_WITHIN) for _ in range(changes)}
        self._of: dict[int, float] = {}

    def highest(self, actors: Sequence[int], at: int) -> int:
        """The actor that goes on."""
        for actor in actors:
            self._of.setdefault(actor, self._ids.fraction())
        first = max(actors, key=lambda actor: self._of[actor])
        if at in self._points:
            self._of[first] = -1.0 - at
            first = max(actors, key=lambda actor: self._of[actor])
        return first
