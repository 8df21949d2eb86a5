"""Groups and who is in them."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.iam import limits
from cloudchamber.services.iam.errors import (
    DeleteConflictException,
    EntityAlreadyExistsException,
    LimitExceededException,
)
from cloudchamber.services.iam.model import Identity
from cloudchamber.services.iam.operations.common import described, new_id, paged
from cloudchamber.services.iam.operations.roles import check_bare
from cloudchamber.services.iam.records import (
    IDENTITIES,
    forget,
    identities,
    identity_named,
    keep,
    members_of,
)


def create_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html"""
    name = request["GroupName"]
    _check_free(ctx, name)
    group = Identity("group", name, request.get("Path") or "/", new_id(ctx, "AGPA"), ctx.now_ms)
    keep(ctx, group)
    return {"Group": described(ctx, group)}


def _check_free(ctx: Context, name: str) -> None:
    if IDENTITIES.has(ctx, "group", name.lower()):
        raise EntityAlreadyExistsException(f"Group with name {name} already exists.")


def get_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html"""
    group = identity_named(ctx, "group", request["GroupName"])
    found = members_of(ctx, group.name)
    users, answer = paged(request, "Users", found, lambda user: user.name.lower())
    answer["Users"] = [described(ctx, user, whole=False) for user in users]
    return answer | {"Group": described(ctx, group)}


def list_groups(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html"""
    prefix = request.get("PathPrefix") or "/"
    found = [group for group in identities(ctx, "group") if group.path.startswith(prefix)]
    groups, answer = paged(request, "Groups", found, lambda group: group.name.lower())
    answer["Groups"] = [described(ctx, group) for group in groups]
    return answer


def list_groups_for_user(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html"""
    user = identity_named(ctx, "user", request["UserName"])
    names, answer = paged(request, "Groups", sorted(user.groups), str)
    answer["Groups"] = [described(ctx, identity_named(ctx, "group", name)) for name in names]
    return answer


def update_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html"""
    group = identity_named(ctx, "group", request["GroupName"])
    name = request.get("NewGroupName") or group.name
    if name.lower() != group.name.lower():
        _check_free(ctx, name)
    for user in members_of(ctx, group.name):
        groups = tuple(name if each == group.name else each for each in user.groups)
        keep(ctx, msgspec.structs.replace(user, groups=groups))
    forget(ctx, group)
    keep(ctx, msgspec.structs.replace(group, name=name, path=request.get("NewPath") or group.path))
    return {}


def delete_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html"""
    group = identity_named(ctx, "group", request["GroupName"])
    if members_of(ctx, group.name):
        raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
    check_bare(group)
    forget(ctx, group)
    return {}


def add_user_to_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html"""
    group = identity_named(ctx, "group", request["GroupName"])
    user = identity_named(ctx, "user", request["UserName"])
    if group.name in user.groups:
        return {}
    if len(user.groups) >= limits.GROUPS_PER_USER_MAX:
        raise LimitExceededException(f"Cannot exceed quota for GroupsPerUser: {limits.GROUPS_PER_USER_MAX}")
    keep(ctx, msgspec.structs.replace(user, groups=(*user.groups, group.name)))
    return {}


def remove_user_from_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html"""
    group = identity_named(ctx, "group", request["GroupName"])
    user = identity_named(ctx, "user", request["UserName"])
    groups = tuple(name for name in user.groups if name != group.name)
    keep(ctx, msgspec.structs.replace(user, groups=groups))
    return {}
