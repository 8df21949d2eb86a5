"""Change sets: what would change, looked at before it does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Pending
from cloudchamber.services.cloudformation.errors import (
    AlreadyExistsException,
    ChangeSetNotFound,
    InvalidChangeSetStatus,
    ValidationError,
)
from cloudchamber.services.cloudformation.model import ChangeSet, Deployment
from cloudchamber.services.cloudformation.operations.describing import (
    page,
    parameter_list,
    seconds,
    tag_list,
    with_token,
)
from cloudchamber.services.cloudformation.operations.preparing import wish
from cloudchamber.services.cloudformation.operations.settling import settled
from cloudchamber.services.cloudformation.operations.stacks import (
    changes,
    check_name,
    check_updatable,
    differs,
    new_stack,
    start_creation,
    start_update,
)
from cloudchamber.services.cloudformation.records import (
    CHANGE_SETS,
    DEPLOYMENTS,
    NAMES,
    STACKS,
    deployment_of,
    find_stack,
    put_stack,
    stack_named,
)

_NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
_EMPTY = Deployment("{}", "{}")


async def create_change_set(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html"""
    before = await ctx.transact(lambda ctx: _before(ctx, request))
    wanted = await wish(ctx, request, before)
    made = await ctx.transact(lambda ctx: _create(ctx, request, wanted.deployment))
    return {"Id": made.change_set_id, "StackId": made.stack_id}


def _kind(request: dict[str, Any]) -> str:
    kind = request.get("ChangeSetType") or "UPDATE"
    if kind == "IMPORT":
        raise ValidationError("ChangeSetType IMPORT is not available in Cloud Chamber.")
    return kind


def _before(ctx: Context, request: dict[str, Any]) -> Deployment | None:
    stack = find_stack(ctx, request["StackName"])
    if _kind(request) == "CREATE":
        check_name(request["StackName"].rpartition(":stack/")[2].partition("/")[0])
        if stack and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                f"Stack [{stack.name}] already exists and cannot be created again with the changeSet "
                f"[{request['ChangeSetName']}]."
            )
        return None
    if stack is None:
        raise ValidationError(f"Stack [{request['StackName']}] does not exist")
    check_updatable(stack)
    return deployment_of(ctx, stack)


def _create(ctx: Context, request: dict[str, Any], deployment: Deployment) -> ChangeSet:
    kind, name = _kind(request), request["ChangeSetName"]
    stack = find_stack(ctx, request["StackName"])
    if stack is None:
        stack = new_stack(ctx, request, "REVIEW_IN_PROGRESS")
        NAMES.put(ctx, stack.stack_id, stack.name)
        DEPLOYMENTS.put(ctx, _EMPTY, stack.stack_id, "now")
        put_stack(ctx, stack)
    for other in CHANGE_SETS.values(ctx, stack.stack_id):
        if other.name == name and other.deployment == deployment:
            return other
        if other.name == name:
            raise AlreadyExistsException(
                f"ChangeSet {name} cannot be created due to a mismatch with existing attribute {_mismatch(other, deployment)}"
            )
    found = changes(ctx, stack, deployment)
    fails = kind == "UPDATE" and not differs(ctx, stack, deployment)
    change_set = ChangeSet(
        ctx.arn(f"changeSet/{name}/{ctx.ids.uuid()}", service="cloudformation"),
        name,
        stack.stack_id,
        stack.name,
        kind,
        "FAILED" if fails else "CREATE_COMPLETE",
        "UNAVAILABLE" if fails else "AVAILABLE",
        ctx.now_ms,
        deployment,
        request.get("Description") or "",
        _NO_CHANGES if fails else "",
        tuple(found),
        bool(request.get("IncludeNestedStacks")),
        request.get("OnStackFailure") or "",
        request.get("ClientToken") or "",
    )
    CHANGE_SETS.put(ctx, change_set, stack.stack_id, ctx.serial(), name)
    return change_set


def _mismatch(other: ChangeSet, deployment: Deployment) -> str:
    known = other.deployment
    if known.original != deployment.original:
        return "Template"
    if known.parameters != deployment.parameters:
        return "Parameters"
    return "Tags" if known.tags != deployment.tags else "Capabilities"


