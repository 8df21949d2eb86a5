"""Removing one resource: `remove_resource`. Putting one back as it was: `restore_resource`."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Made
from cloudchamber.services.cloudformation.model import Resource, Stack
from cloudchamber.services.cloudformation.records import RESOURCES, tell_resource
from cloudchamber.services.cloudformation.tasks.evaluating import resolved
from cloudchamber.services.cloudformation.tasks.kinds import Failed, Step
from cloudchamber.services.cloudformation.tasks.phases import PREVIOUS, end_resource
from cloudchamber.services.cloudformation.tasks.types import kind_of
from cloudchamber.services.cloudformation.tasks.working import (
    Attempt,
    Outcome,
    carry_out,
    change,
    finish,
    meant,
)


async def remove_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a resource, or what it replaced; or leave it, as its policy says."""
    await carry_out(ctx, lambda ctx: _begin(ctx, request))
    return {}


def _begin(ctx: Context, request: dict[str, Any]) -> Attempt | None:
    stack = meant(ctx, request, "remove")
    if stack is None:
        return None
    name = str(request["Name"])
    resource = RESOURCES.get(ctx, stack.stack_id, name.removesuffix(PREVIOUS))
    assert resource, "what is removed is recorded"
    shown, replaced = _as_it_was(resource), name.endswith(PREVIOUS)
    target = shown if replaced else resource
    if _is_kept(stack, target, replaced=replaced):
        _put(ctx, stack, target, "DELETE_SKIPPED", replaced=replaced)
        end_resource(ctx, stack.stack_id, name)
        return None
    if target.attempt_id != request["WorkId"]:
        target = _put(
            ctx, stack, target, "DELETE_IN_PROGRESS", replaced=replaced, attempt_id=request["WorkId"]
        )
    if not target.physical_id:
        _removed(ctx, stack, name, target, None)
        return None
    step = Step(stack, target, str(request["WorkId"]))
    kind = kind_of(ctx, target.type)

    async def act(ctx: Context) -> Made | None:
        await kind.delete(ctx, step, target.physical_id, target.properties)
        return None

    return Attempt(act, lambda ctx, outcome: _removed(ctx, stack, name, target, outcome))


def _as_it_was(resource: Resource) -> Resource:
    previous = resource.previous
    if previous is None:
        return resource
    return msgspec.structs.replace(
        resource,
        physical_id=previous.physical_id,
        properties=previous.properties,
        attributes=previous.attributes,
        suffix=previous.suffix,
    )


def _is_kept(stack: Stack, resource: Resource, *, replaced: bool) -> bool:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html"""
    if resource.logical_id in stack.retained:
        return True
    if replaced:
        return resource.replace_policy == "Retain" and not resource.restored
    if stack.status == "ROLLBACK_IN_PROGRESS" or (
        stack.status.startswith("UPDATE_ROLLBACK") and not replaced
    ):
        return resource.deletion_policy == "Retain" and not stack.retain_except_on_create
    return resource.deletion_policy in {"Retain", "RetainExceptOnCreate"}


def _put(
    ctx: Context, stack: Stack, resource: Resource, status: str, *, replaced: bool, **changes: Any
) -> Resource:
    """Tell of a status, and record it unless it is that of a resource in whose place another one stands."""
    if not replaced:
        return change(ctx, stack, resource, status, **changes)
    told = msgspec.structs.replace(resource, status=status, **({"reason": ""} | changes))
    tell_resource(ctx, stack, told)
    return told


def _removed(ctx: Context, stack: Stack, name: str, resource: Resource, outcome: Outcome) -> None:
    replaced = name.endswith(PREVIOUS)
    if not isinstance(outcome, Failed):
        _put(ctx, stack, resource, "DELETE_COMPLETE", replaced=replaced)
        end_resource(ctx, stack.stack_id, name)
        return
    if stack.deletion_mode == "FORCE_DELETE_STACK":
        _put(ctx, stack, resource, "DELETE_SKIPPED", replaced=replaced, reason=outcome.reason)
        end_resource(ctx, stack.stack_id, name)
        return
    _put(ctx, stack, resource, "DELETE_FAILED", replaced=replaced, reason=outcome.reason)
    end_resource(ctx, stack.stack_id, name, failed=True)


async def restore_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Put a resource back to what it was before a failed update."""
    await carry_out(ctx, lambda ctx: _begin_restoring(ctx, request))
    return {}


def _begin_restoring(ctx: Context, request: dict[str, Any]) -> Attempt | None:
    stack = meant(ctx, request, "restore")
    if stack is None:
        return None
    name = str(request["Name"])
    resource = RESOURCES.get(ctx, stack.stack_id, name)
    assert resource, "what is restored is recorded"
    assert resource.previous, "what is restored was changed"
    previous = resource.previous
    back = _as_it_was(resource)
    if resource.attempt_id != request["WorkId"]:
        change(ctx, stack, resource, "UPDATE_IN_PROGRESS", attempt_id=request["WorkId"])
    if previous.replaced:
        other = msgspec.structs.replace(
            previous,
            physical_id=resource.physical_id,
            properties=resource.properties,
            attributes=resource.attributes,
            suffix=resource.suffix,
        )
        finish(ctx, stack, name, back, "UPDATE_COMPLETE", previous=other, restored=True)
        return None
    kind = kind_of(ctx, resource.type)
    step = Step(stack, back, str(request["WorkId"]))

    async def act(ctx: Context) -> Made:
        old = await resolved(ctx, resource.properties)
        return await kind.update(ctx, step, await resolved(ctx, previous.properties), old)

    return Attempt(act, lambda ctx, outcome: _restored(ctx, stack, back, outcome))


def _restored(ctx: Context, stack: Stack, resource: Resource, outcome: Outcome) -> None:
    name = resource.logical_id
    if isinstance(outcome, Made):
        made = msgspec.structs.replace(
            resource, physical_id=outcome.physical_id, attributes=outcome.attributes, previous=None
        )
        finish(ctx, stack, name, made, "UPDATE_COMPLETE")
    else:
        finish(ctx, stack, name, resource, "UPDATE_FAILED", reason=outcome.reason if outcome else "")
