"""What all work on one resource has in common: is it still meant, do it in one transaction if it fits, else step by step."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Made
from cloudchamber.aws.at_once import do_at_once
from cloudchamber.languages.cloudformation import InvalidTemplate
from cloudchamber.outbox import MustWait
from cloudchamber.services.cloudformation.model import Resource, Stack
from cloudchamber.services.cloudformation.records import STACKS, WORKS, put_resource
from cloudchamber.services.cloudformation.tasks.kinds import Cancelled, Failed
from cloudchamber.services.cloudformation.tasks.phases import end_resource

Outcome = Made | Failed | None
Act = Callable[[Context], Coroutine[Any, Any, Made | None]]


class Attempt(msgspec.Struct, frozen=True):
    """One resource being worked on: `act` does it, `record` writes its outcome and lets the work go on."""

    act: Act
    record: Callable[[Context, Outcome], None]


def meant(ctx: Context, request: dict[str, Any], kind: str) -> Stack | None:
    """The stack, if a row still is part of the work on it."""
    work = WORKS.get(ctx, request["StackId"])
    if work is None or work.operation_id != request["WorkId"] or work.kind != kind:
        return None
    return STACKS.get(ctx, request["StackId"]) if request["Name"] in work.running else None


async def carry_out(ctx: Context, begin: Callable[[Context], Attempt | None]) -> None:
    """Begin, and do all in the same transaction if nothing waits; else do it, then record the outcome.

    `begin` records that the attempt is made, and gives None when there is nothing (more) to do.
    """

    def first(ctx: Context) -> Attempt | None:
        attempt = begin(ctx)
        if attempt is None:
            return None
        try:
            outcome = _outcome_of(ctx, lambda: do_at_once(ctx, attempt.act))
        except MustWait:
            return attempt
        attempt.record(ctx, outcome)
        return None

    attempt = await ctx.transact(first)
    if attempt:
        record, outcome = attempt.record, await _awaited(ctx, attempt.act(ctx))
        await ctx.transact(lambda ctx: record(ctx, outcome))


def _outcome_of(ctx: Context, act: Callable[[], Made | None]) -> Outcome:
    try:
        return act()
    except (AwsError, Cancelled, Failed, InvalidTemplate) as error:
        return _failure(ctx, error)


async def _awaited(ctx: Context, work: Awaitable[Made | None]) -> Outcome:
    try:
        return await work
    except (AwsError, Cancelled, Failed, InvalidTemplate) as error:
        return _failure(ctx, error)


def _failure(ctx: Context, error: Exception) -> Failed:
    if isinstance(error, Failed):
        return error
    if isinstance(error, Cancelled):
        return Failed("")
    if isinstance(error, AwsError):
        return Failed(handler_text(error, ctx.request_id))
    return Failed(error.message if isinstance(error, InvalidTemplate) else str(error))


def handler_text(error: AwsError, token: str) -> str:
    """A service's error as CloudFormation passes it on.

    https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
    """
    code = next((name for name, pattern in _HANDLER_CODES if pattern.search(error.code)), "InvalidRequest")
    return f'Resource handler returned message: "{error.message}" (RequestToken: {token}, HandlerErrorCode: {code})'


_HANDLER_CODES = (
    ("NotFound", re.compile("NotFound|NoSuch|NotExist|NonExist")),
    ("AlreadyExists", re.compile("Exist|Conflict|AlreadyOwned|InUse")),
    ("AccessDenied", re.compile("AccessDenied|Unauthorized")),
    ("Throttling", re.compile("Throttl|TooManyRequests")),
    ("ServiceLimitExceeded", re.compile("LimitExceeded")),
    ("GeneralServiceException", re.compile("NotImplemented|Internal")),
)


def change(ctx: Context, stack: Stack, resource: Resource, status: str, **changes: Any) -> Resource:
    """Write a resource in a new status, with its event."""
    changed = msgspec.structs.replace(
        resource, status=status, updated_at_ms=ctx.now_ms, **({"reason": ""} | changes)
    )
    put_resource(ctx, stack, changed)
    return changed


def finish(ctx: Context, stack: Stack, name: str, resource: Resource, status: str, **changes: Any) -> None:
    """The same, when with it the work on the resource is done."""
    change(ctx, stack, resource, status, **changes)
    end_resource(ctx, stack.stack_id, name, failed=status.endswith("FAILED"))
