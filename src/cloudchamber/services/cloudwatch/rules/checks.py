"""What PutMetricAlarm and PutCompositeAlarm take.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, AwsError
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import (
    InvalidParameterCombinationException,
    MissingRequiredParameterException,
    ValidationError,
)
from cloudchamber.services.cloudwatch.rules.evaluation import OPERATORS
from cloudchamber.services.cloudwatch.rules.notices import period_of
from cloudchamber.services.cloudwatch.rules.statistics import percentile_of, statistic_of

Request = dict[str, Any]
_MISSING = ("breaching", "notBreaching", "ignore", "missing")
_ACTION_MEMBERS = ("OKActions", "AlarmActions", "InsufficientDataActions")
_OF_ONE_METRIC = ("Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit", "Namespace")


def check_metric_alarm(request: Request) -> None:
    """Raise AWS's error for a metric alarm that cannot be."""
    check_actions(request)
    if request.get("ThresholdMetricId") or request.get("ComparisonOperator") not in (None, *OPERATORS):
        raise AwsError(
            "NotImplemented", "Anomaly detection alarms are not available in Cloud Chamber.", status=501
        )
    for member in ("ComparisonOperator", "EvaluationPeriods", "Threshold"):
        if request.get(member) is None:
            raise MissingRequiredParameterException(f"The parameter {member} is required.")
    if request.get("TreatMissingData", "missing") not in _MISSING:
        raise ValidationError(
            f"The value {request['TreatMissingData']} for parameter TreatMissingData is invalid. It must be one of "
            "[breaching, notBreaching, ignore, missing]."
        )
    if request.get("EvaluateLowSampleCountPercentile", "evaluate") not in ("evaluate", "ignore"):
        raise ValidationError(
            f"Option {request['EvaluateLowSampleCountPercentile']} is not supported. Supported options for parameter "
            "EvaluateLowSampleCountPercentile are evaluate and ignore."
        )
    datapoints, periods = request.get("DatapointsToAlarm"), request["EvaluationPeriods"]
    if datapoints is not None and datapoints > periods:
        raise ValidationError(
            "The parameter DatapointsToAlarm must be less than or equal to EvaluationPeriods."
        )
    if request.get("Metrics"):
        _check_queries(request)
    else:
        _check_metric(request)
    _check_span(period_of(request), periods)


def _check_metric(request: Request) -> None:
    for member in ("MetricName", "Namespace", "Period"):
        if request.get(member) is None:
            raise MissingRequiredParameterException(f"The parameter {member} is required.")
    simple, extended = request.get("Statistic"), request.get("ExtendedStatistic")
    if bool(simple) == bool(extended):
        raise InvalidParameterCombinationException(
            "Exactly one of the parameters Statistic and ExtendedStatistic must be specified."
        )
    if extended and statistic_of(extended) is None:
        raise ValidationError(f"The value {extended} for parameter ExtendedStatistic is not supported.")
    if request.get("EvaluateLowSampleCountPercentile") and percentile_of(extended or "") is None:
        raise ValidationError(
            "The parameter EvaluateLowSampleCountPercentile is only supported for percentile statistics."
        )
    check_period(request["Period"])


def _check_queries(request: Request) -> None:
    for member in ("MetricName", *_OF_ONE_METRIC):
        if request.get(member):
            raise InvalidParameterCombinationException(
                f"The parameters Metrics and {member} are mutually exclusive and you have specified both."
            )
    queries = request["Metrics"]
    if sum(query.get("ReturnData") is not False for query in queries) != 1:
        raise ValidationError("Exactly one element of the metrics list should return data.")
    metrics = [query for query in queries if query.get("MetricStat")]
    if not metrics or len(metrics) > limits.ALARM_METRICS_MAX:
        raise ValidationError(
            f"An alarm has between 1 and {limits.ALARM_METRICS_MAX} metrics in its metrics list."
        )
    for query in metrics:
        check_period(query["MetricStat"]["Period"])


def check_period(period_s: int) -> None:
    """The period of an alarm is 10, 20 or 30 seconds, or whole minutes."""
    if period_s not in (10, 20, 30) and period_s % 60:
        raise ValidationError("The parameter Period must be 10, 20, 30 or a multiple of 60.")


def _check_span(period_s: int, periods: int) -> None:
    span_s = period_s * periods
    if period_s >= 3600:
        if span_s > limits.EVALUATION_S_MAX_OF_LONG_PERIODS:
            raise ValidationError(
                "Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800)."
            )
    elif span_s > limits.EVALUATION_S_MAX:
        raise ValidationError(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."
        )


def check_actions(request: Request) -> None:
    """Actions are ARNs."""
    for member in _ACTION_MEMBERS:
        for action in request.get(member) or ():
            if Arn.parse(action) is None:
                raise ValidationError(f"Invalid arn syntax: {action}")
    if not request["AlarmName"].strip():
        raise ValidationError("The parameter AlarmName must not be blank.")
