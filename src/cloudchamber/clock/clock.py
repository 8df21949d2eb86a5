"""What every clock can do. Instants are milliseconds since the epoch, always UTC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cloudchamber.clock.ids import Ids
from cloudchamber.clock.steps import Steps


class Timer(Protocol):
    """A callback that waits for its instant."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Time, ids and randomness of one chamber."""

    ids: Ids
    is_virtual: bool  # whether it stands still until it is told to go on

    @property
    def steps(self) -> Steps | None:
        """What waits for its turn, when turns are taken: under virtual time."""
        ...

    def now_ms(self) -> int:
        """The instant, in milliseconds since the epoch."""
        ...

    def elapsed_ns(self) -> int:
        """A steady counter for measuring how long work took; never a date."""
        ...

    def call_at(
        self, at_ms: int, callback: Callable[[], None], *, recurring: bool = False, label: str = ""
    ) -> Timer:
        """Call `callback` once, at `at_ms` or as soon after as can be. `label`: for people, what happens then.

        `recurring` marks what would come again for ever (a schedule): it does not keep a chamber from being idle.
        """
        ...

    def hold(self) -> None:
        """Something began to run: virtual time may not jump."""
        ...

    def release(self) -> None:
        """It ended, or began to wait."""
        ...
