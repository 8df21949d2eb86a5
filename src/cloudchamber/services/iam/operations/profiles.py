"""Instance profiles."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.iam import rules
from cloudchamber.services.iam.errors import (
    DeleteConflictException,
    EntityAlreadyExistsException,
    LimitExceededException,
    NoSuchEntityException,
)
from cloudchamber.services.iam.model import InstanceProfile
from cloudchamber.services.iam.operations.common import arn_of, described, new_id, paged, tag_list
from cloudchamber.services.iam.records import (
    INSTANCE_PROFILES,
    identity_named,
    keep_profile,
    profile_named,
)


def create_instance_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html"""
    name = request["InstanceProfileName"]
    if INSTANCE_PROFILES.has(ctx, name.lower()):
        raise EntityAlreadyExistsException(f"Instance Profile {name} already exists.")
    tags = rules.tags_of(request.get("Tags"))
    profile = InstanceProfile(name, request.get("Path") or "/", new_id(ctx, "AIPA"), ctx.now_ms, tags=tags)
    keep_profile(ctx, profile)
    return {"InstanceProfile": _described(ctx, profile)}


def _described(ctx: Context, profile: InstanceProfile) -> dict[str, Any]:
    roles = [identity_named(ctx, "role", name) for name in profile.roles]
    answer: dict[str, Any] = {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": arn_of(ctx, "instance-profile", profile.path, profile.name),
        "CreateDate": profile.created_at_ms // 1000,
        "Roles": [described(ctx, role, whole=False) for role in roles],
    }
    return answer | ({"Tags": tag_list(profile.tags)} if profile.tags else {})


def get_instance_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html"""
    return {"InstanceProfile": _described(ctx, profile_named(ctx, request["InstanceProfileName"]))}


def list_instance_profiles(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html"""
    prefix = request.get("PathPrefix") or "/"
    return _listed(ctx, request, [p for p in INSTANCE_PROFILES.values(ctx) if p.path.startswith(prefix)])


def list_instance_profiles_for_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html"""
    role = identity_named(ctx, "role", request["RoleName"])
    return _listed(ctx, request, [p for p in INSTANCE_PROFILES.values(ctx) if role.name in p.roles])


def _listed(ctx: Context, request: dict[str, Any], found: list[InstanceProfile]) -> dict[str, Any]:
    chosen, answer = paged(request, "InstanceProfiles", found, lambda profile: profile.name.lower())
    answer["InstanceProfiles"] = [_described(ctx, profile) for profile in chosen]
    return answer


def delete_instance_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html"""
    profile = profile_named(ctx, request["InstanceProfileName"])
    if profile.roles:
        raise DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
    INSTANCE_PROFILES.delete(ctx, profile.name.lower())
    return {}


def add_role_to_instance_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html"""
    profile = profile_named(ctx, request["InstanceProfileName"])
    role = identity_named(ctx, "role", request["RoleName"])
    if profile.roles:
        raise LimitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    keep_profile(ctx, msgspec.structs.replace(profile, roles=(role.name,)))
    return {}


def remove_role_from_instance_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html"""
    profile = profile_named(ctx, request["InstanceProfileName"])
    if request["RoleName"] not in profile.roles:
        raise NoSuchEntityException(f"The role with name {request['RoleName']} cannot be found.")
    keep_profile(ctx, msgspec.structs.replace(profile, roles=()))
    return {}
