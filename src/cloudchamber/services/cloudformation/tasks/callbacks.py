"""URLs on this chamber that somebody answers at, and waiting for what comes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.model import Callback
from cloudchamber.services.cloudformation.records import CALLBACKS
from cloudchamber.services.cloudformation.tasks.kinds import Cancelled, Failed
from cloudchamber.services.cloudformation.tasks.phases import is_cancelled
from cloudchamber.wire.http import HttpRequest, HttpResponse

PATH = "/_aws/cloudformation-response/"


def url_of(ctx: Context, token: str) -> str:
    """Where the callback of that token is answered."""
    return f"{ctx.base_url}{PATH}{token}"


async def answer_http(ctx: Context, request: HttpRequest, token: str) -> HttpResponse | None:
    """Take the JSON document that somebody put at a callback's URL."""
    if request.method not in {"PUT", "POST"}:
        return HttpResponse(405, [])
    callback = await ctx.transact(lambda ctx: CALLBACKS.get(ctx, token))
    if callback is None:
        return None
    if len(request.body) > limits.CUSTOM_RESOURCE_ANSWER_BYTES_MAX:
        return HttpResponse(400, [], b"Response body is too long.")
    try:
        answer = msgspec.json.decode(request.body, type=dict[str, Any])
    except msgspec.DecodeError as error:
        return HttpResponse(400, [], f"Invalid response object: {error}".encode())
    ctx.account, ctx.region = callback.account, callback.region
    await ctx.transact(lambda ctx: put_answer(ctx, {"Token": token, "Answer": answer}))
    return HttpResponse(200, [])


def put_answer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Record an answer and wake who waits. The first one of each UniqueId counts."""
    token, answer = str(request["Token"]), request["Answer"]
    callback = CALLBACKS.get(ctx, token)
    if callback is None:
        raise AwsError("ResourceNotFoundException", f"There is no callback {token}.", status=404)
    answers = {str(answer.get("UniqueId", "")): answer} | callback.answers
    CALLBACKS.put(ctx, msgspec.structs.replace(callback, answers=answers), token)
    ctx.signal("callback", token)
    return {}


def fail_callback(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What should have answered could not even be called."""
    failure = request["Failure"]
    answer = {"Status": "FAILED", "Reason": failure["Message"], "Undelivered": True}
    return put_answer(ctx, {"Token": request["Token"], "Answer": answer})


async def wait_for(
    ctx: Context, token: str, enough: Callable[[Callback], bool], *, timed_out: str, cancellable: bool = True
) -> Callback:
    """Wait until there are answers enough. Raises Failed with `timed_out` at the callback's end, or Cancelled."""

    def look(ctx: Context) -> tuple[Callback | None, bool]:
        callback = CALLBACKS.get(ctx, token)
        return callback, callback is not None and cancellable and is_cancelled(ctx, callback.stack_id)

    while True:
        callback, cancelled = await ctx.transact(look)
        assert callback, "a callback is recorded before it is waited for"
        if enough(callback):
            return callback
        if cancelled:
            raise Cancelled
        if ctx.now_ms >= callback.until_ms:
            raise Failed(timed_out)
        names: list[tuple[str | int, ...]] = [("callback", token), ("cancelled", callback.stack_id)]
        await ctx.wait(*names, until_ms=callback.until_ms)
