"""A clock that stands still until it is told to go on.

It knows when nothing is running: whatever runs holds it (see `hold`), whatever waits has let go. Then it jumps to the next
deadline, lets everything that follows come to rest, and jumps again. A day of schedules takes milliseconds, in order.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cloudchamber.clock.clock import Timer
from cloudchamber.clock.ids import Ids
from cloudchamber.clock.steps import QUIET_TURNS, Steps

T = TypeVar("T")
START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z


class VirtualClock:
    """Time that moves only by `advance`, `run_until_idle` and `run`. `steps` are what waits for its turn."""

    is_virtual = True

    def __init__(self, seed: int | None = 0, now_ms: int = START_MS) -> None:
        self.ids = Ids(seed)
        self._now_ms = now_ms
        self._timers: list[_VirtualTimer] = []
        self._serial = 0
        self.running = 0
        self.steps = Steps(self)
        self._at_rest = asyncio.Event()

    def now_ms(self) -> int:
        return self._now_ms

    def elapsed_ns(self) -> int:
        return time.perf_counter_ns()

    def call_at(
        self, at_ms: int, callback: Callable[[], None], *, recurring: bool = False, label: str = ""
    ) -> Timer:
        self._serial += 1
        timer = _VirtualTimer(max(at_ms, self._now_ms), self._serial, callback, recurring, label)
        heapq.heappush(self._timers, timer)
        return timer

    def hold(self) -> None:
        self.running += 1
        self._at_rest.clear()

    def release(self) -> None:
        self.running -= 1
        assert self.running >= 0, "released more often than held"
        if self.running == 0:
            self._at_rest.set()
        else:
            self.steps.look()

    def forget(self, holds: int) -> None:
        """Whoever waited or held is no more, but for `holds` of them: the chamber has died."""
        self._timers.clear()
        self.steps.forget()
        self.running = holds

    def deadlines(self) -> list[tuple[int, bool]]:
        """The instants that wait, earliest first, each with whether it comes again for ever."""
        return sorted((t.at_ms, t.recurring) for t in self._timers if not t.cancelled)

    def labels(self) -> list[tuple[int, bool, str]]:
        """The same with what happens then, where that is known."""
        return sorted((t.at_ms, t.recurring, t.label) for t in self._timers if not t.cancelled)

    async def advance(self, duration_ms: int) -> None:
        """Go `duration_ms` forward, through every deadline on the way."""
        target_ms = self._now_ms + duration_ms
        await self._settle()
        while self._fire_next(target_ms):
            await self._settle()
        self._now_ms = max(self._now_ms, target_ms)
        await self._settle()

    async def run_until_idle(
        self, until_ms: int | None = None, enough: Callable[[], bool] = lambda: False
    ) -> bool:
        """Jump from deadline to deadline until nothing waits but what comes again for ever.

        False when `until_ms` came first, or `enough` said so.
        """
        await self._settle()
        while any(not t.recurring and not t.cancelled for t in self._timers):
            if enough() or not self._fire_next(until_ms):
                return False
            await self._settle()
        return True

    async def run(self, work: Awaitable[T], *, promptly: bool = False) -> T:
        """Wait for `work`, jumping whenever nothing runs and it is not done. `promptly`: not for others that run at its end."""
        task = asyncio.ensure_future(work)
        if promptly:
            task.add_done_callback(lambda _: self._look_up())
        try:
            await self._settle(task)
            while not task.done():
                if not self._fire_next(None):
                    raise RuntimeError("the work waits for something that no deadline will bring")
                await self._settle(task)
        except BaseException:
            task.cancel()
            raise
        return task.result()

    def _look_up(self) -> None:
        """Let whoever waits for rest look at what it waits for, though others still run."""
        self._at_rest.set()
        if self.running:
            self._at_rest.clear()

    def _fire_next(self, until_ms: int | None) -> bool:
        while self._timers:
            if self._timers[0].cancelled:
                heapq.heappop(self._timers)
                continue
            if until_ms is not None and self._timers[0].at_ms > until_ms:
                return False
            timer = heapq.heappop(self._timers)
            self._now_ms = max(self._now_ms, timer.at_ms)
            timer.callback()
            return True
        return False

    async def _settle(self, task: asyncio.Future[T] | None = None) -> None:
        """Wait until nothing runs. Callbacks that the loop has ready count as running: give them their turns."""
        quiet_turns = 0
        while quiet_turns < QUIET_TURNS and not (task and task.done()):
            if self.running:
                quiet_turns = 0
                await self._at_rest.wait()
            else:
                quiet_turns += 1
                await asyncio.sleep(0)


class _VirtualTimer:
    __slots__ = ("at_ms", "callback", "cancelled", "label", "recurring", "serial")

    def __init__(
        self, at_ms: int, serial: int, callback: Callable[[], None], recurring: bool, label: str
    ) -> None:
        self.at_ms, self.serial, self.callback, self.recurring = at_ms, serial, callback, recurring
        self.label = label
        self.cancelled = False

    def __lt__(self, other: _VirtualTimer) -> bool:
        return (self.at_ms, self.serial) < (other.at_ms, other.serial)

    def cancel(self) -> None:
        self.cancelled = True
