"""Evaluating metric alarms: once a minute, or as often as a shorter period says, while they exist.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.languages.metric_math import Series
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.model import Alarm
from cloudchamber.services.cloudwatch.operations.emitted import read_gauge
from cloudchamber.services.cloudwatch.operations.queries import Evaluation
from cloudchamber.services.cloudwatch.operations.transitions import change_state
from cloudchamber.services.cloudwatch.records import ALARMS, put_alarm
from cloudchamber.services.cloudwatch.rules import reasons
from cloudchamber.services.cloudwatch.rules.evaluation import Rule, judge, samples_needed
from cloudchamber.services.cloudwatch.rules.notices import period_of
from cloudchamber.services.cloudwatch.rules.puts import series_of
from cloudchamber.services.cloudwatch.rules.reasons import Datapoint
from cloudchamber.services.cloudwatch.rules.statistics import percentile_of

Settings = dict[str, Any]


def schedule(ctx: Context, alarm: Alarm) -> None:
    """Evaluate an alarm at the end of its next interval."""
    every_ms = interval_s(alarm.settings) * 1000
    due_at_ms = (ctx.now_ms // every_ms + 1) * every_ms
    request = {"Name": alarm.name, "Serial": alarm.serial}
    ctx.later("cloudwatch", "evaluate_alarm", request, due_at_ms=due_at_ms, recurring=True)


def interval_s(settings: Settings) -> int:
    """How often an alarm is evaluated."""
    return settings.get("EvaluationInterval") or min(period_of(settings), 60)


def evaluate_alarm(ctx: Context, request: dict[str, Any]) -> None:
    """The end of an interval. Meant while the alarm is configured as it was when this was put into the outbox."""
    alarm = ALARMS.get(ctx, request["Name"])
    if alarm is None or alarm.serial != request["Serial"]:
        return
    schedule(ctx, alarm)
    try:
        evaluate(ctx, alarm)
    except AwsError as error:
        if alarm.evaluation_state != "EVALUATION_ERROR":
            change_state(ctx, alarm, "INSUFFICIENT_DATA", error.message, evaluation_state="EVALUATION_ERROR")


def evaluate(ctx: Context, alarm: Alarm) -> None:
    """Look at the datapoints that end now, and take the state that follows."""
    settings, period_s = alarm.settings, period_of(alarm.settings)
    rule = rule_of(settings)
    points = _datapoints(ctx, settings, rule, period_s)
    if alarm.evaluation_state:
        alarm = msgspec.structs.replace(alarm, evaluation_state="")
        put_alarm(ctx, alarm)
    verdict = judge(rule, [point.value if point else None for point in points])
    used = [point for index in verdict.used if (point := points[index])]
    if verdict.state in (None, alarm.state) or _too_few(settings, used):
        return
    state = verdict.state
    assert state is not None
    reason = reasons.state_reason(rule, verdict, used, m_out_of_n=bool(settings.get("DatapointsToAlarm")))
    data = reasons.reason_data(rule, used, now_ms=ctx.now_ms, period_s=period_s, statistic=settings)
    change_state(ctx, alarm, state, reason, data)


def rule_of(settings: Settings) -> Rule:
    """How the datapoints of an alarm are judged. Those of DynamoDB's metrics ignore what is missing, whatever they say."""
    missing = settings.get("TreatMissingData") or "missing"
    if settings.get("Namespace") == "AWS/DynamoDB":
        missing = "ignore"
    periods = settings["EvaluationPeriods"]
    return Rule(
        settings["ComparisonOperator"],
        settings["Threshold"],
        periods,
        settings.get("DatapointsToAlarm") or periods,
        missing,
    )


def _datapoints(ctx: Context, settings: Settings, rule: Rule, period_s: int) -> list[Datapoint | None]:
    """The evaluation range, oldest first; None where there is no datapoint."""
    queries, wanted = _queries(settings)
    step_s = (
        period_s
        if (settings.get("EvaluationWindow") or {}).get("WallClockWindow") is not None
        else min(period_s, 60)
    )
    end_s = ctx.now_ms // 1000 // step_s * step_s
    start_s = end_s - (rule.evaluation_periods + limits.EXTRA_PERIODS) * period_s
    for query in queries:
        if query.get("MetricStat"):
            metric = query["MetricStat"]["Metric"]
            series = series_of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions"))
            read_gauge(ctx, series, end_s - 1)
    found = Evaluation(ctx, queries, start_s * 1000, end_s)
    value = found.value(wanted)
    if not isinstance(value, Series):
        raise AwsError("ValidationError", f"The expression '{wanted}' does not give a single time series.")
    counts = found.sample_counts.get(wanted, {})
    return [
        Datapoint(at_s, value.points[at_s], counts.get(at_s)) if at_s in value.points else None
        for at_s in range(start_s, end_s, period_s)
    ]


def _queries(settings: Settings) -> tuple[list[Settings], str]:
    """What an alarm looks at as queries, and the id of the one that decides."""
    if "Metrics" in settings:
        queries = settings["Metrics"]
        return queries, next(query["Id"] for query in queries if query.get("ReturnData") is not False)
    stat = {
        "Metric": {
            "Namespace": settings["Namespace"],
            "MetricName": settings["MetricName"],
            "Dimensions": settings.get("Dimensions"),
        },
        "Period": settings["Period"],
        "Stat": settings.get("Statistic") or settings.get("ExtendedStatistic"),
        "Unit": settings.get("Unit"),
    }
    return [{"Id": "m1", "MetricStat": stat}], "m1"


def _too_few(settings: Settings, used: list[Datapoint]) -> bool:
    """Whether an alarm on a percentile is to wait for more samples."""
    percentile = percentile_of(settings.get("ExtendedStatistic") or "")
    if percentile is None or settings.get("EvaluateLowSampleCountPercentile") != "ignore" or not used:
        return False
    return sum(point.sample_count or 0 for point in used) < samples_needed(percentile)
