"""State reasons: what an alarm says of itself, in AWS's words.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cloudchamber.services.cloudwatch.rules.evaluation import Rule, Verdict

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanOrEqualToThreshold": "less than or equal to",
    "LessThanThreshold": "less than",
}
_FILLED = {
    "breaching": "Breaching",
    "notBreaching": "NonBreaching",
    "ignore": "Ignored",
    "missing": "Missing",
}


class Datapoint(NamedTuple):
    """One datapoint of an evaluation: the second it begins at, its value, how many samples it is made of."""

    at_s: int
    value: float
    sample_count: float | None


def timestamp(at_ms: int) -> str:
    """`2019-10-02T17:04:40.989+0000`."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}+0000"


def number(value: float) -> str:
    """A number as AWS prints it: `1.0`, `0.0666851903306472`, `1.5E7`."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(float(value))
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        digits = repr(float(f"{value:.17g}"))
        mantissa, _, exponent = f"{float(digits):.16e}".partition("e")
        mantissa = mantissa.rstrip("0")
    mantissa = f"{mantissa}0" if mantissa.endswith(".") else mantissa
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


def state_reason(rule: Rule, verdict: Verdict, used: list[Datapoint], *, m_out_of_n: bool) -> str:
    """Why an alarm is in its new state; `used` is what was looked at, oldest first.

    `m_out_of_n`: the alarm says how many datapoints must breach.
    """
    assert verdict.state is not None, "an alarm that stays as it is gives no reason"
    if verdict.state == "INSUFFICIENT_DATA":
        count = verdict.filled_count
        return f"Insufficient Data: {_datapoints(count)} {_were(count)} unknown."
    alarm = verdict.state == "ALARM"
    telling = [point for point in used if rule.breaches(point.value) == alarm] if m_out_of_n else used
    if not telling:
        return _only_missing(rule, verdict)
    return f"Threshold Crossed: {_crossed(rule, verdict, telling, m_out_of_n=m_out_of_n)}."


def _crossed(rule: Rule, verdict: Verdict, telling: list[Datapoint], *, m_out_of_n: bool) -> str:
    alarm, n, m = verdict.state == "ALARM", rule.evaluation_periods, rule.datapoints_to_alarm
    listed = ", ".join(f"{number(p.value)} ({_short(p.at_s)})" for p in reversed(telling))
    verb = f"{_were(len(telling))}{'' if alarm else ' not'}"
    side = f"{verb} {_COMPARISONS[rule.comparison]} the threshold ({number(rule.threshold)})"
    missing = ""
    if verdict.filled_count and rule.missing in ("breaching", "notBreaching"):
        count = verdict.filled_count
        missing = f" and {count} missing {_datapoints(count, counted=False)} {_were(count)} treated as [{_FILLED[rule.missing]}]"
    if not m_out_of_n:
        return f"{_datapoints(len(telling))} [{listed}] {side}{missing}"
    least = m if alarm else n - m + 1
    change = "OK -> ALARM" if alarm else "ALARM -> OK"
    return (
        f"{len(telling)} out of the last {n} datapoints [{listed}] {side}{missing} "
        f"(minimum {_datapoints(least)} for {change} transition)"
    )


def _only_missing(rule: Rule, verdict: Verdict) -> str:
    n, count = rule.evaluation_periods, verdict.filled_count
    return (
        f"Threshold Crossed: no datapoints were received for {n} period{'s' if n > 1 else ''} and {count} missing "
        f"{_datapoints(count, counted=False)} {_were(count)} treated as [{_FILLED[rule.missing]}]."
    )


def _datapoints(count: int, *, counted: bool = True) -> str:
    noun = "datapoint" if count == 1 else "datapoints"
    return f"{count} {noun}" if counted else noun


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _short(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%d/%m/%y %H:%M:%S}"


def reason_data(
    rule: Rule, used: list[Datapoint], *, now_ms: int, period_s: int, statistic: dict[str, Any]
) -> str:
    """The same for machines, as JSON. `statistic`: which one, of an alarm on one metric."""
    data: dict[str, Any] = {"version": "1.0", "queryDate": timestamp(now_ms)}
    if used:
        data["startDate"] = timestamp(used[0].at_s * 1000)
    if statistic.get("Unit"):
        data["unit"] = statistic["Unit"]
    if statistic.get("Statistic"):
        data["statistic"] = statistic["Statistic"]
    elif statistic.get("ExtendedStatistic"):
        data["extendedStatistic"] = statistic["ExtendedStatistic"]
    data |= {
        "period": period_s,
        "recentDatapoints": [float(point.value) for point in used],
        "threshold": float(rule.threshold),
    }
    if used:
        data["evaluatedDatapoints"] = [_evaluated(point) for point in reversed(used)]
    return json.dumps(data, separators=(",", ":"))


def _evaluated(point: Datapoint) -> dict[str, Any]:
    found: dict[str, Any] = {"timestamp": timestamp(point.at_s * 1000)}
    if point.sample_count is not None:
        found["sampleCount"] = float(point.sample_count)
    return found | {"value": float(point.value)}


def long_date(at_ms: int) -> str:
    """`Friday 22 July, 2022 15:57:45 UTC`, as composite alarms write it."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%A %d %B, %Y %H:%M:%S} UTC"
