"""Stack policies and signals, which are recorded; and the account's quotas."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.errors import ValidationError
from cloudchamber.services.cloudformation.model import Signal
from cloudchamber.services.cloudformation.records import RESOURCES, SIGNALS, put_stack, stack_named


def get_stack_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetStackPolicy.html"""
    policy = stack_named(ctx, request["StackName"]).policy
    return {"StackPolicyBody": policy} if policy else {}


def set_stack_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SetStackPolicy.html"""
    stack, policy = stack_named(ctx, request["StackName"]), request.get("StackPolicyBody") or ""
    try:
        msgspec.json.decode(policy)
    except msgspec.DecodeError:
        raise ValidationError("Error validating stack policy: Invalid stack policy") from None
    put_stack(ctx, msgspec.structs.replace(stack, policy=policy), quiet=True)
    return {}


def signal_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SignalResource.html"""
    stack, logical_id = stack_named(ctx, request["StackName"]), request["LogicalResourceId"]
    if not stack.status.endswith("IN_PROGRESS"):
        raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be signaled")
    if not RESOURCES.has(ctx, stack.stack_id, logical_id):
        raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
    signal = Signal(request["UniqueId"], request["Status"], ctx.now_ms)
    SIGNALS.put(ctx, signal, stack.stack_id, logical_id, signal.unique_id)
    return {}


def describe_account_limits(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeAccountLimits.html"""
    return {
        "AccountLimits": [
            {"Name": "StackLimit", "Value": limits.STACKS_MAX},
            {"Name": "StackOutputsLimit", "Value": 200},
            {"Name": "ConcurrentResourcesLimit", "Value": 2_500},
        ]
    }
