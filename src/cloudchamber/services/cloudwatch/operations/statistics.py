"""GetMetricStatistics, and what all reading of metrics goes through.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import (
    InvalidParameterCombinationException,
    InvalidParameterValueException,
)
from cloudchamber.services.cloudwatch.model import Point, SeriesName
from cloudchamber.services.cloudwatch.operations.emitted import emitted_points, read_gauge
from cloudchamber.services.cloudwatch.records import points
from cloudchamber.services.cloudwatch.rules.periods import binned, is_period, rounded_start_s
from cloudchamber.services.cloudwatch.rules.puts import series_of
from cloudchamber.services.cloudwatch.rules.statistics import statistic_of

Request = dict[str, Any]


def read(
    ctx: Context, series: SeriesName, start_s: int, end_s: int, *, fine: bool = False, unit: str | None = None
) -> list[tuple[int, str, Point]]:
    """A metric's data from one second to another, in order: what was put, and what its service emits."""
    found: list[tuple[int, str, Point]]
    if series.namespace.startswith("AWS/"):
        minute_s = ctx.now_ms // 60_000 * 60
        if start_s <= minute_s < end_s:
            read_gauge(ctx, series, minute_s)
        found = [
            *points(ctx, series, start_s, end_s, fine=fine),
            *emitted_points(ctx, series, start_s, end_s),
        ]
        found.sort(key=lambda point: point[0])
    else:
        found = list(points(ctx, series, start_s, end_s, fine=fine))
    return [each for each in found if unit in (None, each[1])]


def get_metric_statistics(ctx: Context, request: Request) -> Request:
    """Statistics of one metric, each unit for itself; no order is promised."""
    period_s = request["Period"]
    _check(request)
    start_ms, end_s = int(request["StartTime"] * 1000), -int(-request["EndTime"] // 1)
    start_s = rounded_start_s(start_ms, ctx.now_ms, period_s)
    _check_count((end_s - start_s + period_s - 1) // period_s)
    series = series_of(request["Namespace"], request["MetricName"], request.get("Dimensions"))
    found = read(ctx, series, start_s, end_s, fine=period_s < 60, unit=request.get("Unit"))
    datapoints: list[Request] = []
    for unit in sorted({unit for _, unit, _ in found}):
        bins = binned((each for each in found if each[1] == unit), start_s, period_s)
        for at_s, point in bins.items():
            datapoint = _datapoint(request, point)
            if datapoint:
                datapoints.append({"Timestamp": at_s, **datapoint, "Unit": unit})
    return {"Label": request["MetricName"], "Datapoints": datapoints}


def _check(request: Request) -> None:
    simple, extended = request.get("Statistics"), request.get("ExtendedStatistics")
    if not simple and not extended:
        raise InvalidParameterCombinationException(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified."
        )
    if simple and extended:
        raise InvalidParameterCombinationException(
            "The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both."
        )
    for number, name in enumerate(extended or (), 1):
        if statistic_of(name) is None:
            raise InvalidParameterValueException(
                f"The value {name} for parameter ExtendedStatistics.member.{number} is not supported."
            )
    if not is_period(request["Period"]):
        raise InvalidParameterValueException(
            "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."
        )
    if request["StartTime"] >= request["EndTime"]:
        raise InvalidParameterValueException(
            "The parameter StartTime must be less than the parameter EndTime."
        )


def _check_count(count: int) -> None:
    if count > limits.DATAPOINTS_PER_STATISTICS_MAX:
        raise InvalidParameterCombinationException(
            f"You have requested up to {count:,} datapoints, which exceeds the limit of "
            f"{limits.DATAPOINTS_PER_STATISTICS_MAX:,}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range."
        )


def _datapoint(request: Request, point: Point) -> Request:
    found: Request = {}
    for name in request.get("Statistics") or ():
        found[name] = _value(name, point)
    extended = {
        name: value
        for name in request.get("ExtendedStatistics") or ()
        if (value := _value(name, point)) is not None
    }
    return found | {"ExtendedStatistics": extended} if extended else found


def _value(name: str, point: Point) -> float | None:
    compute = statistic_of(name)
    return compute(point) if compute else None
