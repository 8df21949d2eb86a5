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
    if len(pairs) == 1:
        ((value, count),) = pairs
        return Point(count, value * count, value, value, ((value, count),))
    numbers = [value for value, _ in pairs]
    gathered, width = _gathered((), pairs, 0.0)
    return Point(
        sample_count=math.fsum(count for _, count in pairs),
        sum=math.fsum(value * count for value, count in pairs),
        minimum=min(numbers),
        maximum=max(numbers),
        counts=gathered,
        width=width,
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
    if one.width < other.width:
        one, other = other, one
    finer = other.counts
    if one.width > other.width:
        finer = tuple((_rounded(value, one.width), count) for value, count in finer)
    gathered, width = _gathered(one.counts, finer, one.width)
    return Point(
        sample_count=one.sample_count + other.sample_count,
        sum=one.sum + other.sum,
        minimum=min(one.minimum, other.minimum),
        maximum=max(one.maximum, other.maximum),
        counts=gathered,
        opaque_count=one.opaque_count + other.opaque_count,
        width=width,
    )


Counts = tuple[tuple[float, float], ...]


def _gathered(known: Counts, new: Iterable[tuple[float, float]], width: float) -> tuple[Counts, float]:
    """Each value once, in order. When there are too many to keep they are rounded by a few percent, so that they meet."""
    found = dict(known)
    for value, count in new:
        found[value] = found.get(value, 0.0) + count
    while len(found) > COUNTS_MAX:
        width = width * 2 or FIRST_WIDTH
        rounded: dict[float, float] = {}
        for value, count in found.items():
            near = _rounded(value, width)
            rounded[near] = rounded.get(near, 0.0) + count
        found = rounded
    return tuple(sorted(found.items())), width


def _rounded(value: float, width: float) -> float:
    """The middle of the bin of a value; each bin is by the factor `e ** width` wider than the one before."""
    if value == 0:
        return 0.0
    return math.copysign(math.exp(round(math.log(abs(value)) / width) * width), value)
