"""Stacks, their resources and events, as they are described and listed."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.errors import ValidationError
from cloudchamber.services.cloudformation.model import Deployment, Event, Resource, Stack
from cloudchamber.services.cloudformation.records import (
    EVENTS,
    RESOURCES,
    STACKS,
    deployment_of,
    find_stack,
    stack_named,
)

_NOT_CHECKED = {"StackDriftStatus": "NOT_CHECKED"}
_RESOURCE_NOT_CHECKED = {"StackResourceDriftStatus": "NOT_CHECKED"}


def seconds(at_ms: int) -> float:
    """An instant as the wire takes it."""
    return at_ms / 1000


def page(
    items: list[Any], token: str | None, count: int = limits.PAGE_ITEMS_COUNT
) -> tuple[list[Any], str | None]:
    """One page, and the token of the next. Raises ValidationError for a token that is none."""
    try:
        start = int(base64.b64decode(token or "", validate=True) or 0)
    except (binascii.Error, ValueError):
        raise ValidationError(f"Invalid token {token}") from None
    end = start + count
    following = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return items[start:end], following


def with_token(answer: dict[str, Any], token: str | None) -> dict[str, Any]:
    """The answer, with the token of its next page if there is one."""
    return answer | {"NextToken": token} if token else answer


def describe_stacks(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html"""
    name = request.get("StackName")
    if name:
        return {"Stacks": [_described(ctx, stack_named(ctx, name))]}
    stacks = [stack for stack in _newest_first(ctx) if stack.status != "DELETE_COMPLETE"]
    shown, token = page(stacks, request.get("NextToken"))
    return with_token({"Stacks": [_described(ctx, stack) for stack in shown]}, token)


def _newest_first(ctx: Context) -> list[Stack]:
    return sorted(STACKS.values(ctx), key=lambda stack: stack.created_at_ms, reverse=True)


def _described(ctx: Context, stack: Stack) -> dict[str, Any]:
    deployment = deployment_of(ctx, stack)
    answer: dict[str, Any] = {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "CreationTime": seconds(stack.created_at_ms),
        "StackStatus": stack.status,
        "DisableRollback": stack.disable_rollback,
        "RollbackConfiguration": deployment.rollback_configuration,
        "NotificationARNs": list(deployment.notification_arns),
        "Tags": tag_list(deployment.tags),
        "DriftInformation": _NOT_CHECKED,
        "Capabilities": list(deployment.capabilities),
        "EnableTerminationProtection": stack.termination_protection,
    }
    optional: dict[str, Any] = {
        "ChangeSetId": stack.change_set_id,
        "Description": stack.description,
        "DeletionTime": stack.deleted_at_ms and seconds(stack.deleted_at_ms),
        "LastUpdatedTime": stack.updated_at_ms and seconds(stack.updated_at_ms),
        "StackStatusReason": stack.status_reason if stack.status_reason != "User Initiated" else "",
        "TimeoutInMinutes": stack.timeout_minutes,
        "RoleARN": deployment.role_arn,
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
        "Parameters": parameter_list(deployment),
        "Outputs": _outputs(stack),
        "RetainExceptOnCreate": stack.retain_except_on_create,
        "DeletionMode": stack.deletion_mode,
    }
    return answer | {member: value for member, value in optional.items() if value}


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as the wire takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def parameter_list(deployment: Deployment) -> list[dict[str, str]]:
    """Parameters as they are shown: secret ones masked."""
    shown: list[dict[str, str]] = []
    for key, parameter in deployment.parameters.items():
        entry = {"ParameterKey": key, "ParameterValue": "****" if parameter.no_echo else parameter.text}
        if parameter.from_ssm:
            entry["ResolvedValue"] = "****" if parameter.no_echo else _joined(parameter.value)
        shown.append(entry)
    return shown


