"""AWS::CloudFormation::WaitConditionHandle and AWS::CloudFormation::WaitCondition.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Made
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.model import Callback
from cloudchamber.services.cloudformation.records import CALLBACKS
from cloudchamber.services.cloudformation.tasks.callbacks import PATH, url_of, wait_for
from cloudchamber.services.cloudformation.tasks.kinds import Failed, Step


class Handle:
    """A URL that signals are put at."""

    inert = False
    updatable = True
    replaced_by = frozenset[str]()

    async def create(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made:
        """The URL."""
        token = f"{step.work_id}-{step.resource.logical_id}".lower()
        stack_id, name = step.stack.stack_id, step.resource.logical_id
        callback = Callback(ctx.account, ctx.region, stack_id, name, step.work_id)
        await ctx.transact(lambda ctx: CALLBACKS.has(ctx, token) or CALLBACKS.put(ctx, callback, token))
        return Made(url_of(ctx, token))

    async def update(self, ctx: Context, step: Step, properties: dict[str, Any], old: dict[str, Any]) -> Made:
        """A handle has nothing to change."""
        return Made(step.resource.physical_id)

    async def delete(self, ctx: Context, step: Step, physical_id: str, properties: dict[str, Any]) -> None:
        """Nobody can signal any more."""
        await ctx.transact(lambda ctx: CALLBACKS.delete(ctx, physical_id.rpartition("/")[2]))


class Condition:
    """Waits until its handle was signalled often enough."""

    inert = False
    updatable = True
    replaced_by = frozenset[str]()

    async def create(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made:
        """Wait for `Count` successful signals; one failure, or the end of `Timeout`, fails it."""
        token = str(properties.get("Handle", "")).rpartition(PATH)[2]
        count = int(properties.get("Count") or 1)
        timeout_s = min(int(properties.get("Timeout") or 0), limits.WAIT_CONDITION_TIMEOUT_S_MAX)
        await ctx.transact(lambda ctx: _set_end(ctx, token, ctx.now_ms + timeout_s * 1000))

        def enough(callback: Callback) -> bool:
            return len(callback.answers) >= count or _failure(callback) is not None

        late = f"WaitCondition timed out. Received 0 conditions when expecting {count}"
        callback = await wait_for(ctx, token, enough, timed_out=late)
        failure = _failure(callback)
        if failure is not None:
            reason, unique_id = failure.get("Reason", ""), failure.get("UniqueId", "")
            raise Failed(f"WaitCondition received failed message: '{reason}' for uniqueId: {unique_id}")
        data = {name: answer.get("Data", "") for name, answer in callback.answers.items()}
        physical_id = f"{ctx.arn('waitcondition', service='cloudformation')}/{step.logical.name()}"
        return Made(physical_id, {"Data": msgspec.json.encode(data).decode()})

    async def update(self, ctx: Context, step: Step, properties: dict[str, Any], old: dict[str, Any]) -> Made:
        """What was waited for is not waited for again."""
        return Made(step.resource.physical_id, step.resource.attributes)

    async def delete(self, ctx: Context, step: Step, physical_id: str, properties: dict[str, Any]) -> None:
        """There is nothing to remove."""


def _failure(callback: Callback) -> dict[str, Any] | None:
    return next((answer for answer in callback.answers.values() if answer.get("Status") == "FAILURE"), None)


def _set_end(ctx: Context, token: str, until_ms: int) -> None:
    callback = CALLBACKS.get(ctx, token)
    if callback is None:
        raise Failed("WaitCondition handle is not valid")
    if not callback.until_ms:
        CALLBACKS.put(ctx, msgspec.structs.replace(callback, until_ms=until_ms), token)
