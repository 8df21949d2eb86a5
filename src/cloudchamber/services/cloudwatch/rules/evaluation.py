"""Whether an alarm's datapoints breach its threshold, and what follows when some are missing.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


class Rule(NamedTuple):
    """`datapoints_to_alarm` out of `evaluation_periods` must breach; `missing`: breaching, notBreaching, ignore or missing."""

    comparison: str
    threshold: float
    evaluation_periods: int
    datapoints_to_alarm: int
    missing: str = "missing"

    def breaches(self, value: float) -> bool:
        """Whether a value is on the wrong side of the threshold."""
        return OPERATORS[self.comparison](value, self.threshold)


class Verdict(NamedTuple):
    """The state that follows, None when the present one stays; which datapoints were looked at (by index), how many filled in."""

    state: str | None
    used: tuple[int, ...]
    filled_count: int


def judge(rule: Rule, values: Sequence[float | None]) -> Verdict:
    """Judge the datapoints of an evaluation range, oldest first; None is a missing one.

    With as many real ones as are to be evaluated, the most recent of them decide. With fewer, all of them count, and as few
    missing ones as possible are filled in.
    """
    real = tuple(index for index, value in enumerate(values) if value is not None)
    used = real[-rule.evaluation_periods :]
    filled = rule.evaluation_periods - len(used)
    breaching = [index for index in used if _breaches(rule, values[index])]
    if filled == 0:
        return Verdict(_alarm_if(len(breaching) >= rule.datapoints_to_alarm), used, 0)
    if rule.missing in ("breaching", "notBreaching"):
        count = len(breaching) + (filled if rule.missing == "breaching" else 0)
        return Verdict(_alarm_if(count >= rule.datapoints_to_alarm), used, filled)
    return Verdict(_without_filling(rule, len(values), used, breaching), used, filled)


def _without_filling(rule: Rule, length: int, used: tuple[int, ...], breaching: list[int]) -> str | None:
    """The state when missing datapoints say nothing.

    An alarm does not go to ALARM early: when all there is breaches but is too little, the oldest must be old enough.
    """
    if len(breaching) >= rule.datapoints_to_alarm:
        return "ALARM"
    if len(breaching) < len(used):
        return "OK"
    if rule.missing == "ignore":
        return None
    old_enough = bool(used) and length - used[0] >= rule.datapoints_to_alarm
    return "ALARM" if old_enough else "INSUFFICIENT_DATA"


def _breaches(rule: Rule, value: float | None) -> bool:
    return value is not None and rule.breaches(value)


def _alarm_if(breaching: bool) -> str:
    return "ALARM" if breaching else "OK"


def samples_needed(percentile: float) -> float:
    """How many samples make a percentile statistically significant.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    """
    if percentile >= 1:
        return 0
    return 10 / (1 - percentile) if percentile >= 0.5 else 10 / percentile
