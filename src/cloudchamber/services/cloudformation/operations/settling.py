"""Answers that wait a moment for what they began.

AWS answers CreateStack at once and works for minutes; clients look again every 5 to 30 seconds. Here most stacks are done
in milliseconds: an answer that comes right after the end spares every client its first long pause. It never waits for
somebody outside, such as the function of a custom resource.
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.records import RESOURCES, STACKS, WORKS
from cloudchamber.services.cloudformation.tasks.types import waits_outside


async def settled(ctx: Context, stack_id: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, once the stack is at rest, waits for somebody, or has taken its time."""
    name = stack_id.split("/")[1]
    until_ms = ctx.now_ms + limits.ANSWER_HELD_MS_MAX
    while not await ctx.transact(lambda ctx: _is_settled(ctx, stack_id)):
        if not await ctx.wait(("stack", name), until_ms=until_ms):
            break
    return answer


def _is_settled(ctx: Context, stack_id: str) -> bool:
    stack, work = STACKS.get(ctx, stack_id), WORKS.get(ctx, stack_id)
    if stack is None or work is None:
        return True
    begun = (RESOURCES.get(ctx, stack_id, name) for name in work.running)
    return any(resource is not None and waits_outside(resource.type) for resource in begun)
