"""What PutMetricData takes: one datum checked, and made a point.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
"""

from __future__ import annotations

import math
from typing import Any

from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import (
    InvalidParameterCombinationException,
    InvalidParameterValueException,
    MissingRequiredParameterException,
)
from cloudchamber.services.cloudwatch.model import Point, SeriesName
from cloudchamber.services.cloudwatch.rules.points import of_statistics, of_values

_FORMS = ("Value", "StatisticValues", "Values")


def series_of(namespace: str, name: str, dimensions: list[dict[str, str]] | None) -> SeriesName:
    """The name of a metric; the order in which its dimensions are given does not matter."""
    return SeriesName(namespace, name, tuple(sorted((d["Name"], d["Value"]) for d in dimensions or ())))


def check_namespace(namespace: str) -> None:
    """Namespaces that begin with `AWS/` are those of AWS services."""
    if namespace.startswith("AWS/"):
        raise InvalidParameterValueException("The value AWS/ for parameter Namespace is invalid.")


def check_timestamp(path: str, at_ms: int, now_ms: int) -> None:
    """An instant must lie within the past two weeks and the next two hours."""
    if at_ms < now_ms - limits.PAST_MS_MAX:
        raise InvalidParameterValueException(
            f"The parameter {path}.Timestamp must specify a time no more than two weeks in the past."
        )
    if at_ms > now_ms + limits.FUTURE_MS_MAX:
        raise InvalidParameterValueException(
            f"The parameter {path}.Timestamp must specify a time no more than two hours in the future."
        )


def check_resolution(path: str, resolution: int | None) -> bool:
    """Whether a datum is of high resolution. Raises for anything but a second and a minute."""
    if resolution not in (None, 1, 60):
        raise InvalidParameterValueException(
            f"The parameter {path}.StorageResolution must be a value of 1 or 60."
        )
    return resolution == 1


def check_dimensions(path: str, dimensions: list[dict[str, str]] | None) -> None:
    """Names and values of dimensions hold something else than blanks, and a name comes once."""
    for number, dimension in enumerate(dimensions or (), 1):
        for member in ("Name", "Value"):
            if not dimension[member].strip():
                raise InvalidParameterValueException(
                    f"The parameter {path}.Dimensions.member.{number}.{member} is blank."
                )
            if not dimension[member].isascii():
                raise InvalidParameterValueException(
                    f"The value {dimension[member]} for parameter {path}.Dimensions.member.{number}.{member} contains "
                    "non-ASCII characters."
                )


def point_of(path: str, datum: dict[str, Any]) -> Point | None:
    """The values of a datum, in whichever of the three forms they came; None when each of them came zero times."""
    given = [form for form in _FORMS if datum.get(form) is not None]
    if not given:
        raise MissingRequiredParameterException("At least one of the parameters must be specified.")
    if len(given) > 1:
        raise InvalidParameterCombinationException(
            f"The parameters {path}.{given[0]} and {path}.{given[1]} are mutually exclusive and you have specified both."
        )
    if given[0] == "Value":
        _check_number(f"{path}.Value", datum["Value"])
        return of_values((datum["Value"],), (1.0,))
    if given[0] == "Values":
        return _of_values(path, datum["Values"], datum.get("Counts"))
    return _of_statistics(f"{path}.StatisticValues", datum["StatisticValues"])


def _of_values(path: str, values: list[float], counts: list[float] | None) -> Point | None:
    if len(values) > limits.VALUES_PER_METRIC_MAX:
        raise InvalidParameterValueException(
            f"The collection {path}.Values must not have a size greater than {limits.VALUES_PER_METRIC_MAX}."
        )
    if counts is None:
        counts = [1.0] * len(values)
    if len(counts) != len(values):
        raise InvalidParameterValueException(
            f"The parameters {path}.Values and {path}.Counts must be of the same size."
        )
    for number, (value, count) in enumerate(zip(values, counts, strict=True), 1):
        _check_number(f"{path}.Values.member.{number}", value)
        _check_number(f"{path}.Counts.member.{number}", count)
        if count < 0:
            raise InvalidParameterValueException(
                f"The parameter {path}.Counts.member.{number} must be greater than or equal to 0."
            )
    return of_values(values, counts) if any(counts) else None


def _of_statistics(path: str, given: dict[str, float]) -> Point:
    for member in ("SampleCount", "Sum", "Minimum", "Maximum"):
        _check_number(f"{path}.{member}", given[member])
    if given["SampleCount"] <= 0:
        raise InvalidParameterValueException(f"The parameter {path}.SampleCount must be greater than 0.")
    if given["Minimum"] > given["Maximum"]:
        raise InvalidParameterValueException(
            f"The parameter {path}.Maximum must be greater than or equal to {path}.Minimum."
        )
    return of_statistics(given["SampleCount"], given["Sum"], given["Minimum"], given["Maximum"])


def _check_number(path: str, value: float) -> None:
    if not math.isfinite(value) or abs(value) > limits.VALUE_MAX:
        text = "NaN" if math.isnan(value) else str(value)
        raise InvalidParameterValueException(f"The value {text} for parameter {path} is invalid.")
