"""Rules: put, describe, list, enable, disable, delete; and trying a pattern."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Retry
from cloudchamber.services.events import rules
from cloudchamber.services.events.errors import ManagedRuleException, ValidationException
from cloudchamber.services.events.model import DEFAULT_BUS, Bus, Rule
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.operations.routes import change
from cloudchamber.services.events.operations.tags import as_tags
from cloudchamber.services.events.records import (
    RULES,
    TARGETS,
    bus_at,
    bus_place,
    find_bus,
    forget_rule,
    rule_at,
)

_EVENT_FIELDS = ("id", "account", "source", "time", "region", "resources", "detail-type")
_RETRY_FOR_EVER = Retry()


def put_rule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"""
    caller = ctx.account
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    pattern, schedule = request.get("EventPattern") or "", request.get("ScheduleExpression") or ""
    if not pattern and not schedule:
        raise ValidationException("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if schedule and bus.name != DEFAULT_BUS:
        raise ValidationException("ScheduleExpression is supported only on the default event bus.")
    if pattern:
        rules.pattern_of(pattern)
    existing = RULES.get(ctx, bus.name, request["Name"])
    if existing:
        tags = existing.tags
        _check_managed(existing, request)
    else:
        tags = as_tags({}, request.get("Tags") or [])
    rule = Rule(
        request["Name"],
        bus.name,
        pattern=pattern,
        schedule=schedule,
        state=request.get("State") or "ENABLED",
        description=request.get("Description") or "",
        role_arn=request.get("RoleArn") or "",
        created_by=existing.created_by if existing else caller,
        tags=tags,
    )
    keep_rule(ctx, bus, rule)
    return {"RuleArn": ctx.arn(rule.resource, service="events")}


def _check_managed(rule: Rule, request: dict[str, Any]) -> None:
    if rule.managed_by and not request.get("Force"):
        raise ManagedRuleException(
            f"Rule {rule.name} is managed by AWS service can only be modified by force."
        )


def keep_rule(ctx: Context, bus: Bus, rule: Rule) -> None:
    """Write a rule and begin its schedule anew; what the outbox holds of an earlier one is stale from now on."""
    now_ms = ctx.now_ms
    rule = msgspec.structs.replace(rule, generation=ctx.serial(), anchored_at_ms=now_ms)
    RULES.put(ctx, rule, bus.name, rule.name)
    change(ctx, bus, rule.name)
    if rule.schedule:
        schedule_next(ctx, rule, now_ms)


def schedule_next(ctx: Context, rule: Rule, after_ms: int) -> None:
    """Let a rule's next run wait for its instant. Raises ValidationException for a schedule that is not one."""
    at_ms = rules.next_run_ms(rule.schedule, after_ms, rule.anchored_at_ms)
    if at_ms is not None and rule.state != "DISABLED":
        run = {"Bus": rule.bus, "Rule": rule.name, "Generation": rule.generation, "AtMs": at_ms}
        ctx.later("events", "run_schedule", run, due_at_ms=at_ms, retry=_RETRY_FOR_EVER, recurring=True)


def _described(ctx: Context, rule: Rule) -> dict[str, Any]:
    answer = {
        "Name": rule.name,
        "Arn": ctx.arn(rule.resource, service="events"),
        "EventPattern": rule.pattern,
        "ScheduleExpression": rule.schedule,
        "State": rule.state,
        "Description": rule.description,
        "RoleArn": rule.role_arn,
        "ManagedBy": rule.managed_by,
        "EventBusName": rule.bus,
    }
    return {name: value for name, value in answer.items() if value}


def describe_rule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    rule = rule_at(ctx, bus, request["Name"])
    return _described(ctx, rule) | {"CreatedBy": rule.created_by}


def list_rules(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    prefix = request.get("NamePrefix") or ""
    named = [rule for rule in RULES.values(ctx, bus.name) if rule.name.startswith(prefix)]
    found, token = page(request, named, lambda rule: rule.name)
    return {"Rules": [_described(ctx, rule) for rule in found]} | token


def list_rule_names_by_target(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    arn = request["TargetArn"]
    names = sorted({str(key[1]) for key, target in TARGETS.scan(ctx, bus.name) if target.arn == arn})
    found, token = page(request, names, str)
    return {"RuleNames": found} | token


def enable_rule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html"""
    return _set_state(ctx, request, "ENABLED")


def disable_rule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html"""
    return _set_state(ctx, request, "DISABLED")


def _set_state(ctx: Context, request: dict[str, Any], state: str) -> dict[str, Any]:
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    rule = rule_at(ctx, bus, request["Name"])
    _check_managed(rule, request)
    if rule.state != state:
        keep_rule(ctx, bus, msgspec.structs.replace(rule, state=state))
    return {}


def delete_rule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is gone already is no error. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html"""
    ctx, name = bus_place(ctx, request.get("EventBusName"))
    bus, rule = find_bus(ctx, name), RULES.get(ctx, name, request["Name"])
    if bus is None or rule is None:
        return {}
    _check_managed(rule, request)
    if TARGETS.count(ctx, bus.name, rule.name):
        raise ValidationException("Rule can't be deleted since it has targets.")
    forget_rule(ctx, rule)
    change(ctx, bus, rule.name)
    return {}


def test_event_pattern(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html"""
    pattern = rules.pattern_of(request["EventPattern"])
    try:
        event = msgspec.json.decode(request["Event"])
    except msgspec.DecodeError:
        event = None
    if not isinstance(event, dict):
        raise ValidationException("Parameter Event is not valid. Reason: Event is not a JSON object.")
    for field in _EVENT_FIELDS:
        if field not in event:
            raise ValidationException(f"Parameter Event is not valid. Reason: {field} is a required field.")
    return {"Result": pattern.matches(event)}
