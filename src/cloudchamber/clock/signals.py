"""Waiting for a change, or for an instant: what long polls and mappings do instead of polling."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

from cloudchamber.clock.clock import Clock


class Signals:
    """Named signals. A waiter lets go of the clock; whoever wakes it holds the clock on its behalf."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[Hashable, set[asyncio.Future[bool]]] = {}

    def fire(self, *names: Hashable) -> None:
        """Wake everyone who waits for one of `names`."""
        for name in names:
            for waiter in self._waiting.pop(name, ()):
                self._wake(waiter, signalled=True)

    async def wait(self, *names: Hashable, until_ms: int | None = None) -> bool:
        """Wait for one of `names`: True when it was fired, False when `until_ms` came first."""
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        for name in names:
            self._waiting.setdefault(name, set()).add(waiter)
        timer = None
        if until_ms is not None:
            timer = self._clock.call_at(until_ms, lambda: self._wake(waiter, signalled=False))
        self._clock.release()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                self._clock.hold()  # nobody woke it, so nobody holds on its behalf
            raise
        finally:
            if timer:
                timer.cancel()
            for name in names:
                self._forget(name, waiter)

    def _wake(self, waiter: asyncio.Future[bool], *, signalled: bool) -> None:
        if not waiter.done():
            self._clock.hold()
            waiter.set_result(signalled)

    def _forget(self, name: Hashable, waiter: asyncio.Future[bool]) -> None:
        waiters = self._waiting.get(name)
        if waiters is not None:
            waiters.discard(waiter)
            if not waiters:
                del self._waiting[name]
