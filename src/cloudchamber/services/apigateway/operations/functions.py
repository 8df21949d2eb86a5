"""Calls of Lambda functions within a time."""

from __future__ import annotations

import asyncio
from typing import Any

from cloudchamber.aws import AwsError, Call, Context


class TimedOut(Exception):
    """The function has not answered in time. It goes on, and nobody hears its answer."""


async def invoke(ctx: Context, arn: str, payload: bytes, timeout_ms: int) -> dict[str, Any]:
    """The answer of `Invoke`. Raises AwsError, or TimedOut after `timeout_ms`.

    The request lets go of the clock while it waits; whoever wakes it holds the clock on its behalf.
    """
    region, account = arn.split(":")[3:5]
    clock = ctx.clock
    outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def wake(answer: Any, error: BaseException | None) -> None:
        if outcome.done():
            return
        clock.hold()
        if error is None:
            outcome.set_result(answer)
        else:
            outcome.set_exception(error)

    def done(answer: Any, error: AwsError | None) -> None:
        wake(answer, error)

    request = {"FunctionName": arn, "InvocationType": "RequestResponse", "Payload": payload}
    call = Call("lambda", "Invoke", request, "apigateway.amazonaws.com", account, region, ctx.trace)
    timer = clock.call_at(ctx.now_ms + timeout_ms, lambda: wake(None, TimedOut()))
    ctx.cloud.submit(call, done)
    clock.release()
    try:
        return await outcome
    except asyncio.CancelledError:
        if outcome.cancelled():
            clock.hold()
        raise
    finally:
        timer.cancel()
