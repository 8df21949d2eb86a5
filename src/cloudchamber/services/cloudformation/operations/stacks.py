"""Stacks: create, update, delete, and their protection."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws import Context, Pending
from cloudchamber.services.cloudformation.errors import AlreadyExistsException, ValidationError
from cloudchamber.services.cloudformation.model import Deployment, Stack
from cloudchamber.services.cloudformation.operations.preparing import wish
from cloudchamber.services.cloudformation.operations.settling import settled
from cloudchamber.services.cloudformation.records import (
    DEPLOYMENTS,
    EXPORTS,
    NAMES,
    RESOURCES,
    STACKS,
    WORKS,
    deployment_of,
    find_stack,
    put_stack,
    stack_named,
    tell_status,
)
from cloudchamber.services.cloudformation.rules.differences import changes_of, is_different
from cloudchamber.services.cloudformation.rules.schemas import NESTED_STACK
from cloudchamber.services.cloudformation.rules.scopes import Place, template_of
from cloudchamber.services.cloudformation.tasks.kinds import Kind
from cloudchamber.services.cloudformation.tasks.phases import (
    begin_deletion,
    begin_making,
    cancel,
    export_in_use,
    present,
    resume_rollback,
    roll_back_creation,
    roll_back_update,
)
from cloudchamber.services.cloudformation.tasks.types import kind_of

_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*\Z")
_UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
    }
)


def check_name(name: str) -> None:
    """Raises ValidationError for a name that no stack can have."""
    if not _NAME.match(name) or len(name) > 128:
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
            if len(name) <= 128
            else f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: "
            "Member must have length less than or equal to 128"
        )


async def create_stack(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html"""
    answer = await create_nested_stack(ctx, request)
    return await settled(ctx, answer["StackId"], answer)


