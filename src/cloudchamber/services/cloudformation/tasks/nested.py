"""AWS::CloudFormation::Stack: a stack within a stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context, Made
from cloudchamber.services.cloudformation.model import Stack
from cloudchamber.services.cloudformation.records import STACKS, deployment_of, find_stack
from cloudchamber.services.cloudformation.tasks.kinds import Failed, Step


class Nested:
    """Makes a stack by CloudFormation's own operations and waits until it is at rest."""

    inert = False
    updatable = True
    replaced_by = frozenset[str]()

    async def create(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made:
        """Create the stack, or wait on for the one that an earlier attempt created."""
        name = step.logical.name(128)
        existing = await ctx.transact(lambda ctx: find_stack(ctx, name))
        if existing is None:
            capabilities = await ctx.transact(lambda ctx: deployment_of(ctx, step.stack).capabilities)
            request = _request(properties) | {
                "StackName": name,
                "Capabilities": list(capabilities),
                "ParentId": step.stack.stack_id,
                "TimeoutInMinutes": int(properties.get("TimeoutInMinutes") or 0) or None,
            }
            try:
                answer = await ctx.call("cloudformation", "create_nested_stack", request)
            except AwsError as error:
                raise Failed(error.message) from None
            stack_id = answer["StackId"]
        else:
            stack_id = existing.stack_id
        stack = await _at_rest(ctx, str(stack_id))
        if stack.status != "CREATE_COMPLETE":
            raise Failed(
                f"Embedded stack {stack.stack_id} was not successfully created: {_why(stack)}", stack.stack_id
            )
        return _made(stack)

    async def update(self, ctx: Context, step: Step, properties: dict[str, Any], old: dict[str, Any]) -> Made:
        """Update the stack; no change in it is no failure."""
        stack_id = step.resource.physical_id
        capabilities = await ctx.transact(lambda ctx: deployment_of(ctx, step.stack).capabilities)
        request = _request(properties) | {"StackName": stack_id, "Capabilities": list(capabilities)}
        stack = await _at_rest(ctx, stack_id)
        if not step.again or not stack.status.startswith("UPDATE_"):
            try:
                await ctx.call("cloudformation", "UpdateStack", request)
            except AwsError as error:
                if error.message != "No updates are to be performed.":
                    raise Failed(error.message) from None
            stack = await _at_rest(ctx, stack_id)
        if stack.status not in {"UPDATE_COMPLETE", "CREATE_COMPLETE"}:
            raise Failed(
                f"Embedded stack {stack_id} was not successfully updated. "
                f"Currently in {stack.status} with reason: {_why(stack)}"
            )
        return _made(stack)

    async def delete(self, ctx: Context, step: Step, physical_id: str, properties: dict[str, Any]) -> None:
        """Delete the stack."""
        await ctx.call("cloudformation", "DeleteStack", {"StackName": physical_id})
        stack = await _at_rest(ctx, physical_id)
        if stack.status != "DELETE_COMPLETE":
            raise Failed(f"Embedded stack {physical_id} was not successfully deleted: {_why(stack)}")


def _request(properties: dict[str, Any]) -> dict[str, Any]:
    parameters = properties.get("Parameters") or {}
    return {
        "TemplateURL": properties["TemplateURL"],
        "Parameters": [
            {
                "ParameterKey": key,
                "ParameterValue": ",".join(map(str, value)) if isinstance(value, list) else _text(value),
            }
            for key, value in parameters.items()
        ],
        "Tags": properties.get("Tags") or [],
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _at_rest(ctx: Context, stack_id: str) -> Stack:
    """Wait until nothing is being done to a stack."""
    while True:
        stack = await ctx.transact(lambda ctx: STACKS.get(ctx, stack_id))
        if stack is None:
            raise Failed(f"Stack [{stack_id}] does not exist")
        if not stack.status.endswith("IN_PROGRESS"):
            return stack
        await ctx.wait(("stack", stack.name))


def _why(stack: Stack) -> str:
    return stack.status_reason or stack.status


def _made(stack: Stack) -> Made:
    return Made(stack.stack_id, {f"Outputs.{output.key}": output.value for output in stack.outputs})
