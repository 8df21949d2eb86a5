"""Resource policies: put, describe, delete."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.logs import limits
from cloudchamber.services.logs.errors import (
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)
from cloudchamber.services.logs.model import ResourcePolicy
from cloudchamber.services.logs.operations.names import group_of_arn, paged
from cloudchamber.services.logs.records import RESOURCE_POLICIES


def put_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html"""
    name, document = request.get("policyName") or "", request.get("policyDocument") or ""
    arn = request.get("resourceArn") or ""
    if arn:
        group_of_arn(ctx, arn)
    elif not name:
        raise InvalidParameterException("Policy name cannot be empty.")
    _check_document(document)
    known = RESOURCE_POLICIES.get(ctx, arn, name)
    if arn and known and request.get("expectedRevisionId") != known.revision_id:
        raise InvalidParameterException("The expected revision ID does not match the current one.")
    if not known and RESOURCE_POLICIES.count(ctx, arn) >= limits.RESOURCE_POLICIES_MAX:
        raise LimitExceededException()
    policy = ResourcePolicy(name, document, ctx.now_ms, arn, ctx.ids.hex(32) if arn else "")
    RESOURCE_POLICIES.put(ctx, policy, arn, name)
    answer: dict[str, Any] = {"resourcePolicy": _described(policy)}
    return answer | {"revisionId": policy.revision_id} if arn else answer


def _check_document(document: str) -> None:
    try:
        statement = msgspec.json.decode(document, type=dict[str, Any])["Statement"]
    except (msgspec.DecodeError, KeyError):
        statement = None
    if not statement:
        raise InvalidParameterException("The policy document is not valid.")


def describe_resource_policies(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html"""
    arn = request.get("resourceArn") or ""
    if request.get("policyScope") == "RESOURCE" and not arn:
        raise InvalidParameterException("resourceArn is required when policyScope is RESOURCE.")
    policies, more = paged(request, RESOURCE_POLICIES.values(ctx, arn), lambda policy: policy.name)
    return {"resourcePolicies": [_described(policy) for policy in policies]} | more


def _described(policy: ResourcePolicy) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "policyName": policy.name,
        "policyDocument": policy.document,
        "lastUpdatedTime": policy.updated_at_ms,
        "policyScope": "RESOURCE" if policy.resource_arn else "ACCOUNT",
    }
    if policy.resource_arn:
        answer |= {"resourceArn": policy.resource_arn, "revisionId": policy.revision_id}
    return answer


def delete_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html"""
    arn, name = request.get("resourceArn") or "", request.get("policyName") or ""
    policy = RESOURCE_POLICIES.get(ctx, arn, name)
    if policy is None:
        raise ResourceNotFoundException(f"Policy with name [{name}] does not exist.")
    if arn and request.get("expectedRevisionId") != policy.revision_id:
        raise InvalidParameterException("The expected revision ID does not match the current one.")
    RESOURCE_POLICIES.delete(ctx, arn, name)
    return {}
