"""Waiting for a change, or for an instant: what long polls and mappings do instead of polling."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable

from cloudchamber.clock.clock import Clock

REMEMBERED_MAX = 16_384


class Signals:
    """Named signals. A waiter lets go of the clock; whoever wakes it holds the clock on its behalf."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[
            Hashable, dict[asyncio.Future[bool], None]
        ] = {}  # in the order in which they came
        self._soon: list[Hashable] = []
        self.fired_count = 0
        self._fired: dict[Hashable, int] = {}  # name -> `fired_count` when it was last fired, oldest first
        self._remembered_from = 0

    def fire_soon(self, name: Hashable) -> None:
        """Wake everyone who waits for `name` once the loop has resumed those who are ready.

        Who has just looked, found nothing and is about to wait is ready: it will be waiting by then, so no wake-up is lost.
        """
        if not self._soon:
            self._clock.hold()
            asyncio.get_running_loop().call_soon(self._fire_those)
        self._soon.append(name)

    def _fire_those(self) -> None:
        names, self._soon = self._soon, []
        self.fire(*names)
        self._clock.release()

    def fire(self, *names: Hashable) -> None:
        """Wake everyone who waits for one of `names`."""
        for name in names:
            self.fired_count += 1
            self._fired.pop(name, None)
            self._fired[name] = self.fired_count
            if len(self._fired) > REMEMBERED_MAX:
                self._remembered_from = self._fired.pop(next(iter(self._fired)))
            for waiter in self._waiting.pop(name, ()):
                self._wake(waiter, signalled=True)

    def fired_since(self, count: int, names: Iterable[Hashable]) -> bool:
        """Whether one of `names` was fired after `fired_count` stood at `count`; True also when that is no longer known."""
        if count < self._remembered_from:
            return True
        return any(self._fired.get(name, 0) > count for name in names)

    async def wait(
        self, *names: Hashable, until_ms: int | None = None, since: int | None = None, label: str = ""
    ) -> bool:
        """Wait for one of `names`: True when it was fired, False when `until_ms` came first; `label` says what that means.

        `since`: the `fired_count` at which the caller last looked. What was fired between that look and this wait counts.
        """
        if since is not None and names and self.fired_since(since, names):
            return True
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        for name in names:
            self._waiting.setdefault(name, {})[waiter] = None
        timer = None
        if until_ms is not None:
            if not label and names and self._clock.is_virtual:
                label = f"the wait for {_told(names[-1])} ends"
            timer = self._clock.call_at(until_ms, lambda: self._wake(waiter, signalled=False), label=label)
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
            waiters.pop(waiter, None)
            if not waiters:
                del self._waiting[name]


def _told(name: Hashable) -> str:
    """A name for people: `sqs queue Orders`."""
    if not isinstance(name, tuple):
        return str(name)
    parts: tuple[object, ...] = name
    return " ".join(str(part) for part in (parts[2:] if len(parts) > 3 else parts) if part != "")
