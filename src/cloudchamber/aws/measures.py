"""What a service measures of itself that no track tells: kept in memory, bounded, as tracks are. CloudWatch reads it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

MEASURES_MAX = 20_000


class Measure(NamedTuple):
    """One value of a metric: when and where it came, and the metric's namespace, name and dimensions in order of their names."""

    at_ms: int
    account: str
    region: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    value: float


class Measures:
    """The latest measures, and those who listen to new ones."""

    def __init__(self) -> None:
        self.latest: deque[Measure] = deque(maxlen=MEASURES_MAX)
        self._listeners: list[Callable[[Measure], None]] = []

    def add(self, measure: Measure) -> None:
        """Keep a value."""
        self.latest.append(measure)
        for listener in self._listeners:
            listener(measure)

    def listen(self, listener: Callable[[Measure], None]) -> Callable[[], None]:
        """Call `listener` with each new one; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
