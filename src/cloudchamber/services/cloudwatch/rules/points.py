"""Points: values gathered in buckets of time, and put together into longer ones."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cloudchamber.services.cloudwatch.model import Point

COUNTS_MAX = 150
FIRST_WIDTH = 0.02


def of_values(values: Iterable[float], counts: Iterable[float]) -> Point:
    """The point of some values, each with how often it came (more than never)."""
    pairs = [(value, count) for value, count in zip(values, counts, strict=True) if count]
    numbers = [value for value, _ in pairs]
    return Point(
        sample_count=math.fsum(count for _, count in pairs),
        sum=math.fsum(value * count for value, count in pairs),
        minimum=min(numbers),
        maximum=max(numbers),
        counts=_counted(pairs),
    )


def of_statistics(sample_count: float, total: float, minimum: float, maximum: float) -> Point:
    """The point of a statistic set. Its values are known only when they are all the same.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Percentiles
    """
    if minimum == maximum or sample_count == 1:
        return Point(sample_count, total, minimum, maximum, ((minimum, sample_count),))
    return Point(sample_count, total, minimum, maximum, (), sample_count)


def merged(one: Point, other: Point) -> Point:
    """Both together."""
    return Point(
        sample_count=one.sample_count + other.sample_count,
        sum=one.sum + other.sum,
        minimum=min(one.minimum, other.minimum),
        maximum=max(one.maximum, other.maximum),
        counts=_counted((*one.counts, *other.counts)),
        opaque_count=one.opaque_count + other.opaque_count,
    )


def _counted(pairs: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Each value once, in order. When there are too many to keep they are rounded by a few percent, so that they meet."""
    found: dict[float, float] = {}
    for value, count in pairs:
        found[value] = found.get(value, 0.0) + count
    width = FIRST_WIDTH
    while len(found) > COUNTS_MAX:
        rounded: dict[float, float] = {}
        for value, count in found.items():
            near = _rounded(value, width)
            rounded[near] = rounded.get(near, 0.0) + count
        found, width = rounded, width * 2
    return tuple(sorted(found.items()))


def _rounded(value: float, width: float) -> float:
    """The middle of the bin of a value; bins are by so much wider than the one before."""
    if value == 0:
        return 0.0
    step = math.log1p(width)
    return math.copysign(math.exp(round(math.log(abs(value)) / step) * step), value)
