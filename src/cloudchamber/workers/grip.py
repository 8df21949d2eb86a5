"""An environment's grip on a virtual clock: it lets go while its process waits, and takes hold again before it goes on.

A process waits when a call of it is under way, or when it has said until when it sleeps, and none of its threads runs.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from cloudchamber.workers import rest
from cloudchamber.workers.page import ClockPage
from cloudchamber.workers.process import RuntimeProcess
from cloudchamber.workers.spec import Clock, TimerHandle

#: Turns of the event loop between two looks: what the process sent before it came to rest is received meanwhile.
_TURNS_BETWEEN_LOOKS = 3
_SHORT_LOOKS = 4
_PAUSE_S, _PAUSE_S_MAX, _PAUSE_GROWTH = 0.0003, 0.01, 1.4
#: A process that was woken and has not run for so long will not: who waited for that answer is gone.
_LOOKS_FOR_A_WOKEN_ONE = 24


@dataclass(frozen=True, slots=True)
class Ears:
    """How a process hears of the clock: `wake` that its deadline has come, `tell` that the clock has moved."""

    wake: Callable[[int], object]
    tell: Callable[[int], object]


class Guard:
    """A limit in real time on how long a process runs; while it waits, this does not count."""

    def __init__(self, limit_ms: float, callback: Callable[[], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._left_s = limit_ms / 1000
        self._callback = callback
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.resume()

    def resume(self) -> None:
        """The process runs."""
        if self._timer is None:
            self._since = self._loop.time()
            self._timer = self._loop.call_later(max(self._left_s, 0), self._callback)

    def pause(self) -> None:
        """The process waits."""
        if self._timer is not None:
            self._left_s -= self._loop.time() - self._since
            self._timer.cancel()
            self._timer = None


class Grip:
    """The hold that an invocation has on the clock. Outside of invocations it neither takes hold nor lets go."""

    def __init__(self, clock: Clock, page: ClockPage, name: str = "") -> None:
        self._clock = clock
        self._page = page
        self.name = name
        self._loop = asyncio.get_running_loop()
        self._pid: int | None = None
        self._ears: Ears | None = None
        self._guard: Guard | None = None
        self._call_count = 0
        self._deadline_ms: int | None = None
        self._timer: TimerHandle | None = None
        self._let_go = False
        self._next_look: asyncio.Handle | None = None
        self._looks = 0
        self._seen: int | None = None
        self._woken_at: int | None = None

    def begin(self, pid: int | None, ears: Ears, guard: Guard) -> None:
        """The process runs, and the clock is held."""
        self._pid, self._ears, self._guard = pid, ears, guard
        self._page.write(self._clock.now_ms())
        self._woken_at = rest.sample(pid).turns if pid else None
        ears.tell(self._clock.now_ms())
        self._set_timer()
        self._look_anew()  # what an earlier invocation has left may be all that this one waits for

    def started(self, pid: int | None) -> None:
        """The process has a number."""
        self._pid = pid

    def end(self) -> None:
        """The process stops or is stopped: the clock is held, as it was at the beginning."""
        self._take_hold()
        self._stop_looking()
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._guard:
            self._guard.pause()
        self._guard = self._ears = None

    def blocked(self) -> None:
        """A call of the process has come."""
        self._call_count += 1
        self._look_anew()

    def unblocked(self) -> None:
        """A call of the process is about to be answered."""
        self._call_count -= 1
        if self._ears:
            self._go_on(self._ears.tell)

    def set_deadline(self, at_ms: int | None) -> None:
        """The process wants to be woken at that instant; None if not any more."""
        self._deadline_ms = at_ms
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._active:
            self._set_timer()
            self._look_anew()

    @property
    def waits_unseen(self) -> bool:
        """Whether the process holds the clock and yet nothing of it runs: it waits for something outside of the chamber."""
        holds = self._active and not self._let_go
        return holds and self._pid is not None and rest.sample(self._pid).at_rest

    @property
    def _active(self) -> bool:
        return self._guard is not None

    def _set_timer(self) -> None:
        if self._deadline_ms is not None:
            label = f"function {self.name} has slept"
            self._timer = self._clock.call_at(self._deadline_ms, self._wake, label=label)

    def _wake(self) -> None:
        self._timer = None
        self._deadline_ms = None
        if self._ears:
            self._go_on(self._ears.wake)

    def _go_on(self, say: Callable[[int], object]) -> None:
        self._take_hold()
        self._page.write(self._clock.now_ms())
        self._woken_at = rest.sample(self._pid).turns if self._pid else None
        say(self._clock.now_ms())
        self._look_anew()

    def _take_hold(self) -> None:
        if self._let_go:
            self._let_go = False
            self._clock.hold()
            if self._guard:
                self._guard.resume()

    def _stop_looking(self) -> None:
        if self._next_look:
            self._next_look.cancel()
            self._next_look = None

    def _look_anew(self) -> None:
        self._stop_looking()
        self._looks = 0
        self._seen = None
        if self._waits:
            self._next_look = self._loop.call_soon(self._look)

    @property
    def _waits(self) -> bool:
        return self._active and not self._let_go and (self._call_count > 0 or self._deadline_ms is not None)

    def _look(self) -> None:
        self._next_look = None
        if not self._waits:
            return
        self._looks += 1
        if self._pid is None:
            self._look_later()
            return
        sample = rest.sample(self._pid)
        if sample.turns is not None and sample.turns == self._woken_at:
            at_rest = sample.at_rest and self._looks > _LOOKS_FOR_A_WOKEN_ONE
        else:
            self._woken_at = None
            at_rest = sample.at_rest
        turns = sample.turns or 0
        if at_rest and self._seen == turns:
            self._let_go = True
            if self._guard:
                self._guard.pause()
            self._clock.release()
        elif at_rest:
            self._seen = turns
            self._look_after(_TURNS_BETWEEN_LOOKS)
        else:
            self._seen = None
            self._look_later()

    def _look_after(self, turns: int) -> None:
        callback = self._look if turns <= 1 else lambda: self._look_after(turns - 1)
        self._next_look = self._loop.call_soon(callback)

    def _look_later(self) -> None:
        if self._looks < _SHORT_LOOKS:
            self._next_look = self._loop.call_soon(self._look)
            return
        pause_s = min(_PAUSE_S * _PAUSE_GROWTH ** (self._looks - _SHORT_LOOKS), _PAUSE_S_MAX)
        self._next_look = self._loop.call_later(pause_s, self._look)


class PhaseLimit:
    """The end that a phase of a process has on the clock; the process has the grip until `cancel`."""

    def __init__(self, clock: Clock, grip: Grip, process: RuntimeProcess, limit_ms: float) -> None:
        self._grip, self._process = grip, process
        self._timer = clock.call_at(
            clock.now_ms() + math.ceil(limit_ms), self._strike, label=f"function {grip.name} times out"
        )
        grip.begin(process.pid, Ears(process.wake, process.tell_time), Guard(limit_ms, self._strike))

    def cancel(self) -> None:
        """The phase is over."""
        self._timer.cancel()
        self._grip.end()

    def _strike(self) -> None:
        self._grip.end()
        self._process.kill("timeout")
