"""What waits in a Python process under virtual time: sleeps, locks, event loops.

Each has the form of what it takes the place of, and is that while there is no alarm to wake it.
"""

import _thread
import asyncio.events
import contextlib
import itertools
import os
import queue
import select
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudchamber.workers.python.travel import Chronometer


class Sleeper:
    """`time.sleep` and `select.select`."""

    def __init__(self, chronometer: "Chronometer") -> None:
        self._chronometer = chronometer
        self._machine_sleep = time.sleep
        self._machine_select = select.select

    def sleep(self, seconds: float, /) -> None:
        """`time.sleep`."""
        alarm = self._chronometer.alarm
        if alarm is None or not seconds > 0:
            self._machine_sleep(seconds)
        else:
            alarm.wait(self._chronometer.instant_after(seconds))

    def select(self, rlist: Any, wlist: Any, xlist: Any, timeout: float | None = None, /) -> Any:
        """`select.select`."""
        alarm = self._chronometer.alarm
        if alarm is None or timeout is None or timeout <= 0:
            return self._machine_select(rlist, wlist, xlist, timeout)
        ready = self._machine_select(rlist, wlist, xlist, 0)
        if any(ready):
            return ready
        with Bell(self._chronometer, timeout) as bell:
            self._machine_select([*rlist, bell], wlist, xlist)
        return self._machine_select(rlist, wlist, xlist, 0)


class Bell:
    """A descriptor that can be read when `seconds` are over."""

    def __init__(self, chronometer: "Chronometer", seconds: float) -> None:
        assert chronometer.alarm is not None
        self._alarm = chronometer.alarm
        self._read, self._write = os.pipe()
        self._entry = self._alarm.set(chronometer.instant_after(seconds), self._ring)

    def fileno(self) -> int:
        """What can be waited for."""
        return self._read

    def __enter__(self) -> "Bell":
        return self

    def __exit__(self, *_: object) -> None:
        self._alarm.cancel(self._entry)
        os.close(self._read)
        os.close(self._write)

    def _ring(self) -> None:
        os.write(self._write, b"!")


class Gate:
    """A lock for one who waits: another opens it, or it opens at an instant."""

    __slots__ = ("_chronometer", "_late", "_lock", "release")

    def __init__(self, chronometer: "Chronometer") -> None:
        self._chronometer = chronometer
        self._lock = _thread.allocate_lock()
        self._late = False
        self.release = self._lock.release

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Wait until it is open. False if it was not in time."""
        alarm = self._chronometer.alarm
        if alarm is None or not blocking or timeout <= 0:
            return self._lock.acquire(blocking, timeout)
        if self._lock.acquire(False):
            return True
        self._late = False
        entry = alarm.set(self._chronometer.instant_after(timeout), self._give_up)
        try:
            self._lock.acquire()
        finally:
            alarm.cancel(entry)
        return not self._late

    def locked(self) -> bool:
        """Whether who comes now would wait."""
        return self._lock.locked()

    def _give_up(self) -> None:
        if self._lock.locked():
            self._late = True
            self._lock.release()

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Queue:
    """Those who wait for a thing of which the C code knows no virtual time: they try again when it may have come."""

    __slots__ = ("_chronometer", "_gates")

    def __init__(self, chronometer: "Chronometer") -> None:
        self._chronometer = chronometer
        self._gates: deque[Gate] = deque()

    def wait(self, attempt: Callable[[], bool], timeout: float) -> bool:
        """Wait until `attempt` succeeds. False if that was not in time."""
        end = self._chronometer.monotonic() + timeout
        while not attempt():
            gate = Gate(self._chronometer)
            gate.acquire()
            self._gates.append(gate)
            if attempt():
                self._forget(gate)
                return True
            left = end - self._chronometer.monotonic()
            if left <= 0 or not gate.acquire(True, left):
                self._forget(gate)
                return attempt()
        return True

    def call_first(self) -> None:
        """It may have come."""
        with contextlib.suppress(IndexError):
            self._gates.popleft().release()

    def _forget(self, gate: Gate) -> None:
        with contextlib.suppress(ValueError):
            self._gates.remove(gate)


class Lock:
    """`threading.Lock`, whose `acquire` may have a timeout."""

    __slots__ = ("__weakref__", "_chronometer", "_lock", "_waiting")

    def __init__(self, chronometer: "Chronometer") -> None:
        self._chronometer = chronometer
        self._lock = _thread.allocate_lock()
        self._waiting = Queue(chronometer)

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Wait until nobody has the lock, and take it. False if that was not in time."""
        if self._chronometer.alarm is None or not blocking or timeout <= 0:
            return self._lock.acquire(blocking, timeout)
        return self._waiting.wait(lambda: self._lock.acquire(False), timeout)

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()
        self._waiting.call_first()

    def locked(self) -> bool:
        """Whether somebody has it."""
        return self._lock.locked()

    def _at_fork_reinit(self) -> None:
        self._lock = _thread.allocate_lock()
        self._waiting = Queue(self._chronometer)

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


