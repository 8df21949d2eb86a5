"""The clock of a chamber that runs at the pace of the world."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from cloudchamber.clock.clock import Timer
from cloudchamber.clock.ids import Ids


class SystemClock:
    """Follows the machine's clock; timers are the event loop's."""

    is_virtual = False
    steps = None

    def __init__(self, seed: int | None = None) -> None:
        self.ids = Ids(seed)

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def elapsed_ns(self) -> int:
        return time.perf_counter_ns()

    def call_at(
        self, at_ms: int, callback: Callable[[], None], *, recurring: bool = False, label: str = ""
    ) -> Timer:
        return _SystemTimer(self, at_ms, callback)

    def hold(self) -> None:
        """Wall time waits for nobody."""

    def release(self) -> None:
        """Wall time waits for nobody."""


class _SystemTimer:
    """A deadline on the wall clock. The loop counts steady time, so an early wake-up waits again."""

    LOOK_AGAIN_S = 60.0  # the machine's clock may be set meanwhile; long waits look at it from time to time

    def __init__(self, clock: SystemClock, at_ms: int, callback: Callable[[], None]) -> None:
        self._clock, self._at_ms, self._callback = clock, at_ms, callback
        self._loop = asyncio.get_running_loop()
        self._arm()

    def _arm(self) -> None:
        wait_s = (self._at_ms - self._clock.now_ms()) / 1000
        self._handle = self._loop.call_later(max(0.0, min(wait_s, self.LOOK_AGAIN_S)), self._fire)

    def _fire(self) -> None:
        if self._clock.now_ms() < self._at_ms:
            self._arm()
        else:
            self._callback()

    def cancel(self) -> None:
        self._handle.cancel()
