"""Resource policies of functions.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.lambda_.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from cloudchamber.services.lambda_.model import LATEST, Policy
from cloudchamber.services.lambda_.operations.finding import Named, check_qualifier, named
from cloudchamber.services.lambda_.records import POLICIES
from cloudchamber.services.lambda_.rules import policies


def _policy_in(ctx: Context, request: dict[str, Any]) -> tuple[Named, Policy | None]:
    where = named(ctx, request)
    if where.qualifier == LATEST:
        raise InvalidParameterValueException(
            "We currently do not support adding policies for $LATEST.", Type="User"
        )
    check_qualifier(where)
    policy = POLICIES.get(where.ctx, where.name, where.qualifier)
    if request.get("RevisionId") and (policy is None or policy.revision_id != request["RevisionId"]):
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest "
            "Revision Id",
            Type="User",
        )
    return where, policy


def add_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html"""
    where, policy = _policy_in(ctx, request)
    policy = policy or Policy("")
    if any(statement["Sid"] == request["StatementId"] for statement in policy.statements):
        raise ResourceConflictException(
            f"The statement id ({request['StatementId']}) provided already exists. Please provide a new statement id, or "
            "remove the existing statement.",
            Type="User",
        )
    statement = policies.statement(request, where.arn)
    policy = Policy(ctx.ids.uuid(), (*policy.statements, statement))
    policies.document(policy)
    POLICIES.put(where.ctx, policy, where.name, where.qualifier)
    return {"Statement": policies.printed(statement)}


def get_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""
    _, policy = _policy_in(ctx, request)
    if policy is None:
        raise ResourceNotFoundException("The resource you requested does not exist.", Type="User")
    return {"Policy": policies.document(policy), "RevisionId": policy.revision_id}


def remove_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html"""
    where, policy = _policy_in(ctx, request)
    if policy is None:
        raise ResourceNotFoundException("No policy is associated with the given resource.", Type="User")
    left = tuple(statement for statement in policy.statements if statement["Sid"] != request["StatementId"])
    if len(left) == len(policy.statements):
        raise ResourceNotFoundException(
            f"Statement {request['StatementId']} is not found in resource policy.", Type="User"
        )
    if left:
        POLICIES.put(where.ctx, Policy(ctx.ids.uuid(), left), where.name, where.qualifier)
    else:
        POLICIES.delete(where.ctx, where.name, where.qualifier)
    return {}
