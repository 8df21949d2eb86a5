"""The time of a test's chamber."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from cloudchamber.clock.durations import duration_ms

if TYPE_CHECKING:
    from cloudchamber.pytest_plugin.hosts import Host

T = TypeVar("T")
Duration = str | float | timedelta
STEP_MS_MIN = 1_000


class Clock:
    """`chamber.clock`. A duration is `"90s"`, `"1h30m"`, `"14d"`, a number of seconds, or a timedelta."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @property
    def kind(self) -> str:
        """`virtual` or `system`."""
        return self._host.ask("GET", "clock")["kind"]

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.fromtimestamp(self._now_ms() / 1000, UTC)

    def advance(self, duration: Duration) -> datetime:
        """Let time pass, through everything that is due on the way; the instant afterwards. Virtual clocks only."""
        return self._ask("advance", {"duration_ms": duration_ms(duration)})

    def run_until_idle(self) -> datetime:
        """Let time pass until nothing waits but what comes again for ever; the instant afterwards. Virtual clocks only.

        It goes as far as it takes: to a one-time schedule of next year, through all that recurs until then.
        """
        return self._ask("run-until-idle", {})

    def settle(self) -> None:
        """Let everything that is due now come to its end. Virtual clocks only."""
        self.advance(0)

    def eventually(self, check: Callable[[], T], timeout: Duration = "15m") -> T:
        """What `check` returns, as soon as it raises no AssertionError and what it returns is true, or None.

        Until then time passes from deadline to deadline, at most `timeout`; then the AssertionError goes on. What no deadline
        announces (the delay of a message in a queue that nobody reads) is seen after a second, or a quarter of the time so far.
        """
        began_ms = self._now_ms()
        until_ms = began_ms + duration_ms(timeout)
        while True:
            now_ms = self._now_ms()
            is_last = now_ms >= until_ms
            try:
                found = check()
            except AssertionError:
                if is_last:
                    raise
            else:
                if found or found is None:
                    return found
                if is_last:
                    raise AssertionError(f"{_name(check)} was still {found!r} after {timeout}")
            self._step(min(until_ms, now_ms + max(STEP_MS_MIN, (now_ms - began_ms) // 4)))

    def _step(self, until_ms: int) -> None:
        """Go to the next deadline; on the machine's time, wait for the next call that is made. Not past `until_ms`."""
        self._host.ask("POST", "clock/step", {"until_ms": until_ms})

    def _now_ms(self) -> int:
        return self._host.ask("GET", "clock")["now_ms"]

    def _ask(self, path: str, body: dict[str, Any]) -> datetime:
        answer = self._host.ask("POST", f"clock/{path}", body)
        return datetime.fromtimestamp(answer["now_ms"] / 1000, UTC)


def _name(check: Callable[[], object]) -> str:
    return getattr(check, "__name__", "the value")
