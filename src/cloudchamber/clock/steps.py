"""Turns: under virtual time, whatever could go on waits until nothing else runs, and one at a time is let go.

So at most one function runs at any instant, each alone between two of its calls, and the order in which they go on is a choice:
the same choices give the same run, with real processes and no luck. This is systematic concurrency testing as CHESS
(https://www.microsoft.com/en-us/research/publication/finding-and-reproducing-heisenbugs-in-concurrent-programs/) does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

PATIENCE_S = 0.05  # before it is asked whether those who run only wait for something outside of the chamber
QUIET_TURNS = 3  # of the loop: callbacks that are ready count as running
HEARD_TURNS = 20  # of the loop, until what others have sent before is read, on a busy machine too
OUTSIDE = 1 << 62  # the actor of calls from outside of the chamber: after everyone else


class Step(NamedTuple):
    """What `actor` would do next. Actors are numbered in the order in which they began."""

    actor: int
    label: str
    arrived: int
    go: Callable[[], None]


Choose = Callable[[Sequence[Step], int | None], int]


def the_same_goes_on(steps: Sequence[Step], last_actor: int | None) -> int:
    """The one that went last, else the one that began first: nobody is interrupted. The world outside comes last."""
    for index, step in enumerate(steps):
        if step.actor == last_actor and last_actor != OUTSIDE:
            return index
    return 0


class Held(Protocol):
    """What steps need of their clock: how many holds there are, theirs included."""

    running: int

    def hold(self) -> None: ...

    def release(self) -> None: ...


class Steps:
    """The steps that wait. Each holds the clock; when nobody else does, `choose` says which goes on.

    `unseen_count`: how many of those who hold the clock wait for something outside that nobody here sees, such as each other's
    files: after a while, others go on in spite of them.
    """

    def __init__(self, clock: Held) -> None:
        self.choose: Choose = the_same_goes_on
        self.unseen_count: Callable[[], int] = lambda: 0
        self._patience: asyncio.TimerHandle | None = None
        self._clock = clock
        self._waiting: list[Step] = []
        self._arrived = 0
        self._last_actor: int | None = None
        self._looking = False

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, actor: int, label: str, go: Callable[[], None]) -> Step:
        """Let `go` be called when it is its turn. The clock is then held on behalf of `go`, which has to release it."""
        self._arrived += 1
        step = Step(actor, label, self._arrived, go)
        self._clock.hold()
        self._waiting.append(step)
        self.look()
        if self._patience is None:
            self._wait_a_while()
        return step

    async def turn(self, actor: int, label: str) -> None:
        """Wait for a turn. The caller holds the clock, lets go meanwhile, and holds it again afterwards."""
        came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        step = self.offer(actor, label, lambda: came.set_result(None))
        self._clock.release()
        try:
            await came
        except asyncio.CancelledError:
            if step in self._waiting:
                self._waiting.remove(step)  # its hold is the caller's again
            raise

    def pass_by(self, step: Step) -> None:
        """Let a step go without waiting any longer; nothing happens when it has gone."""
        if step in self._waiting:
            self._waiting.remove(step)
            step.go()

    def pass_all_by(self) -> None:
        """Let everyone who waits go, in the order in which they came."""
        for step in sorted(self._waiting, key=lambda step: step.arrived):
            self.pass_by(step)

    def has(self, actor: int) -> bool:
        """Whether `actor` waits for a turn."""
        return any(step.actor == actor for step in self._waiting)

    def forget(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()

    def look(self) -> None:
        """Something may have come to rest: if everything has, choose."""
        if self._waiting and not self._looking and self._clock.running == len(self._waiting):
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look_again, QUIET_TURNS)

    def _look_again(self, turns: int) -> None:
        if not self._waiting or self._clock.running != len(self._waiting):
            self._looking = False
        elif turns:
            asyncio.get_running_loop().call_soon(self._look_again, turns - 1)
        else:
            self._looking = False
            self._choose()

    def _wait_a_while(self) -> None:
        self._patience = asyncio.get_running_loop().call_later(PATIENCE_S, self._lose_patience, self._arrived)

    def _lose_patience(self, arrived: int) -> None:
        self._look_past_others(arrived, HEARD_TURNS)

    def _look_past_others(self, arrived: int, turns: int) -> None:
        """Choose if the others still wait unseen when all that they may have sent has been read."""
        others = self._clock.running - len(self._waiting)
        if self._waiting and others and arrived == self._arrived and others == self.unseen_count():
            if turns:
                asyncio.get_running_loop().call_soon(self._look_past_others, arrived, turns - 1)
                return
            self._choose()
        self._patience = None
        if self._waiting:
            self._wait_a_while()

    def _choose(self) -> None:
        self._waiting.sort(key=lambda step: (step.actor, step.label, step.arrived))
        step = self._waiting.pop(self.choose(self._waiting, self._last_actor))
        self._last_actor = step.actor
        step.go()
