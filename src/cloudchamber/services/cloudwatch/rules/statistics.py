"""Statistics: what a point shows under a name such as `Average`, `p99.9`, `TM(10%:90%)` or `PR(:300)`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from cloudchamber.services.cloudwatch.model import Point

Statistic = Callable[[Point], float | None]

_SIMPLE: dict[str, Statistic] = {
    "Average": lambda point: point.sum / point.sample_count if point.sample_count else None,
    "Maximum": lambda point: point.maximum,
    "Minimum": lambda point: point.minimum,
    "SampleCount": lambda point: point.sample_count,
    "Sum": lambda point: point.sum,
}
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)\Z")
_SHORT = re.compile(r"(tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)\Z")
_LONG = re.compile(r"(TM|WM|TC|TS|PR)\(([-\d.]*%?):([-\d.]*%?)\)\Z")


class _Range(NamedTuple):
    """From one bound to another, of values, or of shares of them (percent)."""

    low: float | None
    high: float | None
    percent: bool


@lru_cache(maxsize=1024)
def statistic_of(name: str) -> Statistic | None:
    """How to compute the statistic of that name; None when there is none. It answers None for a point that does not tell."""
    if name in _SIMPLE:
        return _SIMPLE[name]
    if name == "IQM":
        return _known(lambda counts: _mean(_within(counts, _Range(25, 75, percent=True))))
    found = _PERCENTILE.match(name)
    if found:
        share = float(found[1])
        return _known(lambda counts: _percentile(counts, share))
    found = _SHORT.match(name)
    if found:
        return _of_range(found[1].upper(), _Range(0, float(found[2]), percent=True))
    found = _LONG.match(name)
    bounds = _bounds(found[2], found[3]) if found else None
    return _of_range(found[1], bounds) if found and bounds else None


def percentile_of(name: str) -> float | None:
    """Which percentile a statistic is, as a share; None when it is none."""
    found = _PERCENTILE.match(name)
    return float(found[1]) / 100 if found else None


def _bounds(low: str, high: str) -> _Range | None:
    if not low and not high:
        return None
    percent = "%" in (low + high)
    if percent and ((low and "%" not in low) or (high and "%" not in high)):
        return None
    try:
        numbers = [float(text.rstrip("%")) if text else None for text in (low, high)]
    except ValueError:
        return None
    if percent:
        numbers = [0.0 if numbers[0] is None else numbers[0], 100.0 if numbers[1] is None else numbers[1]]
    return _Range(numbers[0], numbers[1], percent)


Counts = tuple[tuple[float, float], ...]


def _known(compute: Callable[[Counts], float | None]) -> Statistic:
    """What needs every value: no answer for statistic sets and for negative values."""

    def run(point: Point) -> float | None:
        if point.opaque_count or point.minimum < 0 or not point.counts:
            return None
        return compute(point.counts)

    return run


def _of_range(kind: str, bounds: _Range) -> Statistic | None:
    if kind == "PR":
        return None if bounds.percent else _known(lambda counts: _rank(counts, bounds))
    if kind == "WM":
        return _known(lambda counts: _mean(_clamped(counts, bounds)))
    if kind == "TM":
        return _known(lambda counts: _mean(_within(counts, bounds)))
    if kind == "TC":
        return _known(lambda counts: math.fsum(count for _, count in _within(counts, bounds)))
    return _known(lambda counts: math.fsum(value * count for value, count in _within(counts, bounds)))


def _percentile(counts: Counts, share: float) -> float:
    """The smallest value that so many percent of the values do not exceed."""
    wanted, seen = share / 100 * math.fsum(count for _, count in counts), 0.0
    for value, count in counts:
        seen += count
        if seen >= wanted - 1e-9:
            return value
    return counts[-1][0]


def _within(counts: Counts, bounds: _Range) -> Counts:
    """The values between the bounds: without the lower one itself, with the upper one."""
    if not bounds.percent:
        low = -math.inf if bounds.low is None else bounds.low
        high = math.inf if bounds.high is None else bounds.high
        return tuple((value, count) for value, count in counts if low < value <= high)
    total = math.fsum(count for _, count in counts)
    low, high = (bounds.low or 0) / 100 * total, (100 if bounds.high is None else bounds.high) / 100 * total
    found: list[tuple[float, float]] = []
    seen = 0.0
    for value, count in counts:
        part = min(seen + count, high) - max(seen, low)
        seen += count
        if part > 1e-9:
            found.append((value, part))
    return tuple(found)


def _clamped(counts: Counts, bounds: _Range) -> Counts:
    low, high = bounds.low, bounds.high
    if bounds.percent:
        low, high = (_percentile(counts, bound or 0) for bound in (bounds.low, bounds.high))
    return tuple(
        (min(max(value, -math.inf if low is None else low), math.inf if high is None else high), count)
        for value, count in counts
    )


def _rank(counts: Counts, bounds: _Range) -> float:
    inside = math.fsum(count for _, count in _within(counts, bounds))
    return 100 * inside / math.fsum(count for _, count in counts)


def _mean(counts: Counts) -> float | None:
    total = math.fsum(count for _, count in counts)
    return math.fsum(value * count for value, count in counts) / total if total else None
