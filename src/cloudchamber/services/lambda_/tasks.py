"""What the outbox runs for Lambda: events that were accepted for later, and what is told of their end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Context, Retry
from cloudchamber.services.lambda_.model import LATEST, EventInvoke, Function
from cloudchamber.services.lambda_.operations.finding import Named, arn_of
from cloudchamber.services.lambda_.operations.invocations import Target, is_loop, run_target, target_of
from cloudchamber.services.lambda_.records import EVENT_INVOKES
from cloudchamber.services.lambda_.rules import recursion
from cloudchamber.services.lambda_.rules.retries import (
    Event,
    after_function_error,
    after_system_error,
    error_message_of,
    expires_at_ms,
    record,
)

_DELIVERY = Retry(base_ms=1_000, delay_ms_max=60_000, attempts_max=30)


async def invoke_event(ctx: Context, request: dict[str, Any]) -> None:
    """Run the function of an event that was accepted; retry it, or tell of its end. Meant while the function exists."""
    event = msgspec.convert(request, Event)
    look = await ctx.transact(lambda ctx: _look(ctx, event))
    if look is None:
        return
    target, config = look
    if ctx.now_ms >= expires_at_ms(event, config):
        await ctx.transact(lambda ctx: _end(ctx, event, target, config, "EventAgeExceeded"))
        return
    if _detects_loops(event) and is_loop(ctx, target.where, target.function):
        event = msgspec.structs.replace(event, ErrorCode=400, ErrorMessage="RecursiveInvocationException")
        await ctx.transact(lambda ctx: _end(ctx, event, target, config, "RetriesExhausted"))
        return
    try:
        result = await run_target(ctx, target, event.Payload, request_id=event.RequestId)
    except AwsError as error:
        failed = msgspec.structs.replace(
            event,
            SystemErrors=event.SystemErrors + 1,
            ErrorCode=error.status or 500,
            ErrorMessage=error.message,
        )
        at_ms = after_system_error(failed, config, ctx.now_ms)
        await ctx.transact(lambda ctx: _again(ctx, failed, at_ms))
        return
    error_name = result.function_error or ""
    answered = msgspec.structs.replace(
        event,
        Response=result.payload,
        FunctionError=error_name,
        ExecutedVersion=target.function.version,
        FunctionErrors=event.FunctionErrors + (1 if error_name else 0),
        ErrorCode=200,
        ErrorMessage=error_message_of(result.payload) if error_name else "",
    )
    if not error_name:
        if config and config.on_success:
            await ctx.transact(lambda ctx: _end(ctx, answered, target, config, "Success"))
        return
    retry_at_ms = after_function_error(answered, config, ctx.now_ms)
    if retry_at_ms is None:
        await ctx.transact(lambda ctx: _end(ctx, answered, target, config, "RetriesExhausted"))
    else:
        await ctx.transact(lambda ctx: _again(ctx, answered, retry_at_ms))


def _look(ctx: Context, event: Event) -> tuple[Target, EventInvoke | None] | None:
    where = Named(ctx, event.FunctionName, event.Qualifier)
    try:
        target = target_of(where)
    except AwsError:
        return None
    return target, EVENT_INVOKES.get(ctx, event.FunctionName, event.Qualifier or LATEST)


def _detects_loops(event: Event) -> bool:
    """Loops through EventBridge and other services are not detected (F009)."""
    return not event.Source.endswith(".amazonaws.com") or event.Source in (
        "s3.amazonaws.com",
        "sns.amazonaws.com",
        "lambda.amazonaws.com",
    )


def _again(ctx: Context, event: Event, at_ms: int) -> None:
    ctx.later("lambda", "invoke_event", msgspec.structs.asdict(event), due_at_ms=at_ms)


# -- the end of an event


def _end(ctx: Context, event: Event, target: Target, config: EventInvoke | None, condition: str) -> None:
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
    if not success and function.dead_letter_arn:
        _dead_letter(ctx, event, function)


def _deliver(
    ctx: Context, destination: str, text: str, name: str, function_arn: str, *, success: bool
) -> None:
    arn = Arn.parse(destination)
    if arn is None:
        return
    if arn.service == "sqs":
        request = {"QueueUrl": queue_url(ctx, arn), "MessageBody": text}
        _send(ctx, arn, "sqs", "SendMessage", request)
    elif arn.service == "sns":
        _send(ctx, arn, "sns", "Publish", {"TopicArn": destination, "Message": text})
    elif arn.service == "lambda":
        request = {"FunctionName": destination, "InvocationType": "Event", "Payload": text.encode()}
        _send(ctx, arn, "lambda", "Invoke", request)
    elif arn.service == "events":
        result = "Success" if success else "Failure"
        entry = {
            "Source": "lambda",
            "DetailType": f"Lambda Function Invocation Result - {result}",
            "Resources": [destination, function_arn],
            "Detail": text,
            "EventBusName": destination,
        }
        _send(ctx, arn, "events", "PutEvents", {"Entries": [entry]})
    elif arn.service == "s3":
        now = datetime.fromtimestamp(ctx.now_ms / 1000, UTC)
        key = f"aws/lambda/async/{name}/{now:%Y/%m/%d}/{now:%Y-%m-%dT%H.%M.%S}-{ctx.ids.uuid()}"
        request = {
            "Bucket": arn.resource,
            "Key": key,
            "Body": text.encode(),
            "ContentType": "application/json",
        }
        _send(ctx, arn, "s3", "PutObject", request)


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
        _send(ctx, arn, "sqs", "SendMessage", request)
    else:
        request = {"TopicArn": function.dead_letter_arn, "Message": body, "MessageAttributes": attributes}
        _send(ctx, arn, "sns", "Publish", request)


def queue_url(ctx: Context, arn: Arn) -> str:
    """The URL of a queue's ARN, in any account and region."""
    return f"{ctx.base_url}/queue/{arn.region}/{arn.account}/{arn.resource}"


def _send(ctx: Context, arn: Arn, service: str, operation: str, request: dict[str, Any]) -> None:
    ctx.later(
        service,
        operation,
        request,
        retry=_DELIVERY,
        principal="lambda.amazonaws.com",
        account=arn.account or ctx.account,
        region=arn.region or ctx.region,
    )
