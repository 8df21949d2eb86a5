"""Deliveries: an event goes to one target, as that target takes it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.events import limits
from cloudchamber.services.events.operations.routes import Route, value_of
from cloudchamber.services.events.records import next_invocation_at_ms
from cloudchamber.services.events.rules import Event

PRINCIPAL = "events.amazonaws.com"
CallOf = Callable[[Context, Route, Event, str], tuple[str, str, dict[str, Any]]]


def deliver(ctx: Context, routes: list[Route], event: Event, *, forwarded: bool = False) -> None:
    """Put the delivery to each target into the outbox. An event that came from another bus goes to no further one (F050).

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
    """
    for name in {route.rule_name for route in routes}:
        ctx.measure("AWS/Events", "TriggeredRules", RuleName=name)
    for route in routes:
        arn = route.arn
        if forwarded and route.kind == "events":
            continue
        service, operation, request = _CALLS[route.kind](ctx, route, event, route.shape(event, ctx.now_ms))
        ctx.measure("AWS/Events", "Invocations", RuleName=route.rule_name)
        gave_up = ("fail_invocation", {"RuleName": route.rule_name})
        if route.dead_letter_arn:
            gave_up = (
                "dead_letter",
                {
                    "QueueArn": route.dead_letter_arn,
                    "RuleArn": route.rule_arn,
                    "RuleName": route.rule_name,
                    "TargetArn": route.target_arn,
                    "Event": event.text,
                },
            )
        due_at_ms = None
        if route.kind == "api-destination":
            there = ctx.elsewhere(account=arn.account, region=arn.region)
            due_at_ms = next_invocation_at_ms(there, request["Destination"])
        ctx.later(
            service,
            operation,
            request,
            due_at_ms=due_at_ms,
            retry=route.retry,
            on_exhausted=gave_up,
            account=arn.account,
            region=arn.region or ctx.region,
            principal=PRINCIPAL,
        )


def _to_queue(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    request: dict[str, Any] = {
        "QueueUrl": f"{ctx.base_url}/{route.arn.account}/{route.arn.resource}",
        "MessageBody": text,
    }
    group_id = (route.given.get("SqsParameters") or {}).get("MessageGroupId")
    if group_id:
        request["MessageGroupId"] = group_id
    return "sqs", "SendMessage", request


def _to_function(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    request = {"FunctionName": route.target_arn, "InvocationType": "Event", "Payload": text.encode()}
    return "lambda", "Invoke", request


def _to_topic(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    return "sns", "Publish", {"TopicArn": route.target_arn, "Message": text}


def _to_logs(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    group = route.arn.resource.removeprefix("log-group:").removesuffix(":*")
    return (
        "events",
        "write_log",
        {"Group": group, "Stream": event.value["id"], "Message": text, "AtMs": ctx.now_ms},
    )


def _to_bus(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    bus = route.arn.resource.removeprefix("event-bus/")
    return "events", "forward_event", {"Bus": bus, "Event": text, "From": ctx.account}


def _to_state_machine(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    return "stepfunctions", "StartExecution", {"stateMachineArn": route.target_arn, "input": text}


def _to_stream(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    """The partition key is what the target's path finds, else the event's id.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_KinesisParameters.html
    """
    path = (route.given.get("KinesisParameters") or {}).get("PartitionKeyPath")
    key = (value_of(route, path, event) if path else None) or event.value["id"]
    request = {
        "StreamARN": route.target_arn,
        "Data": text.encode(),
        "PartitionKey": key[: limits.PARTITION_KEY_LENGTH_MAX],
    }
    return "kinesis", "PutRecord", request


def _to_api_destination(
    ctx: Context, route: Route, event: Event, text: str
) -> tuple[str, str, dict[str, Any]]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_HttpParameters.html"""
    http = route.given.get("HttpParameters") or {}

    def filled(members: dict[str, str] | None) -> dict[str, str]:
        return {name: value_of(route, each, event) or "" for name, each in (members or {}).items()}

    return (
        "events",
        "invoke_api_destination",
        {
            "Destination": route.arn.resource.split("/")[1],
            "Path": [value_of(route, each, event) or "" for each in http.get("PathParameterValues") or ()],
            "Headers": filled(http.get("HeaderParameters")),
            "Query": filled(http.get("QueryStringParameters")),
            "Body": text,
        },
    )


def _to_discoverer(ctx: Context, route: Route, event: Event, text: str) -> tuple[str, str, dict[str, Any]]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-infer-from-event-bus.html"""
    request = {"Discoverer": route.arn.resource.removeprefix("discoverer/"), "Event": text}
    return "schemas", "discover_event", request


_CALLS: dict[str, CallOf] = {
    "api-destination": _to_api_destination,
    "events": _to_bus,
    "kinesis": _to_stream,
    "lambda": _to_function,
    "logs": _to_logs,
    "schemas": _to_discoverer,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}
