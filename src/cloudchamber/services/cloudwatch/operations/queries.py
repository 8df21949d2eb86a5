"""GetMetricData: metrics and expressions over them, by id. Alarms on expressions are evaluated the same way.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import math
import re
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.languages.metric_math import (
    KEYWORDS,
    InvalidExpression,
    Node,
    Scope,
    Series,
    Value,
    compile_expression,
    evaluate,
)
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import InvalidNextToken, ValidationError
from cloudchamber.services.cloudwatch.operations.statistics import read
from cloudchamber.services.cloudwatch.rules.periods import binned, is_period, rounded_start_s
from cloudchamber.services.cloudwatch.rules.puts import series_of
from cloudchamber.services.cloudwatch.rules.statistics import statistic_of

Request = dict[str, Any]
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*\Z")


def get_metric_data(ctx: Context, request: Request) -> Request:
    """Up to 500 metrics and expressions. A page holds so many datapoints; a series that goes on is `PartialData`."""
    queries = request["MetricDataQueries"]
    check_queries(queries, "MetricDataQueries")
    if request["StartTime"] >= request["EndTime"]:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    start_ms, end_s = int(request["StartTime"] * 1000), -int(-request["EndTime"] // 1)
    found = Evaluation(ctx, queries, start_ms, end_s)
    results: list[Request] = []
    for query in queries:
        if query.get("ReturnData") is not False:
            results += _results(query, found.value(query["Id"]), found.instants(query))
    if request.get("ScanBy") != "TimestampAscending":
        for result in results:
            result["Timestamps"].reverse()
            result["Values"].reverse()
    return _page(request, results)


def check_queries(queries: list[Request], path: str) -> None:
    """Raise ValidationError for ids that are not unique or not ids, and for what is neither metric nor expression."""
    if len(queries) > limits.QUERIES_MAX:
        raise ValidationError(
            f"The collection {path} must not have a size greater than {limits.QUERIES_MAX}."
        )
    ids = [query["Id"] for query in queries]
    if len(set(ids)) < len(ids):
        raise ValidationError(f"The values for parameter id in {path} are not unique.")
    for number, query in enumerate(queries, 1):
        _check_query(query, f"{path}.member.{number}")
    for query in queries:
        if query.get("Expression"):
            _check_names(query, set(ids))


def _check_query(query: Request, path: str) -> None:
    if not _ID.match(query["Id"]):
        raise ValidationError(
            f"The value {query['Id']} for parameter {path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )
    stat, expression = query.get("MetricStat"), query.get("Expression")
    if (stat is None) == (expression is None):
        raise ValidationError(
            f"Exactly one of the parameters {path}.MetricStat and {path}.Expression is required."
        )
    if stat is None:
        return
    if not is_period(stat["Period"]):
        raise ValidationError(
            f"The parameter {path}.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60."
        )
    if statistic_of(stat["Stat"]) is None:
        raise ValidationError(
            f"The value {stat['Stat']} for parameter {path}.MetricStat.Stat is not supported."
        )


def _check_names(query: Request, ids: set[str]) -> None:
    unknown = sorted(name for name in _names(compiled(query)) - ids if name.upper() not in KEYWORDS)
    if unknown:
        raise ValidationError(f"Error in expression '{query['Id']}': Undefined variable '{unknown[0]}'")


def compiled(query: Request) -> Node:
    """The expression of a query. Raises ValidationError."""
    try:
        return compile_expression(query["Expression"])
    except InvalidExpression as error:
        raise ValidationError(f"Error in expression '{query['Id']}': {error}") from None


class Evaluation:
    """The values of some queries over one span of time, each computed when it is first asked for."""

    def __init__(self, ctx: Context, queries: list[Request], start_ms: int, end_s: int) -> None:
        self._ctx, self._start_ms, self._end_s = ctx, start_ms, end_s
        self._queries = {query["Id"]: query for query in queries}
        self._values: dict[str, Value] = {}
        self.sample_counts: dict[str, dict[int, float]] = {}
        self._under_way: list[str] = []
        periods = [query["MetricStat"]["Period"] for query in queries if query.get("MetricStat")]
        self.period_s: int = max(periods, default=60)

    def value(self, query_id: str) -> Value:
        """The value of the query of that id. Raises ValidationError."""
        if query_id not in self._values:
            query = self._queries[query_id]
            self._values[query_id] = self._metric(query) if query.get("MetricStat") else self._math(query)
        return self._values[query_id]

    def instants(self, query: Request) -> tuple[int, ...]:
        """When periods of a query begin."""
        stat = query.get("MetricStat")
        period_s = stat["Period"] if stat else query.get("Period") or self.period_s
        start_s = rounded_start_s(self._start_ms, self._ctx.now_ms, period_s)
        return tuple(range(start_s, self._end_s, period_s))

    def _metric(self, query: Request) -> Series:
        stat = query["MetricStat"]
        metric, period_s = stat["Metric"], stat["Period"]
        ctx = self._ctx
        if query.get("AccountId"):
            ctx = ctx.elsewhere(account=query["AccountId"])
        series = series_of(
            metric.get("Namespace", ""), metric.get("MetricName", ""), metric.get("Dimensions")
        )
        start_s = rounded_start_s(self._start_ms, ctx.now_ms, period_s)
        found = read(ctx, series, start_s, self._end_s, fine=period_s < 60, unit=stat.get("Unit"))
        compute = statistic_of(stat["Stat"])
        assert compute is not None, "queries were checked"
        values: dict[int, float] = {}
        counts: dict[int, float] = {}
        for at_s, point in sorted(binned(found, start_s, period_s).items()):
            value = compute(point)
            if value is not None:
                values[at_s], counts[at_s] = value, point.sample_count
        self.sample_counts[query["Id"]] = counts
        return Series(values, period_s, query.get("Label") or series.name)

    def _math(self, query: Request) -> Value:
        query_id = query["Id"]
        if query_id in self._under_way:
            raise ValidationError(f"Error in expression '{query_id}': Circular reference")
        self._under_way.append(query_id)
        node = compiled(query)
        metric_ids = tuple(each for each, other in self._queries.items() if other.get("MetricStat"))
        wanted = {*_names(node), *(metric_ids if _uses_metrics(node) else ())} & self._queries.keys()
        known: dict[str, Series | list[Series]] = {}
        for name in sorted(wanted):
            value = self.value(name)
            known[name] = value if isinstance(value, (Series, list)) else self._constant(query, value)
        try:
            found = evaluate(node, Scope(known, metric_ids, self.instants(query), self.period_s))
        except InvalidExpression as error:
            raise ValidationError(f"Error in expression '{query_id}': {error}") from None
        self._under_way.pop()
        return found if isinstance(found, (Series, list)) else self._constant(query, found)

    def _constant(self, query: Request, value: Value) -> Series:
        """A number as a series: the same at each instant."""
        if not isinstance(value, (int, float)):
            raise ValidationError(f"Error in expression '{query['Id']}': The result is not a time series")
        points = {} if math.isnan(value) else dict.fromkeys(self.instants(query), float(value))
        return Series(points, self.period_s)


def _names(node: Node) -> set[str]:
    found = {node.text} if node.kind == "name" else set[str]()
    for part in node.parts:
        found |= _names(part)
    return found


def _uses_metrics(node: Node) -> bool:
    called = node.kind == "call" and node.text.upper() == "METRICS"
    return called or any(_uses_metrics(part) for part in node.parts)


def _results(query: Request, value: Value, instants: tuple[int, ...]) -> list[Request]:
    array = value if isinstance(value, list) else [value]
    found: list[Request] = []
    for series in array:
        assert isinstance(series, Series)
        at = sorted(series.points)
        label = query.get("Label") or (series.label if isinstance(value, list) else "")
        if query.get("MetricStat"):
            label = series.label
        values = [series.points[at_s] for at_s in at]
        found.append(
            {
                "Id": query["Id"],
                "Label": label or query["Id"],
                "Timestamps": at,
                "Values": values,
                "StatusCode": "Complete",
            }
        )
    return found


def _page(request: Request, results: list[Request]) -> Request:
    """So many datapoints from the one that the token names; the results of a page are cut where it ends."""
    room = request.get("MaxDatapoints") or limits.DATAPOINTS_PER_PAGE_MAX
    first = _first(request.get("NextToken"))
    found: list[Request] = []
    seen, token = 0, None
    for result in results:
        count = len(result["Timestamps"])
        begin, end = max(first - seen, 0), min(first + room - seen, count)
        seen += count
        if (begin >= count and count) or (not count and first):
            continue
        if end < begin or (end == begin and count):
            token = str(first + room)
            break
        cut = {"Timestamps": result["Timestamps"][begin:end], "Values": result["Values"][begin:end]}
        found.append(result | cut | {"StatusCode": "Complete" if end == count else "PartialData"})
        if end < count:
            token = str(first + room)
            break
    answer: Request = {"MetricDataResults": found, "Messages": []}
    return answer | {"NextToken": token} if token else answer


def _first(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdigit():
        raise InvalidNextToken()
    return int(token)
