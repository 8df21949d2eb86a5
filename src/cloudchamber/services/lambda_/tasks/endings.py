"""What is told of the end of an asynchronous event: a record to its destination, the event itself to its dead-letter queue.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context, Retry
from cloudchamber.services.lambda_.model import LATEST, EventInvoke, Function
from cloudchamber.services.lambda_.operations.finding import arn_of
from cloudchamber.services.lambda_.operations.invocations import Target
from cloudchamber.services.lambda_.operations.mappings import queue_url
from cloudchamber.services.lambda_.rules import recursion
from cloudchamber.services.lambda_.rules.retries import Event, record

_DELIVERY = Retry(base_ms=1_000, delay_ms_max=60_000, attempts_max=30)


def end(ctx: Context, event: Event, target: Target, config: EventInvoke | None, condition: str) -> None:
    """Tell the destination, and the dead-letter queue of what failed."""
    function = target.function
    arn = arn_of(ctx, event.FunctionName, event.Qualifier or LATEST)
    ctx = ctx.elsewhere()
    ctx.trace = msgspec.structs.replace(
        ctx.trace, lineage=recursion.lengthened(ctx.trace.lineage, arn_of(ctx, event.FunctionName))
    )
    success = condition == "Success"
    destination = "" if config is None else config.on_success if success else config.on_failure
    if destination:
        text = msgspec.json.encode(record(event, arn, condition, ctx.now_ms)).decode()
        _deliver(ctx, destination, text, event.FunctionName, arn, success=success)
    if not success:
        ctx.measure("AWS/Lambda", "AsyncEventsDropped", FunctionName=event.FunctionName)
        if function.dead_letter_arn:
            _dead_letter(ctx, event, function)


def _deliver(
    ctx: Context, destination: str, text: str, name: str, function_arn: str, *, success: bool
) -> None:
    arn = Arn.parse(destination)
    if arn is None:
        return
    if arn.service == "sqs":
        request = {"QueueUrl": queue_url(ctx, arn), "MessageBody": text}
        send(ctx, arn, "sqs", "SendMessage", request)
    elif arn.service == "sns":
        send(ctx, arn, "sns", "Publish", {"TopicArn": destination, "Message": text})
    elif arn.service == "lambda":
        request = {"FunctionName": destination, "InvocationType": "Event", "Payload": text.encode()}
        send(ctx, arn, "lambda", "Invoke", request)
    elif arn.service == "events":
        result = "Success" if success else "Failure"
        entry = {
            "Source": "lambda",
            "DetailType": f"Lambda Function Invocation Result - {result}",
            "Resources": [destination, function_arn],
            "Detail": text,
            "EventBusName": destination,
        }
        send(ctx, arn, "events", "PutEvents", {"Entries": [entry]})
    elif arn.service == "s3":
        now = datetime.fromtimestamp(ctx.now_ms / 1000, UTC)
        key = f"aws/lambda/async/{name}/{now:%Y/%m/%d}/{now:%Y-%m-%dT%H.%M.%S}-{ctx.ids.uuid()}"
        request = {
            "Bucket": arn.resource,
            "Key": key,
            "Body": text.encode(),
            "ContentType": "application/json",
        }
        send(ctx, arn, "s3", "PutObject", request)


def _dead_letter(ctx: Context, event: Event, function: Function) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq"""
    arn = Arn.parse(function.dead_letter_arn)
    if arn is None:
        return
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": event.RequestId},
        "ErrorCode": {"DataType": "Number", "StringValue": str(event.ErrorCode)},
    }
    if event.ErrorMessage:
        attributes["ErrorMessage"] = {"DataType": "String", "StringValue": event.ErrorMessage}
    body = event.Payload.decode(errors="replace")
    if arn.service == "sqs":
        request = {"QueueUrl": queue_url(ctx, arn), "MessageBody": body, "MessageAttributes": attributes}
        send(ctx, arn, "sqs", "SendMessage", request)
    else:
        request = {"TopicArn": function.dead_letter_arn, "Message": body, "MessageAttributes": attributes}
        send(ctx, arn, "sns", "Publish", request)


def send(ctx: Context, arn: Arn, service: str, operation: str, request: dict[str, Any]) -> None:
    """Put a call to what an ARN means into the outbox."""
    ctx.later(
        service,
        operation,
        request,
        retry=_DELIVERY,
        principal="lambda.amazonaws.com",
        account=arn.account or ctx.account,
        region=arn.region or ctx.region,
    )
