"""Targets: which calls bring a batch to a target, and which of its items an answer says have failed.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from cloudchamber.aws import Arn, AwsError
from cloudchamber.services.pipes.errors import InvocationFailed
from cloudchamber.services.pipes.model import Pipe
from cloudchamber.services.pipes.rules import settings
from cloudchamber.services.pipes.rules.templates import as_json, resolved, resolved_text

PRINCIPAL = "pipes.amazonaws.com"
_ON_ONE_LINE = re.compile(r"[^\r\n\0]*")
REPORTING = ("lambda", "stepfunctions")  # targets that may say which items of a batch failed
_OF_ENDPOINT = ("ConnectionNotAuthorized", "ThrottlingException", "Timeout")


class Item(NamedTuple):
    """One of a batch: the event as it came to the target's stage, and the text that the target gets."""

    event: Any
    text: str


class Place(NamedTuple):
    """What calls are made from: the chamber's address, and the instant."""

    base_url: str
    now_ms: int


class Sending(NamedTuple):
    """A call that brings items to a target; `indexes` are theirs."""

    service: str
    operation: str
    request: dict[str, Any]
    indexes: Sequence[int]


def sendings_of(pipe: Pipe, items: list[Item], place: Place) -> list[Sending]:
    """The calls that bring a batch to a pipe's target. Raises InvocationFailed."""
    target = settings.target_of(pipe.target)
    return _SENDINGS[settings.kind_of(target)](pipe, target, items, place)


def sending_to_enrichment(pipe: Pipe, items: list[Item]) -> Sending:
    """The call that has a batch enriched. Raises InvocationFailed.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html
    """
    enrichment = settings.enrichment_of(pipe.enrichment)
    if settings.kind_of(enrichment) in ("api-destination", "execute-api"):
        (item,) = items
        parameters = pipe.enrichment_parameters.get("HttpParameters") or {}
        return _to_endpoint(enrichment, parameters, item, 0)
    if enrichment.service == "states":
        return _to_sync_execution(pipe.enrichment, items)
    request = {"FunctionName": pipe.enrichment, "Payload": payload_of([item.text for item in items])}
    return Sending("lambda", "Invoke", request, range(len(items)))


def queue_url(base_url: str, arn: Arn) -> str:
    """The URL of a queue's ARN, in any account and region."""
    return f"{base_url}/queue/{arn.region}/{arn.account}/{arn.resource}"


def payload_of(texts: list[str]) -> bytes:
    """A batch as functions get it: always an array."""
    return ("[" + ",".join([as_json(text) for text in texts]) + "]").encode()


