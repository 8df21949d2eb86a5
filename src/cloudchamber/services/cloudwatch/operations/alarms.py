"""Alarms: put, delete, enable, set. What is asked of them is next door.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.tags import tags_of
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import InvalidFormatFault, ResourceNotFound, ValidationError
from cloudchamber.services.cloudwatch.model import Alarm
from cloudchamber.services.cloudwatch.operations.composites import check_composite
from cloudchamber.services.cloudwatch.operations.evaluations import schedule
from cloudchamber.services.cloudwatch.operations.queries import check_queries
from cloudchamber.services.cloudwatch.operations.transitions import (
    announce,
    change_state,
    keep,
    watchers_of,
)
from cloudchamber.services.cloudwatch.records import ALARMS, forget_alarm, forget_metric, put_alarm
from cloudchamber.services.cloudwatch.rules.checks import check_actions, check_metric_alarm
from cloudchamber.services.cloudwatch.rules.notices import configuration_change_detail
from cloudchamber.services.cloudwatch.rules.reasons import timestamp

Request = dict[str, Any]


def put_metric_alarm(ctx: Context, request: Request) -> None:
    """Make an alarm, or configure it anew; then its state stays as it is until it is evaluated.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    check_metric_alarm(request)
    if request.get("Metrics"):
        check_queries(request["Metrics"], "Metrics")
    schedule(ctx, _put(ctx, request, composite=False))


def put_composite_alarm(ctx: Context, request: Request) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"""
    check_actions(request)
    check_composite(ctx, request)
    alarm = _put(ctx, request, composite=True)
    ctx.later("cloudwatch", "evaluate_composite", {"Name": alarm.name, "Serial": alarm.serial})


def _put(ctx: Context, request: Request, *, composite: bool) -> Alarm:
    """Tags are those of the first request: later ones leave them alone."""
    name, now_ms = request["AlarmName"], ctx.now_ms
    given = tags_of(request)
    settings = {member: value for member, value in request.items() if member != "Tags" and value is not None}
    old = ALARMS.get(ctx, name)
    if old is None:
        if len(given) > limits.TAGS_MAX:
            raise ValidationError(f"An alarm has at most {limits.TAGS_MAX} tags.")
        alarm = Alarm(
            name,
            composite,
            settings,
            ctx.serial(),
            now_ms,
            updated_at_ms=now_ms,
            transitioned_at_ms=now_ms,
            tags=given,
        )
    elif old.composite != composite:
        kinds = ("metric", "composite") if old.composite else ("composite", "metric")
        raise ValidationError(
            f"A {kinds[1]} alarm with the name {name} exists; it cannot become a {kinds[0]} alarm."
        )
    else:
        forget_metric(ctx, old)
        alarm = msgspec.structs.replace(old, settings=settings, serial=ctx.serial(), configured_at_ms=now_ms)
    put_alarm(ctx, alarm)
    _configured(ctx, alarm, "update" if old else "create", old)
    return alarm


def _configured(ctx: Context, alarm: Alarm, operation: str, old: Alarm | None = None) -> None:
    """An alarm was made, changed or deleted: its history and the default bus are told."""
    verb = {"create": "Create", "update": "Update", "delete": "Delete"}[operation]
    data: Request = {"version": "1.0", "type": verb, f"{verb.lower()}dAlarm": _history_settings(alarm)}
    if old:
        data["previousAlarm"] = _history_settings(old)
    keep(ctx, alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {operation}d', json.dumps(data))
    detail = configuration_change_detail(operation, alarm, old, ctx.ids.uuid(), ctx.now_ms)
    announce(ctx, alarm.name, "CloudWatch Alarm Configuration Change", detail)


def _history_settings(alarm: Alarm) -> Request:
    settings = {member[0].lower() + member[1:]: value for member, value in alarm.settings.items()}
    return settings | {
        "stateValue": alarm.state,
        "alarmConfigurationUpdatedTimestamp": timestamp(alarm.configured_at_ms),
    }


def delete_alarms(ctx: Context, request: Request) -> None:
    """Up to a hundred at once, one of them composite at most; all or none.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
    """
    names: list[str] = list(dict.fromkeys(request["AlarmNames"]))
    found = [alarm for name in names if (alarm := ALARMS.get(ctx, name))]
    absent = sorted(set(names) - {alarm.name for alarm in found})
    if absent:
        raise ResourceNotFound(f"Alarms [{', '.join(absent)}] do not exist")
    if len(names) > 1 and sum(alarm.composite for alarm in found) > 1:
        raise ValidationError("Only one composite alarm can be deleted in a DeleteAlarms operation.")
    for alarm in found:
        watchers = [watcher for watcher in watchers_of(ctx, alarm.name) if watcher.name not in names]
        if watchers:
            raise ValidationError(
                f"Cannot delete {alarm.name} as there are composite alarm(s) depending on it."
            )
    for alarm in found:
        forget_alarm(ctx, alarm)
        _configured(ctx, alarm, "delete")


def alarm_named(ctx: Context, name: str) -> Alarm:
    """The alarm of that name. Raises ResourceNotFound."""
    alarm = ALARMS.get(ctx, name)
    if alarm is None:
        raise ResourceNotFound("Unknown")
    return alarm


def set_alarm_state(ctx: Context, request: Request) -> None:
    """Give an alarm a state until it is next evaluated; its actions run as if it had come to it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
    """
    alarm = alarm_named(ctx, request["AlarmName"])
    data = request.get("StateReasonData") or ""
    if data:
        try:
            json.loads(data)
        except ValueError:
            raise InvalidFormatFault("StateReasonData was not syntactically valid JSON") from None
    change_state(ctx, alarm, request["StateValue"], request["StateReason"], data)


def enable_alarm_actions(ctx: Context, request: Request) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html"""
    _set_enabled(ctx, request["AlarmNames"], enabled=True)


def disable_alarm_actions(ctx: Context, request: Request) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html"""
    _set_enabled(ctx, request["AlarmNames"], enabled=False)


def _set_enabled(ctx: Context, names: list[str], *, enabled: bool) -> None:
    """Names that do not exist are no error."""
    for name in names:
        alarm = ALARMS.get(ctx, name)
        if alarm and (alarm.settings.get("ActionsEnabled") is not False) != enabled:
            settings = alarm.settings | {"ActionsEnabled": enabled}
            changed = msgspec.structs.replace(alarm, settings=settings, configured_at_ms=ctx.now_ms)
            put_alarm(ctx, changed)
            _configured(ctx, changed, "update", alarm)
