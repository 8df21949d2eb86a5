"""Metrics out of log events: the embedded metric format, and metric filters.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from cloudchamber.aws import Context
from cloudchamber.languages.filter_pattern import FilterPattern, compile_filter
from cloudchamber.services.logs import limits
from cloudchamber.services.logs.model import LogGroup, MetricFilter
from cloudchamber.services.logs.records import METRIC_FILTERS

Events = list[dict[str, Any]]
Datum = dict[str, Any]
PRINCIPAL = "logs.amazonaws.com"


def emit(ctx: Context, group: LogGroup, events: Events) -> None:
    """Put the metrics of some events that came into a group."""
    for event in events:
        if '"CloudWatchMetrics"' in event["message"]:
            _put_embedded(ctx, event["message"])
    if group.metric_filter_count:
        for metric_filter in METRIC_FILTERS.values(ctx, group.name):
            _put_filtered(ctx, metric_filter, events)


def _put(ctx: Context, namespace: str, data: list[Datum]) -> None:
    """What CloudWatch does not take is lost, as on AWS."""
    if data:
        request = {"Namespace": namespace, "MetricData": data}
        ctx.later("cloudwatch", "put_service_metric_data", request, principal=PRINCIPAL)


# -- embedded metric format


class _Definition(msgspec.Struct):
    Name: str
    Unit: str = "None"
    StorageResolution: int = 60


class _Directive(msgspec.Struct):
    Namespace: str
    Dimensions: list[list[str]] = []
    Metrics: list[_Definition] = []


class _Metadata(msgspec.Struct):
    Timestamp: int
    CloudWatchMetrics: list[_Directive]


def _put_embedded(ctx: Context, message: str) -> None:
    try:
        found = msgspec.json.decode(message, type=dict[str, Any])
        metadata = msgspec.convert(found.get("_aws"), _Metadata)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return
    for directive in metadata.CloudWatchMetrics:
        data: list[Datum] = []
        for names in directive.Dimensions or [[]]:
            if all(name in found for name in names):
                dimensions = [{"Name": name, "Value": _text(found[name])} for name in names]
                data += _data(found, directive, dimensions, metadata.Timestamp / 1000)
        _put(ctx, directive.Namespace, data)


def _data(
    found: dict[str, Any], directive: _Directive, dimensions: list[dict[str, str]], timestamp: float
) -> list[Datum]:
    data: list[Datum] = []
    for definition in directive.Metrics[: limits.EMBEDDED_METRICS_MAX]:
        values = _numbers(found.get(definition.Name))
        if values:
            datum = {
                "MetricName": definition.Name,
                "Dimensions": dimensions,
                "Timestamp": timestamp,
                "Values": values,
                "Unit": definition.Unit,
                "StorageResolution": definition.StorageResolution,
            }
            data.append(datum)
    return data


def _numbers(value: Any) -> list[float]:
    """A number, or up to a hundred of them."""
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    numbers = [
        float(each) for each in values if isinstance(each, (int, float)) and not isinstance(each, bool)
    ]
    return numbers if len(numbers) == len(values) <= limits.EMBEDDED_VALUES_MAX else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


# -- metric filters


def _put_filtered(ctx: Context, metric_filter: MetricFilter, events: Events) -> None:
    """The metrics of one filter: of each event that it matches; the default value when it matches none of them."""
    pattern = compile_filter(metric_filter.settings["filterPattern"])
    matching = [event for event in events if pattern.matches(event["message"])]
    for transformation in metric_filter.settings["metricTransformations"]:
        data = [
            datum for event in matching if (datum := _transformed(pattern, transformation, event)) is not None
        ]
        if not matching and transformation.get("defaultValue") is not None:
            data = [_datum(transformation, transformation["defaultValue"], events[-1], [])]
        _put(ctx, transformation["metricNamespace"], data)


def _transformed(
    pattern: FilterPattern, transformation: dict[str, Any], event: dict[str, Any]
) -> Datum | None:
    """One event as a datum; None when its value is no number or a dimension has no value."""
    value = transformation["metricValue"]
    if value.startswith("$"):
        value = pattern.extract(event["message"], value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    dimensions: list[dict[str, str]] = []
    for name, selector in (transformation.get("dimensions") or {}).items():
        found = pattern.extract(event["message"], selector)
        if found is None:
            return None
        dimensions.append({"Name": name, "Value": _text(found)})
    return _datum(transformation, number, event, dimensions)


def _datum(
    transformation: dict[str, Any], value: float, event: dict[str, Any], dimensions: list[dict[str, str]]
) -> Datum:
    return {
        "MetricName": transformation["metricName"],
        "Dimensions": dimensions,
        "Timestamp": event["timestamp"] / 1000,
        "Value": value,
        "Unit": transformation.get("unit") or "None",
    }
