"""Waiting for an instant of the chamber's clock: a process says until when it waits, and is woken.

Threads that wait are kept here; the earliest deadline is told to the host over the inherited socket 4, eight bytes each
time. One thread, started when it is first needed, hears of the instant (one byte) and wakes those whose time has come.
"""

import _thread
import heapq
import os
import struct
from collections.abc import Callable

DEADLINE = struct.Struct("=q")
NONE = -1

OnTime = Callable[[], object]


class Entry:
    """Somebody who waits until `at_ms`."""

    __slots__ = ("at_ms", "number", "on_time")

    def __init__(self, at_ms: int, number: int, on_time: OnTime) -> None:
        self.at_ms, self.number = at_ms, number
        self.on_time: OnTime | None = on_time

    def __lt__(self, other: "Entry") -> bool:
        return (self.at_ms, self.number) < (other.at_ms, other.number)


class Alarm:
    """The deadlines of this process."""

    def __init__(self, descriptor: int, now_ms: Callable[[], int]) -> None:
        self._descriptor = descriptor
        self._now_ms = now_ms
        self._lock = _thread.allocate_lock()
        self._entries: list[Entry] = []
        self._number = 0
        self._told = NONE
        self._listens = False

    def set(self, at_ms: int, on_time: OnTime) -> Entry:
        """Call `on_time`, in another thread, when it is `at_ms`."""
        with self._lock:
            self._number += 1
            entry = Entry(at_ms, self._number, on_time)
            heapq.heappush(self._entries, entry)
            if not self._listens:
                self._listens = True
                _thread.start_new_thread(self._listen, ())
            self._tell()
        return entry

    def cancel(self, entry: Entry) -> None:
        """Whatever it was, it does not wait any more."""
        with self._lock:
            if entry.on_time is not None:
                entry.on_time = None
                self._tell()

    def wait(self, at_ms: int) -> None:
        """Block this thread until it is `at_ms`."""
        gate = _thread.allocate_lock()
        gate.acquire()
        entry = self.set(at_ms, gate.release)
        try:
            gate.acquire()
        finally:
            self.cancel(entry)

    def _tell(self) -> None:
        entries = self._entries
        while entries and entries[0].on_time is None:
            heapq.heappop(entries)
        at_ms = entries[0].at_ms if entries else NONE
        if at_ms != self._told:
            self._told = at_ms
            os.write(self._descriptor, DEADLINE.pack(at_ms))

    def _listen(self) -> None:
        while os.read(self._descriptor, 64):
            with self._lock:
                self._told = NONE
                self._fire(self._now_ms())
                self._tell()

    def _fire(self, now_ms: int) -> None:
        """Wake the first one. The next is woken when that one waits again, so their order does not hang on chance."""
        while self._entries and self._entries[0].at_ms <= now_ms:
            entry = heapq.heappop(self._entries)
            on_time, entry.on_time = entry.on_time, None
            if on_time is not None:
                on_time()
                return