def _simple_queue(chronometer: "Chronometer") -> type:
    """`queue.SimpleQueue`, whose `get` may have a timeout."""
    machine: Any = queue.SimpleQueue

    class SimpleQueue(machine):
        def __init__(self) -> None:
            super().__init__()
            self._waiting = Queue(chronometer)

        def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
            super().put(item)
            self._waiting.call_first()

        def put_nowait(self, item: Any) -> None:
            self.put(item)

        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            if chronometer.alarm is None or not block or timeout is None or timeout <= 0:
                return super().get(block, timeout)
            taken: list[Any] = []

            def attempt() -> bool:
                with contextlib.suppress(queue.Empty):
                    taken.append(machine.get(self, False))
                return bool(taken)

            if not self._waiting.wait(attempt, timeout):
                raise queue.Empty
            return taken[0]

    return SimpleQueue


class OrderedTimerHandle(asyncio.events.TimerHandle):
    """A timer of an event loop. Those of one instant come in the order in which they were set, as if time had gone on."""

    __slots__ = ("_order",)
    _orders = itertools.count()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._order = next(self._orders)

    def __lt__(self, other: Any) -> bool:
        if isinstance(other, OrderedTimerHandle):
            return (self.when(), self._order) < (other.when(), other._order)
        return super().__lt__(other)


def replacements(chronometer: "Chronometer") -> list[tuple[Any, Any]]:
    """Functions, and what takes their place wherever they were imported to."""
    sleeper = Sleeper(chronometer)
    return [
        (time.sleep, sleeper.sleep),
        (select.select, sleeper.select),
        (queue.SimpleQueue, _simple_queue(chronometer)),
    ]


def patch(chronometer: "Chronometer") -> None:
    """Where it depends on who uses a function, or where it is a method."""
    machine_lock = threading.Lock
    names: dict[str, Any] = threading.__dict__
    names["Lock"] = lambda: machine_lock() if chronometer.alarm is None else Lock(chronometer)
    names["_allocate_lock"] = lambda: Gate(chronometer)
    machine_join = threading.Thread.join

    def join(self: threading.Thread, timeout: float | None = None) -> None:
        if chronometer.alarm is None or timeout is None or timeout <= 0:
            machine_join(self, timeout)
            return
        machine_join(self, 0)  # which refuses what cannot be joined
        gate = Gate(chronometer)
        gate.acquire()
        _thread.start_new_thread(lambda: (machine_join(self), gate.release()), ())
        gate.acquire(True, timeout)

    threading.Thread.join = join
    asyncio.events.TimerHandle = OrderedTimerHandle
    for name in ("EpollSelector", "KqueueSelector"):
        if hasattr(selectors, name):
            _patch_selector(getattr(selectors, name), chronometer)


def _patch_selector(kind: Any, chronometer: "Chronometer") -> None:
    """The selector of an event loop can itself be waited for, so it is, beside the alarm."""
    machine_select = kind.select
    machine_poll = select.poll

    def virtual_select(selector: Any, timeout: float | None = None) -> Any:
        if chronometer.alarm is None or timeout is None or timeout <= 0:
            return machine_select(selector, timeout)
        ready = machine_select(selector, 0)
        if ready:
            return ready
        with Bell(chronometer, timeout) as bell:
            poll = machine_poll()
            poll.register(selector.fileno(), select.POLLIN)
            poll.register(bell.fileno(), select.POLLIN)
            poll.poll()
        return machine_select(selector, 0)

    kind.select = virtual_select
