"""What is asked of alarms: descriptions and history."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import InvalidNextToken, ValidationError
from cloudchamber.services.cloudwatch.model import Alarm, HistoryItem
from cloudchamber.services.cloudwatch.operations.alarms import alarm_named
from cloudchamber.services.cloudwatch.operations.transitions import arn_of, watchers_of
from cloudchamber.services.cloudwatch.records import ALARMS, HISTORY, alarms_of
from cloudchamber.services.cloudwatch.rules.alarm_rules import compile_rule, names_in
from cloudchamber.services.cloudwatch.rules.puts import series_of

Request = dict[str, Any]
_ALWAYS: Request = {"OKActions": (), "AlarmActions": (), "InsufficientDataActions": ()}


def describe_alarms(ctx: Context, request: Request) -> Request:
    """Alarms in the order of their names; composite ones only when they are asked for.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    if request.get("AlarmNames") and request.get("AlarmNamePrefix"):
        raise ValidationError("AlarmNamePrefix and AlarmNames cannot both be specified.")
    if request.get("ChildrenOfAlarmName") or request.get("ParentsOfAlarmName"):
        return _relatives(ctx, request)
    types = request.get("AlarmTypes") or ["MetricAlarm"]
    found = [
        alarm
        for alarm in ALARMS.values(ctx)
        if ("CompositeAlarm" if alarm.composite else "MetricAlarm") in types and _wanted(request, alarm)
    ]
    chosen, more = _paged(request, found, _alarm_name, limits.ALARMS_PER_PAGE_DEFAULT)
    described = [(alarm.composite, describe(ctx, alarm)) for alarm in chosen]
    return {
        "CompositeAlarms": [each for composite, each in described if composite],
        "MetricAlarms": [each for composite, each in described if not composite],
    } | more


def _wanted(request: Request, alarm: Alarm) -> bool:
    if request.get("AlarmNames") and alarm.name not in request["AlarmNames"]:
        return False
    if not alarm.name.startswith(request.get("AlarmNamePrefix") or ""):
        return False
    if request.get("StateValue") not in (None, alarm.state):
        return False
    prefix = request.get("ActionPrefix")
    actions = [action for member in _ALWAYS for action in alarm.settings.get(member) or ()]
    return not prefix or any(action.startswith(prefix) for action in actions)


def _relatives(ctx: Context, request: Request) -> Request:
    """The alarms in a composite alarm's rule, or the composite alarms that name an alarm; of each only its name and state."""
    if request.get("ChildrenOfAlarmName"):
        parent = alarm_named(ctx, request["ChildrenOfAlarmName"])
        names = names_in(compile_rule(parent.settings["AlarmRule"])) if parent.composite else set[str]()
        found = [alarm for name in sorted(names) if (alarm := ALARMS.get(ctx, name))]
    else:
        found = watchers_of(ctx, request["ParentsOfAlarmName"])
    chosen, more = _paged(request, found, _alarm_name, limits.ALARMS_PER_PAGE_DEFAULT)
    shown = [
        (alarm.composite, {"AlarmName": alarm.name, "AlarmArn": arn_of(ctx, alarm.name), **_state(alarm)})
        for alarm in chosen
    ]
    return {
        "CompositeAlarms": [each for composite, each in shown if composite],
        "MetricAlarms": [each for composite, each in shown if not composite],
    } | more


def describe(ctx: Context, alarm: Alarm) -> Request:
    """An alarm as AWS shows it."""
    found: Request = {"ActionsEnabled": True} | {name: list(value) for name, value in _ALWAYS.items()}
    if "MetricName" in alarm.settings:
        found["Dimensions"] = []
    found |= alarm.settings | {
        "AlarmArn": arn_of(ctx, alarm.name),
        "AlarmConfigurationUpdatedTimestamp": alarm.configured_at_ms / 1000,
        "StateTransitionedTimestamp": alarm.transitioned_at_ms / 1000,
        "StateReason": alarm.reason,
        **_state(alarm),
    }
    if alarm.reason_data:
        found["StateReasonData"] = alarm.reason_data
    if alarm.evaluation_state:
        found["EvaluationState"] = alarm.evaluation_state
    if alarm.suppressed_by:
        found |= {
            "ActionsSuppressedBy": alarm.suppressed_by,
            "ActionsSuppressedReason": alarm.suppressed_reason,
        }
    return found


def _state(alarm: Alarm) -> Request:
    return {"StateValue": alarm.state, "StateUpdatedTimestamp": alarm.updated_at_ms / 1000}


def describe_alarms_for_metric(ctx: Context, request: Request) -> Request:
    """The alarms on exactly this metric.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html
    """
    wanted = series_of(request["Namespace"], request["MetricName"], request.get("Dimensions"))
    found = [
        describe(ctx, alarm)
        for alarm in alarms_of(ctx, request["Namespace"], request["MetricName"])
        if series_of(wanted.namespace, wanted.name, alarm.settings.get("Dimensions")) == wanted
        and all(
            request.get(member) in (None, alarm.settings.get(member))
            for member in ("Statistic", "ExtendedStatistic", "Period", "Unit")
        )
    ]
    return {"MetricAlarms": found}


def describe_alarm_history(ctx: Context, request: Request) -> Request:
    """What happened to alarms, of deleted ones too; newest first unless asked otherwise.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
    """
    name = request.get("AlarmName")
    under = (name,) if name else ()
    since_ms = ctx.now_ms - limits.HISTORY_KEPT_MS
    found = [
        (f"{item.at_ms:015d}{int(key[2]):020d}", item)
        for key, item in HISTORY.scan(ctx, *under)
        if item.at_ms >= since_ms and _in_history(request, item)
    ]
    found.sort(key=_place)
    if request.get("ScanBy") != "TimestampAscending":
        found = [(_mirrored(place), item) for place, item in reversed(found)]
    chosen, more = _paged(request, found, _place, limits.HISTORY_PER_PAGE_DEFAULT)
    return {"AlarmHistoryItems": [_history_item(item) for _, item in chosen]} | more


def _in_history(request: Request, item: HistoryItem) -> bool:
    if request.get("HistoryItemType") not in (None, item.kind) or request.get("AlarmContributorId"):
        return False
    kind = "CompositeAlarm" if item.composite else "MetricAlarm"
    if kind not in (request.get("AlarmTypes") or ["MetricAlarm"]):
        return False
    start, end = request.get("StartDate"), request.get("EndDate")
    return (start is None or item.at_ms >= start * 1000) and (end is None or item.at_ms <= end * 1000)


def _place(each: tuple[str, HistoryItem]) -> str:
    return each[0]


def _mirrored(place: str) -> str:
    """A place in the order of time as one in the reverse order: each digit taken from nine."""
    return "".join(str(9 - int(digit)) for digit in place)


def _history_item(item: HistoryItem) -> Request:
    return {
        "AlarmName": item.alarm_name,
        "AlarmType": "CompositeAlarm" if item.composite else "MetricAlarm",
        "Timestamp": item.at_ms / 1000,
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    }


def _alarm_name(alarm: Alarm) -> str:
    return alarm.name


def _paged(request: Request, items: Any, name_of: Any, default: int) -> tuple[list[Any], Request]:
    try:
        chosen, token = page(items, name_of, request.get("MaxRecords") or default, request.get("NextToken"))
    except InvalidToken:
        raise InvalidNextToken() from None
    return chosen, {"NextToken": token} if token else {}