def _joined(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _outputs(stack: Stack) -> list[dict[str, str]]:
    shown: list[dict[str, str]] = []
    for output in stack.outputs:
        entry = {"OutputKey": output.key, "OutputValue": output.value}
        if output.description:
            entry["Description"] = output.description
        if output.export_name:
            entry["ExportName"] = output.export_name
        shown.append(entry)
    return shown


def list_stacks(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html"""
    wanted = request.get("StackStatusFilter") or ()
    since_ms = ctx.now_ms - limits.DELETED_STACK_SHOWN_MS
    stacks = [
        stack
        for stack in _newest_first(ctx)
        if (not wanted or stack.status in wanted)
        and not (stack.status == "DELETE_COMPLETE" and stack.deleted_at_ms < since_ms)
    ]
    shown, token = page(stacks, request.get("NextToken"))
    return with_token({"StackSummaries": [_summary(stack) for stack in shown]}, token)


def _summary(stack: Stack) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "CreationTime": seconds(stack.created_at_ms),
        "StackStatus": stack.status,
        "DriftInformation": _NOT_CHECKED,
    }
    optional: dict[str, Any] = {
        "TemplateDescription": stack.description,
        "LastUpdatedTime": stack.updated_at_ms and seconds(stack.updated_at_ms),
        "DeletionTime": stack.deleted_at_ms and seconds(stack.deleted_at_ms),
        "StackStatusReason": stack.status_reason if stack.status_reason != "User Initiated" else "",
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
    }
    return answer | {member: value for member, value in optional.items() if value}


def describe_stack_events(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html"""
    stack = find_stack(ctx, request["StackName"])
    if stack is None:
        raise ValidationError(f"Stack [{request['StackName']}] does not exist")
    events = [event for _, event in EVENTS.scan(ctx, stack.stack_id, reverse=True)]
    shown, token = page(events, request.get("NextToken"))
    return with_token({"StackEvents": [_event(stack, event) for event in shown]}, token)


def _event(stack: Stack, event: Event) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "StackId": stack.stack_id,
        "EventId": event.event_id,
        "StackName": stack.name,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": seconds(event.at_ms),
        "ResourceStatus": event.status,
    }
    optional = {
        "OperationId": event.operation_id,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.client_request_token,
    }
    return answer | {member: value for member, value in optional.items() if value}


def describe_stack_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html"""
    stack = _existing(ctx, request["StackName"])
    resource = RESOURCES.get(ctx, stack.stack_id, request["LogicalResourceId"])
    if resource is None:
        raise ValidationError(
            f"Resource {request['LogicalResourceId']} does not exist for stack {stack.name}"
        )
    detail = _resource(resource, "LastUpdatedTimestamp") | {
        "StackName": stack.name,
        "StackId": stack.stack_id,
    }
    detail["Metadata"] = msgspec.json.encode(resource.metadata or {}).decode()
    return {"StackResourceDetail": detail | {"DriftInformation": _RESOURCE_NOT_CHECKED}}


def _existing(ctx: Context, name: str) -> Stack:
    stack = find_stack(ctx, name)
    if stack is None:
        raise ValidationError(f"Stack '{name}' does not exist")
    return stack


def describe_stack_resources(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html"""
    name, physical_id = request.get("StackName"), request.get("PhysicalResourceId")
    if bool(name) == bool(physical_id):
        raise ValidationError("You must specify either StackName or PhysicalResourceId, but not both.")
    stack = stack_named(ctx, name) if name else _owner_of(ctx, str(physical_id))
    logical_id = request.get("LogicalResourceId")
    resources = RESOURCES.values(ctx, stack.stack_id)
    if logical_id:
        resources = [each for each in resources if each.logical_id == logical_id]
        if not resources:
            raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
    shown = [
        _resource(each, "Timestamp")
        | {"StackName": stack.name, "StackId": stack.stack_id, "DriftInformation": _RESOURCE_NOT_CHECKED}
        for each in resources[: limits.RESOURCES_DESCRIBED_MAX]
    ]
    return {"StackResources": shown}


def _owner_of(ctx: Context, physical_id: str) -> Stack:
    for (stack_id, _), resource in RESOURCES.scan(ctx):
        if resource.physical_id == physical_id and resource.status != "DELETE_COMPLETE":
            stack = STACKS.get(ctx, stack_id)
            if stack:
                return stack
    raise ValidationError(f"Stack for {physical_id} does not exist")


def list_stack_resources(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html"""
    stack = stack_named(ctx, request["StackName"])
    shown, token = page(RESOURCES.values(ctx, stack.stack_id), request.get("NextToken"))
    summaries = [
        _resource(each, "LastUpdatedTimestamp") | {"DriftInformation": _RESOURCE_NOT_CHECKED}
        for each in shown
    ]
    return with_token({"StackResourceSummaries": summaries}, token)


def _resource(resource: Resource, instant: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "LogicalResourceId": resource.logical_id,
        "ResourceType": resource.type,
        instant: seconds(resource.updated_at_ms),
        "ResourceStatus": resource.status,
    }
    if resource.physical_id:
        answer["PhysicalResourceId"] = resource.physical_id
    if resource.reason:
        answer["ResourceStatusReason"] = resource.reason
    return answer


def inert_resources(ctx: Context, request: dict[str, Any]) -> list[dict[str, str]]:
    """The resources of a stack that are only recorded: their type has no behaviour here. `{"StackName"}` -> a list."""
    stack = stack_named(ctx, request["StackName"])
    return [
        {"LogicalId": each.logical_id, "Type": each.type}
        for each in RESOURCES.values(ctx, stack.stack_id)
        if each.inert and each.status != "DELETE_COMPLETE"
    ]
