"""What others are told of an alarm: SNS topics, functions, the event bus, its own history.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from cloudchamber.services.cloudwatch.model import Alarm
from cloudchamber.services.cloudwatch.rules.reasons import timestamp

Json = dict[str, Any]

# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
REGIONS = {
    "af-south-1": "Africa (Cape Town)",
    "ap-east-1": "Asia Pacific (Hong Kong)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-northeast-3": "Asia Pacific (Osaka)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ca-central-1": "Canada (Central)",
    "eu-central-1": "EU (Frankfurt)",
    "eu-north-1": "EU (Stockholm)",
    "eu-south-1": "EU (Milan)",
    "eu-west-1": "EU (Ireland)",
    "eu-west-2": "EU (London)",
    "eu-west-3": "EU (Paris)",
    "me-south-1": "Middle East (Bahrain)",
    "sa-east-1": "South America (Sao Paulo)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}
_STATISTICS = {"SampleCount": "SAMPLE_COUNT"}
_ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
ACTIONS_OF: dict[str, str] = dict(zip(("OK", "ALARM", "INSUFFICIENT_DATA"), _ACTIONS, strict=True))


class Change(NamedTuple):
    """An alarm after its state changed, what it was before, and where it is."""

    alarm: Alarm
    before: Alarm
    account: str
    region: str
    arn: str
    metric_id: str


def subject(change: Change) -> str:
    """`ALARM: "DLQ is not empty" in US East (N. Virginia)`, of at most a hundred characters."""
    place = REGIONS.get(change.region, change.region)
    return f'{change.alarm.state}: "{change.alarm.name}" in {place}'[:100]


def sns_message(change: Change) -> str:
    """What a topic is told."""
    alarm, settings = change.alarm, change.alarm.settings
    message: Json = {
        "AlarmName": alarm.name,
        "AlarmDescription": settings.get("AlarmDescription"),
        "AWSAccountId": change.account,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.configured_at_ms),
        "NewStateValue": alarm.state,
        "NewStateReason": alarm.reason,
        "StateChangeTime": timestamp(alarm.transitioned_at_ms),
        "Region": REGIONS.get(change.region, change.region),
        "AlarmArn": change.arn,
        "OldStateValue": change.before.state,
        **{name: settings.get(name) or [] for name in _ACTIONS},
    }
    if alarm.composite:
        message["AlarmRule"] = settings["AlarmRule"]
        message["TriggeringChildren"] = [
            {"Arn": child["arn"], "State": {name.title(): text for name, text in child["state"].items()}}
            for child in (json.loads(alarm.reason_data) if alarm.reason_data else {}).get(
                "triggeringAlarms", ()
            )
        ]
    else:
        message["Trigger"] = _trigger(settings)
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


def _trigger(settings: Json) -> Json:
    trigger: Json = {}
    if "MetricName" in settings:
        trigger = {"MetricName": settings["MetricName"], "Namespace": settings["Namespace"]}
        if settings.get("Statistic"):
            name = _STATISTICS.get(settings["Statistic"], settings["Statistic"].upper())
            trigger |= {"StatisticType": "Statistic", "Statistic": name}
        else:
            trigger |= {
                "StatisticType": "ExtendedStatistic",
                "ExtendedStatistic": settings["ExtendedStatistic"],
            }
        trigger |= {"Unit": settings.get("Unit"), "Dimensions": _dimensions(settings.get("Dimensions"))}
    trigger |= {"Period": period_of(settings), "EvaluationPeriods": settings["EvaluationPeriods"]}
    if settings.get("DatapointsToAlarm"):
        trigger["DatapointsToAlarm"] = settings["DatapointsToAlarm"]
    trigger |= {
        "ComparisonOperator": settings["ComparisonOperator"],
        "Threshold": float(settings["Threshold"]),
        "TreatMissingData": settings.get("TreatMissingData") or "",
        "EvaluateLowSampleCountPercentile": settings.get("EvaluateLowSampleCountPercentile") or "",
    }
    if "Metrics" in settings:
        trigger["Metrics"] = [_query(query) for query in settings["Metrics"]]
    return trigger


def _query(query: Json) -> Json:
    found = {name: query[name] for name in ("Expression", "Id", "Label", "AccountId") if name in query}
    stat = query.get("MetricStat")
    if stat:
        metric = stat["Metric"]
        found["MetricStat"] = {
            "Metric": {
                "Dimensions": _dimensions(metric.get("Dimensions")),
                "MetricName": metric.get("MetricName"),
                "Namespace": metric.get("Namespace"),
            },
            **{name: stat[name] for name in ("Period", "Stat", "Unit") if name in stat},
        }
    return found | {"ReturnData": query.get("ReturnData") is not False}


def _dimensions(dimensions: list[Json] | None) -> list[Json]:
    return [{"value": each["Value"], "name": each["Name"]} for each in dimensions or ()]


def period_of(settings: Json) -> int:
    """The period of an alarm; of one on an expression, the longest of its metrics'."""
    if settings.get("Period"):
        return settings["Period"]
    periods = [
        query["MetricStat"]["Period"] for query in settings.get("Metrics") or () if query.get("MetricStat")
    ]
    return max(periods, default=60)


