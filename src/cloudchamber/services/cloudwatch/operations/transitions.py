"""What happens when an alarm changes: its history, its event on the default bus, its actions, the alarms that watch it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Context, Retry
from cloudchamber.services.cloudwatch.model import Alarm, HistoryItem
from cloudchamber.services.cloudwatch.records import add_history, composite_alarms, put_alarm
from cloudchamber.services.cloudwatch.rules import notices
from cloudchamber.services.cloudwatch.rules.alarm_rules import compile_rule, names_in

PRINCIPAL = "cloudwatch.amazonaws.com"
LAMBDA_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"
# CloudWatch tries again until a function's event is taken; for how long it does not say.
ACTION_RETRY = Retry(base_ms=1_000, delay_ms_max=60_000, attempts_max=100)


def arn_of(ctx: Context, name: str) -> str:
    """The ARN of an alarm."""
    return ctx.arn(f"alarm:{name}", service="cloudwatch")


def change_state(
    ctx: Context, alarm: Alarm, state: str, reason: str, reason_data: str = "", **also: Any
) -> Alarm:
    """An alarm takes a state; when it had another one before, everybody concerned hears of it."""
    now_ms, moved = ctx.now_ms, state != alarm.state
    changed = msgspec.structs.replace(
        alarm,
        state=state,
        reason=reason,
        reason_data=reason_data,
        updated_at_ms=now_ms,
        transitioned_at_ms=now_ms if moved else alarm.transitioned_at_ms,
        **also,
    )
    put_alarm(ctx, changed)
    if not moved:
        return changed
    keep(
        ctx,
        changed,
        "StateUpdate",
        f"Alarm updated from {alarm.state} to {state}",
        notices.state_history(alarm, changed),
    )
    if changed.composite and changed.settings.get("ActionsSuppressor"):
        ctx.later(
            "cloudwatch", "suppress_actions", {"Name": alarm.name, "Before": msgspec.to_builtins(alarm)}
        )
    else:
        tell(ctx, changed, alarm)
        act(ctx, changed, alarm)
    for watcher in watchers_of(ctx, alarm.name):
        request = {"Name": watcher.name, "Serial": watcher.serial, "Child": alarm.name}
        ctx.later("cloudwatch", "evaluate_composite", request)
    return changed


def change_of(ctx: Context, alarm: Alarm, before: Alarm) -> notices.Change:
    """The change as notices take it."""
    return notices.Change(alarm, before, ctx.account, ctx.region, arn_of(ctx, alarm.name), ctx.ids.uuid())


def tell(ctx: Context, alarm: Alarm, before: Alarm) -> None:
    """Put the event of a change of state onto the default bus."""
    detail = notices.state_change_detail(change_of(ctx, alarm, before))
    announce(ctx, alarm.name, "CloudWatch Alarm State Change", detail)


def announce(ctx: Context, name: str, detail_type: str, detail: dict[str, Any]) -> None:
    """Put an event of an alarm onto the default bus."""
    entry = {
        "Source": "aws.cloudwatch",
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "Resources": [arn_of(ctx, name)],
    }
    ctx.later("events", "put_service_events", {"Entries": [entry]}, principal=PRINCIPAL)


def act(ctx: Context, alarm: Alarm, before: Alarm) -> None:
    """Take the actions of an alarm's new state, unless they are disabled."""
    if alarm.settings.get("ActionsEnabled") is False:
        return
    change = change_of(ctx, alarm, before)
    for action in alarm.settings.get(notices.ACTIONS_OF[alarm.state]) or ():
        request = {
            "Name": alarm.name,
            "Composite": alarm.composite,
            "Action": action,
            "AtMs": alarm.transitioned_at_ms,
            "Subject": notices.subject(change),
            "Message": notices.sns_message(change),
            "Event": json.dumps(notices.lambda_event(change)),
        }
        ctx.later(
            "cloudwatch", "run_action", request, retry=ACTION_RETRY, on_exhausted=("give_up_action", request)
        )


def run_action(ctx: Context, request: dict[str, Any]) -> None:
    """One action of an alarm. What will not succeed later either is kept in its history."""
    arn = Arn.parse(request["Action"])
    assert arn is not None, "actions were checked"
    try:
        if arn.service == "sns":
            message = {
                "TopicArn": request["Action"],
                "Subject": request["Subject"],
                "Message": request["Message"],
            }
            ctx.join("sns", "Publish", message, account=arn.account, region=arn.region, principal=PRINCIPAL)
        elif arn.service == "lambda":
            event = {
                "FunctionName": request["Action"],
                "InvocationType": "Event",
                "Payload": request["Event"].encode(),
            }
            ctx.join(
                "lambda", "Invoke", event, account=arn.account, region=arn.region, principal=LAMBDA_PRINCIPAL
            )
        else:
            _keep_action(ctx, request, f"Actions of {arn.service} are not available in Cloud Chamber.")
            return
    except AwsError as error:
        if error.retryable:
            raise
        _keep_action(ctx, request, error.message)
        return
    _keep_action(ctx, request, "")


def give_up_action(ctx: Context, request: dict[str, Any]) -> None:
    """An action was tried often enough."""
    _keep_action(ctx, request, request["Failure"]["Message"])


def _keep_action(ctx: Context, request: dict[str, Any], error: str) -> None:
    action = request["Action"]
    data = {
        "actionState": "Failed" if error else "Succeeded",
        "notificationResource": action,
        "stateUpdateTimestamp": request["AtMs"],
    }
    if error:
        data["error"] = error
    text = "Failed to execute action" if error else "Successfully executed action"
    item = HistoryItem(
        request["Name"],
        request["Composite"],
        ctx.now_ms,
        "Action",
        f"{text} {action}"[:255],
        json.dumps(data)[:4095],
    )
    add_history(ctx, item)


def keep(ctx: Context, alarm: Alarm, kind: str, summary: str, data: str) -> None:
    """Add to the history of an alarm."""
    add_history(ctx, HistoryItem(alarm.name, alarm.composite, ctx.now_ms, kind, summary[:255], data[:4095]))


def watchers_of(ctx: Context, name: str) -> list[Alarm]:
    """The composite alarms whose rule names an alarm, or whose actions it suppresses."""
    return [
        alarm
        for alarm in composite_alarms(ctx)
        if name in names_in(compile_rule(alarm.settings["AlarmRule"])) or name == suppressor_of(alarm)
    ]


def suppressor_of(alarm: Alarm) -> str:
    """The name of the alarm that suppresses the actions of this one, if there is one."""
    text = alarm.settings.get("ActionsSuppressor") or ""
    arn = Arn.parse(text)
    return arn.resource.removeprefix("alarm:") if arn else text
