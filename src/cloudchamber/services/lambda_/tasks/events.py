"""Events that were accepted for later: run, retried, given up."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.lambda_.model import LATEST, EventInvoke
from cloudchamber.services.lambda_.operations.finding import Named
from cloudchamber.services.lambda_.operations.invocations import (
    Target,
    is_loop,
    note_failure,
    run_target,
    target_of,
)
from cloudchamber.services.lambda_.records import EVENT_INVOKES
from cloudchamber.services.lambda_.rules.retries import (
    Event,
    after_function_error,
    after_system_error,
    error_message_of,
    expires_at_ms,
)
from cloudchamber.services.lambda_.tasks.endings import end


async def invoke_event(ctx: Context, request: dict[str, Any]) -> None:
    """Run the function of an event that was accepted; retry it, or tell of its end. Meant while the function exists."""
    event = msgspec.convert(request, Event)
    look = await ctx.transact(lambda ctx: _look(ctx, event))
    if look is None:
        ctx.tally(0)
        return
    target, config = look
    if ctx.now_ms >= expires_at_ms(event, config):
        ctx.tally(0)
        await ctx.conclude(lambda ctx: end(ctx, event, target, config, "EventAgeExceeded"))
        return
    if _detects_loops(event) and is_loop(ctx, target.where, target.function):
        event = msgspec.structs.replace(event, ErrorCode=400, ErrorMessage="RecursiveInvocationException")
        ctx.tally(0)
        await ctx.conclude(lambda ctx: end(ctx, event, target, config, "RetriesExhausted"))
        return
    try:
        result = await run_target(ctx, target, event.Payload, request_id=event.RequestId)
    except AwsError as error:
        ctx.note(error.code)
        ctx.tally(0)
        failed = msgspec.structs.replace(
            event,
            SystemErrors=event.SystemErrors + 1,
            ErrorCode=error.status or 500,
            ErrorMessage=error.message,
        )
        at_ms = after_system_error(failed, config, ctx.now_ms)
        await ctx.conclude(lambda ctx: _again(ctx, failed, at_ms))
        return
    error_name = result.function_error or ""
    if error_name:
        note_failure(ctx, result)
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
            await ctx.conclude(lambda ctx: end(ctx, answered, target, config, "Success"))
        return
    retry_at_ms = after_function_error(answered, config, ctx.now_ms)
    if retry_at_ms is None:
        await ctx.conclude(lambda ctx: end(ctx, answered, target, config, "RetriesExhausted"))
    else:
        await ctx.conclude(lambda ctx: _again(ctx, answered, retry_at_ms))


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
