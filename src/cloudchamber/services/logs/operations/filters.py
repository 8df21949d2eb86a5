"""Metric filters and subscription filters: put, describe, delete, test."""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import Collection, Context
from cloudchamber.languages.filter_pattern import ColumnPattern, FilterPattern
from cloudchamber.services.logs import limits, rules
from cloudchamber.services.logs.errors import (
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)
from cloudchamber.services.logs.model import MetricFilter, SubscriptionFilter
from cloudchamber.services.logs.operations.names import paged
from cloudchamber.services.logs.records import (
    METRIC_FILTERS,
    SUBSCRIPTION_FILTERS,
    count_metric_filters,
    group_named,
)

_SELECTOR = re.compile(r"\$[.\[][^\s=!<>()&|,{}]*")
AnyFilters = Collection[MetricFilter] | Collection[SubscriptionFilter]


def put_metric_filter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html"""
    for transformation in request["metricTransformations"]:
        if transformation.get("dimensions") and transformation.get("defaultValue") is not None:
            raise InvalidParameterException(
                "Invalid metric transformation: dimensions and default value are mutually exclusive properties."
            )
    name = _checked_name(ctx, METRIC_FILTERS, request, limits.METRIC_FILTERS_MAX)
    made = MetricFilter(name, ctx.now_ms, request)
    METRIC_FILTERS.put(ctx, made, request["logGroupName"], name)
    count_metric_filters(ctx, request["logGroupName"])
    return {}


def put_subscription_filter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html"""
    name = _checked_name(ctx, SUBSCRIPTION_FILTERS, request, limits.SUBSCRIPTION_FILTERS_MAX)
    settings = {"distribution": "ByLogStream"} | request
    SUBSCRIPTION_FILTERS.put(
        ctx, SubscriptionFilter(name, ctx.now_ms, settings), request["logGroupName"], name
    )
    return {}


def _checked_name(ctx: Context, filters: AnyFilters, request: dict[str, Any], count_max: int) -> str:
    """The filter's name, when the group exists, the pattern compiles and there is room."""
    group, name = group_named(ctx, request["logGroupName"]), request["filterName"]
    rules.compile_pattern(request["filterPattern"])
    if not filters.has(ctx, group.name, name) and filters.count(ctx, group.name) >= count_max:
        raise LimitExceededException()
    return name


def describe_metric_filters(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html"""
    group_name, prefix = request.get("logGroupName"), request.get("filterNamePrefix") or ""
    metric = request.get("metricName"), request.get("metricNamespace")
    if (metric[0] is None) != (metric[1] is None):
        raise InvalidParameterException("metricName and metricNamespace must be specified together.")
    if group_name:
        group_named(ctx, group_name)
    found = METRIC_FILTERS.values(ctx, group_name) if group_name else METRIC_FILTERS.values(ctx)
    matching = [
        item
        for item in found
        if item.name.startswith(prefix) and (metric[0] is None or metric in _metrics(item))
    ]
    chosen, more = paged(request, matching, lambda item: f"{item.settings['logGroupName']}\n{item.name}")
    return {"metricFilters": [item.settings | {"creationTime": item.created_at_ms} for item in chosen]} | more


def _metrics(item: MetricFilter) -> list[tuple[str, str]]:
    return [(t["metricName"], t["metricNamespace"]) for t in item.settings["metricTransformations"]]


def describe_subscription_filters(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html"""
    group, prefix = group_named(ctx, request["logGroupName"]), request.get("filterNamePrefix") or ""
    matching = [f for f in SUBSCRIPTION_FILTERS.values(ctx, group.name) if f.name.startswith(prefix)]
    chosen, more = paged(request, matching, lambda item: item.name)
    described = [item.settings | {"creationTime": item.created_at_ms} for item in chosen]
    return {"subscriptionFilters": described} | more


def delete_metric_filter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html"""
    _delete(ctx, METRIC_FILTERS, request, "The specified metric filter does not exist.")
    count_metric_filters(ctx, request["logGroupName"])
    return {}


def delete_subscription_filter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html"""
    return _delete(ctx, SUBSCRIPTION_FILTERS, request, "The specified subscription filter does not exist.")


def _delete(ctx: Context, filters: AnyFilters, request: dict[str, Any], absent: str) -> dict[str, Any]:
    group, name = group_named(ctx, request["logGroupName"]), request["filterName"]
    if not filters.has(ctx, group.name, name):
        raise ResourceNotFoundException(absent)
    filters.delete(ctx, group.name, name)
    return {}


def test_metric_filter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"""
    text = request["filterPattern"]
    pattern = rules.compile_pattern(text)
    matches = [
        {
            "eventNumber": number,
            "eventMessage": message,
            "extractedValues": _extracted(pattern, text, message),
        }
        for number, message in enumerate(request["logEventMessages"], 1)
        if pattern.matches(message)
    ]
    return {"matches": matches}


def _extracted(pattern: FilterPattern, text: str, message: str) -> dict[str, str]:
    if isinstance(pattern, ColumnPattern):
        return {f"${name}": value for name, value in (pattern.columns(message) or {}).items()}
    found = {selector: pattern.extract(message, selector) for selector in _SELECTOR.findall(text)}
    return {selector: str(value) for selector, value in found.items() if value is not None}