def state_of(alarm: Alarm) -> Json:
    """A state as events show it."""
    found: Json = {"value": alarm.state, "reason": alarm.reason}
    if alarm.reason_data:
        found["reasonData"] = alarm.reason_data
    found["timestamp"] = timestamp(alarm.transitioned_at_ms)
    if alarm.suppressed_by:
        found |= {
            "actionsSuppressedBy": alarm.suppressed_by,
            "actionsSuppressedReason": alarm.suppressed_reason,
        }
    return found


def state_change_detail(change: Change) -> Json:
    """The detail of a `CloudWatch Alarm State Change`; functions get it as `alarmData`."""
    return {
        "alarmName": change.alarm.name,
        "state": state_of(change.alarm),
        "previousState": state_of(change.before),
        "configuration": configuration(change.alarm, change.metric_id),
    }


def configuration(alarm: Alarm, metric_id: str) -> Json:
    """What an alarm looks at, as events show it."""
    settings = alarm.settings
    found: Json = {}
    if settings.get("AlarmDescription"):
        found["description"] = settings["AlarmDescription"]
    if alarm.composite:
        found["alarmRule"] = settings["AlarmRule"]
        for name in ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"):
            if settings.get(name) is not None:
                found[name[0].lower() + name[1:]] = settings[name]
        return found
    return found | {"metrics": _metrics(settings, metric_id)}


def _metrics(settings: Json, metric_id: str) -> list[Json]:
    if "MetricName" in settings:
        stat = {
            "Metric": settings,
            "Period": settings["Period"],
            "Stat": settings.get("Statistic") or settings.get("ExtendedStatistic"),
            "Unit": settings.get("Unit"),
        }
        return [_event_query({"Id": metric_id, "MetricStat": stat})]
    return [_event_query(query) for query in settings["Metrics"]]


def _event_query(query: Json) -> Json:
    found: Json = {name.lower(): query[name] for name in ("Id", "Expression", "Label") if query.get(name)}
    stat = query.get("MetricStat")
    if stat:
        metric = stat["Metric"]
        found["metricStat"] = {
            "metric": {
                "namespace": metric.get("Namespace"),
                "name": metric.get("MetricName"),
                "dimensions": {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()},
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
        }
        if stat.get("Unit"):
            found["metricStat"]["unit"] = stat["Unit"]
    return found | {"returnData": query.get("ReturnData") is not False}


def configuration_change_detail(
    operation: str, alarm: Alarm, previous: Alarm | None, metric_id: str, now_ms: int
) -> Json:
    """The detail of a `CloudWatch Alarm Configuration Change`: create, update or delete."""
    detail: Json = {
        "alarmName": alarm.name,
        "operation": operation,
        "state": {"value": alarm.state, "timestamp": timestamp(alarm.updated_at_ms or now_ms)},
        "configuration": _whole(alarm, metric_id),
    }
    if operation == "update" and previous:
        detail["previousConfiguration"] = _whole(previous, metric_id)
    return detail


def _whole(alarm: Alarm, metric_id: str) -> Json:
    settings = alarm.settings
    found = configuration(alarm, metric_id)
    names = ("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData")
    for name in names:
        if settings.get(name) is not None:
            found[name[0].lower() + name[1:]] = settings[name]
    return found | {
        "alarmName": alarm.name,
        "actionsEnabled": settings.get("ActionsEnabled") is not False,
        "timestamp": timestamp(alarm.configured_at_ms),
        "okActions": settings.get("OKActions") or [],
        "alarmActions": settings.get("AlarmActions") or [],
        "insufficientDataActions": settings.get("InsufficientDataActions") or [],
    }


def lambda_event(change: Change) -> Json:
    """What a function is invoked with."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": change.arn,
        "accountId": change.account,
        "time": timestamp(change.alarm.transitioned_at_ms),
        "region": change.region,
        "alarmData": state_change_detail(change),
    }


def state_history(before: Alarm, alarm: Alarm) -> str:
    """What the history keeps of a change of state."""
    return json.dumps(
        {"version": "1.0", "oldState": _history_state(before), "newState": _history_state(alarm)},
        separators=(",", ":"),
    )


def _history_state(alarm: Alarm) -> Json:
    found: Json = {"stateValue": alarm.state, "stateReason": alarm.reason}
    if alarm.reason_data:
        found["stateReasonData"] = json.loads(alarm.reason_data)
    return found
