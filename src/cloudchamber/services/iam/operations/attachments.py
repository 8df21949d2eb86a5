"""Managed policies on roles, users and groups. Each function makes the operation of one kind."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.iam import limits
from cloudchamber.services.iam.errors import LimitExceededException, NoSuchEntityException
from cloudchamber.services.iam.operations.common import ID_MEMBER, NAME_MEMBER, paged
from cloudchamber.services.iam.operations.inline import Operation, to_change
from cloudchamber.services.iam.operations.policies import check_attachable, check_exists, users_of
from cloudchamber.services.iam.records import identity_named, keep


def attach_policy(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html"""

    def attach(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity, arn = to_change(ctx, kind, request), request["PolicyArn"]
        check_attachable(ctx, arn)
        if arn in identity.attached:
            return {}
        limit = limits.ATTACHED_MAX[kind]
        if len(identity.attached) >= limit:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: {limit}")
        keep(ctx, msgspec.structs.replace(identity, attached=(*identity.attached, arn)))
        return {}

    return attach


def detach_policy(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html"""

    def detach(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity, arn = to_change(ctx, kind, request), request["PolicyArn"]
        if arn not in identity.attached:
            raise NoSuchEntityException(f"Policy {arn} was not found.")
        attached = tuple(kept for kept in identity.attached if kept != arn)
        keep(ctx, msgspec.structs.replace(identity, attached=attached))
        return {}

    return detach


def list_attached(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html"""

    def listed(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity = identity_named(ctx, kind, request[NAME_MEMBER[kind]])
        prefix = request.get("PathPrefix") or "/"
        found = [arn for arn in identity.attached if _path(arn).startswith(prefix)]
        arns, answer = paged(request, "AttachedPolicies", sorted(found), str)
        answer["AttachedPolicies"] = [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns
        ]
        return answer

    return listed


def _path(arn: str) -> str:
    return "/" + arn.partition(":policy/")[2].rpartition("/")[0]


def list_entities_for_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html"""
    arn, prefix = request["PolicyArn"], request.get("PathPrefix") or "/"
    check_exists(ctx, arn)
    as_boundary = request.get("PolicyUsageFilter") == "PermissionsBoundary"
    wanted = request.get("EntityFilter")
    found = [
        identity
        for identity in users_of(ctx, arn, boundary=as_boundary)
        if identity.path.startswith(prefix) and (not wanted or identity.kind == wanted.lower())
    ]
    chosen, answer = paged(request, "PolicyGroups", found, lambda i: f"{i.kind} {i.name.lower()}")
    for kind, member in (("group", "PolicyGroups"), ("role", "PolicyRoles"), ("user", "PolicyUsers")):
        answer[member] = [
            {NAME_MEMBER[kind]: identity.name, ID_MEMBER[kind]: identity.id}
            for identity in chosen
            if identity.kind == kind
        ]
    return answer
