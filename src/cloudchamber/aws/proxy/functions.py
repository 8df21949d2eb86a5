"""The Lambda function that a URI names, and calls of it within a time.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from cloudchamber.aws.call import Call

if TYPE_CHECKING:
    from cloudchamber.aws.context import Context
    from cloudchamber.aws.errors import AwsError

_PATH = re.compile(
    r"arn:[a-z-]+:apigateway:[^:]*:lambda:path/\d{4}-\d{2}-\d{2}/functions/(?P<function>.+)/invocations\Z"
)
_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:(?P<region>[^:]+):(?P<account>[^:]+):function:[^/]+\Z")
_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


def function_arn(uri: str, stage_variables: dict[str, str] | None = None) -> str | None:
    """The function's ARN in `uri`, itself an ARN or API Gateway's path form; None when it is neither.

    Stage variables are put in when they are given.
    """
    if stage_variables is not None:
        uri = _VARIABLE.sub(lambda match: stage_variables.get(match[1], ""), uri)
    match = _PATH.match(uri)
    arn = match["function"] if match else uri
    return arn if _FUNCTION.match(arn) else None


class TimedOut(Exception):
    """The function has not answered in time. It goes on, and nobody hears its answer."""


async def invoke(ctx: Context, arn: str, payload: bytes, timeout_ms: int) -> dict[str, Any]:
    """The answer of `Invoke`. Raises AwsError, or TimedOut after `timeout_ms`.

    The request lets go of the clock while it waits; whoever wakes it holds the clock on its behalf.
    """
    region, account = arn.split(":")[3:5]
    request = {"FunctionName": arn, "InvocationType": "RequestResponse", "Payload": payload}
    call = Call("lambda", "Invoke", request, "apigateway.amazonaws.com", account, region, ctx.trace)
    return await call_in_time(ctx, call, timeout_ms)


async def call_in_time(ctx: Context, call: Call, timeout_ms: int) -> dict[str, Any]:
    """The answer of a call. Raises AwsError, or TimedOut after `timeout_ms`; the call goes on, and nobody hears its answer."""
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

    label = f"the time for {call.service} {call.operation} to answer ends"
    timer = clock.call_at(ctx.now_ms + timeout_ms, lambda: wake(None, TimedOut()), label=label)
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
