"""Targets: which call a target's ARN and parameters mean.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from cloudchamber.aws import Arn
from cloudchamber.services.scheduler.errors import ValidationException
from cloudchamber.services.scheduler.rules import universal

ATTEMPT = "<aws.scheduler.attempt-number>"


class Invocation(NamedTuple):
    """A call of a target's service: where, which operation, and the request."""

    service: str
    operation: str
    request: dict[str, Any]
    account: str
    region: str


class Place(NamedTuple):
    """Where a schedule lives: what calls of its own account and region need."""

    account: str
    region: str
    base_url: str


_Call = tuple[str, str, dict[str, Any]]


def invocation_of(target: dict[str, Any], text: str, place: Place) -> Invocation:
    """The call of a target with an input of `text`. Raises ValidationException for what cannot be one."""
    arn_text: str = target["Arn"]
    if universal.MARK in arn_text:
        service, operation = universal.operation_of(arn_text)
        request = universal.request_of(operation, text)
        return Invocation(service, operation.name, request, place.account, place.region)
    arn = Arn.parse(arn_text)
    make = _TEMPLATED.get(arn.service) if arn else None
    if arn is None or make is None:
        raise ValidationException("Provided Arn is not in correct format.")
    service, operation_name, request = make(arn, target, text, place)
    return Invocation(
        service, operation_name, request, arn.account or place.account, arn.region or place.region
    )


def _check_json(text: str) -> None:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise ValidationException("The Input of this target must be well-formed JSON.") from None


def _parameters(target: dict[str, Any], member: str) -> dict[str, Any]:
    given = target.get(member)
    if not given:
        raise ValidationException(f"{member} must be provided for the target {target['Arn']}.")
    return given


def _to_function(arn: Arn, target: dict[str, Any], text: str, place: Place) -> _Call:
    _check_json(text)
    request = {"FunctionName": target["Arn"], "InvocationType": "Event", "Payload": text.encode()}
    return "lambda", "Invoke", request


def _to_queue(arn: Arn, target: dict[str, Any], text: str, place: Place) -> _Call:
    where = "" if arn.region == "us-east-1" else f"/queue/{arn.region}"
    request = {"QueueUrl": f"{place.base_url}{where}/{arn.account}/{arn.resource}", "MessageBody": text}
    group_id = (target.get("SqsParameters") or {}).get("MessageGroupId")
    return "sqs", "SendMessage", request | ({"MessageGroupId": group_id} if group_id else {})


def _to_topic(arn: Arn, target: dict[str, Any], text: str, place: Place) -> _Call:
    return "sns", "Publish", {"TopicArn": target["Arn"], "Message": text}


def _to_bus(arn: Arn, target: dict[str, Any], text: str, place: Place) -> _Call:
    _check_json(text)
    given = _parameters(target, "EventBridgeParameters")
    entry = {
        "EventBusName": target["Arn"],
        "Source": given["Source"],
        "DetailType": given["DetailType"],
        "Detail": text,
    }
    return "events", "PutEvents", {"Entries": [entry]}


def _to_stream(arn: Arn, target: dict[str, Any], text: str, place: Place) -> _Call:
    key = _parameters(target, "KinesisParameters")["PartitionKey"]
    return "kinesis", "PutRecord", {"StreamARN": target["Arn"], "Data": text.encode(), "PartitionKey": key}


def _to_state_machine(arn: Arn, target: dict[str, Any], text: str, place: Place) -> _Call:
    _check_json(text)
    return "stepfunctions", "StartExecution", {"stateMachineArn": target["Arn"], "input": text}


def _to_delivery_stream(arn: Arn, target: dict[str, Any], text: str, place: Place) -> _Call:
    name = arn.resource.removeprefix("deliverystream/")
    return "firehose", "PutRecord", {"DeliveryStreamName": name, "Record": {"Data": text.encode()}}


_TEMPLATED: dict[str, Callable[[Arn, dict[str, Any], str, Place], _Call]] = {
    "events": _to_bus,
    "firehose": _to_delivery_stream,
    "kinesis": _to_stream,
    "lambda": _to_function,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}