def _to_function(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    waits = settings.target_parameters_of(pipe).get("InvocationType") != "FIRE_AND_FORGET"
    request = {
        "FunctionName": pipe.target,
        "InvocationType": "RequestResponse" if waits else "Event",
        "Payload": payload_of([item.text for item in items]),
    }
    return [Sending("lambda", "Invoke", request, range(len(items)))]


def _to_sync_execution(arn: str, items: list[Item]) -> Sending:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetStateMachineParameters.html"""
    request = {"stateMachineArn": arn, "input": payload_of([item.text for item in items]).decode()}
    return Sending("stepfunctions", "StartSyncExecution", request, range(len(items)))


def _to_state_machine(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    sending = _to_sync_execution(pipe.target, items)
    if settings.target_parameters_of(pipe).get("InvocationType") == "FIRE_AND_FORGET":
        sending = sending._replace(operation="StartExecution")
    return [sending]


def _to_endpoint(arn: Arn, parameters: dict[str, Any], item: Item, index: int) -> Sending:
    """One event is one request, and its text the body of it. All of the parameters may be paths.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetHttpParameters.html
    """

    def filled(members: dict[str, str] | None) -> dict[str, str]:
        return {
            resolved_text(name, item.event): resolved_text(value, item.event)
            for name, value in (members or {}).items()
        }

    path = [resolved_text(each, item.event) for each in parameters.get("PathParameterValues") or ()]
    headers = filled(parameters.get("HeaderParameters"))
    if not all(_ON_ONE_LINE.fullmatch(text) for pair in headers.items() for text in pair):
        raise InvocationFailed("A header found in the event is not on one line.")
    request: dict[str, Any] = {"Headers": headers, "Body": item.text}
    query = filled(parameters.get("QueryStringParameters"))
    if arn.service == "execute-api":
        method = arn.resource.split("/")[2]
        return Sending(
            "execute-api", method, request | {"Path": _path_of(arn.resource, path, query)}, [index]
        )
    request |= {"Destination": arn.resource.split("/")[1], "Path": path, "Query": query, "TakesTurn": True}
    return Sending("events", "invoke_api_destination", request, [index])


def _path_of(resource: str, values: list[str], query: dict[str, str]) -> str:
    """Where the chamber answers for a method of an API, its `*` filled in from first to last."""
    api_id, stage, _, *rest = resource.split("/", 3)
    path = quote("/".join(rest), safe="/%*-._~")
    for value in values:
        path = path.replace("*", quote(value, safe=""), 1)
    asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
    return f"/_aws/execute-api/{api_id}/{quote(stage)}/{path}{asked}"


def _to_endpoints(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    parameters = settings.target_parameters_of(pipe)
    return [_to_endpoint(target, parameters, item, index) for index, item in enumerate(items)]


def _to_queue(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    parameters = settings.target_parameters_of(pipe)
    entries: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        entry = {"Id": str(index), "MessageBody": item.text}
        for member in ("MessageGroupId", "MessageDeduplicationId"):
            if parameters.get(member):
                entry[member] = resolved_text(parameters[member], item.event)
        entries.append(entry)
    request = {"QueueUrl": queue_url(place.base_url, target), "Entries": entries}
    return [Sending("sqs", "SendMessageBatch", request, range(len(items)))]


def _to_topic(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    entries = [{"Id": str(index), "Message": item.text} for index, item in enumerate(items)]
    request = {"TopicArn": pipe.target, "PublishBatchRequestEntries": entries}
    return [Sending("sns", "PublishBatch", request, range(len(items)))]


def _to_bus(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetEventBridgeEventBusParameters.html"""
    parameters = settings.target_parameters_of(pipe)
    source = settings.source_of(pipe.source).service
    entries: list[dict[str, Any]] = []
    for item in items:
        entry: dict[str, Any] = {
            "EventBusName": pipe.target,
            "Detail": item.text,
            "DetailType": resolved_text(
                parameters.get("DetailType") or f"Event from aws:{source}", item.event
            ),
            "Source": resolved_text(parameters.get("Source") or f"Pipe {pipe.name}", item.event),
        }
        if parameters.get("Resources"):
            entry["Resources"] = [resolved_text(each, item.event) for each in parameters["Resources"]]
        if parameters.get("Time"):
            entry["Time"] = _instant_s(resolved(parameters["Time"], item.event))
        entries.append(entry)
    request: dict[str, Any] = {"Entries": entries}
    if parameters.get("EndpointId"):
        request["EndpointId"] = parameters["EndpointId"]
    return [Sending("events", "PutEvents", request, range(len(items)))]


def _to_stream(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    key = settings.target_parameters_of(pipe)["PartitionKey"]
    records = [{"Data": item.text.encode(), "PartitionKey": resolved_text(key, item.event)} for item in items]
    request = {"StreamARN": pipe.target, "Records": records}
    return [Sending("kinesis", "PutRecords", request, range(len(items)))]


def _to_logs(pipe: Pipe, target: Arn, items: list[Item], place: Place) -> list[Sending]:
    """Events of one log stream are one call, in the order of their instants."""
    parameters = settings.target_parameters_of(pipe)
    group = target.resource.removeprefix("log-group:").removesuffix(":*")
    streams: dict[str, list[tuple[int, int]]] = {}
    for index, item in enumerate(items):
        at_ms = place.now_ms
        if parameters.get("Timestamp"):
            at_ms = round(_instant_s(resolved(parameters["Timestamp"], item.event)) * 1000)
        name = resolved_text(parameters.get("LogStreamName") or pipe.name, item.event)
        streams.setdefault(name, []).append((at_ms, index))
    return [
        Sending(
            "logs",
            "PutLogEvents",
            {
                "logGroupName": group,
                "logStreamName": name,
                "logEvents": [
                    {"timestamp": at_ms, "message": items[index].text} for at_ms, index in sorted(those)
                ],
            },
            [index for _, index in sorted(those)],
        )
        for name, those in streams.items()
    ]


def _instant_s(value: Any) -> float:
    """An instant that an event holds: seconds or milliseconds since the epoch, or a date and time of RFC 3339."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        try:
            return datetime.fromisoformat(str(value)).timestamp()
        except ValueError:
            raise InvocationFailed(f"{value} is not an instant.") from None
    return number / 1000 if number >= 100_000_000_000 else number


_SENDINGS: dict[str, Callable[[Pipe, Arn, list[Item], Place], list[Sending]]] = {
    "api-destination": _to_endpoints,
    "events": _to_bus,
    "execute-api": _to_endpoints,
    "kinesis": _to_stream,
    "lambda": _to_function,
    "logs": _to_logs,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}


class Failures(NamedTuple):
    """Which items of a sending failed, and why."""

    indexes: set[int]
    reason: str = ""


def failures_in(sending: Sending, answer: dict[str, Any], ids: list[str]) -> Failures:
    """What an answer says of its items. `ids` are those of the events the pipe read; a function's report names them.

    A function's failures are indexes into `ids`. Raises InvocationFailed when the whole batch failed.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html#pipes-partial-batch-failure
    """
    if sending.service in REPORTING:
        return Failures(_reported(sending, answer, ids), "The function reported failed items.")
    if sending.service in ("sns", "sqs"):
        failed = answer.get("Failed") or []
        return Failures({int(each["Id"]) for each in failed}, failed[0].get("Message", "") if failed else "")
    entries = answer.get("Entries") or answer.get("Records") or []
    found = [(index, each) for index, each in enumerate(entries) if each.get("ErrorCode")]
    reason = f"{found[0][1]['ErrorCode']}: {found[0][1].get('ErrorMessage', '')}" if found else ""
    return Failures({index for index, _ in found}, reason)


def answer_of(sending: Sending, answer: dict[str, Any]) -> bytes:
    """What an enrichment answered. Raises InvocationFailed."""
    return _payload(sending, answer) if sending.service in REPORTING else answer["Body"]


def _payload(sending: Sending, answer: dict[str, Any]) -> bytes:
    """What a function or an Express workflow gave back; nothing for what only began. Raises InvocationFailed."""
    if sending.service == "stepfunctions":
        if answer.get("status", "SUCCEEDED") != "SUCCEEDED":
            raise InvocationFailed(f"{answer.get('error') or answer['status']}: {answer.get('cause') or ''}")
        return (answer.get("output") or "").encode()
    payload = answer.get("Payload") or b""
    if answer.get("FunctionError"):
        raise InvocationFailed(error_of(payload))
    return payload


def is_of_endpoint(error: AwsError) -> bool:
    """Whether an API destination's endpoint or credentials are the cause: that is for the pipe's owner to mend.

    That nobody could be reached is not: the pipe tries again on its own, and no count of attempts goes up.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html#eb-pipes-error-invoke
    """
    return error.code.isdigit() or error.code in _OF_ENDPOINT


def _reported(sending: Sending, answer: dict[str, Any], ids: list[str]) -> set[int]:
    payload = _payload(sending, answer)
    try:
        report = msgspec.json.decode(payload) if payload else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return set()
    failures = report.get("batchItemFailures") if isinstance(report, dict) else None
    if not failures:
        return set()
    named = [str(each.get("itemIdentifier") or "") if isinstance(each, dict) else "" for each in failures]
    if any(not name or name not in ids for name in named):
        raise InvocationFailed("The function reported a failed item that is none of the batch.")
    return {ids.index(name) for name in named}


def error_of(payload: bytes) -> str:
    """What a function's error says."""
    try:
        return str(msgspec.json.decode(payload)["errorMessage"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return payload.decode(errors="replace")
