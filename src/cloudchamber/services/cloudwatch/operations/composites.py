"""Composite alarms: rules over the states of others, and the suppression of their actions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import ValidationError
from cloudchamber.services.cloudwatch.model import Alarm
from cloudchamber.services.cloudwatch.operations.transitions import (
    act,
    arn_of,
    change_state,
    suppressor_of,
    tell,
)
from cloudchamber.services.cloudwatch.records import ALARMS, put_alarm
from cloudchamber.services.cloudwatch.rules import reasons
from cloudchamber.services.cloudwatch.rules.alarm_rules import (
    InvalidRule,
    Term,
    compile_rule,
    holds,
    names_in,
)


def check_composite(ctx: Context, request: dict[str, Any]) -> None:
    """Raise ValidationError for a rule that cannot be read, or names alarms that do not exist."""
    try:
        term = compile_rule(request["AlarmRule"])
    except InvalidRule as error:
        raise ValidationError(f"AlarmRule could not be parsed: {error}") from None
    names = names_in(term)
    if len(names) > limits.CHILDREN_MAX:
        raise ValidationError(f"AlarmRule must not contain more than {limits.CHILDREN_MAX} alarms.")
    absent = sorted(name for name in names if not ALARMS.has(ctx, name))
    if absent:
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{', '.join(absent)}] in the alarm rule do not exist"
        )
    if request.get("ActionsSuppressor"):
        for member in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"):
            if request.get(member) is None:
                raise ValidationError(f"{member} is required when ActionsSuppressor is specified")


def evaluate_composite(ctx: Context, request: dict[str, Any]) -> None:
    """A child of a composite alarm changed, or the alarm was made. Meant while the alarm is configured as it was then."""
    alarm = ALARMS.get(ctx, request["Name"])
    if alarm is None or alarm.serial != request["Serial"]:
        return
    child = ALARMS.get(ctx, request.get("Child") or "")
    if child and child.name == suppressor_of(alarm):
        alarm = _suppressor_changed(ctx, alarm, child)
    term = compile_rule(alarm.settings["AlarmRule"])
    if (child and child.name not in names_in(term)) or _in_a_circle(ctx, alarm.name):
        return
    children = _children(ctx, term)
    state = "ALARM" if holds(term, {each.name: each.state for each in children}) else "OK"
    if state == alarm.state:
        return
    if child:
        at = reasons.long_date(child.transitioned_at_ms)
        reason = f"{arn_of(ctx, child.name)} transitioned to {child.state} at {at}"
    else:
        reason = f"{arn_of(ctx, alarm.name)} was created and its alarm rule evaluates to {state}"
    told = [child] if child else children
    data = {"triggeringAlarms": [_triggering(ctx, each) for each in told]}
    change_state(ctx, alarm, state, reason, json.dumps(data, separators=(",", ":")))


def _triggering(ctx: Context, alarm: Alarm) -> dict[str, Any]:
    state = {"value": alarm.state, "timestamp": reasons.timestamp(alarm.transitioned_at_ms)}
    return {"arn": arn_of(ctx, alarm.name), "state": state}


def _children(ctx: Context, term: Term) -> list[Alarm]:
    found = [ALARMS.get(ctx, name) for name in sorted(names_in(term))]
    return [alarm for alarm in found if alarm]


def _in_a_circle(ctx: Context, name: str) -> bool:
    """Whether an alarm's rule leads back to itself: then it is not evaluated."""
    seen: set[str] = set()
    to_see = [name]
    while to_see:
        alarm = ALARMS.get(ctx, to_see.pop())
        if alarm is None or not alarm.composite:
            continue
        for each in names_in(compile_rule(alarm.settings["AlarmRule"])):
            if each == name:
                return True
            if each not in seen:
                seen.add(each)
                to_see.append(each)
    return False


# -- suppression


def suppress_actions(ctx: Context, request: dict[str, Any]) -> None:
    """The state of an alarm with a suppressor changed: its actions run, wait for the suppressor, or are suppressed."""
    alarm = ALARMS.get(ctx, request["Name"])
    if alarm is None:
        return
    before = msgspec.convert(request["Before"], Alarm)
    suppressor = ALARMS.get(ctx, suppressor_of(alarm))
    if suppressor and suppressor.state == "ALARM":
        alarm = _held(ctx, alarm, before, "Alarm", 0)
    elif alarm.suppressed_by == "ExtensionPeriod":
        alarm = _held(ctx, alarm, before, "ExtensionPeriod", alarm.suppress_until_ms)
    elif suppressor and alarm.state == "ALARM":
        until_ms = ctx.now_ms + alarm.settings["ActionsSuppressorWaitPeriod"] * 1000
        alarm = _held(ctx, alarm, before, "WaitPeriod", until_ms)
        _end_later(ctx, alarm)
    else:
        alarm = _free(ctx, alarm)
        act(ctx, alarm, before)
    tell(ctx, alarm, before)


def _held(ctx: Context, alarm: Alarm, before: Alarm, by: str, until_ms: int) -> Alarm:
    pending = alarm.pending or (before.state, before.reason, before.reason_data)
    held = msgspec.structs.replace(
        alarm,
        suppressed_by=by,
        suppressed_reason=f"Actions suppressed by {by}",
        suppress_until_ms=until_ms,
        pending=pending,
    )
    put_alarm(ctx, held)
    return held


def _free(ctx: Context, alarm: Alarm) -> Alarm:
    free = msgspec.structs.replace(
        alarm, suppressed_by="", suppressed_reason="", suppress_until_ms=0, pending=None
    )
    put_alarm(ctx, free)
    return free


def _end_later(ctx: Context, alarm: Alarm) -> None:
    request = {"Name": alarm.name, "UntilMs": alarm.suppress_until_ms}
    ctx.later("cloudwatch", "end_suppression", request, due_at_ms=alarm.suppress_until_ms)


def _suppressor_changed(ctx: Context, alarm: Alarm, suppressor: Alarm) -> Alarm:
    """A suppressor that goes to ALARM suppresses what waits for it; one that leaves it still does so for a while."""
    if suppressor.state == "ALARM":
        return _held(ctx, alarm, alarm, "Alarm", 0) if alarm.pending else alarm
    if alarm.suppressed_by != "Alarm":
        return alarm
    until_ms = ctx.now_ms + alarm.settings["ActionsSuppressorExtensionPeriod"] * 1000
    alarm = _held(ctx, alarm, alarm, "ExtensionPeriod", until_ms)
    _end_later(ctx, alarm)
    return alarm


def end_suppression(ctx: Context, request: dict[str, Any]) -> None:
    """A wait or extension period ends: what was held back is done now, if the state is still another one than before."""
    alarm = ALARMS.get(ctx, request["Name"])
    if alarm is None or alarm.suppress_until_ms != request["UntilMs"] or alarm.suppressed_by == "Alarm":
        return
    pending = alarm.pending
    free = _free(ctx, alarm)
    if pending and pending[0] != free.state:
        before = msgspec.structs.replace(free, state=pending[0], reason=pending[1], reason_data=pending[2])
        act(ctx, free, before)
