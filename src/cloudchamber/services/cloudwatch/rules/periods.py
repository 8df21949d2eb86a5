"""Periods: points put into bins of one length, and where the first bin begins.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from __future__ import annotations

from collections.abc import Iterable

from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.model import Point
from cloudchamber.services.cloudwatch.rules.points import merged

FINE_PERIODS = (1, 5, 10, 20, 30)


def is_period(period_s: int) -> bool:
    """Whether data can be asked for in periods of that length."""
    return period_s in FINE_PERIODS or period_s % 60 == 0


def rounded_start_s(start_ms: int, now_ms: int, period_s: int) -> int:
    """An instant, rounded down to what data of its age is kept in, or to a short period."""
    age_ms, start_s = now_ms - start_ms, start_ms // 1000
    if period_s < 60:
        return start_s - start_s % period_s
    if age_ms > limits.FIVE_MINUTES_KEPT_MS:
        return start_s - start_s % 3600
    if age_ms > limits.MINUTES_KEPT_MS:
        return start_s - start_s % 300
    return start_s - start_s % 60


def binned(points: Iterable[tuple[int, str, Point]], start_s: int, period_s: int) -> dict[int, Point]:
    """One point for each period that has data, by the second it begins at; `points` are in order."""
    found: dict[int, Point] = {}
    for at_s, _, point in points:
        begins_s = at_s - (at_s - start_s) % period_s
        known = found.get(begins_s)
        found[begins_s] = merged(known, point) if known else point
    return found
