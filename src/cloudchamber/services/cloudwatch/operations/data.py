"""PutMetricData, and ListMetrics."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import (
    InvalidParameterValueException,
    MissingRequiredParameterException,
)
from cloudchamber.services.cloudwatch.model import SeriesName
from cloudchamber.services.cloudwatch.operations.emitted import emitted_series
from cloudchamber.services.cloudwatch.records import METRICS, add_point, key_of, touch
from cloudchamber.services.cloudwatch.rules import puts

Request = dict[str, Any]


def put_metric_data(ctx: Context, request: Request) -> None:
    """Take data of up to a thousand metrics; one bad datum refuses them all.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
    """
    namespace = request["Namespace"]
    puts.check_namespace(namespace)
    given = [(f"MetricData.member.{n}", datum) for n, datum in enumerate(request.get("MetricData") or (), 1)]
    for number, entity in enumerate(request.get("EntityMetricData") or (), 1):
        path = f"EntityMetricData.member.{number}.MetricData.member"
        given += [(f"{path}.{n}", datum) for n, datum in enumerate(entity.get("MetricData") or (), 1)]
    if not given:
        raise MissingRequiredParameterException("The parameter MetricData is required.")
    if len(given) > limits.METRICS_PER_PUT_MAX:
        raise InvalidParameterValueException(
            f"The collection MetricData must not have a size greater than {limits.METRICS_PER_PUT_MAX}."
        )
    for path, datum in given:
        _put(ctx, namespace, path, datum)


def put_service_metric_data(ctx: Context, request: Request) -> None:
    """The same for data that services of AWS find in what they were given: embedded metrics, metric filters."""
    for n, datum in enumerate(request["MetricData"], 1):
        _put(ctx, request["Namespace"], f"MetricData.member.{n}", datum)


def _put(ctx: Context, namespace: str, path: str, datum: Request) -> None:
    timestamp = datum.get("Timestamp")
    at_ms = ctx.now_ms if timestamp is None else int(timestamp * 1000)
    puts.check_timestamp(path, at_ms, ctx.now_ms)
    puts.check_dimensions(path, datum.get("Dimensions"))
    fine = puts.check_resolution(path, datum.get("StorageResolution"))
    point = puts.point_of(path, datum)
    if point is None:
        return
    series = puts.series_of(namespace, datum["MetricName"], datum.get("Dimensions"))
    touch(ctx, series)
    add_point(ctx, series, at_ms // 1000, datum.get("Unit") or "None", point, fine=fine)


def list_metrics(ctx: Context, request: Request) -> Request:
    """The metrics that got data within two weeks, by namespace, name and dimensions.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
    """
    age_ms = limits.RECENT_MS if request.get("RecentlyActive") else limits.LISTED_MS
    wanted = _Wanted(request)
    found = {
        series
        for metric in _stored(ctx, request.get("Namespace"))
        if metric.last_at_ms >= ctx.now_ms - age_ms
        and wanted.has(series := SeriesName(metric.namespace, metric.name, metric.dimensions))
    }
    emitted = emitted_series(ctx, request.get("Namespace"), since_ms=ctx.now_ms - age_ms)
    found.update(series for series in emitted if wanted.has(series))
    ordered = sorted(found, key=_name_of)
    try:
        chosen, token = page(ordered, _name_of, limits.METRICS_PER_PAGE, request.get("NextToken"))
    except InvalidToken:
        raise InvalidParameterValueException("Invalid nextToken") from None
    answer: Request = {"Metrics": [described(series) for series in chosen]}
    if request.get("IncludeLinkedAccounts"):
        answer["OwningAccounts"] = [ctx.account] * len(chosen)
    return answer | {"NextToken": token} if token else answer


def _stored(ctx: Context, namespace: str | None) -> Any:
    return METRICS.values(ctx, namespace) if namespace else METRICS.values(ctx)


def _name_of(series: SeriesName) -> str:
    return "\n".join(key_of(series))


def described(series: SeriesName) -> Request:
    """A metric as AWS shows it."""
    dimensions = [{"Name": name, "Value": value} for name, value in series.dimensions]
    return {"Namespace": series.namespace, "MetricName": series.name, "Dimensions": dimensions}


class _Wanted:
    """The filters of a ListMetrics."""

    def __init__(self, request: Request) -> None:
        self._namespace, self._name = request.get("Namespace"), request.get("MetricName")
        self._dimensions = request.get("Dimensions") or ()

    def has(self, series: SeriesName) -> bool:
        """Whether a metric passes all of them."""
        if self._namespace is not None and series.namespace != self._namespace:
            return False
        if self._name is not None and series.name != self._name:
            return False
        dimensions = dict(series.dimensions)
        return all(
            d["Name"] in dimensions and d.get("Value") in (None, dimensions[d["Name"]])
            for d in self._dimensions
        )
