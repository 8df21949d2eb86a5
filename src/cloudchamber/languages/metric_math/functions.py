"""The functions of metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from cloudchamber.languages.metric_math.errors import InvalidExpression
from cloudchamber.languages.metric_math.values import Scope, Series, Value

Function = Callable[[list[Value], Scope], Value]
Reduce = Callable[[list[float]], float]


def _aggregate(name: str, reduce: Reduce) -> Function:
    """Of one series, a number; of an array, a series: at each instant, of those that have a value there."""

    def run(given: list[Value], scope: Scope) -> Value:
        (value,) = _arguments(name, given, 1)
        if isinstance(value, Series):
            return reduce(list(value.points.values())) if value.points else math.nan
        if isinstance(value, list):
            return _across(value, reduce, scope)
        raise InvalidExpression(f"{name} takes time series")

    return run


def _across(array: list[Series], reduce: Reduce, scope: Scope) -> Series:
    values: dict[int, list[float]] = {}
    for series in array:
        for at_s, value in series.points.items():
            values.setdefault(at_s, []).append(value)
    period_s = max((series.period_s for series in array), default=scope.period_s)
    return Series({at_s: reduce(values[at_s]) for at_s in sorted(values)}, period_s)


def _deviation(values: list[float]) -> float:
    return statistics.pstdev(values)


def _each(name: str, compute: Callable[[float], float | None]) -> Function:
    """Of a number, a number; of a series, one with each value computed; of an array, each of its series."""

    def of(series: Series) -> Series:
        found = {at: new for at, value in series.points.items() if (new := compute(value)) is not None}
        return Series(found, series.period_s, series.label)

    def run(given: list[Value], scope: Scope) -> Value:
        (value,) = _arguments(name, given, 1)
        if isinstance(value, Series):
            return of(value)
        if isinstance(value, list):
            return [of(series) for series in value]
        if isinstance(value, str):
            raise InvalidExpression(f"{name} takes numbers and time series")
        found = compute(value)
        return math.nan if found is None else found

    return run


def _of_series(name: str, compute: Callable[[Series], Series]) -> Function:
    def run(given: list[Value], scope: Scope) -> Value:
        (value,) = _arguments(name, given, 1)
        if isinstance(value, Series):
            return compute(value)
        if isinstance(value, list):
            return [compute(series) for series in value]
        raise InvalidExpression(f"{name} takes time series")

    return run


def _successive(compute: Callable[[float, float, int], float]) -> Callable[[Series], Series]:
    """Each value with the one before it: `compute(before, now, seconds between)`."""

    def run(series: Series) -> Series:
        instants = sorted(series.points)
        found = {
            now: compute(series.points[before], series.points[now], now - before)
            for before, now in itertools.pairwise(instants)
        }
        return Series(found, series.period_s, series.label)

    return run


def _running_sum(series: Series) -> Series:
    total, found = 0.0, {}
    for at_s in sorted(series.points):
        total += series.points[at_s]
        found[at_s] = total
    return Series(found, series.period_s, series.label)


def _when(name: str, read: Callable[[datetime], int]) -> Function:
    """A part of the instant of each value, in UTC."""

    def of(series: Series) -> Series:
        found = {at_s: float(read(datetime.fromtimestamp(at_s, UTC))) for at_s in series.points}
        return Series(found, series.period_s, series.label)

    return _of_series(name, of)


def _fill(given: list[Value], scope: Scope) -> Value:
    """Give a value to the instants of the request that have none: a number, that of another series, REPEAT or LINEAR."""
    value, filler = _arguments("FILL", given, 2)
    if isinstance(value, list):
        return [_filled(series, filler, scope) for series in value]
    if not isinstance(value, Series):
        raise InvalidExpression("FILL takes time series")
    return _filled(value, filler, scope)


def _filled(series: Series, filler: Value, scope: Scope) -> Series:
    known = sorted(series.points)
    found: dict[int, float] = {}
    for at_s in sorted({*scope.instants, *known}):
        value = series.points.get(at_s)
        if value is None:
            value = _filling(series, known, at_s, filler)
        if value is not None:
            found[at_s] = value
    return Series(found, series.period_s, series.label)


def _filling(series: Series, known: list[int], at_s: int, filler: Value) -> float | None:
    if isinstance(filler, Series):
        return filler.points.get(at_s)
    if isinstance(filler, (int, float)):
        return filler
    before = [known_s for known_s in known if known_s < at_s]
    if filler == "REPEAT":
        return series.points[before[-1]] if before else None
    if filler != "LINEAR":
        raise InvalidExpression("FILL takes a number, a time series, REPEAT or LINEAR")
    behind = [known_s for known_s in known if known_s > at_s]
    if not before or not behind:
        return None
    first, last = before[-1], behind[0]
    share = (at_s - first) / (last - first)
    return series.points[first] + share * (series.points[last] - series.points[first])


def _if(given: list[Value], scope: Scope) -> Value:
    """At each instant, the one or the other as the condition is not 0 or 0. Without the other, no value."""
    condition, then, *other = given if len(given) in (2, 3) else _arguments("IF", given, 3)
    otherwise = other[0] if other else None
    if any(isinstance(value, (list, str)) for value in given):
        raise InvalidExpression("IF takes numbers and time series")
    if isinstance(condition, (int, float)):
        chosen = then if condition else otherwise
        return Series({}, scope.period_s) if chosen is None else chosen
    assert isinstance(condition, Series)
    found: dict[int, float] = {}
    for at_s, truth in condition.points.items():
        chosen = then if truth else otherwise
        value = chosen.points.get(at_s) if isinstance(chosen, Series) else chosen
        if isinstance(value, (int, float)):
            found[at_s] = value
    return Series(found, condition.period_s, condition.label)


def _metrics(given: list[Value], scope: Scope) -> Value:
    """All metrics of the request, or those whose ids contain a text."""
    part = given[0] if given else ""
    if not isinstance(part, str):
        raise InvalidExpression("METRICS takes a text")
    found: list[Series] = []
    for metric_id in scope.metric_ids:
        value = scope.series.get(metric_id)
        if part in metric_id and isinstance(value, Series):
            found.append(value)
    return found


def _metric_count(given: list[Value], scope: Scope) -> Value:
    (value,) = _arguments("METRIC_COUNT", given, 1)
    return float(len(value)) if isinstance(value, list) else 1.0


def _datapoint_count(given: list[Value], scope: Scope) -> Value:
    (value,) = _arguments("DATAPOINT_COUNT", given, 1)
    if isinstance(value, Series):
        return float(len(value.points))
    if isinstance(value, list):
        return _across(value, lambda values: float(len(values)), scope)
    raise InvalidExpression("DATAPOINT_COUNT takes time series")


def _period(given: list[Value], scope: Scope) -> Value:
    (value,) = _arguments("PERIOD", given, 1)
    if not isinstance(value, Series):
        raise InvalidExpression("PERIOD takes a time series")
    return float(value.period_s)


def _time_series(given: list[Value], scope: Scope) -> Value:
    (value,) = _arguments("TIME_SERIES", given, 1)
    if not isinstance(value, (int, float)):
        raise InvalidExpression("TIME_SERIES takes a number")
    return Series(dict.fromkeys(scope.instants, value), scope.period_s)


def _edge(name: str, index: int) -> Function:
    def run(given: list[Value], scope: Scope) -> Value:
        (value,) = _arguments(name, given, 1)
        if not isinstance(value, list) or not value:
            raise InvalidExpression(f"{name} takes an array of time series")
        return value[index]

    return run


def _slice(given: list[Value], scope: Scope) -> Value:
    if len(given) not in (2, 3) or not isinstance(given[0], list):
        raise InvalidExpression(
            "SLICE takes an array of time series, a first index and an index behind the last"
        )
    bounds = [int(bound) for bound in given[1:] if isinstance(bound, (int, float))]
    found = given[0][bounds[0] : bounds[1]] if len(bounds) > 1 else given[0][bounds[0] :]
    return found[0] if len(found) == 1 and len(bounds) == 1 else found


def _sort(given: list[Value], scope: Scope) -> Value:
    if len(given) not in (3, 4) or not isinstance(given[0], list):
        raise InvalidExpression("SORT takes an array of time series, a function, ASC or DESC, and a count")
    reduce = _REDUCES.get(str(given[1]))
    if reduce is None:
        raise InvalidExpression("SORT takes AVG, MIN, MAX or SUM")
    series = [each for each in given[0] if each.points]
    series.sort(key=lambda each: reduce(list(each.points.values())), reverse=given[2] == "DESC")
    count = given[3] if len(given) == 4 else len(series)
    return series[: int(count)] if isinstance(count, (int, float)) else series


def _remove_empty(given: list[Value], scope: Scope) -> Value:
    (value,) = _arguments("REMOVE_EMPTY", given, 1)
    return [series for series in value if series.points] if isinstance(value, list) else value


def _arguments(name: str, given: list[Value], count: int) -> list[Value]:
    if len(given) != count:
        raise InvalidExpression(f"{name} takes {count} argument{'s' if count > 1 else ''}")
    return given


def _mean(values: Iterable[float]) -> float:
    return statistics.fmean(values)


def _log(base: Callable[[float], float]) -> Callable[[float], float | None]:
    return lambda value: base(value) if value > 0 else None


_REDUCES: dict[str, Reduce] = {"AVG": _mean, "MAX": max, "MIN": min, "SUM": math.fsum}

FUNCTIONS: dict[str, Function] = {
    **{name: _aggregate(name, reduce) for name, reduce in (*_REDUCES.items(), ("STDDEV", _deviation))},
    "ABS": _each("ABS", abs),
    "CEIL": _each("CEIL", lambda value: float(math.ceil(value))),
    "DATAPOINT_COUNT": _datapoint_count,
    "DATE": _when("DATE", lambda at: at.day),
    "DAY": _when("DAY", lambda at: at.isoweekday()),
    "DIFF": _of_series("DIFF", _successive(lambda before, now, seconds: now - before)),
    "DIFF_TIME": _of_series("DIFF_TIME", _successive(lambda before, now, seconds: float(seconds))),
    "EPOCH": _when("EPOCH", lambda at: int(at.timestamp())),
    "FILL": _fill,
    "FIRST": _edge("FIRST", 0),
    "FLOOR": _each("FLOOR", lambda value: float(math.floor(value))),
    "HOUR": _when("HOUR", lambda at: at.hour),
    "IF": _if,
    "LAST": _edge("LAST", -1),
    "LOG": _each("LOG", _log(math.log)),
    "LOG10": _each("LOG10", _log(math.log10)),
    "METRICS": _metrics,
    "METRIC_COUNT": _metric_count,
    "MINUTE": _when("MINUTE", lambda at: at.minute),
    "MONTH": _when("MONTH", lambda at: at.month),
    "PERIOD": _period,
    "RATE": _of_series("RATE", _successive(lambda before, now, seconds: (now - before) / seconds)),
    "REMOVE_EMPTY": _remove_empty,
    "RUNNING_SUM": _of_series("RUNNING_SUM", _running_sum),
    "SLICE": _slice,
    "SORT": _sort,
    "TIME_SERIES": _time_series,
    "YEAR": _when("YEAR", lambda at: at.year),
}