def _find(ctx: Context, request: dict[str, Any]) -> tuple[tuple[Any, ...], ChangeSet]:
    """Where a change set lies, and it. Raises ChangeSetNotFound or ValidationError."""
    name, stack_name = request["ChangeSetName"], request.get("StackName")
    if name.startswith("arn:"):
        for key, change_set in CHANGE_SETS.scan(ctx):
            if change_set.change_set_id == name:
                return key, change_set
        raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")
    if not stack_name:
        raise ValidationError("StackName must be specified if ChangeSetName is not specified as an ARN.")
    stack = find_stack(ctx, stack_name)
    if stack is None:
        raise ValidationError(f"Stack [{stack_name}] does not exist")
    for key, change_set in CHANGE_SETS.scan(ctx, stack.stack_id):
        if change_set.name == name:
            return key, change_set
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")


def describe_change_set(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html"""
    _, found = _find(ctx, request)
    shown, token = page(list(found.changes), request.get("NextToken"))
    deployment = found.deployment
    answer = _summary(found) | {
        "Parameters": parameter_list(deployment),
        "NotificationARNs": list(deployment.notification_arns),
        "RollbackConfiguration": deployment.rollback_configuration,
        "Capabilities": list(deployment.capabilities),
        "Tags": tag_list(deployment.tags),
        "Changes": shown,
    }
    if found.on_stack_failure:
        answer["OnStackFailure"] = found.on_stack_failure
    return with_token(answer, token)


def _summary(found: ChangeSet) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "ChangeSetName": found.name,
        "ChangeSetId": found.change_set_id,
        "StackId": found.stack_id,
        "StackName": found.stack_name,
        "CreationTime": seconds(found.created_at_ms),
        "ExecutionStatus": found.execution_status,
        "Status": found.status,
        "IncludeNestedStacks": found.include_nested,
    }
    if found.description:
        answer["Description"] = found.description
    if found.status_reason:
        answer["StatusReason"] = found.status_reason
    return answer


def list_change_sets(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListChangeSets.html"""
    stack = stack_named(ctx, request["StackName"])
    found = [
        each
        for each in CHANGE_SETS.values(ctx, stack.stack_id)
        if each.execution_status != "EXECUTE_COMPLETE"
    ]
    shown, token = page(found, request.get("NextToken"))
    return with_token({"Summaries": [_summary(each) for each in shown]}, token)


def delete_change_set(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html"""
    try:
        key, found = _find(ctx, request)
    except ChangeSetNotFound:
        if request["ChangeSetName"].startswith("arn:"):
            return {}
        raise
    if found.execution_status == "EXECUTE_IN_PROGRESS":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{found.change_set_id}] cannot be deleted in its current status."
        )
    CHANGE_SETS.delete(ctx, *key)
    return {}


def execute_change_set(ctx: Context, request: dict[str, Any]) -> Any:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html"""
    key, found = _find(ctx, request)
    if found.execution_status != "AVAILABLE":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{found.change_set_id}] cannot be executed in its current status of [{found.status}]"
        )
    stack = STACKS.get(ctx, found.stack_id)
    assert stack, "a change set belongs to a stack"
    token = request.get("ClientRequestToken") or ""
    stack = msgspec.structs.replace(stack, change_set_id=found.change_set_id, client_request_token=token)
    if found.kind == "CREATE":
        stack = msgspec.structs.replace(
            stack,
            on_failure=_on_failure(found, request),
            disable_rollback=_on_failure(found, request) == "DO_NOTHING",
            status_reason="User Initiated",
            operation_id=ctx.ids.uuid(),
            retain_except_on_create=bool(request.get("RetainExceptOnCreate")),
        )
        start_creation(ctx, stack, found.deployment)
    else:
        check_updatable(stack)
        disable = request.get("DisableRollback") or found.on_stack_failure == "DO_NOTHING"
        start_update(ctx, stack, found.deployment, request | {"DisableRollback": disable})
    _drop_others(ctx, key, found)
    stack_id = stack.stack_id
    return Pending(lambda: settled(ctx, stack_id, {}))


def _on_failure(found: ChangeSet, request: dict[str, Any]) -> str:
    if request.get("DisableRollback"):
        return "DO_NOTHING"
    return found.on_stack_failure or "ROLLBACK"


def _drop_others(ctx: Context, key: tuple[Any, ...], executed: ChangeSet) -> None:
    """The executed one can still be described; all others of the stack are deleted, as AWS does."""
    for other, _ in list(CHANGE_SETS.scan(ctx, executed.stack_id)):
        if other != key:
            CHANGE_SETS.delete(ctx, *other)
    done = msgspec.structs.replace(executed, execution_status="EXECUTE_COMPLETE")
    CHANGE_SETS.put(ctx, done, *key)
