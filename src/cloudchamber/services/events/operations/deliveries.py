"""Deliveries: an event goes to one target, as that target takes it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.events.operations.routes import Route
from cloudchamber.services.events.rules import Event

PRINCIPAL = "events.amazonaws.com"
CallOf = Callable[[Context, Route, Event, str], tuple[str, str, dict[str, Any]]]


def deliver(ctx: Context, routes: list[Route], event: Event, *, forwarded: bool = False) -> None:
    """Put the delivery to each target into the outbox. An event that came from another bus goes to no further one (F050).

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
    """
    for route in routes:
        arn = route.arn
        if forwarded and arn.service == "events":
            continue
        service, operation, request = _CALLS[arn.service](ctx, route, event, route.shape(event, ctx.now_ms))
        gave_up = None
        if route.dead_letter_arn:
            gave_up = (
                "dead_letter",
                {
                    "QueueArn": route.dead_letter_arn,
                    "RuleArn": route.rule_arn,
                    "TargetArn": route.target_arn,
                    "Event": event.text,
                },
            )
        ctx.later(
            service,
            operation,
            request,
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
    request = {"StreamARN": route.target_arn, "Data": text.encode(), "PartitionKey": event.value["id"]}
    return "kinesis", "PutRecord", request


def _to_delivery_stream(
    ctx: Context, route: Route, event: Event, text: str
) -> tuple[str, str, dict[str, Any]]:
    name = route.arn.resource.removeprefix("deliverystream/")
    return "firehose", "PutRecord", {"DeliveryStreamName": name, "Record": {"Data": text.encode()}}


_CALLS: dict[str, CallOf] = {
    "events": _to_bus,
    "firehose": _to_delivery_stream,
    "kinesis": _to_stream,
    "lambda": _to_function,
    "logs": _to_logs,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}
