"""A template into a stack: package, create or update, follow its events to the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cloudchamber.app.building import Say
from cloudchamber.app.packaging import Packager
from cloudchamber.aws import AwsError
from cloudchamber.aws.session import Session

TEMPLATE_BODY_BYTES_MAX = (
    51_200  # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
)
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_GONE = {"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"}


class DeployFailed(Exception):
    """The stack did not come to a good end; the message says which resource failed and why."""


class Deployed(msgspec.Struct, frozen=True):
    """A stack as it stands: its outputs, its resources, and those of them that have no behaviour here.

    `recorded`: what its deployment asked for that is only recorded: service, operation, member, reason.
    """

    stack_name: str
    status: str
    outputs: list[dict[str, Any]]
    resources: list[dict[str, Any]]
    inert: list[dict[str, Any]]
    recorded: list[tuple[str, str, str, str]]


OnEvent = Callable[[dict[str, Any]], None]


async def deploy(
    aws: Session, template: Path, stack_name: str, parameters: dict[str, str], *, say: Say, on_event: OnEvent
) -> Deployed:
    """Deploy the template of that file. Raises BuildFailed, DeployFailed, or AwsError for a template AWS refuses."""
    packager = Packager(aws, say)
    text = await packager.package(template)
    request: dict[str, Any] = {
        "StackName": stack_name,
        "Capabilities": _CAPABILITIES,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    }
    if len(text.encode()) > TEMPLATE_BODY_BYTES_MAX:
        request["TemplateURL"] = await packager.template_url(text)
    else:
        request["TemplateBody"] = text
    seen = await _seen_events(aws, stack_name)
    if await _submit(aws, request):
        await _follow(aws, stack_name, seen, on_event)
    return await _describe(aws, stack_name)


async def _stack(aws: Session, stack_name: str) -> dict[str, Any] | None:
    try:
        return (await aws.call("cloudformation", "DescribeStacks", {"StackName": stack_name}))["Stacks"][0]
    except AwsError as error:
        if error.code == "ValidationError":
            return None
        raise


async def _submit(aws: Session, request: dict[str, Any]) -> bool:
    """Create or update; False when there is nothing to change."""
    stack = await _stack(aws, request["StackName"])
    if stack and stack["StackStatus"] in _GONE:
        await aws.call("cloudformation", "DeleteStack", {"StackName": request["StackName"]})
        while await _stack(aws, request["StackName"]):
            await aws.wait("cloudformation", "stack", request["StackName"])
        stack = None
    if stack is None:
        await aws.call("cloudformation", "CreateStack", request)
        return True
    try:
        await aws.call("cloudformation", "UpdateStack", request)
    except AwsError as error:
        if "No updates are to be performed" in error.message:
            return False
        raise
    return True


async def _events(aws: Session, stack_name: str) -> list[dict[str, Any]]:
    """The stack's events, oldest first."""
    events: list[dict[str, Any]] = []
    request: dict[str, Any] = {"StackName": stack_name}
    while True:
        page = await aws.call("cloudformation", "DescribeStackEvents", request)
        events += page["StackEvents"]
        if not page.get("NextToken"):
            return events[::-1]
        request["NextToken"] = page["NextToken"]


async def _seen_events(aws: Session, stack_name: str) -> set[str]:
    if await _stack(aws, stack_name) is None:
        return set()
    return {event["EventId"] for event in await _events(aws, stack_name)}


async def _follow(aws: Session, stack_name: str, seen: set[str], on_event: OnEvent) -> None:
    """Tell each new event until the stack has come to an end."""
    failures: list[str] = []
    while True:
        for event in await _events(aws, stack_name):
            if event["EventId"] in seen:
                continue
            seen.add(event["EventId"])
            on_event(event)
            reason = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in reason:
                failures.append(f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}")
        stack = await _stack(aws, stack_name)
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        if not status.endswith("IN_PROGRESS"):
            break
        await aws.wait("cloudformation", "stack", stack_name)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeployFailed(f"{stack_name} ended as {status}.\n  " + "\n  ".join(failures))


async def _describe(aws: Session, stack_name: str) -> Deployed:
    stack = await _stack(aws, stack_name)
    assert stack is not None, "the stack was just deployed"
    resources: list[dict[str, Any]] = []
    request: dict[str, Any] = {"StackName": stack_name}
    while True:
        page = await aws.call("cloudformation", "ListStackResources", request)
        resources += page["StackResourceSummaries"]
        if not page.get("NextToken"):
            break
        request["NextToken"] = page["NextToken"]
    inert = await aws.call("cloudformation", "inert_resources", {"StackName": stack_name})
    return Deployed(
        stack_name,
        stack["StackStatus"],
        stack.get("Outputs") or [],
        resources,
        inert,
        aws.cloud.recorded_use(),
    )
