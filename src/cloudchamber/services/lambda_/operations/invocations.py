"""Invoke: run a function and wait, accept an event for later, or only say whether one could.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-invocation.html
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec

from cloudchamber.aws import AwsError, Context, Pending
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import (
    InvalidRequestContentException,
    RecursiveInvocationException,
    RequestEntityTooLargeException,
)
from cloudchamber.services.lambda_.live import Environments, Reserved, place_of
from cloudchamber.services.lambda_.model import Function
from cloudchamber.services.lambda_.operations.finding import Named, alias_of, named, not_found, version_in
from cloudchamber.services.lambda_.records import FUNCTIONS, RESERVED, version_of
from cloudchamber.services.lambda_.rules import recursion
from cloudchamber.services.lambda_.rules.routing import drawn_version
from cloudchamber.wire.errors import WireError
from cloudchamber.workers import Invocation, InvocationResult
from cloudchamber.workers.spec import OnChunk


class Target(NamedTuple):
    """What is to be run: the version that was drawn, and how much of it may run at once."""

    where: Named
    function: Function
    reserved: Reserved


def target_of(where: Named) -> Target:
    """The version that this invocation runs: of an alias, one of its two by their weights. Raises ResourceNotFoundException."""
    ctx = where.ctx
    alias = alias_of(where)
    if alias is None:
        function = version_in(where)
    else:
        version = drawn_version(alias, ctx.ids.fraction() if alias.weights else 0.0)
        found = version_of(ctx, where.name, version)
        if found is None:
            raise not_found(where)
        function = found
    live: Environments = ctx.live
    own = RESERVED.get(ctx, where.name)
    of_all = 0
    if own is None and live.unreserved_count(ctx.account, ctx.region) >= limits.UNRESERVED_CONCURRENCY_MIN:
        of_all = sum(RESERVED.values(ctx))
    return Target(where, function, Reserved(own, of_all))


def invoke(ctx: Context, request: dict[str, Any]) -> Any:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
    payload, kind = request.get("Payload") or b"{}", request.get("InvocationType") or "RequestResponse"
    check_payload(payload, limits.ASYNCHRONOUS_BYTES_MAX if kind == "Event" else limits.SYNCHRONOUS_BYTES_MAX)
    where = named(ctx, request)
    target = target_of(where)
    if kind == "DryRun":
        ctx.tally(0)
        return {"StatusCode": 204}
    if kind == "Event":
        ctx.tally(0)
        accept(where, payload, ctx.request_id)
        return {"StatusCode": 202}
    client_context = _client_context(request)
    return Pending(lambda: _run(ctx, target, payload, client_context, tail=request.get("LogType") == "Tail"))


def invoke_async(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html"""
    payload = request["InvokeArgs"] or b"{}"
    check_payload(payload, limits.ASYNCHRONOUS_BYTES_MAX)
    where = named(ctx, request)
    version_in(where)
    accept(where, payload, ctx.request_id)
    return {"Status": 202}


def accept(where: Named, payload: bytes, request_id: str) -> None:
    """Take an event for later: it is in the outbox when this transaction commits."""
    event = {
        "FunctionName": where.name,
        "Qualifier": where.qualifier,
        "Payload": payload,
        "RequestId": request_id,
        "AcceptedAtMs": where.ctx.now_ms,
        "Source": where.ctx.principal,
    }
    where.ctx.measure("AWS/Lambda", "AsyncEventsReceived", FunctionName=where.name)
    where.ctx.later("lambda", "invoke_event", event, account=where.ctx.account, region=where.ctx.region)


def check_payload(payload: bytes, bytes_max: int) -> None:
    """Raise AWS's error for an event that is too large or no JSON."""
    if len(payload) > bytes_max:
        raise RequestEntityTooLargeException(
            f"Request must be smaller than {bytes_max} bytes for the InvokeFunction operation", Type="User"
        )
    try:
        msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {error}", Type="User"
        ) from None


def _client_context(request: dict[str, Any]) -> str | None:
    """The client's context as JSON text; it reaches the function of a synchronous invocation only (F006)."""
    text = request.get("ClientContext")
    if not text:
        return None
    if len(text) > limits.CLIENT_CONTEXT_BYTES_MAX:
        raise InvalidRequestContentException(
            "Client context must be no more than 3583 bytes of base64-encoded data."
        )
    try:
        decoded = base64.b64decode(text, validate=True)
        msgspec.json.decode(decoded)
        return decoded.decode()
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidRequestContentException(
            "Client context must be a valid Base64-encoded JSON object."
        ) from None


async def run_target(
    ctx: Context,
    target: Target,
    payload: bytes,
    *,
    request_id: str,
    client_context: str | None = None,
    on_chunk: OnChunk | None = None,
) -> InvocationResult:
    """Run one event now. Raises TooManyRequestsException and InvalidRuntimeException; then the function has not run."""
    where, function, reserved = target
    live: Environments = ctx.live
    lineage = recursion.lengthened(ctx.trace.lineage, where._replace(qualifier="").arn)
    invocation = Invocation(
        request_id,
        payload,
        trace_header=msgspec.structs.replace(ctx.trace, lineage=lineage).header(),
        client_context=client_context,
        invoked_function_arn=where.arn,
    )
    place = place_of(where.ctx.account, where.ctx.region, function)
    return await live.run(place, function, invocation, reserved, ctx.trace, on_chunk)


