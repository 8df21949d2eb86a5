"""Which functions run now: so that a call which comes from one is known as its, and can be held, counted and broken off.

The SDK in a function sends the trace header of its invocation with every call; `Parent=` in it names the invocation's track.
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from cloudchamber.aws.call import Trace
from cloudchamber.aws.faults import Fault
from cloudchamber.clock import Signals


class Host(Protocol):
    """The environment in which an invocation runs."""

    init_id: str

    @property
    def waits_unseen(self) -> bool:
        """Whether it waits for something that is no call of the chamber."""
        ...

    def blocked(self) -> None:
        """A call of it has come, and waits for its answer."""
        ...

    def unblocked(self) -> None:
        """That call is about to be answered."""
        ...

    def crash(self) -> None:
        """Its process dies where it stands."""
        ...


class Invocation:
    """One event in one function. `number` counts them in the order in which they began, from 1."""

    __slots__ = ("function", "host", "ids", "number")

    def __init__(self, number: int, function: str, track_id: str) -> None:
        self.number, self.function = number, function
        self.ids = [track_id]
        self.host: Host | None = None

    @property
    def ended(self) -> tuple[str, int]:
        """The signal of its end."""
        return ("invocation ended", self.number)

    def blocked(self) -> None:
        """A call of it has come, and waits for its answer."""
        if self.host:
            self.host.blocked()

    def unblocked(self) -> None:
        """That call is about to be answered."""
        if self.host:
            self.host.unblocked()

    def crash(self) -> None:
        """Its process dies where it stands."""
        if self.host:
            self.host.crash()


class Origin(NamedTuple):
    """Where a call from a function comes from; `sdk_call` is the same for every attempt that an SDK makes at one call."""

    invocation: Invocation
    sdk_call: str


class Invocations:
    """Those that run, by what their calls carry."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._running: dict[str, Invocation] = {}
        self._fates: dict[str, Fault] = {}
        self._count = 0

    def begin(self, track_id: str, function: str) -> Invocation:
        """A function is about to be given an event, by the call with that track."""
        self._count += 1
        invocation = self._running[track_id] = Invocation(self._count, function, track_id)
        return invocation

    def take(self, invocation: Invocation, host: Host) -> None:
        """This environment runs it; calls that its init phase makes are its too."""
        invocation.host = host
        invocation.ids.append(host.init_id)
        self._running[host.init_id] = invocation

    def end(self, invocation: Invocation) -> None:
        """It has ended."""
        for key in invocation.ids:
            self._running.pop(key, None)
        self._signals.fire(invocation.ended)

    def count(self) -> int:
        """How many run."""
        return len(dict.fromkeys(self._running.values()))

    def unseen_count(self) -> int:
        """How many wait for something outside of the chamber that nobody here can see."""
        return sum(
            invocation.host is not None and invocation.host.waits_unseen
            for invocation in dict.fromkeys(self._running.values())
        )

    def of(self, trace: Trace | None) -> Invocation | None:
        """The invocation that a call comes from; None for a call from elsewhere."""
        return self._running.get(trace.parent) if trace and self._running else None

    def ordain(self, track_id: str, fault: Fault) -> None:
        """The invocation that the call with that track begins will meet `fault`."""
        self._fates[track_id] = fault

    def fate(self, track_id: str) -> Fault | None:
        """What was ordained; asked once."""
        return self._fates.pop(track_id, None) if self._fates else None