async def create_nested_stack(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """CreateStack that answers at once, and takes the `ParentId` of the stack that holds the new one."""
    check_name(request["StackName"])
    if request.get("OnFailure") and request.get("DisableRollback") is not None:
        raise ValidationError("You can specify either DisableRollback or OnFailure, but not both.")
    wanted = await wish(ctx, request, None)
    stack = await ctx.transact(lambda ctx: _create(ctx, request, wanted.deployment))
    return {"StackId": stack.stack_id}


def _create(ctx: Context, request: dict[str, Any], deployment: Deployment) -> Stack:
    name, token = request["StackName"], request.get("ClientRequestToken") or ""
    existing = find_stack(ctx, name)
    if existing and not (token and existing.client_request_token == token):
        raise AlreadyExistsException(f"Stack [{name}] already exists")
    if existing:
        return existing
    stack = new_stack(ctx, request, "CREATE_IN_PROGRESS")
    start_creation(ctx, stack, deployment)
    return stack


def new_stack(ctx: Context, request: dict[str, Any], status: str) -> Stack:
    """A stack as a request for a new one describes it; not yet recorded."""
    name, operation_id = request["StackName"], ctx.ids.uuid()
    stack_id = ctx.arn(f"stack/{name}/{ctx.ids.uuid()}", service="cloudformation")
    on_failure = request.get("OnFailure") or ("DO_NOTHING" if request.get("DisableRollback") else "ROLLBACK")
    parent = STACKS.get(ctx, request["ParentId"]) if request.get("ParentId") else None
    return Stack(
        stack_id,
        name,
        status,
        ctx.now_ms,
        operation_id,
        "User Initiated",
        on_failure=on_failure,
        disable_rollback=on_failure == "DO_NOTHING",
        timeout_minutes=request.get("TimeoutInMinutes") or 0,
        termination_protection=bool(request.get("EnableTerminationProtection")),
        parent_id=parent.stack_id if parent else "",
        root_id=(parent.root_id or parent.stack_id) if parent else "",
        client_request_token=request.get("ClientRequestToken") or "",
        retain_except_on_create=bool(request.get("RetainExceptOnCreate")),
        policy=request.get("StackPolicyBody") or "",
    )


def start_creation(ctx: Context, stack: Stack, deployment: Deployment) -> None:
    """Record a stack that is to be created, and begin."""
    stack = msgspec.structs.replace(
        stack,
        description=template_of(deployment.processed).description or "",
        status="CREATE_IN_PROGRESS",
        notification_arns=deployment.notification_arns,
    )
    NAMES.put(ctx, stack.stack_id, stack.name)
    DEPLOYMENTS.put(ctx, deployment, stack.stack_id, "now")
    put_stack(ctx, stack)
    begin_making(ctx, stack)
    if stack.timeout_minutes:
        request = {"StackId": stack.stack_id, "OperationId": stack.operation_id}
        due_at_ms = ctx.now_ms + stack.timeout_minutes * 60_000
        ctx.later("cloudformation", "time_out_creation", request, due_at_ms=due_at_ms)


async def update_stack(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html"""
    before = await ctx.transact(lambda ctx: _updatable(ctx, request))
    wanted = await wish(ctx, request, before)
    stack_id = await ctx.transact(lambda ctx: _update(ctx, request, wanted.deployment))
    return await settled(ctx, stack_id, {"StackId": stack_id})


def _updatable(ctx: Context, request: dict[str, Any]) -> Deployment:
    stack = stack_named(ctx, request["StackName"])
    check_updatable(stack)
    return deployment_of(ctx, stack)


def check_updatable(stack: Stack) -> None:
    """Raises ValidationError for a stack that is being worked on, or is beyond it."""
    if stack.status not in _UPDATABLE:
        raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")


def _update(ctx: Context, request: dict[str, Any], deployment: Deployment) -> str:
    stack = stack_named(ctx, request["StackName"])
    check_updatable(stack)
    _check_types(ctx, stack, deployment)
    if not differs(ctx, stack, deployment) and not stack.status.endswith("FAILED"):
        raise ValidationError("No updates are to be performed.")
    start_update(ctx, stack, deployment, request)
    return stack.stack_id


def place_of(ctx: Context, stack: Stack, deployment: Deployment) -> Place:
    """Where a stack is, for its pseudo parameters."""
    return Place(stack.stack_id, stack.name, ctx.account, ctx.region, deployment.notification_arns)


def changes(ctx: Context, stack: Stack, deployment: Deployment) -> list[dict[str, Any]]:
    """How a stack's resources would change. Raises ValidationError for a change that cannot be."""
    known = {
        each.logical_id: each
        for each in RESOURCES.values(ctx, stack.stack_id)
        if each.status != "DELETE_COMPLETE"
    }

    def kind(type_name: str) -> Kind:
        return kind_of(ctx, type_name)

    exports = {export.name: export.value for export in EXPORTS.values(ctx)}
    return changes_of(place_of(ctx, stack, deployment), known, deployment, kind, exports)


def differs(ctx: Context, stack: Stack, deployment: Deployment) -> bool:
    """Whether an update would do anything."""
    old = deployment_of(ctx, stack)
    nested = any(
        each["Type"] == NESTED_STACK for each in template_of(deployment.processed).resources.values()
    )
    return (nested or is_different(old, deployment)) and (
        bool(changes(ctx, stack, deployment))
        or old.tags != deployment.tags
        or template_of(old.processed).outputs != template_of(deployment.processed).outputs
    )


def start_update(ctx: Context, stack: Stack, deployment: Deployment, request: dict[str, Any]) -> None:
    """Record that a stack is to become something else, and begin."""
    _check_types(ctx, stack, deployment)
    template = template_of(deployment.processed)
    if stack.status != "UPDATE_FAILED":
        DEPLOYMENTS.put(ctx, deployment_of(ctx, stack), stack.stack_id, "before")
    DEPLOYMENTS.put(ctx, deployment, stack.stack_id, "now")
    stack = msgspec.structs.replace(
        stack,
        status="UPDATE_IN_PROGRESS",
        status_reason="User Initiated",
        updated_at_ms=ctx.now_ms,
        operation_id=ctx.ids.uuid(),
        description=template.description or "",
        disable_rollback=bool(request.get("DisableRollback")),
        client_request_token=request.get("ClientRequestToken") or "",
        retain_except_on_create=bool(request.get("RetainExceptOnCreate")),
        policy=request.get("StackPolicyBody") or stack.policy,
        notification_arns=deployment.notification_arns,
    )
    put_stack(ctx, stack)
    begin_making(ctx, stack)


def _check_types(ctx: Context, stack: Stack, deployment: Deployment) -> None:
    resources = template_of(deployment.processed).resources
    changed = [
        known.logical_id
        for known in present(ctx, stack)
        if known.logical_id in resources and resources[known.logical_id]["Type"] != known.type
    ]
    if changed:
        raise ValidationError(
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: [{', '.join(changed)}]"
        )


def delete_stack(ctx: Context, request: dict[str, Any]) -> Any:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html"""
    stack = find_stack(ctx, request["StackName"])
    if stack is None or stack.status in {"DELETE_COMPLETE", "DELETE_IN_PROGRESS"}:
        return {}
    if stack.termination_protection:
        raise ValidationError(
            f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    retained = tuple(request.get("RetainResources") or ())
    if retained and stack.status != "DELETE_FAILED":
        raise ValidationError(
            f"Invalid operation on stack [{stack.stack_id}]. When you delete a stack, specify which resources to retain only "
            "when the stack is in the DELETE_FAILED state."
        )
    if request.get("DeletionMode") == "FORCE_DELETE_STACK" and stack.status != "DELETE_FAILED":
        raise ValidationError(
            f"Invalid operation on stack [{stack.stack_id}]. The FORCE_DELETE_STACK deletion mode can only be used when the "
            "stack is in the DELETE_FAILED state."
        )
    in_use = export_in_use(ctx, stack)
    if in_use:
        tell_status(ctx, msgspec.structs.replace(stack, status_reason=in_use))
        return {}
    stack = msgspec.structs.replace(
        stack,
        status="DELETE_IN_PROGRESS",
        status_reason="User Initiated",
        operation_id=ctx.ids.uuid(),
        deleted_at_ms=ctx.now_ms,
        retained=retained,
        deletion_mode=request.get("DeletionMode") or "",
        client_request_token=request.get("ClientRequestToken") or "",
    )
    put_stack(ctx, stack)
    begin_deletion(ctx, stack)
    stack_id = stack.stack_id
    return Pending(lambda: settled(ctx, stack_id, {}))


def cancel_update_stack(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html"""
    stack = stack_named(ctx, request["StackName"])
    if stack.status != "UPDATE_IN_PROGRESS":
        raise ValidationError("CancelUpdateStack cannot be called from current stack status")
    if WORKS.has(ctx, stack.stack_id):
        cancel(ctx, stack, "User Initiated")
    return {}


def continue_update_rollback(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html"""
    stack = stack_named(ctx, request["StackName"])
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise ValidationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not continue rollback."
        )
    stack = msgspec.structs.replace(
        stack, status="UPDATE_ROLLBACK_IN_PROGRESS", status_reason="User Initiated"
    )
    put_stack(ctx, stack)
    resume_rollback(ctx, stack, tuple(request.get("ResourcesToSkip") or ()))
    return {}


def rollback_stack(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html"""
    stack = stack_named(ctx, request["StackName"])
    stack = msgspec.structs.replace(stack, client_request_token=request.get("ClientRequestToken") or "")
    if stack.status == "CREATE_FAILED":
        roll_back_creation(ctx, stack, "ROLLBACK_IN_PROGRESS", "User Initiated")
    elif stack.status == "UPDATE_FAILED":
        roll_back_update(ctx, stack, "User Initiated")
    else:
        raise ValidationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be rolled back."
        )
    return {"StackId": stack.stack_id}


def update_termination_protection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateTerminationProtection.html"""
    stack = stack_named(ctx, request["StackName"])
    if stack.root_id:
        raise ValidationError(
            "Termination protection can not be updated on nested stacks. Update the root stack instead."
        )
    enabled = bool(request["EnableTerminationProtection"])
    put_stack(ctx, msgspec.structs.replace(stack, termination_protection=enabled), quiet=True)
    return {"StackId": stack.stack_id}


def time_out_creation(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A stack's creation took longer than it may, unless it has ended."""
    stack = STACKS.get(ctx, request["StackId"])
    if stack and stack.operation_id == request["OperationId"] and stack.status == "CREATE_IN_PROGRESS":
        cancel(ctx, stack, "Stack creation time exceeded the specified timeout.")
    return {}