def note_failure(ctx: Context, result: InvocationResult) -> None:
    """Say on the track of an invocation how its function failed."""
    error = result.function_error or ""
    ctx.note(f"{error}: {result.error_type}" if result.error_type else error)


def _note_failed_items(ctx: Context, payload: bytes) -> None:
    """Say on the track of a mapping's invocation how many items of its batch failed."""
    try:
        failed = len(msgspec.json.decode(payload)["batchItemFailures"])
    except (msgspec.DecodeError, TypeError, KeyError):
        return
    if failed:
        ctx.note(f"failed items: {failed}")


async def _run(
    ctx: Context, target: Target, payload: bytes, client_context: str | None, *, tail: bool
) -> dict[str, Any]:
    _check_recursion(ctx, target)
    result = await run_target(ctx, target, payload, request_id=ctx.request_id, client_context=client_context)
    answer: dict[str, Any] = {
        "StatusCode": 200,
        "ExecutedVersion": target.function.version,
        "Payload": result.payload,
    }
    if result.function_error:
        answer["FunctionError"] = result.function_error
        note_failure(ctx, result)
    elif ctx.principal == "lambda.amazonaws.com" and b'"batchItemFailures"' in (result.payload or b""):
        _note_failed_items(ctx, result.payload or b"")
    if tail:
        answer["LogResult"] = log_tail(result)
    return answer


def _check_recursion(ctx: Context, target: Target) -> None:
    """A function that calls itself through others, waiting for each, is stopped with an error (F009)."""
    if ctx.trace.lineage and is_loop(ctx, target.where, target.function):
        raise RecursiveInvocationException(Type="User")


def is_loop(ctx: Context, where: Named, function: Function) -> bool:
    """Whether one chain of calls has come to this function too often (F009)."""
    arn = where._replace(qualifier="").arn
    return (
        function.recursive_loop == "Terminate"
        and recursion.count_of(ctx.trace.lineage, arn) >= limits.RECURSION_MAX
    )


def recursive_loop_of(where: Named) -> str:
    """Terminate or Allow: what is to happen to a loop."""
    function = FUNCTIONS.get(where.ctx, where.name)
    return function.recursive_loop if function else "Terminate"


def log_tail(result: InvocationResult) -> str:
    """The last 4 KB of the log, in base64."""
    return base64.b64encode(result.log[-limits.LOG_TAIL_BYTES :]).decode()


# -- streams


async def invoke_with_response_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html"""
    payload = request.get("Payload") or b"{}"
    check_payload(payload, limits.SYNCHRONOUS_BYTES_MAX)
    target = await ctx.transact(lambda ctx: target_of(named(ctx, request)))
    if request.get("InvocationType") == "DryRun":
        return {"StatusCode": 204, "EventStream": []}
    _check_recursion(ctx, target)
    client_context = _client_context(request)
    parts = await stream(ctx, target, payload, client_context)
    tail = request.get("LogType") == "Tail"
    return {
        "StatusCode": 200,
        "ExecutedVersion": target.function.version,
        "ResponseStreamContentType": "application/octet-stream",
        "EventStream": _events(parts, tail=tail),
    }


async def stream(
    ctx: Context, target: Target, payload: bytes, client_context: str | None = None
) -> AsyncIterator[bytes | InvocationResult]:
    """The parts of a response as they come, then the result. What keeps the function from running is raised at once."""
    parts: asyncio.Queue[bytes | InvocationResult | AwsError] = asyncio.Queue()

    async def run() -> None:
        try:
            parts.put_nowait(
                await run_target(
                    ctx,
                    target,
                    payload,
                    request_id=ctx.request_id,
                    client_context=client_context,
                    on_chunk=parts.put_nowait,
                )
            )
        except AwsError as error:
            parts.put_nowait(error)
        finally:
            ctx.clock.release()

    ctx.clock.hold()
    ctx.cloud.spawn(run())
    ctx.clock.release()  # the function holds it, and waits for its turn
    try:
        first = await parts.get()
    finally:
        ctx.clock.hold()
    if isinstance(first, AwsError):
        raise first

    async def rest() -> AsyncIterator[bytes | InvocationResult]:
        part = first
        while not isinstance(part, (InvocationResult, AwsError)):
            yield part
            part = await parts.get()
        if isinstance(part, InvocationResult):
            yield part

    return rest()


async def _events(
    parts: AsyncIterator[bytes | InvocationResult], *, tail: bool
) -> AsyncIterator[dict[str, Any] | WireError]:
    async for part in parts:
        if isinstance(part, bytes):
            if part:
                yield {"PayloadChunk": {"Payload": part}}
            continue
        complete: dict[str, Any] = {}
        if part.function_error:
            complete |= {
                "ErrorCode": part.function_error,
                "ErrorDetails": part.payload.decode(errors="replace"),
            }
        elif part.payload:
            yield {"PayloadChunk": {"Payload": part.payload}}
        if tail:
            complete["LogResult"] = log_tail(part)
        yield {"InvokeComplete": complete}
