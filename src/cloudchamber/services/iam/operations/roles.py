"""Roles, and roles that are linked to a service."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.iam import limits, rules
from cloudchamber.services.iam.errors import (
    DeleteConflictException,
    EntityAlreadyExistsException,
    InvalidInputException,
    NoSuchEntityException,
    UnmodifiableEntityException,
)
from cloudchamber.services.iam.model import Identity
from cloudchamber.services.iam.operations.common import described, new_id, paged
from cloudchamber.services.iam.operations.policies import check_attachable
from cloudchamber.services.iam.records import (
    IDENTITIES,
    INSTANCE_PROFILES,
    forget,
    identities,
    identity_named,
    keep,
)

_LINKED_PATH = "/aws-service-role/"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
_LINKED_NAMES = {
    "apigateway": "APIGateway", "autoscaling": "AutoScaling", "dynamodb.application-autoscaling": "DynamoDBTable",
    "ecs.application-autoscaling": "ECSService", "ecs": "ECS", "elasticloadbalancing": "ElasticLoadBalancing",
    "lambda.application-autoscaling": "LambdaConcurrency", "ops.apigateway": "APIGateway", "rds": "RDS",
    "es": "AmazonElasticsearchService", "replicator.lambda": "LambdaReplicator",
}  # fmt: skip


def create_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""
    name, trust = request["RoleName"], request["AssumeRolePolicyDocument"]
    rules.check_trust_policy(trust)
    boundary = request.get("PermissionsBoundary") or ""
    if boundary:
        check_attachable(ctx, boundary)
    if IDENTITIES.has(ctx, "role", name.lower()):
        raise EntityAlreadyExistsException(f"Role with name {name} already exists.")
    role = Identity(
        "role",
        name,
        request.get("Path") or "/",
        new_id(ctx, "AROA"),
        ctx.now_ms,
        tags=rules.tags_of(request.get("Tags")),
        boundary=boundary,
        trust=trust,
        description=request.get("Description") or "",
        session_s_max=request.get("MaxSessionDuration") or limits.SESSION_S_DEFAULT,
    )
    keep(ctx, role)
    answer = described(ctx, role)
    del answer["RoleLastUsed"]
    return {"Role": answer}


def get_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html"""
    return {"Role": described(ctx, identity_named(ctx, "role", request["RoleName"]))}


def list_roles(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html"""
    prefix = request.get("PathPrefix") or "/"
    found = [role for role in identities(ctx, "role") if role.path.startswith(prefix)]
    roles, answer = paged(request, "Roles", found, lambda role: role.name.lower())
    answer["Roles"] = [described(ctx, role, whole=False) for role in roles]
    return answer


def modifiable_role(ctx: Context, name: str) -> Identity:
    """The role of that name. Raises UnmodifiableEntity for one that only a service may change."""
    role = identity_named(ctx, "role", name)
    if role.path.startswith(_LINKED_PATH):
        raise UnmodifiableEntityException(
            f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
        )
    return role


def update_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html"""
    role = modifiable_role(ctx, request["RoleName"])
    changes: dict[str, Any] = {}
    if request.get("Description") is not None:
        changes["description"] = request["Description"]
    if request.get("MaxSessionDuration"):
        changes["session_s_max"] = request["MaxSessionDuration"]
    keep(ctx, msgspec.structs.replace(role, **changes))
    return {}


def update_role_description(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html"""
    role = modifiable_role(ctx, request["RoleName"])
    role = msgspec.structs.replace(role, description=request["Description"])
    keep(ctx, role)
    return {"Role": described(ctx, role)}


def update_assume_role_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html"""
    role = modifiable_role(ctx, request["RoleName"])
    rules.check_trust_policy(request["PolicyDocument"])
    keep(ctx, msgspec.structs.replace(role, trust=request["PolicyDocument"]))
    return {}


def delete_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
    role = modifiable_role(ctx, request["RoleName"])
    if any(role.name in profile.roles for profile in INSTANCE_PROFILES.values(ctx)):
        raise DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
    check_bare(role)
    forget(ctx, role)
    return {}


def check_bare(identity: Identity) -> None:
    """Raise DeleteConflict for an identity that still has policies."""
    if identity.attached:
        raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
    if identity.inline:
        raise DeleteConflictException("Cannot delete entity, must delete policies first.")


def create_service_linked_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html"""
    service = request["AWSServiceName"]
    label = service.removesuffix(".amazonaws.com")
    suffix = request.get("CustomSuffix")
    stem = _LINKED_NAMES.get(label) or "".join(part.capitalize() for part in label.split("."))
    name = f"AWSServiceRoleFor{stem}" + (f"_{suffix}" if suffix else "")
    if IDENTITIES.has(ctx, "role", name.lower()):
        raise InvalidInputException(
            f"Service role name {name} has been taken in this account, please try a different suffix."
        )
    statement = {"Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": [service]}}
    trust = msgspec.json.encode({"Version": "2012-10-17", "Statement": [statement]}).decode()
    role = Identity(
        "role",
        name,
        f"{_LINKED_PATH}{service}/",
        new_id(ctx, "AROA"),
        ctx.now_ms,
        trust=trust,
        description=request.get("Description") or "",
        session_s_max=limits.SESSION_S_DEFAULT,
    )
    keep(ctx, role)
    return {"Role": described(ctx, role, whole=False)}


def delete_service_linked_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html"""
    role = identity_named(ctx, "role", request["RoleName"])
    if not role.path.startswith(_LINKED_PATH):
        raise NoSuchEntityException(f"The role with name {role.name} cannot be found.")
    forget(ctx, role)
    return {"DeletionTaskId": f"task{role.path}{role.name}/{ctx.ids.uuid()}"}


def get_service_linked_role_deletion_status(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html"""
    if not request["DeletionTaskId"].startswith(f"task{_LINKED_PATH}"):
        raise NoSuchEntityException("The deletion task id was not found.")
    return {"Status": "SUCCEEDED"}
